package deployment

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/yaml"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var now = time.Date(2026, 1, 1, 0, 10, 0, 0, time.UTC)

var key = controller.Key{Namespace: "default", Name: "web"}

// web returns a Deployment of three replicas, after change and with the API server's defaults.
func web(change ...func(*appsv1.Deployment)) *appsv1.Deployment {
	three := int32(3)
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: "web-uid", ResourceVersion: "10", Generation: 1},
		Spec: appsv1.DeploymentSpec{
			Replicas: &three, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "web"}},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "nginx", Image: "nginx:1.27"}}},
			},
		},
	}
	for _, c := range change {
		c(d)
	}
	api.Scheme.Default(d)
	return d
}

func image(name string) func(*appsv1.Deployment) {
	return func(d *appsv1.Deployment) { d.Spec.Template.Spec.Containers[0].Image = name }
}

// world is a view that plans can be carried out in.
type world struct{ controller.View }

func worldOf(objects ...api.Object) world {
	w := world{controller.View{Cache: client.NewCache("deployments.apps", "replicasets.apps", "pods"), Now: now, Fresh: true}}
	for _, o := range objects {
		w.put(o)
	}
	return w
}

func (w world) put(o api.Object) {
	w.Apply(client.Change{Type: client.Modified, Resource: api.FindObject(o).Name, Object: o})
}

func (w world) sets() []*appsv1.ReplicaSet {
	var all []*appsv1.ReplicaSet
	w.Each("replicasets.apps", "", func(o api.Object) bool { all = append(all, o.(*appsv1.ReplicaSet)); return true })
	return all
}

// carry carries out a plan as the API server would: a write on an old revision ends it. Then every ReplicaSet has the
// pods that it wants, ready or not.
func (w world) carry(p controller.Plan, ready bool) {
	for _, stage := range p.Stages {
		for _, write := range stage {
			o := write.Object.DeepCopyObject().(api.Object)
			was := w.Get(write.Resource, write.Namespace, write.Name)
			if was != nil && was.GetResourceVersion() != o.GetResourceVersion() && !write.Chain {
				return
			}
			if was == nil {
				o.SetUID(types.UID(o.GetName() + "-uid"))
				o.SetCreationTimestamp(metav1.NewTime(now.Add(time.Duration(w.Len("replicasets.apps")) * time.Second)))
			}
			o.SetResourceVersion(o.GetResourceVersion() + "1")
			w.put(o)
		}
	}
	for _, rs := range w.sets() {
		next := *rs
		next.Status = appsv1.ReplicaSetStatus{Replicas: *rs.Spec.Replicas, ObservedGeneration: 1, TerminatingReplicas: new(int32)}
		next.Status.AvailableReplicas = min(rs.Status.AvailableReplicas, *rs.Spec.Replicas)
		if ready {
			next.Status.AvailableReplicas = *rs.Spec.Replicas
		}
		next.Status.ReadyReplicas = next.Status.AvailableReplicas
		w.put(&next)
	}
}

