package framework

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	resourcehelper "k8s.io/component-helpers/resource"
)

// What a container counts for when nodes are scored although it requests nothing.
const (
	defaultMilliCPU int64 = 100
	defaultMemory   int64 = 200 << 20
)

// Resource is an amount of each resource.
type Resource struct {
	MilliCPU         int64
	Memory           int64 // bytes
	EphemeralStorage int64 // bytes
	Scalars          []Scalar
}

// Scalar is an amount of an extended resource, a kind of huge page or an attachable volume. They are ordered by name.
type Scalar struct {
	Name  corev1.ResourceName
	Value int64
}

// IsZero reports whether nothing is requested.
func (r *Resource) IsZero() bool {
	return r.MilliCPU == 0 && r.Memory == 0 && r.EphemeralStorage == 0 && len(r.Scalars) == 0
}

// Scalar returns the amount of a scalar resource.
func (r *Resource) Scalar(name corev1.ResourceName) int64 {
	for i := range r.Scalars {
		if r.Scalars[i].Name == name {
			return r.Scalars[i].Value
		}
	}
	return 0
}

// plus returns r + sign*o without changing either.
func (r Resource) plus(o *Resource, sign int64) Resource {
	r.MilliCPU += sign * o.MilliCPU
	r.Memory += sign * o.Memory
	r.EphemeralStorage += sign * o.EphemeralStorage
	if len(o.Scalars) == 0 {
		return r
	}
	r.Scalars = slices.Clone(r.Scalars)
	for _, s := range o.Scalars {
		i, found := slices.BinarySearchFunc(r.Scalars, s.Name, compareScalar)
		if !found {
			r.Scalars = slices.Insert(r.Scalars, i, Scalar{Name: s.Name})
		}
		r.Scalars[i].Value += sign * s.Value
	}
	return r
}

func compareScalar(s Scalar, name corev1.ResourceName) int {
	return strings.Compare(string(s.Name), string(name))
}

// newResource adds up a resource list; pods are counted elsewhere.
func newResource(list corev1.ResourceList) Resource {
	var r Resource
	for name, q := range list { // any order: the scalars are sorted below
		switch name {
		case corev1.ResourceCPU:
			r.MilliCPU = q.MilliValue()
		case corev1.ResourceMemory:
			r.Memory = q.Value()
		case corev1.ResourceEphemeralStorage:
			r.EphemeralStorage = q.Value()
		case corev1.ResourcePods:
		default:
			if isScalar(name) {
				r.Scalars = append(r.Scalars, Scalar{name, q.Value()})
			}
		}
	}
	slices.SortFunc(r.Scalars, func(a, b Scalar) int { return compareScalar(a, b.Name) })
	return r
}

// isScalar reports whether a resource is counted in whole units by nodes: example.com/gpu, hugepages-2Mi.
func isScalar(name corev1.ResourceName) bool {
	s := string(name)
	native := !strings.Contains(s, "/") || strings.Contains(s, corev1.ResourceDefaultNamespacePrefix)
	return !native || strings.HasPrefix(s, corev1.ResourceHugePagesPrefix) ||
		strings.HasPrefix(s, corev1.ResourceDefaultNamespacePrefix) ||
		strings.HasPrefix(s, corev1.ResourceAttachableVolumesPrefix)
}

var nonMissing = corev1.ResourceList{
	corev1.ResourceCPU:    *resource.NewMilliQuantity(defaultMilliCPU, resource.DecimalSI),
	corev1.ResourceMemory: *resource.NewQuantity(defaultMemory, resource.BinarySI),
}

// requests returns what a pod requests, and its cpu and memory with the default for containers that request none.
//
// Simplified: only the spec counts; Kubernetes also looks at what the status says during an in-place resize.
func requests(pod *corev1.Pod) (asked, nonZero Resource) {
	asked = newResource(resourcehelper.PodRequests(pod, resourcehelper.PodResourcesOptions{}))
	withDefaults := resourcehelper.PodRequests(pod, resourcehelper.PodResourcesOptions{NonMissingContainerRequests: nonMissing})
	return asked, Resource{MilliCPU: withDefaults.Cpu().MilliValue(), Memory: withDefaults.Memory().Value()}
}
