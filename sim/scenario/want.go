package scenario

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
	"orrery/sim/kubectl"
)

// unwantedError says that something is not as wanted. The scenario can go on.
type unwantedError struct{ what string }

func (e *unwantedError) Error() string { return e.what }

func unwanted(format string, args ...any) error { return &unwantedError{fmt.Sprintf(format, args...)} }

// want understands what must be so.
func (s *Scenario) want(text string) (func(*runner) error, error) {
	subject, wanted, ok := strings.Cut(text, ": ")
	wanted = strings.TrimSpace(wanted)
	if !ok || wanted == "" {
		return nil, fmt.Errorf("want %q: write what it is about, a colon and what must be so", text)
	}
	switch subject {
	case "events":
		return wantEvent(wanted)
	case "printed":
		return func(r *runner) error { return r.wantPrinted(wanted) }, nil
	}
	return wantObject(subject, wanted)
}

func (r *runner) wantPrinted(line string) error {
	for _, l := range r.printed() {
		if matches(line, l) {
			return nil
		}
	}
	return unwanted("the command printed %q", strings.Join(r.printed(), "\n"))
}

// wantEvent wants an Event: "Normal Scheduled pod/web-* Successfully assigned *".
func wantEvent(wanted string) (func(*runner) error, error) {
	fields := strings.SplitN(wanted, " ", 4)
	if len(fields) < 3 || !strings.Contains(fields[2], "/") {
		return nil, fmt.Errorf("events: write a type, a reason, kind/name and a message, not %q", wanted)
	}
	return func(r *runner) error {
		for _, o := range r.list("events", "", "") {
			if e, ok := o.(*corev1.Event); ok && matches(wanted, eventLine(e, len(fields) == 4)) {
				return nil
			}
		}
		return unwanted("there is no such event")
	}, nil
}

func eventLine(e *corev1.Event, message bool) string {
	line := e.Type + " " + e.Reason + " " + strings.ToLower(e.InvolvedObject.Kind) + "/" + e.InvolvedObject.Name
	if message {
		line += " " + e.Message
	}
	return line
}

// subject is what a line wants something of: one object, or several to be counted.
type subject struct {
	resource, name, namespace, labels string
}

func wantObject(text, wanted string) (func(*runner) error, error) {
	sub, err := parseSubject(text)
	if err != nil {
		return nil, err
	}
	if wanted == "gone" {
		return func(r *runner) error {
			if names, err := r.names(sub.resource, sub.namespace, sub.name); err == nil && len(names) > 0 && r.get(sub, names[0]) != nil {
				return unwanted("%s is still there", names[0])
			}
			return nil
		}, nil
	}
	field, value, ok := strings.Cut(wanted, " = ")
	if !ok {
		return nil, fmt.Errorf("want %q: write FIELD = VALUE or gone", wanted)
	}
	field, value = strings.TrimSpace(field), strings.TrimSpace(value)
	if sub.name == "" {
		n, err := strconv.Atoi(value)
		if field != "count" || err != nil {
			return nil, fmt.Errorf("want %q: several objects can only be counted: count = 3", wanted)
		}
		return func(r *runner) error {
			if got := len(r.list(sub.resource, sub.namespace, sub.labels)); got != n {
				return unwanted("there are %d", got)
			}
			return nil
		}, nil
	}
	return func(r *runner) error { return r.wantField(sub, field, value) }, nil
}

// parseSubject understands "deployment/web", "pod/web-*[0] in demo", "pods -l app=web", and custom resources by their full
// names: "crontabs.stable.example.com/nightly".
func parseSubject(text string) (subject, error) {
	text, namespace, _ := strings.Cut(text, " in ")
	text, labels, _ := strings.Cut(text, " -l ")
	kind, name, _ := strings.Cut(strings.TrimSpace(text), "/")
	if res := kubectl.FindResource(kind); res != nil {
		kind = res.Name
	} else if !strings.Contains(kind, ".") { // a custom resource, if it has been brought by then
		return subject{}, fmt.Errorf("the server doesn't have a resource type %q", kind)
	}
	return subject{kind, name, strings.TrimSpace(namespace), strings.TrimSpace(labels)}, nil
}

func (r *runner) get(sub subject, name string) api.Object {
	for _, o := range r.list(sub.resource, sub.namespace, "") {
		if o.GetName() == name {
			return o
		}
	}
	return nil
}

func (r *runner) wantField(sub subject, field, value string) error {
	names, err := r.names(sub.resource, sub.namespace, sub.name)
	if err != nil {
		return unwanted("%v", err)
	}
	for _, name := range names {
		o := r.get(sub, name)
		if o == nil {
			return unwanted("there is no %s %s", sub.resource, name)
		}
		if got := lookup(o, field); !matches(value, got) {
			return unwanted("it is %s", got)
		}
	}
	return nil
}

// lookup returns a field of an object as text: a string as it is, anything else as JSON, "absent" when there is none. A
// path has dots between fields and numbers for elements of lists: "spec.containers.0.image". A field whose own name has
// dots is written in brackets: "metadata.labels[example.com/a]".
func lookup(o api.Object, path string) string {
	data, err := json.Marshal(o)
	if err != nil {
		return "absent"
	}
	var v any
	if json.Unmarshal(data, &v) != nil {
		return "absent"
	}
	for path != "" {
		var step string
		if rest, ok := strings.CutPrefix(path, "["); ok {
			step, path, _ = strings.Cut(rest, "]")
		} else if end := strings.IndexAny(path, ".["); end >= 0 {
			step, path = path[:end], path[end:]
		} else {
			step, path = path, ""
		}
		path = strings.TrimPrefix(path, ".")
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(at) {
				return "absent"
			}
			v = at[i]
		default:
			return "absent"
		}
	}
	switch v := v.(type) {
	case nil:
		return "absent"
	case string:
		return v
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "absent"
	}
	return string(text)
}
