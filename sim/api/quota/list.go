package quota

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Names returns the names of a list in order.
func Names(l corev1.ResourceList) []corev1.ResourceName {
	names := make([]corev1.ResourceName, 0, len(l))
	for name := range l { // any order: sorted below
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Add returns the sum of two lists.
func Add(a, b corev1.ResourceList) corev1.ResourceList {
	sum := make(corev1.ResourceList, len(a)+len(b))
	for _, l := range []corev1.ResourceList{a, b} {
		for _, name := range Names(l) {
			q := sum[name].DeepCopy()
			if _, ok := sum[name]; !ok {
				sum[name] = l[name].DeepCopy()
				continue
			}
			q.Add(l[name])
			sum[name] = q
		}
	}
	return sum
}

// More returns by how much the second list is more than the first: what is not more is left out.
func More(was, is corev1.ResourceList) corev1.ResourceList {
	more := corev1.ResourceList{}
	for _, name := range Names(is) {
		q := is[name].DeepCopy()
		q.Sub(was[name])
		if q.Sign() > 0 {
			more[name] = q
		}
	}
	return more
}

// Mask returns the part of a list that has one of the names.
func Mask(l corev1.ResourceList, names []corev1.ResourceName) corev1.ResourceList {
	masked := corev1.ResourceList{}
	for _, name := range names {
		if q, ok := l[name]; ok {
			masked[name] = q
		}
	}
	return masked
}

// Equal reports whether two lists have the same names and quantities.
func Equal(a, b corev1.ResourceList) bool {
	if len(a) != len(b) {
		return false
	}
	for name, q := range a { // any order
		other, ok := b[name]
		if !ok || q.Cmp(other) != 0 {
			return false
		}
	}
	return true
}

// Beyond returns the names of what is used beyond the limits, in order.
func Beyond(used, hard corev1.ResourceList) (names []corev1.ResourceName) {
	for _, name := range Names(used) {
		if limit, ok := hard[name]; ok && limit.Cmp(used[name]) < 0 {
			names = append(names, name)
		}
	}
	return names
}

// String prints a list as refusals do: "pods=1,requests.cpu=2".
func String(l corev1.ResourceList) string {
	var parts []string
	for _, name := range Names(l) {
		q := l[name]
		parts = append(parts, string(name)+"="+q.String())
	}
	return strings.Join(parts, ",")
}

// zero is nothing, as quotas print it.
func zero() resource.Quantity { return resource.Quantity{Format: resource.DecimalSI} }

// Sum returns what a quota's status says is used when these lists are all there is: every limit is there, and nothing else.
func Sum(hard corev1.ResourceList, used []corev1.ResourceList) corev1.ResourceList {
	sum := corev1.ResourceList{}
	for _, name := range Names(hard) {
		q := zero()
		for _, l := range used {
			q.Add(l[name])
		}
		sum[name] = q
	}
	return sum
}
