package narrate_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"orrery/sim"
	"orrery/sim/kubectl"
	"orrery/sim/narrate"
	"orrery/sim/session/instant"
	"orrery/sim/trace"
)

var braces = regexp.MustCompile(`\{[^}]*\}`)

// placeholders returns the facts that a text names, whatever their order and first letter's size.
func placeholders(text string) []string {
	found := braces.FindAllString(text, -1)
	for i := range found {
		found[i] = strings.ToLower(found[i])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestLanguagesSayTheSame(t *testing.T) {
	en, zh := narrate.Languages["en"].Phrases, narrate.Languages["zh"].Phrases
	for name := range zh {
		if _, ok := en[name]; !ok {
			t.Errorf("%s is told in Chinese only", name)
		}
	}
	for name, e := range en {
		z, ok := zh[name]
		if !ok {
			t.Errorf("%s is not told in Chinese", name)
			continue
		}
		for field, texts := range map[string][2]string{
			"line": {e.Line, z.Line}, "why": {e.Why, z.Why}, "ask": {e.Ask, z.Ask}, "text": {e.Text, z.Text},
		} {
			if (texts[0] == "") != (texts[1] == "") {
				t.Errorf("%s: the %s is told in one language only", name, field)
			}
			if a, b := placeholders(texts[0]), placeholders(texts[1]); field != "title" && !slices.Equal(a, b) {
				t.Errorf("%s: the %s names %v in English, %v in Chinese", name, field, a, b)
			}
		}
		if e.Tab != z.Tab || (e.Ask == "") != (e.Tab == "") {
			t.Errorf("%s: a question needs a tab that answers it, in every language the same", name)
		}
	}
}

const manifests = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: nginx, image: "nginx:1.27", ports: [{containerPort: 80}], resources: {requests: {cpu: 10m}}}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Pod
metadata: {name: huge}
spec:
  containers:
  - {name: c, image: nginx, resources: {requests: {cpu: "100"}}}
---
apiVersion: v1
kind: Pod
metadata: {name: once}
spec:
  restartPolicy: Never
  containers:
  - {name: c, image: busybox, command: [sh, -c, exit 3]}
---
apiVersion: v1
kind: Pod
metadata: {name: lost}
spec:
  containers:
  - {name: c, image: "nosuch/image:1"}
`

// told runs a world with a bit of everything and calls f for every event, while it is the latest.
func told(t *testing.T, f func(*instant.Instant, *trace.Entry)) {
	t.Helper()
	w, err := sim.New(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	w.Observe(func(w *sim.World, e *trace.Entry) {
		f(&instant.Instant{Engine: w.Engine(), Trace: w.Trace()[:w.Number()]}, e)
	})
	do := func(c kubectl.Command) {
		w.Do(c)
		if _, err := w.RunUntilQuiet(20_000); err != nil {
			t.Fatal(err)
		}
	}
	do(kubectl.ApplyFiles(kubectl.File{Name: "all.yaml", Text: manifests}))
	do(kubectl.ApplyFiles(kubectl.File{Name: "all.yaml", Text: strings.Replace(manifests, "nginx:1.27", "nginx:1.28", 1)}))
	do(kubectl.DeleteObject("deployments.apps", "default", "web"))
	do(kubectl.DeleteObject("pods", "default", "huge"))
	do(kubectl.DeleteObject("pods", "default", "huge"))
}

// TestEveryEventIsTold checks in both languages that every event of a varied world has a case with words of its own and
// that no fact in them is missing.
func TestEveryEventIsTold(t *testing.T) {
	cases := map[string]bool{}
	for lang := range narrate.Languages {
		bad := map[string]bool{}
		told(t, func(i *instant.Instant, e *trace.Entry) {
			teller := narrate.New(i, lang)
			name := teller.Case(e)
			cases[name] = true
			said := teller.Tell(e)
			_, why := teller.Why(e)
			for _, text := range []string{said.Title, said.Text, teller.Line(e)} {
				wrong := text == "" || braces.MatchString(strings.ReplaceAll(text, "{}", "")) || strings.Contains(text, "  ") ||
					strings.Contains(text, "``") || strings.HasSuffix(text, " ")
				if wrong && !bad[name] {
					bad[name] = true
					t.Errorf("%s, event %d (%s): %q", lang, e.Number, name, text)
				}
			}
			if strings.Contains(why, "  ") || strings.HasSuffix(why, " ") {
				t.Errorf("%s, event %d (%s): why %q", lang, e.Number, name, why)
			}
		})
	}
	for _, want := range []string{
		"command.apply", "command.delete", "receive.create", "receive.binding.tie", "receive.status.pod", "refuse.missing.kubectl",
		"refuse.conflict", "commit.create", "commit.binding", "commit.status.pod", "commit.marked.pod", "commit.delete.pods",
		"watch.woken", "watch.scheduler.waits", "watch.kubelet.ADDED", "watch.proxy", "sync.deployment.created",
		"sync.deployment.scaled", "sync.replicaset.creating", "sync.replicaset.deleting", "sync.proxy", "decide.none",
		"runtime.RunPodSandbox", "runtime.done.PullImage", "runtime.failed.PullImage", "runtime.done.StartContainer",
		"runtime.StopContainer", "runtime.exit.failed", "answer.printed", "answer.conflict",
	} {
		if !cases[want] {
			t.Errorf("no event of the world was a %s", want)
		}
	}
	if cases["other"] {
		t.Error("an event has no kind")
	}
}

func TestTheStoryOfABinding(t *testing.T) {
	found := false
	told(t, func(i *instant.Instant, e *trace.Entry) {
		if e.Kind != trace.Receive || e.Subresource != "binding" || found {
			return
		}
		found = true
		said := narrate.New(i, "en").Tell(e)
		node := strings.TrimPrefix(said.Title, "The scheduler binds the pod to ")
		if said.Step != 7 || !strings.HasPrefix(node, "node-") || said.Ask != "Why "+node+"?" || said.Tab != "scheduling" ||
			said.About.Resource != "pods" || said.About.Name != e.Name || !strings.HasPrefix(said.Text, "3 of 3 nodes passed") {
			t.Errorf("told as %+v", said)
		}
	})
	if !found {
		t.Error("nothing was bound")
	}
}
