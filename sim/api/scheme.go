// Package api is what Kubernetes calls the scheme: which kinds there are, their Go types, defaulting, conversion between
// versions, and where the store keeps them. Types, defaulting and conversion are Kubernetes' own modules, pinned to 1.36.
//
// It leaves out the old API versions that pkg/apis/*/install would register: only the versions that 1.36 serves by
// default are here. Models k8s.io/kubernetes/pkg/api/legacyscheme.
package api

import (
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-aggregator/pkg/apis/apiregistration"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
	"k8s.io/kubernetes/pkg/apis/admissionregistration"
	admissionregistrationv1 "k8s.io/kubernetes/pkg/apis/admissionregistration/v1"
	"k8s.io/kubernetes/pkg/apis/apps"
	appsv1 "k8s.io/kubernetes/pkg/apis/apps/v1"
	"k8s.io/kubernetes/pkg/apis/authentication"
	authenticationv1 "k8s.io/kubernetes/pkg/apis/authentication/v1"
	"k8s.io/kubernetes/pkg/apis/authorization"
	authorizationv1 "k8s.io/kubernetes/pkg/apis/authorization/v1"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	autoscalingv1 "k8s.io/kubernetes/pkg/apis/autoscaling/v1"
	autoscalingv2 "k8s.io/kubernetes/pkg/apis/autoscaling/v2"
	"k8s.io/kubernetes/pkg/apis/batch"
	batchv1 "k8s.io/kubernetes/pkg/apis/batch/v1"
	"k8s.io/kubernetes/pkg/apis/certificates"
	certificatesv1 "k8s.io/kubernetes/pkg/apis/certificates/v1"
	"k8s.io/kubernetes/pkg/apis/coordination"
	coordinationv1 "k8s.io/kubernetes/pkg/apis/coordination/v1"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1 "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/discovery"
	discoveryv1 "k8s.io/kubernetes/pkg/apis/discovery/v1"
	"k8s.io/kubernetes/pkg/apis/events"
	eventsv1 "k8s.io/kubernetes/pkg/apis/events/v1"
	"k8s.io/kubernetes/pkg/apis/networking"
	networkingv1 "k8s.io/kubernetes/pkg/apis/networking/v1"
	"k8s.io/kubernetes/pkg/apis/node"
	nodev1 "k8s.io/kubernetes/pkg/apis/node/v1"
	"k8s.io/kubernetes/pkg/apis/policy"
	policyv1 "k8s.io/kubernetes/pkg/apis/policy/v1"
	"k8s.io/kubernetes/pkg/apis/rbac"
	rbacv1 "k8s.io/kubernetes/pkg/apis/rbac/v1"
	"k8s.io/kubernetes/pkg/apis/scheduling"
	schedulingv1 "k8s.io/kubernetes/pkg/apis/scheduling/v1"
	"k8s.io/kubernetes/pkg/apis/storage"
	storagev1 "k8s.io/kubernetes/pkg/apis/storage/v1"
	"k8s.io/kubernetes/pkg/capabilities"
)

// Version is the Kubernetes release whose behaviour is simulated.
const Version = "v1.36.3"

// Object is an API object of a served version. Once stored it is never changed: copy it first.
type Object interface {
	runtime.Object
	metav1.Object
}

// Scheme knows every served type and its internal version.
var Scheme = newScheme()

func newScheme() *runtime.Scheme {
	settleFeatures()
	capabilities.Setup(true, 0) // privileged containers are allowed, as kubeadm and the clouds have it
	s := runtime.NewScheme()
	metav1.AddToGroupVersion(s, schema.GroupVersion{Version: "v1"})
	for _, add := range []func(*runtime.Scheme) error{
		admissionregistration.AddToScheme, admissionregistrationv1.AddToScheme,
		apiextensions.AddToScheme, apiextensionsv1.AddToScheme,
		apiregistration.AddToScheme, apiregistrationv1.AddToScheme,
		apps.AddToScheme, appsv1.AddToScheme,
		authentication.AddToScheme, authenticationv1.AddToScheme,
		authorization.AddToScheme, authorizationv1.AddToScheme,
		autoscaling.AddToScheme, autoscalingv1.AddToScheme, autoscalingv2.AddToScheme,
		batch.AddToScheme, batchv1.AddToScheme,
		certificates.AddToScheme, certificatesv1.AddToScheme,
		coordination.AddToScheme, coordinationv1.AddToScheme,
		core.AddToScheme, corev1.AddToScheme,
		discovery.AddToScheme, discoveryv1.AddToScheme,
		events.AddToScheme, eventsv1.AddToScheme,
		networking.AddToScheme, networkingv1.AddToScheme,
		node.AddToScheme, nodev1.AddToScheme,
		policy.AddToScheme, policyv1.AddToScheme,
		rbac.AddToScheme, rbacv1.AddToScheme,
		scheduling.AddToScheme, schedulingv1.AddToScheme,
		storage.AddToScheme, storagev1.AddToScheme,
	} {
		if err := add(s); err != nil {
			panic("api: registering a group: " + err.Error())
		}
	}
	return s
}

// Internal returns the object converted to its group's internal version, which validation works on. The result may share
// memory with the object: neither may be changed.
func Internal(o Object) (runtime.Object, error) {
	gvk, err := KindOf(o)
	if err != nil {
		return nil, err
	}
	return Scheme.UnsafeConvertToVersion(o, schema.GroupVersion{Group: gvk.Group, Version: runtime.APIVersionInternal})
}

// KindOf returns an object's group, version and kind by its Go type.
func KindOf(o runtime.Object) (schema.GroupVersionKind, error) {
	kinds, _, err := Scheme.ObjectKinds(o)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	return kinds[0], nil
}

// WithKind returns the object with apiVersion and kind filled in, as it is printed. Objects in the store go without.
func WithKind(o Object) Object {
	gvk, err := KindOf(o)
	if err != nil {
		return o
	}
	c := o.DeepCopyObject().(Object)
	c.GetObjectKind().SetGroupVersionKind(gvk)
	return c
}
