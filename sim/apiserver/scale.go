package apiserver

import (
	"errors"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	"k8s.io/kubernetes/pkg/apis/autoscaling/validation"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// scales is what the body of the scale subresource is decoded and patched as.
var scales = &api.Resource{
	Name: "scales.autoscaling", Plural: "scales", Kind: autoscalingv1.SchemeGroupVersion.WithKind("Scale"), Namespaced: true,
	New: func() api.Object { return &autoscalingv1.Scale{} },
}

// prepareScale changes an object's replicas through its scale subresource.
func (s *Server) prepareScale(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	if v := customresource.Of(res); v != nil {
		return s.prepareCustomScale(t, v, r)
	}
	part := &api.Resource{Plural: res.Plural + "/scale", Kind: res.Kind}
	if s.store.Get(res.Key(r.Namespace, r.Name)) == nil {
		return outcome{}, notFound(part, r.Name)
	}
	whole := *r
	whole.Subresource, whole.PatchType, whole.PatchData, whole.Body = "", "", nil, nil
	var warnings []string
	out, status := s.manage(t, res, &whole, r.Subresource, func(current api.Object) (api.Object, *metav1.Status) {
		sc, status := scaleOf(current), (*metav1.Status)(nil)
		if r.Verb == client.Patch {
			var o api.Object
			if o, warnings, status = patched(scales, r, sc); status != nil {
				return nil, status
			}
			sc = o.(*autoscalingv1.Scale)
		} else if given, ok := r.Object.(*autoscalingv1.Scale); ok {
			sc = given.DeepCopy()
		} else {
			return nil, badRequest("expected input object type to be Scale")
		}
		if status := checkScale(part, sc, current); status != nil {
			return nil, status
		}
		o := current.DeepCopyObject().(api.Object)
		*replicasOf(o) = sc.Spec.Replicas
		o.SetResourceVersion(sc.ResourceVersion)
		return o, nil
	})
	out.warnings = append(warnings, out.warnings...)
	return out, status
}

// checkScale validates a Scale that is to be written onto an object.
func checkScale(part *api.Resource, sc *autoscalingv1.Scale, current api.Object) *metav1.Status {
	in, err := api.Internal(sc)
	if err != nil {
		return badRequest(err.Error())
	}
	if errs := validation.ValidateScale(in.(*autoscaling.Scale)); len(errs) > 0 {
		return statusOf(apierrors.NewInvalid(scales.Kind.GroupKind(), current.GetName(), errs))
	}
	if sc.UID != "" && sc.UID != current.GetUID() {
		return conflict(part, current.GetName(), "Precondition failed: UID in precondition: "+string(sc.UID)+
			", UID in object meta: "+string(current.GetUID()))
	}
	return nil
}

// scaleOf returns the Scale of an object. A kind that has the subresource without being here is a broken invariant.
func scaleOf(o api.Object) *autoscalingv1.Scale {
	sc := &autoscalingv1.Scale{
		ObjectMeta: metav1.ObjectMeta{
			Name: o.GetName(), Namespace: o.GetNamespace(), UID: o.GetUID(), ResourceVersion: o.GetResourceVersion(),
			CreationTimestamp: o.GetCreationTimestamp(),
		},
		Spec: autoscalingv1.ScaleSpec{Replicas: *replicasOf(o)},
	}
	switch o := o.(type) {
	case *appsv1.Deployment:
		sc.Status.Replicas, sc.Status.Selector = o.Status.Replicas, selectorText(o.Spec.Selector)
	case *appsv1.ReplicaSet:
		sc.Status.Replicas, sc.Status.Selector = o.Status.Replicas, selectorText(o.Spec.Selector)
	case *appsv1.StatefulSet:
		sc.Status.Replicas, sc.Status.Selector = o.Status.Replicas, selectorText(o.Spec.Selector)
	case *corev1.ReplicationController:
		sc.Status.Replicas, sc.Status.Selector = o.Status.Replicas, labels.SelectorFromSet(o.Spec.Selector).String()
	}
	return sc
}

// selectorText returns a selector as Scale has it. Validation has seen to it that it can be read.
func selectorText(s *metav1.LabelSelector) string {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		return ""
	}
	return selector.String()
}

// replicasOf returns where an object says how many replicas are wanted.
func replicasOf(o api.Object) *int32 {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return o.Spec.Replicas
	case *appsv1.ReplicaSet:
		return o.Spec.Replicas
	case *appsv1.StatefulSet:
		return o.Spec.Replicas
	case *corev1.ReplicationController:
		return o.Spec.Replicas
	}
	panic(errors.New("apiserver: " + o.GetName() + " has no replicas"))
}
