package pvcprotection

import (
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api/volume"
	"orrery/sim/client"
	"orrery/sim/controller"
)

func TestReconcile(t *testing.T) {
	now := metav1.NewTime(time.Unix(1e9, 0))
	pod := func(node string, phase corev1.PodPhase) *corev1.Pod {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "p"},
			Spec: corev1.PodSpec{NodeName: node, Volumes: []corev1.Volume{{VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "c"},
			}}}},
			Status: corev1.PodStatus{Phase: phase},
		}
	}
	for name, c := range map[string]struct {
		deleted   *metav1.Time
		protected bool
		pod       *corev1.Pod
		writes    bool
	}{
		"in use":                 {&now, true, pod("node-1", corev1.PodRunning), false},
		"of a pod that is ended": {&now, true, pod("node-1", corev1.PodSucceeded), false},
		"of a pod without node":  {&now, true, pod("", corev1.PodPending), true},
		"unused":                 {&now, true, nil, true},
		"not deleted":            {nil, true, nil, false},
		"unprotected":            {nil, false, nil, true},
	} {
		v := controller.View{Cache: client.NewCache(claims, "pods")}
		claim := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: "demo", Name: "c", DeletionTimestamp: c.deleted}}
		if c.protected {
			claim.Finalizers = []string{"other", volume.ClaimProtection}
		}
		v.Apply(client.Change{Type: client.Added, Resource: claims, Object: claim})
		if c.pod != nil {
			v.Apply(client.Change{Type: client.Added, Resource: "pods", Object: c.pod})
		}
		plan := reconcile(v, controller.KeyOf(claim))
		if (len(plan.Stages) > 0) != c.writes {
			t.Errorf("%s: got %+v", name, plan)
		}
		if c.writes && c.protected {
			if f := plan.Stages[0][0].Object.GetFinalizers(); len(f) != 1 || f[0] != "other" {
				t.Errorf("%s: finalizers %v", name, f)
			}
		}
	}
}
