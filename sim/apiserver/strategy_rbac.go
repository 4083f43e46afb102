package apiserver

import (
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/apis/rbac"
	"k8s.io/kubernetes/pkg/apis/rbac/validation"
)

var roles = strategy{
	createOnUpdate: true,
	validateCreate: onCreate(validation.ValidateRole),
	change:         change{validate: onUpdate(validation.ValidateRoleUpdate)},
}

var roleBindings = strategy{
	createOnUpdate: true,
	validateCreate: onCreate(validation.ValidateRoleBinding),
	change:         change{validate: onUpdate(validation.ValidateRoleBindingUpdate)},
}

var clusterRoles = strategy{
	createOnUpdate: true,
	validateCreate: onCreate(func(r *rbac.ClusterRole) field.ErrorList {
		return validation.ValidateClusterRole(r, validation.ClusterRoleValidationOptions{})
	}),
	change: change{validate: onUpdate(func(r, old *rbac.ClusterRole) field.ErrorList {
		var opts validation.ClusterRoleValidationOptions
		if old.AggregationRule != nil {
			for _, s := range old.AggregationRule.ClusterRoleSelectors {
				opts.AllowInvalidLabelValueInSelector = opts.AllowInvalidLabelValueInSelector ||
					metav1validation.LabelSelectorHasInvalidLabelValue(&s)
			}
		}
		return validation.ValidateClusterRoleUpdate(r, old, opts)
	})},
}

var clusterRoleBindings = strategy{
	createOnUpdate: true,
	validateCreate: onCreate(validation.ValidateClusterRoleBinding),
	change:         change{validate: onUpdate(validation.ValidateClusterRoleBindingUpdate)},
}
