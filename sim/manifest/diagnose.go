package manifest

import (
	"errors"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/wire"
)

// diagnosticsMax is how many diagnostics one object has at most.
const diagnosticsMax = 100

const (
	severityError   = "error"
	severityWarning = "warning"
)

// Diagnose returns what an error of Parse says.
func Diagnose(err error) []wire.Diagnostic {
	var e *Error
	if !errors.As(err, &e) {
		return nil
	}
	return []wire.Diagnostic{{Line: e.Line, Column: e.Column, EndCol: e.EndColumn, Severity: severityError, Message: e.Message}}
}

// Diagnose returns what is wrong with the document by itself: its Err, and what its author may not have meant. It is
// empty for a document that the API server can be asked about.
func (d *Document) Diagnose() []wire.Diagnostic {
	var out []wire.Diagnostic
	switch e := d.Err.(type) {
	case *UnknownKindError:
		out = append(out, d.diagnostic("kind", e.problem()))
	case *DecodeError:
		paths, messages := e.places(d)
		for i := range paths {
			if i == diagnosticsMax {
				break
			}
			out = append(out, d.keyDiagnostic(paths[i], messages[i], len(e.strict) > 0))
		}
	}
	return append(out, d.duplicates()...)
}

// Refused returns what the API server said about the document, each cause of an Invalid status where its field stands.
func (d *Document) Refused(status *metav1.Status) []wire.Diagnostic {
	if status == nil {
		return nil
	}
	if status.Details == nil || len(status.Details.Causes) == 0 || status.Reason != metav1.StatusReasonInvalid {
		return []wire.Diagnostic{d.diagnostic(subject(status), status.Message)}
	}
	var out []wire.Diagnostic
	seen := map[string]bool{}
	for _, c := range status.Details.Causes {
		message := c.Field + ": " + c.Message
		if seen[message] || len(out) == diagnosticsMax {
			continue
		}
		seen[message] = true
		out = append(out, d.cause(c, message))
	}
	return out
}

// subject returns the field that a refusal without causes is about.
func subject(status *metav1.Status) string {
	switch {
	case status.Details != nil && status.Details.Kind == "namespaces":
		return "metadata.namespace"
	case strings.Contains(status.Message, "error looking up service account"):
		return "spec.serviceAccountName"
	}
	return "metadata.name"
}

// cause places a cause of an Invalid status. Some name a map where they mean one of its keys or values, which their
// message quotes.
func (d *Document) cause(c metav1.StatusCause, message string) wire.Diagnostic {
	key, value := d.find(c.Field)
	if m := target(value); m.Kind == yaml.MappingNode {
		if k, v := quotedEntry(m, c.Message); k != nil {
			key, value = k, v
		}
	}
	line, col, end := d.chunk.place(key, value)
	return wire.Diagnostic{Line: line, Column: col, EndCol: end, Severity: severityError, Message: message}
}

// quotedEntry returns the key (twice) or the key and value of a mapping that a message like `Invalid value: "a b": ...`
// quotes.
func quotedEntry(n *yaml.Node, message string) (key, value *yaml.Node) {
	_, rest, ok := strings.Cut(message, `value: "`)
	if !ok {
		return nil, nil
	}
	prefix, err := strconv.QuotedPrefix(`"` + rest)
	if err != nil {
		return nil, nil
	}
	bad, _ := strconv.Unquote(prefix)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Value == bad {
			return k, k
		}
		if v.Kind == yaml.ScalarNode && v.Value == bad {
			return k, v
		}
	}
	return nil, nil
}

func (d *Document) diagnostic(path, message string) wire.Diagnostic {
	line, col, end := d.Position(path)
	return wire.Diagnostic{Line: line, Column: col, EndCol: end, Severity: severityError, Message: message}
}

// keyDiagnostic points at a field's name rather than its value.
func (d *Document) keyDiagnostic(path, message string, name bool) wire.Diagnostic {
	key, value := d.find(path)
	if name && key != nil {
		value = key
	}
	line, col, end := d.chunk.place(key, value)
	return wire.Diagnostic{Line: line, Column: col, EndCol: end, Severity: severityError, Message: message}
}

// duplicates warns of keys that a mapping holds twice. Kubernetes takes the last one and says nothing: kubectl makes
// JSON of the manifest before the API server could notice.
func (d *Document) duplicates() []wire.Diagnostic {
	var out []wire.Diagnostic
	var visit func(n *yaml.Node)
	visit = func(n *yaml.Node) {
		if len(out) == diagnosticsMax {
			return
		}
		if n.Kind != yaml.MappingNode {
			for _, c := range n.Content {
				visit(c)
			}
			return
		}
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			name := k.Value
			if k.Kind == yaml.ScalarNode && !isMerge(k) && seen[name] && len(out) < diagnosticsMax {
				line, col, end := d.chunk.span(k)
				out = append(out, wire.Diagnostic{
					Line: line, Column: col, EndCol: end, Severity: severityWarning,
					Message: "key " + strconv.Quote(name) + " already set in map",
				})
			}
			seen[name] = true
			visit(n.Content[i+1])
		}
	}
	visit(d.node)
	return out
}
