package kubectl_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"orrery/sim/engine"
	"orrery/sim/kubectl"
	"orrery/sim/trace"
)

const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: nginx
        image: nginx:1.26
        ports: [{containerPort: 80}]
`

func file(text string) kubectl.File { return kubectl.File{Name: "web.yaml", Text: text} }

// expect runs a command and compares what it prints.
func (b *bench) expect(want, line string, files ...kubectl.File) {
	b.t.Helper()
	if got := b.kubectl(line, files...); got != want {
		b.t.Errorf("kubectl %s\n got: %s\nwant: %s", line, got, want)
	}
}

func TestApply(t *testing.T) {
	b := newBench(t, "demo")
	b.expect("deployment.apps/web created", "-n demo apply -f web.yaml", file(web))
	if got, want := b.verbs(), "get deployments.apps, create deployments.apps"; got != want {
		t.Errorf("requests: %s, want %s", got, want)
	}
	// As recorded from kubectl 1.36.
	annotation := `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"annotations":{},"name":"web","namespace":"demo"},` +
		`"spec":{"replicas":3,"selector":{"matchLabels":{"app":"web"}},"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":1}},` +
		`"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"nginx:1.26","name":"nginx","ports":[{"containerPort":80}]}]}}}}` + "\n"
	d := b.object("deployments.apps", "demo", "web")
	if got := d.GetAnnotations()[corev1.LastAppliedConfigAnnotation]; got != annotation {
		t.Errorf("annotation:\n got %s\nwant %s", got, annotation)
	}
	// A strategy without its type is sent again and again: kubectl would have the server drop the type.
	b.expect("deployment.apps/web configured", "-n demo apply -f web.yaml", file(web))
	b.expect("deployment.apps/web configured", "-n demo apply -f web.yaml", file(strings.ReplaceAll(web, "{rollingUpdate", "{type: RollingUpdate, rollingUpdate")))
	b.verbs()
	b.expect("deployment.apps/web unchanged", "-n demo apply -f web.yaml", file(strings.ReplaceAll(web, "{rollingUpdate", "{type: RollingUpdate, rollingUpdate")))
	if got, want := b.verbs(), "get deployments.apps"; got != want {
		t.Errorf("requests: %s, want %s", got, want)
	}
	b.expect("deployment.apps/web configured", "-n demo apply -f web.yaml", file(strings.ReplaceAll(web, "1.26", "1.27")))
	if got, want := b.verbs(), "get deployments.apps, patch deployments.apps"; got != want {
		t.Errorf("requests: %s, want %s", got, want)
	}
	if got := b.object("deployments.apps", "demo", "web").(*appsv1.Deployment).Spec.Template.Spec.Containers[0].Image; got != "nginx:1.27" {
		t.Errorf("image is %s", got)
	}
	b.expect("deployment.apps/web configured", "-n demo apply -f web.yaml", file(strings.ReplaceAll(web, "  replicas: 3\n", "")))
	if got := *b.object("deployments.apps", "demo", "web").(*appsv1.Deployment).Spec.Replicas; got != 1 {
		t.Errorf("a field that was taken out of the manifest keeps its value: %d replicas", got)
	}
}

// TestApplyPatch holds the patch of a changed image equal to the recorded one.
func TestApplyPatch(t *testing.T) {
	b := newBench(t, "demo")
	b.kubectl("-n demo apply -f web.yaml", file(web))
	var patch string
	b.watchRequests(func(p string) { patch = p })
	b.kubectl("-n demo apply -f web.yaml", file(strings.ReplaceAll(web, "1.26", "1.27")))
	want := `"spec":{"strategy":{"$retainKeys":["rollingUpdate"]},"template":{"spec":{"$setElementOrder/containers":[{"name":"nginx"}],` +
		`"containers":[{"image":"nginx:1.27","name":"nginx"}]}}}}`
	if !strings.HasSuffix(patch, want) {
		t.Errorf("patch %s\nwant the end %s", patch, want)
	}
}

// watchRequests calls f with the data of every patch that kubectl sends.
func (b *bench) watchRequests(f func(string)) {
	server := b.engine.Component("kube-apiserver")
	b.engine.Add("kube-apiserver", &spy{Component: server, f: f})
}

