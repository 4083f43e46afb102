package manifest

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"

	"gopkg.in/yaml.v3"
)

// resolver turns nodes into the values that Kubernetes sees.
type resolver struct {
	chunk   *chunk
	open    map[*yaml.Node]bool // aliases being followed
	depth   int                 // of aliases within aliases
	all     int                 // nodes visited
	aliased int                 // of those, inside an alias
	budget  *int                // how many more may be inside an alias, in the whole file
}

// aliasesMax is how many nodes of a file may come from aliases. yaml.v2 bounds their share of a document's nodes, which
// for one large document comes to the same number but lets a file of many small ones grow without end.
const aliasesMax = 400_000

// value returns a node's value: map[string]any, []any, string, bool, int64, uint64, float64 or nil.
func (r *resolver) value(n *yaml.Node) (any, *Error) {
	v, err := r.resolve(n)
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return nil, r.chunk.conversion(n, "json: unsupported value: "+strconv.FormatFloat(f, 'g', -1, 64))
	}
	return v, err
}

// resolve is value with the numbers that JSON does not have.
func (r *resolver) resolve(n *yaml.Node) (any, *Error) {
	r.all++
	if r.depth > 0 {
		r.aliased++
		*r.budget--
	}
	if *r.budget < 0 || r.aliased > 100 && r.all > 1000 && r.aliased > r.all/100*99 {
		return nil, r.chunk.conversion(n, "yaml: document contains excessive aliasing")
	}
	switch n.Kind {
	case yaml.AliasNode:
		return r.alias(n)
	case yaml.MappingNode:
		m := make(map[string]any, len(n.Content)/2)
		return m, r.mapping(n, m)
	case yaml.SequenceNode:
		s := make([]any, len(n.Content))
		for i, c := range n.Content {
			v, err := r.value(c)
			if err != nil {
				return nil, err
			}
			s[i] = v
		}
		return s, nil
	}
	return r.scalar(n)
}

func (r *resolver) alias(n *yaml.Node) (any, *Error) {
	if r.open[n] {
		return nil, r.chunk.conversion(n, "yaml: anchor '"+n.Value+"' value contains itself")
	}
	if r.open == nil {
		r.open = map[*yaml.Node]bool{}
	}
	r.open[n] = true
	r.depth++
	v, err := r.resolve(n.Alias)
	r.depth--
	delete(r.open, n)
	return v, err
}

// mapping writes a mapping's entries into m in their order, so that the last of equal keys wins and a merge overrides
// what stands before it, as in yaml.v2.
func (r *resolver) mapping(n *yaml.Node, m map[string]any) *Error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if isMerge(k) {
			if err := r.merge(v, m); err != nil {
				return err
			}
			continue
		}
		key, err := r.key(k)
		if err != nil {
			return err
		}
		value, err := r.value(v)
		if err != nil {
			return err
		}
		m[key] = value
	}
	return nil
}

func isMerge(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Value != "<<" {
		return false
	}
	return n.Style&yaml.TaggedStyle != 0 && n.Tag == "!!merge" || n.Style&(yaml.TaggedStyle|quoted) == 0
}

// merge writes what a merge key `<<` brings in. Of several mappings the first has precedence.
func (r *resolver) merge(n *yaml.Node, m map[string]any) *Error {
	const wants = "yaml: map merge requires map or sequence of maps as the value"
	sources := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		sources = n.Content
	}
	for i := len(sources) - 1; i >= 0; i-- {
		s := sources[i]
		if s.Kind == yaml.AliasNode && s.Alias.Kind != yaml.MappingNode || s.Kind != yaml.AliasNode && s.Kind != yaml.MappingNode {
			return r.chunk.conversion(s, wants)
		}
		v, err := r.value(s)
		if err != nil {
			return err
		}
		for k, item := range v.(map[string]any) { // any order
			m[k] = item
		}
	}
	return nil
}

// key returns a mapping's key as JSON has it: a string.
func (r *resolver) key(n *yaml.Node) (string, *Error) {
	v, err := r.resolve(n)
	if err != nil {
		return "", err
	}
	switch k := v.(type) {
	case string:
		return k, nil
	case int64:
		return strconv.FormatInt(k, 10), nil
	case bool:
		return strconv.FormatBool(k), nil
	case float64:
		return floatKey(k), nil
	case map[string]any, []any:
		return "", r.chunk.conversion(n, fmt.Sprintf("yaml: invalid map key: %#v", v))
	}
	return "", r.chunk.conversion(n, fmt.Sprintf("unsupported map key of type: %T, key: %+#v", v, v))
}

// floatKey writes a key as sigs.k8s.io/yaml does: as a float of 32 bits, which may then be infinite.
func floatKey(f float64) string {
	switch s := strconv.FormatFloat(f, 'g', -1, 32); s {
	case "+Inf":
		return ".inf"
	case "-Inf":
		return "-.inf"
	case "NaN":
		return ".nan"
	default:
		return s
	}
}

// quoted are the styles whose scalars are strings.
const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

func (r *resolver) scalar(n *yaml.Node) (any, *Error) {
	tag := ""
	switch {
	case n.Style&yaml.TaggedStyle != 0:
		tag = n.Tag
	case n.Style&quoted != 0:
		return n.Value, nil
	}
	switch tag {
	case "", "!!bool", "!!int", "!!float", "!!null", "!!timestamp":
	case "!!binary":
		data, err := base64.StdEncoding.DecodeString(n.Value)
		if err != nil {
			return nil, r.chunk.conversion(n, "yaml: !!binary value contains invalid base64 data")
		}
		return string(data), nil
	default: // a string, or a tag that means nothing here
		return n.Value, nil
	}
	kind, v := resolve(n.Value, tag == "" || tag == "!!timestamp")
	if i, ok := v.(int64); ok && tag == "!!float" {
		kind, v = tag, float64(i)
	}
	if tag != "" && tag != kind {
		return nil, r.chunk.conversion(n, fmt.Sprintf("yaml: cannot decode %s `%s` as a %s", kind, n.Value, tag))
	}
	return v, nil
}
