package session

import (
	_ "embed" // for the manifests
	"maps"
	"slices"

	"orrery/sim/wire"
)

//go:embed founding/nginx.yaml
var nginxYAML string

//go:embed founding/service.yaml
var serviceYAML string

// foundingFiles are the founding documents' manifests, with which a new session begins.
func foundingFiles() []wire.File {
	return []wire.File{{Name: "nginx.yaml", Text: nginxYAML}, {Name: "service.yaml", Text: serviceYAML}}
}

// files returns a copy of the user's workspace.
func (s *Session) files() *wire.Workspace {
	w := s.workspace
	w.Files, w.Layout = slices.Clone(w.Files), maps.Clone(w.Layout)
	return &w
}

// keep makes the page's workspace the session's. Where it is kept is not the page's to say.
func (s *Session) keep(w *wire.Workspace) {
	s.workspace = *w
	s.workspace.Kept = ""
	s.dirty = true
}

// keepFiles takes over the texts of files that were sent to be applied.
func (s *Session) keepFiles(files []wire.File) {
	kept := slices.Clone(s.workspace.Files)
	for _, f := range files {
		at := slices.IndexFunc(kept, func(k wire.File) bool { return k.Name == f.Name })
		if at < 0 {
			kept = append(kept, f)
			continue
		}
		kept[at] = f
	}
	s.workspace.Files = kept
}
