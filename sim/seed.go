package sim

import (
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/controller/rootca"
	"orrery/sim/engine"
)

// The API server's own Service and where it listens, as the recorded cluster has them.
const (
	serverService  = "10.96.0.1"
	serverEndpoint = "172.18.0.10"
	serverPort     = 16443
)

// namespaces are those that the API server makes when it starts.
var namespaces = []string{"default", "kube-node-lease", "kube-public", "kube-system"}

// seed stores what a cluster at rest holds.
//
// Simplified: the objects that only other controllers and clients of a real cluster use (API priority and fairness, leader
// election) are not there.
func seed(s *apiserver.Server, uids *engine.Stream, nodes []api.Object) {
	for _, name := range namespaces {
		s.Seed(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}}, uids)
	}
	for _, name := range namespaces {
		s.Seed(&corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "default"}}, uids)
		s.Seed(rootca.ConfigMap(name), uids)
	}
	for _, o := range serverObjects() {
		s.Seed(o, uids)
	}
	for _, o := range nodes {
		s.Seed(o, uids)
	}
	s.Bootstrap(uids)
	for _, o := range classes(s.Born()) {
		s.Seed(o, uids)
	}
	for _, o := range nodes {
		if _, ok := o.(*corev1.Node); ok {
			s.Seed(csiNode(s.Store().Get(api.Find("nodes").Key("", o.GetName())).Object), uids)
		}
	}
}

// classes are the objects of the whole cluster that the API server makes for itself when it starts.
func classes(born metav1.Time) []api.Object {
	return []api.Object{
		&networkingv1.ServiceCIDR{
			ObjectMeta: metav1.ObjectMeta{Name: "kubernetes", Finalizers: []string{"networking.k8s.io/service-cidr-finalizer"}},
			Spec:       networkingv1.ServiceCIDRSpec{CIDRs: []string{apiserver.ServiceCIDR}},
			Status: networkingv1.ServiceCIDRStatus{Conditions: []metav1.Condition{{
				Type: networkingv1.ServiceCIDRConditionReady, Status: metav1.ConditionTrue,
				LastTransitionTime: born, Message: "Kubernetes default Service CIDR is ready",
			}}},
		},
		&schedulingv1.PriorityClass{
			ObjectMeta: metav1.ObjectMeta{Name: "system-node-critical"}, Value: 2000001000,
			Description: "Used for system critical pods that must not be moved from their current node.",
		},
		&schedulingv1.PriorityClass{
			ObjectMeta: metav1.ObjectMeta{Name: "system-cluster-critical"}, Value: 2000000000,
			Description: "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
		},
	}
}

// alive has a node heard of when the world begins.
func alive(n *corev1.Node, l *coordinationv1.Lease, at time.Time) []api.Object {
	for i := range n.Status.Conditions {
		c := &n.Status.Conditions[i]
		c.LastHeartbeatTime, c.LastTransitionTime = metav1.NewTime(at), metav1.NewTime(at)
	}
	renewed := metav1.NewMicroTime(at)
	l.Spec.RenewTime = &renewed
	return []api.Object{n, l}
}

// csiNode is what a node's kubelet says about its storage drivers: there are none, and which built-in ones are CSI's now.
func csiNode(node api.Object) *storagev1.CSINode {
	return &storagev1.CSINode{ObjectMeta: metav1.ObjectMeta{
		Name: node.GetName(),
		Annotations: map[string]string{
			"storage.alpha.kubernetes.io/migrated-plugins": "kubernetes.io/aws-ebs,kubernetes.io/azure-disk,kubernetes.io/azure-file," +
				"kubernetes.io/cinder,kubernetes.io/gce-pd,kubernetes.io/portworx-volume,kubernetes.io/vsphere-volume",
		},
		OwnerReferences: []metav1.OwnerReference{{APIVersion: "v1", Kind: "Node", Name: node.GetName(), UID: node.GetUID()}},
	}}
}

// serverObjects are the Service "kubernetes" and what belongs to it.
func serverObjects() []api.Object {
	port, name, tcp, ready := int32(serverPort), "https", corev1.ProtocolTCP, true
	single := corev1.IPFamilyPolicySingleStack
	meta := func(labels map[string]string) metav1.ObjectMeta {
		return metav1.ObjectMeta{Namespace: "default", Name: "kubernetes", Labels: labels}
	}
	return []api.Object{
		&networkingv1.IPAddress{
			ObjectMeta: metav1.ObjectMeta{Name: serverService, Labels: map[string]string{
				networkingv1.LabelIPAddressFamily: "IPv4", networkingv1.LabelManagedBy: "ipallocator.k8s.io",
			}},
			Spec: networkingv1.IPAddressSpec{ParentRef: &networkingv1.ParentReference{
				Resource: "services", Namespace: "default", Name: "kubernetes",
			}},
		},
		&corev1.Service{
			ObjectMeta: meta(map[string]string{"component": "apiserver", "provider": "kubernetes"}),
			Spec: corev1.ServiceSpec{
				ClusterIP: serverService, ClusterIPs: []string{serverService}, IPFamilies: []corev1.IPFamily{corev1.IPv4Protocol},
				IPFamilyPolicy: &single,
				Ports:          []corev1.ServicePort{{Name: name, Port: 443, TargetPort: intstr.FromInt32(port), Protocol: tcp}},
			},
		},
		&corev1.Endpoints{
			ObjectMeta: meta(map[string]string{discoveryv1.LabelSkipMirror: "true"}),
			Subsets: []corev1.EndpointSubset{{
				Addresses: []corev1.EndpointAddress{{IP: serverEndpoint}},
				Ports:     []corev1.EndpointPort{{Name: name, Port: port, Protocol: tcp}},
			}},
		},
		&discoveryv1.EndpointSlice{
			ObjectMeta:  meta(map[string]string{discoveryv1.LabelServiceName: "kubernetes"}),
			AddressType: discoveryv1.AddressTypeIPv4,
			Endpoints: []discoveryv1.Endpoint{{
				Addresses: []string{serverEndpoint}, Conditions: discoveryv1.EndpointConditions{Ready: &ready},
			}},
			Ports: []discoveryv1.EndpointPort{{Name: &name, Port: &port, Protocol: &tcp}},
		},
	}
}
