package door_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/apiserver/door"
	"orrery/sim/apiserver/door/protobuf"
	"orrery/sim/apiserver/door/table"
	"orrery/sim/client"
)

// answering is a world that answers everything at once with the same objects.
type answering []api.Object

func (a answering) Custom() *customresource.Catalog { return nil }

func (a answering) Call(_ context.Context, c door.Call) (*client.Response, error) {
	return &client.Response{ID: c.ID, Code: 200, Items: a, List: 9, At: time.Now()}, nil
}

func (answering) Watch(context.Context, uint64, int) ([]*client.Change, error) { return nil, nil }
func (answering) NextID() uint64                                               { return 1 }
func (answering) HangUp(uint64)                                                {}

// crowd is 5,000 running pods of one ReplicaSet, with the fields that a real one has.
func crowd() answering {
	born := metav1.Now()
	pods := make(answering, 5000)
	for i := range pods {
		name := fmt.Sprintf("web-6cbd945d79-%05d", i)
		pods[i] = &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{
				Namespace: "demo", Name: name, GenerateName: "web-6cbd945d79-", CreationTimestamp: born, ResourceVersion: "7",
				UID: types.UID(fmt.Sprintf("1f0d41de-cf68-467c-9508-%012d", i)), Generation: 1,
				Labels: map[string]string{"app": "web", "pod-template-hash": "6cbd945d79"},
				OwnerReferences: []metav1.OwnerReference{{
					APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "web-6cbd945d79", UID: "dcde5942-35bc-4aeb-a596-c03017879061",
				}},
				ManagedFields: []metav1.ManagedFieldsEntry{{
					Manager: "kubelet", Operation: "Update", APIVersion: "v1", Time: &born, FieldsType: "FieldsV1", Subresource: "status",
					FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:status":{"f:conditions":{"k:{\"type\":\"Ready\"}":{".":{},"f:status":{}}},"f:phase":{},"f:podIP":{}}}`)},
				}},
			},
			Spec: corev1.PodSpec{NodeName: "node-1", Containers: []corev1.Container{{Name: "nginx", Image: "nginx:1.27"}}},
			Status: corev1.PodStatus{
				Phase: corev1.PodRunning, PodIP: "10.244.0.5", PodIPs: []corev1.PodIP{{IP: "10.244.0.5"}},
				Conditions:        []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: born}},
				ContainerStatuses: []corev1.ContainerStatus{{Name: "nginx", Ready: true, Image: "nginx:1.27"}},
			},
		}
	}
	return pods
}

// BenchmarkTable5000 lists 5,000 pods as kubectl does. It should take less than 150 ms.
func BenchmarkTable5000(b *testing.B) {
	h := door.Handler{World: crowd(), Tables: table.New(), Protobuf: protobuf.New()}
	benchmarkList(b, h, strings.TrimPrefix(asTable, "Accept: "))
}

// BenchmarkProtobuf5000 lists 5,000 pods as a controller does.
func BenchmarkProtobuf5000(b *testing.B) {
	benchmarkList(b, door.Handler{World: crowd(), Protobuf: protobuf.New()}, "application/vnd.kubernetes.protobuf")
}

func benchmarkList(b *testing.B, h door.Handler, accept string) {
	r := httptest.NewRequest("GET", "/api/v1/pods", nil)
	r.Header.Set("Accept", accept)
	for b.Loop() {
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 200 {
			b.Fatal(w.Code, w.Body)
		}
		b.ReportMetric(float64(w.Body.Len()), "bytes")
	}
}
