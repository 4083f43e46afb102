package apiserver

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	corev1conversion "k8s.io/kubernetes/pkg/apis/core/v1"
	"k8s.io/kubernetes/pkg/apis/core/validation"

	"orrery/sim/api"
)

var configMaps = strategy{
	validateCreate: onCreate(validation.ValidateConfigMap),
	change:         change{validate: onUpdate(validation.ValidateConfigMapUpdate)},
}

var secrets = strategy{
	validateCreate: onCreate(validation.ValidateSecret),
	change: change{
		prepare: changing(func(s, old *corev1.Secret) {
			if s.Type == "" {
				s.Type = old.Type
			}
		}),
		validate: onUpdate(validation.ValidateSecretUpdate),
	},
}

var endpoints = strategy{
	createOnUpdate: true,
	validateCreate: onCreate(validation.ValidateEndpointsCreate),
	change:         change{validate: validateEndpoints},
}

// validateEndpoints is onUpdate(validation.ValidateEndpointsUpdate). Of a thousand addresses one changes, as a rule: those
// that the lists begin and end with as before are valid.
func validateEndpoints(c *converter, o, old api.Object) field.ErrorList {
	was := old.(*corev1.Endpoints)
	e := *o.(*corev1.Endpoints)
	if len(e.Subsets) != len(was.Subsets) {
		return onUpdate(validation.ValidateEndpointsUpdate)(c, o, old)
	}
	e.Subsets = slices.Clone(e.Subsets)
	for i := range e.Subsets {
		s := &e.Subsets[i]
		ready, notReady := differing(s.Addresses, was.Subsets[i].Addresses), differing(s.NotReadyAddresses, was.Subsets[i].NotReadyAddresses)
		if len(ready)+len(notReady) > 0 { // a subset must not be empty
			s.Addresses, s.NotReadyAddresses = ready, notReady
		}
	}
	if errs := validation.ValidateEndpointsUpdate(converted[*core.Endpoints](&e), converted[*core.Endpoints](old)); len(errs) == 0 {
		return nil
	}
	return onUpdate(validation.ValidateEndpointsUpdate)(c, o, old) // which says where the errors are in the whole
}

// differing returns the addresses without those that a list begins and ends with as another one does.
func differing(list, old []corev1.EndpointAddress) []corev1.EndpointAddress {
	for len(list) > 0 && len(old) > 0 && sameAddress(&list[0], &old[0]) {
		list, old = list[1:], old[1:]
	}
	for len(list) > 0 && len(old) > 0 && sameAddress(&list[len(list)-1], &old[len(old)-1]) {
		list, old = list[:len(list)-1], old[:len(old)-1]
	}
	return list
}

func sameAddress(a, b *corev1.EndpointAddress) bool {
	return a.IP == b.IP && a.Hostname == b.Hostname && pointsToSame(a.NodeName, b.NodeName) && pointsToSame(a.TargetRef, b.TargetRef)
}