// TestApplyUndecodable gives what cannot be decoded for an object that exists: it is refused as a patch, and nothing
// changes.
func TestApplyUndecodable(t *testing.T) {
	b := newBench(t)
	b.kubectl("apply -f web.yaml", file(web))
	before := b.object("deployments.apps", "default", "web")
	for _, c := range []struct{ from, to, want string }{
		{"replicas: 3", "replicas: three", `spec:map[replicas:three strategy:map[]]]": unrecognized type: int32`},
		{"replicas: 3", "replica: 3", `spec:map[replica:3 replicas:<nil> strategy:map[]]]": strict decoding error: unknown field "spec.replica"`},
	} {
		got := b.kubectl("apply -f web.yaml", file(strings.ReplaceAll(web, c.from, c.to)))
		if !strings.HasPrefix(got, `The request is invalid: patch: Invalid value: "map[metadata:`) || !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %s", c.to, got)
		}
	}
	if b.object("deployments.apps", "default", "web") != before {
		t.Error("the object was changed")
	}
}

func TestSeveralDocuments(t *testing.T) {
	b := newBench(t)
	text := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Nothing\nmetadata: {name: b}\n---\n" +
		"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n---\nkind: [\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n"
	got := b.kubectl("apply -f web.yaml", file(text))
	want := `configmap/a created
configmap/c created
resource mapping not found for name: "b" namespace: "" from "web.yaml": no matches for kind "Nothing" in version "v1"
ensure CRDs are installed first
error parsing web.yaml: error converting YAML to JSON: yaml: line 1: did not find expected node content`
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	b.expect("configmap/a unchanged\nconfigmap/c unchanged", "apply -f web.yaml",
		file("apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\n"))
	b.expect("error: no objects passed to apply", "apply -f web.yaml", file("# nothing\n"))
}

func TestDelete(t *testing.T) {
	b := newBench(t, "demo")
	b.kubectl("-n demo apply -f web.yaml", file(web))
	b.expect(`deployment.apps "web" deleted from demo namespace`, "-n demo delete deploy web")
	b.expect(`Error from server (NotFound): deployments.apps "web" not found`, "-n demo delete deploy web")
	b.expect("", "-n demo delete deploy web --ignore-not-found")
	b.expect("No resources found", "-n demo delete deploy --all")
	b.kubectl("-n demo apply -f web.yaml", file(web))
	b.expect(`deployment.apps "web" deleted from demo namespace`, "-n demo delete -f web.yaml", file(web))
	b.expect(`Error from server (NotFound): error when deleting "web.yaml": deployments.apps "web" not found`, "-n demo delete -f web.yaml", file(web))
}

// TestDeleteWaits holds a deleted object back by a finalizer: kubectl must still run until it is gone.
func TestDeleteWaits(t *testing.T) {
	b := newBench(t)
	held := "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, finalizers: [example.com/hold]}\n"
	b.kubectl("apply -f web.yaml", file(held))
	b.expect(`configmap "held" deleted from default namespace`, "delete cm held")
	if !b.terminal().Busy() {
		t.Fatal("kubectl delete ended while the object is still there")
	}
	b.expect("configmap/held patched", `patch cm held --type=merge -p '{"metadata":{"finalizers":null}}'`)
	if b.terminal().Busy() {
		t.Fatal("kubectl delete still waits though the object is gone")
	}
	runs := b.terminal().Runs()
	if got := runs[len(runs)-1].Line; got != "kubectl delete cm held" && runs[len(runs)-2].Line != "kubectl delete cm held" {
		t.Errorf("the last commands are %v", runs)
	}
}

