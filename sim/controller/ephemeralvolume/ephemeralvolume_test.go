package ephemeralvolume

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var key = controller.Key{Namespace: "default", Name: "p"}

func pod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "p", UID: "p-uid"},
		Spec: corev1.PodSpec{Volumes: []corev1.Volume{
			{Name: "scratch", VolumeSource: corev1.VolumeSource{Ephemeral: &corev1.EphemeralVolumeSource{
				VolumeClaimTemplate: &corev1.PersistentVolumeClaimTemplate{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"a": "b"}}},
			}}},
			{Name: "other", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
		}},
	}
}

func view(objects ...api.Object) controller.View {
	cache := client.NewCache("pods", claims)
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache}
}

func TestClaims(t *testing.T) {
	plan := reconcile(view(pod()), key)
	if len(plan.Stages) != 1 {
		t.Fatalf("%d claims", len(plan.Stages))
	}
	claim := plan.Stages[0][0].Object.(*corev1.PersistentVolumeClaim)
	if claim.Name != "p-scratch" || claim.Labels["a"] != "b" || !controller.ControlledBy(claim, "p-uid") {
		t.Errorf("%+v", claim)
	}
	if plan := reconcile(view(pod(), claim), key); len(plan.Stages)+len(plan.Events) > 0 {
		t.Errorf("the claim is there: %+v", plan)
	}
	foreign := claim.DeepCopy()
	foreign.OwnerReferences = nil
	plan = reconcile(view(pod(), foreign), key)
	if len(plan.Events) != 1 || !plan.Retry ||
		plan.Events[0].Message != "ephemeral volume scratch: PVC default/p-scratch was not created for pod default/p (pod is not owner)" {
		t.Errorf("somebody else's claim: %+v", plan)
	}
	v := view(pod())
	v.Err = &metav1.Status{Message: "no"}
	if plan := reconcile(v, key); len(plan.Stages) > 0 || plan.Events[0].Message != "ephemeral volume scratch: create PVC p-scratch: no" {
		t.Errorf("a refusal: %+v", plan)
	}
}
