package namespace

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// fine is what each condition says when there is nothing to report, in their order.
var fine = []corev1.NamespaceCondition{
	{Type: corev1.NamespaceDeletionDiscoveryFailure, Reason: "ResourcesDiscovered", Message: "All resources successfully discovered"},
	{Type: corev1.NamespaceDeletionGVParsingFailure, Reason: "ParsedGroupVersions", Message: "All legacy kube types successfully parsed"},
	{
		Type: corev1.NamespaceDeletionContentFailure, Reason: "ContentDeleted",
		Message: "All content successfully deleted, may be waiting on finalization",
	},
	{Type: corev1.NamespaceContentRemaining, Reason: "ContentRemoved", Message: "All content successfully removed"},
	{Type: corev1.NamespaceFinalizersRemaining, Reason: "ContentHasNoFinalizers", Message: "All content-preserving finalizers finished"},
}

// updateStatus plans the update of the namespace's conditions and reports whether they change. While pods are left
// Kubernetes does not say so yet: totals is false then.
func (s *sync) updateStatus(totals bool) bool {
	conditions := slices.Clone(s.ns.Status.Conditions)
	changed := false
	for _, c := range fine {
		c.Status = corev1.ConditionFalse
		if totals {
			s.report(&c)
		}
		c.LastTransitionTime = s.view.Stamp()
		i := slices.IndexFunc(conditions, func(was corev1.NamespaceCondition) bool { return was.Type == c.Type })
		if i < 0 {
			conditions, changed = append(conditions, c), true
			continue
		}
		was := conditions[i]
		if was.Status == c.Status {
			c.LastTransitionTime = was.LastTransitionTime
		}
		if was.Status != c.Status || was.Message != c.Message || was.Reason != c.Reason {
			conditions[i], changed = c, true
		}
	}
	if !changed {
		return false
	}
	ns := *s.ns
	ns.Status.Conditions = conditions
	s.plan.Then(controller.Write{Request: client.Request{
		Verb: client.Update, Resource: "namespaces", Subresource: "status", Name: ns.Name, Object: &ns,
	}})
	return true
}

// report turns a condition into one that says what is left.
func (s *sync) report(c *corev1.NamespaceCondition) {
	var parts []string
	switch c.Type {
	case corev1.NamespaceContentRemaining:
		for _, r := range s.note.Remaining {
			res := s.view.Custom().Resource(r.Resource)
			parts = append(parts, res.Plural+"."+res.Kind.Group+" has "+strconv.Itoa(r.Count)+" resource instances")
		}
		if len(parts) > 0 {
			slices.Sort(parts)
			c.Status, c.Reason = corev1.ConditionTrue, "SomeResourcesRemain"
			c.Message = "Some resources are remaining: " + strings.Join(parts, ", ")
		}
	case corev1.NamespaceFinalizersRemaining:
		for f, n := range s.finalizers { // any order: sorted below
			parts = append(parts, f+" in "+strconv.Itoa(n)+" resource instances")
		}
		if len(parts) > 0 {
			slices.Sort(parts)
			c.Status, c.Reason = corev1.ConditionTrue, "SomeFinalizersRemain"
			c.Message = "Some content in the namespace has finalizers remaining: " + strings.Join(parts, ", ")
		}
	}
}
