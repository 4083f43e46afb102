package clusterroleaggregation

import (
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

func role(name string, labels map[string]string, rules ...rbacv1.PolicyRule) *rbacv1.ClusterRole {
	return &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}, Rules: rules}
}

func TestAggregate(t *testing.T) {
	get := rbacv1.PolicyRule{Verbs: []string{"get"}, Resources: []string{"pods"}, APIGroups: []string{""}}
	list := rbacv1.PolicyRule{Verbs: []string{"list"}, Resources: []string{"crontabs"}, APIGroups: []string{"example.com"}}
	yes := map[string]string{"to-view": "true"}
	all := role("view", yes)
	all.AggregationRule = &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: yes}}}
	view := func(whole *rbacv1.ClusterRole) controller.View {
		cache := client.NewCache(roles)
		for _, o := range []api.Object{whole, role("b", yes, list, get), role("a", yes, get), role("c", nil, list)} {
			cache.Apply(client.Change{Type: client.Added, Resource: roles, Object: o})
		}
		return controller.View{Cache: cache}
	}
	woken := 0
	keys(view(all), client.Added, nil, nil, func(controller.Key, time.Duration) { woken++ })
	plan := reconcile(view(all), controller.Key{Name: "view"})
	data := string(plan.Stages[0][0].PatchData)
	if woken != 1 || plan.Note != (Note{Rules: 2}) || strings.Index(data, "pods") > strings.Index(data, "crontabs") {
		t.Errorf("%d woken, %+v: %s", woken, plan.Note, data)
	}
	settled := all.DeepCopy()
	settled.Rules = []rbacv1.PolicyRule{get, list}
	if plan := reconcile(view(settled), controller.Key{Name: "view"}); len(plan.Stages) > 0 {
		t.Error("what is right is written again")
	}
}
