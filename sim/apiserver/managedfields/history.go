package managedfields

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
)

// Write is one write of an object.
type Write struct {
	Resource    *api.Resource // as it is served to the author
	Request     *client.Request
	Subresource string // that was written
	// Live is what the object was before this write, and before those that count as one with it; nil for a new one.
	Live api.Object
	// Object is what was stored, nil for a new object: what admission added to that is nobody's, so that the request's own
	// object, with defaults, is taken.
	//
	// Simplified: what a strategy put back into an update counts as the author's; Kubernetes looks before the strategy.
	Object api.Object
	// Given is the managedFields that the author sent. None leaves them to the server, an empty list resets them.
	Given []metav1.ManagedFieldsEntry
	Time  metav1.Time
}

// History is who wrote an object. It is made with every write, and worked out when somebody wants to know. It never
// changes but for remembering what was worked out, so that clones of a world share it. The zero pointer is the history of
// an object that nobody is known to have written.
type History struct {
	before  *History
	write   Write
	depth   int // writes that are not worked out
	done    bool
	entries []metav1.ManagedFieldsEntry // when it is done
}

// togetherFrom is from how many writes on that those of one manager in a row count as one, and depthMax how many there may
// be before they are worked out.
const (
	togetherFrom = 8
	depthMax     = 64
)

// Known returns a history of which only the outcome is known.
func Known(entries []metav1.ManagedFieldsEntry) *History {
	return &History{done: true, entries: entries}
}

// Add returns the history with one more write.
//
// Simplified: of many writes in a row by one manager, a field that was changed and changed back does not count;
// Kubernetes works out every write at once.
func (h *History) Add(m *Managers, w Write) *History {
	switch {
	case h == nil:
		return &History{write: w, depth: 1}
	case h.depth >= togetherFrom && h.write.Live != nil && together(h.write, w):
		w.Live = h.write.Live
		return &History{before: h.before, write: w, depth: h.depth}
	case h.depth >= depthMax:
		m.Entries(h)
	}
	return &History{before: h, write: w, depth: h.depth + 1}
}

// Len returns how many writes are kept.
func (h *History) Len() int { return h.depth }

// together reports whether two writes can count as one.
func together(a, b Write) bool {
	return a.Given == nil && b.Given == nil && a.Subresource == b.Subresource &&
		a.Resource.Name == b.Resource.Name && ManagerOf(a.Request) == ManagerOf(b.Request)
}

// Entries returns an object's metadata.managedFields. They must not be changed.
func (m *Managers) Entries(h *History) []metav1.ManagedFieldsEntry {
	if h == nil {
		return nil
	}
	if h.done {
		return h.entries
	}
	h.entries = m.update(m.Entries(h.before), h.write)
	h.done, h.depth, h.before, h.write = true, 0, nil, Write{}
	return h.entries
}
