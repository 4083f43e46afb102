// Package endpoints is the endpoints controller: it keeps the Endpoints object of every Service that has a selector, with
// the addresses of the pods behind it. Models k8s.io/kubernetes/pkg/controller/endpoint.
//
// kube-proxy reads EndpointSlices instead; Kubernetes still writes both.
package endpoints

//lint:file-ignore SA1019 Endpoints are deprecated for their users; Kubernetes still writes them.

import (
	"maps"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller.
var Spec = controller.Spec{
	Name: name,
	Watches: []controller.Watch{
		{Resource: "endpoints", Keys: endpointsKey},
		{Resource: "services", Keys: serviceKey},
		{Resource: "pods", Keys: controller.ServiceKeys},
	},
	Consistent: true,
	Reconcile:  reconcile,
}

// Note says what a sync found. Ready and NotReady count addresses.
type Note struct {
	Ready    int    `json:"ready"`
	NotReady int    `json:"notReady"`
	Write    string `json:"write"` // "create", "update" or "delete"
}

const (
	name      = "endpoint-controller"
	managedBy = "endpoints.kubernetes.io/managed-by" // a label
)

// endpointsKey wakes the Service whose Endpoints were deleted.
func endpointsKey(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch == client.Deleted {
		add(controller.KeyOf(now), 0)
	}
}

func serviceKey(_ controller.View, _ client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	add(controller.KeyOf(now), 0)
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	plan := controller.Plan{}
	svc, ok := v.Get("services", k.Namespace, k.Name).(*corev1.Service)
	switch {
	case !ok:
		remove(k, &plan)
		return plan
	case svc.Spec.Type == corev1.ServiceTypeExternalName || svc.Spec.Selector == nil:
		plan.Keep = v.Kept
		return plan
	}
	was, _ := v.Kept.(*known)
	now, changed := was.next(v, svc)
	plan.Keep = now
	old, exists := v.Get("endpoints", k.Namespace, k.Name).(*corev1.Endpoints)
	if !exists {
		old = &corev1.Endpoints{ObjectMeta: metav1.ObjectMeta{Namespace: k.Namespace, Name: k.Name}}
	}
	subsets := pack(svc, now.addresses)
	_, over := old.Annotations[corev1.EndpointsOverCapacity]
	if exists && sameSubsets(old.Subsets, subsets) && labelled(old.Labels, svc.Labels) && !over && count(old.Subsets) <= capacity {
		return plan
	}
	endpoints := *old
	endpoints.Subsets = subsets
	endpoints.Labels = labelsFor(svc)
	endpoints.Annotations = annotate(old.Annotations, changed, truncate(&endpoints))
	note := Note{Write: "update"}
	for _, s := range subsets {
		note.Ready += len(s.Addresses)
		note.NotReady += len(s.NotReadyAddresses)
	}
	w := write(client.Update, "FailedToUpdateEndpoint", "Failed to update endpoint "+k.Namespace+"/"+k.Name+": %v", &endpoints)
	if !exists {
		note.Write = "create"
		w = write(client.Create, "FailedToCreateEndpoint", "Failed to create endpoint for service "+k.Namespace+"/"+k.Name+": %v", &endpoints)
	}
	plan.Note = note
	plan.Then(w)
	return plan
}

// remove deletes the Endpoints of a Service that is gone. As a rule the API server did that together with the Service.
func remove(k controller.Key, plan *controller.Plan) {
	plan.Note = Note{Write: "delete"}
	plan.Then(controller.Write{
		Request:  client.Request{Verb: client.Delete, Resource: "endpoints", Namespace: k.Namespace, Name: k.Name},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	})
}

func write(verb client.Verb, reason, message string, o *corev1.Endpoints) controller.Write {
	return controller.Write{
		Request: client.Request{Verb: verb, Resource: "endpoints", Namespace: o.Namespace, Name: o.Name, Object: o},
		Failure: &client.Record{Object: client.Reference(o), Type: corev1.EventTypeWarning, Reason: reason, Message: message},
	}
}

// labelsFor returns the Service's labels and the controller's own.
func labelsFor(svc *corev1.Service) map[string]string {
	labels := maps.Clone(svc.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	delete(labels, corev1.IsHeadlessService)
	if svc.Spec.ClusterIP == corev1.ClusterIPNone || svc.Spec.ClusterIP == "" {
		labels[corev1.IsHeadlessService] = ""
	}
	labels[managedBy] = name
	return labels
}

// labelled reports whether labels are the Service's and the controller's own.
func labelled(labels, service map[string]string) bool {
	if labels[managedBy] != name {
		return false
	}
	own := 0
	for k, value := range labels { // any order
		if k == corev1.IsHeadlessService || k == managedBy {
			own++
		} else if s, ok := service[k]; !ok || s != value {
			return false
		}
	}
	return len(service) == len(labels)-own
}

func annotate(was map[string]string, changed time.Time, truncated bool) map[string]string {
	annotations := maps.Clone(was)
	if annotations == nil {
		annotations = map[string]string{}
	}
	delete(annotations, corev1.EndpointsLastChangeTriggerTime)
	delete(annotations, corev1.EndpointsOverCapacity)
	if !changed.IsZero() {
		annotations[corev1.EndpointsLastChangeTriggerTime] = changed.UTC().Format(time.RFC3339Nano)
	}
	if truncated {
		annotations[corev1.EndpointsOverCapacity] = "truncated"
	}
	return annotations
}

func sameSubsets(a, b []corev1.EndpointSubset) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !sameAddresses(a[i].Addresses, b[i].Addresses) || !sameAddresses(a[i].NotReadyAddresses, b[i].NotReadyAddresses) ||
			!apiequality.Semantic.DeepEqual(a[i].Ports, b[i].Ports) {
			return false
		}
	}
	return true
}

func sameAddresses(a, b []corev1.EndpointAddress) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := &a[i], &b[i]
		if x.IP != y.IP || x.Hostname != y.Hostname || !same(x.NodeName, y.NodeName) || !same(x.TargetRef, y.TargetRef) {
			return false
		}
	}
	return true
}

// same compares what two pointers point to.
func same[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
