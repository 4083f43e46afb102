// Package clusterroleaggregation is the cluster role aggregation controller: a ClusterRole with an aggregationRule has the
// rules of all ClusterRoles that the rule's selectors find. That is how a user's own kinds become part of view, edit and
// admin. Models k8s.io/kubernetes/pkg/controller/clusterroleaggregation.
package clusterroleaggregation

import (
	"encoding/json"
	"slices"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

const (
	roles = "clusterroles.rbac.authorization.k8s.io"
	name  = "clusterrole-aggregation-controller"
)

// Spec is the controller. Its keys are ClusterRoles with an aggregationRule.
var Spec = controller.Spec{
	Name:      name,
	Watches:   []controller.Watch{{Resource: roles, Keys: keys}},
	Reconcile: reconcile,
}

// Note counts the rules that a role gets.
type Note struct {
	Rules int `json:"rules"`
}

// keys wakes all roles that aggregate others: there are few.
func keys(v controller.View, _ client.ChangeType, _, _ api.Object, add func(controller.Key, time.Duration)) {
	v.Each(roles, "", func(o api.Object) bool {
		if o.(*rbacv1.ClusterRole).AggregationRule != nil {
			add(controller.KeyOf(o), 0)
		}
		return true
	})
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	role, ok := v.Get(roles, "", k.Name).(*rbacv1.ClusterRole)
	if !ok || role.AggregationRule == nil {
		return controller.Plan{}
	}
	var rules []rbacv1.PolicyRule
	for i := range role.AggregationRule.ClusterRoleSelectors {
		selector, err := metav1.LabelSelectorAsSelector(&role.AggregationRule.ClusterRoleSelectors[i])
		if err != nil {
			return controller.Plan{} // the API server refuses such a selector
		}
		v.Each(roles, "", func(o api.Object) bool {
			other := o.(*rbacv1.ClusterRole)
			if other.Name == role.Name || !selector.Matches(labels.Set(other.Labels)) {
				return true
			}
			for _, rule := range other.Rules {
				if !slices.ContainsFunc(rules, func(has rbacv1.PolicyRule) bool { return apiequality.Semantic.DeepEqual(has, rule) }) {
					rules = append(rules, rule)
				}
			}
			return true
		})
	}
	if apiequality.Semantic.DeepEqual(rules, role.Rules) {
		return controller.Plan{}
	}
	data, err := json.Marshal(map[string]any{
		"apiVersion": rbacv1.SchemeGroupVersion.String(), "kind": "ClusterRole", "metadata": map[string]any{"name": role.Name}, "rules": rules,
	})
	if err != nil {
		panic("clusterroleaggregation: a role's rules: " + err.Error())
	}
	plan := controller.Plan{Note: Note{Rules: len(rules)}}
	plan.Then(controller.Write{Request: client.Request{
		Verb: client.Patch, Resource: roles, Name: role.Name, PatchType: types.ApplyYAMLPatchType, PatchData: data, Manager: name, Force: true,
	}})
	return plan
}
