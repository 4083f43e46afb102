package scheduler

import (
	"fmt"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
)

// The messages are those of recording 09-unschedulable, word for word.
func TestMessages(t *testing.T) {
	const unhelpful = " no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
	const victimless = " no new claims to deallocate, preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod."
	taint := func(key string, e corev1.TaintEffect) func(*corev1.Node) {
		return func(n *corev1.Node) { n.Spec.Taints = []corev1.Taint{{Key: key, Value: "gpu", Effect: e}} }
	}
	cordon := func(n *corev1.Node) { n.Spec.Unschedulable = true }
	full := func(b *bench) {
		for i := range 6 {
			b.pod(fmt.Sprint("fill-", i), requests("cpu: 1500m"))
		}
	}
	for name, c := range map[string]struct {
		nodes  [3]func(*corev1.Node)
		before func(*bench)
		spec   string
		want   string
	}{
		"bigcpu": {spec: requests(`cpu: "100"`), want: "0/3 nodes are available: 3 Insufficient cpu." + unhelpful},
		"bigboth": {
			spec: requests(`cpu: "100", memory: 1Ti, example.com/gpu: 1`),
			want: "0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient example.com/gpu, 3 Insufficient memory." + unhelpful,
		},
		"sel": {
			spec: `{nodeSelector: {disk: nvme}, containers: [{name: c}]}`,
			want: "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector." + unhelpful,
		},
		"aff": {
			nodes: [3]func(*corev1.Node){taint("dedicated", corev1.TaintEffectNoSchedule)},
			spec: `{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [` +
				`{matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [zone-x]}]}]}}}, containers: [{name: c}]}`,
			want: "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match Pod's node affinity/selector." + unhelpful,
		},
		"taint": {
			nodes: [3]func(*corev1.Node){
				taint("dedicated", corev1.TaintEffectNoSchedule), taint("dedicated", corev1.TaintEffectNoSchedule),
				taint("maint", corev1.TaintEffectNoExecute),
			},
			spec: plain, want: "0/3 nodes are available: 3 node(s) had untolerated taint(s)." + unhelpful,
		},
		"taintcpu": {
			nodes: [3]func(*corev1.Node){taint("dedicated", corev1.TaintEffectNoSchedule), nil, taint("maint", corev1.TaintEffectNoExecute)},
			spec:  `{tolerations: [{key: dedicated, operator: Equal, value: gpu, effect: NoSchedule}], containers: [{name: c, resources: {requests: {cpu: "50"}}}]}`,
			want:  "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu." + unhelpful,
		},
		"cordon": {
			nodes: [3]func(*corev1.Node){cordon, cordon, taint("dedicated", corev1.TaintEffectNoSchedule)},
			spec:  plain,
			want:  "0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) were unschedulable." + unhelpful,
		},
		"hostport": {
			before: func(b *bench) {
				for i := range 3 {
					b.pod(fmt.Sprint("hp-", i), `{containers: [{name: c, ports: [{containerPort: 80, hostPort: 8080}]}]}`)
				}
			},
			spec: `{containers: [{name: c, ports: [{containerPort: 80, hostPort: 8080}]}]}`,
			want: "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports." + victimless,
		},
		"fill": {before: full, spec: requests("cpu: 1500m"), want: "0/3 nodes are available: 3 Insufficient cpu." + victimless},
		"polite": { // of recording 10-preemption
			before: full, spec: `{preemptionPolicy: Never, containers: [{name: c, resources: {requests: {cpu: "3"}}}]}`,
			want: "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to preemptionPolicy=Never.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 1)
			for i, change := range c.nodes {
				b.node(fmt.Sprint("node-", i+1), change)
			}
			if c.before != nil {
				c.before(b)
			}
			b.settle()
			b.took()
			b.pod(name, c.spec)
			b.settle()
			log := b.took() // Events go over a connection of their own: either may come first
			slices.Sort(log)
			equal(t, "requests", log, []string{
				"event FailedScheduling " + name + ": " + c.want, "status " + name + " PodScheduled=False Unschedulable",
			})
			pod := b.server().objects["pods/demo/"+name].(*corev1.Pod)
			condition := pod.Status.Conditions[0]
			equal(t, "condition", condition.Message, c.want)
			equal(t, "observedGeneration", condition.ObservedGeneration, 1)
		})
	}
}

// A DaemonSet's pod names its node by a field: the others are not even looked at.
func TestNamedNodes(t *testing.T) {
	b := newBench(t, 1)
	three(b)
	spec := `{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [` +
		`{matchFields: [{key: metadata.name, operator: In, values: [%s]}]}]}}}, containers: [{name: c, resources: {requests: {cpu: "%s"}}}]}`
	b.pod("ds", fmt.Sprintf(spec, "node-2", "1"))
	b.pod("big", fmt.Sprintf(spec, "node-2", "100"))
	b.settle()
	d := b.scheduler().Decision("demo", "ds")
	equal(t, "decision", []any{d.Selected, d.Evaluated, d.Feasible, d.Best}, "[node-2 1 1 0]")
	equal(t, "message", b.message("big"), "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) "+
		"[NodeAffinity]. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.")
}

func TestNoNodes(t *testing.T) {
	b := newBench(t, 1)
	b.pod("web", plain)
	b.advance(3 * time.Minute)
	equal(t, "message", b.message("web"), "no nodes available to schedule pods")
	if !b.engine.Quiet() {
		t.Error("trying again without nodes keeps the world from being quiet")
	}
	b.node("node-1", nil)
	b.advance(15 * time.Second)
	equal(t, "selected", b.scheduler().Decision("demo", "web").Selected, "node-1")
}
