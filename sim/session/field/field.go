// Package field takes API objects apart: into the lines of YAML that kubectl prints, each with the path of its field, and
// into the differences between two versions of an object.
package field

import (
	"bytes"
	"encoding/json"
	"sort"
	"strconv"
	"strings"

	"orrery/sim/api"
)

// Line is a line of an object's YAML. Path names its field: "spec.containers[nginx].image"; elements of a list that have
// a name or a type of their own are named by it, as an index would change with what comes before.
type Line struct {
	Indent int // columns
	Dash   bool
	Key    string
	Value  string // as YAML; empty for a line that only opens what follows
	Type   string // of a value: "string", "number", "bool" or "null"; empty for {} and []
	Path   string
}

// Leaf reports whether the line holds a value. Lines that continue a text do not count.
func (l *Line) Leaf() bool { return l.Value != "" && (l.Key != "" || l.Dash) }

// String returns the line as text.
func (l *Line) String() string {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", l.Indent))
	if l.Dash {
		b.WriteString("- ")
	}
	if l.Key != "" {
		b.WriteString(l.Key + ":")
		if l.Value != "" {
			b.WriteByte(' ')
		}
	}
	b.WriteString(l.Value)
	return b.String()
}

// Lines returns an object as kubectl get -o yaml prints it: with its kind, and fields in the order of their names.
func Lines(o api.Object) []Line {
	w := writer{}
	w.mapping(0, "", tree(o))
	return w.lines
}

// Text returns the lines as text.
func Text(lines []Line) []string {
	out := make([]string, len(lines))
	for i := range lines {
		out[i] = lines[i].String()
	}
	return out
}

// tree returns an object as maps, slices and scalars.
func tree(o api.Object) map[string]any {
	data, err := json.Marshal(o)
	if err != nil {
		panic("field: a stored object that is no JSON: " + err.Error())
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		panic("field: reading back JSON: " + err.Error())
	}
	if gvk, err := api.KindOf(o); err == nil {
		m["apiVersion"], m["kind"] = gvk.GroupVersion().String(), gvk.Kind
	}
	if meta, ok := m["metadata"].(map[string]any); ok {
		delete(meta, "managedFields")
	}
	return m
}

// writer collects lines.
type writer struct {
	lines []Line
	dash  bool // the next line is the first of a list's element
}

// add appends a line; the first line of an element stands two columns further left, behind a dash.
func (w *writer) add(l Line) {
	if w.dash {
		w.dash, l.Dash, l.Indent = false, true, l.Indent-2
	}
	w.lines = append(w.lines, l)
}

func (w *writer) mapping(indent int, path string, m map[string]any) {
	for _, key := range sortedKeys(m) {
		w.value(indent, key, join(path, key), m[key])
	}
}

func (w *writer) value(indent int, key, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			w.add(Line{Indent: indent, Key: key, Value: "{}", Path: path})
			return
		}
		if key != "" {
			w.add(Line{Indent: indent, Key: quoted(key), Path: path})
			indent += 2
		}
		w.mapping(indent, path, v)
	case []any:
		w.sequence(indent, key, path, v)
	case string:
		w.text(indent, key, path, v)
	case json.Number:
		w.add(Line{Indent: indent, Key: quoted(key), Value: v.String(), Type: "number", Path: path})
	case bool:
		w.add(Line{Indent: indent, Key: quoted(key), Value: strconv.FormatBool(v), Type: "bool", Path: path})
	default:
		w.add(Line{Indent: indent, Key: quoted(key), Value: "null", Type: "null", Path: path})
	}
}

func (w *writer) sequence(indent int, key, path string, items []any) {
	if len(items) == 0 {
		w.add(Line{Indent: indent, Key: quoted(key), Value: "[]", Path: path})
		return
	}
	w.add(Line{Indent: indent, Key: quoted(key), Path: path})
	for i, name := range elementNames(items) {
		w.dash = true
		w.value(indent+2, "", path+"["+name+"]", items[i])
	}
}

// text writes a string, as a block when it has several lines.
func (w *writer) text(indent int, key, path, s string) {
	body, style := strings.TrimSuffix(s, "\n"), "|"
	if body == s {
		style = "|-"
	}
	if !strings.Contains(s, "\n") || strings.HasPrefix(s, " ") || strings.HasSuffix(body, "\n") || key == "" {
		w.add(Line{Indent: indent, Key: quoted(key), Value: scalar(s), Type: "string", Path: path})
		return
	}
	w.add(Line{Indent: indent, Key: quoted(key), Value: style, Type: "string", Path: path})
	for part := range strings.SplitSeq(body, "\n") {
		w.lines = append(w.lines, Line{Indent: indent + 2, Value: part, Type: "string", Path: path})
	}
}

// naming are the fields that tell the elements of a list apart, the most telling first.
var naming = []string{"name", "type", "uid", "mountPath", "containerPort", "ip", "key", "port"}

// elementNames returns what each element of a list is called in a path: by one of its own fields where that tells all of
// them apart, else by its index.
func elementNames(items []any) []string {
	names := make([]string, len(items))
	for _, field := range naming {
		if named(items, field, names) {
			return names
		}
	}
	for i := range items {
		names[i] = strconv.Itoa(i)
	}
	return names
}

func named(items []any, field string, names []string) bool {
	seen := make(map[string]bool, len(items))
	for i, item := range items {
		m, _ := item.(map[string]any)
		switch v := m[field].(type) {
		case string:
			names[i] = v
		case json.Number:
			names[i] = v.String()
		default:
			return false
		}
		if names[i] == "" || seen[names[i]] {
			return false
		}
		seen[names[i]] = true
	}
	return true
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m { // sorted below
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
