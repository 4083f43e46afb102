package customresource

import (
	"maps"
	"math"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// PrepareCreate makes a new object one that may be created: without a status when that is a subresource.
func (v *Version) PrepareCreate(o *Object) {
	if v.hasStatus {
		delete(o.Object, "status")
	}
	o.SetGeneration(1)
}

// PrepareUpdate carries over what an update may not change and counts the generations.
func (v *Version) PrepareUpdate(o, old *Object) {
	if v.hasStatus {
		if status, ok := old.Object["status"]; ok {
			o.Object["status"] = status
		} else {
			delete(o.Object, "status")
		}
	}
	if !apiequality.Semantic.DeepEqual(content(o), content(old)) {
		o.SetGeneration(old.GetGeneration() + 1)
	}
}

// content returns an object without its metadata.
func content(o *Object) map[string]any {
	c := maps.Clone(o.Object)
	delete(c, "metadata")
	return c
}

// PrepareStatus makes an object one in which only the status changes.
func (v *Version) PrepareStatus(o, old *Object) {
	status, ok := o.Object["status"]
	managed := o.GetManagedFields()
	o.Object = old.DeepCopy().Object
	o.SetManagedFields(managed)
	if ok {
		o.Object["status"] = status
	} else {
		delete(o.Object, "status")
	}
}

// ValidateCreate checks a new object.
func (v *Version) ValidateCreate(o *Object) field.ErrorList {
	if errs := v.validateKind(o); len(errs) > 0 {
		return errs
	}
	meta := field.NewPath("metadata")
	errs := apivalidation.ValidateObjectMetaAccessor(o, v.Resource.Namespaced, apivalidation.NameIsDNSSubdomain, meta)
	errs = append(errs, v.validator.validate(nil, o.Object)...)
	errs = append(errs, v.validateScale(o, true)...)
	errs = append(errs, objectmeta.Validate(nil, o.Object, v.schema, false)...)
	return append(errs, listtype.ValidateListSetsAndMaps(nil, v.schema, o.Object)...)
}

// ValidateUpdate checks a change of an object.
func (v *Version) ValidateUpdate(o, old *Object) field.ErrorList {
	if errs := v.validateKind(o); len(errs) > 0 {
		return errs
	}
	errs := apivalidation.ValidateObjectMetaAccessorUpdate(o, old, field.NewPath("metadata"))
	errs = append(errs, v.validator.validateUpdate(nil, o.Object, old.Object)...)
	errs = append(errs, v.validateScale(o, true)...)
	errs = append(errs, objectmeta.Validate(nil, o.Object, v.schema, false)...)
	return append(errs, v.validateLists(o, old)...)
}

// ValidateStatus checks a change of an object's status.
func (v *Version) ValidateStatus(o, old *Object) field.ErrorList {
	if errs := v.validateKind(o); len(errs) > 0 {
		return errs
	}
	errs := apivalidation.ValidateObjectMetaAccessorUpdate(o, old, field.NewPath("metadata"))
	if status, ok := o.Object["status"]; ok {
		errs = append(errs, v.status.validateUpdate(field.NewPath("status"), status, old.Object["status"])...)
	}
	errs = append(errs, v.validateScale(o, false)...)
	return append(errs, v.validateLists(o, old)...)
}

// validateLists checks that sets and maps that were valid before have no item twice.
func (v *Version) validateLists(o, old *Object) field.ErrorList {
	if len(listtype.ValidateListSetsAndMaps(nil, v.schema, old.Object)) > 0 {
		return nil
	}
	return listtype.ValidateListSetsAndMaps(nil, v.schema, o.Object)
}

func (v *Version) validateKind(o *Object) field.ErrorList {
	var errs field.ErrorList
	want := v.Resource.Kind
	if is := o.GetKind(); is != want.Kind {
		errs = append(errs, field.Invalid(field.NewPath("kind"), is, "must be "+want.Kind))
	}
	if is := o.GetAPIVersion(); is != want.GroupVersion().String() {
		errs = append(errs, field.Invalid(field.NewPath("apiVersion"), is, "must be "+want.GroupVersion().String()))
	}
	return errs
}

// validateScale checks the fields that the scale subresource reads: those of the spec when they can have changed.
func (v *Version) validateScale(o *Object, spec bool) field.ErrorList {
	if v.scale == nil {
		return nil
	}
	var errs field.ErrorList
	if spec {
		errs = append(errs, validateReplicas(o, v.scale.SpecReplicasPath)...)
	}
	errs = append(errs, validateReplicas(o, v.scale.StatusReplicasPath)...)
	if path := v.scale.LabelSelectorPath; path != nil {
		if selector, _, err := unstructured.NestedString(o.Object, splitPath(*path)...); err != nil {
			errs = append(errs, field.Invalid(field.NewPath(*path), selector, err.Error()))
		}
	}
	return errs
}

func validateReplicas(o *Object, path string) field.ErrorList {
	n, _, err := unstructured.NestedInt64(o.Object, splitPath(path)...)
	why := ""
	switch {
	case err != nil:
		why = err.Error()
	case n < 0:
		why = "should be a non-negative integer"
	case n > math.MaxInt32:
		why = "should be less than or equal to " + strconv.Itoa(math.MaxInt32)
	default:
		return nil
	}
	return field.ErrorList{field.Invalid(field.NewPath(path), n, why)}
}

func splitPath(path string) []string { return strings.Split(strings.TrimPrefix(path, "."), ".") }

// Warnings returns what the author of a change is told beside the answer: which of the new finalizers are badly named.
func Warnings(o, old *Object) []string {
	had := map[string]bool{}
	if old != nil {
		for _, f := range old.GetFinalizers() {
			had[f] = true
		}
	}
	added := map[string]bool{}
	for _, f := range o.GetFinalizers() {
		if !had[f] {
			added[f] = true
		}
	}
	var all []string
	for _, f := range sortedKeys(added) {
		all = append(all, finalizerWarnings(f)...)
	}
	return all
}

func finalizerWarnings(f string) []string {
	const path = "metadata.finalizers"
	var all []string
	for _, why := range utilvalidation.IsQualifiedName(f) {
		all = append(all, path+": "+strconv.Quote(f)+": "+why)
	}
	switch f {
	case metav1.FinalizerOrphanDependents, metav1.FinalizerDeleteDependents, string(corev1.FinalizerKubernetes):
		return all
	}
	if strings.Contains(f, "/") {
		return all
	}
	name := "name"
	if strings.Contains(f, ".") {
		name = "name including a path (/)"
	}
	return append(all, path+": "+strconv.Quote(f)+": prefer a domain-qualified finalizer "+name+
		" to avoid accidental conflicts with other finalizer writers")
}
