package kubectl

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
)

// changeCause is the annotation by which users say why they changed something.
const changeCause = "kubernetes.io/change-cause"

// revisionsOf asks for what holds an object's revisions: a Deployment's ReplicaSets, or the ControllerRevisions of a
// DaemonSet or StatefulSet. It returns false for objects that have none.
func revisionsOf(o api.Object) (client.Request, bool) {
	var selector *metav1.LabelSelector
	resource := "controllerrevisions.apps"
	switch o := o.(type) {
	case *appsv1.Deployment:
		selector, resource = o.Spec.Selector, "replicasets.apps"
	case *appsv1.DaemonSet:
		selector = o.Spec.Selector
	case *appsv1.StatefulSet:
		selector = o.Spec.Selector
	default:
		return client.Request{}, false
	}
	return client.Request{
		Verb: client.List, Resource: resource, Namespace: o.GetNamespace(), Labels: metav1.FormatLabelSelector(selector),
	}, true
}

// unlisted words a refusal to list an object's revisions.
func (u *undoing) unlisted(r *client.Response) error {
	if u.deployment != nil {
		return plainError("failed to retrieve replica sets from deployment " + u.name + ": " + r.Error.Message)
	}
	return plainError("unable to find history controlled by " + u.resource.Kind.Kind + " " + u.name + ": " + r.Error.Message)
}

// controlled returns the ControllerRevisions among some objects that the owner controls, from the oldest to the newest.
func controlled(items []api.Object, owner api.Object) []*appsv1.ControllerRevision {
	var all []*appsv1.ControllerRevision
	for _, item := range items {
		if r, ok := item.(*appsv1.ControllerRevision); ok && metav1.IsControlledBy(r, owner) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, func(a, b *appsv1.ControllerRevision) int { return cmp.Compare(a.Revision, b.Revision) })
	return all
}

// restoreRevision puts the template that a ControllerRevision holds back, by the patch that it is.
func (u *undoing) restoreRevision(t *turn, items []api.Object) bool {
	to := t.process.command.Revision
	all := controlled(items, u.owner)
	i := len(all) - 2
	if to != 0 {
		i = slices.IndexFunc(all, func(r *appsv1.ControllerRevision) bool { return r.Revision == to })
	}
	switch {
	case i < 0 && to == 0:
		return t.fail(errors.New("no last revision to roll back to"))
	case i < 0:
		return t.fail(errors.New("unable to find specified revision " + itoa(to) + " in history"))
	}
	var held struct {
		Spec struct {
			Template corev1.PodTemplateSpec `json:"template"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(all[i].Data.Raw, &held); err != nil {
		return t.fail(err)
	}
	if sameTemplate(&held.Spec.Template, podTemplate(u.owner)) {
		return t.print(u.line("skipped rollback (current template already matches revision " + itoa(to) + ")"))
	}
	q := u.request(client.Patch)
	q.PatchType, q.PatchData, q.Manager = types.StrategicMergePatchType, all[i].Data.Raw, "kubectl"
	return t.send(q)
}

// recalling is kubectl rollout history: a line for each revision.
type recalling struct {
	object
	owner api.Object
}

func (h *recalling) clone() task { c := *h; return &c }

func (h *recalling) start(t *turn) bool { return t.send(h.request(client.Get)) }

func (h *recalling) answer(t *turn, r *client.Response) bool {
	switch {
	case r.Error != nil:
		return t.fail(statusError(r.Error))
	case r.Request.Verb == client.List:
		return h.print(t, r.Items)
	}
	h.owner = r.Object
	q, ok := revisionsOf(r.Object)
	if !ok {
		return t.fail(usage("no history viewer has been implemented for " + quoted(h.resource.Kind.Kind)))
	}
	return t.send(q)
}

func (h *recalling) print(t *turn, items []api.Object) bool {
	t.print(h.line(""))
	causes := h.causes(items)
	if len(causes) == 0 {
		return t.print("No rollout history found.")
	}
	t.print("REVISION  CHANGE-CAUSE")
	for _, n := range sortedKeys(causes) {
		number := itoa(n)
		t.print(number + strings.Repeat(" ", max(2, 10-len(number))) + cmp.Or(causes[n], "<none>"))
	}
	return t.print("")
}

// causes returns why each revision was made, by its number.
func (h *recalling) causes(items []api.Object) map[int64]string {
	causes := map[int64]string{}
	for _, r := range controlled(items, h.owner) {
		causes[r.Revision] = r.Annotations[changeCause]
	}
	for _, item := range items {
		rs, ok := item.(*appsv1.ReplicaSet)
		if !ok || !metav1.IsControlledBy(rs, h.owner) {
			continue
		}
		if n, err := strconv.ParseInt(rs.Annotations[revision], 10, 64); err == nil {
			causes[n] = rs.Annotations[changeCause]
		}
	}
	return causes
}

func sortedKeys(m map[int64]string) []int64 {
	keys := make([]int64, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
