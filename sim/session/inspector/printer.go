package inspector

import (
	"sort"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"orrery/sim/api"
	"orrery/sim/session/status"
)

// printerOf returns the printer of a resource. Models k8s.io/kubernetes/pkg/printers/internalversion.
func printerOf(res *api.Resource) printer { return printers[res.Name] }

var printers = map[string]printer{
	"pods": {columns: []string{"READY", "STATUS", "RESTARTS", "IP", "NODE"}, cells: podCells},
	"deployments.apps": {columns: []string{"READY", "UP-TO-DATE", "AVAILABLE"}, cells: func(o api.Object, _ time.Time) []string {
		d := o.(*appsv1.Deployment)
		wanted := "0"
		if d.Spec.Replicas != nil {
			wanted = count(*d.Spec.Replicas)
		}
		return []string{count(d.Status.ReadyReplicas) + "/" + wanted, count(d.Status.UpdatedReplicas), count(d.Status.AvailableReplicas)}
	}},
	"replicasets.apps": {columns: []string{"DESIRED", "CURRENT", "READY"}, cells: func(o api.Object, _ time.Time) []string {
		r := o.(*appsv1.ReplicaSet)
		wanted := "0"
		if r.Spec.Replicas != nil {
			wanted = count(*r.Spec.Replicas)
		}
		return []string{wanted, count(r.Status.Replicas), count(r.Status.ReadyReplicas)}
	}},
	"services": {columns: []string{"TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)"}, cells: serviceCells},
	"endpoints": {columns: []string{"ENDPOINTS"}, cells: func(o api.Object, _ time.Time) []string {
		return []string{endpoints(o.(*corev1.Endpoints))}
	}},
	"endpointslices.discovery.k8s.io": {columns: []string{"ADDRESSTYPE", "PORTS", "ENDPOINTS"}, cells: sliceCells},
	"nodes":                           {columns: []string{"STATUS", "ROLES", "VERSION", "INTERNAL-IP"}, cells: nodeCells},
	"namespaces": {columns: []string{"STATUS"}, cells: func(o api.Object, _ time.Time) []string {
		return []string{string(o.(*corev1.Namespace).Status.Phase)}
	}},
	"configmaps": {columns: []string{"DATA"}, cells: func(o api.Object, _ time.Time) []string {
		c := o.(*corev1.ConfigMap)
		return []string{strconv.Itoa(len(c.Data) + len(c.BinaryData))}
	}},
	"leases.coordination.k8s.io": {columns: []string{"HOLDER"}, cells: func(o api.Object, _ time.Time) []string {
		if holder := o.(*coordinationv1.Lease).Spec.HolderIdentity; holder != nil {
			return []string{*holder}
		}
		return []string{""}
	}},
	"ipaddresses.networking.k8s.io": {columns: []string{"PARENTREF"}, cells: func(o api.Object, _ time.Time) []string {
		return []string{parent(o.(*networkingv1.IPAddress).Spec.ParentRef)}
	}},
	"events": {columns: []string{"LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"}, noAge: true, cells: func(o api.Object, now time.Time) []string {
		e := o.(*corev1.Event)
		return []string{lastSeen(e, now), e.Type, e.Reason, about(e), strings.TrimSpace(e.Message)}
	}},
}

func count(n int32) string { return strconv.Itoa(int(n)) }

func podCells(o api.Object, now time.Time) []string {
	pod := o.(*corev1.Pod)
	p := status.OfPod(pod)
	restarts := strconv.Itoa(p.Restarts)
	if p.Restarts > 0 && !p.LastRestart.IsZero() {
		restarts += " (" + age(p.LastRestart, now) + " ago)"
	}
	return []string{p.ReadyColumn(), p.Reason, restarts, or(pod.Status.PodIP), or(pod.Spec.NodeName)}
}