func TestScaleAndEdit(t *testing.T) {
	b := newBench(t)
	b.kubectl("apply -f web.yaml", file(web))
	for _, c := range []struct{ line, want string }{
		{"scale deployment/web --replicas=5", "deployment.apps/web scaled"},
		{"scale deployment/web --current-replicas=7 --replicas=3", "error: Expected replicas to be 7, was 5"},
		{"scale deployment/web --current-replicas=5 --replicas=3", "deployment.apps/web scaled"},
		{"label deployment web tier=front", "deployment.apps/web labeled"},
		{"label deployment web tier=front", "deployment.apps/web not labeled"},
		{"label deployment web tier=back", "error: 'tier' already has a value (front), and --overwrite is false"},
		{"label deployment web tier=back --overwrite", "deployment.apps/web labeled"},
		{"label deployment web tier-", "deployment.apps/web unlabeled"},
		{"annotate deployment web note=hi", "deployment.apps/web annotated"},
		{"set image deployment/web nginx=nginx:1.28", "deployment.apps/web image updated"},
		{"set image deployment/web nope=nginx", `error: unable to find container named "nope"`},
		{"rollout pause deployment/web", "deployment.apps/web paused"},
		{"rollout pause deployment/web", `error: deployments.apps "web" is already paused`},
		{"rollout restart deployment/web", `error: deployments.apps "web" can't restart paused deployment (run rollout resume first)`},
		{"rollout resume deployment/web", "deployment.apps/web resumed"},
		{"rollout restart deployment/web", "deployment.apps/web restarted"},
		{`patch deployment web -p '{"spec":{"strategy":{"type":"Recreate","rollingUpdate":null}}}'`, "deployment.apps/web patched"},
		{`patch deployment web -p '{"spec":{"replicas":3}}'`, "deployment.apps/web patched (no change)"},
		{"create namespace other", "namespace/other created"},
		{"create namespace other", `Error from server (AlreadyExists): namespaces "other" already exists`},
	} {
		b.expect(c.want, c.line)
	}
	d := b.object("deployments.apps", "default", "web").(*appsv1.Deployment)
	if *d.Spec.Replicas != 3 || d.Spec.Strategy.Type != "Recreate" || d.Spec.Template.Spec.Containers[0].Image != "nginx:1.28" {
		t.Errorf("the deployment is %+v", d.Spec)
	}
}

func TestParseErrors(t *testing.T) {
	for line, want := range map[string]string{
		"kubectl gett pods":            `error: unknown command "gett" for "kubectl"`,
		"kubectl delete pods --nope":   "error: unknown flag: --nope\nSee 'kubectl delete --help' for usage.",
		"kubectl delete pod":           "error: resource(s) were provided, but no name was specified",
		"kubectl apply":                "error: must specify one of -f and -k",
		"kubectl apply -f x.yaml":      `error: the path "x.yaml" does not exist`,
		"kubectl scale deploy/x":       "error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0",
		"kubectl set image deploy/x":   "error: at least one image update is required",
		"kubectl label pod x":          "error: at least one label update is required",
		"kubectl rollout undo":         "error: required resource not specified",
		"kubectl label pod x 'a=b c'":  "",
		"kubectl label pod x a=b 'c=d": "error: a quote is not closed: '",
		"apply -f x":                   "error: a command begins with kubectl",
	} {
		_, err := kubectl.Parse(line, nil)
		if want == "" {
			if err == nil || !strings.HasPrefix(err.Error(), `error: invalid label value: "a=b c": `) {
				t.Errorf("%s: %v", line, err)
			}
			continue
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s\n got: %v\nwant: %s", line, err, want)
		}
	}
}

