package kubectl

import (
	"encoding/json"
	"errors"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/jsonmergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/manifest"
)

// lastApplied is the annotation in which kubectl apply keeps what was applied, to know later what was taken out.
const lastApplied = corev1.LastAppliedConfigAnnotation

// clientSide is the field manager of an apply that works out the patch itself.
const clientSide = "kubectl-client-side-apply"

// patchTries is how often a patch is tried again after a conflict.
const patchTries = 5

// read makes a task for each object of a file.
func (p *process) read(f File, kinds client.Kinds) {
	documents, err := manifest.Parse(f.Name, f.Text)
	for _, d := range documents {
		if res := kinds.Kind(d.Kind); d.Resource == nil && res != nil {
			d.Resolve(res)
		}
		if d.Resource == nil {
			p.reading = append(p.reading, d.Err)
			continue
		}
		c := p.command
		if c.Namespace != "" && d.Resource.Namespaced && d.Namespace != "" && d.Namespace != c.Namespace {
			p.reading = append(p.reading, plainError(`the namespace from the provided object "`+d.Namespace+
				`" does not match the namespace "`+c.Namespace+`". You must pass '--namespace=`+d.Namespace+
				"' to perform this operation."))
			continue
		}
		o := object{d.Resource, scoped(d.Resource, c.namespaceOr(d.Namespace)), d.Name}
		switch c.Verb {
		case Apply:
			if c.ServerSide {
				p.tasks = append(p.tasks, &applyingThere{object: o, document: d})
				continue
			}
			p.tasks = append(p.tasks, &applying{object: o, document: d})
		case Create:
			p.tasks = append(p.tasks, &creation{object: o, document: d})
		case Delete:
			p.tasks = append(p.tasks, &deletion{object: o, file: f.Name})
		default:
			p.tasks = append(p.tasks, c.task(o))
		}
	}
	var unreadable *manifest.Error
	if errors.As(err, &unreadable) {
		p.reading = append(p.reading, plainError(unreadable.Kubectl()))
	}
}

// applying is kubectl apply of one object: get it, then create it, or patch what differs.
type applying struct {
	object
	document *manifest.Document
	patch    []byte // that was sent
	retries  int
}

func (a *applying) clone() task { c := *a; return &c }

func (a *applying) start(t *turn) bool {
	if a.name == "" {
		if err := generated(a.document); err != nil {
			return t.fail(err)
		}
		return t.fail(during("retrieving current configuration of:\n"+a.info()+"\nfrom server for:", a.document.File,
			errNameless))
	}
	return t.send(a.request(client.Get))
}

var errNameless = plainError("resource name may not be empty")

// generated returns an error for a document whose object is to be named by the server.
func generated(d *manifest.Document) error {
	meta, _ := d.Value["metadata"].(map[string]any)
	if meta["generateName"] == nil {
		return nil
	}
	generate, _ := meta["generateName"].(string)
	return plainError("from " + generate + ": cannot use generate name with apply")
}

func (a *applying) answer(t *turn, r *client.Response) bool {
	switch r.Request.Verb {
	case client.Get:
		if r.Failed(metav1.StatusReasonNotFound) {
			return a.create(t)
		}
		if r.Error != nil {
			return t.fail(during("retrieving current configuration of:\n"+a.info()+"\nfrom server for:", a.document.File,
				statusError(r.Error)))
		}
		return a.update(t, r.Object)
	case client.Create:
		if r.Error != nil {
			return t.fail(during("creating", a.document.File, statusError(r.Error)))
		}
		return t.print(a.line("created" + t.dry()))
	}
	if r.Failed(metav1.StatusReasonConflict) && a.retries < patchTries {
		a.retries++
		return t.send(a.request(client.Get))
	}
	if r.Error != nil {
		return a.refused(t, statusError(r.Error))
	}
	a.warnIfDeleting(t, r.Object)
	return t.print(a.line("configured" + t.dry()))
}

// refused fails with what the API server said of the patch.
func (a *applying) refused(t *turn, err error) bool {
	err = during("patching", a.document.File, err)
	return t.fail(during("applying patch:\n"+string(a.patch)+"\nto:\n"+a.info()+"\nfor:", a.document.File, err))
}

