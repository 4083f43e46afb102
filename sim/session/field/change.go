package field

import (
	"sort"
	"strings"
)

// Change is a field that differs between two versions of an object.
type Change struct {
	Op       byte // '+' for a new field, '~' for another value, '-' for a field that is gone
	Path     string
	Old, New string // as YAML
}

// String returns the change as "+spec.nodeName=node-2" or "~spec.replicas=3".
func (c Change) String() string {
	if c.Op == '-' {
		return "-" + c.Path
	}
	return string(c.Op) + c.Path + "=" + c.New
}

// Changes returns how one version of an object differs from an earlier one, in the order of the fields. It passes over
// metadata.resourceVersion, which always differs.
func Changes(old, now []Line) []Change {
	before := make(map[string]string, len(old))
	opened := map[string]bool{} // paths that hold others, before or now: an empty one is no change of its own
	for _, lines := range [][]Line{old, now} {
		for i := range lines {
			if lines[i].Value == "" {
				opened[lines[i].Path] = true
			}
		}
	}
	for i := range old {
		if old[i].Leaf() {
			before[old[i].Path] = old[i].Value + continued(old[i+1:])
		}
	}
	var out []Change
	for i := range now {
		l := &now[i]
		if !l.Leaf() || l.Path == resourceVersion || opened[l.Path] {
			continue
		}
		value := l.Value + continued(now[i+1:])
		was, had := before[l.Path]
		delete(before, l.Path)
		switch {
		case !had:
			out = append(out, Change{'+', l.Path, "", value})
		case was != value:
			out = append(out, Change{'~', l.Path, was, value})
		}
	}
	for i := range old {
		if was, gone := before[old[i].Path]; gone && old[i].Leaf() && old[i].Path != resourceVersion && !opened[old[i].Path] {
			out = append(out, Change{'-', old[i].Path, was, ""})
		}
	}
	return out
}

const resourceVersion = "metadata.resourceVersion"

// continued returns the lines of a text that go on from the line before.
func continued(lines []Line) string {
	s := ""
	for i := range lines {
		if lines[i].Key != "" || lines[i].Dash {
			break
		}
		s += "\n" + lines[i].Value
	}
	return s
}

// Telling returns the changes that people ask about, the most telling first: times and counters of versions are left out,
// unless nothing else changed.
func Telling(changes []Change) []Change {
	var out []Change
	for _, c := range changes {
		if !dull(c.Path) {
			out = append(out, c)
		}
	}
	if out == nil {
		return changes
	}
	sort.SliceStable(out, func(a, b int) bool { return out[a].weight() < out[b].weight() })
	return out
}

// weight orders changes for telling: what is wanted and what became of it before the rest, and the outer fields first.
func (c Change) weight() int {
	path := c.Path
	depth := strings.Count(path, ".") + 2*strings.Count(path, "[")
	if strings.HasPrefix(path, "metadata.") && path != "metadata.deletionTimestamp" {
		return 10 + depth
	}
	if strings.HasSuffix(path, "ID") || strings.HasSuffix(path, ".type") || c.New == "{}" {
		depth += 3
	}
	return depth
}

func dull(path string) bool {
	if strings.HasPrefix(path, "metadata.annotations.kubectl.kubernetes.io/") {
		return true
	}
	last := path[strings.LastIndexByte(path, '.')+1:]
	switch last {
	case "lastTransitionTime", "lastUpdateTime", "lastProbeTime", "lastHeartbeatTime", "observedGeneration", "generation",
		"renewTime", "startedAt", "startTime", "finishedAt":
		return true
	}
	return false
}

// Summary returns the first few telling changes in a line.
func Summary(changes []Change, most int) string {
	telling := Telling(changes)
	var b strings.Builder
	for i, c := range telling {
		if i == most {
			b.WriteString(" …")
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		s := c.String()
		if n := strings.IndexByte(s, '\n'); n >= 0 {
			s = s[:n] + "…"
		}
		if r := []rune(s); len(r) > 120 {
			s = string(r[:119]) + "…"
		}
		b.WriteString(s)
	}
	return b.String()
}
