// Package openapi makes the file of OpenAPI documents that a simulated API server publishes, out of those that come with
// the module k8s.io/kubernetes: of the groups, versions, resources and subresources that are served here.
package openapi

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"orrery/sim/api"
	"orrery/sim/apiserver/openapi"
)

// File is the name of the file in the site's folder web.
const File = "openapi.json.gz"

// Make returns the content of the file for the source tree at root.
func Make(ctx context.Context, root string) ([]byte, error) {
	module, err := kubernetes(ctx, root)
	if err != nil {
		return nil, err
	}
	bundle, err := read(module)
	if err != nil {
		return nil, err
	}
	return bundle.Pack()
}

// kubernetes returns the folder of the module k8s.io/kubernetes that the tree is built from.
func kubernetes(ctx context.Context, root string) (string, error) {
	command := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubernetes")
	command.Dir = root
	module, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("find the module k8s.io/kubernetes: %w", err)
	}
	return strings.TrimSpace(string(module)), nil
}

// document is as much of a v3 document or a v2 document as matters here.
type document struct {
	Info       map[string]any             `json:"info"`
	Paths      map[string]json.RawMessage `json:"paths"`
	Components struct {
		Schemas  map[string]json.RawMessage `json:"schemas"`
		Security json.RawMessage            `json:"securitySchemes"`
	} `json:"components"`
	Parameters          map[string]json.RawMessage `json:"parameters"`
	Definitions         map[string]json.RawMessage `json:"definitions"`
	Security            json.RawMessage            `json:"security"`
	SecurityDefinitions json.RawMessage            `json:"securityDefinitions"`
}

func read(module string) (*openapi.Bundle, error) {
	enums, err := readEnums(filepath.Join(module, "pkg", "generated", "openapi", "zz_generated.openapi.go"))
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(module, "api", "openapi-spec")
	b := &openapi.Bundle{Schemas: map[string]json.RawMessage{}, V3: map[string]openapi.Group{}}
	const ending = "_openapi.json"
	files, err := filepath.Glob(filepath.Join(folder, "v3", "*"+ending))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		path := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ending), "__", "/")
		if !serves(path) {
			continue
		}
		doc, err := load(file, enums)
		if err != nil {
			return nil, err
		}
		b.V3[path] = group(b, doc)
	}
	return b, swagger(b, filepath.Join(folder, "swagger.json"), enums)
}

func load(file string, enums enums) (*document, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	doc := &document{}
	if err := json.Unmarshal(text, doc); err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	doc.Paths = servedPaths(doc.Paths)
	for _, schemas := range []map[string]json.RawMessage{doc.Components.Schemas, doc.Definitions} {
		for name, schema := range schemas { // any order
			if schemas[name], err = enums.add(name, schema); err != nil {
				return nil, err
			}
		}
	}
	return doc, nil
}

// group takes a group's document into the bundle: its schemas among those of all, unless they are this group's own.
func group(b *openapi.Bundle, doc *document) openapi.Group {
	g := openapi.Group{Paths: doc.Paths, Security: doc.Components.Security, Own: map[string]json.RawMessage{}}
	const prefix = "#/components/schemas/"
	for _, name := range reached(doc.Paths, doc.Components.Schemas, prefix) {
		schema := doc.Components.Schemas[name]
		known, ok := b.Schemas[name]
		switch {
		case !ok:
			b.Schemas[name] = schema
			fallthrough
		case string(known) == string(schema):
			g.Uses = append(g.Uses, name)
		default:
			g.Own[name] = schema
		}
	}
	return g
}

// swagger takes the v2 document into the bundle.
func swagger(b *openapi.Bundle, file string, enums enums) error {
	doc, err := load(file, enums)
	if err != nil {
		return err
	}
	doc.Info["version"] = api.Version
	if b.Info, err = json.Marshal(doc.Info); err != nil {
		return err
	}
	b.V2 = openapi.Swagger{
		Paths: doc.Paths, Parameters: doc.Parameters, Security: doc.Security, Definitions: doc.SecurityDefinitions,
		Own: map[string]json.RawMessage{},
	}
	for _, name := range varied(b) {
		b.V2.Own[name] = doc.Definitions[name]
	}
	return nil
}

// varied returns the names of the schemas that are not the same in all groups.
func varied(b *openapi.Bundle) []string {
	names := map[string]bool{}
	for _, g := range b.V3 {
		for name := range g.Own {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

var reference = regexp.MustCompile(`"\$ref": ?"([^"]+)"`)

// reached returns the names of the schemas that paths refer to, directly or through others, in order.
func reached(paths, schemas map[string]json.RawMessage, prefix string) []string {
	found := map[string]bool{}
	var follow func(json.RawMessage)
	follow = func(text json.RawMessage) {
		for _, match := range reference.FindAllSubmatch(text, -1) {
			name, ok := strings.CutPrefix(string(match[1]), prefix)
			if ok && !found[name] {
				found[name] = true
				follow(schemas[name])
			}
		}
	}
	for _, text := range paths {
		follow(text)
	}
	return slices.Sorted(maps.Keys(found))
}
