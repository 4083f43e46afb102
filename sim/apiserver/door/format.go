package door

import (
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"

	"orrery/sim/api"
)

// Format is a media type that bodies are read and written in.
type Format struct {
	MediaType string
	Binary    bool // whether it needs the Go type of what it writes
	Encoder   runtime.Encoder
	Pretty    runtime.Encoder // for readers
	Decoder   runtime.Decoder // nil for a text format
	Event     runtime.Encoder // of a watch's events; nil when the format cannot be streamed
	Framer    runtime.Framer
}

var (
	jsonFormat = &Format{
		MediaType: runtime.ContentTypeJSON, Encoder: textEncoder(false, false), Pretty: textEncoder(false, true),
		Event: textEncoder(false, false), Framer: json.Framer,
	}
	yamlFormat = &Format{MediaType: runtime.ContentTypeYAML, Encoder: textEncoder(true, false), Pretty: textEncoder(true, false)}
)

func textEncoder(yaml, pretty bool) runtime.Encoder {
	return json.NewSerializerWithOptions(json.DefaultMetaFactory, api.Scheme, api.Scheme, json.SerializerOptions{Yaml: yaml, Pretty: pretty})
}

// formats returns the formats that are served, in the order in which Kubernetes prefers and names them.
func (h Handler) formats() []*Format {
	if h.Protobuf == nil {
		return []*Format{jsonFormat, yamlFormat}
	}
	return []*Format{jsonFormat, yamlFormat, h.Protobuf}
}

// is reports whether the format is a type of an Accept header, which may have stars.
func (f *Format) is(kind, sub string) bool {
	k, s, _ := strings.Cut(f.MediaType, "/")
	return (kind == k || kind == "*" && sub == "*") && (sub == s || sub == "*")
}

// object returns the encoder of objects.
func (a negotiated) object() runtime.Encoder {
	if a.pretty {
		return a.format.Pretty
	}
	return a.format.Encoder
}
