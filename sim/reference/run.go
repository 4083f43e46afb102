package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim"
	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/etcd"
	"orrery/sim/kubectl"
	"orrery/sim/trace"
)

// namespace is where every recording was made.
const namespace = "demo"

// quietMax bounds the events of one step.
const quietMax = 200_000

// Comparison is how much of a recording an outcome equals.
type Comparison struct {
	Objects    Result // leaf fields of the final objects
	Events     Result
	Writes     Result
	Transcript Result // lines
}

// Outcome is what came of running a recording's commands.
type Outcome struct {
	Objects    []map[string]any // as their JSON
	Events     []string         // see Events
	Writes     []Write
	Transcript string
}

// Compare runs the recording's commands in a world made with some images on its nodes, and compares all but the
// transcript, as far as the kinds are simulated.
func (r *Recording) Compare(w *sim.World) (Comparison, error) {
	steps, err := r.run(w)
	if err != nil {
		return Comparison{}, err
	}
	n := r.normaliser(rules)
	return Comparison{
		Objects: n.objects(kinds(r.final), kinds(Objects(w))),
		Events:  n.lines(r.events, Events(w)),
		Writes:  n.sequences(r.writes, writes(w, steps)),
	}, nil
}

// Against compares the recording with an outcome.
func (r *Recording) Against(o Outcome) Comparison {
	n := r.normaliser(rules)
	written := map[string][]string{}
	for _, w := range o.Writes {
		w.keep(written)
	}
	return Comparison{
		Objects:    n.objects(withoutEvents(r.final), withoutEvents(o.Objects)),
		Events:     n.lines(r.events, o.Events),
		Writes:     n.sequences(r.writes, written),
		Transcript: r.normaliser(printedRules).transcripts(r.transcript, o.Transcript),
	}
}

func (r *Recording) normaliser(rules []rule) normaliser {
	if strings.Contains(strings.Join(r.Script, "\n"), "rollout restart") {
		return append(rules[:len(rules):len(rules)], restartRules...)
	}
	return rules
}

// step is where a step of the script begins in the trace.
type step struct {
	name  string
	event uint64
}

var (
	manifestEnd = regexp.MustCompile(`^Y$`)
	firstPod    = regexp.MustCompile(`\$\(.*\)`)
)

// run does what the script says: `m` and `sed` made the manifests that are in Files; `k` is kubectl in the namespace;
// `quiet N` waits until nothing happened for N seconds. What only reads is passed over. A step begins
// when the recorded kubectl first wrote something.
func (r *Recording) run(w *sim.World) ([]step, error) {
	var steps []step
	begin := func() error {
		name, start := fmt.Sprintf("%02d", len(steps)+1), r.starts[len(steps)]
		steps = append(steps, step{name, w.Number()})
		return w.Advance(max(0, start+r.lags[name]-w.Now()))
	}
	do := func(line string) error {
		c, err := kubectl.Parse(line, r.files())
		if err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
		if c.Verb != kubectl.Create {
			c.Namespace = namespace
		}
		w.Do(c)
		_, err = w.RunUntilQuiet(quietMax)
		return err
	}
	if err := begin(); err != nil {
		return nil, err
	}
	if err := do("kubectl create namespace " + namespace); err != nil {
		return nil, err
	}
	inManifest := false
	for _, line := range r.Script {
		switch {
		case inManifest:
			inManifest = !manifestEnd.MatchString(line)
		case strings.HasPrefix(line, "m "):
			inManifest = true
		case strings.HasPrefix(line, "step "):
			if err := begin(); err != nil {
				return nil, err
			}
		default:
			for _, part := range strings.Split(line, ";") {
				if err := r.do(w, strings.TrimSpace(part), do); err != nil {
					return nil, err
				}
			}
		}
	}
	return steps, nil
}

// changes are the commands that write.
var changes = []string{"apply", "scale", "delete", "label", "annotate", "set image", "taint", "patch", "rollout undo", "rollout restart", "rollout pause", "rollout resume"}

func (r *Recording) do(w *sim.World, part string, do func(string) error) error {
	if args, ok := strings.CutPrefix(part, "quiet "); ok {
		seconds, err := strconv.Atoi(strings.Fields(args)[0])
		if err != nil {
			return err
		}
		return w.Advance(time.Duration(seconds) * time.Second)
	}
	args, ok := strings.CutPrefix(part, "k ")
	if !ok {
		return nil
	}
	for _, c := range changes {
		if strings.HasPrefix(args, c) {
			args = firstPod.ReplaceAllStringFunc(args, func(string) string { return podName(w) })
			return do("kubectl " + args)
		}
	}
	return nil
}

