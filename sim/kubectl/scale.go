package kubectl

import (
	"encoding/json"
	"strconv"

	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
)

// scaling is kubectl scale of one object: a patch of its scale subresource.
type scaling struct{ object }

func (s *scaling) clone() task { c := *s; return &c }

func (s *scaling) start(t *turn) bool { return t.send(s.request(client.Get)) }

func (s *scaling) answer(t *turn, r *client.Response) bool {
	if r.Error != nil {
		return t.fail(statusError(r.Error))
	}
	if r.Request.Verb == client.Patch {
		return t.print(s.line("scaled"))
	}
	c := t.process.command
	q := s.request(client.Patch)
	q.Subresource, q.PatchType = "scale", types.MergePatchType
	q.PatchData = []byte(`{"spec":{"replicas":` + itoa(int64(c.Replicas)) + `}}`)
	if c.CurrentReplicas != nil {
		// Simplified: kubectl reads the scale subresource for this and updates what it read.
		if n := replicas(r.Object); n != *c.CurrentReplicas {
			return t.fail(plainError("Expected replicas to be " + itoa(int64(*c.CurrentReplicas)) + ", was " + itoa(int64(n))))
		}
		q.Revision = r.Object.GetResourceVersion()
	}
	return t.send(q)
}

// replicas returns the spec.replicas of any kind.
func replicas(o api.Object) int32 {
	data, err := json.Marshal(o)
	if err != nil {
		return 0
	}
	var v struct {
		Spec struct {
			Replicas int32 `json:"replicas"`
		} `json:"spec"`
	}
	if json.Unmarshal(data, &v) != nil {
		return 0
	}
	return v.Spec.Replicas
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
