// Package volume is how claims, volumes and storage classes fit together: what the scheduler and the volume controllers
// must agree on. Models k8s.io/component-helpers/storage/volume.
//
// Simplified: what is said of a volume of a kind that became CSI's is not translated; Kubernetes translates it.
package volume

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	corev1helper "k8s.io/component-helpers/scheduling/corev1"
)

// Annotations and finalizers of claims and volumes.
const (
	BindCompleted    = "pv.kubernetes.io/bind-completed"                // on a claim whose binding is complete
	BoundByUs        = "pv.kubernetes.io/bound-by-controller"           // on both: no user asked for this binding
	SelectedNode     = "volume.kubernetes.io/selected-node"             // on a claim: where its first consumer will run
	Provisioner      = "volume.kubernetes.io/storage-provisioner"       // on a claim: who is to make its volume
	OldProvisioner   = "volume.beta.kubernetes.io/storage-provisioner"  // the same
	ProvisionedBy    = "pv.kubernetes.io/provisioned-by"                // on a volume
	PreResize        = "volume.alpha.kubernetes.io/pre-resize-capacity" // on a volume: its capacity before it grew
	NoProvisioner    = "kubernetes.io/no-provisioner"                   // of a class whose volumes are made by hand
	ClaimProtection  = "kubernetes.io/pvc-protection"                   // finalizer of claims that pods may use
	VolumeProtection = "kubernetes.io/pv-protection"                    // finalizer of volumes that are bound
	MadeByUs         = "kubernetes.io/pv-controller"                    // finalizer of volumes that the controller made
	DefaultClass     = "storageclass.kubernetes.io/is-default-class"    // on a class
)

// Class returns the name of a claim's storage class, "" for none.
func Class(c *corev1.PersistentVolumeClaim) string {
	if name, ok := c.Annotations[corev1.BetaStorageClassAnnotation]; ok {
		return name
	}
	if c.Spec.StorageClassName == nil {
		return ""
	}
	return *c.Spec.StorageClassName
}

// HasClass reports whether a claim says which storage class it wants, be it none.
func HasClass(c *corev1.PersistentVolumeClaim) bool {
	_, ok := c.Annotations[corev1.BetaStorageClassAnnotation]
	return ok || c.Spec.StorageClassName != nil
}

// ClassOf returns the name of a volume's storage class, "" for none.
func ClassOf(v *corev1.PersistentVolume) string {
	if name, ok := v.Annotations[corev1.BetaStorageClassAnnotation]; ok {
		return name
	}
	return v.Spec.StorageClassName
}

// Waits reports whether the claims of a class wait for their first consumer; nil is no class.
func Waits(class *storagev1.StorageClass) bool {
	return class != nil && class.VolumeBindingMode != nil && *class.VolumeBindingMode == storagev1.VolumeBindingWaitForFirstConsumer
}

// Bound reports whether a claim's binding is complete.
func Bound(c *corev1.PersistentVolumeClaim) bool {
	_, complete := c.Annotations[BindCompleted]
	return complete && c.Spec.VolumeName != ""
}

// IsFor reports whether a volume says that it is for a claim.
func IsFor(v *corev1.PersistentVolume, c *corev1.PersistentVolumeClaim) bool {
	ref := v.Spec.ClaimRef
	return ref != nil && ref.Name == c.Name && ref.Namespace == c.Namespace && (ref.UID == "" || ref.UID == c.UID)
}

// ClaimOf returns the name of the claim that a pod's volume is, and whether the claim is the pod's own; "" when it is none.
func ClaimOf(pod *corev1.Pod, v *corev1.Volume) (name string, own bool) {
	switch {
	case v.PersistentVolumeClaim != nil:
		return v.PersistentVolumeClaim.ClaimName, false
	case v.Ephemeral != nil:
		return pod.Name + "-" + v.Name, true
	}
	return "", false
}

// Uses reports whether a pod uses a claim of its namespace.
func Uses(pod *corev1.Pod, claim string) bool {
	for i := range pod.Spec.Volumes {
		if name, _ := ClaimOf(pod, &pod.Spec.Volumes[i]); name == claim {
			return true
		}
	}
	return false
}

// Reaches reports whether a volume can be used on a node with some labels.
func Reaches(v *corev1.PersistentVolume, node map[string]string) bool {
	if v.Spec.NodeAffinity == nil || v.Spec.NodeAffinity.Required == nil {
		return true
	}
	n := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Labels: node}}
	ok, err := corev1helper.MatchNodeSelectorTerms(n, v.Spec.NodeAffinity.Required)
	return ok && err == nil
}

