package state

import (
	"strconv"
	"strings"
	"time"

	"orrery/sim/wire"
)

// saveAfter is how long the page waits for more changes before it keeps the workspace.
const saveAfter = 500 * time.Millisecond

// look handles choices of how the screen looks.
func (m Model) look(a Action) (Model, []Effect) {
	switch a := a.(type) {
	case ShowStage:
		m.Stage, m.Menu = a.Stage, ""
		return m.refreshed(m.saveSoon())
	case ShowTab:
		m.Tab = a.Tab
		return m.refreshed(m.saveSoon())
	case ShowSection:
		m.Section = a.Section
		return m, []Effect{m.saveSoon()}
	case ToggleMenu:
		if m.Menu == a.Menu {
			a.Menu = ""
		}
		m.Menu = a.Menu
	case ShowDialog:
		m.Dialog, m.Menu = a.Dialog, ""
	case ToggleTheme:
		if m.Dark() {
			m.Theme = "light"
		} else {
			m.Theme = "dark"
		}
		return m, []Effect{m.document(), m.saveSoon()}
	case ToggleLanguage:
		m.Lang = otherLang(m.Lang)
		return m, []Effect{m.document(), m.saveSoon(), m.call(wire.Request{Op: wire.OpLanguage, Lang: m.Lang})}
	case Dismiss:
		m.Problem, m.Hidden = "", true
	case CopyMermaid:
		if m.Sequence != nil {
			return m, []Effect{Copy{m.Sequence.Mermaid}}
		}
	case SaveSVG:
		if m.Sequence != nil {
			return m, []Effect{Download{"sequence.svg", "image/svg+xml", m.Sequence.SVG}}
		}
	}
	return m, nil
}

func otherLang(lang string) string {
	if lang == "zh" {
		return "en"
	}
	return "zh"
}

func (m Model) document() Effect { return Document{Lang: m.Lang, Theme: m.Theme} }

func (m Model) saveSoon() Effect { return Later{"save", saveAfter, Save{}} }

// layout is what of the page's looks outlives it.
func (m Model) layout() map[string]string {
	return map[string]string{
		"lang":     m.Lang,
		"theme":    m.Theme,
		"stage":    string(m.Stage),
		"tab":      string(m.Tab),
		"section":  string(m.Section),
		"selected": m.Selected.Resource + "/" + m.Selected.Namespace + "/" + m.Selected.Name,
		"follow":   strconv.FormatBool(m.Follow),
		"speed":    strconv.FormatFloat(m.Speed, 'g', -1, 64),
	}
}

// arranged restores a layout. Values that this page does not know are left out.
func (m Model) arranged(layout map[string]string) Model {
	if lang := layout["lang"]; lang == "en" || lang == "zh" {
		m.Lang = lang
	}
	if theme := layout["theme"]; theme == "dark" || theme == "light" {
		m.Theme = theme
	}
	m.Stage = known(Stages, layout["stage"], m.Stage)
	m.Tab = known(Tabs, layout["tab"], m.Tab)
	m.Section = known(Sections, layout["section"], m.Section)
	if parts := strings.Split(layout["selected"], "/"); len(parts) == 3 {
		m = m.selected(wire.Ref{Resource: parts[0], Namespace: parts[1], Name: parts[2]})
	}
	if follow, err := strconv.ParseBool(layout["follow"]); err == nil {
		m.Follow = follow
	}
	if speed, err := strconv.ParseFloat(layout["speed"], 64); err == nil && speed >= 0.1 && speed <= 100 {
		m.Speed = speed
	}
	return m
}

func known[T ~string](all []T, name string, otherwise T) T {
	for _, one := range all {
		if string(one) == name {
			return one
		}
	}
	return otherwise
}
