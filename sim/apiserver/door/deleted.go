package door

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"orrery/sim/api"
)

// returned are the kinds whose objects are returned when they are deleted. Of others only a Status tells, as
// ReturnDeletedObject in k8s.io/kubernetes/pkg/registry has it.
var returned = []string{
	"namespaces", "persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "resourcequotas", "serviceaccounts", "services",
	"csidrivers.storage.k8s.io", "csinodes.storage.k8s.io", "storageclasses.storage.k8s.io", "volumeattachments.storage.k8s.io",
	"volumeattributesclasses.storage.k8s.io", "deviceclasses.resource.k8s.io", "resourceclaims.resource.k8s.io",
	"resourceclaimtemplates.resource.k8s.io", "resourceslices.resource.k8s.io",
}

// deleted is the answer to a delete that removed its object.
func deleted(r *api.Resource, o api.Object) runtime.Object {
	if slices.Contains(returned, r.Name) {
		return o
	}
	return &metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: metav1.StatusSuccess,
		Details: &metav1.StatusDetails{Name: o.GetName(), Group: r.Kind.Group, Kind: r.Plural, UID: o.GetUID()},
	}
}
