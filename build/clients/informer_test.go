package clients

import (
	"fmt"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
)

func deployment(name string, replicas int32) *appsv1.Deployment {
	l := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas, Selector: &metav1.LabelSelector{MatchLabels: l},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: l},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "nginx:1.27"}}},
			},
		},
	}
}

// TestInformer holds that client-go's informers follow a Deployment's pods from nothing to running, and to nothing again,
// and then hold what a list says.
func TestInformer(t *testing.T) {
	client, err := kubernetes.NewForConfig(serve(t))
	if err != nil {
		t.Fatal(err)
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods().Lister()
	nodes := factory.Core().V1().Nodes().Lister()
	factory.Start(t.Context().Done())
	for kind, synced := range factory.WaitForCacheSync(t.Context().Done()) {
		if !synced {
			t.Fatalf("%v did not sync", kind)
		}
	}
	if all, err := nodes.List(labels.Everything()); err != nil || len(all) != 3 {
		t.Fatalf("%d nodes, %v", len(all), err)
	}
	deployments := client.AppsV1().Deployments("default")
	if _, err := deployments.Create(t.Context(), deployment("web", 5), metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	running := func() (n int) {
		all, _ := pods.Pods("default").List(labels.SelectorFromSet(labels.Set{"app": "web"}))
		for _, p := range all {
			if p.Status.Phase == corev1.PodRunning {
				n++
			}
		}
		return n
	}
	eventually(t, time.Minute, "five pods to run", func() error {
		if n := running(); n != 5 {
			return fmt.Errorf("%d run", n)
		}
		return nil
	})
	list, err := client.CoreV1().Pods("default").List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list.Items {
		if cached, err := pods.Pods("default").Get(p.Name); err != nil || cached.UID != p.UID {
			t.Errorf("pod %s: the informer's cache says %v, %v", p.Name, cached, err)
		}
	}
	background := metav1.DeletePropagationBackground
	if err := deployments.Delete(t.Context(), "web", metav1.DeleteOptions{PropagationPolicy: &background}); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the pods to go", func() error {
		if all, _ := pods.List(labels.Everything()); len(all) > 0 {
			return fmt.Errorf("%d are left", len(all))
		}
		return nil
	})
}
