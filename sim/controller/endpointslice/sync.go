package endpointslice

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// sync is one sync of a Service under way.
type sync struct {
	view     controller.View
	svc      *corev1.Service
	pods     []*controller.Backend[endpoints] // by name
	zones    map[string]zone                  // of nodes that were looked up
	existing []*discoveryv1.EndpointSlice
	changed  time.Time // what the trigger annotation says; zero for nothing
	plan     controller.Plan
	note     Note
}

// changes are the slices of one address family to create, update and delete.
type changes struct {
	create, update, remove []*discoveryv1.EndpointSlice
}

// run brings the slices of each of the Service's address families up to date and deletes those of others.
func (s *sync) run() {
	families := addressTypes(s.svc)
	var others []*discoveryv1.EndpointSlice
	byType := map[discoveryv1.AddressType][]*discoveryv1.EndpointSlice{}
	for _, slice := range s.existing {
		if slices.Contains(families, slice.AddressType) {
			byType[slice.AddressType] = append(byType[slice.AddressType], slice)
		} else {
			others = append(others, slice)
		}
	}
	for _, family := range families {
		s.finish(s.family(family, byType[family]))
	}
	for _, slice := range others {
		s.remove(slice)
	}
}

// addressTypes returns the address types of the Service's families.
func addressTypes(svc *corev1.Service) []discoveryv1.AddressType {
	var types []discoveryv1.AddressType
	for _, f := range svc.Spec.IPFamilies {
		types = append(types, discoveryv1.AddressType(f))
	}
	return types
}

// family compares the slices of one address family with the endpoints that there should be.
func (s *sync) family(family discoveryv1.AddressType, existing []*discoveryv1.EndpointSlice) changes {
	var c changes
	have := map[string][]*discoveryv1.EndpointSlice{} // by ports
	for _, slice := range existing {
		if owned(slice, s.svc) {
			key := portsKey(slice.Ports)
			have[key] = append(have[key], slice)
		} else {
			c.remove = append(c.remove, slice)
		}
	}
	groups := s.desired(family)
	for _, g := range groups {
		s.fill(&c, g, have[g.key])
		delete(have, g.key)
	}
	for _, slice := range existing { // of ports that nobody offers now
		if slices.Contains(have[portsKey(slice.Ports)], slice) {
			c.remove = append(c.remove, slice)
		}
	}
	if len(existing) == len(c.remove) && len(c.create) == 0 {
		s.hold(&c, family)
	}
	return c
}

// hold keeps one empty slice for a Service that has no endpoints.
func (s *sync) hold(c *changes, family discoveryv1.AddressType) {
	empty := s.newSlice(&group{family: family, ports: []discoveryv1.EndpointPort{}})
	if len(c.remove) == 1 && isPlaceholder(c.remove[0], empty) {
		c.remove = nil
		return
	}
	c.create = append(c.create, empty)
}

// isPlaceholder reports whether a slice is already what an empty one would be.
func isPlaceholder(slice, empty *discoveryv1.EndpointSlice) bool {
	return len(slice.Endpoints) == 0 && len(slice.Ports) == 0 && slice.AddressType == empty.AddressType &&
		equalLabels(slice.Labels, empty.Labels) && sameOwners(slice.OwnerReferences, empty.OwnerReferences)
}

func sameOwners(a, b []metav1.OwnerReference) bool {
	return slices.EqualFunc(a, b, func(x, y metav1.OwnerReference) bool {
		return x.APIVersion == y.APIVersion && x.Kind == y.Kind && x.Name == y.Name && x.UID == y.UID
	})
}

// finish plans the writes: a slice that would be deleted is made over into one that would be created.
func (s *sync) finish(c changes) {
	for i := 0; i < len(c.remove) && len(c.create) > 0; {
		last := c.create[len(c.create)-1]
		old := c.remove[i]
		if old.AddressType != last.AddressType || !owned(old, s.svc) {
			i++
			continue
		}
		last.Name = old.Name
		c.create = c.create[:len(c.create)-1]
		c.update = append(c.update, last)
		c.remove = slices.Delete(c.remove, i, i+1)
	}
	if s.svc.DeletionTimestamp == nil {
		for _, slice := range c.create {
			s.note.Created++
			s.write(client.Create, slice, "failed to create EndpointSlice for Service")
		}
	}
	for _, slice := range c.update {
		s.note.Updated++
		s.write(client.Update, slice, "failed to update "+slice.Name+" EndpointSlice for Service")
	}
	for _, slice := range c.remove {
		s.remove(slice)
	}
}

// write plans the creation or the update of a slice that is the sync's own.
func (s *sync) write(verb client.Verb, slice *discoveryv1.EndpointSlice, what string) {
	annotate(slice, s.changed)
	s.plan.Then(controller.Write{
		Request: client.Request{
			Verb: verb, Resource: resource, Namespace: s.svc.Namespace, Name: slice.Name, Object: slice,
		},
		Failure: s.failure(what),
	})
}

func (s *sync) remove(slice *discoveryv1.EndpointSlice) {
	s.note.Deleted++
	s.plan.Then(controller.Write{
		Request: client.Request{
			Verb: client.Delete, Resource: resource, Namespace: slice.Namespace, Name: slice.Name,
		},
		Failure: s.failure("failed to delete " + slice.Name + " EndpointSlice for Service"),
	})
}

func (s *sync) failure(what string) *client.Record {
	name := s.svc.Namespace + "/" + s.svc.Name
	return &client.Record{
		Object: client.Reference(s.svc), Type: corev1.EventTypeWarning, Reason: "FailedToUpdateEndpointSlices",
		Message: "Error updating Endpoint Slices for Service " + name + ": " + what + " " + name + ": %v",
	}
}

// annotate sets the trigger annotation. The slice's annotations become its own.
func annotate(slice *discoveryv1.EndpointSlice, changed time.Time) {
	annotations := map[string]string{}
	for k, v := range slice.Annotations { // any order
		if k != corev1.EndpointsLastChangeTriggerTime {
			annotations[k] = v
		}
	}
	if !changed.IsZero() {
		annotations[corev1.EndpointsLastChangeTriggerTime] = changed.UTC().Format(time.RFC3339Nano)
	}
	slice.Annotations = annotations
}
