package managedfields

import (
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/structured-merge-diff/v6/schema"
	"sigs.k8s.io/structured-merge-diff/v6/typed"

	"orrery/sim/api"
)

var update = flag.Bool("update", false, "rewrite schema.txt from client-go")

// TestSchema holds the schema equal to that of client-go's apply configurations, and that every kind of the API has one.
func TestSchema(t *testing.T) {
	from := clientGo(t)
	var lines []string
	for _, d := range from.Schema.Types {
		if served(d.Name) {
			lines = append(lines, d.Name+" "+writeAtom(d.Atom)+"\n")
		}
	}
	slices.Sort(lines)
	text := strings.Join(lines, "")
	if *update {
		if err := os.WriteFile("schema.txt", []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		schemaText = text
	}
	if text != schemaText {
		t.Error("schema.txt is not what client-go says; run this test with -update")
	}
	read := newParser()
	for _, d := range read.Schema.Types {
		want, _ := from.Schema.FindNamedType(d.Name)
		if got := writeAtom(d.Atom); got != writeAtom(want.Atom) {
			t.Errorf("%s is read as %s", d.Name, got)
		}
	}
	for _, r := range api.Resources {
		if r.Storage == "" || slices.Contains(unknown, r.Kind.Group) {
			continue
		}
		name, err := api.Scheme.ToOpenAPIDefinitionName(r.Kind)
		if err != nil {
			t.Errorf("%s: %v", r.Name, err)
		} else if !read.Type(name).IsValid() {
			t.Errorf("%s: there is no type %s", r.Name, name)
		}
	}
}

// served reports whether a type is of a version that is served, or used by one that is.
func served(name string) bool {
	rest, ok := strings.CutPrefix(name, "io.k8s.api.")
	if !ok {
		return true
	}
	version := strings.Split(rest, ".")[1]
	return version == "v1" || version == "v2"
}

// clientGo reads the schema out of the source of client-go, which keeps it to itself.
func clientGo(t *testing.T) *typed.Parser {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/client-go").Output()
	if err != nil {
		t.Fatalf("where is client-go: %v", err)
	}
	name := filepath.Join(strings.TrimSpace(string(out)), "applyconfigurations", "internal", "internal.go")
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	yaml := ""
	ast.Inspect(file, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING && len(l.Value) > len(yaml) {
			yaml = l.Value
		}
		return true
	})
	text, err := strconv.Unquote(yaml)
	if err != nil {
		t.Fatal(err)
	}
	p, err := typed.NewParser(typed.YAMLObject(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func writeRef(r schema.TypeRef) string {
	if r.NamedType == nil {
		return writeAtom(r.Inlined)
	}
	name := "@" + *r.NamedType
	if r.ElementRelationship != nil {
		name += "~" + letter(*r.ElementRelationship)
	}
	return name
}

func writeAtom(a schema.Atom) string {
	var parts []string
	if a.Scalar != nil {
		parts = append(parts, "$"+string(*a.Scalar))
	}
	if l := a.List; l != nil {
		text := "[" + writeRef(l.ElementType) + "]" + letter(l.ElementRelationship)
		if len(l.Keys) > 0 {
			text += "(" + strings.Join(l.Keys, ",") + ")"
		}
		parts = append(parts, text)
	}
	if m := a.Map; m != nil {
		var fields []string
		for _, f := range m.Fields {
			text := f.Name + ":" + writeRef(f.Type)
			switch f.Default.(type) {
			case nil, map[any]any, map[string]any: // only scalars can be keys of a list
			default:
				value, _ := json.Marshal(f.Default)
				text += "=" + string(value)
			}
			fields = append(fields, text)
		}
		if other := writeRef(m.ElementType); other != "" {
			fields = append(fields, "*:"+other)
		}
		parts = append(parts, "{"+strings.Join(fields, ",")+"}"+letter(m.ElementRelationship))
	}
	return strings.Join(parts, "|")
}

func letter(r schema.ElementRelationship) string {
	for b, known := range relationships {
		if known == r {
			return string(b)
		}
	}
	return ""
}
