package apiserver

import (
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	apiregistrationvalidation "k8s.io/kube-aggregator/pkg/apis/apiregistration/validation"

	"orrery/sim/api"
)

// apiServices say who serves a group's version: this server, or one behind a Service.
//
// Simplified: nothing is asked of a server behind a Service, and nobody says whether it is available; Kubernetes passes
// requests on to it and checks it every 30 seconds.
var apiServices = strategy{
	conditional: true,
	status:      partOf(func(s *apiregistrationv1.APIService) *apiregistrationv1.APIServiceStatus { return &s.Status }),
	spec:        partOf(func(s *apiregistrationv1.APIService) *apiregistrationv1.APIServiceSpec { return &s.Spec }),
	prepareCreate: func(in call, o api.Object) {
		if s := o.(*apiregistrationv1.APIService); s.Spec.Service == nil {
			s.Status.Conditions = []apiregistrationv1.APIServiceCondition{{
				Type: apiregistrationv1.Available, Status: apiregistrationv1.ConditionTrue, LastTransitionTime: in.now,
				Reason: "Local", Message: "Local APIServices are always available",
			}}
		}
	},
	validateCreate: onCreate(apiregistrationvalidation.ValidateAPIService),
	change:         change{validate: onUpdate(apiregistrationvalidation.ValidateAPIServiceUpdate)},
	subresources: map[string]change{"status": {
		prepare: changing(func(s, old *apiregistrationv1.APIService) {
			s.Labels, s.Annotations, s.Finalizers, s.OwnerReferences = old.Labels, old.Annotations, old.Finalizers, old.OwnerReferences
		}),
		validate: onUpdate(apiregistrationvalidation.ValidateAPIServiceStatusUpdate),
	}},
}
