package reference

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
)

// Result is how much of a recording a world equals, and what differs.
type Result struct {
	Equal, Total int
	Differences  []string
}

func (r *Result) differ(format string, args ...any) {
	r.Differences = append(r.Differences, fmt.Sprintf(format, args...))
}

// rule turns what may differ between two runs of the same thing into a fixed word.
type rule struct {
	pattern *regexp.Regexp
	word    string
}

// rules are applied in their order.
var rules = []rule{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "<uid>"},
	{regexp.MustCompile(`-uid\d+\b`), "-<uid>"}, // of a volume, in the recorded writes
	{regexp.MustCompile(`\b[0-9a-f]{64}\b`), "<sha>"},
	{regexp.MustCompile(`\.[0-9a-f]{16}\b`), ".<event>"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "<time>"},
	{regexp.MustCompile(`-2\d{7}\b`), "-<minute>"}, // of a CronJob's start
	{regexp.MustCompile(`kube-api-access-[a-z0-9]{5}`), "kube-api-access-<x>"},
	{regexp.MustCompile(`-[bcdfghjklmnpqrstvwxz2456789]{5}\b`), "-<x>"},
	{regexp.MustCompile(`\b10\.244\.\d+\.\d+\b`), "<podip>"},
	{regexp.MustCompile(`\b10\.96\.\d+\.\d+\b`), "<svcip>"},
	{regexp.MustCompile(`\b172\.18\.0\.\d+\b`), "<nodeip>"},
	{regexp.MustCompile(`\bnode-\d+\b`), "<node>"},
	{regexp.MustCompile(`\bzone-[a-c]\b`), "<zone>"},
	{regexp.MustCompile(`<\d+>`), "<x>"},
	{regexp.MustCompile(`\b\d+(\.\d+)?(ms|µs|us)\b`), "<dur>"},
	{regexp.MustCompile(`\b(\d+d)?(\d+h)?(\d+m)?\d+(\.\d+)?s\b`), "<dur>"},
}

// restartRules are for recordings of a rollout restart, which writes the time into the template: every hash after it
// differs from run to run.
var restartRules = []rule{
	{regexp.MustCompile(`-[bcdfghjklmnpqrstvwxz2456789]{8,10}\b`), "-<hash>"},
	{regexp.MustCompile(`^[bcdfghjklmnpqrstvwxz2456789]{8,10}$`), "<hash>"},
}

// dropped are fields whose value says nothing about behaviour.
var dropped = map[string]bool{
	"resourceVersion": true, "uid": true, "managedFields": true, "ca.crt": true, "containerID": true, "imageID": true,
	"bootID": true, "machineID": true, "systemUUID": true, "images": true, "kubeletEndpoint": true,
}

// normaliser prints what it is given so that two runs of the same thing print alike.
type normaliser []rule

func (n normaliser) text(s string) string {
	for _, r := range n {
		s = r.pattern.ReplaceAllString(s, r.word)
	}
	return s
}

// fields are the leaves of an object by path.
type fields map[string]string

func (n normaliser) flatten(v any, path string, out fields) {
	switch x := v.(type) {
	case map[string]any:
		if len(x) == 0 {
			out[path] = "{}"
		}
		for k, e := range x { // any order
			if !dropped[k] {
				n.flatten(e, path+"."+n.text(k), out)
			}
		}
	case []any:
		if len(x) == 0 {
			out[path] = "[]"
		}
		for i, e := range x {
			n.flatten(e, path+"["+n.element(path, i, e)+"]", out)
		}
	case nil:
		out[path] = ""
	default:
		out[path] = n.text(fmt.Sprint(x))
	}
}

// element names an element of a list: by its type or name where it has one.
func (n normaliser) element(path string, i int, e any) string {
	m, _ := e.(map[string]any)
	if t, ok := m["type"].(string); ok && strings.HasSuffix(path, "conditions") {
		return t
	}
	if name, ok := m["name"].(string); ok {
		return n.text(name)
	}
	return fmt.Sprint(i)
}

