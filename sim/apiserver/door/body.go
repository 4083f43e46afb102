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
	if c.Verb == client.Get || c.Verb == client.List || c.Verb == client.WatchVerb || c.Subresource == "exec" {
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
		c.Body = data // an apply's may be YAML: the server says what is wrong with it
		return nil
	}
	f, status := h.bodyFormat(r)
	if status != nil {
		return status
	}
	c.Body, status = toJSON(f, data, t)
	return status
}

// toJSON returns an object's body in JSON. What was sent as JSON is left as it is: the server says what is wrong with it.
func toJSON(f *Format, data []byte, t target) ([]byte, *metav1.Status) {
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
	}
	return data, nil
}

func marshal(o runtime.Object) ([]byte, *metav1.Status) {
	data, err := json.Marshal(o)
	if err != nil {
		return nil, internalError(err)
	}
	return data, nil
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
