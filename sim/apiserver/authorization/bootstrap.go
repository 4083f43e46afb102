package authorization

import (
	_ "embed"
	"encoding/json"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
)

// bootstrapData are the roles and bindings that a recorded kube-apiserver 1.36.3 made when it first started, with the
// rules that the controller for aggregated ClusterRoles then filled in.
//
//go:embed bootstrap.json
var bootstrapData []byte

// Bootstrap returns the roles and bindings that kube-apiserver makes when it first starts.
func Bootstrap() []api.Object {
	var all struct {
		ClusterRoles        []*rbacv1.ClusterRole
		ClusterRoleBindings []*rbacv1.ClusterRoleBinding
		Roles               []*rbacv1.Role
		RoleBindings        []*rbacv1.RoleBinding
	}
	if err := json.Unmarshal(bootstrapData, &all); err != nil {
		panic("authorization: bootstrap.json: " + err.Error())
	}
	var objects []api.Object
	for _, o := range all.ClusterRoles {
		objects = append(objects, o)
	}
	for _, o := range all.ClusterRoleBindings {
		objects = append(objects, o)
	}
	for _, o := range all.Roles {
		objects = append(objects, o)
	}
	for _, o := range all.RoleBindings {
		objects = append(objects, o)
	}
	for _, o := range objects {
		mark(o)
	}
	return objects
}

// mark adds the label and the annotation that all of them have.
func mark(o metav1.Object) {
	labels := o.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels["kubernetes.io/bootstrapping"] = "rbac-defaults"
	o.SetLabels(labels)
	o.SetAnnotations(map[string]string{rbacv1.AutoUpdateAnnotationKey: "true"})
}
