package scenario_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"orrery/sim"
	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/etcd"
	"orrery/sim/invariant"
	"orrery/sim/kubectl"
	"orrery/sim/trace"
)

// workloads are what a storm blows at.
const workloads = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  replicas: 4
  selector: {matchLabels: {app: d}}
  template:
    metadata: {labels: {app: d}}
    spec: {containers: [{name: c, image: "nginx:1.27"}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: s}
spec:
  selector: {matchLabels: {app: s}}
  template:
    metadata: {labels: {app: s}}
    spec: {containers: [{name: c, image: "nginx:1.27"}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: t}
spec:
  serviceName: t
  replicas: 3
  selector: {matchLabels: {app: t}}
  template:
    metadata: {labels: {app: t}}
    spec: {containers: [{name: c, image: "nginx:1.27"}]}
`

// gusts are the commands of a storm. %d is a number, %i an image, %n a node, %p a pod and %o a workload.
var gusts = []string{
	"kubectl scale deployment d --replicas=%d", "kubectl scale statefulset t --replicas=%d", "kubectl set image %o c=%i",
	"kubectl rollout undo %o", "kubectl rollout restart %o", "kubectl rollout pause deployment d", "kubectl rollout resume deployment d",
	"kubectl delete pod %p", "kubectl delete pod %p --grace-period=0 --force", "kubectl label pod %p app=lost --overwrite",
	"kubectl taint node %n k=v:NoExecute", "kubectl taint node %n k=v:NoSchedule", "kubectl taint node %n k-", "kubectl cordon %n", "kubectl uncordon %n",
	`kubectl patch deployment d -p '{"spec":{"strategy":{"rollingUpdate":{"maxSurge":%d,"maxUnavailable":1}}}}'`,
	`kubectl patch daemonset s -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxSurge":0,"maxUnavailable":"50%"}}}}'`,
	`kubectl patch daemonset s -p '{"spec":{"updateStrategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}}'`,
	`kubectl patch statefulset t -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":%d}}}}'`,
	"kubectl delete %o --cascade=orphan", "kubectl delete %o", "kubectl apply -f w.yaml",
}

// TestStorm gives random commands at random moments, with every invariant checked after every event, and holds that the
// workloads come to rest when it is over. A StatefulSet need not: one whose pod cannot start waits for it, until somebody
// deletes it.
func TestStorm(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { storm(t, seed, 40) })
	}
}

func storm(t *testing.T, seed uint64, length int) {
	w, err := sim.New(sim.Config{Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	var given []string
	check := invariant.New(w)
	w.Observe(func(w *sim.World, e *trace.Entry) {
		if err := check.Check(w, e); err != nil {
			t.Fatalf("%v\nafter\n%s", err, strings.Join(given, "\n"))
		}
	})
	files := []kubectl.File{{Name: "w.yaml", Text: workloads}}
	random := rand.New(rand.NewPCG(seed, 1))
	give := func(line string) {
		given = append(given, fmt.Sprintf("%s  %s", trace.Seconds(w.Now()), line))
		c, err := kubectl.Parse(line, files)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		w.Do(c)
		if err := w.Advance(time.Duration(random.IntN(4000)) * time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	give("kubectl apply -f w.yaml")
	for range length {
		pod := fmt.Sprintf("t-%d", random.IntN(3))
		if names := podsOf(w); len(names) > 0 {
			pod = names[random.IntN(len(names))]
		}
		give(strings.NewReplacer(
			"%d", fmt.Sprint(random.IntN(6)), "%i", []string{"nginx:1.26", "nginx:1.28", "nginx:none"}[random.IntN(3)],
			"%n", fmt.Sprintf("node-%d", 1+random.IntN(3)), "%p", pod,
			"%o", []string{"deployment/d", "daemonset/s", "statefulset/t"}[random.IntN(3)],
		).Replace(gusts[random.IntN(len(gusts))]))
	}
	for _, line := range []string{
		"kubectl taint node --all k-", "kubectl uncordon node-1 node-2 node-3", "kubectl apply -f w.yaml", "kubectl rollout resume deployment d",
		"kubectl set image deployment/d daemonset/s c=nginx:1.28",
	} {
		give(line)
	}
	if err := w.Advance(20 * time.Minute); err != nil {
		t.Fatal(err)
	}
	d := get(w, "deployments.apps", "d").(*appsv1.Deployment)
	if d.Status.UpdatedReplicas != *d.Spec.Replicas || d.Status.AvailableReplicas != *d.Spec.Replicas || d.Status.Replicas != *d.Spec.Replicas {
		t.Errorf("the Deployment does not come to rest: %v\nafter\n%s", d.Status, strings.Join(given, "\n"))
	}
	ds := get(w, "daemonsets.apps", "s").(*appsv1.DaemonSet)
	if ds.Status.UpdatedNumberScheduled != 3 || ds.Status.NumberAvailable != 3 || ds.Status.NumberMisscheduled != 0 {
		t.Errorf("the DaemonSet does not come to rest: %v\nafter\n%s", ds.Status, strings.Join(given, "\n"))
	}
}

func storeOf(w *sim.World) *etcd.Store {
	return w.Engine().Component(client.Server).(*apiserver.Server).Store()
}

func get(w *sim.World, resource, name string) api.Object {
	return storeOf(w).Get(api.Find(resource).Key("default", name)).Object
}

// podsOf returns the names of the pods that there are.
func podsOf(w *sim.World) (names []string) {
	storeOf(w).Range(api.Find("pods").Prefix("default"), func(v *etcd.Value) bool {
		names = append(names, v.Object.GetName())
		return true
	})
	return names
}
