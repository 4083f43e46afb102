package picture

import (
	"cmp"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
	"orrery/sim/etcd"
	"orrery/sim/session/instant"
	"orrery/sim/session/status"
	"orrery/sim/wire"
)

// nodes returns the nodes with their pods: those that are bound to them, and those that the scheduler chose them for and
// whose binding is on its way.
func nodes(i *instant.Instant, since int64) []wire.Node {
	var out []wire.Node
	index := map[string]int{}
	i.Store().Range(api.Find("nodes").Prefix(""), func(v *etcd.Value) bool {
		n := v.Object.(*corev1.Node)
		out = append(out, node(i, n))
		return true
	})
	slices.SortStableFunc(out, natural)
	for at := range out {
		index[out[at].Name] = at
	}
	i.Store().Range(api.Find("pods").Prefix(""), func(v *etcd.Value) bool {
		p := v.Object.(*corev1.Pod)
		name, score := p.Spec.NodeName, int64(0)
		if name == "" {
			name, score = arriving(i, p)
		}
		at, ok := index[name]
		if !ok {
			return true
		}
		n := &out[at]
		n.PodsAll++
		if p.Status.Phase != corev1.PodSucceeded && p.Status.Phase != corev1.PodFailed {
			cpu, memory := requested(&p.Spec)
			n.CPU, n.Memory = n.CPU+cpu, n.Memory+memory
		}
		if len(n.Pods) < podsMax {
			s := status.OfPod(p)
			n.Pods = append(n.Pods, wire.Pod{
				Namespace: p.Namespace, Name: p.Name, Status: s.Reason, Tone: s.Tone(), Ready: s.ReadyColumn(),
				IP: p.Status.PodIP, Score: score, Changed: v.Mod > since,
			})
		}
		return true
	})
	for i := range out {
		thin(&out[i], len(out))
	}
	return out
}

// natural compares nodes by name so that node-10 comes after node-9.
func natural(a, b wire.Node) int {
	return cmp.Or(cmp.Compare(len(a.Name), len(b.Name)), cmp.Compare(a.Name, b.Name))
}

// crowd is how many pods all nodes together have, and crowdEach one node, when the picture has no room for more than
// their names. Of those the page needs no more, and a view of a thousand pods must stay small: it is decoded on the
// page's main thread.
const crowd, crowdEach = 72, 8

// thin leaves of the pods of a crowded node, one of so many, what the picture shows of them.
func thin(n *wire.Node, nodes int) {
	if n.PodsAll <= max(crowdEach, crowd/nodes) {
		return
	}
	for i := range n.Pods {
		p := &n.Pods[i]
		p.Status, p.Ready, p.IP, p.Score = "", "", "", 0
	}
}

func node(i *instant.Instant, n *corev1.Node) wire.Node {
	out := wire.Node{
		Name: n.Name, CIDR: n.Spec.PodCIDR, Ready: ready(n), Unschedulable: n.Spec.Unschedulable,
		CPUAll: n.Status.Allocatable.Cpu().MilliValue(), MemoryAll: n.Status.Allocatable.Memory().Value(),
	}
	for j := range n.Status.Addresses {
		if a := &n.Status.Addresses[j]; a.Type == corev1.NodeInternalIP {
			out.IP = a.Address
		}
	}
	if r := i.Runtime(n.Name); r != nil {
		out.Images = len(r.Images())
	}
	return out
}

// arriving returns the node that the scheduler chose for a pod that is not bound yet, and the node's score.
func arriving(i *instant.Instant, p *corev1.Pod) (node string, score int64) {
	d := i.Scheduler().Decision(p.Namespace, p.Name)
	if d == nil || d.UID != p.UID || d.Selected == "" {
		return "", 0
	}
	for j := range d.Nodes {
		if d.Nodes[j].Name == d.Selected {
			score = d.Nodes[j].Total
		}
	}
	return d.Selected, score
}

// requested returns what a pod requests, as the scheduler counts it: the sum of its containers, or its largest init
// container where that is more. CPU is in millicores, memory in bytes.
func requested(spec *corev1.PodSpec) (cpu, memory int64) {
	for j := range spec.Containers {
		r := spec.Containers[j].Resources.Requests
		if len(r) > 0 {
			cpu, memory = cpu+r.Cpu().MilliValue(), memory+r.Memory().Value()
		}
	}
	for j := range spec.InitContainers {
		if r := spec.InitContainers[j].Resources.Requests; len(r) > 0 {
			cpu, memory = max(cpu, r.Cpu().MilliValue()), max(memory, r.Memory().Value())
		}
	}
	if len(spec.Overhead) > 0 {
		cpu, memory = cpu+spec.Overhead.Cpu().MilliValue(), memory+spec.Overhead.Memory().Value()
	}
	return cpu, memory
}