// create sends the object with the annotation that later applies need.
func (a *applying) create(t *turn) bool {
	config, err := a.configuration()
	if err != nil {
		return t.fail(during("creating", a.document.File, err))
	}
	data, err := a.annotated(config)
	if err != nil {
		return t.fail(during("creating", a.document.File, err))
	}
	r := a.request(client.Create)
	r.Body, r.Manager, r.DryRun = data, t.process.command.managerOr(clientSide), t.process.command.DryRun
	r.FieldValidation = metav1.FieldValidationStrict
	return t.send(r)
}

// update sends the difference between three things: what was applied last, what is applied now, and what is there.
func (a *applying) update(t *turn, current api.Object) bool {
	original, annotated := current.GetAnnotations()[lastApplied]
	if !annotated {
		t.print("Warning: resource " + a.short() + " is missing the " + lastApplied + " annotation which is required by" +
			" kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create" +
			" --save-config or kubectl apply. The missing annotation will be patched automatically.")
	}
	patch, err := a.threeWay([]byte(original), current)
	if err != nil {
		return t.fail(during("applying patch:\n\nto:\n"+a.info()+"\nfor:", a.document.File, err))
	}
	if string(patch) == "{}" {
		a.warnIfDeleting(t, current)
		return t.print(a.line("unchanged" + t.dry()))
	}
	a.patch = patch
	r := a.request(client.Patch)
	r.PatchType, r.PatchData = patchType(a.resource), patch
	r.Manager, r.DryRun = t.process.command.managerOr(clientSide), t.process.command.DryRun
	r.FieldValidation = metav1.FieldValidationStrict
	return t.send(r)
}

func (a *applying) threeWay(original []byte, current api.Object) ([]byte, error) {
	config, err := a.configuration()
	if err != nil {
		return nil, err
	}
	modified, err := a.annotated(config)
	if err != nil {
		return nil, err
	}
	now, err := json.Marshal(api.WithKind(current))
	if err != nil {
		return nil, err
	}
	if custom(a.resource) {
		return jsonmergepatch.CreateThreeWayJSONMergePatch(original, modified, now)
	}
	meta, err := strategicpatch.NewPatchMetaFromStruct(a.document.Resource.New())
	if err != nil {
		return nil, err
	}
	return strategicpatch.CreateThreeWayMergePatch(original, modified, now, meta, true)
}

// configuration is the content of the annotation: the manifest as JSON in one line, with its namespace.
func (a *applying) configuration() ([]byte, error) {
	return a.encode(func(annotations map[string]any) { delete(annotations, lastApplied) })
}

// annotated is the manifest as JSON with the annotation in it.
func (a *applying) annotated(config []byte) ([]byte, error) {
	return a.encode(func(annotations map[string]any) { annotations[lastApplied] = string(config) })
}

// encode writes the manifest as JSON after a change of its annotations, which are always there, if only empty.
func (a *applying) encode(change func(annotations map[string]any)) ([]byte, error) {
	value := maps.Clone(a.document.Value)
	meta, _ := value["metadata"].(map[string]any)
	if meta = maps.Clone(meta); meta == nil {
		meta = map[string]any{}
	}
	annotations, _ := meta["annotations"].(map[string]any)
	if annotations = maps.Clone(annotations); annotations == nil {
		annotations = map[string]any{}
	}
	change(annotations)
	meta["annotations"] = annotations
	if a.namespace != "" {
		meta["namespace"] = a.namespace
	}
	value["metadata"] = meta
	data, err := json.Marshal(value)
	return append(data, '\n'), err
}

func (a *applying) warnIfDeleting(t *turn, o api.Object) {
	if o.GetDeletionTimestamp() != nil {
		t.print("Warning: Detected changes to resource " + a.name + " which is currently being deleted.")
	}
}

// dry is what kubectl adds to the lines of a dry run.
func (t *turn) dry() string {
	if t.process.command.DryRun {
		return " (server dry run)"
	}
	return ""
}