// Bind returns a volume that says that it is for a claim, and whether it did not say so before.
func Bind(v *corev1.PersistentVolume, c *corev1.PersistentVolumeClaim) (*corev1.PersistentVolume, bool) {
	n, changed, ours := v.DeepCopy(), false, !IsFor(v, c)
	if ref := v.Spec.ClaimRef; ref == nil || ref.Name != c.Name || ref.Namespace != c.Namespace || ref.UID != c.UID {
		n.Spec.ClaimRef = Reference(c)
		changed = true
	}
	if _, had := n.Annotations[BoundByUs]; ours && !had {
		metav1.SetMetaDataAnnotation(&n.ObjectMeta, BoundByUs, "yes")
		changed = true
	}
	return n, changed
}

// Reference returns the reference to a claim that a volume holds.
func Reference(c *corev1.PersistentVolumeClaim) *corev1.ObjectReference {
	return &corev1.ObjectReference{
		Kind: "PersistentVolumeClaim", APIVersion: "v1", Namespace: c.Namespace, Name: c.Name, UID: c.UID,
		ResourceVersion: c.ResourceVersion,
	}
}

// Find returns the volume that suits a claim best: one that is for it, or the smallest that is large enough; nil for none.
// The scheduler asks for a node that must be reached; the controller, without one, leaves claims that wait for their first
// consumer alone.
func Find(c *corev1.PersistentVolumeClaim, volumes []*corev1.PersistentVolume, node *corev1.Node, waits bool) *corev1.PersistentVolume {
	var best *corev1.PersistentVolume
	wanted := c.Spec.Resources.Requests[corev1.ResourceStorage]
	selector := labels.Everything()
	if c.Spec.Selector != nil {
		var err error
		if selector, err = metav1.LabelSelectorAsSelector(c.Spec.Selector); err != nil {
			return nil
		}
	}
	for _, v := range volumes {
		size := v.Spec.Capacity[corev1.ResourceStorage]
		if v.Spec.ClaimRef != nil && !IsFor(v, c) || size.Cmp(wanted) < 0 || !SameMode(c, v) || !sameAttributes(c, v) ||
			v.DeletionTimestamp != nil {
			continue
		}
		reached := node == nil || Reaches(v, node.Labels)
		if IsFor(v, c) {
			if !reached {
				return nil
			}
			return v
		}
		if node == nil && waits || !reached || v.Status.Phase != corev1.VolumeAvailable ||
			!selector.Matches(labels.Set(v.Labels)) || ClassOf(v) != Class(c) || node != nil && !Grants(c, v) {
			continue
		}
		if best == nil || size.Cmp(best.Spec.Capacity[corev1.ResourceStorage]) < 0 {
			best = v
		}
	}
	return best
}

// SameMode reports whether a claim and a volume agree on being a file system or a block device.
func SameMode(c *corev1.PersistentVolumeClaim, v *corev1.PersistentVolume) bool {
	mode := func(m *corev1.PersistentVolumeMode) corev1.PersistentVolumeMode {
		if m == nil {
			return corev1.PersistentVolumeFilesystem
		}
		return *m
	}
	return mode(c.Spec.VolumeMode) == mode(v.Spec.VolumeMode)
}

func sameAttributes(c *corev1.PersistentVolumeClaim, v *corev1.PersistentVolume) bool {
	name := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	return name(c.Spec.VolumeAttributesClassName) == name(v.Spec.VolumeAttributesClassName)
}

// Grants reports whether a volume has all access modes that a claim wants.
func Grants(c *corev1.PersistentVolumeClaim, v *corev1.PersistentVolume) bool {
	return !slices.ContainsFunc(c.Spec.AccessModes, func(m corev1.PersistentVolumeAccessMode) bool {
		return !slices.Contains(v.Spec.AccessModes, m)
	})
}

// Mismatch says why a volume cannot be what a claim asks for by name; "" when it can.
func Mismatch(v *corev1.PersistentVolume, c *corev1.PersistentVolumeClaim) string {
	size, wanted := v.Spec.Capacity[corev1.ResourceStorage], c.Spec.Resources.Requests[corev1.ResourceStorage]
	switch {
	case v.DeletionTimestamp != nil:
		return `the volume is marked for deletion "` + v.Name + `"`
	case size.Value() < wanted.Value():
		return "requested PV is too small"
	case ClassOf(v) != Class(c):
		return "storageClassName does not match"
	case !sameAttributes(c, v):
		return "volumeAttributesClassName does not match"
	case !SameMode(c, v):
		return "incompatible volumeMode"
	case !Grants(c, v):
		return "incompatible accessMode"
	}
	return ""
}
