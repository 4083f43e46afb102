// Package editor is the workspace: the files as tabs, Apply, and the editor of the active file.
package editor

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/icon"
	"orrery/app/panel/tabs"
	"orrery/app/state"
	"orrery/app/text"
)

// Editor is the panel.
type Editor struct {
	app.Compo

	Port     *panel.Port
	Words    *text.Words
	Files    []state.File
	Active   int
	Loads    int
	Renaming bool
	MenuOpen bool
	Ready    bool
	Dark     bool
}

// Render draws the panel.
func (e *Editor) Render() app.UI {
	words := e.Words
	var file state.File
	if e.Active < len(e.Files) {
		file = e.Files[e.Active]
	}
	return app.Div().Class("workspace").Body(
		app.Div().Class("bar files").Body(
			e.names(file),
			app.Div().Class("menu-host").Body(
				app.Button().Type("button").Class("icon").Aria("label", words.FileMenu).Title(words.FileMenu).
					Aria("haspopup", "menu").Aria("expanded", e.MenuOpen).
					OnClick(e.Port.On(state.ToggleMenu{Menu: "file"})).Body(icon.More()),
				app.If(e.MenuOpen, func() app.UI {
					return app.Div().Class("menu").Role("menu").Aria("label", words.FileMenu).Body(
						app.Button().Type("button").Role("menuitem").OnClick(e.Port.On(state.StartRename{})).Text(words.RenameFile),
						app.Button().Type("button").Role("menuitem").OnClick(e.Port.On(state.CloseFile{})).Text(words.CloseFile),
					)
				}),
			),
			app.Button().Type("button").Class("icon").Aria("label", words.AddFile).Title(words.AddFile).
				OnClick(e.Port.On(state.AddFile{})).Body(icon.Add()),
			app.Span().Class("sp"),
			app.Button().Type("button").Class("p apply").Disabled(!e.Ready).Title(words.ApplyTitle).
				OnClick(e.Port.On(state.Apply{})).Text(words.Apply),
		),
		app.Div().Class("sheet").ID("sheet").Role("tabpanel").Aria("label", file.Name).Body(
			&host{
				Port: e.Port, Label: words.Editor, Text: file.Text, Loads: e.Loads, Dark: e.Dark,
				Diagnostics: file.Diagnostics,
			},
		),
	)
}

// names are the files as tabs, or the field for the active file's new name.
func (e *Editor) names(file state.File) app.UI {
	if e.Renaming {
		return app.Input().Type("text").Class("rename").ID("rename").Aria("label", e.Words.FileName).Value(file.Name).
			OnChange(e.onRename).OnBlur(e.onRename).OnKeyDown(e.onRenameKey)
	}
	items := make([]tabs.Item, len(e.Files))
	for i, file := range e.Files {
		item := tabs.Item{ID: strconv.Itoa(i), Name: file.Name, Action: state.OpenFile{Index: i}}
		if errors := file.Errors(); errors > 0 {
			item.Mark, item.Hint, item.Bad = " •", text.Fill(e.Words.Errors, strconv.Itoa(errors)), true
		} else if file.Dirty {
			item.Mark, item.Hint = " •", e.Words.Changed
		}
		items[i] = item
	}
	return &tabs.Row{
		Port: e.Port, ID: "file", Label: e.Words.Files, Panel: "sheet", Active: strconv.Itoa(e.Active), Items: items,
	}
}

func (e *Editor) onRename(ctx app.Context, _ app.Event) {
	e.Port.Do(state.Rename{Name: ctx.JSSrc().Get("value").String()})
}

func (e *Editor) onRenameKey(ctx app.Context, event app.Event) {
	switch event.Get("key").String() {
	case "Enter":
		e.onRename(ctx, event)
	case "Escape":
		e.Port.Do(state.Rename{})
	}
}
