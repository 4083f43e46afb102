// Package manifest reads Kubernetes manifests: YAML text in, typed objects out, and for everything that is wrong the
// file, line and column together with the words that kubectl or the API server would use.
//
// The text is parsed with gopkg.in/yaml.v3, whose nodes know where they stand; their values are resolved here by the
// rules of YAML 1.1, as sigs.k8s.io/yaml does for Kubernetes: `y` and `on` are booleans, `0777` is octal, the last of
// two equal keys wins. Models k8s.io/cli-runtime/pkg/resource (how kubectl walks the documents of a file) and the
// strict decoding of k8s.io/apiserver.
//
// Simplified: a file of JSON is read as the YAML that it also is; kubectl tries JSON first, and takes several objects
// that follow each other without a separator.
package manifest

import (
	"strings"

	"gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/runtime/schema"
	sigsyaml "sigs.k8s.io/yaml"

	"orrery/sim/api"
)

// Bounds of one file. What is over them is refused with an error, as nothing that a cluster could hold needs it.
const (
	BytesMax     = 8 << 20
	DocumentsMax = 20_000
)

// Document is one object of a file as its author wrote it.
type Document struct {
	File      string
	Index     int // among the objects of the file, from 0
	Kind      schema.GroupVersionKind
	Namespace string // as written; often empty
	Name      string
	// Value is the object as kubectl sends it: maps, slices, strings, bool, int64, uint64, float64 and nil.
	Value map[string]any
	// Resource serves the kind; nil when Err says that nothing does.
	Resource *api.Resource
	// Object is Value decoded, without defaults; nil when Err is set.
	Object api.Object
	// Err says why the object cannot be had: an *UnknownKindError or a *DecodeError.
	Err error

	node  *yaml.Node
	chunk *chunk
}

// Parse returns the objects of a file. At the first document that cannot be read at all it stops, and returns the
// objects before it together with an *Error: kubectl, too, sends those, and then reports the error. An object that can
// be read but not understood is returned with its Err.
func Parse(file, text string) ([]*Document, error) {
	if len(text) > BytesMax {
		return nil, &Error{File: file, Line: 1, Column: 1, EndColumn: 1, Message: "the file is larger than 8 MiB, which is more than this editor takes: split it"}
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	p := parser{file: file, aliases: aliasesMax}
	chunks, tail := split(text)
	for i := range chunks {
		if err := p.chunk(&chunks[i]); err != nil {
			err.File = file
			return p.documents, err
		}
	}
	if tail != nil {
		tail.File = file
		return p.documents, tail
	}
	return p.documents, nil
}

// parser collects the documents of a file.
type parser struct {
	file      string
	documents []*Document
	aliases   int // how many nodes may still come from aliases
}

func (p *parser) chunk(c *chunk) *Error {
	root, err := c.parse()
	if err != nil {
		return c.syntaxError(err)
	}
	if root.Kind == 0 || len(root.Content) == 0 {
		return nil
	}
	r := resolver{chunk: c, budget: &p.aliases}
	value, problem := r.value(root.Content[0])
	if problem != nil {
		return problem
	}
	if value == nil {
		return nil
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return c.invalid(root.Content[0], "invalid object to validate")
	}
	kind, lacks := kindOf(fields)
	if lacks != "" {
		return c.invalid(root.Content[0], lacks)
	}
	if items, ok := fields["items"].([]any); ok && strings.HasSuffix(kind.Kind, "List") {
		return p.list(c, root.Content[0], kind, items)
	}
	return p.add(c, root.Content[0], kind, fields)
}

// parse parses the chunk. yaml.v3 overlooks tabs after comments, where kubectl's parser stops.
func (c *chunk) parse() (*yaml.Node, error) {
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(c.text), &root); err != nil {
		return nil, err
	}
	if strings.ContainsRune(c.text, '\t') {
		if _, err := sigsyaml.YAMLToJSON([]byte(c.text)); err != nil && strings.HasPrefix(err.Error(), "yaml: line ") {
			return nil, err
		}
	}
	return &root, nil
}

// list adds the items of a List, or of a typed one such as a PodList, whose items may leave out their kind.
func (p *parser) list(c *chunk, node *yaml.Node, list schema.GroupVersionKind, items []any) *Error {
	nodes := child(node, "items")
	for i, item := range items {
		at := element(nodes, i)
		fields, ok := item.(map[string]any)
		if !ok {
			return c.invalid(at, "invalid object to validate")
		}
		if fields["kind"] == nil && fields["apiVersion"] == nil {
			fields["kind"], fields["apiVersion"] = strings.TrimSuffix(list.Kind, "List"), list.GroupVersion().String()
		}
		kind, problem := kindOf(fields)
		if problem != "" {
			return c.invalid(at, problem)
		}
		if err := p.add(c, at, kind, fields); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) add(c *chunk, node *yaml.Node, kind schema.GroupVersionKind, fields map[string]any) *Error {
	if len(p.documents) >= DocumentsMax {
		return c.at(node, "the file holds more than 20,000 objects, which is more than this editor takes: split it")
	}
	d := &Document{File: p.file, Index: len(p.documents), Kind: kind, Value: fields, node: node, chunk: c}
	if meta, ok := fields["metadata"].(map[string]any); ok {
		d.Name, _ = meta["name"].(string)
		d.Namespace, _ = meta["namespace"].(string)
	}
	d.decode()
	p.documents = append(p.documents, d)
	return nil
}

// kindOf returns what an object says that it is, or what is wrong with that, in kubectl's words.
func kindOf(fields map[string]any) (schema.GroupVersionKind, string) {
	var gvk schema.GroupVersionKind
	var problems []string
	switch v := fields["apiVersion"].(type) {
	case nil:
		problems = append(problems, "apiVersion not set")
	case string:
		gv, err := schema.ParseGroupVersion(v)
		if err != nil {
			problems = append(problems, err.Error())
		}
		gvk = gv.WithKind("")
	default:
		problems = append(problems, "apiVersion isn't string type")
	}
	switch v := fields["kind"].(type) {
	case nil:
		problems = append(problems, "kind not set")
	case string:
		gvk.Kind = v
	default:
		problems = append(problems, "kind isn't string type")
	}
	switch len(problems) {
	case 0:
		return gvk, ""
	case 1:
		return gvk, problems[0]
	}
	return gvk, "[" + strings.Join(problems, ", ") + "]"
}
