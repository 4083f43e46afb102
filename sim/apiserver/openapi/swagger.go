package openapi

import (
	"encoding/json"
	"maps"
	"strings"
)

// swagger makes the v2 document. Its definitions follow from the v3 schemas.
func (d *Documents) swagger() ([]byte, error) {
	v2 := &d.bundle.V2
	paths, definitions := maps.Clone(v2.Paths), map[string]json.RawMessage{}
	for name, schema := range d.bundle.Schemas { // any order
		def, err := definition(schema)
		if err != nil {
			return nil, err
		}
		definitions[name] = def
	}
	maps.Copy(definitions, v2.Own)
	maps.Copy(paths, d.v2.Paths)
	maps.Copy(definitions, d.v2.Own)
	return json.Marshal(map[string]any{
		"swagger": "2.0", "info": d.bundle.Info, "paths": paths, "definitions": definitions, "parameters": v2.Parameters,
		"securityDefinitions": v2.Definitions, "security": v2.Security,
	})
}

const (
	schemaRef     = "#/components/schemas/"
	definitionRef = "#/definitions/"
)

// definition turns a v3 schema into a v2 definition.
func definition(schema json.RawMessage) (json.RawMessage, error) {
	var s map[string]any
	if err := json.Unmarshal(schema, &s); err != nil {
		return nil, err
	}
	return json.Marshal(older(s))
}

// older returns a v3 schema as v2 has it: without defaults, with references beside other words instead of in allOf, and
// with a string where one of several types may be. The schema is changed.
func older(s map[string]any) map[string]any {
	delete(s, "default")
	if all, ok := s["allOf"].([]any); ok && len(all) == 1 {
		if ref, ok := all[0].(map[string]any)["$ref"]; ok {
			delete(s, "allOf")
			s["$ref"] = ref
		}
	}
	if ref, ok := s["$ref"].(string); ok {
		s["$ref"] = definitionRef + strings.TrimPrefix(ref, schemaRef)
	}
	if _, ok := s["oneOf"]; ok {
		delete(s, "oneOf")
		s["type"] = "string"
	}
	if properties, ok := s["properties"].(map[string]any); ok {
		for _, p := range properties { // any order
			if p, ok := p.(map[string]any); ok {
				older(p)
			}
		}
	}
	for _, below := range []string{"items", "additionalProperties"} {
		if sub, ok := s[below].(map[string]any); ok {
			older(sub)
		}
	}
	return s
}
