package api

import (
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	certificatesv1 "k8s.io/api/certificates/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	eventsv1 "k8s.io/api/events/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

// The subresources that more than one kind has, or whose body is an object of another kind.
var (
	status    = Subresource{Name: "status", Verbs: partVerbs}
	scale     = Subresource{"scale", schema.GroupVersionKind{Group: "autoscaling", Version: "v1", Kind: "Scale"}, partVerbs}
	finalize  = Subresource{Name: "finalize", Verbs: []string{"update"}}
	binding   = Subresource{"binding", schema.GroupVersionKind{Version: "v1", Kind: "Binding"}, []string{"create"}}
	eviction  = Subresource{"eviction", schema.GroupVersionKind{Group: "policy", Version: "v1", Kind: "Eviction"}, []string{"create"}}
	ephemeral = Subresource{Name: "ephemeralcontainers", Verbs: partVerbs}
	exec      = Subresource{"exec", schema.GroupVersionKind{Version: "v1", Kind: "PodExecOptions"}, []string{"create", "get"}}
	resize    = Subresource{Name: "resize", Verbs: partVerbs}
	log       = Subresource{Name: "log", Verbs: []string{"get"}}
	approval  = Subresource{Name: "approval", Verbs: partVerbs}
	token     = Subresource{
		"token", schema.GroupVersionKind{Group: "authentication.k8s.io", Version: "v1", Kind: "TokenRequest"}, []string{"create"},
	}
)

// Resources is every built-in resource, in the order in which discovery lists their groups. Resources with one prefix are
// versions of one kind: the first is as which they are stored.
var Resources = list(
	group("", "v1",
		kind[corev1.Binding]("bindings").verbs("create").at(""),
		kind[corev1.ComponentStatus]("componentstatuses", "cs").cluster().verbs("get", "list").at(""),
		kind[corev1.ConfigMap]("configmaps", "cm"),
		kind[corev1.Endpoints]("endpoints", "ep").at("services/endpoints"),
		kind[corev1.Event]("events", "ev"),
		kind[corev1.LimitRange]("limitranges", "limits"),
		kind[corev1.Namespace]("namespaces", "ns").cluster().sub(finalize, status).
			verbs("create", "delete", "get", "list", "patch", "update", "watch"),
		kind[corev1.Node]("nodes", "no").cluster().at("minions").sub(status),
		kind[corev1.PersistentVolumeClaim]("persistentvolumeclaims", "pvc").sub(status),
		kind[corev1.PersistentVolume]("persistentvolumes", "pv").cluster().sub(status),
		kind[corev1.Pod]("pods", "po").in("all").sub(binding, ephemeral, eviction, exec, log, resize, status),
		kind[corev1.PodTemplate]("podtemplates"),
		kind[corev1.ReplicationController]("replicationcontrollers", "rc").in("all").at("controllers").sub(scale, status),
		kind[corev1.ResourceQuota]("resourcequotas", "quota").sub(status),
		kind[corev1.Secret]("secrets"),
		kind[corev1.ServiceAccount]("serviceaccounts", "sa").sub(token),
		kind[corev1.Service]("services", "svc").in("all").at("services/specs").sub(status),
	),
	group("apiregistration.k8s.io", "v1",
		kind[apiregistrationv1.APIService]("apiservices").cluster().at("apiregistration.k8s.io/apiservices").in("api-extensions").sub(status),
	),
	group("apps", "v1",
		kind[appsv1.ControllerRevision]("controllerrevisions"),
		kind[appsv1.DaemonSet]("daemonsets", "ds").in("all").sub(status),
		kind[appsv1.Deployment]("deployments", "deploy").in("all").sub(scale, status),
		kind[appsv1.ReplicaSet]("replicasets", "rs").in("all").sub(scale, status),
		kind[appsv1.StatefulSet]("statefulsets", "sts").in("all").sub(scale, status),
	),
	group("events.k8s.io", "v1",
		kind[eventsv1.Event]("events", "ev"),
	),
	group("authentication.k8s.io", "v1",
		kind[authenticationv1.SelfSubjectReview]("selfsubjectreviews").cluster().verbs("create").at(""),
		kind[authenticationv1.TokenReview]("tokenreviews").cluster().verbs("create").at(""),
	),
	group("authorization.k8s.io", "v1",
		kind[authorizationv1.LocalSubjectAccessReview]("localsubjectaccessreviews").verbs("create").at(""),
		kind[authorizationv1.SelfSubjectAccessReview]("selfsubjectaccessreviews").cluster().verbs("create").at(""),
		kind[authorizationv1.SelfSubjectRulesReview]("selfsubjectrulesreviews").cluster().verbs("create").at(""),
		kind[authorizationv1.SubjectAccessReview]("subjectaccessreviews").cluster().verbs("create").at(""),
	),
	group("autoscaling", "v2",
		kind[autoscalingv2.HorizontalPodAutoscaler]("horizontalpodautoscalers", "hpa").in("all").sub(status),
	),
	group("autoscaling", "v1",
		kind[autoscalingv1.HorizontalPodAutoscaler]("horizontalpodautoscalers", "hpa").in("all").sub(status).other(),
	),
	group("batch", "v1",
		kind[batchv1.CronJob]("cronjobs", "cj").in("all").sub(status),
		kind[batchv1.Job]("jobs").in("all").sub(status),
	),
	group("certificates.k8s.io", "v1",
		kind[certificatesv1.CertificateSigningRequest]("certificatesigningrequests", "csr").cluster().sub(approval, status),
	),
	group("networking.k8s.io", "v1",
		kind[networkingv1.IngressClass]("ingressclasses").cluster(),
		kind[networkingv1.Ingress]("ingresses", "ing").at("ingress").sub(status),
		kind[networkingv1.IPAddress]("ipaddresses", "ip").cluster(),
		kind[networkingv1.NetworkPolicy]("networkpolicies", "netpol"),
		kind[networkingv1.ServiceCIDR]("servicecidrs").cluster().sub(status),
	),
	group("policy", "v1",
		kind[policyv1.PodDisruptionBudget]("poddisruptionbudgets", "pdb").sub(status),
	),
	group("rbac.authorization.k8s.io", "v1",
		kind[rbacv1.ClusterRoleBinding]("clusterrolebindings").cluster(),
		kind[rbacv1.ClusterRole]("clusterroles").cluster(),
		kind[rbacv1.RoleBinding]("rolebindings"),
		kind[rbacv1.Role]("roles"),
	),
	group("storage.k8s.io", "v1",
		kind[storagev1.CSIDriver]("csidrivers").cluster(),
		kind[storagev1.CSINode]("csinodes").cluster(),
		kind[storagev1.CSIStorageCapacity]("csistoragecapacities"),
		kind[storagev1.StorageClass]("storageclasses", "sc").cluster(),
		kind[storagev1.VolumeAttachment]("volumeattachments").cluster().sub(status),
		kind[storagev1.VolumeAttributesClass]("volumeattributesclasses", "vac").cluster(),
	),
	group("admissionregistration.k8s.io", "v1",
		kind[admissionregistrationv1.MutatingAdmissionPolicy]("mutatingadmissionpolicies").cluster().in("api-extensions"),
		kind[admissionregistrationv1.MutatingAdmissionPolicyBinding]("mutatingadmissionpolicybindings").cluster().in("api-extensions"),
		kind[admissionregistrationv1.MutatingWebhookConfiguration]("mutatingwebhookconfigurations").cluster().in("api-extensions"),
		kind[admissionregistrationv1.ValidatingAdmissionPolicy]("validatingadmissionpolicies").cluster().in("api-extensions").sub(status),
		kind[admissionregistrationv1.ValidatingAdmissionPolicyBinding]("validatingadmissionpolicybindings").cluster().in("api-extensions"),
		kind[admissionregistrationv1.ValidatingWebhookConfiguration]("validatingwebhookconfigurations").cluster().in("api-extensions"),
	),
	group("apiextensions.k8s.io", "v1",
		kind[apiextensionsv1.CustomResourceDefinition]("customresourcedefinitions", "crd", "crds").cluster().at("apiextensions.k8s.io/customresourcedefinitions").in("api-extensions").sub(status),
	),
	group("scheduling.k8s.io", "v1",
		kind[schedulingv1.PriorityClass]("priorityclasses", "pc").cluster(),
	),
	group("coordination.k8s.io", "v1",
		kind[coordinationv1.Lease]("leases"),
	),
	group("node.k8s.io", "v1",
		kind[nodev1.RuntimeClass]("runtimeclasses").cluster(),
	),
	group("discovery.k8s.io", "v1",
		kind[discoveryv1.EndpointSlice]("endpointslices"),
	),
)
