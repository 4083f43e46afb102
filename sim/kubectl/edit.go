package kubectl

import (
	"encoding/json"
	"strconv"
	"strings"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"orrery/sim/api"
	"orrery/sim/client"
)

// edit is every command that gets an object, changes a copy, and sends the difference as a patch.
type edit struct {
	object
	done string // what the command did, when the patch succeeds
}

func (e *edit) clone() task { c := *e; return &c }

func (e *edit) start(t *turn) bool { return t.send(e.request(client.Get)) }

func (e *edit) answer(t *turn, r *client.Response) bool {
	if r.Error != nil {
		return t.fail(e.refused(t.process.command, r))
	}
	if r.Request.Verb == client.Patch {
		return t.print(e.line(e.done))
	}
	changed := r.Object.DeepCopyObject().(api.Object)
	var unchanged string
	var err error
	switch c := t.process.command; c.Verb {
	case Label, Annotate:
		e.done, err = e.changeMap(t, changed)
		unchanged = e.done
	case Taint, Cordon, Uncordon, Drain:
		e.done, unchanged, err = e.changeNode(c, changed)
	case SetImage:
		e.done, err = "image updated", setImages(changed, c.Set)
	default:
		e.done, err = e.rollout(t, changed)
	}
	if err != nil {
		return t.fail(err)
	}
	patch, err := e.difference(t.process.command, r.Object, changed)
	if err != nil {
		return t.fail(err)
	}
	if string(patch) == "{}" {
		if unchanged == "" {
			return false
		}
		return t.print(e.line(unchanged))
	}
	q := e.request(client.Patch)
	q.PatchType, q.PatchData, q.Manager = e.patchType(t.process.command), patch, manager(t.process.command.Verb)
	return t.send(q)
}

// refused words a refusal as each command does.
func (e *edit) refused(c *Command, r *client.Response) error {
	err := statusError(r.Error)
	switch {
	case r.Request.Verb == client.Get || c.Verb == Label || c.Verb == Annotate:
		return err
	case c.Verb == SetImage:
		return plainError("failed to patch image update to pod template: " + err.Error())
	}
	return plainError("failed to patch: " + err.Error())
}

func (e *edit) patchType(c *Command) types.PatchType {
	if c.Verb == Label || c.Verb == Annotate {
		return types.MergePatchType
	}
	return patchType(e.resource)
}

func (e *edit) difference(c *Command, before, after api.Object) ([]byte, error) {
	was, err := json.Marshal(api.WithKind(before))
	if err != nil {
		return nil, err
	}
	is, err := json.Marshal(api.WithKind(after))
	if err != nil {
		return nil, err
	}
	if e.patchType(c) == types.MergePatchType {
		return jsonpatch.CreateMergePatch(was, is)
	}
	return strategicpatch.CreateTwoWayMergePatch(was, is, before)
}

// manager is the field manager under which a command writes.
func manager(v Verb) string {
	word, _, _ := strings.Cut(string(v), " ")
	return "kubectl-" + word
}

// changeMap changes labels or annotations, and returns what kubectl calls that.
func (e *edit) changeMap(t *turn, o api.Object) (string, error) {
	c := t.process.command
	m, word, added, removed, both, neither := o.GetLabels(), "label", "labeled", "unlabeled", "modified", "not labeled"
	if c.Verb == Annotate {
		m, word, added, removed, both, neither = o.GetAnnotations(), "annotation", "annotated", "annotated", "annotated", "annotated"
	}
	if m == nil {
		m = map[string]string{}
	}
	if !c.Overwrite {
		if err := overwrites(c, m); err != nil {
			return "", err
		}
	}
	adds, removes := 0, 0
	for _, p := range c.Set {
		if v, ok := m[p.Key]; !ok || v != p.Value {
			m[p.Key] = p.Value
			adds++
		}
	}
	for _, key := range c.Remove {
		if _, ok := m[key]; ok {
			delete(m, key)
			removes++
		} else if c.Verb == Label {
			t.print(word + " " + strconv.Quote(key) + " not found.")
		}
	}
	if c.Verb == Annotate {
		o.SetAnnotations(m)
	} else {
		o.SetLabels(m)
	}
	switch {
	case adds > 0 && removes > 0:
		return both, nil
	case adds > 0:
		return added, nil
	case removes > 0:
		return removed, nil
	}
	return neither, nil
}

// overwrites returns an error when a command without --overwrite would change a value.
func overwrites(c *Command, m map[string]string) error {
	for _, p := range c.Set {
		v, found := m[p.Key]
		switch {
		case !found || c.Verb == Label && v == p.Value:
		case c.Verb == Label:
			return plainError("'" + p.Key + "' already has a value (" + v + "), and --overwrite is false")
		default:
			return plainError("--overwrite is false but found the following declared annotation(s): '" + p.Key + "' already has a value (" + v + ")")
		}
	}
	return nil
}

// setImages changes the images of containers by their name; "*" means all.
func setImages(o api.Object, images []Pair) error {
	spec := podSpec(o)
	if spec == nil {
		return plainError("the object is not a pod or does not have a pod template")
	}
	for _, image := range images {
		found := false
		for _, containers := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
			for i := range containers {
				if image.Key == "*" || containers[i].Name == image.Key {
					containers[i].Image, found = image.Value, true
				}
			}
		}
		if !found {
			return plainError("error: unable to find container named " + strconv.Quote(image.Key))
		}
	}
	return nil
}

func podSpec(o api.Object) *corev1.PodSpec {
	if pod, ok := o.(*corev1.Pod); ok {
		return &pod.Spec
	}
	if template := podTemplate(o); template != nil {
		return &template.Spec
	}
	return nil
}

// podTemplate returns what an object makes its pods of; nil when it makes none.
func podTemplate(o api.Object) *corev1.PodTemplateSpec {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return &o.Spec.Template
	case *appsv1.ReplicaSet:
		return &o.Spec.Template
	case *appsv1.DaemonSet:
		return &o.Spec.Template
	case *appsv1.StatefulSet:
		return &o.Spec.Template
	case *batchv1.Job:
		return &o.Spec.Template
	case *batchv1.CronJob:
		return &o.Spec.JobTemplate.Spec.Template
	case *corev1.ReplicationController:
		return o.Spec.Template
	}
	return nil
}
