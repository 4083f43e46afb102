package inspector

import (
	"slices"
	"strings"

	"orrery/sim/etcd"
	"orrery/sim/narrate"
	"orrery/sim/session/field"
	"orrery/sim/session/instant"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Bounds of a chain of causes.
const (
	linksMax = 10_000 // events that are followed
	whyMax   = 8      // that are told
)

// why asks the obvious question about an object's latest change and answers it with the chain of its causes, nearest
// first, back to the user's command.
func why(i *instant.Instant, lang string, v *etcd.Value, changes []field.Change) (question string, chain []wire.WhyLine) {
	teller := narrate.New(i, lang)
	var links []*trace.Entry
	for e := i.Entry(v.Event); e != nil && len(links) < linksMax; e = i.Entry(e.Cause) {
		links = append(links, e)
	}
	if len(links) == 0 {
		return "", nil
	}
	first := links[len(links)-1].At
	for k, e := range links {
		actor, text := teller.Why(e)
		if text == "" || e.Kind == trace.Commit && explained(teller, links[k+1:], actor) {
			continue
		}
		if n := len(chain); n > 0 && chain[n-1].Actor == actor && chain[n-1].Text == text {
			continue
		}
		chain = append(chain, wire.WhyLine{Event: int(e.Number), At: int64(e.At - first), Actor: actor, Kind: e.Kind.Class(), Text: text})
	}
	if len(chain) > whyMax { // the nearest, and the first cause
		chain = append(chain[:whyMax-1], chain[len(chain)-1])
	}
	return teller.Question(v, telling(changes)), chain
}

// explained reports whether a write's reason follows in the chain: what made its author write, told by itself.
func explained(t narrate.Teller, before []*trace.Entry, author string) bool {
	for _, e := range before {
		switch e.Kind {
		case trace.Sync, trace.Decide, trace.Runtime:
			actor, text := t.Why(e)
			return text != "" && actor == author
		case trace.Command:
			return author == "kubectl" // the command tells it
		case trace.Watch, trace.Commit:
			return false
		}
	}
	return false
}

// asked are the fields whose change is asked about before any other, the most telling first.
var asked = []string{
	"metadata.deletionTimestamp", "spec.nodeName", "spec.replicas", ".image", "status.phase", "status.readyReplicas",
	"status.replicas", "status.podIP",
}

// telling returns the change that is asked about, or nil.
func telling(changes []field.Change) *field.Change {
	for _, path := range asked {
		at := slices.IndexFunc(changes, func(c field.Change) bool {
			return c.Path == path || path[0] == '.' && strings.HasPrefix(c.Path, "spec.") && strings.HasSuffix(c.Path, path)
		})
		if at >= 0 {
			return &changes[at]
		}
	}
	if rest := field.Telling(changes); len(rest) > 0 {
		return &rest[0]
	}
	return nil
}
