package apiserver

import (
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/apis/rbac"
	rbacvalidation "k8s.io/kubernetes/pkg/apis/rbac/validation"
)

var roles = strategy{
	validateCreate: onCreate(rbacvalidation.ValidateRole),
	validateUpdate: onUpdate(rbacvalidation.ValidateRoleUpdate),
}

var roleBindings = strategy{
	validateCreate: onCreate(rbacvalidation.ValidateRoleBinding),
	validateUpdate: onUpdate(rbacvalidation.ValidateRoleBindingUpdate),
}

var clusterRoles = strategy{
	validateCreate: onCreate(func(r *rbac.ClusterRole) field.ErrorList {
		return rbacvalidation.ValidateClusterRole(r, rbacvalidation.ClusterRoleValidationOptions{})
	}),
	validateUpdate: onUpdate(func(r, old *rbac.ClusterRole) field.ErrorList {
		return rbacvalidation.ValidateClusterRoleUpdate(r, old, rbacvalidation.ClusterRoleValidationOptions{})
	}),
}

var clusterRoleBindings = strategy{
	validateCreate: onCreate(rbacvalidation.ValidateClusterRoleBinding),
	validateUpdate: onUpdate(rbacvalidation.ValidateClusterRoleBindingUpdate),
}
