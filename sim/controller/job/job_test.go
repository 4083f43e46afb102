package job

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

var (
	now   = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	key   = controller.Key{Namespace: "default", Name: "pi"}
	label = map[string]string{batchv1.ControllerUidLabel: "pi-uid"}
)

func ptr[T any](v T) *T { return &v }

// pi returns a Job of two pods side by side that has begun.
func pi(completions int32, changes ...func(*batchv1.Job)) *batchv1.Job {
	begun := metav1.NewTime(now.Add(-time.Minute))
	j := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "pi", UID: "pi-uid"},
		Spec: batchv1.JobSpec{
			Parallelism: ptr(int32(2)), Completions: &completions, BackoffLimit: ptr(int32(6)),
			Selector: &metav1.LabelSelector{MatchLabels: label},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: label},
				Spec:       corev1.PodSpec{RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "c"}}},
			},
		},
		Status: batchv1.JobStatus{
			StartTime: &begun, Ready: ptr(int32(0)), Terminating: ptr(int32(0)), UncountedTerminatedPods: &batchv1.UncountedTerminatedPods{},
		},
	}
	for _, change := range changes {
		change(j)
	}
	return j
}

func indexedJob(j *batchv1.Job)    { j.Spec.CompletionMode = ptr(batchv1.IndexedCompletion) }
func eachOnce(j *batchv1.Job)      { j.Spec.BackoffLimitPerIndex = ptr(int32(1)) }
func suspendedJob(j *batchv1.Job)  { j.Spec.Suspend = ptr(true) }
func replaceFailed(j *batchv1.Job) { j.Spec.PodReplacementPolicy = ptr(batchv1.Failed) }

func counts(active, succeeded, failed int32) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Status.Active, j.Status.Succeeded, j.Status.Failed = active, succeeded, failed }
}

// pod returns one of the Job's pods: running, unless something else is said.
func pod(name string, changes ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: name, UID: types.UID(name), Labels: label, Annotations: map[string]string{},
			Finalizers:      []string{batchv1.JobTrackingFinalizer},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "pi", UID: "pi-uid", Controller: ptr(true)}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
	for _, change := range changes {
		change(p)
	}
	return p
}

func done(p *corev1.Pod)     { p.Status.Phase = corev1.PodSucceeded }
func released(p *corev1.Pod) { p.Finalizers = nil }
func going(p *corev1.Pod)    { p.DeletionTimestamp = &metav1.Time{Time: now} }
func orphan(p *corev1.Pod)   { p.OwnerReferences, p.Finalizers = nil, nil }

func failed(code int32) func(*corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Phase = corev1.PodFailed
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "c", State: corev1.ContainerState{
			Terminated: &corev1.ContainerStateTerminated{ExitCode: code, FinishedAt: metav1.NewTime(now.Add(-4 * time.Second))},
		}}}
	}
}

func at(index string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Annotations[batchv1.JobCompletionIndexAnnotation] = index }
}

func view(objects ...api.Object) controller.View {
	cache := client.NewCache(jobs, "pods")
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Now: now, Fresh: true}
}

// told prints a plan: what it does to pods, and each status that it writes.
func told(p controller.Plan) string {
	var out []string
	for _, stage := range p.Stages {
		var words []string
		for _, w := range stage {
			switch {
			case w.Verb == client.Create:
				words = append(words, "create "+w.Object.(*corev1.Pod).GenerateName)
			case w.Resource == "pods" && strings.Contains(string(w.PatchData), "$patch"):
				words = append(words, "disown "+w.Name)
			case w.Resource == "pods" && strings.Contains(string(w.PatchData), `"controller":true`):
				words = append(words, "adopt "+w.Name)
			case w.Resource == "pods" && w.Verb == client.Patch:
				words = append(words, "free "+w.Name)
			case w.Resource == "pods":
				words = append(words, "delete "+w.Name)
			default:
				words = append(words, status(w.Object.(*batchv1.Job)))
			}
		}
		slices.Sort(words)
		out = append(out, strings.Join(words, ", "))
	}
	for _, e := range p.Events {
		out = append(out, e.Reason)
	}
	return strings.Join(out, "; ")
}

