package manifest

import (
	"encoding/json"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "sigs.k8s.io/json"

	"orrery/sim/api"
)

// UnknownKindError says that nothing serves a document's kind.
type UnknownKindError struct {
	File, Namespace, Name string
	Kind                  schema.GroupVersionKind
}

// Error implements error, in the words of kubectl.
func (e *UnknownKindError) Error() string {
	return "resource mapping not found for name: " + strconv.Quote(e.Name) + " namespace: " + strconv.Quote(e.Namespace) +
		" from " + strconv.Quote(e.File) + ": " + e.problem() + "\nensure CRDs are installed first"
}

func (e *UnknownKindError) problem() string {
	return "no matches for kind " + strconv.Quote(e.Kind.Kind) + " in version " + strconv.Quote(e.Kind.GroupVersion().String())
}

// DecodeError says that a document is not an object of its kind: a value has the wrong type, or fields are unknown.
// The API server finds this out in the real world, with field validation Strict as kubectl asks for.
type DecodeError struct {
	Kind   schema.GroupVersionKind
	Cause  error
	strict []error // the unknown fields, one each
}

// Error implements error, in the words of the API server.
func (e *DecodeError) Error() string {
	return e.Kind.Kind + " in version " + strconv.Quote(e.Kind.Version) + " cannot be handled as a " + e.Kind.Kind + ": " +
		e.Cause.Error()
}

// Unwrap returns what the decoder said.
func (e *DecodeError) Unwrap() error { return e.Cause }

// decode fills in the document's Resource and Object, or its Err.
func (d *Document) decode() {
	res := api.FindKind(d.Kind)
	if res == nil {
		d.Err = &UnknownKindError{File: d.File, Namespace: d.Namespace, Name: d.Name, Kind: d.Kind}
		return
	}
	d.Resolve(res)
}

// Resolve decodes the document as an object of a resource that serves its kind: a custom one, which Parse does not know.
func (d *Document) Resolve(res *api.Resource) {
	d.Resource, d.Err = res, nil
	object, strict, err := decode(d.Resource, d.Value)
	switch {
	case err != nil:
		d.Err = &DecodeError{Kind: d.Kind, Cause: err}
	case len(strict) > 0:
		d.Err = &DecodeError{Kind: d.Kind, Cause: runtime.NewStrictDecodingError(strict), strict: strict}
	default:
		d.Object = object
	}
}

// decode makes a typed object of a value, and returns the unknown fields apart from what cannot be decoded at all.
func decode(res *api.Resource, value any) (object api.Object, strict []error, err error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, nil, err
	}
	object = res.New()
	strict, err = kjson.UnmarshalStrict(data, object)
	return object, strict, err
}

var unknownField = regexp.MustCompile(`^unknown field "(.*)"$`)

// places returns a field path and a message for each thing that is wrong.
func (e *DecodeError) places(d *Document) (paths []string, messages []string) {
	for _, s := range e.strict {
		path := ""
		if m := unknownField.FindStringSubmatch(s.Error()); m != nil {
			path = m[1]
		}
		paths, messages = append(paths, path), append(messages, "strict decoding error: "+s.Error())
	}
	if len(e.strict) == 0 {
		paths, messages = []string{d.culprit(e.Cause.Error())}, []string{e.Cause.Error()}
	}
	return paths, messages
}

// searchBytesMax bounds the work of looking for the value that cannot be decoded.
const searchBytesMax = 8 << 20

// culprit returns the path of a value that cannot be decoded. The decoder names types and fields but no list index and
// no map key, and its custom types (quantities, times) say nothing of where they stand. So it is looked for: half of
// an object's fields or a list's elements are left out, and it is seen whether the complaint is still the same.
func (d *Document) culprit(complaint string) string {
	budget := searchBytesMax
	var path []any
	var at any = d.Value
	for {
		children := childrenOf(at)
		same := func(n int) bool { // without the first n children
			value := replace(d.Value, path, drop(at, children[:n]))
			data, err := json.Marshal(value)
			if err != nil || budget < 0 {
				return false
			}
			budget -= len(data)
			_, err = kjson.UnmarshalStrict(data, d.Resource.New())
			return err != nil && err.Error() == complaint
		}
		if len(children) == 0 || same(len(children)) || budget < 0 {
			return pathString(path)
		}
		n := sort.Search(len(children), func(i int) bool { return !same(i + 1) })
		if budget < 0 {
			return pathString(path)
		}
		next := children[min(n, len(children)-1)]
		path, at = append(path, next), get(at, next)
	}
}

// childrenOf returns an object's keys in order or a list's indexes.
func childrenOf(v any) []any {
	var children []any
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v { // any order: sorted below
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			children = append(children, k)
		}
	case []any:
		for i := range v {
			children = append(children, i)
		}
	}
	return children
}

func get(v, key any) any {
	if i, ok := key.(int); ok {
		return v.([]any)[i]
	}
	return v.(map[string]any)[key.(string)]
}

// drop returns a copy of an object or a list with some children set to null, which decodes as nothing.
func drop(v any, children []any) any {
	for _, c := range children {
		v = set(v, c, nil, len(children) > 0 && c == children[0])
	}
	return v
}

// set sets a child, of a shallow copy when copied is true.
func set(v, key, child any, copied bool) any {
	if i, ok := key.(int); ok {
		s := v.([]any)
		if copied {
			s = append([]any(nil), s...)
		}
		s[i] = child
		return s
	}
	m := v.(map[string]any)
	if copied {
		c := make(map[string]any, len(m))
		for k, v := range m { // any order
			c[k] = v
		}
		m = c
	}
	m[key.(string)] = child
	return m
}

// replace returns a copy of an object with the value at a path replaced.
func replace(v any, path []any, by any) any {
	if len(path) == 0 {
		return by
	}
	return set(v, path[0], replace(get(v, path[0]), path[1:], by), true)
}

// pathString writes a path as Kubernetes does.
func pathString(path []any) string {
	var b strings.Builder
	for _, p := range path {
		switch p := p.(type) {
		case int:
			b.WriteString("[" + strconv.Itoa(p) + "]")
		case string:
			if strings.ContainsAny(p, ".[]/ ") {
				b.WriteString("[" + p + "]")
				continue
			}
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(p)
		}
	}
	return b.String()
}
