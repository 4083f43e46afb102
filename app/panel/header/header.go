// Package header is the top of the screen: what world this is, the lessons, the language and the theme.
package header

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"orrery/app/panel"
	"orrery/app/panel/icon"
	"orrery/app/state"
	"orrery/app/text"
	"orrery/sim/wire"
)

// Header is the panel. Version is empty before there is a world.
type Header struct {
	app.Compo

	Port    *panel.Port
	Words   *text.Words
	Title   string
	Version string
	Nodes   int
	Seed    uint64
	Kept    string // where the workspace is kept, as in wire.Workspace
	Needs   string // the version that the linked world needs, when this one makes another of it
	Lessons []wire.Lesson
	Open    bool // the menu of lessons
	Ready   bool

	opened bool
	sought string // what the lessons are searched for
}

// Render draws the panel.
func (h *Header) Render() app.UI {
	words := h.Words
	return app.Header().Class("top").Body(
		icon.Logo(),
		app.H1().Class("brand").Text(words.Page),
		app.If(h.Title != "", func() app.UI {
			return app.Span().Class("title").Body(app.Span().Class("faint").Aria("hidden", true).Text("/"), app.Text(h.Title))
		}),
		app.If(h.Version != "", func() app.UI {
			return app.Button().Type("button").Class("chip world").Title(words.NewCluster).Aria("haspopup", "dialog").
				OnClick(h.Port.On(state.ShowDialog{Dialog: state.ClusterDialog})).Text(h.world())
		}),
		app.If(h.Kept == "memory", func() app.UI { return app.Span().Class("chip warn").Title(words.MemoryWhy).Text(words.MemoryOnly) }),
		app.If(h.Needs != "", func() app.UI {
			return app.Span().Class("chip warn").Role("status").Title(words.NeedsWhy).Text(text.Fill(words.Needs, h.Needs))
		}),
		app.If(h.Kept == "another", func() app.UI { return h.unkept(words.Elsewhere, words.ElsewhereWhy) }),
		app.If(h.Kept == "link", func() app.UI { return h.unkept(words.FromLink, words.FromLinkWhy) }),
		app.Span().Class("sp"),
		app.If(len(h.Lessons) > 0, func() app.UI { return h.lessons() }),
		app.If(h.Ready, func() app.UI {
			return app.Button().Type("button").Class("q share").Aria("haspopup", "dialog").Title(words.ShareTitle).
				OnClick(h.Port.On(state.Share{})).Text(words.Share)
		}),
		app.Button().Type("button").Class("lang").Lang(otherLang(words.Language)).OnClick(h.Port.On(state.ToggleLanguage{})).Text(words.Language),
		app.Button().Type("button").Class("theme").Aria("label", words.Theme).Title(words.Theme).
			OnClick(h.Port.On(state.ToggleTheme{})).Body(icon.Theme()),
	)
}

// unkept says why nothing of this session is kept, and offers to keep it.
func (h *Header) unkept(what, why string) app.UI {
	return app.Span().Class("elsewhere").Role("status").Body(
		app.Span().Class("chip warn").Title(why).Text(what),
		app.Button().Type("button").Class("q claim").Title(h.Words.ClaimHint).OnClick(h.Port.On(state.Claim{})).Text(h.Words.Claim),
	)
}

// world says what world this is.
func (h *Header) world() string {
	nodes := h.Words.OneNode
	if h.Nodes != 1 {
		nodes = text.Fill(h.Words.NodeCount, strconv.Itoa(h.Nodes))
	}
	return text.Fill(h.Words.World, h.Version, nodes, strconv.FormatUint(h.Seed, 10))
}

func otherLang(name string) string {
	if name == "中文" {
		return "zh"
	}
	return "en"
}

// findID is the ID of the field that searches the lessons.
const findID = "find-lesson"

// OnUpdate puts the cursor into the field that searches the lessons when their menu opens.
func (h *Header) OnUpdate(ctx app.Context) {
	if h.Open == h.opened {
		return
	}
	h.opened, h.sought = h.Open, ""
	if h.Open {
		ctx.Defer(func(app.Context) { app.Window().GetElementByID(findID).Call("focus") })
	}
}

// found are the lessons whose title or text holds every word that is sought.
func (h *Header) found() (found []wire.Lesson) {
next:
	for _, lesson := range h.Lessons {
		all := strings.ToLower(lesson.Title + " " + lesson.Text)
		for _, word := range strings.Fields(strings.ToLower(h.sought)) {
			if !strings.Contains(all, word) {
				continue next
			}
		}
		found = append(found, lesson)
	}
	return found
}

func (h *Header) onSeek(ctx app.Context, _ app.Event) { h.sought = ctx.JSSrc().Get("value").String() }

func (h *Header) lessons() app.UI {
	found := h.found()
	return app.Div().Class("menu-host").Body(
		app.Button().Type("button").Class("q").ID("lessons-button").Aria("haspopup", "menu").Aria("expanded", h.Open).
			OnClick(h.Port.On(state.ToggleMenu{Menu: "lessons"})).Text(h.Words.Lessons),
		app.If(h.Open, func() app.UI {
			return app.Div().Class("menu wide").Body(
				app.Input().Type("search").ID(findID).Class("field").Aria("label", h.Words.FindLesson).
					Placeholder(h.Words.FindLesson).OnInput(h.onSeek),
				app.Div().Class("found").Role("menu").Aria("label", h.Words.Lessons).Body(
					app.Button().Type("button").Role("menuitem").Aria("label", h.Words.OwnFiles).OnClick(h.Port.On(state.OpenLesson{})).Body(
						app.B().Text(h.Words.OwnFiles),
						app.Span().Class("dim").Text(h.Words.OwnFilesHint),
					),
					app.Range(found).Slice(func(i int) app.UI {
						lesson := found[i]
						return app.Button().Type("button").Role("menuitem").Aria("label", lesson.Title).OnClick(h.Port.On(state.OpenLesson{ID: lesson.ID})).Body(
							app.B().Text(lesson.Title),
							app.Span().Class("dim").Body(panel.Prose(lesson.Text)...),
						)
					}),
					app.If(len(found) == 0, func() app.UI { return panel.Note(h.Words.NoLessons) }),
				),
			)
		}),
	)
}
