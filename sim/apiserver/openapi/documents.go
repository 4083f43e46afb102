package openapi

import (
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"google.golang.org/protobuf/proto"
)

// Format is a form in which a document can be had.
type Format string

// The formats of a document.
const (
	JSON  Format = "json"
	Proto Format = "protobuf" // of gnostic's messages
)

// Document is a document in one format. Tag is the ETag of its content in JSON, without quotes.
type Document struct {
	Data []byte
	Tag  string
}

// Documents is all documents of one moment. They are made when they are asked for and then kept: it is not safe for
// concurrent use.
type Documents struct {
	bundle *Bundle
	groups map[string]*Group // with those of custom resources
	v2     Swagger           // what custom resources add to v2
	made   map[made]Document
}

type made struct {
	path   string
	format Format
}

// New returns the documents of a bundle.
func New(b *Bundle) *Documents {
	d := &Documents{bundle: b, groups: map[string]*Group{}, made: map[made]Document{}}
	d.v2.Paths, d.v2.Own = map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for path, g := range b.V3 { // any order
		d.groups[path] = &g
	}
	return d
}

// Index returns the list of v3 documents, each with the hash of its content.
func (d *Documents) Index() (Document, error) {
	type entry struct {
		URL string `json:"serverRelativeURL"`
	}
	paths := map[string]entry{}
	for _, path := range slices.Sorted(maps.Keys(d.groups)) {
		doc, err := d.V3(path, JSON)
		if err != nil {
			return Document{}, err
		}
		paths[path] = entry{URL(path, doc.Tag)}
	}
	data, err := json.Marshal(map[string]any{"paths": paths})
	return Document{data, tag(data)}, err
}

// URL returns where the v3 document of a group and version is, when it has this tag.
func URL(path, tag string) string { return "/openapi/v3/" + path + "?hash=" + url.QueryEscape(tag) }

// Has reports whether there is a v3 document for a path as "apis/apps/v1".
func (d *Documents) Has(path string) bool { return d.groups[path] != nil }

// V3 returns the document of a group and version: "apis/apps/v1". There must be one.
func (d *Documents) V3(path string, format Format) (Document, error) {
	return d.make(made{path, format}, func() ([]byte, error) {
		g := d.groups[path]
		schemas := make(map[string]json.RawMessage, len(g.Uses)+len(g.Own))
		for _, name := range g.Uses {
			schemas[name] = d.bundle.Schemas[name]
		}
		maps.Copy(schemas, g.Own)
		components := map[string]any{}
		if len(schemas) > 0 {
			components["schemas"] = schemas
		}
		if g.Security != nil {
			components["securitySchemes"] = g.Security
		}
		doc := map[string]any{"openapi": "3.0.0", "info": d.bundle.Info, "paths": g.Paths}
		if len(components) > 0 {
			doc["components"] = components
		}
		return json.Marshal(doc)
	}, func(data []byte) (proto.Message, error) { return openapi_v3.ParseDocument(data) })
}

// V2 returns the document of everything that is served.
func (d *Documents) V2(format Format) (Document, error) {
	return d.make(made{"", format}, d.swagger, func(data []byte) (proto.Message, error) { return openapi_v2.ParseDocument(data) })
}

// make returns a document, which write makes in JSON and parse turns into protobuf.
func (d *Documents) make(k made, write func() ([]byte, error), parse func([]byte) (proto.Message, error)) (Document, error) {
	if doc, ok := d.made[k]; ok {
		return doc, nil
	}
	var doc Document
	if k.format == JSON {
		data, err := write()
		if err != nil {
			return Document{}, err
		}
		doc = Document{data, tag(data)}
	} else {
		text, err := d.make(made{k.path, JSON}, write, parse)
		if err != nil {
			return Document{}, err
		}
		message, err := parse(text.Data)
		if err != nil {
			return Document{}, err
		}
		data, err := proto.Marshal(message)
		if err != nil {
			return Document{}, err
		}
		doc = Document{data, text.Tag}
	}
	d.made[k] = doc
	return doc, nil
}

func tag(data []byte) string {
	sum := sha512.Sum512(data)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}
