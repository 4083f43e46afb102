package kubectl

import (
	"encoding/json"
	"reflect"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/manifest"
)

// serverManager is the field manager of an apply that the server works out, and annotationManager that of the annotation
// which an object keeps from the time when kubectl worked it out by itself.
const (
	serverManager     = "kubectl"
	annotationManager = "kubectl-last-applied"
)

const conflictHelp = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the ` + "`--force-conflicts`" + ` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`

// applyingThere is kubectl apply --server-side of one object: the server merges. What kubectl once applied by itself is
// then made over to the server's manager, and the object applied again, so that fields which were left out go.
type applyingThere struct {
	object
	document *manifest.Document
	data     []byte
	stage    stage
	current  api.Object
	tries    int
}

// stage is what was asked of the server last.
type stage int

const (
	applied stage = iota
	annotationKept
	migrated
	reread
	reapplied
)

func (a *applyingThere) clone() task { c := *a; return &c }

func (a *applyingThere) start(t *turn) bool {
	if a.name == "" {
		if err := generated(a.document); err != nil {
			return t.fail(err)
		}
		return t.fail(errNameless)
	}
	data, err := sent(a.document, a.object)
	if err != nil {
		return t.fail(err)
	}
	a.data = data
	return t.send(a.config(t, a.data))
}

// config is an apply of a configuration.
func (a *applyingThere) config(t *turn, data []byte) client.Request {
	c := t.process.command
	r := a.patch(t, types.ApplyYAMLPatchType, data)
	r.Force, r.FieldValidation = c.ForceConflicts, metav1.FieldValidationStrict
	return r
}

// patch is a patch whose answer shows the managers of fields.
func (a *applyingThere) patch(t *turn, kind types.PatchType, data []byte) client.Request {
	c := t.process.command
	r := a.request(client.Patch)
	r.PatchType, r.PatchData, r.DryRun, r.Managed = kind, data, c.DryRun, true
	r.Manager = c.managerOr(serverManager)
	return r
}

func (a *applyingThere) answer(t *turn, r *client.Response) bool {
	if r.Error == nil {
		a.current = r.Object
	}
	switch {
	case r.Error == nil && a.stage == applied:
		return a.keepAnnotation(t) || a.migrate(t) || a.done(t)
	case r.Error == nil && (a.stage == annotationKept || a.stage == reread):
		return a.migrate(t) || a.done(t)
	case r.Error == nil && a.stage == migrated:
		a.stage = reapplied
		return t.send(a.config(t, a.data))
	case r.Error == nil:
		return a.done(t)
	case a.stage == applied && r.Failed(metav1.StatusReasonConflict):
		return t.fail(plainError(r.Error.Message + conflictHelp))
	case a.stage == applied:
		return t.fail(statusError(r.Error))
	case a.stage == migrated && r.Failed(metav1.StatusReasonConflict) && a.tries < patchTries:
		a.stage, a.tries = reread, a.tries+1
		q := a.request(client.Get)
		q.Managed = true
		return t.send(q)
	}
	what := "server rejected managed fields migration to Server-Side Apply."
	switch a.stage {
	case annotationKept:
		what = "failed to migrate kubectl.kubernetes.io/last-applied-configuration for Server-Side Apply."
	case reapplied:
		what = "failed to re-apply configuration after performing Server-Side Apply migration."
	}
	t.print("Warning: " + what + " This is non-fatal and will be retried next time you apply. Error: " + r.Error.Message)
	return a.done(t)
}

func (a *applyingThere) done(t *turn) bool {
	if a.current.GetDeletionTimestamp() != nil {
		t.print("Warning: Detected changes to resource " + a.name + " which is currently being deleted.")
	}
	return t.print(a.line("serverside-applied" + t.dry()))
}

// annotation is the path of the annotation that kubectl leaves when it works out an apply by itself.
func annotation() *fieldpath.Set {
	return fieldpath.NewSet(fieldpath.MakePathOrDie("metadata", "annotations", lastApplied))
}

// keepAnnotation gives the annotation a manager of its own, when it has none that applies, so that the server keeps it up
// to date. It reports whether there was something to do.
func (a *applyingThere) keepAnnotation(t *turn) bool {
	text, found := a.current.GetAnnotations()[lastApplied]
	c := t.process.command
	if !found || c.managerOr(serverManager) != serverManager ||
		len(csaupgrade.FindFieldsOwners(a.current.GetManagedFields(), metav1.ManagedFieldsOperationApply, annotation())) > 0 {
		return false
	}
	kind := a.document.Kind
	meta := map[string]any{"name": a.name, "annotations": map[string]string{lastApplied: text}}
	if a.namespace != "" {
		meta["namespace"] = a.namespace
	}
	data, err := json.Marshal(map[string]any{"apiVersion": kind.GroupVersion().String(), "kind": kind.Kind, "metadata": meta})
	if err != nil {
		return t.fail(err)
	}
	a.stage = annotationKept
	r := a.patch(t, types.ApplyYAMLPatchType, data)
	r.Manager = annotationManager
	return t.send(r)
}

// migrate makes over to the server's manager what those manage who applied by themselves. It reports whether there was
// something to do.
func (a *applyingThere) migrate(t *turn) bool {
	before := a.current.GetManagedFields()
	owners := sets.New[string]()
	for _, e := range csaupgrade.FindFieldsOwners(before, metav1.ManagedFieldsOperationUpdate, annotation()) {
		owners.Insert(e.Manager)
	}
	r := a.patch(t, types.JSONPatchType, nil)
	meta := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{ManagedFields: slices.Clone(before)}}
	for _, owner := range sets.List(owners) {
		if err := csaupgrade.UpgradeManagedFields(meta, sets.New(owner), r.Manager); err != nil {
			return t.fail(err)
		}
	}
	if reflect.DeepEqual(before, meta.ManagedFields) {
		return false
	}
	data, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/managedFields", "value": meta.ManagedFields},
		{"op": "replace", "path": "/metadata/resourceVersion", "value": a.current.GetResourceVersion()},
	})
	if err != nil {
		return t.fail(err)
	}
	a.stage, r.PatchData = migrated, data
	r.FieldValidation = metav1.FieldValidationStrict
	return t.send(r)
}
