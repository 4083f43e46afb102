package managedfields

import (
	_ "embed"
	"fmt"
	"strings"

	"sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"

	kjson "sigs.k8s.io/json"
)

// schemaText is how the lists and maps of Kubernetes' own types are merged, as the schema of client-go's apply
// configurations has it, but for old and early versions. Each line is a type:
//
//	io.k8s.api.apps.v1.DeploymentSpec {minReadySeconds:$numeric,selector:@io.k8s...LabelSelector,...}
//
// A type is named (@name), or written out: a scalar ($string), a list ([element]) or a map ({field:type=default,*:other}),
// or several of them with bars between. After a list or a map stands how it is merged (a associative, t atomic,
// s separable), and after an associative list its keys. TestSchema writes the file.
//
//go:embed schema.txt
var schemaText string

// relationships are the ways to merge, by the letter that stands for them.
var relationships = map[byte]schema.ElementRelationship{'a': schema.Associative, 't': schema.Atomic, 's': schema.Separable}

// newParser reads the schema.
func newParser() *typed.Parser {
	p := &typed.Parser{}
	for line := range strings.Lines(schemaText) {
		name, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		s := scanner{text: text}
		p.Schema.Types = append(p.Schema.Types, schema.TypeDef{Name: name, Atom: s.atom()})
		if s.at != len(text) {
			panic(fmt.Sprintf("managedfields: the schema of %s has more than it should: %s", name, text[s.at:]))
		}
	}
	return p
}

// scanner reads one line of the schema. The text is our own, so that a mistake in it is a broken invariant.
type scanner struct {
	text string
	at   int
}

func (s *scanner) next() byte {
	if s.at >= len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// take moves on over a byte, if it is the next one.
func (s *scanner) take(b byte) bool {
	if s.next() != b {
		return false
	}
	s.at++
	return true
}

// word takes everything up to one of the bytes that end it.
func (s *scanner) word(ends string) string {
	n := strings.IndexAny(s.text[s.at:], ends)
	if n < 0 {
		n = len(s.text) - s.at
	}
	word := s.text[s.at : s.at+n]
	s.at += n
	return word
}

func (s *scanner) ref() schema.TypeRef {
	if !s.take('@') {
		return schema.TypeRef{Inlined: s.atom()}
	}
	name := s.word("~,}]=|")
	ref := schema.TypeRef{NamedType: &name}
	if s.take('~') {
		r := s.relationship()
		ref.ElementRelationship = &r
	}
	return ref
}

func (s *scanner) relationship() schema.ElementRelationship {
	r, ok := relationships[s.next()]
	if ok {
		s.at++
	}
	return r
}

func (s *scanner) atom() (a schema.Atom) {
	for {
		switch {
		case s.take('$'):
			scalar := schema.Scalar(s.word(",}]=|"))
			a.Scalar = &scalar
		case s.take('['):
			a.List = s.list()
		case s.take('{'):
			a.Map = s.fields()
		}
		if !s.take('|') {
			return a
		}
	}
}

func (s *scanner) list() *schema.List {
	l := &schema.List{ElementType: s.ref()}
	s.take(']')
	l.ElementRelationship = s.relationship()
	if s.take('(') {
		l.Keys = strings.Split(s.word(")"), ",")
		s.take(')')
	}
	return l
}

func (s *scanner) fields() *schema.Map {
	m := &schema.Map{}
	for !s.take('}') {
		name := s.word(":")
		s.take(':')
		ref := s.ref()
		if name == "*" {
			m.ElementType = ref
		} else {
			f := schema.StructField{Name: name, Type: ref}
			if s.take('=') {
				f.Default = scalar(s.word(",}"))
			}
			m.Fields = append(m.Fields, f)
		}
		s.take(',')
	}
	m.ElementRelationship = s.relationship()
	return m
}

// scalar reads a default.
func scalar(text string) (v any) {
	if err := kjson.UnmarshalCaseSensitivePreserveInts([]byte(text), &v); err != nil {
		panic("managedfields: the schema has the default " + text + ": " + err.Error())
	}
	return v
}
