package apiserver

import (
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	discoveryvalidation "k8s.io/kubernetes/pkg/apis/discovery/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	"k8s.io/kubernetes/pkg/apis/networking/validation"
)

var ingresses = strategy{
	spec:           partOf(func(i *networkingv1.Ingress) *networkingv1.IngressSpec { return &i.Spec }),
	status:         partOf(func(i *networkingv1.Ingress) *networkingv1.IngressStatus { return &i.Status }),
	generation:     true,
	validateCreate: onCreate(validation.ValidateIngressCreate),
	change:         change{validate: onUpdate(validation.ValidateIngressUpdate)},
	subresources:   statusOnly(onUpdate(validation.ValidateIngressStatusUpdate)),
}

var ingressClasses = strategy{
	spec:           partOf(func(c *networkingv1.IngressClass) *networkingv1.IngressClassSpec { return &c.Spec }),
	generation:     true,
	validateCreate: onCreate(validation.ValidateIngressClass),
	change:         change{validate: onUpdate(validation.ValidateIngressClassUpdate)},
}

var networkPolicies = strategy{
	spec:       partOf(func(p *networkingv1.NetworkPolicy) *networkingv1.NetworkPolicySpec { return &p.Spec }),
	generation: true,
	validateCreate: onCreate(func(p *networking.NetworkPolicy) field.ErrorList {
		return validation.ValidateNetworkPolicy(p, validation.ValidationOptionsForNetworking(p, nil))
	}),
	change: change{validate: onUpdate(func(p, old *networking.NetworkPolicy) field.ErrorList {
		return validation.ValidateNetworkPolicyUpdate(p, old, validation.ValidationOptionsForNetworking(p, old))
	})},
}

var serviceCIDRs = strategy{
	spec:           partOf(func(c *networkingv1.ServiceCIDR) *networkingv1.ServiceCIDRSpec { return &c.Spec }),
	status:         partOf(func(c *networkingv1.ServiceCIDR) *networkingv1.ServiceCIDRStatus { return &c.Status }),
	validateCreate: onCreate(validation.ValidateServiceCIDR),
	change:         change{validate: onUpdate(validation.ValidateServiceCIDRUpdate)},
	subresources: map[string]change{
		"status": {prepare: keepMetaInStatus, validate: onUpdate(validation.ValidateServiceCIDRStatusUpdate)},
	},
}

var ipAddresses = strategy{
	validateCreate: onCreate(validation.ValidateIPAddress),
	change: change{validate: onUpdate(func(ip, old *networking.IPAddress) field.ErrorList {
		return append(validation.ValidateIPAddress(ip), validation.ValidateIPAddressUpdate(ip, old)...)
	})},
}

// An EndpointSlice's lists are null when they are empty: in etcd, as protobuf, the two are the same.
var endpointSlices = strategy{
	generation:     true,
	prepareCreate:  creating(nullWhenEmpty),
	validateCreate: onCreate(discoveryvalidation.ValidateEndpointSliceCreate),
	change: change{
		// Everything but the metadata counts, and the labels.
		prepare: changing(func(es, old *discoveryv1.EndpointSlice) {
			nullWhenEmpty(es)
			a, b := *es, *old
			a.ObjectMeta, b.ObjectMeta = metav1.ObjectMeta{}, metav1.ObjectMeta{}
			if !apiequality.Semantic.DeepEqual(&a, &b) || !apiequality.Semantic.DeepEqual(es.Labels, old.Labels) {
				es.Generation = old.Generation + 1
			}
		}),
		validate: onUpdate(discoveryvalidation.ValidateEndpointSliceUpdate),
	},
}

func nullWhenEmpty(es *discoveryv1.EndpointSlice) {
	if len(es.Endpoints) == 0 {
		es.Endpoints = nil
	}
	if len(es.Ports) == 0 {
		es.Ports = nil
	}
}
