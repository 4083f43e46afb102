package apiserver

import (
	"encoding/json"
	"strconv"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// customScale returns the scale subresource of a custom object.
func customScale(v *customresource.Version, o api.Object) (api.Object, *metav1.Status) {
	scale, _, err := v.Scale(v.Serve(o.(*customresource.Object)))
	if err != nil {
		return nil, badRequest(err.Error())
	}
	return scale, nil
}

// prepareCustomScale changes the replicas of a custom object through its scale subresource.
func (s *Server) prepareCustomScale(t *engine.Turn, v *customresource.Version, r *client.Request) (outcome, *metav1.Status) {
	plain := *r
	plain.Subresource, plain.Object, plain.PatchData, plain.Body = "", nil, nil, nil
	out, status := s.prepareUpdate(t, v.Resource, &plain, func(current api.Object) (api.Object, *metav1.Status) {
		o := current.DeepCopyObject().(*customresource.Object)
		before, set, err := v.Scale(o)
		if err != nil {
			return nil, badRequest(err.Error())
		}
		after, status := scaled(r, before)
		if status != nil {
			return nil, status
		}
		if !set && after.Spec.Replicas == before.Spec.Replicas {
			return nil, badRequest("the spec replicas field " + strconv.Quote(v.ReplicasPath()) + " cannot be empty")
		}
		if err := v.SetReplicas(o, after.Spec.Replicas); err != nil {
			return nil, badRequest(err.Error())
		}
		if after.ResourceVersion != "" {
			o.SetResourceVersion(after.ResourceVersion)
		}
		return o, nil
	})
	if status != nil {
		return out, status
	}
	o := out.object
	if o == nil {
		o = out.write.Object
	}
	scale, status := customScale(v, o)
	out.object = scale
	return out, status
}

// scaled returns a scale as a request wants it.
func scaled(r *client.Request, before *autoscalingv1.Scale) (*autoscalingv1.Scale, *metav1.Status) {
	if r.Verb == client.Update {
		if o, ok := r.Object.(*autoscalingv1.Scale); ok {
			return o, nil
		}
		return nil, badRequest("a Scale must be given")
	}
	data, err := json.Marshal(before)
	if err != nil {
		return nil, badRequest(err.Error())
	}
	after, _, err := applyMerge(r, data)
	if err != nil {
		return nil, statusOf(err)
	}
	scale := &autoscalingv1.Scale{}
	if err := json.Unmarshal(after, scale); err != nil {
		return nil, badRequest(err.Error())
	}
	return scale, nil
}
