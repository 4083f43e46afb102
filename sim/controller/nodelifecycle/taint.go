package nodelifecycle

import (
	"encoding/json"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/controller"
)

// symptoms are what conditions say as taints.
var symptoms = []struct {
	condition corev1.NodeConditionType
	status    corev1.ConditionStatus
	key       string
}{
	{corev1.NodeReady, corev1.ConditionFalse, corev1.TaintNodeNotReady},
	{corev1.NodeReady, corev1.ConditionUnknown, corev1.TaintNodeUnreachable},
	{corev1.NodeMemoryPressure, corev1.ConditionTrue, corev1.TaintNodeMemoryPressure},
	{corev1.NodeDiskPressure, corev1.ConditionTrue, corev1.TaintNodeDiskPressure},
	{corev1.NodeNetworkUnavailable, corev1.ConditionTrue, corev1.TaintNodeNetworkUnavailable},
	{corev1.NodePIDPressure, corev1.ConditionTrue, corev1.TaintNodePIDPressure},
}

var (
	notReady    = corev1.Taint{Key: corev1.TaintNodeNotReady, Effect: corev1.TaintEffectNoExecute}
	unreachable = corev1.Taint{Key: corev1.TaintNodeUnreachable, Effect: corev1.TaintEffectNoExecute}
)

// describe gives a node the NoSchedule taints that its conditions and spec.unschedulable ask for, and takes the others of
// that kind away.
func describe(v controller.View, plan *controller.Plan, n *corev1.Node) {
	var want []corev1.Taint
	for i := range n.Status.Conditions {
		for _, s := range symptoms {
			if c := &n.Status.Conditions[i]; c.Type == s.condition && c.Status == s.status {
				want = append(want, corev1.Taint{Key: s.key, Effect: corev1.TaintEffectNoSchedule})
			}
		}
	}
	if n.Spec.Unschedulable {
		want = append(want, corev1.Taint{Key: corev1.TaintNodeUnschedulable, Effect: corev1.TaintEffectNoSchedule})
	}
	var extra []corev1.Taint
	for _, has := range n.Spec.Taints {
		if ours(has.Key) && has.Effect == corev1.TaintEffectNoSchedule && !contains(want, has) {
			extra = append(extra, has)
		}
	}
	writes := addition(v, n, want...)
	if len(writes) == 0 {
		writes = removal(n, extra...) // when something was added, the next sync removes
	}
	if len(writes) > 0 {
		plan.Note = Note{Taint: missing(n, want), Remove: keys(extra)}
		plan.Then(writes...)
	}
}

// ours reports whether a taint's key is one that the controller sets.
func ours(key string) bool {
	if key == corev1.TaintNodeUnschedulable {
		return true
	}
	for _, s := range symptoms {
		if s.key == key {
			return true
		}
	}
	return false
}

func contains(all []corev1.Taint, t corev1.Taint) bool {
	return slices.ContainsFunc(all, func(has corev1.Taint) bool { return has.Key == t.Key && has.Effect == t.Effect })
}

func missing(n *corev1.Node, want []corev1.Taint) []string {
	return keys(slices.DeleteFunc(slices.Clone(want), func(t corev1.Taint) bool { return contains(n.Spec.Taints, t) }))
}

func keys(taints []corev1.Taint) (all []string) {
	for _, t := range taints {
		all = append(all, t.Key+":"+string(t.Effect))
	}
	return all
}

// addition adds those of some taints that a node does not have.
func addition(v controller.View, n *corev1.Node, want ...corev1.Taint) []controller.Write {
	now := v.Stamp()
	taints := slices.Clip(n.Spec.Taints)
	for _, t := range want {
		if !contains(taints, t) {
			t.TimeAdded = &now
			taints = append(taints, t)
		}
	}
	if len(taints) == len(n.Spec.Taints) {
		return nil
	}
	return tainted(n, taints)
}

// removal takes away those of some taints that a node has.
func removal(n *corev1.Node, extra ...corev1.Taint) []controller.Write {
	if !slices.ContainsFunc(extra, func(t corev1.Taint) bool { return contains(n.Spec.Taints, t) }) {
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(n.Spec.Taints), func(t corev1.Taint) bool { return contains(extra, t) })
	if len(left) == 0 {
		left = nil
	}
	return tainted(n, left)
}

// tainted patches all taints of a node, unless it was changed in the meantime: they cannot be merged.
func tainted(n *corev1.Node, taints []corev1.Taint) []controller.Write {
	return patch(n, map[string]any{
		"metadata": map[string]any{"resourceVersion": n.ResourceVersion}, "spec": map[string]any{"taints": taints},
	})
}

func patch(n *corev1.Node, change map[string]any) []controller.Write {
	data, err := json.Marshal(change)
	if err != nil {
		panic("nodelifecycle: a node's patch: " + err.Error())
	}
	return []controller.Write{{Request: client.Request{
		Verb: client.Patch, Resource: "nodes", Name: n.Name, PatchType: types.StrategicMergePatchType, PatchData: data,
	}}}
}

// twins are labels of which the second is an old name of the first.
var twins = [][2]string{{corev1.LabelOSStable, "beta.kubernetes.io/os"}, {corev1.LabelArchStable, "beta.kubernetes.io/arch"}}

// label gives a node the old names of its labels.
func label(plan *controller.Plan, n *corev1.Node) {
	change := map[string]string{}
	for _, pair := range twins {
		if value, ok := n.Labels[pair[0]]; ok && n.Labels[pair[1]] != value {
			change[pair[1]] = value
		}
	}
	if len(change) > 0 {
		plan.Then(patch(n, map[string]any{"metadata": map[string]any{"labels": change}})...)
	}
}

// execute gives a node that is not ready the taint that evicts its pods, when its zone may lose another node now.
func (m *memory) execute(v controller.View, plan *controller.Plan, note *Note, n *corev1.Node) {
	want, other := notReady, unreachable
	if condition(n, corev1.NodeReady).Status == corev1.ConditionUnknown {
		want, other = unreachable, notReady
	}
	has, had := contains(n.Spec.Taints, want), contains(n.Spec.Taints, other)
	switch {
	case has:
		plan.Then(removal(n, other)...)
	case had || m.take(zoneOf(n), v.Now):
		note.Taint = append(note.Taint, keys([]corev1.Taint{want})...)
		plan.Then(addition(v, n, want)...)
	}
}
