package statefulset

import (
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
	"orrery/sim/controller/history"
)

var (
	now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	key = controller.Key{Namespace: "default", Name: "db"}
)

// db returns a StatefulSet of three with the API server's defaults, whose current revision is the present one.
func db(change ...func(*appsv1.StatefulSet)) *appsv1.StatefulSet {
	three := int32(3)
	labels := map[string]string{"app": "db"}
	set := &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "db", UID: "db-uid", Generation: 1},
		Spec: appsv1.StatefulSetSpec{
			Replicas: &three, ServiceName: "db", Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "c", Image: "postgres:17"}}},
			},
		},
	}
	for _, c := range change {
		c(set)
	}
	api.Scheme.Default(set)
	set.Status.CurrentRevision = revision(set)
	return set
}

// revision is the name of the revision of a set's present template.
func revision(set *appsv1.StatefulSet) string {
	return history.Name(set.Name, history.Hash(history.Data(&set.Spec.Template), 0))
}

func revisionOf(set *appsv1.StatefulSet, number int64) *appsv1.ControllerRevision {
	data := history.Data(&set.Spec.Template)
	return history.New(set, &set.Spec.Template, data, hashLabel, history.Hash(data, 0), number)
}

func claiming(set *appsv1.StatefulSet) {
	set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
}

func parallel(set *appsv1.StatefulSet) { set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement }

func onDelete(set *appsv1.StatefulSet) {
	set.Spec.UpdateStrategy.Type = appsv1.OnDeleteStatefulSetStrategyType
}

func sized(n int32) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) { set.Spec.Replicas = &n }
}

func from(n, partition int32) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: n}
		set.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateStatefulSetStrategy{Partition: &partition}
	}
}

// pod returns the set's pod of a name as it is when it is ready.
func pod(set *appsv1.StatefulSet, name string, change ...func(*corev1.Pod)) *corev1.Pod {
	s := &sync{view: viewOf(set), set: set}
	s.past.update.name = revision(set)
	_, n := identity(name)
	p := s.newPod(n)
	p.Name, p.UID = name, types.UID(name)
	p.Labels[appsv1.StatefulSetRevisionLabel] = revision(set)
	p.Status = corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{
		{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(now.Add(-time.Minute))},
	}}
	for _, c := range change {
		c(p)
	}
	return p
}

func unready(p *corev1.Pod) { p.Status.Conditions = nil }
func failed(p *corev1.Pod)  { p.Status.Phase = corev1.PodFailed }
func leaving(p *corev1.Pod) { p.DeletionTimestamp = &metav1.Time{Time: now} }
func old(p *corev1.Pod)     { p.Labels[appsv1.StatefulSetRevisionLabel] = "db-old" }
func stray(p *corev1.Pod)   { delete(p.Labels, appsv1.StatefulSetPodNameLabel) }

func claimOf(pod string, owners ...api.Object) *corev1.PersistentVolumeClaim {
	c := &corev1.PersistentVolumeClaim{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "data-" + pod}}
	for _, o := range owners {
		c.OwnerReferences = append(c.OwnerReferences, controller.ReferenceTo(o))
	}
	return c
}

func viewOf(objects ...api.Object) controller.View {
	cache := client.NewCache(resource, "pods", claims, history.Resource)
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now, Fresh: true}
}

// print tells what a plan does but for its status: writes of one stage with a + between them.
func print(p controller.Plan) string {
	var out []string
	for _, e := range p.Events {
		out = append(out, e.Reason)
	}
	for _, stage := range p.Stages {
		var beside []string
		for _, w := range stage {
			if w.Subresource == "" {
				beside = append(beside, string(w.Verb)+" "+w.Name)
			}
		}
		if len(beside) > 0 {
			out = append(out, strings.Join(beside, " + "))
		}
	}
	return strings.Join(out, ", ")
}

