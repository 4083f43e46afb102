package nodeaffinity

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"orrery/sim/scheduler/framework"
)

func pod(t *testing.T, spec string) *framework.Pod {
	t.Helper()
	p := &corev1.Pod{}
	if err := yaml.Unmarshal([]byte("spec: "+spec), p); err != nil {
		t.Fatal(err)
	}
	return framework.NewPod(p)
}

func node(name string, labels map[string]string) *framework.Node {
	return framework.NewNode(&corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}})
}

func TestFilter(t *testing.T) {
	const required = `{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [%s]}}}}`
	n := node("node-1", map[string]string{"disk": "ssd", "cores": "8"})
	for _, c := range []struct {
		spec  string
		fits  bool
		nodes string
	}{
		{`{}`, true, "[]"},
		{`{nodeSelector: {disk: ssd}}`, true, "[]"},
		{`{nodeSelector: {disk: ssd, gpu: yes}}`, false, "[]"},
		{fmt.Sprintf(required, `{matchExpressions: [{key: disk, operator: In, values: [hdd, ssd]}]}`), true, "[]"},
		{fmt.Sprintf(required, `{matchExpressions: [{key: disk, operator: NotIn, values: [ssd]}]}`), false, "[]"},
		{fmt.Sprintf(required, `{matchExpressions: [{key: gpu, operator: DoesNotExist}, {key: disk, operator: Exists}]}`), true, "[]"},
		{fmt.Sprintf(required, `{matchExpressions: [{key: cores, operator: Gt, values: ["7"]}]}`), true, "[]"},
		{fmt.Sprintf(required, `{matchExpressions: [{key: cores, operator: Lt, values: ["8"]}]}`), false, "[]"},
		{fmt.Sprintf(required, `{matchExpressions: [{key: a, operator: Exists}]}, {matchExpressions: [{key: disk, operator: Exists}]}`), true, "[]"},
		{fmt.Sprintf(required, `{matchFields: [{key: metadata.name, operator: In, values: [node-1]}]}`), true, "[node-1]"},
		{fmt.Sprintf(required, `{matchFields: [{key: metadata.name, operator: In, values: [node-2]}]}`), false, "[node-2]"},
	} {
		screen := Plugin{}.PreFilter(pod(t, c.spec), nil)
		fits := screen.Filter == nil || screen.Filter(n).Code == framework.Success
		if fits != c.fits || fmt.Sprint(screen.Nodes) != c.nodes {
			t.Errorf("%s: got %v, only %v", c.spec, fits, screen.Nodes)
		}
	}
	conflict := pod(t, fmt.Sprintf(required, `{matchFields: [{key: metadata.name, operator: In, values: [a]}, {key: metadata.name, operator: In, values: [b]}]}`))
	if r := (Plugin{}).PreFilter(conflict, nil).Refusal; r.Code == framework.Success || r.Reasons[0] != "pod affinity terms conflict" {
		t.Errorf("terms that conflict: %+v", r)
	}
}

func TestScore(t *testing.T) {
	s := Plugin{}.PreScore(pod(t, `{affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [
  {weight: 30, preference: {matchExpressions: [{key: disk, operator: In, values: [ssd]}]}},
  {weight: 10, preference: {matchExpressions: [{key: zone, operator: Exists}]}}]}}}`), nil, nil)
	scores := []int64{
		s.Score(node("a", map[string]string{"disk": "ssd", "zone": "x"})), s.Score(node("b", map[string]string{"zone": "x"})),
		s.Score(node("c", nil)),
	}
	raw := fmt.Sprint(scores)
	s.Normalize(scores)
	if got := raw + fmt.Sprint(scores); got != "[40 10 0][100 25 0]" {
		t.Errorf("got %s", got)
	}
	if (Plugin{}).PreScore(pod(t, `{}`), nil, nil).Score != nil {
		t.Error("a pod without preferences is scored")
	}
}

func TestHint(t *testing.T) {
	p := pod(t, `{nodeSelector: {disk: ssd}}`)
	worth := Plugin{}.Hints()[0].Worth
	ssd, hdd := node("a", map[string]string{"disk": "ssd"}).Node, node("a", map[string]string{"disk": "hdd"}).Node
	for _, c := range []struct {
		change framework.Change
		want   bool
	}{
		{framework.Change{NewNode: ssd}, true},
		{framework.Change{NewNode: hdd}, false},
		{framework.Change{OldNode: hdd, NewNode: ssd}, true},
		{framework.Change{OldNode: ssd, NewNode: ssd}, false},
	} {
		if got := worth(p, c.change); got != c.want {
			t.Errorf("%v: got %v", c.change, got)
		}
	}
}
