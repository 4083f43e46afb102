package admission

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/api/volume"
	"orrery/sim/client"
)

// defaultStorageClass gives a claim that names no class the default one.
var defaultStorageClass = Plugin{
	Name:      "DefaultStorageClass",
	Resources: []string{"persistentvolumeclaims"},
	Admit: func(a *Attributes) (bool, error) {
		claim, ok := a.Object.(*corev1.PersistentVolumeClaim)
		if !ok || a.Subresource != "" || a.Verb != client.Create || claim.Spec.StorageClassName != nil {
			return false, nil
		}
		if _, named := claim.Annotations[corev1.BetaStorageClassAnnotation]; named {
			return false, nil
		}
		class := newest(list[*storagev1.StorageClass](a.Store, storageClasses, ""),
			"storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
		if class == nil {
			return false, nil
		}
		claim.Spec.StorageClassName = &class.Name
		return true, nil
	},
}

const storageClasses = "storageclasses.storage.k8s.io"

// defaultIngressClass gives an Ingress that names no class the default one.
var defaultIngressClass = Plugin{
	Name:      "DefaultIngressClass",
	Resources: []string{"ingresses.networking.k8s.io"},
	Admit: func(a *Attributes) (bool, error) {
		ingress, ok := a.Object.(*networkingv1.Ingress)
		if !ok || a.Subresource != "" || a.Verb != client.Create || ingress.Spec.IngressClassName != nil {
			return false, nil
		}
		if _, named := ingress.Annotations["kubernetes.io/ingress.class"]; named {
			return false, nil
		}
		class := newest(list[*networkingv1.IngressClass](a.Store, "ingressclasses.networking.k8s.io", ""),
			networkingv1.AnnotationIsDefaultIngressClass)
		if class == nil {
			return false, nil
		}
		ingress.Spec.IngressClassName = &class.Name
		return true, nil
	},
}

// newest returns the youngest of the classes that one of the annotations marks as the default, by name where they are of
// one age; nil when there is none.
func newest[T interface {
	api.Object
	comparable
}](classes []T, annotations ...string,
) (found T) {
	var none T
	for _, c := range classes {
		for _, key := range annotations {
			if c.GetAnnotations()[key] != "true" {
				continue
			}
			age, best := c.GetCreationTimestamp(), metav1.Time{}
			if found != none {
				best = found.GetCreationTimestamp()
			}
			if found == none || best.Before(&age) {
				found = c
			}
		}
	}
	return found
}

// storageObjectInUseProtection gives claims and volumes the finalizer that keeps them as long as they are used.
//
// Simplified: VolumeAttributesClasses get none, since no controller takes it away; Kubernetes' does.
var storageObjectInUseProtection = Plugin{
	Name:      "StorageObjectInUseProtection",
	Resources: []string{"persistentvolumeclaims", "persistentvolumes"},
	Admit: func(a *Attributes) (bool, error) {
		if a.Verb != client.Create || a.Subresource != "" {
			return false, nil
		}
		protection := volume.ClaimProtection
		if a.Resource.Name == "persistentvolumes" {
			protection = volume.VolumeProtection
		}
		if slices.Contains(a.Object.GetFinalizers(), protection) {
			return false, nil
		}
		a.Object.SetFinalizers(append(a.Object.GetFinalizers(), protection))
		return true, nil
	},
}

// persistentVolumeClaimResize refuses to grow a claim whose class does not allow it.
var persistentVolumeClaimResize = Plugin{
	Name:      "PersistentVolumeClaimResize",
	Resources: []string{"persistentvolumeclaims"},
	Validate: func(a *Attributes) error {
		claim, ok := a.Object.(*corev1.PersistentVolumeClaim)
		old, updated := a.Old.(*corev1.PersistentVolumeClaim)
		if !ok || !updated || a.Subresource != "" {
			return nil
		}
		wanted, had := claim.Spec.Resources.Requests[corev1.ResourceStorage], old.Spec.Resources.Requests[corev1.ResourceStorage]
		if wanted.Cmp(had) <= 0 {
			return nil
		}
		if old.Status.Phase != corev1.ClaimBound {
			return Forbidden(a, "Only bound persistent volume claims can be expanded")
		}
		if name := className(claim); name != "" {
			class := get[*storagev1.StorageClass](a.Store, storageClasses, "", name)
			if class != nil && class.AllowVolumeExpansion != nil && *class.AllowVolumeExpansion {
				return nil
			}
		}
		return Forbidden(a, "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize")
	},
}

func className(claim *corev1.PersistentVolumeClaim) string {
	if name, ok := claim.Annotations[corev1.BetaStorageClassAnnotation]; ok {
		return name
	}
	if claim.Spec.StorageClassName == nil {
		return ""
	}
	return *claim.Spec.StorageClassName
}
