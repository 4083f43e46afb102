// Package endpointslicemirroring is the endpointslicemirroring controller: of a Service without a selector, whose Endpoints
// somebody else writes, it keeps EndpointSlices that say the same, because kube-proxy reads nothing else. Models
// k8s.io/kubernetes/pkg/controller/endpointslicemirroring.
package endpointslicemirroring

import (
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const (
	resource  = "endpointslices.discovery.k8s.io"
	managedBy = "endpointslicemirroring-controller.k8s.io" // the value of a label
)

// Spec is the controller. Its keys are Endpoints.
var Spec = controller.Spec{
	Name:     "endpointslicemirroring-controller",
	Reporter: "endpoint-slice-mirroring-controller",
	Watches: []controller.Watch{
		{Resource: resource, Keys: sliceKey},
		{Resource: "endpoints", Keys: endpointsKey},
		{Resource: "services", Keys: serviceKey},
	},
	Consistent: true,
	Reconcile:  reconcile,
}

// Note says how many slices a sync wrote.
type Note struct {
	Created int `json:"created,omitempty"`
	Updated int `json:"updated,omitempty"`
	Deleted int `json:"deleted,omitempty"`
}

// sliceKey wakes the Endpoints of a mirrored slice that somebody else changed or deleted.
func sliceKey(v controller.View, _ client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if name := now.GetLabels()[discoveryv1.LabelServiceName]; name != "" && !v.Own && now.GetLabels()[discoveryv1.LabelManagedBy] == managedBy {
		add(controller.Key{Namespace: now.GetNamespace(), Name: name}, 0)
	}
}

// endpointsKey leaves out the Endpoints of Services with a selector: those have slices from another controller.
func endpointsKey(v controller.View, _ client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if svc, ok := v.Get("services", now.GetNamespace(), now.GetName()).(*corev1.Service); !ok || svc.Spec.Selector == nil {
		add(controller.KeyOf(now), 0)
	}
}

func serviceKey(_ controller.View, change client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	svc := now.(*corev1.Service)
	was, _ := old.(*corev1.Service)
	if svc.Spec.Selector == nil || was != nil && was.Spec.Selector == nil {
		add(controller.KeyOf(now), 0)
	}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	s := &sync{view: v}
	svc, hasService := v.Get("services", k.Namespace, k.Name).(*corev1.Service)
	endpoints, ok := v.Get("endpoints", k.Namespace, k.Name).(*corev1.Endpoints)
	existing := slicesOf(v, k)
	if !ok || !hasService || svc.Spec.Selector != nil || !mirrored(endpoints) {
		for _, slice := range existing {
			s.remove(slice)
		}
	} else {
		s.endpoints = endpoints
		s.mirror(existing)
	}
	if s.note != (Note{}) {
		s.plan.Note = s.note
	}
	return s.plan
}

// mirrored reports whether Endpoints are to be mirrored: not when a label says so, nor when they are a lock.
func mirrored(e *corev1.Endpoints) bool {
	_, lock := e.Annotations["control-plane.alpha.kubernetes.io/leader"]
	return e.Labels[discoveryv1.LabelSkipMirror] != "true" && !lock
}

// slicesOf returns the slices that mirror Endpoints, by name.
func slicesOf(v controller.View, k controller.Key) []*discoveryv1.EndpointSlice {
	var all []*discoveryv1.EndpointSlice
	v.Each(resource, k.Namespace, func(o api.Object) bool {
		labels := o.GetLabels()
		if labels[discoveryv1.LabelServiceName] == k.Name && labels[discoveryv1.LabelManagedBy] == managedBy {
			all = append(all, o.(*discoveryv1.EndpointSlice))
		}
		return true
	})
	return all
}

// labels returns those of a slice: those of the Endpoints, and whose it is.
func labels(e *corev1.Endpoints) map[string]string {
	l := maps.Clone(e.Labels)
	if l == nil {
		l = map[string]string{}
	}
	l[discoveryv1.LabelServiceName], l[discoveryv1.LabelManagedBy] = e.Name, managedBy
	return l
}

// annotations returns those of a slice: those of the Endpoints but for two that are about the Endpoints themselves.
func annotations(e *corev1.Endpoints) map[string]string {
	a := maps.Clone(e.Annotations)
	delete(a, corev1.EndpointsLastChangeTriggerTime)
	delete(a, corev1.LastAppliedConfigAnnotation)
	return a
}