func TestSync(t *testing.T) {
	set := db()
	all := func(set *appsv1.StatefulSet, change ...func(*corev1.Pod)) []api.Object {
		return []api.Object{pod(set, "db-0", change...), pod(set, "db-1", change...), pod(set, "db-2", change...)}
	}
	for _, test := range []struct {
		name string
		set  *appsv1.StatefulSet
		pods []api.Object
		want string
	}{
		{"the first", set, nil, "create db-0"},
		{"the second waits", set, []api.Object{pod(set, "db-0", unready)}, ""},
		{"the second", set, []api.Object{pod(set, "db-0")}, "create db-1"},
		{"one in the middle", set, []api.Object{pod(set, "db-0"), pod(set, "db-2")}, "create db-1"},
		{"one failed", set, []api.Object{pod(set, "db-0", failed)}, "delete db-0"},
		{"one failed and is going", set, []api.Object{pod(set, "db-0", failed, leaving)}, ""},
		{"all there", set, all(set), ""},
		{"all old", set, all(set, old), "delete db-2"},
		{"the last is going", set, []api.Object{pod(set, "db-0", old), pod(set, "db-1", old), pod(set, "db-2", leaving)}, ""},
		{"by hand", db(onDelete), all(set, old), ""},
		{"too many", db(sized(1)), all(set), "delete db-2"},
		{"the last of them is not ready", db(sized(1)), []api.Object{pod(set, "db-0"), pod(set, "db-1"), pod(set, "db-2", unready)}, "delete db-2"},
		{"one of them is not ready", db(sized(1)), []api.Object{pod(set, "db-0"), pod(set, "db-1", unready), pod(set, "db-2")}, "delete db-2"},
		{"two of them are not ready", db(sized(1)), []api.Object{pod(set, "db-0"), pod(set, "db-1", unready), pod(set, "db-2", unready)}, ""},
		{"one is not ready and too many", db(sized(1)), []api.Object{pod(set, "db-0", unready), pod(set, "db-1")}, ""},
		{"at once", db(parallel), nil, "create db-0, create db-1 + create db-2"},
		{"at once too many", db(parallel, sized(0)), all(set), "delete db-2, delete db-1 + delete db-0"},
		{"with claims", db(claiming), nil, "create data-db-0, create db-0"},
		{"with a claim that is there", db(claiming), []api.Object{claimOf("db-0")}, "create db-0"},
		{"with a claim that is going", db(claiming), []api.Object{func() api.Object {
			c := claimOf("db-0")
			c.DeletionTimestamp = &metav1.Time{Time: now}
			return c
		}()}, "FailedCreate"},
		{"at once with claims", db(claiming, parallel), nil, "create data-db-0, create db-0, create data-db-1 + create data-db-2, create db-1 + create db-2"},
		{"from another number", db(from(5, 0)), []api.Object{pod(set, "db-5")}, "create db-6"},
		{"without its label", set, []api.Object{pod(set, "db-0", stray)}, "update db-0, create db-1"},
		{"of another set", set, []api.Object{pod(set, "db-x-0"), pod(set, "db-0")}, "patch db-x-0, create db-1"},
	} {
		test.set.Status.CurrentRevision = revision(test.set)
		v := viewOf(append(test.pods, test.set, revisionOf(test.set, 1))...)
		if got := print(reconcile(v, key)); got != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
}

// TestPartition holds that a pod below the partition comes back as it was.
func TestPartition(t *testing.T) {
	before, set := db(), db(from(0, 2), func(set *appsv1.StatefulSet) { set.Spec.Template.Spec.Containers[0].Image = "postgres:18" })
	set.Status.CurrentRevision = revision(before)
	made := func(pods ...api.Object) *corev1.Pod {
		p := reconcile(viewOf(append(pods, set, revisionOf(before, 1), revisionOf(set, 2))...), key)
		return p.Stages[0][0].Object.(*corev1.Pod)
	}
	if p := made(pod(before, "db-0")); p.Spec.Containers[0].Image != "postgres:17" || p.Labels[appsv1.StatefulSetRevisionLabel] != revision(before) {
		t.Errorf("db-1 is made of %s with %v", p.Spec.Containers[0].Image, p.Labels)
	}
	p := made(pod(before, "db-0"), pod(before, "db-1"))
	if p.Spec.Containers[0].Image != "postgres:18" || p.Spec.Hostname != "db-2" || p.Spec.Subdomain != "db" || p.Labels[appsv1.PodIndexLabel] != "2" {
		t.Errorf("db-2 is made of %s as %s.%s with %v", p.Spec.Containers[0].Image, p.Spec.Hostname, p.Spec.Subdomain, p.Labels)
	}
	v := viewOf(set, revisionOf(before, 1), revisionOf(set, 2), pod(before, "db-0"), pod(before, "db-1"), pod(before, "db-2"))
	if got := print(reconcile(v, key)); got != "delete db-2" {
		t.Errorf("the update begins with %s", got)
	}
	v = viewOf(set, revisionOf(before, 1), revisionOf(set, 2), pod(before, "db-0"), pod(before, "db-1"), pod(set, "db-2"))
	if got := print(reconcile(v, key)); got != "" {
		t.Errorf("the update goes on below the partition: %s", got)
	}
}

// TestRetention holds who owns the claims.
func TestRetention(t *testing.T) {
	policy := func(whenDeleted, whenScaled appsv1.PersistentVolumeClaimRetentionPolicyType) func(*appsv1.StatefulSet) {
		return func(set *appsv1.StatefulSet) {
			claiming(set)
			set.Spec.PersistentVolumeClaimRetentionPolicy = &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{WhenDeleted: whenDeleted, WhenScaled: whenScaled}
		}
	}
	set := db(claiming)
	zero, one := pod(set, "db-0"), pod(set, "db-1")
	for _, test := range []struct {
		name  string
		set   *appsv1.StatefulSet
		claim *corev1.PersistentVolumeClaim
		want  string // the owners, space between; "-" when the claim is left alone
	}{
		{"retained", db(policy("Retain", "Retain"), sized(1)), claimOf("db-0", set), ""},
		{"with the set", db(policy("Delete", "Retain"), sized(1)), claimOf("db-0"), "db"},
		{"with the set, as it is", db(policy("Delete", "Retain"), sized(1)), claimOf("db-0", set), "-"},
		{"with its pod, which stays", db(policy("Retain", "Delete"), sized(1)), claimOf("db-0"), "-"},
		{"with its pod, which goes", db(policy("Retain", "Delete"), sized(1)), claimOf("db-1"), "db-1"},
		{"with both", db(policy("Delete", "Delete"), sized(1)), claimOf("db-1", set), "db-1"},
		{"of another controller", db(policy("Delete", "Retain"), sized(1)), claimOf("db-0", revisionOf(set, 1)), "-"},
	} {
		s := &sync{view: viewOf(test.set, test.claim), set: test.set}
		p := zero
		if test.claim.Name == "data-db-1" {
			p = one
		}
		got := "-"
		if writes := s.retain(p); len(writes) > 0 {
			var names []string
			for _, ref := range writes[0].Object.GetOwnerReferences() {
				names = append(names, ref.Name)
			}
			got = strings.Join(names, " ")
		}
		if got != test.want {
			t.Errorf("%s: the owners are %q, want %q", test.name, got, test.want)
		}
	}
	again := db(policy("Retain", "Delete"))
	before := pod(set, "db-0")
	before.UID = "before"
	if got := print(reconcile(viewOf(again, revisionOf(again, 1), claimOf("db-0", before)), key)); got != "" {
		t.Errorf("a pod is made while its claim goes with an earlier one: %s", got)
	}
}

func TestStatus(t *testing.T) {
	before, set := db(), db(func(set *appsv1.StatefulSet) { set.Spec.Template.Spec.Containers[0].Image = "postgres:18" })
	set.Status.CurrentRevision = revision(before)
	v := viewOf(set, revisionOf(before, 1), revisionOf(set, 2), pod(before, "db-0"), pod(before, "db-1"), pod(set, "db-2"))
	p := reconcile(v, key)
	s := p.Stages[len(p.Stages)-1][0].Object.(*appsv1.StatefulSet).Status
	want := appsv1.StatefulSetStatus{
		ObservedGeneration: 1, Replicas: 3, ReadyReplicas: 3, AvailableReplicas: 3, CurrentReplicas: 1, UpdatedReplicas: 1,
		CurrentRevision: revision(before), UpdateRevision: revision(set), CollisionCount: new(int32),
	}
	if print(p) != "delete db-1" || s.String() != want.String() {
		t.Errorf("%s, then %v\nwant delete db-1, then %v", print(p), s, want)
	}
	v = viewOf(set, revisionOf(before, 1), revisionOf(set, 2), pod(set, "db-0"), pod(set, "db-1"), pod(set, "db-2"))
	s = reconcile(v, key).Stages[0][0].Object.(*appsv1.StatefulSet).Status
	if s.CurrentRevision != revision(set) || s.CurrentReplicas != 3 {
		t.Errorf("after the update the status is %v", s)
	}
}

// TestPast holds that an old template takes its revision out again, that no more than the limit stay, and that a name that
// is taken is passed over.
func TestPast(t *testing.T) {
	one := int32(1)
	set := db(func(set *appsv1.StatefulSet) { set.Spec.RevisionHistoryLimit = &one })
	older := func(image string) *appsv1.ControllerRevision {
		return revisionOf(db(func(set *appsv1.StatefulSet) { set.Spec.Template.Spec.Containers[0].Image = image }), int64(len(image)))
	}
	a, b := older("a:10"), older("a:100")
	pods := []api.Object{pod(set, "db-0"), pod(set, "db-1"), pod(set, "db-2")}
	p := reconcile(viewOf(append(pods, set, revisionOf(set, 1), a, b)...), key)
	if got, want := print(p), "update "+revision(set)+", delete "+a.Name; got != want || p.Stages[0][0].Object.(*appsv1.ControllerRevision).Revision != 6 {
		t.Errorf("%s\nwant %s", got, want)
	}
	taken := revisionOf(set, 1)
	taken.Data.Raw, taken.OwnerReferences, taken.Labels = []byte("{}"), nil, nil
	p = reconcile(viewOf(append(pods, set, taken)...), key)
	created := p.Stages[0][0].Object.(*appsv1.ControllerRevision)
	if status := p.Stages[len(p.Stages)-1][0].Object.(*appsv1.StatefulSet).Status; created.Name == taken.Name || *status.CollisionCount != 1 {
		t.Errorf("revision %s is made, with %d collisions", created.Name, *status.CollisionCount)
	}
}

// TestFailure holds what is told of a claim and of a pod that cannot be made.
func TestFailure(t *testing.T) {
	set := db(claiming)
	v := viewOf(set, revisionOf(set, 1))
	v.Err = &metav1.Status{Reason: metav1.StatusReasonForbidden, Message: "no", Details: &metav1.StatusDetails{Kind: claims, Name: "data-db-0"}}
	p := reconcile(v, key)
	want := []string{
		"Create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: no",
		"Create Pod db-0 in StatefulSet db failed error: failed to create PVC data-db-0: no",
	}
	if len(p.Events) != 2 || p.Events[0].Message != want[0] || p.Events[1].Message != want[1] || print(p) != "FailedCreate, FailedCreate" {
		t.Errorf("told: %v", p.Events)
	}
	v.Err.Details = &metav1.StatusDetails{Kind: "pods", Name: "db-0"}
	if p = reconcile(v, key); len(p.Events) != 1 || p.Events[0].Message != "Create Pod db-0 in StatefulSet db failed error: no" {
		t.Errorf("told: %v", p.Events)
	}
	v.Err.Reason = metav1.StatusReasonAlreadyExists
	if p = reconcile(v, key); len(p.Events) != 0 {
		t.Errorf("told of a pod that is there: %v", p.Events)
	}
}
