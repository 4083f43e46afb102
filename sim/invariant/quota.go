package invariant

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim"
	"orrery/sim/api"
	"orrery/sim/api/quota"
	"orrery/sim/engine"
	"orrery/sim/etcd"
	"orrery/sim/trace"
)

// quotas checks that a new object does not exceed a quota of its namespace.
func (c *Checker) quotas(w *sim.World, e *trace.Entry) error {
	v := committed(w, e)
	if v == nil || v.Version != 1 || v.Object.GetNamespace() == "" {
		return nil
	}
	res, namespace := api.FindObject(v.Object), v.Object.GetNamespace()
	var wrong error
	store(w).Range(api.Find("resourcequotas").Prefix(namespace), func(kept *etcd.Value) bool {
		q := kept.Object.(*corev1.ResourceQuota)
		names := quota.Matching(res, q.Status.Hard)
		if len(names) == 0 || !quota.Matches(q, v.Object) {
			return true
		}
		var used []corev1.ResourceList
		store(w).Range(res.Prefix(namespace), func(o *etcd.Value) bool {
			if quota.Matches(q, o.Object) {
				used = append(used, quota.Usage(res, o.Object, engine.Epoch.Add(e.At)))
			}
			return true
		})
		sum := quota.Sum(quota.Mask(q.Status.Hard, names), used)
		if beyond := quota.Beyond(sum, q.Status.Hard); len(beyond) > 0 {
			wrong = fmt.Errorf("quota %s is exceeded: %s of %s", q.Name, quota.String(quota.Mask(sum, beyond)), quota.String(q.Status.Hard))
		}
		return wrong == nil
	})
	return wrong
}
