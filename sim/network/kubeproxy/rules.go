package kubeproxy

import (
	"net/netip"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

const (
	clusterCIDR = "10.244.0.0/16" // --cluster-cidr: whose traffic need not be masqueraded
	mark        = "0x4000/0x4000" // of packets to masquerade
	reject      = "REJECT --reject-with icmp-port-unreachable"
)

// Rules returns the node's filter and nat tables as iptables-save prints them, as of the latest sync.
func (p *Proxy) Rules() string {
	filter := newTable("filter", []string{"INPUT", "FORWARD", "OUTPUT"}, "KUBE-EXTERNAL-SERVICES", "KUBE-FIREWALL",
		"KUBE-FORWARD", "KUBE-NODEPORTS", "KUBE-PROXY-CANARY", "KUBE-PROXY-FIREWALL", "KUBE-SERVICES")
	nat := newTable("nat", []string{"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"}, "KUBE-MARK-MASQ", "KUBE-NODEPORTS",
		"KUBE-POSTROUTING", "KUBE-PROXY-CANARY", "KUBE-SERVICES")
	frame(filter, nat)
	for _, q := range p.ports() {
		q.writeFilter(filter)
		q.writeServices(nat)
		q.writeChains(nat)
	}
	nat.add("KUBE-SERVICES", rule{
		comment: "kubernetes service nodeports; NOTE: this must be the last rule in this chain",
		matches: "-m addrtype --dst-type LOCAL", jump: "KUBE-NODEPORTS",
	})
	var b strings.Builder
	filter.write(&b)
	nat.write(&b)
	return b.String()
}

// frame writes what is there whatever the Services are: how packets come to kube-proxy's chains, and masquerading.
func frame(filter, nat *table) {
	const isNew = "-m conntrack --ctstate NEW"
	jumps := [...]struct{ chain, before, comment, jump string }{
		{"INPUT", isNew, "kubernetes load balancer firewall", "KUBE-PROXY-FIREWALL"},
		{"INPUT", "", "kubernetes health check service ports", "KUBE-NODEPORTS"},
		{"INPUT", isNew, "kubernetes externally-visible service portals", "KUBE-EXTERNAL-SERVICES"},
		{"INPUT", "", "", "KUBE-FIREWALL"},
		{"FORWARD", isNew, "kubernetes load balancer firewall", "KUBE-PROXY-FIREWALL"},
		{"FORWARD", "", "kubernetes forwarding rules", "KUBE-FORWARD"},
		{"FORWARD", isNew, "kubernetes service portals", "KUBE-SERVICES"},
		{"FORWARD", isNew, "kubernetes externally-visible service portals", "KUBE-EXTERNAL-SERVICES"},
		{"OUTPUT", isNew, "kubernetes load balancer firewall", "KUBE-PROXY-FIREWALL"},
		{"OUTPUT", isNew, "kubernetes service portals", "KUBE-SERVICES"},
		{"OUTPUT", "", "", "KUBE-FIREWALL"},
	}
	for _, j := range jumps {
		filter.add(j.chain, rule{before: j.before, comment: j.comment, jump: j.jump})
	}
	filter.add("KUBE-FIREWALL", rule{
		source: "! 127.0.0.0/8", target: "127.0.0.0/8", comment: "block incoming localnet connections",
		matches: "-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT", jump: "DROP",
	})
	filter.add("KUBE-FORWARD", rule{
		matches: "-m conntrack --ctstate INVALID -m nfacct --nfacct-name ct_state_invalid_dropped_pkts", jump: "DROP",
	})
	filter.add("KUBE-FORWARD", rule{comment: "kubernetes forwarding rules", matches: "-m mark --mark " + mark, jump: "ACCEPT"})
	filter.add("KUBE-FORWARD", rule{
		comment: "kubernetes forwarding conntrack rule", matches: "-m conntrack --ctstate RELATED,ESTABLISHED", jump: "ACCEPT",
	})
	for _, chain := range [...]string{"PREROUTING", "OUTPUT"} {
		nat.add(chain, rule{comment: "kubernetes service portals", jump: "KUBE-SERVICES"})
	}
	nat.add("POSTROUTING", rule{comment: "kubernetes postrouting rules", jump: "KUBE-POSTROUTING"})
	nat.add("KUBE-POSTROUTING", rule{matches: "-m mark ! --mark " + mark, jump: "RETURN"})
	nat.add("KUBE-POSTROUTING", rule{jump: "MARK --set-xmark 0x4000/0x0"})
	nat.add("KUBE-POSTROUTING", rule{comment: "kubernetes service traffic requiring SNAT", jump: "MASQUERADE --random-fully"})
	nat.add("KUBE-MARK-MASQ", rule{jump: "MARK --set-xmark " + mark})
}

func (q *port) svc() string { return "KUBE-SVC-" + q.hash }

func (q *port) svl() string { return "KUBE-SVL-" + q.hash }

func (q *port) ext() string { return "KUBE-EXT-" + q.hash }

func (q *port) fw() string { return "KUBE-FW-" + q.hash }

// guarded reports whether the load balancer's addresses are open to some sources only.
func (q *port) guarded() bool {
	return q.any && len(q.ingress) > 0 && len(q.service.Spec.LoadBalancerSourceRanges) > 0
}

// insideReaches reports whether traffic to the cluster IP finds an endpoint from this node, outsideReaches the same of
// traffic to its other addresses.
func (q *port) insideReaches() bool { return q.any && !(q.internal && len(q.local) == 0) }

func (q *port) outsideReaches() bool { return q.any && !(q.external && len(q.local) == 0) }

// to returns a rule for packets to one of the port's addresses; an empty address is any of the node's own.
func (q *port) to(ip string, number int32, comment, jump string) rule {
	r := rule{protocol: q.protocol, comment: comment, matches: "-m " + q.protocol + " --dport " + strconv.Itoa(int(number)), jump: jump}
	if ip != "" {
		r.target = ip + "/32"
	}
	return r
}

// writeFilter writes what happens to packets to addresses without endpoints, and to those that a firewall let through.
func (q *port) writeFilter(filter *table) {
	s, number := q.service, q.spec.Port
	jump, comment := "DROP", q.name+" has no local endpoints"
	if !q.any {
		jump, comment = reject, q.name+" has no endpoints"
	}
	if !q.insideReaches() {
		filter.add("KUBE-SERVICES", q.to(s.Spec.ClusterIP, number, comment, jump))
	}
	if q.guarded() {
		for _, ip := range q.ingress {
			filter.add("KUBE-PROXY-FIREWALL", q.to(ip, number, q.name+" traffic not accepted by "+q.fw(), "DROP"))
		}
	}
	if !q.outsideReaches() {
		for _, ip := range append(s.Spec.ExternalIPs[:len(s.Spec.ExternalIPs):len(s.Spec.ExternalIPs)], q.ingress...) {
			filter.add("KUBE-EXTERNAL-SERVICES", q.to(ip, number, comment, jump))
		}
		if q.spec.NodePort != 0 {
			r := q.to("", q.spec.NodePort, comment, jump)
			r.matches = "-m addrtype --dst-type LOCAL " + r.matches
			filter.add("KUBE-EXTERNAL-SERVICES", r)
		}
	}
	if q.external && s.Spec.Type == corev1.ServiceTypeLoadBalancer && s.Spec.HealthCheckNodePort != 0 {
		filter.add("KUBE-NODEPORTS", rule{
			protocol: "tcp", comment: q.name + " health check node port",
			matches: "-m tcp --dport " + strconv.Itoa(int(s.Spec.HealthCheckNodePort)), jump: "ACCEPT",
		})
	}
}

// writeServices writes the rules that lead from the port's addresses to its chains.
func (q *port) writeServices(nat *table) {
	s, number := q.service, q.spec.Port
	if q.insideReaches() {
		chain := q.svc()
		if q.internal {
			chain = q.svl()
		}
		nat.add("KUBE-SERVICES", q.to(s.Spec.ClusterIP, number, q.name+" cluster IP", chain))
	}
	if !q.any {
		return
	}
	for _, ip := range s.Spec.ExternalIPs {
		nat.add("KUBE-SERVICES", q.to(ip, number, q.name+" external IP", q.ext()))
	}
	chain := q.ext()
	if q.guarded() {
		chain = q.fw()
	}
	for _, ip := range q.ingress {
		nat.add("KUBE-SERVICES", q.to(ip, number, q.name+" loadbalancer IP", chain))
	}
	if node := q.spec.NodePort; node != 0 {
		local := q.to("", node, q.name, q.ext())
		local.target = "127.0.0.0/8"
		local.matches += " -m nfacct --nfacct-name localhost_nps_accepted_pkts"
		nat.add("KUBE-NODEPORTS", local)
		nat.add("KUBE-NODEPORTS", q.to("", node, q.name, q.ext()))
	}
}

// writeChains writes the port's own chains: for outside traffic, for each traffic policy, and for each endpoint.
func (q *port) writeChains(nat *table) {
	if q.insideReaches() {
		chain := q.svc()
		if q.internal {
			chain = q.svl()
		}
		r := q.to(q.service.Spec.ClusterIP, q.spec.Port, q.name+" cluster IP", "KUBE-MARK-MASQ")
		r.source = "! " + clusterCIDR
		nat.add(chain, r)
	}
	if q.any && q.fromOutside {
		q.writeExternal(nat)
	}
	if q.guarded() {
		q.writeFirewall(nat)
	}
	if len(q.cluster) > 0 {
		q.writeBalance(nat, q.svc(), q.cluster)
	}
	if len(q.local) > 0 {
		q.writeBalance(nat, q.svl(), q.local)
	}
	for _, e := range q.reachable() {
		nat.add(e.chain, rule{source: e.ip + "/32", comment: q.name, jump: "KUBE-MARK-MASQ"})
		r := rule{protocol: q.protocol, comment: q.name, matches: "-m " + q.protocol, jump: "DNAT --to-destination " + e.address}
		if q.sticky() {
			r.matches = "-m recent --set --name " + e.chain + " --mask 255.255.255.255 --rsource " + r.matches
		}
		nat.add(e.chain, r)
	}
}

func (q *port) writeExternal(nat *table) {
	const fromNode = "-m addrtype --src-type LOCAL"
	chain, outside := q.svc(), q.name+" external destinations"
	if !q.external {
		nat.add(q.ext(), rule{comment: "masquerade traffic for " + outside, jump: "KUBE-MARK-MASQ"})
	} else {
		chain = q.svl()
		nat.add(q.ext(), rule{source: clusterCIDR, comment: "pod traffic for " + outside, jump: q.svc()})
		nat.add(q.ext(), rule{comment: "masquerade LOCAL traffic for " + outside, matches: fromNode, jump: "KUBE-MARK-MASQ"})
		nat.add(q.ext(), rule{comment: "route LOCAL traffic for " + outside, matches: fromNode, jump: q.svc()})
	}
	if q.outsideReaches() {
		nat.add(q.ext(), rule{jump: chain})
	}
}

// writeFirewall writes which sources may use the load balancer's addresses.
//
// Simplified: the node's own traffic to them is not told apart; Kubernetes lets it pass when a range holds the node.
func (q *port) writeFirewall(nat *table) {
	for _, source := range q.service.Spec.LoadBalancerSourceRanges {
		if cidr, err := netip.ParsePrefix(strings.TrimSpace(source)); err == nil {
			nat.add(q.fw(), rule{source: cidr.Masked().String(), comment: q.name + " loadbalancer IP", jump: q.ext()})
		}
	}
	nat.add(q.fw(), rule{comment: "other traffic to " + q.name + " will be dropped by KUBE-PROXY-FIREWALL"})
}

// writeBalance spreads a chain's traffic over endpoints evenly: each takes its share of what those before it left.
func (q *port) writeBalance(nat *table, chain string, endpoints []endpoint) {
	if q.sticky() {
		for _, e := range endpoints {
			nat.add(chain, rule{
				comment: q.name + " -> " + e.address,
				matches: "-m recent --rcheck --seconds " + strconv.Itoa(q.stickySeconds()) + " --reap --name " + e.chain +
					" --mask 255.255.255.255 --rsource",
				jump: e.chain,
			})
		}
	}
	for i, e := range endpoints {
		r := rule{comment: q.name + " -> " + e.address, jump: e.chain}
		if left := len(endpoints) - i; left > 1 {
			r.matches = "-m statistic --mode random --probability " + probability(left)
		}
		nat.add(chain, r)
	}
}

func (q *port) sticky() bool { return q.service.Spec.SessionAffinity == corev1.ServiceAffinityClientIP }

func (q *port) stickySeconds() int {
	if c := q.service.Spec.SessionAffinityConfig; c != nil && c.ClientIP != nil && c.ClientIP.TimeoutSeconds != nil {
		return int(*c.ClientIP.TimeoutSeconds)
	}
	return int(corev1.DefaultClientIPServiceAffinitySeconds)
}