func pointsToSame[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

var serviceAccounts = strategy{
	prepareCreate:  creating(nameSecretsOnly),
	validateCreate: onCreate(validation.ValidateServiceAccount),
	change: change{
		prepare:  changing(func(sa, _ *corev1.ServiceAccount) { nameSecretsOnly(sa) }),
		validate: onUpdate(validation.ValidateServiceAccountUpdate),
	},
}

// nameSecretsOnly leaves nothing but the names in a service account's references to Secrets.
func nameSecretsOnly(sa *corev1.ServiceAccount) {
	for i, s := range sa.Secrets {
		sa.Secrets[i] = corev1.ObjectReference{Name: s.Name}
	}
}

// events are validated as core/v1, in whichever version they came.
var events = strategy{
	createOnUpdate: true,
	validateCreate: func(_ *converter, o api.Object) field.ErrorList { // there are many: they are converted without the scheme
		var e core.Event
		if err := corev1conversion.Convert_v1_Event_To_core_Event(o.(*corev1.Event), &e, nil); err != nil {
			return field.ErrorList{field.InternalError(nil, err)}
		}
		return validation.ValidateEventCreate(&e, schema.GroupVersion{Version: "v1"})
	},
	change: change{validate: onUpdate(func(e, old *core.Event) field.ErrorList {
		return validation.ValidateEventUpdate(e, old, schema.GroupVersion{Version: "v1"})
	})},
}

var limitRanges = strategy{
	createOnUpdate: true,
	prepareCreate: creating(func(l *corev1.LimitRange) {
		if l.Name == "" {
			l.Name = string(l.UID)
		}
	}),
	validateCreate: onCreate(validation.ValidateLimitRange),
	change: change{validate: onUpdate(func(l, _ *core.LimitRange) field.ErrorList {
		return validation.ValidateLimitRange(l)
	})},
}

var resourceQuotas = strategy{
	spec:           partOf(func(q *corev1.ResourceQuota) *corev1.ResourceQuotaSpec { return &q.Spec }),
	status:         partOf(func(q *corev1.ResourceQuota) *corev1.ResourceQuotaStatus { return &q.Status }),
	validateCreate: onCreate(validation.ValidateResourceQuota),
	change:         change{validate: onUpdate(validation.ValidateResourceQuotaUpdate)},
	subresources:   statusOnly(onUpdate(validation.ValidateResourceQuotaStatusUpdate)),
}

var namespaces = strategy{
	prepareCreate: creating(func(ns *corev1.Namespace) {
		ns.Status = corev1.NamespaceStatus{Phase: corev1.NamespaceActive}
		if !slices.Contains(ns.Spec.Finalizers, corev1.FinalizerKubernetes) {
			ns.Spec.Finalizers = append(ns.Spec.Finalizers, corev1.FinalizerKubernetes)
		}
		labelName(ns)
	}),
	validateCreate: onCreate(validation.ValidateNamespace),
	change: change{
		prepare: changing(func(ns, old *corev1.Namespace) {
			ns.Spec.Finalizers, ns.Status = old.Spec.Finalizers, old.Status
			labelName(ns)
		}),
		validate: onUpdate(func(ns, old *core.Namespace) field.ErrorList {
			return append(validation.ValidateNamespace(ns), validation.ValidateNamespaceUpdate(ns, old)...)
		}),
	},
	subresources: map[string]change{
		"status": {
			prepare:  changing(func(ns, old *corev1.Namespace) { ns.Spec.Finalizers = old.Spec.Finalizers }),
			validate: onUpdate(validation.ValidateNamespaceStatusUpdate),
		},
		"finalize": {
			prepare:  changing(func(ns, old *corev1.Namespace) { ns.Status = old.Status }),
			validate: onUpdate(validation.ValidateNamespaceFinalizeUpdate),
		},
	},
}

// labelName gives a namespace the label by which selectors find it by name.
func labelName(ns *corev1.Namespace) {
	if ns.Labels[corev1.LabelMetadataName] == ns.Name {
		return
	}
	if ns.Labels == nil {
		ns.Labels = map[string]string{}
	}
	ns.Labels[corev1.LabelMetadataName] = ns.Name
}

var nodes = strategy{
	spec:           partOf(func(n *corev1.Node) *corev1.NodeSpec { return &n.Spec }),
	status:         partOf(func(n *corev1.Node) *corev1.NodeStatus { return &n.Status }),
	keepStatus:     true,
	validateCreate: onCreate(validation.ValidateNode),
	change: change{validate: onUpdate(func(n, old *core.Node) field.ErrorList {
		return append(validation.ValidateNode(n), validation.ValidateNodeUpdate(n, old)...)
	})},
	subresources: statusOnly(onUpdate(validation.ValidateNodeUpdate)),
}

var podTemplates = strategy{
	spec:       partOf(func(t *corev1.PodTemplate) *corev1.PodTemplateSpec { return &t.Template }),
	generation: true,
	validateCreate: onCreate(func(t *core.PodTemplate) field.ErrorList {
		return validation.ValidatePodTemplate(t, podutil.GetValidationOptionsFromPodTemplate(&t.Template, nil))
	}),
	change: change{validate: onUpdate(func(t, old *core.PodTemplate) field.ErrorList {
		return validation.ValidatePodTemplateUpdate(t, old, podutil.GetValidationOptionsFromPodTemplate(&t.Template, &old.Template))
	})},
}

var replicationControllers = strategy{
	spec:       partOf(func(rc *corev1.ReplicationController) *corev1.ReplicationControllerSpec { return &rc.Spec }),
	status:     partOf(func(rc *corev1.ReplicationController) *corev1.ReplicationControllerStatus { return &rc.Status }),
	orphans:    true,
	generation: true,
	validateCreate: onCreate(func(rc *core.ReplicationController) field.ErrorList {
		return validation.ValidateReplicationController(rc, podutil.GetValidationOptionsFromPodTemplate(rc.Spec.Template, nil))
	}),
	change: change{validate: onUpdate(func(rc, old *core.ReplicationController) field.ErrorList {
		opts := podutil.GetValidationOptionsFromPodTemplate(rc.Spec.Template, old.Spec.Template)
		return validation.ValidateReplicationControllerUpdate(rc, old, opts)
	})},
	subresources: statusOnly(onUpdate(validation.ValidateReplicationControllerStatusUpdate)),
}

// keepMetaInStatus takes back what some kinds' writes of the status may not change of the metadata.
func keepMetaInStatus(_ call, o, old api.Object) { metav1.ResetObjectMetaForStatus(o, old) }
