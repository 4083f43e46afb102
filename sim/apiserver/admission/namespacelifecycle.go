package admission

import (
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/client"
)

// namespaceLifecycle keeps objects out of namespaces that do not exist or are going, and keeps the namespaces that a
// cluster cannot do without.
var namespaceLifecycle = Plugin{
	Name: "NamespaceLifecycle",
	Admit: func(a *Attributes) (bool, error) {
		if a.Verb == client.Delete && a.Resource.Name == "namespaces" && slices.Contains(immortal, a.Name) {
			return false, Forbidden(a, "this namespace may not be deleted")
		}
		if a.Verb != client.Create || !a.Resource.Namespaced || a.Resource.Plural == "localsubjectaccessreviews" {
			return false, nil
		}
		ns := get[*corev1.Namespace](a.Store, "namespaces", "", a.Namespace)
		if ns == nil {
			return false, apierrors.NewNotFound(corev1.Resource("namespaces"), a.Namespace)
		}
		if ns.Status.Phase != corev1.NamespaceTerminating {
			return false, nil
		}
		err := Forbidden(a, "unable to create new content in namespace "+ns.Name+" because it is being terminated")
		var status *apierrors.StatusError
		if errors.As(err, &status) {
			status.ErrStatus.Details.Causes = append(status.ErrStatus.Details.Causes, metav1.StatusCause{
				Type: corev1.NamespaceTerminatingCause, Message: "namespace " + ns.Name + " is being terminated", Field: "metadata.namespace",
			})
		}
		return false, err
	},
}

var immortal = []string{metav1.NamespaceDefault, metav1.NamespaceSystem, metav1.NamespacePublic}
