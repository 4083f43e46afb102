package admission

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// asked is what somebody asks for, to be held against a LimitRange.
type asked struct{ requests, limits corev1.ResourceList }

// check returns what breaks an item, in Kubernetes' words: by resource, the least first, then the most, then the ratio.
func (a asked) check(item *corev1.LimitRangeItem) (broken []string) {
	for _, name := range sorted(item.Min) {
		broken = a.atLeast(broken, item.Type, name, item.Min[name])
	}
	for _, name := range sorted(item.Max) {
		broken = a.atMost(broken, item.Type, name, item.Max[name])
	}
	for _, name := range sorted(item.MaxLimitRequestRatio) {
		broken = a.ratio(broken, item.Type, name, item.MaxLimitRequestRatio[name])
	}
	return broken
}

func (a asked) atLeast(broken []string, of corev1.LimitType, name corev1.ResourceName, least resource.Quantity) []string {
	request, has := a.requests[name]
	limit, limited := a.limits[name]
	must := fmt.Sprintf("minimum %s usage per %s is %s", name, of, least.String())
	switch {
	case !has:
		return append(broken, must+".  No request is specified")
	case less(request, least):
		return append(broken, must+", but request is "+request.String())
	case limited && less(limit, least):
		return append(broken, must+", but limit is "+limit.String())
	}
	return broken
}

func (a asked) atMost(broken []string, of corev1.LimitType, name corev1.ResourceName, most resource.Quantity) []string {
	request, has := a.requests[name]
	limit, limited := a.limits[name]
	must := fmt.Sprintf("maximum %s usage per %s is %s", name, of, most.String())
	switch {
	case !limited:
		return append(broken, must+".  No limit is specified")
	case less(most, limit):
		return append(broken, must+", but limit is "+limit.String())
	case has && less(most, request):
		return append(broken, must+", but request is "+request.String())
	}
	return broken
}

// requestAtMost is atMost for what has no limits.
func (a asked) requestAtMost(broken []string, of corev1.LimitType, name corev1.ResourceName, most resource.Quantity) []string {
	request, has := a.requests[name]
	must := fmt.Sprintf("maximum %s usage per %s is %s", name, of, most.String())
	switch {
	case !has:
		return append(broken, must+".  No request is specified")
	case less(most, request):
		return append(broken, must+", but request is "+request.String())
	}
	return broken
}

func (a asked) ratio(broken []string, of corev1.LimitType, name corev1.ResourceName, most resource.Quantity) []string {
	request, has := a.requests[name]
	limit, limited := a.limits[name]
	must := fmt.Sprintf("%s max limit to request ratio per %s is %s", name, of, most.String())
	switch {
	case !has || request.IsZero():
		return append(broken, must+", but no request is specified or request is 0")
	case !limited || limit.IsZero():
		return append(broken, must+", but no limit is specified or limit is 0")
	}
	if ratio := precise(limit) / precise(request); ratio > precise(most)/1000 {
		return append(broken, fmt.Sprintf("%s, but provided ratio is %f", must, ratio))
	}
	return broken
}

// less compares as exactly as Kubernetes does here: thousandths count.
func less(a, b resource.Quantity) bool { return a.Cmp(b) < 0 }

// precise returns a quantity in thousandths.
func precise(q resource.Quantity) float64 {
	if q.Value() > resource.MaxMilliValue {
		return float64(q.Value()) * 1000
	}
	return float64(q.MilliValue())
}
