package customresource

import (
	"slices"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Cleanup is the finalizer that holds a definition until its objects are gone.
const Cleanup = apiextensionsv1.CustomResourceCleanupFinalizer

type (
	crd           = apiextensionsv1.CustomResourceDefinition
	condition     = apiextensionsv1.CustomResourceDefinitionCondition
	conditionType = apiextensionsv1.CustomResourceDefinitionConditionType
)

// Name returns a definition with the names that it may have, and false when nothing is to be changed. Models
// pkg/controller/status' naming controller.
func (c *Catalog) Name(d *crd, now metav1.Time) (*crd, bool) {
	want := d.Spec.Names
	if apiequality.Semantic.DeepEqual(want, d.Status.AcceptedNames) {
		return nil, false
	}
	names, accepted := c.accept(d)
	established := condition{
		Type: apiextensionsv1.Established, Status: apiextensionsv1.ConditionFalse,
		Reason: "NotAccepted", Message: "not all names are accepted",
	}
	if old := find(d, apiextensionsv1.Established); old != nil {
		established = *old
	}
	if established.Status != apiextensionsv1.ConditionTrue && accepted.Status == apiextensionsv1.ConditionTrue {
		established = condition{
			Type: apiextensionsv1.Established, Status: apiextensionsv1.ConditionFalse,
			Reason: "Installing", Message: "the initial names have been accepted",
		}
	}
	old := find(d, apiextensionsv1.NamesAccepted)
	same := old != nil && old.Status == accepted.Status && old.Reason == accepted.Reason && old.Message == accepted.Message
	if same && apiequality.Semantic.DeepEqual(names, d.Status.AcceptedNames) {
		return nil, false
	}
	next := d.DeepCopy()
	next.Status.AcceptedNames = names
	set(next, accepted, now)
	set(next, established, now)
	return next, true
}

// accept returns those of a definition's names that no other of its group has, and whether that is all of them.
func (c *Catalog) accept(d *crd) (apiextensionsv1.CustomResourceDefinitionNames, condition) {
	resources, kinds := c.taken(d)
	want, names := d.Spec.Names, d.Status.AcceptedNames
	cond := condition{Type: apiextensionsv1.NamesAccepted, Status: apiextensionsv1.ConditionTrue, Reason: "NoConflicts", Message: "no conflicts found"}
	refuse := func(reason, message string) {
		cond.Status, cond.Reason, cond.Message = apiextensionsv1.ConditionFalse, reason, message
	}
	take := func(want string, has *string, taken map[string]bool, reason string) {
		if want != *has && taken[want] {
			refuse(reason, inUse(want))
			return
		}
		*has = want
	}
	take(want.Plural, &names.Plural, resources, "PluralConflict")
	take(want.Singular, &names.Singular, resources, "SingularConflict")
	var conflicts []string
	for _, short := range want.ShortNames {
		if !slices.Contains(names.ShortNames, short) && resources[short] {
			conflicts = append(conflicts, inUse(short))
		}
	}
	switch len(conflicts) {
	case 0:
		names.ShortNames = want.ShortNames
	case 1:
		refuse("ShortNamesConflict", conflicts[0])
	default:
		refuse("ShortNamesConflict", "["+strings.Join(conflicts, ", ")+"]")
	}
	take(want.Kind, &names.Kind, kinds, "KindConflict")
	take(want.ListKind, &names.ListKind, kinds, "ListKindConflict")
	names.Categories = want.Categories
	return names, cond
}

func inUse(name string) string { return strconv.Quote(name) + " is already in use" }

// taken returns the names that the group's definitions have.
func (c *Catalog) taken(d *crd) (resources, kinds map[string]bool) {
	resources, kinds = map[string]bool{}, map[string]bool{}
	for _, other := range c.Definitions() {
		if other.CRD.Spec.Group != d.Spec.Group {
			continue
		}
		has := other.CRD.Status.AcceptedNames
		resources[has.Plural], resources[has.Singular] = true, true
		for _, short := range has.ShortNames {
			resources[short] = true
		}
		kinds[has.Kind], kinds[has.ListKind] = true, true
	}
	return resources, kinds
}

// Establish returns a definition whose names were accepted as one that is served, and false when nothing is to be changed.
// Models pkg/controller/establish.
func Establish(d *crd, now metav1.Time) (*crd, bool) {
	if !is(d, apiextensionsv1.NamesAccepted) || is(d, apiextensionsv1.Established) {
		return nil, false
	}
	next := d.DeepCopy()
	set(next, condition{
		Type: apiextensionsv1.Established, Status: apiextensionsv1.ConditionTrue,
		Reason: "InitialNamesAccepted", Message: "the initial names have been accepted",
	}, now)
	return next, true
}

// Doom marks a definition as one that is being deleted and waits until its objects are gone. The definition is changed.
// Models pkg/registry/customresourcedefinition.
func Doom(d *crd, now metav1.Time) {
	d.DeletionTimestamp = &now
	if !slices.Contains(d.Finalizers, Cleanup) {
		d.Finalizers = append(d.Finalizers, Cleanup)
	}
	set(d, condition{
		Type: apiextensionsv1.Terminating, Status: apiextensionsv1.ConditionTrue, Reason: "InstanceDeletionPending",
		Message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
	}, now)
}

// Doomed reports whether a definition waits for its objects to be gone.
func Doomed(d *crd) bool { return d.DeletionTimestamp != nil && slices.Contains(d.Finalizers, Cleanup) }

// Empty returns a definition whose objects are being deleted. Models pkg/controller/finalizer.
func Empty(d *crd, now metav1.Time) *crd {
	next := d.DeepCopy()
	set(next, condition{
		Type: apiextensionsv1.Terminating, Status: apiextensionsv1.ConditionTrue,
		Reason: "InstanceDeletionInProgress", Message: "CustomResource deletion is in progress",
	}, now)
	return next
}

// Emptying reports whether the objects of a definition are being deleted.
func Emptying(d *crd) bool {
	c := find(d, apiextensionsv1.Terminating)
	return c != nil && c.Reason == "InstanceDeletionInProgress"
}

// KindOf returns the kind that a definition has.
func KindOf(d *crd) schema.GroupKind {
	return schema.GroupKind{Group: d.Spec.Group, Kind: d.Status.AcceptedNames.Kind}
}

// Release returns a definition whose objects are gone, which may go itself.
func Release(d *crd, now metav1.Time) *crd {
	next := d.DeepCopy()
	done := condition{
		Type: apiextensionsv1.Terminating, Status: apiextensionsv1.ConditionFalse,
		Reason: "InstanceDeletionCompleted", Message: "removed all instances",
	}
	if !is(d, apiextensionsv1.Established) {
		done.Reason, done.Message = "NeverEstablished", "resource was never established"
	}
	set(next, done, now)
	next.Finalizers = slices.DeleteFunc(next.Finalizers, func(f string) bool { return f == Cleanup })
	return next
}

func find(d *crd, t conditionType) *condition {
	i := slices.IndexFunc(d.Status.Conditions, func(c condition) bool { return c.Type == t })
	if i < 0 {
		return nil
	}
	return &d.Status.Conditions[i]
}

func is(d *crd, t conditionType) bool {
	c := find(d, t)
	return c != nil && c.Status == apiextensionsv1.ConditionTrue
}

// set sets a condition. Its time stays when its status does.
func set(d *crd, c condition, now metav1.Time) {
	c.LastTransitionTime = now
	old := find(d, c.Type)
	if old == nil {
		d.Status.Conditions = append(d.Status.Conditions, c)
		return
	}
	if old.Status == c.Status && !old.LastTransitionTime.IsZero() {
		c.LastTransitionTime = old.LastTransitionTime
	}
	*old = c
}
