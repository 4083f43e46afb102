package garbagecollector

import (
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const (
	replicaSets = "replicasets.apps"
	foreground  = metav1.FinalizerDeleteDependents
	orphaning   = metav1.FinalizerOrphanDependents
)

// meta returns the metadata of an object of the namespace demo whose UID is its name with "-uid" and whose revision is 7.
func meta(name string, owners ...metav1.OwnerReference) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Namespace: "demo", Name: name, UID: types.UID(name + "-uid"), ResourceVersion: "7", OwnerReferences: owners,
	}
}

func ownedBy(kind, name string, blocks bool) metav1.OwnerReference {
	version := "apps/v1"
	if kind == "ConfigMap" || kind == "Node" || kind == "Pod" {
		version = "v1"
	}
	return metav1.OwnerReference{
		APIVersion: version, Kind: kind, Name: name, UID: types.UID(name + "-uid"), BlockOwnerDeletion: &blocks,
	}
}

func pod(name string, owners ...metav1.OwnerReference) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: meta(name, owners...)}
}

func configMap(name string, owners ...metav1.OwnerReference) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: meta(name, owners...)}
}

func replicaSet(name string, owners ...metav1.OwnerReference) *appsv1.ReplicaSet {
	return &appsv1.ReplicaSet{ObjectMeta: meta(name, owners...)}
}

// deleted marks an object as being deleted and waiting for finalizers.
func deleted[T api.Object](o T, finalizers ...string) T {
	o.SetDeletionTimestamp(&metav1.Time{Time: time.Unix(100, 0)})
	o.SetFinalizers(finalizers)
	return o
}

func cacheOf(objects ...api.Object) controller.View {
	var kinds []string
	for _, w := range Spec.Watches {
		kinds = append(kinds, w.Resource)
	}
	cache := client.NewCache(kinds...)
	for _, o := range objects {
		cache.Apply(client.Change{Type: client.Added, Resource: api.FindObject(o).Name, Object: o})
	}
	return controller.View{Cache: cache, Fresh: true}
}

