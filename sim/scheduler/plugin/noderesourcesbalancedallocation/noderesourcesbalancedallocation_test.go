package noderesourcesbalancedallocation

import (
	"math"
	"math/big"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"orrery/sim/scheduler/framework"
)

func list(milliCPU, memory int64) corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU:    *resource.NewMilliQuantity(milliCPU, resource.DecimalSI),
		corev1.ResourceMemory: *resource.NewQuantity(memory, resource.BinarySI),
	}
}

func pod(milliCPU, memory int64) *framework.Pod {
	return framework.NewPod(&corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{
		{Resources: corev1.ResourceRequirements{Requests: list(milliCPU, memory)}},
	}}})
}

func node(milliCPU, memory int64) *framework.Node {
	return framework.NewNode(&corev1.Node{Status: corev1.NodeStatus{Allocatable: list(milliCPU, memory)}})
}

// floating is the score as the documentation of Kubernetes defines it: 100 × (1 - standard deviation of the fractions).
func floating(milliCPU, memory int64, n *framework.Node) int64 {
	cpu := min(1, float64(milliCPU)/float64(n.Allocatable.MilliCPU))
	mem := min(1, float64(memory)/float64(n.Allocatable.Memory))
	return int64((1 - math.Abs(cpu-mem)/2) * 100)
}

// exact is the same as a fraction.
func exact(milliCPU, memory int64, n *framework.Node) *big.Rat {
	fraction := func(a, b int64) *big.Rat { return big.NewRat(min(a, b), b) }
	d := new(big.Rat).Sub(fraction(milliCPU, n.Allocatable.MilliCPU), fraction(memory, n.Allocatable.Memory))
	return d.Sub(big.NewRat(100, 1), d.Mul(d.Abs(d), big.NewRat(50, 1)))
}

// Kubernetes computes in floating point, which falls just below some scores that are whole numbers; everywhere else the
// integers must agree with it, and with exact arithmetic they must agree always.
func TestAgreesWithFloatingPoint(t *testing.T) {
	for _, n := range []*framework.Node{node(4000, 8<<30), node(1000, 1<<40), node(3, 7), node(256_000, 3<<40), node(4000, 8_000_000_001)} {
		for i := range int64(97) {
			for j := range int64(89) {
				milliCPU, memory := i*n.Allocatable.MilliCPU/80, j*n.Allocatable.Memory/80
				got, score := balance(milliCPU, memory, &n.Allocatable), exact(milliCPU, memory, n)
				if want := new(big.Int).Quo(score.Num(), score.Denom()).Int64(); got != want {
					t.Fatalf("%d and %d on %+v: got %d, want %s", milliCPU, memory, n.Allocatable, got, score)
				}
				if want := floating(milliCPU, memory, n); got != want && (!score.IsInt() || got != want+1) {
					t.Fatalf("%d and %d on %+v: got %d, in floating point %d", milliCPU, memory, n.Allocatable, got, want)
				}
			}
		}
	}
}

func TestScore(t *testing.T) {
	n := node(4000, 8<<30)
	for _, c := range []struct {
		what string
		pod  *framework.Pod
		node *framework.Node
		want int64
	}{
		{"balanced", pod(1000, 2<<30), n, 75},
		{"cpu only", pod(4000, 0), n, 50},
		{"brings balance", pod(0, 8<<30), n.With(pod(4000, 0)), 100},
		{"more than there is", pod(8000, 8<<30), n, 75},
		{"no memory known", pod(1000, 1), node(4000, 0), 75},
	} {
		if got := (Plugin{}).PreScore(c.pod, nil, nil).Score(c.node); got != c.want {
			t.Errorf("%s: got %d, want %d", c.what, got, c.want)
		}
	}
	if (Plugin{}).PreScore(pod(0, 0), nil, nil).Score != nil {
		t.Error("a pod that requests nothing is scored")
	}
}
