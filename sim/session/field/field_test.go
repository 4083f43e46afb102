package field_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"orrery/sim/api"
	"orrery/sim/session/field"
)

func pod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "web-1", Namespace: "default", ResourceVersion: "7", Labels: map[string]string{"app": "web", "on": "yes", "v": "1.0"},
			Annotations: map[string]string{"a": "one\ntwo\n", "b": "one\ntwo", "c": "x: y", "d": "- z", "e": "2026-01-01T00:00:00Z", "f": " lead", "g": "tail:"},
		},
		Spec: corev1.PodSpec{
			Containers: []corev1.Container{{Name: "nginx", Image: "nginx:latest", Args: []string{"-g", "--x", "true", "0x1f", ""}}},
			Volumes:    []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
		},
		Status: corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: "Ready", Status: "False"}}},
	}
}

func TestLinesReadBackAsTheObject(t *testing.T) {
	text := strings.Join(field.Text(field.Lines(pod())), "\n")
	var got, want any
	if err := yaml.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%v in:\n%s", err, text)
	}
	data, err := json.Marshal(api.WithKind(pod()))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the YAML reads as\n%v\nwant\n%v\n%s", got, want, text)
	}
}

func TestLinesAreKubectls(t *testing.T) {
	want, err := yaml.Marshal(api.WithKind(pod()))
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(field.Text(field.Lines(pod())), "\n") + "\n"
	// kubectl's library indents and quotes a few strings otherwise; structure and order must be the same.
	strip := func(s string) string { return strings.NewReplacer("'", "", `"`, "").Replace(s) }
	if strip(got) != strip(string(want)) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestChanges(t *testing.T) {
	old, now := pod(), pod()
	now.Spec.Volumes[0].EmptyDir.Medium = "Memory" // {} before, which is not told by itself
	now.ResourceVersion = "8"
	now.Spec.NodeName = "node-2"
	now.Status.Conditions = append([]corev1.PodCondition{{Type: "PodScheduled", Status: "True"}}, now.Status.Conditions...)
	now.Spec.Containers[0].Image = "nginx:1.27"
	now.Annotations["a"] = "one\nthree\n"
	delete(now.Labels, "v")
	var got []string
	for _, c := range field.Changes(field.Lines(old), field.Lines(now)) {
		got = append(got, strings.ReplaceAll(c.String(), "\n", "/"))
	}
	want := []string{
		"~metadata.annotations.a=|/one/three", "~spec.containers[nginx].image=nginx:1.27", "+spec.nodeName=node-2",
		"+spec.volumes[v].emptyDir.medium=Memory", `+status.conditions[PodScheduled].lastProbeTime=null`, `+status.conditions[PodScheduled].lastTransitionTime=null`,
		`+status.conditions[PodScheduled].status="True"`, "+status.conditions[PodScheduled].type=PodScheduled", "-metadata.labels.v",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("changes:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s := field.Summary(field.Changes(field.Lines(old), field.Lines(now)), 2); s != "+spec.nodeName=node-2 ~spec.containers[nginx].image=nginx:1.27 …" {
		t.Errorf("summary %q", s)
	}
}
