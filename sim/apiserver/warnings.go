package apiserver

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	jobapi "k8s.io/kubernetes/pkg/api/job"
	nodeapi "k8s.io/kubernetes/pkg/api/node"
	volumeapi "k8s.io/kubernetes/pkg/api/persistentvolume"
	claimapi "k8s.io/kubernetes/pkg/api/persistentvolumeclaim"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	serviceapi "k8s.io/kubernetes/pkg/api/service"
	storageapi "k8s.io/kubernetes/pkg/api/storage"
	"k8s.io/kubernetes/pkg/apis/apps"
	"k8s.io/kubernetes/pkg/apis/batch"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/discovery"
	"k8s.io/kubernetes/pkg/apis/networking"
	"k8s.io/kubernetes/pkg/apis/node"
	"k8s.io/kubernetes/pkg/apis/storage"

	"orrery/sim/api"
	"orrery/sim/apiserver/customresource"
	"orrery/sim/client"
)

// warning is what a kind's users are warned of when an object is written, though it is valid. Old is nil for a new
// object. Models the WarningsOnCreate and WarningsOnUpdate of pkg/registry.
type warning func(c *converter, o, old api.Object) []string

// warnings are those of each kind, for writes to the object itself and to its status.
var warnings = map[string]struct{ object, status warning }{
	"pods": {
		object: warn(podWarnings), status: warn(func(p, _ *core.Pod) (out []string) {
			for i, ip := range p.Status.PodIPs {
				out = append(out, utilvalidation.GetWarningsForIP(field.NewPath("status", "podIPs").Index(i).Child("ip"), ip.IP)...)
			}
			for i, ip := range p.Status.HostIPs {
				out = append(out, utilvalidation.GetWarningsForIP(field.NewPath("status", "hostIPs").Index(i).Child("ip"), ip.IP)...)
			}
			return out
		}),
	},
	"deployments.apps": {object: warn(func(d, old *apps.Deployment) []string {
		if old == nil {
			return append(nameWarnings(d.Name), templateWarnings(&d.Spec.Template, nil)...)
		}
		if d.Generation == old.Generation {
			return nil
		}
		return templateWarnings(&d.Spec.Template, &old.Spec.Template)
	})},
	"replicasets.apps": {object: warn(func(rs, old *apps.ReplicaSet) []string {
		if old == nil {
			return append(nameWarnings(rs.Name), templateWarnings(&rs.Spec.Template, nil)...)
		}
		if rs.Generation == old.Generation {
			return nil
		}
		return templateWarnings(&rs.Spec.Template, &old.Spec.Template)
	})},
	"services": {object: warn(serviceapi.GetWarningsForService), status: warn(func(svc, _ *core.Service) (out []string) {
		for i, in := range svc.Status.LoadBalancer.Ingress {
			if in.IP != "" {
				at := field.NewPath("status", "loadBalancer", "ingress").Index(i)
				out = append(out, utilvalidation.GetWarningsForIP(at, in.IP)...)
			}
		}
		return out
	})},
	"replicationcontrollers": {object: warn(func(rc, old *core.ReplicationController) []string {
		if old == nil {
			return append(nameWarnings(rc.Name), templateWarnings(rc.Spec.Template, nil)...)
		}
		if rc.Generation == old.Generation {
			return nil
		}
		return templateWarnings(rc.Spec.Template, old.Spec.Template)
	})},
	"statefulsets.apps": {object: warn(func(set, old *apps.StatefulSet) (out []string) {
		switch {
		case old == nil:
			out = templateWarnings(&set.Spec.Template, nil)
		case set.Generation != old.Generation:
			out = templateWarnings(&set.Spec.Template, &old.Spec.Template)
		}
		for i, c := range set.Spec.VolumeClaimTemplates {
			out = append(out, claimapi.GetWarningsForPersistentVolumeClaimSpec(field.NewPath("spec", "volumeClaimTemplates").Index(i), c.Spec)...)
		}
		if n := set.Spec.RevisionHistoryLimit; n != nil && *n < 0 {
			out = append(out, "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended")
		}
		return out
	})},
	"daemonsets.apps": {object: warn(func(ds, old *apps.DaemonSet) []string {
		if old == nil {
			return templateWarnings(&ds.Spec.Template, nil)
		}
		if ds.Spec.TemplateGeneration == old.Spec.TemplateGeneration {
			return nil
		}
		return templateWarnings(&ds.Spec.Template, &old.Spec.Template)
	})},
	"jobs.batch": {object: warn(func(j, old *batch.Job) []string {
		if old == nil {
			return append(nameWarnings(j.Name), jobapi.WarningsForJobSpec(context.Background(), field.NewPath("spec"), &j.Spec, nil)...)
		}
		if j.Generation == old.Generation {
			return nil
		}
		return jobapi.WarningsForJobSpec(context.Background(), field.NewPath("spec"), &j.Spec, &old.Spec)
	})},
	"cronjobs.batch": {object: warn(cronJobWarnings)},
	"persistentvolumes": {object: warn(func(v, _ *core.PersistentVolume) []string {
		return volumeapi.GetWarningsForPersistentVolume(v)
	})},
	"persistentvolumeclaims": {object: warn(func(c, _ *core.PersistentVolumeClaim) []string {
		return claimapi.GetWarningsForPersistentVolumeClaim(c)
	})},
	"storageclasses.storage.k8s.io": {object: warn(func(c, _ *storage.StorageClass) []string {
		return storageapi.GetWarningsForStorageClass(c)
	})},
	"runtimeclasses.node.k8s.io": {object: warn(func(c, _ *node.RuntimeClass) []string {
		return nodeapi.GetWarningsForRuntimeClass(c)
	})},
	"ingresses.networking.k8s.io": {object: warn(func(i, old *networking.Ingress) []string {
		const class = "kubernetes.io/ingress.class"
		if _, ok := i.Annotations[class]; !ok || old != nil || i.Spec.IngressClassName != nil {
			return nil
		}
		return []string{fmt.Sprintf("annotation %q is deprecated, please use 'spec.ingressClassName' instead", class)}
	})},
	"nodes":           {object: warn(nodeWarnings)},
	"endpoints":       {object: warn(endpointsWarnings)},
	"serviceaccounts": {object: warn(accountWarnings)},
	"endpointslices.discovery.k8s.io": {object: warn(func(es, old *discovery.EndpointSlice) (out []string) {
		if old == nil && es.AddressType == discovery.AddressTypeFQDN {
			out = append(out, "spec.addressType: FQDN endpoints are deprecated")
		}
		for i, e := range es.Endpoints {
			for j, a := range e.Addresses {
				at := field.NewPath("endpoints").Index(i).Child("addresses").Index(j)
				out = append(out, utilvalidation.GetWarningsForIP(at, a)...)
			}
		}
		return out
	})},
}