// print writes a plan's requests as a line each, stages set apart by "then".
func print(p controller.Plan) []string {
	var lines []string
	for n, stage := range p.Stages {
		if n > 0 {
			lines = append(lines, "then")
		}
		for _, w := range stage {
			line := string(w.Verb) + " " + w.Resource + " " + w.Namespace + "/" + w.Name
			if w.Verb == client.Delete {
				line += " uid=" + string(w.UID) + " rv=" + w.Revision + " " + string(w.Propagation)
			}
			if w.Verb == client.Patch {
				line += " " + string(w.PatchData)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func notFound(group, plural, name string) *metav1.Status {
	return &metav1.Status{
		Reason: metav1.StatusReasonNotFound, Details: &metav1.StatusDetails{Group: group, Kind: plural, Name: name},
	}
}

func TestReconcile(t *testing.T) {
	rsGone := notFound("apps", "replicasets", "rs")
	for _, c := range []struct {
		name    string
		objects []api.Object
		key     string
		answer  *metav1.Status
		want    []string
		note    any
	}{
		{
			name: "nobody owns it", objects: []api.Object{pod("p")}, key: "pods/p",
		},
		{
			name: "its owner is there", objects: []api.Object{pod("p", ownedBy("ReplicaSet", "rs", true)), replicaSet("rs")}, key: "pods/p",
		},
		{
			name: "an owner that the cache does not have is looked up", objects: []api.Object{pod("p", ownedBy("ReplicaSet", "rs", true))},
			key: "pods/p", want: []string{"get replicasets.apps demo/rs"}, note: Note{Does: Verify, Owner: "replicasets.apps/rs"},
		},
		{
			name: "an owner that is not found is gone", objects: []api.Object{pod("p", ownedBy("ReplicaSet", "rs", true))},
			key: "pods/p", answer: rsGone, want: []string{"delete pods demo/p uid=p-uid rv=7 Background"},
			note: Note{Does: Delete, Owner: "replicasets.apps/rs", Policy: metav1.DeletePropagationBackground},
		},
		{
			name: "another object was not found", objects: []api.Object{pod("p", ownedBy("ReplicaSet", "rs", true))},
			key: "pods/p", answer: notFound("apps", "deployments", "rs"), want: []string{"get replicasets.apps demo/rs"},
			note: Note{Does: Verify, Owner: "replicasets.apps/rs"},
		},
		{
			name: "a conflict is not evidence", objects: []api.Object{pod("p", ownedBy("ReplicaSet", "rs", true))},
			key: "pods/p", answer: &metav1.Status{Reason: metav1.StatusReasonConflict},
		},
		{
			name: "the owner's name has a new holder",
			objects: []api.Object{
				pod("p", metav1.OwnerReference{APIVersion: "apps/v1", Kind: "ReplicaSet", Name: "rs", UID: "old-uid"}), replicaSet("rs"),
			},
			key: "pods/p", want: []string{"delete pods demo/p uid=p-uid rv=7 Background"},
			note: Note{Does: Delete, Owner: "replicasets.apps/rs", Policy: metav1.DeletePropagationBackground},
		},
		{
			name: "a finalizer that is there already says how",
			objects: []api.Object{func() api.Object {
				rs := replicaSet("rs", ownedBy("Deployment", "d", true))
				rs.Finalizers = []string{orphaning}
				return rs
			}()},
			key: "replicasets.apps/rs", answer: notFound("apps", "deployments", "d"),
			want: []string{"delete replicasets.apps demo/rs uid=rs-uid rv=7 Orphan"},
			note: Note{Does: Delete, Owner: "deployments.apps/d", Policy: metav1.DeletePropagationOrphan},
		},
		{
			name:    "one of two owners is gone",
			objects: []api.Object{configMap("c", ownedBy("ConfigMap", "a", false), ownedBy("ConfigMap", "b", false)), configMap("b")},
			key:     "configmaps/c", answer: notFound("", "configmaps", "a"),
			want: []string{`patch configmaps demo/c {"metadata":{"uid":"c-uid","ownerReferences":[{"$patch":"delete","uid":"a-uid"}]}}`},
			note: Note{Does: Disown, Owner: "configmaps/a"},
		},
		{
			name:    "two owners are gone",
			objects: []api.Object{configMap("c", ownedBy("ConfigMap", "a", false), ownedBy("ConfigMap", "b", false))},
			key:     "configmaps/c", answer: notFound("", "configmaps", "a"),
			want: []string{`patch configmaps demo/c {"metadata":{"uid":"c-uid","ownerReferences":[{"$patch":"delete","uid":"a-uid"}]}}`},
			note: Note{Does: Disown, Owner: "configmaps/a"},
		},
		{
			name:    "an owner that waits does not hold what another owns",
			objects: []api.Object{configMap("c", ownedBy("ConfigMap", "a", true), ownedBy("ConfigMap", "b", false)), deleted(configMap("a"), foreground), configMap("b")},
			key:     "configmaps/c",
			want:    []string{`patch configmaps demo/c {"metadata":{"uid":"c-uid","ownerReferences":[{"$patch":"delete","uid":"a-uid"}]}}`},
			note:    Note{Does: Disown, Owner: "configmaps/a"},
		},
		{
			name:    "an owner that waits: without dependents in the background",
			objects: []api.Object{pod("p", ownedBy("ReplicaSet", "rs", true)), deleted(replicaSet("rs"), foreground)},
			key:     "pods/p", want: []string{"delete pods demo/p uid=p-uid rv=7 Background"},
			note: Note{Does: Delete, Policy: metav1.DeletePropagationBackground},
		},
		{
			name: "an owner that waits: with dependents in the foreground",
			objects: []api.Object{
				pod("p", ownedBy("ReplicaSet", "rs", true)), replicaSet("rs", ownedBy("Deployment", "d", true)),
				deleted(&appsv1.Deployment{ObjectMeta: meta("d")}, foreground),
			},
			key: replicaSets + "/rs", want: []string{"delete replicasets.apps demo/rs uid=rs-uid rv=7 Foreground"},
			note: Note{Does: Delete, Policy: metav1.DeletePropagationForeground, Dependents: 1},
		},
		{
			name: "a circle of owners stops blocking",
			objects: []api.Object{
				configMap("a", ownedBy("ConfigMap", "b", true)), deleted(configMap("b", ownedBy("ConfigMap", "a", true)), foreground),
			},
			key: "configmaps/a",
			want: []string{
				`patch configmaps demo/a {"metadata":{"uid":"a-uid","ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"b","uid":"b-uid","blockOwnerDeletion":false}]}}`,
				"then", "delete configmaps demo/a uid=a-uid rv=7 Foreground",
			},
			note: Note{Does: Delete, Policy: metav1.DeletePropagationForeground, Dependents: 1},
		},
		{
			name: "an owner waits for blocking dependents",
			objects: []api.Object{
				deleted(replicaSet("rs"), foreground), pod("p", ownedBy("ReplicaSet", "rs", true)), pod("q", ownedBy("ReplicaSet", "rs", false)),
			},
			key: replicaSets + "/rs", note: Note{Does: Wait, Dependents: 1},
		},
		{
			name:    "an owner goes when nothing blocks it",
			objects: []api.Object{deleted(replicaSet("rs"), foreground), pod("q", ownedBy("ReplicaSet", "rs", false))},
			key:     replicaSets + "/rs",
			want:    []string{`patch replicasets.apps demo/rs {"metadata":{"resourceVersion":"7","finalizers":null}}`},
			note:    Note{Does: Finalize},
		},
		{
			name:    "other finalizers stay",
			objects: []api.Object{deleted(replicaSet("rs"), "example.com/hold", foreground)}, key: replicaSets + "/rs",
			want: []string{`patch replicasets.apps demo/rs {"metadata":{"resourceVersion":"7","finalizers":["example.com/hold"]}}`},
			note: Note{Does: Finalize},
		},
		{
			name: "dependents are let go",
			objects: []api.Object{
				deleted(replicaSet("rs"), orphaning), pod("p", ownedBy("ReplicaSet", "rs", true)), pod("q", ownedBy("ReplicaSet", "rs", true)),
			},
			key: replicaSets + "/rs",
			want: []string{
				`patch pods demo/p {"metadata":{"uid":"p-uid","ownerReferences":[{"$patch":"delete","uid":"rs-uid"}]}}`,
				`patch pods demo/q {"metadata":{"uid":"q-uid","ownerReferences":[{"$patch":"delete","uid":"rs-uid"}]}}`,
				"then", `patch replicasets.apps demo/rs {"metadata":{"resourceVersion":"7","finalizers":null}}`,
			},
			note: Note{Does: Orphan, Dependents: 2},
		},
		{
			name: "what is being deleted is left alone", objects: []api.Object{deleted(pod("p", ownedBy("ReplicaSet", "rs", true)))}, key: "pods/p",
		},
		{
			name:    "an owner of no known kind proves nothing",
			objects: []api.Object{pod("p", metav1.OwnerReference{APIVersion: "example.com/v1", Kind: "Gadget", Name: "g", UID: "g-uid"})}, key: "pods/p",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := cacheOf(c.objects...)
			v.Err = c.answer
			p := reconcile(v, controller.Key{Namespace: "demo", Name: c.key})
			if got := print(p); !slices.Equal(got, c.want) {
				t.Errorf("planned\n%q, want\n%q", got, c.want)
			}
			if p.Note != c.note {
				t.Errorf("noted %+v, want %+v", p.Note, c.note)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	rs, p := replicaSet("rs"), pod("p", ownedBy("ReplicaSet", "rs", true))
	waiting := deleted(replicaSet("rs"), foreground)
	unblocked := pod("p", ownedBy("ReplicaSet", "rs", false))
	lease := deleted(configMap("c"), orphaning)
	for _, c := range []struct {
		name     string
		objects  []api.Object // in the cache, the change included
		change   client.ChangeType
		old, now api.Object
		want     []string
	}{
		{"a pod of an owner that is there", []api.Object{rs, p}, client.Added, nil, p, nil},
		{"a pod of an owner that is not", []api.Object{p}, client.Added, nil, p, []string{"pods/p"}},
		{"a pod that changes nothing", []api.Object{p}, client.Modified, p, p, nil},
		{"an owner that is gone", []api.Object{p}, client.Deleted, rs, rs, []string{"pods/p"}},
		{"an owner that begins to wait", []api.Object{waiting, p}, client.Modified, rs, waiting, []string{"pods/p", "replicasets.apps/rs"}},
		{"an owner that goes on waiting", []api.Object{waiting, p}, client.Modified, waiting, waiting, nil},
		{"an owner that lets go", []api.Object{lease}, client.Modified, configMap("c"), lease, []string{"configmaps/c"}},
		{"a blocking pod that is gone", []api.Object{waiting}, client.Deleted, p, p, []string{"replicasets.apps/rs"}},
		{"a pod that stops blocking", []api.Object{waiting, unblocked}, client.Modified, p, unblocked, []string{"replicasets.apps/rs"}},
		{"a pod gone whose owner does not wait", []api.Object{rs}, client.Deleted, p, p, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			resource := api.FindObject(c.now).Name
			var got []string
			for _, w := range Spec.Watches {
				if w.Resource != resource {
					continue
				}
				w.Keys(cacheOf(c.objects...), c.change, c.old, c.now, func(k controller.Key, _ time.Duration) { got = append(got, k.Name) })
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("woke %q, want %q", got, c.want)
			}
		})
	}
}
