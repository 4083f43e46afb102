package panel

import (
	"strconv"
	"strings"
	"time"
)

// Clock writes virtual time since the world began as seconds with three decimals.
func Clock(nanoseconds int64) string {
	return strconv.FormatFloat(time.Duration(nanoseconds).Seconds(), 'f', 3, 64)
}

// Since writes virtual time as a short distance: 26ms, 1.5s.
func Since(nanoseconds int64) string {
	d := time.Duration(nanoseconds)
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	}
	return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + "s"
}

// Bytes writes a size in the unit that reads best.
func Bytes(n int64) string {
	units := []string{"B", "kB", "MB", "GB"}
	size, unit := float64(n), 0
	for size >= 1000 && unit < len(units)-1 {
		size, unit = size/1000, unit+1
	}
	decimals := 0
	if unit > 0 && size < 100 {
		decimals = 1
	}
	return strconv.FormatFloat(size, 'f', decimals, 64) + " " + units[unit]
}

// Kind is the kind of a resource: "deployments.apps" is a Deployment.
func Kind(resource string) string {
	name, _, _ := strings.Cut(resource, ".")
	kinds := map[string]string{
		"replicasets": "ReplicaSet", "endpoints": "Endpoints", "endpointslices": "EndpointSlice", "configmaps": "ConfigMap",
		"serviceaccounts": "ServiceAccount", "daemonsets": "DaemonSet", "statefulsets": "StatefulSet",
	}
	if kind, ok := kinds[name]; ok {
		return kind
	}
	name = strings.TrimSuffix(name, "s")
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + name[1:]
}
