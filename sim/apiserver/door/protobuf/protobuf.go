// Package protobuf is the binary encoding of Kubernetes' API: application/vnd.kubernetes.protobuf.
//
// It is apart from the door because it keeps the encoding code of every kind in the program that imports it. In a browser
// nobody asks for it.
package protobuf

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"

	"orrery/sim/api"
	"orrery/sim/apiserver/door"
)

// New returns the format for a door's Handler.
func New() *door.Format {
	s := protobuf.NewSerializer(api.Scheme, api.Scheme)
	return &door.Format{
		MediaType: runtime.ContentTypeProtobuf, Binary: true, Encoder: s, Pretty: s, Decoder: s,
		Event: protobuf.NewRawSerializer(api.Scheme, api.Scheme), Framer: protobuf.LengthDelimitedFramer,
	}
}
