package session

import (
	"errors"
	"fmt"
	"strings"

	"orrery/sim/kubectl"
	"orrery/sim/manifest"
	"orrery/sim/wire"
)

// apply is kubectl apply of some files: the command is given, and the world stops at its first event. When no object can
// be read from the files, kubectl would have nothing to send, and nothing is done.
func (s *Session) apply(r *wire.Request, a *wire.Response) error {
	if len(r.Files) == 0 {
		return errors.New("there is no file to apply: write a manifest first")
	}
	s.keepFiles(r.Files)
	if err := s.readable(r.Files, a); err != nil {
		return err
	}
	return s.command(kubectl.ApplyFiles(kubectlFiles(r.Files)...), a)
}

// readable reports why no object can be read from any of the files, and puts the diagnostics of the active one in.
func (s *Session) readable(files []wire.File, a *wire.Response) error {
	var first error
	objects := 0
	for k := range files {
		documents, err := manifest.Parse(files[k].Name, files[k].Text)
		found := manifest.Diagnose(err)
		for _, d := range documents {
			if res := s.now().Server().ResourceOfKind(d.Kind); d.Resource == nil && res != nil {
				d.Resolve(res)
			}
			if d.Resource != nil {
				objects++
			}
			found = append(found, d.Diagnose()...)
		}
		if len(found) == 0 {
			continue
		}
		if first == nil {
			d := found[0]
			first = fmt.Errorf("%s:%d:%d: %s", files[k].Name, d.Line, d.Column, d.Message)
		}
		if active := s.workspace.Active; active < len(s.workspace.Files) && s.workspace.Files[active].Name == files[k].Name {
			a.Diagnostics = found[:min(len(found), diagnosticsMax)]
		}
	}
	switch {
	case objects > 0:
		return nil
	case first == nil:
		return errors.New("the files hold no object: a manifest begins with apiVersion and kind")
	}
	return first
}

// run is a line that the user typed at the prompt. One that kubectl would not run changes nothing.
func (s *Session) run(r *wire.Request, a *wire.Response) error {
	s.keepFiles(r.Files)
	line := strings.TrimSpace(r.Text)
	if line != "kubectl" && !strings.HasPrefix(line, "kubectl ") {
		line = "kubectl " + line
	}
	c, err := kubectl.Parse(line, kubectlFiles(r.Files))
	if err != nil {
		return err
	}
	return s.command(c, a)
}

func kubectlFiles(files []wire.File) []kubectl.File {
	out := make([]kubectl.File, len(files))
	for k, f := range files {
		out[k] = kubectl.File{Name: f.Name, Text: f.Text}
	}
	return out
}

// delete is kubectl delete of one object.
func (s *Session) delete(r *wire.Request, a *wire.Response) error {
	if r.Ref.Resource == "" || r.Ref.Name == "" {
		return errors.New("there is nothing to delete: select an object first")
	}
	return s.command(kubectl.DeleteObject(r.Ref.Resource, r.Ref.Namespace, r.Ref.Name), a)
}

// command gives kubectl a command and runs its first event.
func (s *Session) command(c kubectl.Command, a *wire.Response) error {
	s.goal = goal{}
	s.forget()
	s.world.Do(c)
	_, err := s.world.Step()
	_, a.Output = output(s.now())
	return err
}

// forget drops what is known of the future from everything that has looked at it.
func (s *Session) forget() {
	w := s.world
	if w.Last() == w.Number() {
		return
	}
	s.index.Truncate(w.Number(), w.Engine().Quiet(), w.Trace())
	s.marked = min(s.marked, w.Number())
	s.log.forget()
	s.inspector.Forget()
}
