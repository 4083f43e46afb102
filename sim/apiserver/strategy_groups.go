package apiserver

import (
	appsv1 "k8s.io/api/apps/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	coordinationvalidation "k8s.io/kubernetes/pkg/apis/coordination/validation"
	discoveryvalidation "k8s.io/kubernetes/pkg/apis/discovery/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"

	"orrery/sim/api"
)

var deployments = strategy{
	generation: true,
	prepareCreate: func(o api.Object) {
		o.(*appsv1.Deployment).Status = appsv1.DeploymentStatus{}
	},
	validateCreate: onCreate(func(d *apps.Deployment) field.ErrorList {
		return appsvalidation.ValidateDeployment(d, podutil.GetValidationOptionsFromPodTemplate(&d.Spec.Template, nil))
	}),
	prepareUpdate: func(o, old api.Object) {
		d, was := o.(*appsv1.Deployment), old.(*appsv1.Deployment)
		d.Status = was.Status
		// Annotations count as well: they are copied to the ReplicaSets.
		if !apiequality.Semantic.DeepEqual(d.Spec, was.Spec) || !apiequality.Semantic.DeepEqual(d.Annotations, was.Annotations) {
			d.Generation = was.Generation + 1
		}
	},
	validateUpdate: onUpdate(func(d, old *apps.Deployment) field.ErrorList {
		opts := podutil.GetValidationOptionsFromPodTemplate(&d.Spec.Template, &old.Spec.Template)
		return appsvalidation.ValidateDeploymentUpdate(d, old, opts)
	}),
	prepareStatus: func(o, old api.Object) {
		d, was := o.(*appsv1.Deployment), old.(*appsv1.Deployment)
		d.Spec, d.Labels = was.Spec, was.Labels
	},
	validateStatus: onUpdate(appsvalidation.ValidateDeploymentStatusUpdate),
}

var replicaSets = strategy{
	generation: true,
	prepareCreate: func(o api.Object) {
		o.(*appsv1.ReplicaSet).Status = appsv1.ReplicaSetStatus{}
	},
	validateCreate: onCreate(func(rs *apps.ReplicaSet) field.ErrorList {
		return appsvalidation.ValidateReplicaSet(rs, podutil.GetValidationOptionsFromPodTemplate(&rs.Spec.Template, nil))
	}),
	prepareUpdate: func(o, old api.Object) {
		rs, was := o.(*appsv1.ReplicaSet), old.(*appsv1.ReplicaSet)
		rs.Status = was.Status
		if !apiequality.Semantic.DeepEqual(rs.Spec, was.Spec) {
			rs.Generation = was.Generation + 1
		}
	},
	validateUpdate: onUpdate(func(rs, old *apps.ReplicaSet) field.ErrorList {
		opts := podutil.GetValidationOptionsFromPodTemplate(&rs.Spec.Template, &old.Spec.Template)
		return appsvalidation.ValidateReplicaSetUpdate(rs, old, opts)
	}),
	prepareStatus: func(o, old api.Object) {
		o.(*appsv1.ReplicaSet).Spec = old.(*appsv1.ReplicaSet).Spec
	},
	validateStatus: onUpdate(appsvalidation.ValidateReplicaSetStatusUpdate),
}

var leases = strategy{
	validateCreate: onCreate(coordinationvalidation.ValidateLease),
	validateUpdate: onUpdate(coordinationvalidation.ValidateLeaseUpdate),
}

var endpointSlices = strategy{
	generation:     true,
	validateCreate: onCreate(discoveryvalidation.ValidateEndpointSliceCreate),
	prepareUpdate: func(o, old api.Object) {
		es, was := o.(*discoveryv1.EndpointSlice), old.(*discoveryv1.EndpointSlice)
		a, b := *es, *was
		a.ObjectMeta, b.ObjectMeta = metav1.ObjectMeta{}, metav1.ObjectMeta{}
		if !apiequality.Semantic.DeepEqual(&a, &b) || !apiequality.Semantic.DeepEqual(es.Labels, was.Labels) {
			es.Generation = was.Generation + 1
		}
	},
	validateUpdate: onUpdate(discoveryvalidation.ValidateEndpointSliceUpdate),
}

var ipAddresses = strategy{
	validateCreate: onCreate(networkingvalidation.ValidateIPAddress),
	validateUpdate: onUpdate(func(ip, old *networking.IPAddress) field.ErrorList {
		return append(networkingvalidation.ValidateIPAddress(ip), networkingvalidation.ValidateIPAddressUpdate(ip, old)...)
	}),
}
