package door

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"orrery/sim/client"
)

// bodyMax is the largest body that is read, in bytes, as kube-apiserver's limit.
const bodyMax = 3 << 20

// body reads the body of a request into its call: as JSON, whatever it came in.
func (h Handler) body(r *http.Request, c *Call, t target) *metav1.Status {
	if c.Verb == client.Get || c.Verb == client.List || c.Verb == client.WatchVerb {
		return nil
	}
	if c.Verb == client.Patch {
		if status := c.patchType(r); status != nil {
			return status
		}
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, bodyMax+1))
	switch {
	case err != nil:
		return badRequest(err.Error())
	case len(data) > bodyMax:
		return &apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d", bodyMax)).ErrStatus
	}
	switch c.Verb {
	case client.Delete, client.DeleteCollection:
		return c.deleteOptions(h, r, data)
	case client.Patch:
		return c.patch(data)
	}
	f, status := h.bodyFormat(r)
	if status != nil {
		return status
	}
	c.Body, status = toJSON(f, data, t)
	return status
}

// toJSON returns an object's body in JSON.
func toJSON(f *Format, data []byte, t target) (json.RawMessage, *metav1.Status) {
	switch {
	case f.Decoder != nil:
		gvk := t.resource.Kind
		o, _, err := f.Decoder.Decode(data, &gvk, nil)
		if err != nil {
			return nil, badRequest(err.Error())
		}
		return marshal(withKind(o))
	case f == yamlFormat:
		data, err := yaml.YAMLToJSON(data)
		if err != nil {
			return nil, badRequest(err.Error())
		}
		return data, nil
	case !json.Valid(data): // a call is kept in JSON; the words are those of the decoder
		var v any
		return nil, badRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s): couldn't get version/kind; json parse error: %v (%s)",
			t.resource.Kind.Kind, json.Unmarshal(data, &v), summary(data)))
	}
	return data, nil
}

func marshal(o runtime.Object) (json.RawMessage, *metav1.Status) {
	data, err := json.Marshal(o)
	if err != nil {
		return nil, internalError(err)
	}
	return data, nil
}

// summary is what an error shows of a body: text as it is, anything else in hexadecimal, and not too much of it.
func summary(data []byte) string {
	const most = 2 << 10
	text := func(b []byte) string { return fmt.Sprintf("%x", b) }
	if head := strings.TrimLeft(string(data), " \t\r\n"); strings.HasPrefix(head, "{") {
		text = func(b []byte) string { return string(b) }
	}
	if len(data) > most {
		return text(data[:most]) + " ..."
	}
	return text(data)
}

// patchTypes are the kinds of patches that are served, as Kubernetes lists them.
var patchTypes = []string{
	string(types.JSONPatchType), string(types.MergePatchType), string(types.StrategicMergePatchType), string(types.ApplyYAMLPatchType),
}

// patchType reads the kind of a patch.
func (c *Call) patchType(r *http.Request) *metav1.Status {
	name, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	c.PatchType = types.PatchType(name)
	for _, known := range patchTypes {
		if name == known {
			return nil
		}
	}
	return unsupportedMedia("the body of the request was in an unknown format - accepted media types include: " + strings.Join(patchTypes, ", "))
}

// patch keeps a patch in JSON. An apply's may be YAML.
func (c *Call) patch(data []byte) *metav1.Status {
	if c.PatchType == types.ApplyYAMLPatchType {
		converted, err := yaml.YAMLToJSON(data)
		if err != nil {
			return badRequest(fmt.Sprintf("error decoding YAML: %v", err))
		}
		data = converted
	}
	if !json.Valid(data) {
		var v any
		return badRequest(fmt.Sprintf("error decoding patch: %v", json.Unmarshal(data, &v)))
	}
	c.Body = data
	return nil
}

// decodeOptions reads options from a body in any format.
func (h Handler) decodeOptions(r *http.Request, data []byte, o *metav1.DeleteOptions) *metav1.Status {
	f, status := h.bodyFormat(r)
	if status != nil {
		return status
	}
	var err error
	switch {
	case f.Decoder != nil:
		_, _, err = f.Decoder.Decode(data, nil, o)
	default:
		err = yaml.Unmarshal(data, o) // JSON is YAML
	}
	if err != nil {
		return badRequest(err.Error())
	}
	return nil
}