// status prints active/succeeded/failed, the pods that are not counted yet, indexes and conditions.
func status(j *batchv1.Job) string {
	s := j.Status
	out := fmt.Sprintf("%d/%d/%d", s.Active, s.Succeeded, s.Failed)
	if u := s.UncountedTerminatedPods; len(u.Succeeded)+len(u.Failed) > 0 {
		out += fmt.Sprint(u.Succeeded, u.Failed)
	}
	if s.CompletedIndexes != "" {
		out += " done " + s.CompletedIndexes
	}
	if s.FailedIndexes != nil {
		out += " lost " + *s.FailedIndexes
	}
	for _, c := range s.Conditions {
		out += " " + string(c.Type) + "=" + c.Reason
	}
	return out
}

func TestSync(t *testing.T) {
	exit42 := func(action batchv1.PodFailurePolicyAction) func(*batchv1.Job) {
		return func(j *batchv1.Job) {
			j.Spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
				Action:      action,
				OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{42}},
			}}}
		}
	}
	for _, c := range []struct {
		name string
		job  *batchv1.Job
		pods []api.Object
		want string
	}{
		{"a new Job gets its pods", pi(4), nil, "create pi-; create pi-; 2/0/0"},
		{"and no more than it needs", pi(4, counts(2, 3, 0)), nil, "create pi-; 1/3/0"},
		{"all is well", pi(4, counts(2, 0, 0)), []api.Object{pod("a"), pod("b")}, ""},
		{"one has succeeded", pi(4, counts(2, 0, 0)), []api.Object{pod("a", done), pod("b")}, "create pi-; 2/0/0[a] []; free a; 2/1/0"},
		{"its finalizer went before it was counted", pi(4, counts(2, 0, 0), func(j *batchv1.Job) {
			j.Status.UncountedTerminatedPods.Succeeded = []types.UID{"a"}
		}), []api.Object{pod("a", done, released), pod("b")}, "create pi-; 2/1/0"},
		{
			"the last has succeeded", pi(2, counts(1, 1, 0)),
			[]api.Object{pod("b", done)},
			"0/1/0[b] [] SuccessCriteriaMet=CompletionsReached; free b; 0/2/0 SuccessCriteriaMet=CompletionsReached Complete=CompletionsReached",
		},
		{
			"one is enough where no number is said", pi(1, counts(1, 0, 0), func(j *batchv1.Job) { j.Spec.Completions = nil }),
			[]api.Object{pod("a", done), pod("b")},
			"1/0/0[a] []; free a; 1/1/0",
		},
		{"a failure is waited out", pi(4, counts(2, 0, 0)), []api.Object{pod("a", failed(1)), pod("b")}, "1/0/0[] [a]; free a; 1/0/1"},
		{
			"too many failures", pi(4, counts(2, 0, 6)),
			[]api.Object{pod("a", failed(1)), pod("b")},
			"delete b; 0/0/6[] [a b] FailureTarget=BackoffLimitExceeded; free a, free b; 0/0/8 FailureTarget=BackoffLimitExceeded",
		},
		{"and nothing is left", pi(4, counts(0, 0, 7), func(j *batchv1.Job) {
			j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue, Reason: "BackoffLimitExceeded"}}
		}), nil, "0/0/7 FailureTarget=BackoffLimitExceeded Failed=BackoffLimitExceeded"},
		{
			"its time is over", pi(4, counts(1, 0, 0), func(j *batchv1.Job) { j.Spec.ActiveDeadlineSeconds = ptr(int64(60)) }),
			[]api.Object{pod("a")},
			"delete a; 0/0/0[] [a] FailureTarget=DeadlineExceeded; free a; 0/0/1 FailureTarget=DeadlineExceeded",
		},
		{"suspended", pi(4, counts(1, 0, 0), suspendedJob), []api.Object{pod("a")}, "free a; delete a; 0/0/0 Suspended=JobSuspended; Suspended"},
		{"too many pods", pi(1, counts(2, 0, 0)), []api.Object{pod("a"), pod("b", func(p *corev1.Pod) { p.Spec.NodeName = "n" })}, "free a; delete a; 1/0/0"},
		{"a pod that goes has failed", pi(4, counts(2, 0, 0)), []api.Object{pod("a", going), pod("b")}, "1/0/0[] [a]; free a; 1/0/1"},
		{"but is waited for when only failed ones are replaced", pi(4, counts(2, 0, 0), replaceFailed), []api.Object{pod("a", going), pod("b")}, "1/0/0"},
		{"the policy ignores it", pi(4, counts(1, 0, 0), exit42(batchv1.PodFailurePolicyActionIgnore)), []api.Object{pod("a", failed(42)), pod("b")}, "free a"},
		{
			"the policy fails the Job", pi(4, counts(2, 0, 0), exit42(batchv1.PodFailurePolicyActionFailJob)),
			[]api.Object{pod("a", failed(42)), pod("b")},
			"delete b; 0/0/0[] [a b] FailureTarget=PodFailurePolicy; free a, free b; 0/0/2 FailureTarget=PodFailurePolicy",
		},
		{"pods by index", pi(3, indexedJob), []api.Object{pod("a", at("1"))}, "create pi-0-; 2/0/0"},
		{"an index twice", pi(3, indexedJob, counts(2, 0, 0)), []api.Object{pod("a", at("1")), pod("b", at("1"))}, "free a; delete a; 1/0/0"},
		{
			"an index has succeeded", pi(3, indexedJob, counts(2, 0, 0)),
			[]api.Object{pod("a", at("0"), done), pod("b", at("1"))},
			"create pi-2-; 2/1/0 done 0; free a",
		},
		{
			"an index fails and is kept until another takes its place", pi(3, indexedJob, eachOnce, counts(2, 0, 0)),
			[]api.Object{pod("a", at("0"), failed(1)), pod("b", at("1"))},
			"1/0/0 lost ",
		},
		{"an index has failed for good", pi(2, indexedJob, eachOnce, counts(2, 0, 0)), []api.Object{
			pod("a", at("0"), failed(1), func(p *corev1.Pod) { p.Annotations[batchv1.JobIndexFailureCountAnnotation] = "1" }), pod("b", at("1")),
		}, "1/0/0[] [a] lost 0; free a; 1/0/1 lost 0"},
		{"enough for the success policy", pi(3, indexedJob, counts(2, 0, 0), func(j *batchv1.Job) {
			j.Spec.SuccessPolicy = &batchv1.SuccessPolicy{Rules: []batchv1.SuccessPolicyRule{{SucceededIndexes: ptr("0"), SucceededCount: ptr(int32(1))}}}
		}), []api.Object{pod("a", at("0"), done), pod("b", at("1"))}, "delete b; 0/1/0 done 0 SuccessCriteriaMet=SuccessPolicy; free a, free b"},
		{"a pod of its own again", pi(4, counts(1, 0, 0)), []api.Object{pod("a"), pod("b", orphan)}, "adopt b; 2/0/0"},
		{"somebody else's Job", pi(4, func(j *batchv1.Job) { j.Spec.ManagedBy = ptr("example.com/queue") }), nil, ""},
	} {
		if got := told(reconcile(view(append(c.pods, c.job)...), key)); got != c.want {
			t.Errorf("%s:\n  %s\nwant\n  %s", c.name, got, c.want)
		}
	}
}

