package apiserver

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// prepareBinding assigns a pod to a node.
func (s *Server) prepareBinding(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	binding, ok := r.Object.(*corev1.Binding)
	if !ok || binding.Target.Kind != "Node" || binding.Target.Name == "" {
		return outcome{}, badRequest("a Binding to a Node must be given")
	}
	v := s.store.Get(res.Key(r.Namespace, r.Name))
	if v == nil {
		return outcome{}, notFound(res, r.Name)
	}
	old := v.Object.(*corev1.Pod)
	if why := unbindable(old, binding); why != "" {
		return outcome{}, conflict(&api.Resource{Plural: "pods/binding"}, r.Name, why)
	}
	pod := *old
	pod.Spec.NodeName = binding.Target.Name
	pod.Labels = s.topologyLabels(old.Labels, binding.Target.Name)
	pod.Status.NominatedNodeName = ""
	pod.Status.Conditions = scheduled(old.Status.Conditions, corev1.PodCondition{
		Type: corev1.PodScheduled, Status: corev1.ConditionTrue, ObservedGeneration: old.Generation, LastTransitionTime: stamp(t),
	})
	answer := &metav1.PartialObjectMetadata{ObjectMeta: pod.ObjectMeta}
	return outcome{
		write: &etcd.Write{Key: v.Key, Object: &pod, Expect: v.Mod}, old: old, object: answer, code: http.StatusCreated,
	}, nil
}

func unbindable(pod *corev1.Pod, b *corev1.Binding) string {
	switch {
	case b.UID != "" && b.UID != pod.UID:
		return "Precondition failed: UID in precondition: " + string(b.UID) + ", UID in object meta: " + string(pod.UID)
	case pod.DeletionTimestamp != nil:
		return "pod " + pod.Name + " is being deleted, cannot be assigned to a host"
	case pod.Spec.NodeName != "":
		return "pod " + pod.Name + " is already assigned to node " + strconv.Quote(pod.Spec.NodeName)
	case len(pod.Spec.SchedulingGates) > 0:
		return "pod " + pod.Name + " has non-empty .spec.schedulingGates"
	}
	return ""
}

// topologyLabels adds the node's region and zone to a pod's labels, as the PodTopologyLabels admission plugin does.
func (s *Server) topologyLabels(labels map[string]string, node string) map[string]string {
	v := s.store.Get(api.Find("nodes").Key("", node))
	if v == nil {
		return labels
	}
	var added map[string]string
	for _, k := range []string{corev1.LabelTopologyRegion, corev1.LabelTopologyZone} {
		value, ok := v.Object.GetLabels()[k]
		if !ok {
			continue
		}
		if added == nil {
			added = make(map[string]string, len(labels)+2)
			for k, v := range labels { // any order
				added[k] = v
			}
		}
		added[k] = value
	}
	if added == nil {
		return labels
	}
	return added
}

// scheduled returns the conditions with the PodScheduled one set; its transition time stays when its status does.
func scheduled(conditions []corev1.PodCondition, c corev1.PodCondition) []corev1.PodCondition {
	out := make([]corev1.PodCondition, 0, len(conditions)+1)
	found := false
	for _, old := range conditions {
		if old.Type == c.Type {
			if old.Status == c.Status {
				c.LastTransitionTime = old.LastTransitionTime
			}
			old, found = c, true
		}
		out = append(out, old)
	}
	if !found {
		out = append(out, c)
	}
	return out
}

// scale is the part of autoscaling/v1 Scale that a patch of the scale subresource can change.
type scale struct {
	Spec struct {
		Replicas int32 `json:"replicas"`
	} `json:"spec"`
}

// prepareScale changes the replicas of a Deployment or a ReplicaSet through its scale subresource.
func (s *Server) prepareScale(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	if r.Verb != client.Patch {
		return outcome{}, badRequest("the scale subresource can be patched only")
	}
	return s.manage(t, res, &client.Request{
		User: r.User, Verb: client.Patch, Resource: r.Resource, Namespace: r.Namespace, Name: r.Name, DryRun: r.DryRun,
		Manager: r.Manager, Agent: r.Agent,
	}, r.Subresource, func(current api.Object) (api.Object, *metav1.Status) {
		replicas, err := replicasOf(current)
		if err != nil {
			return nil, badRequest(err.Error())
		}
		var sc scale
		sc.Spec.Replicas = *replicas
		if err := json.Unmarshal(r.PatchData, &sc); err != nil {
			return nil, badRequest(err.Error())
		}
		if r.Revision != "" && r.Revision != current.GetResourceVersion() {
			return nil, conflict(res, r.Name, modified)
		}
		o := current.DeepCopyObject().(api.Object)
		replicas, _ = replicasOf(o)
		*replicas = sc.Spec.Replicas
		return o, nil
	})
}

func replicasOf(o api.Object) (*int32, error) {
	switch o := o.(type) {
	case *appsv1.Deployment:
		return o.Spec.Replicas, nil
	case *appsv1.ReplicaSet:
		return o.Spec.Replicas, nil
	}
	return nil, errors.New("the object cannot be scaled")
}
