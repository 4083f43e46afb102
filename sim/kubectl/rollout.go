package kubectl

import (
	"encoding/json"
	"errors"
	"maps"
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
)

const (
	restartedAt = "kubectl.kubernetes.io/restartedAt"
	revision    = "deployment.kubernetes.io/revision"
)

// rollout changes an object for kubectl rollout pause, resume and restart, and returns what kubectl calls that.
func (e *edit) rollout(t *turn, o api.Object) (string, error) {
	verb := t.process.command.Verb
	d, deployed := o.(*appsv1.Deployment)
	switch {
	case verb == Restart:
		return e.restart(t, o)
	case !deployed:
		return "", e.wrong(map[Verb]string{Pause: "pausing", Resume: "resuming"}[verb] + " is not supported")
	case verb == Pause && d.Spec.Paused:
		return "", e.wrong("is already paused")
	case verb == Pause:
		d.Spec.Paused = true
		return "paused", nil
	case !d.Spec.Paused:
		return "", e.wrong("is not paused")
	}
	d.Spec.Paused = false
	return "resumed", nil
}

// restart notes in an object's pod template when that was, so that all its pods are replaced.
func (e *edit) restart(t *turn, o api.Object) (string, error) {
	switch o := o.(type) {
	case *appsv1.Deployment:
		if o.Spec.Paused {
			return "", e.wrong("can't restart paused deployment (run rollout resume first)")
		}
	case *appsv1.DaemonSet, *appsv1.StatefulSet:
	default:
		return "", e.wrong("restarting is not supported")
	}
	template := podTemplate(o)
	if template.Annotations == nil {
		template.Annotations = map[string]string{}
	}
	now := t.Wall().Format(time.RFC3339)
	if template.Annotations[restartedAt] == now {
		return "", plainError("failed to create patch for " + e.name + ": if restart has already been triggered within the" +
			" past second, please wait before attempting to trigger another")
	}
	template.Annotations[restartedAt] = now
	return "restarted", nil
}

func (e *edit) wrong(what string) error {
	return plainError("error: " + e.resource.Name + " " + strconv.Quote(e.name) + " " + what)
}

// undoing is kubectl rollout undo: it puts the pod template of an older ReplicaSet back into its Deployment, or that of an
// older ControllerRevision into its DaemonSet or StatefulSet.
type undoing struct {
	object
	owner      api.Object
	deployment *appsv1.Deployment // the owner, if it is one
}

func (u *undoing) clone() task { c := *u; return &c }

func (u *undoing) start(t *turn) bool { return t.send(u.request(client.Get)) }

func (u *undoing) answer(t *turn, r *client.Response) bool {
	switch r.Request.Verb {
	case client.Get:
		if r.Error != nil {
			return t.fail(statusError(r.Error))
		}
		return u.list(t, r.Object)
	case client.List:
		if r.Error != nil {
			return t.fail(u.unlisted(r))
		}
		if u.deployment == nil {
			return u.restoreRevision(t, r.Items)
		}
		return u.restore(t, r.Items)
	}
	if r.Error != nil {
		return t.fail(plainError("failed restoring revision " + itoa(t.process.command.Revision) + ": " + r.Error.Message))
	}
	return t.print(u.line("rolled back"))
}

func (u *undoing) list(t *turn, o api.Object) bool {
	q, ok := revisionsOf(o)
	if !ok {
		return t.fail(plainError(`no rollbacker has been implemented for "` + u.resource.Kind.Kind + `"`))
	}
	u.owner = o
	u.deployment, _ = o.(*appsv1.Deployment)
	if _, ok := o.GetAnnotations()[lastApplied]; ok {
		t.print("Warning: resource " + u.short() + " was previously managed with 'kubectl apply'. Rolling back will not update" +
			" the " + lastApplied + " annotation, which may cause unexpected behavior on future 'kubectl apply' operations." +
			" Consider using 'kubectl apply' with your previous configuration file instead.")
	}
	return t.send(q)
}

func (u *undoing) restore(t *turn, items []api.Object) bool {
	to := t.process.command.Revision
	rs, err := u.find(items, to)
	if err != nil {
		return t.fail(err)
	}
	if u.deployment.Spec.Paused {
		return t.fail(plainError("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again"))
	}
	template := rs.Spec.Template.DeepCopy()
	delete(template.Labels, appsv1.DefaultDeploymentUniqueLabelKey)
	if sameTemplate(template, &u.deployment.Spec.Template) {
		return t.print(u.line("skipped rollback (current template already matches revision " + itoa(to) + ")"))
	}
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/spec/template", "value": template},
		{"op": "replace", "path": "/metadata/annotations", "value": restoredAnnotations(u.deployment, rs)},
	})
	if err != nil {
		return t.fail(err)
	}
	q := u.request(client.Patch)
	q.PatchType, q.PatchData, q.Manager = types.JSONPatchType, patch, "kubectl"
	return t.send(q)
}

// find returns the ReplicaSet of a revision; revision 0 means the latest but one.
func (u *undoing) find(items []api.Object, to int64) (*appsv1.ReplicaSet, error) {
	var latest, previous *appsv1.ReplicaSet
	latestAt, previousAt := int64(-1), int64(-1)
	for _, item := range items {
		rs, ok := item.(*appsv1.ReplicaSet)
		if !ok || !metav1.IsControlledBy(rs, u.deployment) {
			continue
		}
		at, err := strconv.ParseInt(rs.Annotations[revision], 10, 64)
		switch {
		case err != nil:
		case to == at && to > 0:
			return rs, nil
		case at > latestAt:
			previous, previousAt = latest, latestAt
			latest, latestAt = rs, at
		case at > previousAt:
			previous, previousAt = rs, at
		}
	}
	if to != 0 {
		return nil, errors.New("unable to find specified revision " + itoa(to) + " in history")
	}
	if previous == nil {
		return nil, errors.New("no rollout history found for deployment " + strconv.Quote(u.name))
	}
	return previous, nil
}

func sameTemplate(a, b *corev1.PodTemplateSpec) bool {
	b = b.DeepCopy()
	delete(b.Labels, appsv1.DefaultDeploymentUniqueLabelKey)
	return apiequality.Semantic.DeepEqual(a, b)
}

// restoredAnnotations returns the annotations of the older ReplicaSet, but for those that belong to the Deployment
// itself whatever its revision.
func restoredAnnotations(d *appsv1.Deployment, rs *appsv1.ReplicaSet) map[string]string {
	own := []string{
		lastApplied, revision, "deployment.kubernetes.io/revision-history", "deployment.kubernetes.io/desired-replicas",
		"deployment.kubernetes.io/max-replicas", "deprecated.deployment.rollback.to",
	}
	annotations := maps.Clone(rs.Annotations)
	if annotations == nil {
		annotations = map[string]string{}
	}
	for _, key := range own {
		delete(annotations, key)
		if v, ok := d.Annotations[key]; ok {
			annotations[key] = v
		}
	}
	return annotations
}
