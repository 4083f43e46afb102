// Package openapi is what kube-apiserver publishes below /openapi: for every group and version a document of its paths and
// schemas (v3), and one document of all (v2), with the kinds that users bring beside Kubernetes' own.
//
// Kubernetes' own documents are facts of its release. They come out of its module in a Bundle, which is made by the build
// and loaded when somebody asks, so that no program carries them. Models k8s.io/kube-openapi/pkg/handler and handler3, and
// k8s.io/apiextensions-apiserver/pkg/controller/openapi.
package openapi

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
)

// Bundle is the documents of what is served without custom resources, each schema once.
type Bundle struct {
	Info    json.RawMessage            `json:"info"`
	Schemas map[string]json.RawMessage `json:"schemas"` // by name, as v3 has them
	V3      map[string]Group           `json:"v3"`      // by path: "apis/apps/v1"
	V2      Swagger                    `json:"v2"`
}

// Group is the document of a group's version.
type Group struct {
	Paths    map[string]json.RawMessage `json:"paths"`
	Uses     []string                   `json:"uses,omitempty"` // names of schemas, sorted
	Own      map[string]json.RawMessage `json:"own,omitempty"`  // schemas that differ from those of the Bundle
	Security json.RawMessage            `json:"securitySchemes,omitempty"`
}

// Swagger is what the v2 document has beside what follows from the schemas.
type Swagger struct {
	Paths       map[string]json.RawMessage `json:"paths"`
	Parameters  map[string]json.RawMessage `json:"parameters,omitempty"`
	Own         map[string]json.RawMessage `json:"own,omitempty"` // definitions that differ from the schemas
	Security    json.RawMessage            `json:"security,omitempty"`
	Definitions json.RawMessage            `json:"securityDefinitions,omitempty"`
}

// Pack returns the bundle as the file that Unpack reads: equal bundles, equal bytes.
func (b *Bundle) Pack() ([]byte, error) {
	var file bytes.Buffer
	w, err := gzip.NewWriterLevel(&file, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if err := json.NewEncoder(w).Encode(b); err != nil {
		return nil, fmt.Errorf("pack the OpenAPI documents: %w", err)
	}
	err = w.Close()
	return file.Bytes(), err
}

// Unpack reads a bundle.
func Unpack(file []byte) (*Bundle, error) {
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("unpack the OpenAPI documents: %w", err)
	}
	b := &Bundle{}
	if err := json.NewDecoder(r).Decode(b); err != nil {
		return nil, fmt.Errorf("unpack the OpenAPI documents: %w", err)
	}
	return b, nil
}
