package apiserver

import (
	"net/http"
	"strconv"

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
	if ok && res.Name == "bindings" { // the older path, whose body alone names the pod
		named := *r
		res, named.Name = api.Find("pods"), binding.Name
		r = &named
	}
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
	pod.Status.Conditions = withCondition(old.Status.Conditions, corev1.PodCondition{
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

// withCondition returns the conditions with one of them set; its transition time stays when its status does.
func withCondition(conditions []corev1.PodCondition, c corev1.PodCondition) []corev1.PodCondition {
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

// shown returns what a request is answered with for an object: the object as the resource serves it, or its Scale.
func shown(r *client.Request, o api.Object) api.Object {
	res := api.Find(r.Resource)
	if res != nil && r.Subresource == "scale" && api.FindObject(o) == res {
		return scaleOf(o)
	}
	return served(res, o)
}
