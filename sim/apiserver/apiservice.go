package apiserver

import (
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
)

// priority is how a group stands among the others, and its versions among themselves: the higher the earlier.
type priority struct{ group, version int32 }

// priorities are those of the groups that kube-apiserver itself serves.
var priorities = map[string]priority{
	"":                             {18000, 1},
	"apps":                         {17800, 15},
	"events.k8s.io":                {17750, 15},
	"authentication.k8s.io":        {17700, 15},
	"authorization.k8s.io":         {17600, 15},
	"autoscaling":                  {17500, 15},
	"batch":                        {17400, 15},
	"certificates.k8s.io":          {17300, 15},
	"networking.k8s.io":            {17200, 15},
	"policy":                       {17100, 15},
	"rbac.authorization.k8s.io":    {17000, 15},
	"storage.k8s.io":               {16800, 15},
	"apiextensions.k8s.io":         {16700, 15},
	"admissionregistration.k8s.io": {16700, 15},
	"scheduling.k8s.io":            {16600, 15},
	"coordination.k8s.io":          {16500, 15},
	"node.k8s.io":                  {16300, 15},
	"discovery.k8s.io":             {16200, 15},
}

// localServices are the APIServices of what kube-apiserver itself serves, but for the group of APIServices.
func localServices() (all []api.Object) {
	seen := map[string]bool{}
	for _, r := range api.Resources {
		p, ok := priorities[r.Kind.Group]
		name := serviceName(r.Kind.GroupVersion())
		if !ok || seen[name] {
			continue
		}
		seen[name] = true
		if r.Kind.Version == "v2" {
			p.version = 30
		}
		all = append(all, localService(r.Kind.GroupVersion(), p, "onstart"))
	}
	return all
}

// managed is the label of the APIServices that the server makes itself: "onstart", or "true" for one that it also deletes.
const managed = "kube-aggregator.kubernetes.io/automanaged"

func serviceName(gv schema.GroupVersion) string { return gv.Version + "." + gv.Group }

func localService(gv schema.GroupVersion, p priority, when string) *apiregistrationv1.APIService {
	return &apiregistrationv1.APIService{
		ObjectMeta: metav1.ObjectMeta{Name: serviceName(gv), Labels: map[string]string{managed: when}},
		Spec: apiregistrationv1.APIServiceSpec{
			Group: gv.Group, Version: gv.Version, GroupPriorityMinimum: p.group, VersionPriority: p.version,
		},
	}
}

// apiServiceResource is the resource of APIServices.
const apiServiceResource = "apiservices.apiregistration.k8s.io"

// register makes the APIServices of a group be those of the versions that its definitions serve. Models the CRD registration
// controller of kube-apiserver, with the one that keeps what it registers.
func (s *Server) register(t *engine.Turn, group string) {
	res := api.Find(apiServiceResource)
	served := map[string]bool{}
	for _, d := range s.custom.Definitions() {
		for _, v := range d.CRD.Spec.Versions {
			gv := schema.GroupVersion{Group: d.CRD.Spec.Group, Version: v.Name}
			if gv.Group != group || !v.Served || served[serviceName(gv)] {
				continue
			}
			served[serviceName(gv)] = true
			if s.store.Get(res.Key("", serviceName(gv))) == nil {
				s.write(t, &client.Request{
					Verb: client.Create, Resource: apiServiceResource, Name: serviceName(gv),
					Object: localService(gv, priority{1000, 100}, "true"),
				})
			}
		}
	}
	s.store.Range(res.Prefix(""), func(v *etcd.Value) bool {
		name := v.Object.GetName()
		if strings.HasSuffix(name, "."+group) && v.Object.GetLabels()[managed] == "true" && !served[name] {
			s.write(t, &client.Request{Verb: client.Delete, Resource: apiServiceResource, Name: name})
		}
		return true
	})
}
