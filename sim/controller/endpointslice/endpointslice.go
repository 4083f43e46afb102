// Package endpointslice is the endpointslice controller: it keeps the EndpointSlices of every Service that has a selector,
// with at most 100 endpoints each, from which kube-proxy makes its rules. Models
// k8s.io/kubernetes/pkg/controller/endpointslice and k8s.io/endpointslice.
//
// Simplified: there are no topology hints (spec.trafficDistribution, the topology-mode annotation), and a failed sync is
// tried again after 5 ms, doubling; Kubernetes waits for 1 s at first.
package endpointslice

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const (
	resource  = "endpointslices.discovery.k8s.io"
	managedBy = "endpointslice-controller.k8s.io" // the value of a label
)

// Spec is the controller. Its keys are Services.
var Spec = controller.Spec{
	Name:     "endpointslice-controller",
	Reporter: "endpoint-slice-controller",
	Watches: []controller.Watch{
		{Resource: resource, Keys: sliceKey},
		{Resource: "services", Keys: serviceKey},
		{Resource: "pods", Keys: controller.ServiceKeys},
		{Resource: "nodes", Keys: nodeKeys},
	},
	Consistent: true,
	Reconcile:  reconcile,
}

// Note says what a sync found and did. Endpoints counts those that are wanted, Ready those of them that are ready; the
// others count slices.
type Note struct {
	Endpoints int `json:"endpoints"`
	Ready     int `json:"ready"`
	Created   int `json:"created,omitempty"`
	Updated   int `json:"updated,omitempty"`
	Deleted   int `json:"deleted,omitempty"`
}

// sliceDelay gathers changes to slices that others made.
const sliceDelay = time.Second

// sliceKey wakes the Service of a slice that somebody else changed or deleted.
func sliceKey(v controller.View, _ client.ChangeType, old, now api.Object, add func(controller.Key, time.Duration)) {
	name := now.GetLabels()[discoveryv1.LabelServiceName]
	if old != nil {
		if was := old.GetLabels()[discoveryv1.LabelServiceName]; was != name && was != "" {
			add(controller.Key{Namespace: now.GetNamespace(), Name: was}, sliceDelay)
		}
	}
	managed := now.GetLabels()[discoveryv1.LabelManagedBy] == managedBy ||
		old != nil && old.GetLabels()[discoveryv1.LabelManagedBy] == managedBy
	if name == "" || v.Own || !managed || v.Get("services", now.GetNamespace(), name) == nil {
		return
	}
	add(controller.Key{Namespace: now.GetNamespace(), Name: name}, sliceDelay)
}

func serviceKey(_ controller.View, _ client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	add(controller.KeyOf(now), 0)
}

// nodeKeys wakes nothing: a node's zone is looked up when its pods change.
func nodeKeys(controller.View, client.ChangeType, api.Object, api.Object, func(controller.Key, time.Duration)) {
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	svc, ok := v.Get("services", k.Namespace, k.Name).(*corev1.Service)
	if !ok {
		return controller.Plan{}
	}
	if svc.Spec.Type == corev1.ServiceTypeExternalName || svc.Spec.Selector == nil {
		return controller.Plan{Keep: v.Kept}
	}
	was, _ := v.Kept.(*controller.Backends[endpoints])
	s := &sync{view: v, svc: svc, zones: map[string]zone{}}
	pods, changed := was.Next(v, svc, func(pod *corev1.Pod) endpoints { return endpointsOf(svc, pod, s.zone(pod.Spec.NodeName)) })
	s.pods, s.changed, s.plan.Keep = pods.All, changed, pods
	s.existing = slicesOf(v, svc)
	s.run()
	if s.note.Created+s.note.Updated+s.note.Deleted > 0 {
		s.plan.Note = s.note
	}
	return s.plan
}

// slicesOf returns the slices that belong to a Service by their labels and are not going, by name.
func slicesOf(v controller.View, svc *corev1.Service) []*discoveryv1.EndpointSlice {
	var all []*discoveryv1.EndpointSlice
	v.Each(resource, svc.Namespace, func(o api.Object) bool {
		labels := o.GetLabels()
		if labels[discoveryv1.LabelServiceName] == svc.Name && labels[discoveryv1.LabelManagedBy] == managedBy &&
			o.GetDeletionTimestamp() == nil {
			all = append(all, o.(*discoveryv1.EndpointSlice))
		}
		return true
	})
	return all
}
