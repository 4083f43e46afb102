package narrate

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/controller"
	"orrery/sim/scheduler"
	"orrery/sim/session/field"
	"orrery/sim/session/picture"
	"orrery/sim/session/status"
)

// facts are what a phrase can name, beside the fields of what the event's component noted.
var facts = map[string]func(*story) string{
	"who":     func(s *story) string { return s.user(s.entry.User) },
	"actor":   func(s *story) string { return s.user(s.entry.Actor) },
	"kind":    func(s *story) string { return s.kind() },
	"obj":     (*story).full,
	"name":    func(s *story) string { return s.object() },
	"plural":  func(s *story) string { return plural(s.entry.Resource) },
	"rev":     func(s *story) string { return strconv.FormatInt(s.entry.Revision, 10) },
	"key":     func(s *story) string { return s.entry.Key },
	"code":    func(s *story) string { return strconv.Itoa(s.entry.Code) + " " + http.StatusText(s.entry.Code) },
	"message": (*story).message,
	"request": func(s *story) string {
		e := s.entry
		return picture.Line(e.Verb, e.Resource, e.Subresource, e.Namespace, e.Name)
	},
	"node":     (*story).node,
	"changed":  func(s *story) string { return s.lang.Changes[s.entry.Verb] },
	"changes":  (*story).changes,
	"woken":    (*story).woken,
	"output":   func(s *story) string { return strings.Join(s.list("output"), "; ") },
	"size":     func(s *story) string { return size(s.number("bytes")) },
	"feasible": func(s *story) string { return s.ofDecision(func(d *scheduler.Decision) int { return d.Feasible }) },
	"looked":   func(s *story) string { return s.ofDecision(func(d *scheduler.Decision) int { return d.Evaluated }) },
	"best":     func(s *story) string { return s.ofDecision(func(d *scheduler.Decision) int { return d.Best }) },
	"score":    (*story).score,
	"verdict": func(s *story) string {
		if d := s.decided(); d != nil {
			return d.Message
		}
		return ""
	},
	"reason": func(s *story) string {
		if ev, ok := s.at.At(s.entry).(*corev1.Event); ok {
			return ev.Reason
		}
		return "Event"
	},
	"told": func(s *story) string {
		if ev, ok := s.at.At(s.entry).(*corev1.Event); ok {
			return ev.Message
		}
		return ""
	},
	"doing": func(s *story) string {
		if p, ok := s.at.At(s.entry).(*corev1.Pod); ok {
			st := status.OfPod(p)
			return st.Reason + ", " + st.ReadyColumn()
		}
		return ""
	},
	"exitCode": func(s *story) string { return strconv.FormatInt(s.number("exitCode"), 10) },
	"scaled":   func(s *story) string { return strings.Join(s.scaled(), s.lang.Comma) },
}

// fact returns what a name in a phrase stands for. With a capital letter it begins with one.
func (s *story) fact(name string) string {
	if name == "" {
		return ""
	}
	first, n := utf8.DecodeRuneInString(name)
	lower := string(unicode.ToLower(first)) + name[n:]
	value := ""
	if f := facts[lower]; f != nil {
		value = f(s)
	} else {
		value = s.text(lower)
	}
	if lower != name {
		if r, n := utf8.DecodeRuneInString(value); n > 0 && !strings.HasPrefix(value, "kube") {
			value = string(unicode.ToUpper(r)) + value[n:]
		}
	}
	return value
}

// user names who acts: "the deployment controller", "the kubelet of node-1".
func (s *story) user(name string) string {
	if known, ok := s.lang.Users[name]; ok {
		return known
	}
	if component, node, ok := strings.Cut(name, "/"); ok {
		return strings.ReplaceAll(s.lang.Node[component], "*", node)
	}
	if c, ok := strings.CutSuffix(name, "-controller"); ok {
		return strings.ReplaceAll(s.lang.Node["controller"], "*", c)
	}
	return name
}

func (s *story) kind() string {
	if res := s.at.Resource(s.entry.Resource); res != nil {
		return res.Kind.Kind
	}
	return s.entry.Resource
}

func (s *story) full() string {
	if name := s.object(); name != "" {
		return s.kind() + " " + name
	}
	return s.kind()
}

