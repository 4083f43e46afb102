// Package replication is the replication controller: it keeps as many pods running as a ReplicationController wants.
//
// A ReplicationController is what a ReplicaSet was in the beginning, with a plainer selector. To this controller it is
// just an older version of one: all the work is the replicaset controller's. Models
// k8s.io/kubernetes/pkg/controller/replication, which wraps that controller in the same way.
package replication

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/controller/replicaset"
)

// Spec is the controller.
var Spec = (&replicaset.Kind{
	Name: "replication-controller", Kind: "ReplicationController", Resource: "replicationcontrollers",
	As: asReplicaSet, With: withStatus,
}).Spec()

// asReplicaSet returns the ReplicaSet that a ReplicationController would be.
func asReplicaSet(o api.Object) *appsv1.ReplicaSet {
	rc := o.(*corev1.ReplicationController)
	rs := &appsv1.ReplicaSet{
		ObjectMeta: rc.ObjectMeta,
		Spec: appsv1.ReplicaSetSpec{
			Replicas: rc.Spec.Replicas, MinReadySeconds: rc.Spec.MinReadySeconds,
			Selector: &metav1.LabelSelector{MatchLabels: rc.Spec.Selector},
		},
		Status: appsv1.ReplicaSetStatus{
			Replicas: rc.Status.Replicas, FullyLabeledReplicas: rc.Status.FullyLabeledReplicas,
			ReadyReplicas: rc.Status.ReadyReplicas, AvailableReplicas: rc.Status.AvailableReplicas,
			ObservedGeneration: rc.Status.ObservedGeneration,
		},
	}
	if rc.Spec.Template != nil {
		rs.Spec.Template = *rc.Spec.Template
	}
	for _, c := range rc.Status.Conditions {
		rs.Status.Conditions = append(rs.Status.Conditions, appsv1.ReplicaSetCondition{
			Type: appsv1.ReplicaSetConditionType(c.Type), Status: c.Status, LastTransitionTime: c.LastTransitionTime,
			Reason: c.Reason, Message: c.Message,
		})
	}
	return rs
}

// withStatus returns a ReplicationController with the status that it would have as a ReplicaSet.
func withStatus(o api.Object, s appsv1.ReplicaSetStatus) api.Object {
	rc := *o.(*corev1.ReplicationController)
	rc.Status = corev1.ReplicationControllerStatus{
		Replicas: s.Replicas, FullyLabeledReplicas: s.FullyLabeledReplicas,
		ReadyReplicas: s.ReadyReplicas, AvailableReplicas: s.AvailableReplicas, ObservedGeneration: s.ObservedGeneration,
	}
	for _, c := range s.Conditions {
		rc.Status.Conditions = append(rc.Status.Conditions, corev1.ReplicationControllerCondition{
			Type: corev1.ReplicationControllerConditionType(c.Type), Status: c.Status, LastTransitionTime: c.LastTransitionTime,
			Reason: c.Reason, Message: c.Message,
		})
	}
	return &rc
}
