package kubectl_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

const machine = `apiVersion: v1
kind: Node
metadata: {name: n1}
`

func TestNodes(t *testing.T) {
	b := newBench(t)
	b.kubectl("apply -f web.yaml", file(machine))
	for _, c := range []struct{ line, want string }{
		{"taint node n1 a=b:NoSchedule c:NoExecute", "node/n1 tainted"},
		{"taint node n1 a=x:NoSchedule", "error: node n1 already has a taint(s) with same effect(s) and --overwrite is false"},
		{"taint node n1 a=x:NoSchedule --overwrite", "node/n1 modified"},
		{"taint nodes n1 c:NoExecute-", "node/n1 untainted"},
		{"taint nodes n1 c-", `error: taint "c" not found`},
		{"taint pods n1 c-", "error: invalid resource type pods, only node types are supported"},
		{"taint node n1", "error: at least one taint update is required"},
		{"cordon n1", "node/n1 cordoned"},
		{"cordon n1", "node/n1 already cordoned"},
		{"uncordon node/n1", "node/n1 uncordoned"},
		{"cordon nope", `Error from server (NotFound): nodes "nope" not found`},
	} {
		b.expect(c.want, c.line)
	}
	n := b.object("nodes", "", "n1").(*corev1.Node)
	if n.Spec.Unschedulable || len(n.Spec.Taints) != 2 || n.Spec.Taints[0].Value != "x" {
		t.Errorf("the node is %+v", n.Spec)
	}
}
