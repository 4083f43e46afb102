// Package narrate says in the reader's language what an event was and why it happened.
//
// Each event belongs to a case, which choose.go finds; each case has a Phrase in each language's table, whose {facts} are
// filled in from the event, what its component noted of it, and the store. To tell something new, add a case and a
// phrase in every language.
package narrate

import (
	"strings"

	"orrery/sim/session/instant"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Phrase is what is said of a case. {facts} in it are filled in; a capital letter begins the fact with one.
type Phrase struct {
	Title string
	Text  string // one or two sentences: what happened, and why; `code` stands in backquotes
	Line  string // for the event list
	Why   string // for a chain of causes, after the name of who did it; empty when the case is only a link
	Ask   string // the obvious question, and the tab that answers it
	Tab   string
}

// Language is one language's words.
type Language struct {
	Phrases map[string]Phrase
	// Users are the names of those who act, by their user name; Node is that of a component on a node.
	Users map[string]string
	Node  map[string]string
	// Changes are what a watch reports, and Also joins the last two of a list.
	Changes map[string]string
	Also    string
	Comma   string
	// Lost stands for changes that can no longer be told because what was before is compacted, Same for none.
	Lost string
	Same string
}

// Teller tells the events of a world at one instant.
type Teller struct {
	at   *instant.Instant
	lang *Language
}

// Languages are those that a Teller speaks, by what wire.Request.Lang calls them.
var Languages = map[string]*Language{"en": &english, "zh": &chinese}

// New returns a Teller. A language that is not known is English.
func New(at *instant.Instant, lang string) Teller {
	l := Languages[lang]
	if l == nil {
		l = &english
	}
	return Teller{at, l}
}

// Tell says what an event was.
func (t Teller) Tell(e *trace.Entry) wire.Narrative {
	if e == nil {
		return wire.Narrative{}
	}
	s := t.story(e)
	p := s.phrase()
	n := wire.Narrative{Event: int(e.Number), Step: e.Ten(), Title: s.fill(p.Title), Text: s.fill(p.Text), Ask: s.fill(p.Ask)}
	n.Request = t.Request(e)
	if n.Ask != "" {
		n.About, n.Tab = s.about(), p.Tab
	}
	return n
}

// Line says what an event was in a few words.
func (t Teller) Line(e *trace.Entry) string {
	s := t.story(e)
	p := s.phrase()
	if p.Line == "" {
		return s.fill(p.Title)
	}
	return s.fill(p.Line)
}

// Why says what an event's actor did, when that is a telling link of a chain of causes.
func (t Teller) Why(e *trace.Entry) (actor, text string) {
	s := t.story(e)
	if p := s.phrase(); p.Why != "" {
		return short(e), s.fill(p.Why)
	}
	return "", ""
}

// Case returns the name of an event's case.
func (t Teller) Case(e *trace.Entry) string { return t.story(e).name }

// story is one event being told.
type story struct {
	Teller
	entry *trace.Entry
	notes map[string]any // the event's Data, by the names of its fields
	name  string         // of the case
}

func (t Teller) story(e *trace.Entry) *story {
	s := &story{Teller: t, entry: e}
	s.name = s.choose()
	return s
}

// phrase returns the case's phrase, or that of the wider case: "commit.status.pod" falls back to "commit.status".
func (s *story) phrase() Phrase {
	for name := s.name; name != ""; {
		if p, ok := s.lang.Phrases[name]; ok {
			return p
		}
		name = name[:max(strings.LastIndexByte(name, '.'), 0)]
	}
	return s.lang.Phrases["other"]
}

// fill replaces the {facts} of a text.
func (s *story) fill(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return b.String() + "{" + rest
		}
		b.WriteString(s.fact(name))
		text = after
	}
}

// about returns the object that the event is about.
func (s *story) about() wire.Ref {
	return wire.Ref{Resource: s.entry.Resource, Namespace: s.entry.Namespace, Name: s.entry.Name}
}

// short names who acted, as the object's lines name who wrote them.
func short(e *trace.Entry) string {
	user := e.User
	if user == "" {
		user = e.Actor
	}
	if e.Kind == trace.Command {
		return "you"
	}
	return Writer(user)
}

// Writer returns the short name of a user: "deployment", "scheduler", "kubelet".
func Writer(user string) string {
	user, _, _ = strings.Cut(user, "/")
	return strings.TrimSuffix(strings.TrimPrefix(user, "kube-"), "-controller")
}