// message returns why a request was refused; an answer may know it only from its cause.
func (s *story) message() string {
	if cause := s.at.Entry(s.entry.Cause); s.entry.Message == "" && cause != nil {
		return cause.Message
	}
	return s.entry.Message
}

// object returns the name of what the event is about. An answer to a create may know less than the commit did.
func (s *story) object() string {
	if s.entry.Name == "" {
		if cause := s.at.Entry(s.entry.Cause); cause != nil && cause.Resource == s.entry.Resource {
			return cause.Name
		}
	}
	return s.entry.Name
}

// scaled lists what the deployment controller resizes: "web-5d8f from 0 to 3".
func (s *story) scaled() []string {
	items, _ := s.note("scaled").([]any)
	var out []string
	for _, item := range items {
		m, _ := item.(map[string]any)
		name, _ := m["name"].(string)
		from, _ := m["from"].(float64)
		to, _ := m["to"].(float64)
		out = append(out, name+" "+strconv.Itoa(int(from))+" → "+strconv.Itoa(int(to)))
	}
	return out
}

func plural(resource string) string {
	name, _, _ := strings.Cut(resource, ".")
	return name
}

// node returns the node that the event is about: the scheduler's choice, the actor's own, or the pod's.
func (s *story) node() string {
	e := s.entry
	if e.Subresource == "binding" || e.Actor == string(scheduler.Address) {
		if d := s.decided(); d != nil && d.Selected != "" {
			return d.Selected
		}
	}
	for _, name := range []string{e.Actor, e.User} {
		if _, node, ok := strings.Cut(name, "/"); ok {
			return node
		}
	}
	if p, ok := s.at.At(e).(*corev1.Pod); ok {
		return p.Spec.NodeName
	}
	return ""
}

// decided returns the scheduler's decision that the event is, or that led to it.
func (s *story) decided() *scheduler.Decision {
	if d, ok := s.entry.Data.(*scheduler.Decision); ok {
		return d
	}
	return s.at.Scheduler().Decision(s.entry.Namespace, s.entry.Name)
}

func (s *story) ofDecision(of func(*scheduler.Decision) int) string {
	if d := s.decided(); d != nil {
		return strconv.Itoa(of(d))
	}
	return "0"
}

func (s *story) score() string {
	if d := s.decided(); d != nil {
		for i := range d.Nodes {
			if d.Nodes[i].Name == d.Selected {
				return strconv.FormatInt(d.Nodes[i].Total, 10)
			}
		}
	}
	return "0"
}

// changes says which fields a commit changed.
func (s *story) changes() string {
	v := s.at.Committed(s.entry)
	if v == nil {
		return s.lang.Lost
	}
	before, err := s.at.Store().At(v.Key, v.Mod-1)
	if err != nil || before == nil {
		return s.lang.Lost
	}
	telling := field.Telling(field.Changes(field.Lines(before.Object), field.Lines(v.Object)))
	if len(telling) == 0 {
		return s.lang.Same
	}
	var out []string
	for i, c := range telling {
		if i == changesMax {
			out = append(out, "…")
			break
		}
		out = append(out, "`"+oneLine(c)+"`")
	}
	return strings.Join(out, s.lang.Comma)
}

const changesMax = 3 // in a sentence

func oneLine(c field.Change) string {
	text := c.Path + ": " + c.New
	if c.Op == '~' {
		text = c.Path + ": " + c.Old + " → " + c.New
	}
	if c.Op == '-' {
		text = "-" + c.Path
	}
	text, _, _ = strings.Cut(text, "\n")
	if r := []rune(text); len(r) > 90 {
		text = string(r[:89]) + "…"
	}
	return text
}

// woken lists the controllers into whose queues a change put a key.
func (s *story) woken() string {
	list, _ := s.entry.Data.([]controller.Woken)
	var names []string
	for _, w := range list {
		name := Writer(w.Controller)
		if len(names) == 0 || names[len(names)-1] != name {
			names = append(names, name)
		}
	}
	n := len(names)
	if n < 2 {
		return strings.ReplaceAll(s.lang.Node["controller"], "*", strings.Join(names, ""))
	}
	return strings.ReplaceAll(s.lang.Node["controllers"], "*", strings.Join(names[:n-1], s.lang.Comma)+s.lang.Also+names[n-1])
}
