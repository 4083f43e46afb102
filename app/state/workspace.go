package state

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"orrery/sim/wire"
)

// checkAfter is how long the page waits for more typing before it asks for a dry run.
const checkAfter = 300 * time.Millisecond

// File is a file of the workspace with what the page knows of it.
type File struct {
	Name  string
	Text  string
	Dirty bool // changed since it was last applied
	// Diagnostics are those of Text as it was last checked.
	Diagnostics []wire.Diagnostic
}

// Current is the file in the editor.
func (m Model) Current() File {
	if m.Active >= len(m.Files) {
		return File{}
	}
	return m.Files[m.Active]
}

// Errors counts the errors of the file in the editor.
func (f File) Errors() int {
	count := 0
	for _, diagnostic := range f.Diagnostics {
		if diagnostic.Severity != "warning" {
			count++
		}
	}
	return count
}

// file handles changes of the workspace.
func (m Model) file(a Action) (Model, []Effect) {
	switch a := a.(type) {
	case Edited:
		if a.Text == m.Current().Text {
			return m, nil
		}
		m = m.withFile(func(file *File) { file.Text, file.Dirty = a.Text, true })
		return m, []Effect{Later{"check", checkAfter, Check{}}, m.saveSoon()}
	case Check:
		if !m.Ready {
			return m, nil
		}
		file := m.Current()
		request := wire.Request{Op: wire.OpCheck, File: file.Name, Text: file.Text}
		return m, []Effect{Call{SlotCheck, request}}
	case Save:
		if !m.Ready {
			return m, nil
		}
		return m, []Effect{Call{SlotSave, wire.Request{Op: wire.OpSave, Workspace: m.workspace()}}}
	case Claim:
		if !m.Ready {
			return m, nil
		}
		return m, []Effect{Call{SlotSave, wire.Request{Op: wire.OpClaim, Workspace: m.workspace()}}, Unlink{}}
	case StartRename:
		m.Renaming, m.Menu = true, ""
		return m, []Effect{Focus{"rename"}}
	default:
		return m.files(a)
	}
}

// files handles changes of which files there are.
func (m Model) files(a Action) (Model, []Effect) {
	switch a := a.(type) {
	case OpenFile:
		if a.Index < 0 || a.Index >= len(m.Files) || a.Index == m.Active {
			return m, nil
		}
		m.Active = a.Index
	case AddFile:
		m.Files = append(slices.Clip(m.Files), File{Name: m.freeName("manifest.yaml")})
		m.Active = len(m.Files) - 1
	case Rename:
		m.Renaming = false
		name := strings.TrimSpace(a.Name)
		if name == "" || name == m.Current().Name {
			return m, nil
		}
		name = m.freeName(name)
		m = m.withFile(func(file *File) { file.Name = name })
		return m, []Effect{m.saveSoon()}
	case CloseFile:
		m.Files = slices.Delete(slices.Clone(m.Files), m.Active, m.Active+1)
		if len(m.Files) == 0 {
			m.Files = []File{{Name: "manifest.yaml"}}
		}
		m.Active = min(m.Active, len(m.Files)-1)
	}
	m.Menu, m.Renaming = "", false
	m.Loads++
	return m, []Effect{Later{"check", checkAfter, Check{}}, m.saveSoon()}
}

// freeName returns name, or the first of name-2, name-3, ... that no file has.
func (m Model) freeName(name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(m.Files, func(file File) bool { return file.Name == name })
	}
	stem, ext := name, ""
	if dot := strings.LastIndexByte(name, '.'); dot > 0 {
		stem, ext = name[:dot], name[dot:]
	}
	for count := 2; taken(name); count++ {
		name = stem + "-" + strconv.Itoa(count) + ext
	}
	return name
}

// withFile returns the Model with the active file changed.
func (m Model) withFile(change func(*File)) Model {
	if m.Active >= len(m.Files) {
		return m
	}
	m.Files = slices.Clone(m.Files)
	change(&m.Files[m.Active])
	return m
}

// workspace is what the engine keeps for the user.
func (m Model) workspace() *wire.Workspace {
	return &wire.Workspace{Files: plain(m.Files), Active: m.Active, Layout: m.layout()}
}

// restored takes in the workspace that the engine kept. An empty one leaves the page's own files.
func (m Model) restored(workspace *wire.Workspace) Model {
	m.Kept = workspace.Kept
	if len(workspace.Files) == 0 {
		return m
	}
	m.Files = make([]File, len(workspace.Files))
	for i, file := range workspace.Files {
		m.Files[i] = File{Name: file.Name, Text: file.Text}
	}
	m.Active = min(max(workspace.Active, 0), len(m.Files)-1)
	m.Loads++
	return m
}

func plain(files []File) []wire.File {
	out := make([]wire.File, len(files))
	for i, file := range files {
		out[i] = wire.File{Name: file.Name, Text: file.Text}
	}
	return out
}
