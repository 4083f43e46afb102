package inspector

import (
	"fmt"

	"orrery/sim/etcd"
	"orrery/sim/session/field"
	"orrery/sim/session/instant"
	"orrery/sim/wire"
)

// context is how many unchanged lines are shown around a change.
const context = 3

// cellsMax bounds the table of a comparison; larger differences are shown as one block taken out and one put in.
const cellsMax = 4_000_000

// Diff answers how a key's value differs between two of its revisions.
func (p *Inspector) Diff(i *instant.Instant, key string, from, to int64) ([]wire.DiffLine, error) {
	old, now := revision(i, key, from), revision(i, key, to)
	if old == nil || now == nil {
		return nil, fmt.Errorf("revision %d or %d of %s is not kept: choose two of those in the list", from, to, key)
	}
	return hunks(diff(lines(old), lines(now))), nil
}

// revision returns the write that a key had at exactly this revision, or nil.
func revision(i *instant.Instant, key string, mod int64) *etcd.Value {
	var found *etcd.Value
	i.Store().History(key, func(v *etcd.Value) bool {
		if v.Mod == mod {
			found = v
		}
		return v.Mod < mod
	})
	return found
}

// lines returns a value as text. A deleted one has none.
func lines(v *etcd.Value) []string {
	if v.Deleted() {
		return nil
	}
	return field.Text(field.Lines(v.Object))
}

// diff compares lines by their longest common subsequence.
func diff(a, b []string) []wire.DiffLine {
	var head, tail []wire.DiffLine
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, wire.DiffLine{Op: " ", Text: a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, wire.DiffLine{Op: " ", Text: a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out := append(head, middle(a, b)...)
	for k := len(tail) - 1; k >= 0; k-- {
		out = append(out, tail[k])
	}
	return out
}

// middle compares what is left once a common beginning and end are taken off.
func middle(a, b []string) []wire.DiffLine {
	var out []wire.DiffLine
	n, m := len(a), len(b)
	if n*m > cellsMax {
		for _, line := range a {
			out = append(out, wire.DiffLine{Op: "-", Text: line})
		}
		for _, line := range b {
			out = append(out, wire.DiffLine{Op: "+", Text: line})
		}
		return out
	}
	common := make([]int32, (n+1)*(m+1)) // lengths of the longest common subsequences of a[i:] and b[j:]
	at := func(i, j int) int { return i*(m+1) + j }
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[at(i, j)] = common[at(i+1, j+1)] + 1
			} else {
				common[at(i, j)] = max(common[at(i+1, j)], common[at(i, j+1)])
			}
		}
	}
	for i, j := 0, 0; i < n || j < m; {
		switch {
		case i < n && j < m && a[i] == b[j]:
			out = append(out, wire.DiffLine{Op: " ", Text: a[i]})
			i, j = i+1, j+1
		case j == m || i < n && common[at(i+1, j)] >= common[at(i, j+1)]:
			out = append(out, wire.DiffLine{Op: "-", Text: a[i]})
			i++
		default:
			out = append(out, wire.DiffLine{Op: "+", Text: b[j]})
			j++
		}
	}
	return out
}

// hunks leaves out unchanged lines that are far from any change, and puts "…" in their place.
func hunks(all []wire.DiffLine) []wire.DiffLine {
	near := make([]bool, len(all))
	for k := range all {
		if all[k].Op == " " {
			continue
		}
		for j := max(0, k-context); j <= min(len(all)-1, k+context); j++ {
			near[j] = true
		}
	}
	var out []wire.DiffLine
	for k := range all {
		switch {
		case near[k]:
			out = append(out, all[k])
		case len(out) > 0 && out[len(out)-1].Text != gap && k+1 < len(all):
			out = append(out, wire.DiffLine{Op: " ", Text: gap})
		}
	}
	if n := len(out); n > 0 && out[n-1].Text == gap {
		out = out[:n-1]
	}
	return out
}

const gap = "…"