// objects compares final objects field by field. Objects of one normalised name are paired so that they differ least.
func (n normaliser) objects(recorded, simulated []map[string]any) Result {
	var r Result
	a, b := n.byName(recorded), n.byName(simulated)
	for _, key := range union(a, b) {
		for _, pair := range pairs(a[key], b[key]) {
			r.fields(key, pair[0], pair[1])
		}
	}
	return r
}

func (n normaliser) byName(objects []map[string]any) map[string][]fields {
	out := map[string][]fields{}
	for _, o := range objects {
		md, _ := o["metadata"].(map[string]any)
		key := fmt.Sprintf("%v %v/%v", o["kind"], md["namespace"], n.text(fmt.Sprint(md["name"])))
		f := fields{}
		n.flatten(o, "", f)
		out[key] = append(out[key], f)
	}
	return out
}

func pairs(a, b []fields) [][2]fields {
	var out [][2]fields
	b = slices.Clone(b)
	for _, x := range a {
		best, most := -1, -1
		for j, y := range b {
			same := 0
			for k, v := range x { // any order
				if w, ok := y[k]; ok && w == v {
					same++
				}
			}
			if same > most {
				best, most = j, same
			}
		}
		if best < 0 {
			out = append(out, [2]fields{x, nil})
			continue
		}
		out = append(out, [2]fields{x, b[best]})
		b = slices.Delete(b, best, best+1)
	}
	for _, y := range b {
		out = append(out, [2]fields{nil, y})
	}
	return out
}

func (r *Result) fields(key string, a, b fields) {
	for _, k := range union(a, b) {
		va, oka := a[k]
		vb, okb := b[k]
		r.Total++
		if oka && okb && va == vb {
			r.Equal++
			continue
		}
		r.differ("%s %s: recorded %s, simulated %s", key, k, shown(va, oka), shown(vb, okb))
	}
}

func shown(v string, ok bool) string {
	if !ok {
		return "nothing"
	}
	return fmt.Sprintf("%q", v)
}

func union[V any](a, b map[string]V) []string {
	var keys []string
	for k := range a { // any order
		keys = append(keys, k)
	}
	for k := range b { // any order
		if _, ok := a[k]; !ok {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	return keys
}

// lines compares two lists as multisets.
func (n normaliser) lines(recorded, simulated []string) Result {
	var r Result
	left := map[string]int{}
	for _, s := range recorded {
		left[n.text(s)]++
	}
	r.Total = len(recorded)
	for _, s := range simulated {
		if s = n.text(s); left[s] > 0 {
			left[s]--
			r.Equal++
			continue
		}
		r.Total++
		r.differ("only simulated: %s", s)
	}
	for _, s := range union(left, nil) {
		for range left[s] {
			r.differ("only recorded: %s", s)
		}
	}
	return r
}

// sequences compares what each actor wrote, in order: by the longest common subsequence, where a line that only moved
// counts as equal, for two runs of a real cluster interleave differently too.
func (n normaliser) sequences(recorded, simulated map[string][]string) Result {
	var r Result
	recorded, simulated = n.byActor(recorded), n.byActor(simulated)
	for _, actor := range union(recorded, simulated) {
		multiset := n.lines(recorded[actor], simulated[actor])
		r.Equal += multiset.Equal
		r.Total += multiset.Total
		for _, d := range multiset.Differences {
			r.differ("%s: %s", actor, d)
		}
		if strings.HasPrefix(actor, "kubelet/") {
			continue // several, put together: they have no common order
		}
		if moved := len(recorded[actor]) - common(n.all(recorded[actor]), n.all(simulated[actor])); moved > len(recorded[actor])/4 {
			r.differ("%s: %d of %d writes come in another order", actor, moved, len(recorded[actor]))
		}
	}
	return r
}

// byActor puts together what actors did that are interchangeable: the kubelets.
func (n normaliser) byActor(writes map[string][]string) map[string][]string {
	out := map[string][]string{}
	for _, actor := range union(writes, nil) {
		name := n.text(actor)
		out[name] = append(out[name], writes[actor]...)
	}
	return out
}

func (n normaliser) all(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = n.text(s)
	}
	return out
}

// common returns the length of the longest common subsequence.
func common(a, b []string) int {
	row := make([]int, len(b)+1)
	for i := range a {
		diagonal := 0
		for j := range b {
			above := row[j+1]
			if a[i] == b[j] {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}
