package openapi

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// enum is what a running API server publishes of a property that the documents in the module leave out: which values it
// may have, and the description that explains each.
type enum struct {
	description string
	values      []string
	items       bool // the values are those of a list's items
}

// enums are the enums by the names of schemas and of their properties.
type enums map[string]map[string]enum

// readEnums reads the enums out of the Go source that API servers make their documents from, one function for a schema.
func readEnums(file string) (enums, error) {
	source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read the definitions of schemas: %w", err)
	}
	found := enums{}
	for _, decl := range source.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if name, ok := strings.CutPrefix(f.Name.Name, "schema_k8sio_api_"); ok {
			found.take("io.k8s.api."+strings.ReplaceAll(name, "_", "."), f)
		}
	}
	return found, nil
}

// take adds the enums of a schema's properties: of each entry, named by a string, that has one.
func (e enums) take(schema string, f *ast.FuncDecl) {
	ast.Inspect(f, func(n ast.Node) bool {
		entry, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return true
		}
		property, ok := text(entry.Key)
		if !ok {
			return true
		}
		props := field(entry.Value, "SchemaProps")
		found := enum{values: texts(field(props, "Enum"))}
		if found.values == nil {
			found.items = true
			found.values = texts(field(field(field(field(props, "Items"), "Schema"), "SchemaProps"), "Enum"))
		}
		if found.values == nil {
			return true
		}
		found.description, _ = text(field(props, "Description"))
		if e[schema] == nil {
			e[schema] = map[string]enum{}
		}
		e[schema][property] = found
		return false
	})
}

// add returns a schema with the enums of its properties.
func (e enums) add(name string, schema json.RawMessage) (json.RawMessage, error) {
	if e[name] == nil {
		return schema, nil
	}
	var whole map[string]any
	if err := json.Unmarshal(schema, &whole); err != nil {
		return nil, fmt.Errorf("read schema %s: %w", name, err)
	}
	properties, _ := whole["properties"].(map[string]any)
	for property, enum := range e[name] { // any order
		p, ok := properties[property].(map[string]any)
		if !ok {
			continue
		}
		p["description"] = enum.description
		if enum.items {
			p, ok = p["items"].(map[string]any)
		}
		if ok {
			p["enum"] = enum.values
		}
	}
	return json.Marshal(whole)
}

// field returns the value of a field of a struct literal, or of the literal that an address is taken of.
func field(e ast.Expr, name string) ast.Expr {
	if address, ok := e.(*ast.UnaryExpr); ok {
		e = address.X
	}
	literal, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, element := range literal.Elts {
		if entry, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := entry.Key.(*ast.Ident); ok && key.Name == name {
				return entry.Value
			}
		}
	}
	return nil
}

// text returns the value of a literal string.
func text(e ast.Expr) (string, bool) {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(literal.Value)
	return value, err == nil
}

// texts returns the values of a list of literal strings; nil when it is none.
func texts(e ast.Expr) (values []string) {
	list, ok := e.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	for _, element := range list.Elts {
		if value, ok := text(element); ok {
			values = append(values, value)
		}
	}
	return values
}