// TestBackoff holds that a pod takes a failed one's place after 10 s, then 20, and that each failure counts once.
func TestBackoff(t *testing.T) {
	first := reconcile(view(pi(4, counts(1, 0, 0)), pod("a", failed(1)), pod("b")), key)
	if first.Again != 6*time.Second {
		t.Errorf("looked at again in %s, want what is left of 10", first.Again)
	}
	v := view(pi(4, counts(1, 0, 0)), pod("a", failed(1)), pod("b"))
	v.Kept, v.Err = first.Keep, &metav1.Status{Reason: metav1.StatusReasonConflict}
	doubted := reconcile(v, key)
	if len(doubted.Stages) > 0 {
		t.Error("after a conflict something is written at once")
	}
	v.Kept, v.Err = doubted.Keep, nil
	if again := reconcile(v, key); again.Again != 6*time.Second || told(again) != told(first) {
		t.Errorf("again in %s: %s; want what was to be done before: %s", again.Again, told(again), told(first))
	}
	v = view(pi(4, counts(1, 0, 1)), pod("c", failed(1)), pod("b"))
	v.Kept = first.Keep
	if second := reconcile(v, key); second.Again != 16*time.Second {
		t.Errorf("after the second failure looked at again in %s, want what is left of 20", second.Again)
	}
}