// TestCommandIsData keeps a command as JSON and gives it again.
func TestCommandIsData(t *testing.T) {
	for _, line := range []string{
		"kubectl -n demo delete pods -l app=web --grace-period=0 --force", "kubectl scale deploy/web --replicas=2 --current-replicas=1",
		"kubectl label pod x 'note=a' b-", `kubectl patch deploy web -p '{"spec":{"replicas":3}}'`, "kubectl rollout undo deploy/web --to-revision=2",
	} {
		c, err := kubectl.Parse(line, nil)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		data, _ := json.Marshal(c)
		var back kubectl.Command
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(c, back) {
			t.Errorf("%s: %+v became %+v (%v)", line, c, back, err)
		}
		if c.String() != line {
			t.Errorf("%s prints as %s", line, c.String())
		}
	}
	d := kubectl.DeleteObject("deployments.apps", "demo", "web")
	if got, want := d.String(), "kubectl -n demo delete deployment/web"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestCloneContinuesTheSame clones the world after every event of a command and compares how it goes on.
func TestCloneContinuesTheSame(t *testing.T) {
	commands := []string{"apply -f web.yaml", "delete deploy web", "apply -f web.yaml"}
	b := newBench(t)
	for _, line := range commands {
		c, err := kubectl.Parse("kubectl "+line, []kubectl.File{file(web)})
		if err != nil {
			t.Fatal(err)
		}
		b.engine.Post(0, kubectl.Address, &c)
	}
	var want []string
	clones := []*engine.Engine{b.engine.Clone()}
	for !b.engine.Quiet() {
		e, _ := b.engine.Step()
		want = append(want, entryString(e))
		clones = append(clones, b.engine.Clone())
	}
	for i, c := range clones {
		for n := i; !c.Quiet(); n++ {
			e, _ := c.Step()
			if got := entryString(e); got != want[n] {
				t.Fatalf("cloned after event %d, event %d is\n%s\nnot\n%s", i, n+1, got, want[n])
			}
		}
	}
}

func entryString(e *trace.Entry) string { return fmt.Sprintf("%+v", *e) }

func TestManyDocuments(t *testing.T) {
	b := newBench(t)
	var text strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&text, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%d}\n---\n", i)
	}
	b.kubectl("apply -f web.yaml", file(text.String()))
	runs := b.terminal().Runs()
	if n := len(runs[len(runs)-1].Output); n != 1000 {
		t.Errorf("%d lines are kept, not 1000", n)
	}
	b.object("configmaps", "default", "c1999")
}

func TestCordonAndTaint(t *testing.T) {
	b := newBench(t)
	b.expect("node/a created", "create -f n.yaml", kubectl.File{Name: "n.yaml", Text: "{apiVersion: v1, kind: Node, metadata: {name: a}}"})
	for _, c := range []struct{ line, want string }{
		{"cordon a", "node/a cordoned"},
		{"cordon node/a", "node/a already cordoned"},
		{"uncordon a", "node/a uncordoned"},
		{"cordon", "error: USAGE: cordon NODE [flags]\nSee 'kubectl cordon -h' for help and examples"},
		{"cordon b", `Error from server (NotFound): nodes "b" not found`},
		{"taint nodes a k=v:NoSchedule", "node/a tainted"},
		{"taint nodes a k=w:NoSchedule", "error: node a already has k taint(s) with same effect(s) and --overwrite is false"},
		{"taint nodes a k=w:NoSchedule --overwrite", "node/a modified"},
		{"taint nodes a k:NoExecute-", `error: taint "k:NoExecute" not found`},
		{"taint nodes a k-", "node/a untainted"},
		{"drain a", "node/a cordoned\nnode/a drained"},
	} {
		if got := b.kubectl(c.line); got != c.want {
			t.Errorf("kubectl %s\n got: %s\nwant: %s", c.line, got, c.want)
		}
	}
}

// TestDrainRefuses holds that nothing is evicted from a node with a pod that may not go, as recorded from kubectl 1.36.
func TestDrainRefuses(t *testing.T) {
	b := newBench(t)
	b.kubectl("create -f n.yaml", kubectl.File{Name: "n.yaml", Text: `{apiVersion: v1, kind: Node, metadata: {name: a}}
---
apiVersion: v1
kind: Pod
metadata: {name: bare}
spec:
  nodeName: a
  containers: [{name: c, image: nginx}]
  volumes: [{name: e, emptyDir: {}}]
`})
	b.expect(`node/a cordoned
error: unable to drain node "a" due to error: cannot delete Pods with local storage (use --delete-emptydir-data to override): default/bare, continuing command...
There are pending nodes to be drained:
 a
cannot delete Pods with local storage (use --delete-emptydir-data to override): default/bare`, "drain a")
	b.expect(`node/a already cordoned
Warning: deleting Pods that declare no controller: default/bare
evicting pod default/bare
There are pending pods in node "a" when an error occurred: error when waiting for pod "bare" in namespace "default" to terminate: global timeout reached: 2s
pod/bare
error: unable to drain node "a" due to error: error when waiting for pod "bare" in namespace "default" to terminate: global timeout reached: 2s, continuing command...
There are pending nodes to be drained:
 a
error when waiting for pod "bare" in namespace "default" to terminate: global timeout reached: 2s`, "drain a --force --delete-emptydir-data --timeout=2s")
}
