package admission

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api/quota"
)

// Charge is what a request uses of one ResourceQuota: the quota with its new usage, not yet stored.
type Charge struct {
	Quota *corev1.ResourceQuota // as it is stored
	Used  corev1.ResourceList   // with what the request uses
}

// Charges is the plugin ResourceQuota: it refuses a request that uses more than a quota of its namespace has left, and
// returns the quotas that are to be charged before the object is stored. Those that were charged already are left out.
func Charges(a *Attributes, charged []string) ([]Charge, error) {
	a.validating = true
	if a.Object == nil || !a.Resource.Namespaced || strings.HasPrefix(a.Resource.Name, "events") ||
		!quota.Tracks(a.Resource, a.Subresource, a.Object, a.Old) {
		return nil, nil
	}
	var due []Charge
	for _, q := range list[*corev1.ResourceQuota](a.Store, "resourcequotas", a.Namespace) {
		limited := quota.Matching(a.Resource, q.Status.Hard)
		if len(limited) == 0 || !quota.Matches(q, a.Object) || slices.Contains(charged, q.Name) {
			continue
		}
		if why := unready(a, q, limited); why != "" {
			return nil, Forbidden(a, why)
		}
		if c, err := charge(a, q); err != nil {
			return nil, err
		} else if c != nil {
			due = append(due, *c)
		}
	}
	return due, nil
}

// unready says why a quota cannot judge an object: a pod that names no requests, or a usage that nobody added up yet.
func unready(a *Attributes, q *corev1.ResourceQuota, limited []corev1.ResourceName) string {
	if pod, ok := a.Object.(*corev1.Pod); ok {
		if missing := quota.Missing(pod, limited); missing != "" {
			return "failed quota: " + q.Name + ": " + missing
		}
	}
	names := make([]string, len(limited))
	known := true
	for i, name := range limited {
		_, ok := q.Status.Used[name]
		known, names[i] = known && ok, string(name)
	}
	if !known {
		return "status unknown for quota: " + q.Name + ", resources: " + strings.Join(names, ",")
	}
	return ""
}

// charge returns what a quota is charged; nil when nothing is.
func charge(a *Attributes, q *corev1.ResourceQuota) (*Charge, error) {
	used := quota.Usage(a.Resource, a.Object, a.Now)
	was := corev1.ResourceList{}
	if a.Old != nil && quota.Matches(q, a.Old) {
		was = quota.Usage(a.Resource, a.Old, a.Now)
	}
	asked := quota.Mask(quota.More(was, used), quota.Names(q.Status.Hard))
	if len(asked) == 0 {
		return nil, nil
	}
	total := quota.Add(q.Status.Used, asked)
	if beyond := quota.Beyond(quota.Mask(total, quota.Names(asked)), q.Status.Hard); len(beyond) > 0 {
		return nil, Forbidden(a, "exceeded quota: "+q.Name+", requested: "+quota.String(quota.Mask(asked, beyond))+
			", used: "+quota.String(quota.Mask(q.Status.Used, beyond))+", limited: "+quota.String(quota.Mask(q.Status.Hard, beyond)))
	}
	return &Charge{Quota: q, Used: total}, nil
}
