package history

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/controller"
)

// TestRecordedHashes holds that revisions have the names that a real cluster gave them.
func TestRecordedHashes(t *testing.T) {
	ds := &appsv1.DaemonSet{Spec: appsv1.DaemonSetSpec{Template: corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "agent"}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "nginx:1.26"}}},
	}}}
	api.Scheme.Default(ds)
	if got := controller.TemplateHash(&ds.Spec.Template, nil); got != "6c7b74dc7c" {
		t.Errorf("the DaemonSet's hash is %s, want 6c7b74dc7c", got)
	}
	ten := int64(10)
	set := &appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{Template: corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "db"}},
		Spec: corev1.PodSpec{
			TerminationGracePeriodSeconds: &ten,
			Containers: []corev1.Container{{
				Name: "pg", Image: "postgres:17", Ports: []corev1.ContainerPort{{Name: "pg", ContainerPort: 5432}},
				ReadinessProbe: &corev1.Probe{
					ProbeHandler:  corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(5432)}},
					PeriodSeconds: 2,
				},
				VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/data"}},
			}},
		},
	}}}
	api.Scheme.Default(set)
	data := Data(&set.Spec.Template)
	if got := Hash(data, 0); got != "677b485d8c" {
		t.Errorf("the StatefulSet's hash is %s, want 677b485d8c", got)
	}
	if Hash(data, 1) == Hash(data, 0) {
		t.Error("a collision does not change the hash")
	}
	r := New(set, &set.Spec.Template, data, "hash", "677b485d8c", 1)
	template, err := Template(r)
	if err != nil || !apiequality.Semantic.DeepEqual(template, &set.Spec.Template) {
		t.Errorf("the revision gives back %v (%v)", template, err)
	}
}

func TestSort(t *testing.T) {
	at := func(name string, number int64) *appsv1.ControllerRevision {
		return &appsv1.ControllerRevision{ObjectMeta: metav1.ObjectMeta{Name: name}, Revision: number}
	}
	all := []*appsv1.ControllerRevision{at("c", 2), at("b", 3), at("a", 2)}
	Sort(all)
	if all[0].Name+all[1].Name+all[2].Name != "acb" || Latest(all) != 3 {
		t.Errorf("sorted %s %s %s, latest %d", all[0].Name, all[1].Name, all[2].Name, Latest(all))
	}
}