// TestCountedOnce holds that a pod whose finalizer was removed is not counted again while the cache still shows it.
func TestCountedOnce(t *testing.T) {
	first := reconcile(view(pi(4, counts(2, 0, 0)), pod("a", done), pod("b")), key)
	v := view(pi(4, counts(2, 1, 0)), pod("a", done), pod("b"), pod("c"))
	v.Kept = first.Keep
	if got := told(reconcile(v, key)); got != "" {
		t.Errorf("the pod's new version has not come: %s", got)
	}
	v = view(pi(4, counts(2, 1, 0)), pod("a", done, released), pod("b"), pod("c"))
	v.Kept = first.Keep
	if p := reconcile(v, key); len(p.Stages) > 0 || p.Keep != nil {
		t.Errorf("it has: %s, and %+v is remembered", told(p), p.Keep)
	}
}

func TestOrphans(t *testing.T) {
	over := pi(1, func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: corev1.ConditionTrue}}
	})
	one := controller.Key{Namespace: "default", Name: podPrefix + "a"}
	all := controller.Key{Namespace: "default", Name: selectorPrefix + batchv1.ControllerUidLabel + "=pi-uid"}
	for _, c := range []struct {
		name    string
		objects []api.Object
		want    string
	}{
		{"its Job is gone", []api.Object{pod("a")}, "free a"},
		{"its Job is over", []api.Object{over, pod("a")}, "free a"},
		{"its Job goes on", []api.Object{pi(4), pod("a")}, ""},
		{"it is free", []api.Object{pod("a", released)}, ""},
	} {
		for _, k := range []controller.Key{one, all} {
			if got := told(reconcile(view(c.objects...), k)); got != c.want {
				t.Errorf("%s: %s for %s, want %s", c.name, got, k.Name, c.want)
			}
		}
	}
}

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		name    string
		objects []api.Object
		ch      client.ChangeType
		old     api.Object
		now     api.Object
		want    string
	}{
		{"a pod changes", []api.Object{pi(4)}, client.Modified, pod("a"), pod("a", done), "[pi 1s]"},
		{"a pod goes whose Job is gone", nil, client.Modified, pod("a"), pod("a", going), "[pods/a 0s]"},
		{"a pod without a controller comes", []api.Object{pi(4)}, client.Added, nil, pod("a", orphan), "[pi 1s]"},
		{"somebody else's pod", []api.Object{pi(4)}, client.Added, nil, pod("a", func(p *corev1.Pod) { p.OwnerReferences[0].Kind = "ReplicaSet" }), "[]"},
	} {
		var got []string
		podKeys(view(c.objects...), c.ch, c.old, c.now, func(k controller.Key, d time.Duration) { got = append(got, k.Name+" "+d.String()) })
		if fmt.Sprint(got) != c.want {
			t.Errorf("%s wakes %v, want %s", c.name, got, c.want)
		}
	}
}

func TestIntervals(t *testing.T) {
	all := parse("0-2,4,5,9-12,x,20", 12)
	if got, want := all.String(), "0-2,4,5,9-11"; got != want || all.total() != 8 {
		t.Errorf("%s with %d indexes, want %s", got, all.total(), want)
	}
	if got, want := all.with(list([]int{8, 3, 11})).String(), "0-5,8-11"; got != want {
		t.Errorf("with more: %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(all.free(4, 15)), "[3 6 7 8]"; got != want {
		t.Errorf("free are %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(all.free(9, 10)), "[3 6 7 8]"; got != want {
		t.Errorf("free below ten are %s, want %s", got, want)
	}
	if all.has(3) || !all.has(10) || all.common(parse("2-9", 12)) != 4 {
		t.Error("membership")
	}
}

func TestNewPod(t *testing.T) {
	long := strings.Repeat("x", 60)
	plan := reconcile(view(pi(12, indexedJob, eachOnce, counts(0, 0, 0), func(j *batchv1.Job) {
		j.Name, j.Status.CompletedIndexes = long, "0-9"
	})), controller.Key{Namespace: "default", Name: long})
	p := plan.Stages[0][0].Object.(*corev1.Pod)
	if p.GenerateName != long[:54]+"-10-" || p.Spec.Hostname != long+"-10" || p.Labels[batchv1.JobCompletionIndexAnnotation] != "10" ||
		p.Annotations[batchv1.JobIndexFailureCountAnnotation] != "0" || p.Spec.Containers[0].Env[0].Name != "JOB_COMPLETION_INDEX" || !tracked(p) {
		t.Errorf("%+v", p)
	}
}