// or prints what may be empty.
func or(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

func serviceCells(o api.Object, _ time.Time) []string {
	s := o.(*corev1.Service)
	external := "<none>"
	switch {
	case s.Spec.Type == corev1.ServiceTypeExternalName:
		external = s.Spec.ExternalName
	case len(s.Spec.ExternalIPs) > 0:
		external = strings.Join(s.Spec.ExternalIPs, ",")
	case s.Spec.Type == corev1.ServiceTypeLoadBalancer:
		external = "<pending>"
		if in := s.Status.LoadBalancer.Ingress; len(in) > 0 {
			external = in[0].IP + in[0].Hostname
		}
	}
	cluster := "<none>"
	if len(s.Spec.ClusterIPs) > 0 {
		cluster = s.Spec.ClusterIPs[0]
	}
	var ports []string
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i]
		text := count(p.Port)
		if p.NodePort > 0 {
			text += ":" + count(p.NodePort)
		}
		ports = append(ports, text+"/"+string(p.Protocol))
	}
	return []string{string(s.Spec.Type), cluster, external, or(strings.Join(ports, ","))}
}

func nodeCells(o api.Object, _ time.Time) []string {
	n := o.(*corev1.Node)
	state, ip := "Unknown", "<none>"
	for i := range n.Status.Conditions {
		if c := &n.Status.Conditions[i]; c.Type == corev1.NodeReady {
			state = "NotReady"
			if c.Status == corev1.ConditionTrue {
				state = "Ready"
			}
		}
	}
	if n.Spec.Unschedulable {
		state += ",SchedulingDisabled"
	}
	for i := range n.Status.Addresses {
		if a := &n.Status.Addresses[i]; a.Type == corev1.NodeInternalIP {
			ip = a.Address
		}
	}
	var roles []string
	for label := range n.Labels { // sorted below
		if role, ok := strings.CutPrefix(label, "node-role.kubernetes.io/"); ok && role != "" {
			roles = append(roles, role)
		}
	}
	sort.Strings(roles)
	return []string{state, or(strings.Join(roles, ",")), n.Status.NodeInfo.KubeletVersion, ip}
}

// shownMax is how many addresses a cell shows.
const shownMax = 3

// few joins the first few of a list as kubectl does.
func few(list []string, none string) string {
	if len(list) == 0 {
		return none
	}
	if len(list) > shownMax {
		return strings.Join(list[:shownMax], ",") + " + " + strconv.Itoa(len(list)-shownMax) + " more..."
	}
	return strings.Join(list, ",")
}

func endpoints(e *corev1.Endpoints) string {
	var list []string
	for i := range e.Subsets {
		s := &e.Subsets[i]
		for j := range s.Ports {
			for k := range s.Addresses {
				list = append(list, s.Addresses[k].IP+":"+count(s.Ports[j].Port))
			}
		}
		if len(s.Ports) == 0 {
			for k := range s.Addresses {
				list = append(list, s.Addresses[k].IP)
			}
		}
	}
	if len(list) == 0 && len(e.Subsets) > 0 {
		return ""
	}
	return few(list, "<none>")
}

func sliceCells(o api.Object, _ time.Time) []string {
	s := o.(*discoveryv1.EndpointSlice)
	var ports, addresses []string
	for i := range s.Ports {
		switch p := &s.Ports[i]; {
		case p.Port != nil:
			ports = append(ports, count(*p.Port))
		case p.Name != nil:
			ports = append(ports, *p.Name)
		default:
			ports = append(ports, "*")
		}
	}
	for i := range s.Endpoints {
		addresses = append(addresses, s.Endpoints[i].Addresses...)
	}
	return []string{string(s.AddressType), few(ports, "<unset>"), few(addresses, "<unset>")}
}

func parent(ref *networkingv1.ParentReference) string {
	if ref == nil {
		return "<none>"
	}
	name := ref.Resource
	if ref.Group != "" {
		name += "." + ref.Group
	}
	if ref.Namespace != "" {
		name += "/" + ref.Namespace
	}
	return strings.ToLower(name) + "/" + ref.Name
}
