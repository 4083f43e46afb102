package door

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// checks are the parts that say that they are well, in the order in which kube-apiserver asks them. Here all is one
// program: when it answers, all of it is well.
var checks = []string{
	"ping", "log", "etcd",
	"poststarthook/start-apiserver-admission-initializer",
	"poststarthook/generic-apiserver-start-informers",
	"poststarthook/priority-and-fairness-config-consumer",
	"poststarthook/priority-and-fairness-filter",
	"poststarthook/storage-object-count-tracker-hook",
	"poststarthook/start-apiextensions-informers",
	"poststarthook/start-apiextensions-controllers",
	"poststarthook/crd-informer-synced",
	"poststarthook/start-system-namespaces-controller",
	"poststarthook/start-cluster-authentication-info-controller",
	"poststarthook/start-kube-apiserver-identity-lease-controller",
	"poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
	"poststarthook/start-legacy-token-tracking-controller",
	"poststarthook/start-service-ip-repair-controllers",
	"poststarthook/rbac/bootstrap-roles",
	"poststarthook/scheduling/bootstrap-system-priority-classes",
	"poststarthook/priority-and-fairness-config-producer",
	"poststarthook/bootstrap-controller",
	"poststarthook/start-kubernetes-service-cidr-controller",
	"poststarthook/aggregator-reload-proxy-client-cert",
	"poststarthook/start-kube-aggregator-informers",
	"poststarthook/apiservice-status-local-available-controller",
	"poststarthook/apiservice-status-remote-available-controller",
	"poststarthook/apiservice-registration-controller",
	"poststarthook/apiservice-discovery-controller",
	"poststarthook/kube-apiserver-autoregistration",
	"autoregister-completion",
	"poststarthook/apiservice-openapi-controller",
	"poststarthook/apiservice-openapiv3-controller",
}

// probes are the paths at which a client asks whether the server is well.
var probes = []string{"healthz", "livez", "readyz"}

// checksOf returns the checks of a probe: to be ready takes more than to live.
func checksOf(probe string) []string {
	if probe != "readyz" {
		return checks
	}
	ready := slices.Insert(slices.Clone(checks), slices.Index(checks, "etcd")+1, "etcd-readiness", "informer-sync")
	return append(ready, "shutdown")
}

// healthy answers a probe, or one check of it. It reports false for any other path.
func healthy(w http.ResponseWriter, r *http.Request) bool {
	probe, check, one := strings.Cut(strings.Trim(r.URL.Path, "/"), "/")
	if !slices.Contains(probes, probe) || one && !slices.Contains(checksOf(probe), check) {
		return false
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	query := r.URL.Query()
	if _, verbose := query["verbose"]; !verbose || one {
		fmt.Fprint(w, "ok")
		return true
	}
	excluded := query["exclude"]
	for _, c := range checksOf(probe) {
		if i := slices.Index(excluded, c); i >= 0 {
			excluded = slices.Delete(excluded, i, i+1)
			fmt.Fprintf(w, "[+]%s excluded: ok\n", c)
			continue
		}
		fmt.Fprintf(w, "[+]%s ok\n", c)
	}
	if len(excluded) > 0 {
		slices.Sort(excluded)
		for i := range excluded {
			excluded[i] = fmt.Sprintf("%q", excluded[i])
		}
		fmt.Fprintf(w, "warn: some health checks cannot be excluded: no matches for %s\n", strings.Join(excluded, ", "))
	}
	fmt.Fprintf(w, "%s check passed\n", probe)
	return true
}