// print writes a plan as a line for each write.
func print(p controller.Plan) string {
	var lines []string
	for _, stage := range p.Stages {
		for _, w := range stage {
			line := string(w.Verb) + " " + w.Resource
			if w.Subresource != "" {
				line += "/" + w.Subresource
			}
			line += " " + w.Name
			if rs, ok := w.Object.(*appsv1.ReplicaSet); ok {
				line += fmt.Sprintf(" replicas=%d rv=%s", *rs.Spec.Replicas, rs.ResourceVersion)
			}
			if d, ok := w.Object.(*appsv1.Deployment); ok {
				line += fmt.Sprintf(" revision=%s rv=%s", d.Annotations[revision], d.ResourceVersion)
			}
			if w.Chain {
				line += " chained"
			}
			if w.Event != nil {
				line += " | " + w.Event.Message
			}
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func expect(t *testing.T, what string, p controller.Plan, want ...string) {
	t.Helper()
	if got := print(p); got != strings.Join(want, "\n") {
		t.Errorf("%s: the plan is\n%s\nwant\n%s", what, got, strings.Join(want, "\n"))
	}
}

// TestRecordedHashes holds that templates have the hashes that a real cluster gave them.
func TestRecordedHashes(t *testing.T) {
	for file, want := range map[string]string{
		"01-deploy-service/deploy.yaml": "6cbd945d79", "02-scale/deploy.yaml": "7d876db474",
		"03-rolling-update/v1.yaml": "6b78dbb95b", "03-rolling-update/v2.yaml": "cc544bdcc",
	} {
		text, err := os.ReadFile(filepath.Join("../../reference/testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		var d appsv1.Deployment
		if err := yaml.Unmarshal(text, &d); err != nil {
			t.Fatal(err)
		}
		api.Scheme.Default(&d)
		if got := controller.TemplateHash(&d.Spec.Template, nil); got != want {
			t.Errorf("%s: hash %s, want %s", file, got, want)
		}
	}
}

// TestFirstSync holds that the status of the first sync is written on the revision before its own first status update.
func TestFirstSync(t *testing.T) {
	w := worldOf(web())
	p := reconcile(w.View, key)
	name := "web-" + controller.TemplateHash(&web().Spec.Template, nil)
	expect(t, "a new Deployment", p,
		"create replicasets.apps "+name+" replicas=3 rv= | Scaled up replica set "+name+" from 0 to 3",
		"update deployments.apps/status web revision=1 rv=10",
		"update deployments.apps/status web revision=1 rv=10")
	rs := p.Stages[0][0].Object.(*appsv1.ReplicaSet)
	if rs.Annotations[desiredReplicas] != "3" || rs.Annotations[maxReplicas] != "4" || rs.Annotations[revision] != "1" {
		t.Errorf("the ReplicaSet's annotations are %v", rs.Annotations)
	}
}

// TestUndo holds that the look for a scaling and the rollout each bring the annotations up to date, on one revision.
func TestUndo(t *testing.T) {
	w := worldOf(web())
	settle(t, w, "the first rollout")
	w.put(next(w, image("nginx:1.28")))
	settle(t, w, "the second rollout")
	w.put(next(w, image("nginx:1.27")))
	old := "web-" + controller.TemplateHash(&web().Spec.Template, nil)
	p := reconcile(w.View, key)
	rv := w.Get("replicasets.apps", "default", old).GetResourceVersion()
	first := strings.Split(print(p), "\n")[:2]
	want := "update replicasets.apps " + old + " replicas=0 rv=" + rv
	if first[0] != want || first[1] != want {
		t.Errorf("the plan begins\n%s\nwant twice\n%s", strings.Join(first, "\n"), want)
	}
	settle(t, w, "the way back")
	rs := w.Get("replicasets.apps", "default", old)
	if a := rs.GetAnnotations(); a[revision] != "3" || a[revisionHistory] != "1" {
		t.Errorf("revision %q with history %q, want 3 with 1", a[revision], a[revisionHistory])
	}
}

// next returns the Deployment after a change of what is wanted.
func next(w world, change func(*appsv1.Deployment)) *appsv1.Deployment {
	d := w.Get("deployments.apps", "default", "web").DeepCopyObject().(*appsv1.Deployment)
	d.Generation++
	d.ResourceVersion += "0"
	change(d)
	return d
}

func settle(t *testing.T, w world, what string) {
	t.Helper()
	for range 100 {
		p := reconcile(w.View, key)
		if len(p.Stages) == 0 {
			return
		}
		w.carry(p, true)
	}
	t.Fatalf("%s does not end", what)
}

// TestRolloutKeepsItsBounds rolls out a second version with pods that become ready one sync later, and holds that there
// are never too many pods nor too few available ones.
func TestRolloutKeepsItsBounds(t *testing.T) {
	for _, test := range []struct {
		replicas           int32
		surge, unavailable string
	}{{1, "25%", "25%"}, {3, "1", "1"}, {3, "1", "0"}, {3, "0", "1"}, {10, "3", "2"}, {10, "100%", "0"}, {7, "30%", "40%"}, {4, "0", "100%"}} {
		name := fmt.Sprintf("%d replicas, surge %s, unavailable %s", test.replicas, test.surge, test.unavailable)
		bounds := rollout(test.replicas, test.surge, test.unavailable)
		w := worldOf(web(func(d *appsv1.Deployment) { d.Spec.Replicas, d.Spec.Strategy = &test.replicas, bounds.d.Spec.Strategy }))
		settle(t, w, name)
		w.put(next(w, image("nginx:1.28")))
		ended := false
		for i := range 200 {
			p := reconcile(w.View, key)
			if ended = len(p.Stages) == 0 && i%2 == 0; ended {
				break
			}
			w.carry(p, i%2 == 1)
			wanted, available := int32(0), int32(0)
			for _, rs := range w.sets() {
				wanted += *rs.Spec.Replicas
				available += rs.Status.AvailableReplicas
			}
			if wanted > test.replicas+bounds.maxSurge() || available < test.replicas-bounds.maxUnavailable() {
				t.Fatalf("%s: after %d syncs %d pods are wanted and %d are available", name, i+1, wanted, available)
			}
		}
		d := w.Get("deployments.apps", "default", "web").(*appsv1.Deployment)
		if c := condition(d.Status.Conditions, appsv1.DeploymentProgressing); !ended || c == nil || c.Reason != reasonAvailable {
			t.Errorf("%s: ended is %t with condition %v", name, ended, c)
		}
	}
}

// TestStillShrinking holds that nothing is scaled while a ReplicaSet reports more available pods than it wants.
func TestStillShrinking(t *testing.T) {
	s := rollout(3, "1", "1")
	old, newRS := replicaSet("old", 2, 3), replicaSet("new", 2, 1)
	all := []*appsv1.ReplicaSet{old, newRS}
	if s.shrinkOld(all, all[:1], newRS) || len(s.plan.Stages) > 0 {
		t.Errorf("the plan is\n%s\nwant none", print(s.plan))
	}
}

// TestScaledTwice holds that a ReplicaSet that loses its unhealthy pods and some healthy ones in one sync is written on
// the revision that the first write made.
func TestScaledTwice(t *testing.T) {
	s := rollout(4, "4", "2")
	old, newRS := replicaSet("old", 4, 3), replicaSet("new", 4, 4)
	all := []*appsv1.ReplicaSet{old, newRS}
	s.shrinkOld(all, all[:1], newRS)
	expect(t, "unhealthy and healthy pods", s.plan,
		"update replicasets.apps old replicas=3 rv= | Scaled down replica set old from 4 to 3",
		"update replicasets.apps old replicas=0 rv= chained | Scaled down replica set old from 3 to 0")
}

func TestAdoption(t *testing.T) {
	w := worldOf(web())
	settle(t, w, "the rollout")
	rs := w.sets()[0].DeepCopy()
	rs.OwnerReferences = nil
	d := web()
	orphaned := worldOf(d, rs)
	patch := string(reconcile(orphaned.View, key).Stages[0][0].PatchData)
	want := `{"metadata":{"ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"web-uid",` +
		`"controller":true,"blockOwnerDeletion":true}],"uid":"` + string(rs.UID) + `"}}`
	if patch != want {
		t.Errorf("an orphan is adopted by\n%s\nwant\n%s", patch, want)
	}
	other := w.sets()[0].DeepCopy()
	other.Labels = map[string]string{"app": "other"}
	patch = string(reconcile(worldOf(d, other).View, key).Stages[0][0].PatchData)
	if want := `{"metadata":{"uid":"` + string(rs.UID) + `","ownerReferences":[{"$patch":"delete","uid":"web-uid"}]}}`; patch != want {
		t.Errorf("a ReplicaSet that no longer matches is let go by\n%s\nwant\n%s", patch, want)
	}
	going := web(func(d *appsv1.Deployment) { d.DeletionTimestamp = &metav1.Time{Time: now} })
	if p := reconcile(worldOf(going, rs).View, key); slices.ContainsFunc(p.Stages, func(s controller.Stage) bool { return s[0].Verb == client.Patch }) {
		t.Errorf("a Deployment that is going adopts:\n%s", print(p))
	}
}

// TestKeys holds which Deployments a ReplicaSet wakes.
func TestKeys(t *testing.T) {
	w := worldOf(web())
	settle(t, w, "the rollout")
	owned := w.sets()[0]
	orphan := owned.DeepCopy()
	orphan.OwnerReferences = nil
	stranger := owned.DeepCopy()
	stranger.OwnerReferences[0].UID = "another"
	for _, test := range []struct {
		name     string
		change   client.ChangeType
		old, now api.Object
		want     int
	}{
		{"one that belongs to it", client.Modified, owned, owned, 1},
		{"one of an earlier Deployment of that name", client.Modified, stranger, stranger, 0},
		{"an orphan that is new", client.Added, nil, orphan, 1},
		{"an orphan that did not change its labels", client.Modified, orphan, orphan, 0},
		{"one that it loses", client.Modified, owned, orphan, 2},
		{"an orphan that is deleted", client.Deleted, orphan, orphan, 0},
	} {
		got := 0
		owners.Keys(w.View, test.change, test.old, test.now, func(k controller.Key, _ time.Duration) {
			got++
			if k != key {
				t.Errorf("%s wakes %v", test.name, k)
			}
		})
		if got != test.want {
			t.Errorf("%s wakes it %d times, want %d", test.name, got, test.want)
		}
	}
}

// TestCreationFails holds what is reported when the new ReplicaSet is refused.
func TestCreationFails(t *testing.T) {
	refused := func(reason metav1.StatusReason, causes ...metav1.StatusCause) *metav1.Status {
		return &metav1.Status{Reason: reason, Message: "no", Details: &metav1.StatusDetails{
			Group: "apps", Kind: "replicasets", Name: "web-" + controller.TemplateHash(&web().Spec.Template, nil), Causes: causes,
		}}
	}
	foreign := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: refused("").Details.Name}}
	w := worldOf(web(), foreign)
	w.Err = refused(metav1.StatusReasonAlreadyExists)
	p := reconcile(w.View, key)
	expect(t, "the name is taken", p, "update deployments.apps/status web revision= rv=10")
	if d := p.Stages[0][0].Object.(*appsv1.Deployment); *d.Status.CollisionCount != 1 {
		t.Errorf("collisionCount is %d, want 1", *d.Status.CollisionCount)
	}
	w = worldOf(web())
	w.Err = refused(metav1.StatusReasonForbidden)
	p = reconcile(w.View, key)
	expect(t, "the ReplicaSet is forbidden", p, "update deployments.apps/status web revision= rv=10 | "+
		`Failed to create new replica set "`+foreign.Name+`": no`)
	c := condition(p.Stages[0][0].Object.(*appsv1.Deployment).Status.Conditions, appsv1.DeploymentProgressing)
	if c == nil || c.Status != corev1.ConditionFalse || c.Reason != "ReplicaSetCreateError" {
		t.Errorf("the Progressing condition is %v", c)
	}
	w.Err = refused(metav1.StatusReasonForbidden, metav1.StatusCause{Type: corev1.NamespaceTerminatingCause})
	expect(t, "the namespace is going", reconcile(w.View, key), "")
	w.Err = &metav1.Status{Reason: metav1.StatusReasonConflict, Details: &metav1.StatusDetails{Kind: "deployments"}}
	expect(t, "a status on an old revision", reconcile(w.View, key), "")
}

// TestDeadline holds that a rollout that does not move is looked at again and reported when it is late.
func TestDeadline(t *testing.T) {
	w := worldOf(web())
	w.carry(reconcile(w.View, key), false)
	w.carry(reconcile(w.View, key), false)
	w.carry(reconcile(w.View, key), false)
	p := reconcile(w.View, key)
	if len(p.Stages) > 0 || p.Again != 601*time.Second {
		t.Fatalf("again after %v with the plan\n%s\nwant after 10m1s", p.Again, print(p))
	}
	w.Now = now.Add(p.Again)
	p = reconcile(w.View, key)
	c := condition(p.Stages[0][0].Object.(*appsv1.Deployment).Status.Conditions, appsv1.DeploymentProgressing)
	if c.Reason != reasonTimedOut || !strings.Contains(c.Message, "has timed out progressing.") {
		t.Errorf("the Progressing condition is %v", c)
	}
}
