package apiserver

import (
	"errors"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"orrery/sim/api"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

const (
	nodePortFirst = 30000
	nodePorts     = 2768 // that Services can have, from the first on
)

// ports is one allocation of node ports: those that other Services have, and those that this one got.
type ports struct {
	turn  *engine.Turn
	taken map[int32]bool
}

// assignNodePorts gives each port of a Service that is reached through the nodes a node port, and a load balancer that
// keeps to the local endpoints the port of its health check.
func (s *Server) assignNodePorts(t *engine.Turn, svc, old *corev1.Service) *metav1.Status {
	p := ports{t, s.takenNodePorts(svc)}
	if needsNodePort(svc) {
		if status := p.assign(svc, old); status != nil {
			return status
		}
	}
	if !needsHealthPort(svc) || old != nil && needsHealthPort(old) {
		return nil
	}
	asked := svc.Spec.HealthCheckNodePort
	if asked == 0 {
		port, err := p.next()
		if err != nil {
			return statusOf(apierrors.NewInternalError(errors.New("failed to allocate a HealthCheck NodePort 0: " + err.Error())))
		}
		svc.Spec.HealthCheckNodePort = port
		return nil
	}
	if err := p.take(asked); err != nil {
		return statusOf(apierrors.NewInternalError(errors.New("failed to allocate requested HealthCheck NodePort " + strconv.Itoa(int(asked)) + ": " + err.Error())))
	}
	return nil
}

func needsNodePort(svc *corev1.Service) bool {
	return svc.Spec.Type == corev1.ServiceTypeNodePort || svc.Spec.Type == corev1.ServiceTypeLoadBalancer
}

func needsHealthPort(svc *corev1.Service) bool {
	return svc.Spec.Type == corev1.ServiceTypeLoadBalancer && svc.Spec.ExternalTrafficPolicy == corev1.ServiceExternalTrafficPolicyLocal
}

// allocates reports whether a Service gets node ports that it does not name.
func allocates(svc *corev1.Service) bool {
	a := svc.Spec.AllocateLoadBalancerNodePorts
	return svc.Spec.Type == corev1.ServiceTypeNodePort || svc.Spec.Type == corev1.ServiceTypeLoadBalancer && (a == nil || *a)
}

// assign takes the node ports that the Service asks for and draws the others. Ports of one number but other protocols
// share a node port in a new Service.
func (p *ports) assign(svc, old *corev1.Service) *metav1.Status {
	shared := map[int32]int32{}
	for i := range svc.Spec.Ports {
		port := &svc.Spec.Ports[i]
		if port.NodePort == 0 && !allocates(svc) {
			continue
		}
		asked := port.NodePort
		if old == nil && asked == 0 {
			if asked = shared[port.Port]; asked != 0 {
				port.NodePort = asked
				continue
			}
			asked = requestedFor(svc.Spec.Ports, port.Port)
		}
		had := old != nil && slices.ContainsFunc(old.Spec.Ports, func(o corev1.ServicePort) bool { return o.NodePort == asked })
		switch {
		case asked == 0:
			next, err := p.next()
			if err != nil {
				return statusOf(apierrors.NewInternalError(errors.New("failed to allocate a nodePort: " + err.Error())))
			}
			asked = next
		case had || asked == shared[port.Port]:
		default:
			if err := p.take(asked); err != nil {
				return invalid(api.Find("services"), svc.Name, field.ErrorList{
					field.Invalid(field.NewPath("spec", "ports").Index(i).Child("nodePort"), asked, err.Error()),
				})
			}
		}
		port.NodePort = asked
		shared[port.Port] = asked
	}
	return nil
}

// requestedFor returns the first node port that the Service asks for, for any port of a number.
func requestedFor(all []corev1.ServicePort, number int32) int32 {
	for _, p := range all {
		if p.Port == number && p.NodePort != 0 {
			return p.NodePort
		}
	}
	return 0
}

func (p *ports) take(port int32) error {
	if port < nodePortFirst || port >= nodePortFirst+nodePorts {
		return errors.New("provided port is not in the valid range. The range of valid ports is 30000-32767")
	}
	if p.taken[port] {
		return errors.New("provided port is already allocated")
	}
	p.taken[port] = true
	return nil
}

func (p *ports) next() (int32, error) {
	for range 16 * nodePorts {
		port := int32(nodePortFirst + p.turn.Stream("ports").IntN(nodePorts))
		if !p.taken[port] {
			p.taken[port] = true
			return port, nil
		}
	}
	return 0, errors.New("range is full")
}

// takenNodePorts returns the ports that other Services than this one have.
func (s *Server) takenNodePorts(except *corev1.Service) map[int32]bool {
	taken := map[int32]bool{}
	s.store.Range(api.Find("services").Prefix(""), func(v *etcd.Value) bool {
		svc := v.Object.(*corev1.Service)
		if svc.Namespace == except.Namespace && svc.Name == except.Name {
			return true
		}
		for _, p := range svc.Spec.Ports {
			taken[p.NodePort] = true
		}
		taken[svc.Spec.HealthCheckNodePort] = true
		return true
	})
	delete(taken, 0)
	return taken
}