// podName returns the first pod of the namespace by name.
func podName(w *sim.World) (name string) {
	storeOf(w).Range(api.Find("pods").Prefix(namespace), func(v *etcd.Value) bool {
		name = v.Object.GetName()
		return false
	})
	return name
}

func (r *Recording) files() []kubectl.File {
	var files []kubectl.File
	for _, name := range union(r.Files, nil) {
		files = append(files, kubectl.File{Name: name, Text: r.Files[name]})
	}
	return files
}

func storeOf(w *sim.World) *etcd.Store {
	return w.Engine().Component(client.Server).(*apiserver.Server).Store()
}

// clusterKinds are the kinds without a namespace whose objects a recording keeps.
var clusterKinds = []string{"CSINode", "Node", "PersistentVolume", "PriorityClass", "StorageClass"}

// Objects returns the objects of a world that a recording keeps: those of the namespace, the namespace itself, and those
// of a few kinds that have none.
func Objects(w *sim.World) []map[string]any {
	var out []map[string]any
	storeOf(w).Range("/registry/", func(v *etcd.Value) bool {
		o := v.Object
		_, isNamespace := o.(*corev1.Namespace)
		kept := o.GetNamespace() == namespace || isNamespace && o.GetName() == namespace
		if gvk, err := api.KindOf(o); err == nil && slices.Contains(clusterKinds, gvk.Kind) {
			kept = true
		}
		if kept {
			out = append(out, plain(o))
		}
		return true
	})
	return out
}

// withoutEvents leaves out Events, which are compared apart.
func withoutEvents(objects []map[string]any) []map[string]any {
	var out []map[string]any
	for _, o := range objects {
		if o["kind"] != "Event" {
			out = append(out, o)
		}
	}
	return out
}

func plain(o api.Object) map[string]any {
	b, err := json.Marshal(api.WithKind(o))
	if err != nil {
		panic("reference: an object that is no JSON: " + err.Error())
	}
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // large numbers stay whole
	if err := d.Decode(&m); err != nil {
		panic("reference: an object that is no JSON object: " + err.Error())
	}
	return m
}

// kinds keeps the objects of the kinds that are simulated; Events are compared apart.
func kinds(objects []map[string]any) []map[string]any {
	var out []map[string]any
	for _, o := range objects {
		for _, r := range api.Resources {
			if o["kind"] == r.Kind.Kind && o["apiVersion"] == r.Kind.GroupVersion().String() && r.Plural != "events" {
				out = append(out, o)
			}
		}
	}
	return out
}

// Events prints a world's Events as events.txt does: type, reason, object, nothing, source and reporter, message.
func Events(w *sim.World) []string {
	var out []string
	storeOf(w).Range(api.Find("events").Prefix(namespace), func(v *etcd.Value) bool {
		e := v.Object.(*corev1.Event)
		about := e.InvolvedObject.Kind + "/" + e.InvolvedObject.Name
		if e.InvolvedObject.FieldPath != "" {
			about += " " + e.InvolvedObject.FieldPath
		}
		out = append(out, strings.Join([]string{
			e.Type, e.Reason, about, "", e.Source.Component + "|" + e.ReportingController,
			strings.ReplaceAll(e.Message, "\n", `\n`), // as the recordings write it
		}, "\t"))
		return true
	})
	return out
}

// writes returns what each actor wrote, step by step, as trace.jsonl has it.
func writes(w *sim.World, steps []step) map[string][]string {
	out := map[string][]string{}
	at := 0
	var names Numbered
	for _, e := range w.Trace()[:w.Number()] {
		for at+1 < len(steps) && e.Number > steps[at+1].event {
			at++
		}
		if e.Kind == trace.Commit && !e.Background || e.Kind == trace.Refuse && e.Verb != "get" {
			Write{
				Step: steps[at].name, Actor: actor(e.User), Verb: e.Verb, Resource: e.Resource, Sub: e.Subresource,
				Name: names.Name(e.Name, prefix(w, e)), Code: e.Code,
			}.keep(out)
		}
	}
	return out
}

// prefix returns the generateName of an object that a write made.
func prefix(w *sim.World, e *trace.Entry) string {
	if e.Kind != trace.Commit || e.Verb != "create" || e.Subresource != "" {
		return ""
	}
	made, err := storeOf(w).Since(e.Revision - 1)
	if err != nil || len(made) == 0 {
		return ""
	}
	return made[0].Object.GetGenerateName()
}

// actor names a user as the recordings do.
func actor(user string) string {
	if user == "kubectl" || user == "scheduler" || user == "apiserver" || strings.HasPrefix(user, "kubelet/") {
		return user
	}
	return "kcm/" + user
}
