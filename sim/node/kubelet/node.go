package kubelet

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strconv"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/engine"
	"orrery/sim/node/image"
)

// Node describes a simulated machine.
type Node struct {
	Name    string
	CPU     resource.Quantity
	Memory  resource.Quantity
	Pods    int
	IP      string
	PodCIDR string // "10.244.0.0/24"
	Region  string
	Zone    string
	Images  []*image.Image // that it has when a world begins, besides the sandboxes' own
}

// images returns all images that a node has when a world begins.
func (n *Node) images() []*image.Image { return append([]*image.Image{image.Pause}, n.Images...) }

// DefaultNode returns the node with an index, from 0, as the recordings' cluster has them: node-1, 172.18.0.11,
// 10.244.0.0/24, zone-a and so on, zones in turn.
func DefaultNode(index int) Node {
	number := strconv.Itoa(index + 1)
	n := 11 + index
	return Node{
		Name: "node-" + number, CPU: resource.MustParse("4"), Memory: resource.MustParse("8Gi"), Pods: 110,
		IP:      netip.AddrFrom4([4]byte{172, 18, byte(n >> 8), byte(n)}).String(),
		PodCIDR: netip.AddrFrom4([4]byte{10, byte(244 + index>>8), byte(index), 0}).String() + "/24",
		Region:  "region-1", Zone: "zone-" + string(rune('a'+index%3)),
	}
}

func (n *Node) hostIPs() []corev1.HostIP { return []corev1.HostIP{{IP: n.IP}} }

// NodeObject returns the Node of a machine when a world begins, as its kubelet and the controllers have written it by then.
func NodeObject(n Node) *corev1.Node {
	labels := map[string]string{
		"beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux",
		corev1.LabelArchStable: "amd64", corev1.LabelOSStable: "linux", corev1.LabelHostname: n.Name,
	}
	if n.Region != "" {
		labels[corev1.LabelTopologyRegion] = n.Region
	}
	if n.Zone != "" {
		labels[corev1.LabelTopologyZone] = n.Zone
	}
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{
			Name: n.Name, Labels: labels,
			Annotations: map[string]string{
				"node.alpha.kubernetes.io/ttl":                           "0",
				"volumes.kubernetes.io/controller-managed-attach-detach": "true",
			},
		},
		Spec: corev1.NodeSpec{PodCIDR: n.PodCIDR, PodCIDRs: []string{n.PodCIDR}},
		Status: corev1.NodeStatus{
			Addresses: []corev1.NodeAddress{
				{Type: corev1.NodeInternalIP, Address: n.IP}, {Type: corev1.NodeHostName, Address: n.Name},
			},
			Capacity: n.capacity(), Allocatable: n.capacity(), Conditions: nodeConditions(seconds(engine.Epoch)),
			DaemonEndpoints:  corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: 10250}},
			DeclaredFeatures: declaredFeatures, Features: &corev1.NodeFeatures{SupplementalGroupsPolicy: &trueValue},
			Images: nodeImages(n.images()), NodeInfo: n.info(),
			RuntimeHandlers: []corev1.NodeRuntimeHandler{
				{Features: &corev1.NodeRuntimeHandlerFeatures{RecursiveReadOnlyMounts: &trueValue, UserNamespaces: &trueValue}},
				{Name: "runc", Features: &corev1.NodeRuntimeHandlerFeatures{RecursiveReadOnlyMounts: &trueValue, UserNamespaces: &trueValue}},
			},
		},
	}
}

// declaredFeatures are those that a kubelet of this version declares.
var declaredFeatures = []string{
	"ExtendWebSocketsToKubelet", "InPlacePodLevelResourcesVerticalScaling", "InPlacePodVerticalScalingInitContainers",
	"RestartAllContainersOnContainerExits",
}

func (n *Node) capacity() corev1.ResourceList {
	return corev1.ResourceList{
		corev1.ResourceCPU: n.CPU, corev1.ResourceMemory: n.Memory,
		corev1.ResourcePods:             *resource.NewQuantity(int64(n.Pods), resource.DecimalSI),
		corev1.ResourceEphemeralStorage: resource.MustParse("100Gi"),
		"hugepages-1Gi":                 resource.MustParse("0"), "hugepages-2Mi": resource.MustParse("0"),
	}
}

func (n *Node) info() corev1.NodeSystemInfo {
	sum := sha256.Sum256([]byte(n.Name))
	id := hex.EncodeToString(sum[:])
	uuid := func(s string) string {
		return s[:8] + "-" + s[8:12] + "-4" + s[13:16] + "-a" + s[17:20] + "-" + s[20:32]
	}
	return corev1.NodeSystemInfo{
		Architecture: "amd64", OperatingSystem: "linux", OSImage: "Debian GNU/Linux 12 (bookworm)",
		KernelVersion: "6.1.0-40-amd64", ContainerRuntimeVersion: "containerd://2.1.4", KubeletVersion: api.Version,
		MachineID: id[:32], BootID: uuid(id[:32]), SystemUUID: uuid(id[32:]),
	}
}

func nodeConditions(now metav1.Time) []corev1.NodeCondition {
	condition := func(kind corev1.NodeConditionType, status corev1.ConditionStatus, reason, message string) corev1.NodeCondition {
		return corev1.NodeCondition{
			Type: kind, Status: status, Reason: reason, Message: message, LastHeartbeatTime: now, LastTransitionTime: now,
		}
	}
	return []corev1.NodeCondition{
		condition(corev1.NodeMemoryPressure, corev1.ConditionFalse, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
		condition(corev1.NodeDiskPressure, corev1.ConditionFalse, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
		condition(corev1.NodePIDPressure, corev1.ConditionFalse, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
		condition(corev1.NodeReady, corev1.ConditionTrue, "KubeletReady", "kubelet is posting ready status"),
	}
}

// LeaseObject returns the Lease of a node when a world begins. With its first renewal the node becomes its owner.
func LeaseObject(n Node) *coordinationv1.Lease {
	duration, renewed := int32(40), metav1.NewMicroTime(engine.Epoch)
	return &coordinationv1.Lease{
		ObjectMeta: metav1.ObjectMeta{Name: n.Name, Namespace: corev1.NamespaceNodeLease},
		Spec:       coordinationv1.LeaseSpec{HolderIdentity: &n.Name, LeaseDurationSeconds: &duration, RenewTime: &renewed},
	}
}
