package trace

import "strings"

// Arrow is an event as a sequence diagram shows it: who said what to whom. From and To are the same when a component
// worked by itself.
type Arrow struct {
	Event uint64
	From  string
	To    string
	Text  string
	Kind  string // a class for the drawing: "request", "write", "refuse", "watch", "work" or "cri"
	Step  int    // of the ten, or 0
}

// Actors returns who takes part in the arrows: the control plane in its usual order, then the nodes' components in the
// order in which they first appear.
func Actors(arrows []Arrow) []string {
	first := []string{"kubectl", "kube-apiserver", "etcd", "kube-controller-manager", "kube-scheduler"}
	seen := map[string]bool{}
	var rest []string
	for i := range arrows {
		for _, name := range []string{arrows[i].From, arrows[i].To} {
			if !seen[name] {
				seen[name] = true
				rest = append(rest, name)
			}
		}
	}
	var actors []string
	for _, name := range first {
		if seen[name] {
			actors = append(actors, name)
		}
	}
	for _, name := range rest {
		if !contains(first, name) {
			actors = append(actors, name)
		}
	}
	return actors
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// Arrow returns the entry as an arrow with a text of its own words.
func (e *Entry) Arrow() Arrow {
	from := e.From
	if from == "" {
		from = e.Actor
	}
	words := []string{string(e.Kind), e.Verb, e.Target()}
	return Arrow{
		Event: e.Number, From: from, To: e.Actor, Kind: e.Kind.Class(), Step: e.Ten(),
		Text: strings.Join(strings.Fields(strings.Join(words, " ")), " "),
	}
}

// Class returns the class of drawing that events of a kind share.
func (k Kind) Class() string {
	switch k {
	case Command, Receive, Read:
		return "request"
	case Commit:
		return "write"
	case Refuse:
		return "refuse"
	case Answer, Watch:
		return "watch"
	case Runtime:
		return "cri"
	}
	return "work"
}
