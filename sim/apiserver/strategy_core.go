package apiserver

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/v1/helper/qos"
	"k8s.io/kubernetes/pkg/apis/core/validation"

	"orrery/sim/api"
)

var configMaps = strategy{
	validateCreate: onCreate(validation.ValidateConfigMap),
	validateUpdate: onUpdate(validation.ValidateConfigMapUpdate),
}

var endpoints = strategy{
	validateCreate: onCreate(validation.ValidateEndpointsCreate),
	validateUpdate: onUpdate(validation.ValidateEndpointsUpdate),
}

var serviceAccounts = strategy{
	validateCreate: onCreate(validation.ValidateServiceAccount),
	validateUpdate: onUpdate(validation.ValidateServiceAccountUpdate),
}

// events are validated as core/v1, in whichever version they came.
var events = strategy{
	validateCreate: onCreate(func(e *core.Event) field.ErrorList {
		return validation.ValidateEventCreate(e, schema.GroupVersion{Version: "v1"})
	}),
	validateUpdate: onUpdate(func(e, old *core.Event) field.ErrorList {
		return validation.ValidateEventUpdate(e, old, schema.GroupVersion{Version: "v1"})
	}),
}

var namespaces = strategy{
	prepareCreate: func(o api.Object) {
		ns := o.(*corev1.Namespace)
		ns.Status = corev1.NamespaceStatus{Phase: corev1.NamespaceActive}
		if !slices.Contains(ns.Spec.Finalizers, corev1.FinalizerKubernetes) {
			ns.Spec.Finalizers = append(ns.Spec.Finalizers, corev1.FinalizerKubernetes)
		}
		if ns.Labels[corev1.LabelMetadataName] != ns.Name {
			if ns.Labels == nil {
				ns.Labels = map[string]string{}
			}
			ns.Labels[corev1.LabelMetadataName] = ns.Name
		}
	},
	validateCreate: onCreate(validation.ValidateNamespace),
	prepareUpdate: func(o, old api.Object) {
		ns, was := o.(*corev1.Namespace), old.(*corev1.Namespace)
		ns.Spec.Finalizers, ns.Status = was.Spec.Finalizers, was.Status
	},
	validateUpdate: onUpdate(func(ns, old *core.Namespace) field.ErrorList {
		return append(validation.ValidateNamespace(ns), validation.ValidateNamespaceUpdate(ns, old)...)
	}),
	prepareStatus: func(o, old api.Object) {
		o.(*corev1.Namespace).Spec.Finalizers = old.(*corev1.Namespace).Spec.Finalizers
	},
	validateStatus: onUpdate(validation.ValidateNamespaceStatusUpdate),
	prepareFinalize: func(o, old api.Object) {
		o.(*corev1.Namespace).Status = old.(*corev1.Namespace).Status
	},
	validateFinalize: onUpdate(validation.ValidateNamespaceFinalizeUpdate),
}

var nodes = strategy{
	validateCreate: onCreate(validation.ValidateNode),
	prepareUpdate: func(o, old api.Object) {
		o.(*corev1.Node).Status = old.(*corev1.Node).Status
	},
	validateUpdate: onUpdate(func(n, old *core.Node) field.ErrorList {
		return append(validation.ValidateNode(n), validation.ValidateNodeUpdate(n, old)...)
	}),
	prepareStatus: func(o, old api.Object) {
		o.(*corev1.Node).Spec = old.(*corev1.Node).Spec
	},
	validateStatus: onUpdate(validation.ValidateNodeUpdate),
}

var services = strategy{
	prepareCreate: func(o api.Object) {
		o.(*corev1.Service).Status = corev1.ServiceStatus{}
	},
	validateCreate: onCreate(validation.ValidateServiceCreate),
	prepareUpdate: func(o, old api.Object) {
		svc, was := o.(*corev1.Service), old.(*corev1.Service)
		svc.Status = was.Status
		keepAllocated(svc, was)
	},
	validateUpdate: onUpdate(validation.ValidateServiceUpdate),
	prepareStatus: func(o, old api.Object) {
		o.(*corev1.Service).Spec = old.(*corev1.Service).Spec
	},
	validateStatus: onUpdate(validation.ValidateServiceStatusUpdate),
}

var pods = strategy{
	generation: true,
	prepareCreate: func(o api.Object) {
		pod := o.(*corev1.Pod)
		pod.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: qos.GetPodQOS(pod)}
		if len(pod.Spec.SchedulingGates) > 0 {
			pod.Status.Conditions = []corev1.PodCondition{{
				Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonSchedulingGated,
				Message: "Scheduling is blocked due to non-empty scheduling gates", ObservedGeneration: 1,
			}}
		}
	},
	validateCreate: onCreate(func(p *core.Pod) field.ErrorList {
		opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&p.Spec, nil, &p.ObjectMeta, nil)
		opts.ResourceIsPod = true
		return validation.ValidatePodCreate(p, opts)
	}),
	prepareUpdate: func(o, old api.Object) {
		pod, was := o.(*corev1.Pod), old.(*corev1.Pod)
		pod.Status = was.Status
		if !apiequality.Semantic.DeepEqual(pod.Spec, was.Spec) {
			pod.Generation = was.Generation + 1
		}
	},
	validateUpdate: onUpdate(func(p, old *core.Pod) field.ErrorList {
		opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&p.Spec, &old.Spec, &p.ObjectMeta, &old.ObjectMeta)
		opts.ResourceIsPod = true
		return validation.ValidatePodUpdate(p, old, opts)
	}),
	prepareStatus: func(o, old api.Object) {
		pod, was := o.(*corev1.Pod), old.(*corev1.Pod)
		pod.Spec, pod.OwnerReferences = was.Spec, was.OwnerReferences
		if pod.Status.QOSClass == "" {
			pod.Status.QOSClass = was.Status.QOSClass
		}
		if pod.Status.ObservedGeneration == 0 {
			pod.Status.ObservedGeneration = was.Status.ObservedGeneration
		}
	},
	validateStatus: validatePodStatus,
}