// deprecated is what every request to a resource is warned of.
var deprecated = map[string]string{
	"endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
}

// warnOf returns what a request that was found valid is worth a warning. Components, whose requests carry objects, read
// none.
func (s *Server) warnOf(res *api.Resource, r *client.Request, o, old api.Object) []string {
	if r.Body == nil && r.PatchData == nil {
		return nil
	}
	if customresource.Of(res) != nil {
		return customWarnings(r, o, old)
	}
	f := warnings[res.Name].object
	switch r.Subresource {
	case "":
	case "status":
		f = warnings[res.Name].status
	default:
		f = nil
	}
	if f == nil {
		return nil
	}
	return f(s.converter, o, old)
}

func warn[O any, T interface {
	*O
	runtime.Object
}](f func(o, old T) []string) warning {
	return func(c *converter, o, old api.Object) []string {
		var was T
		if old != nil {
			was = internal[T](c, old)
		}
		return f(internal[T](c, o), was)
	}
}

func podWarnings(p, old *core.Pod) []string {
	if old != nil {
		return nil
	}
	var out []string
	if msgs := utilvalidation.IsDNS1123Label(p.Name); len(msgs) != 0 {
		out = append(out, fmt.Sprintf("metadata.name: this is used in the Pod's hostname, which can result in surprising behavior;"+
			" a DNS label is recommended: %v", msgs))
	}
	return append(out, podutil.GetWarningsForPod(context.Background(), p, nil)...)
}

// nameWarnings are those about the name of an object whose pods are named for it.
func nameWarnings(name string) []string {
	msgs := utilvalidation.IsDNS1123Label(name)
	if len(msgs) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior;"+
		" a DNS label is recommended: %v", msgs)}
}

func templateWarnings(t, old *core.PodTemplateSpec) []string {
	return podutil.GetWarningsForPodTemplate(context.Background(), field.NewPath("spec", "template"), t, old)
}

func cronJobWarnings(j, old *batch.CronJob) (out []string) {
	at, spec := field.NewPath("spec", "jobTemplate", "spec"), &j.Spec.JobTemplate.Spec
	if old == nil {
		return append(nameWarnings(j.Name), jobapi.WarningsForJobSpec(context.Background(), at, spec, nil)...)
	}
	if j.Generation != old.Generation {
		out = jobapi.WarningsForJobSpec(context.Background(), at, spec, &old.Spec.JobTemplate.Spec)
	}
	if strings.Contains(j.Spec.Schedule, "TZ") {
		out = append(out, "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see "+
			"https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details")
	}
	return out
}

func nodeWarnings(n, _ *core.Node) (out []string) {
	if n.Spec.ConfigSource != nil {
		out = append(out, "spec.configSource: the feature is removed")
	}
	if n.Spec.DoNotUseExternalID != "" {
		out = append(out, "spec.externalID: this field is deprecated, and is unused by Kubernetes")
	}
	for i, cidr := range n.Spec.PodCIDRs {
		out = append(out, utilvalidation.GetWarningsForCIDR(field.NewPath("spec", "podCIDRs").Index(i), cidr)...)
	}
	return out
}

func endpointsWarnings(e, _ *core.Endpoints) (out []string) {
	for i, s := range e.Subsets {
		at := field.NewPath("subsets").Index(i)
		for j, a := range s.Addresses {
			out = append(out, utilvalidation.GetWarningsForIP(at.Child("addresses").Index(j).Child("ip"), a.IP)...)
		}
		for j, a := range s.NotReadyAddresses {
			out = append(out, utilvalidation.GetWarningsForIP(at.Child("notReadyAddresses").Index(j).Child("ip"), a.IP)...)
		}
	}
	return out
}

// mountable is an annotation of service accounts that is on its way out.
const mountable = "kubernetes.io/enforce-mountable-secrets"

func accountWarnings(sa, old *core.ServiceAccount) []string {
	if old != nil {
		if _, had := old.Annotations[mountable]; had {
			return nil
		}
	}
	if _, has := sa.Annotations[mountable]; !has {
		return nil
	}
	return []string{"metadata.annotations[" + mountable +
		"]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets"}
}

// orphanedPods is what a deletion of a Job is warned of that does not say what is to become of its pods.
const orphanedPods = "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them" +
	" or set propagationPolicy=Orphan to suppress this warning"
