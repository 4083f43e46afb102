// Package history is the past of a DaemonSet or a StatefulSet: one ControllerRevision for each pod template that it had.
//
// A ControllerRevision holds a patch that would put its template back, and a number that is the higher the younger it is. A
// template that comes back takes its old revision out again, with a new number. Models
// k8s.io/kubernetes/pkg/controller/history.
package history

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/rand"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Resource is the resource of the revisions.
const Resource = "controllerrevisions.apps"

// nameMax is how much of its owner's name a revision's name begins with.
const nameMax = 223

// Data returns the patch that puts a template back, as revisions hold it: one that replaces all of spec.template.
func Data(template *corev1.PodTemplateSpec) []byte {
	var fields map[string]any
	data, err := json.Marshal(template)
	if err == nil {
		err = json.Unmarshal(data, &fields)
	}
	if err == nil {
		fields["$patch"] = "replace"
		data, err = json.Marshal(map[string]any{"spec": map[string]any{"template": fields}})
	}
	if err != nil {
		panic("history: a template that is no JSON: " + err.Error())
	}
	return data
}

// Template returns the template that a revision holds.
func Template(r *appsv1.ControllerRevision) (*corev1.PodTemplateSpec, error) {
	var patch struct {
		Spec struct {
			Template corev1.PodTemplateSpec `json:"template"`
		} `json:"spec"`
	}
	if err := json.Unmarshal(r.Data.Raw, &patch); err != nil {
		return nil, fmt.Errorf("read revision %s: %w", r.Name, err)
	}
	return &patch.Spec.Template, nil
}

// Holds reports whether a revision holds these data.
func Holds(r *appsv1.ControllerRevision, data []byte) bool { return bytes.Equal(r.Data.Raw, data) }

// Hash returns the hash of a revision's data, another one after each collision.
func Hash(data []byte, collisions int32) string {
	h := fnv.New32()
	h.Write(data)
	h.Write(strconv.AppendInt(nil, int64(collisions), 10))
	return rand.SafeEncodeString(fmt.Sprint(h.Sum32()))
}

// Name returns the name of an owner's revision with a hash.
func Name(owner, hash string) string { return owner[:min(len(owner), nameMax)] + "-" + hash }

// New returns a revision of its owner's template, labelled with its hash.
func New(owner api.Object, template *corev1.PodTemplateSpec, data []byte, label, hash string, number int64) *appsv1.ControllerRevision {
	labels := maps.Clone(template.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[label] = hash
	return &appsv1.ControllerRevision{
		ObjectMeta: metav1.ObjectMeta{
			Name: Name(owner.GetName(), hash), Namespace: owner.GetNamespace(), Labels: labels,
			Annotations: owner.GetAnnotations(), OwnerReferences: []metav1.OwnerReference{controller.ReferenceTo(owner)},
		},
		Data: runtime.RawExtension{Raw: data}, Revision: number,
	}
}

// Get returns the revision of a name as the cache has it, or nil.
func Get(v controller.View, namespace, name string) *appsv1.ControllerRevision {
	r, _ := v.Get(Resource, namespace, name).(*appsv1.ControllerRevision)
	return r
}

// Sort orders revisions from the oldest to the youngest.
func Sort(all []*appsv1.ControllerRevision) {
	slices.SortFunc(all, func(a, b *appsv1.ControllerRevision) int {
		return cmp.Or(cmp.Compare(a.Revision, b.Revision), a.CreationTimestamp.Compare(b.CreationTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
}

// Latest returns the highest number of some revisions, 0 when there are none.
func Latest(all []*appsv1.ControllerRevision) (n int64) {
	for _, r := range all {
		n = max(n, r.Revision)
	}
	return n
}

// Create makes a revision.
func Create(r *appsv1.ControllerRevision) controller.Write {
	return controller.Write{Request: client.Request{
		Verb: client.Create, Resource: Resource, Namespace: r.Namespace, Name: r.Name, Object: r,
	}}
}

// Renumber gives a revision another number.
func Renumber(r *appsv1.ControllerRevision, number int64) controller.Write {
	next := *r
	next.Revision = number
	return controller.Write{Request: client.Request{
		Verb: client.Update, Resource: Resource, Namespace: r.Namespace, Name: r.Name, Object: &next,
	}}
}

// Delete removes a revision.
func Delete(r *appsv1.ControllerRevision) controller.Write {
	return controller.Write{
		Request:  client.Request{Verb: client.Delete, Resource: Resource, Namespace: r.Namespace, Name: r.Name},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonNotFound},
	}
}
