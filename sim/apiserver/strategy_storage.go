package apiserver

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/apis/core"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/storage"
	"k8s.io/kubernetes/pkg/apis/storage/validation"

	"orrery/sim/api"
)

var persistentVolumes = strategy{
	spec:   partOf(func(v *corev1.PersistentVolume) *corev1.PersistentVolumeSpec { return &v.Spec }),
	status: partOf(func(v *corev1.PersistentVolume) *corev1.PersistentVolumeStatus { return &v.Status }),
	prepareCreate: func(in call, o api.Object) {
		o.(*corev1.PersistentVolume).Status = corev1.PersistentVolumeStatus{
			Phase: corev1.VolumePending, LastPhaseTransitionTime: &in.now,
		}
	},
	validateCreate: onCreate(validateVolume),
	change: change{validate: onUpdate(func(v, old *core.PersistentVolume) field.ErrorList {
		return append(validateVolume(v), corevalidation.ValidatePersistentVolumeUpdate(v, old, volumeOptions(v, old))...)
	})},
	subresources: map[string]change{"status": {
		prepare:  stampPhase,
		validate: onUpdate(corevalidation.ValidatePersistentVolumeStatusUpdate),
	}},
}

func volumeOptions(v, old *core.PersistentVolume) corevalidation.PersistentVolumeSpecValidationOptions {
	return corevalidation.ValidationOptionsForPersistentVolume(v, old)
}

func validateVolume(v *core.PersistentVolume) field.ErrorList {
	errs := corevalidation.ValidatePersistentVolume(v, volumeOptions(v, nil))
	// What Kubernetes' pkg/volume/validation adds.
	n, mounts := v.Spec.PersistentVolumeSource, false
	for _, with := range []bool{
		n.GCEPersistentDisk != nil, n.AWSElasticBlockStore != nil, n.Glusterfs != nil, n.NFS != nil, n.RBD != nil,
		n.Quobyte != nil, n.ISCSI != nil, n.Cinder != nil, n.CephFS != nil, n.AzureFile != nil, n.VsphereVolume != nil,
		n.AzureDisk != nil, n.PhotonPersistentDisk != nil,
	} {
		mounts = mounts || with
	}
	if _, ok := v.Annotations[core.MountOptionAnnotation]; ok && !mounts {
		errs = append(errs, field.Forbidden(field.NewPath("metadata").Child("annotations", core.MountOptionAnnotation),
			"may not specify mount options for this volume type"))
	}
	return errs
}

// stampPhase notes when a volume came to its phase, unless the writer did.
func stampPhase(in call, o, old api.Object) {
	now, was := &o.(*corev1.PersistentVolume).Status, old.(*corev1.PersistentVolume).Status
	switch {
	case was.Phase == now.Phase && now.LastPhaseTransitionTime == nil:
		now.LastPhaseTransitionTime = was.LastPhaseTransitionTime
	case was.Phase != now.Phase &&
		(now.LastPhaseTransitionTime == nil || now.LastPhaseTransitionTime.Equal(was.LastPhaseTransitionTime)):
		now.LastPhaseTransitionTime = &in.now
	}
}

var persistentVolumeClaims = strategy{
	spec:   partOf(func(c *corev1.PersistentVolumeClaim) *corev1.PersistentVolumeClaimSpec { return &c.Spec }),
	status: partOf(func(c *corev1.PersistentVolumeClaim) *corev1.PersistentVolumeClaimStatus { return &c.Status }),
	prepareCreate: creating(func(c *corev1.PersistentVolumeClaim) {
		c.Status = corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending}
		alignSources(&c.Spec, nil)
	}),
	validateCreate: onCreate(func(c *core.PersistentVolumeClaim) field.ErrorList {
		return corevalidation.ValidatePersistentVolumeClaim(c, corevalidation.ValidationOptionsForPersistentVolumeClaim(c, nil))
	}),
	change: change{
		prepare: changing(func(c, old *corev1.PersistentVolumeClaim) { alignSources(&c.Spec, &old.Spec) }),
		validate: onUpdate(func(c, old *core.PersistentVolumeClaim) field.ErrorList {
			return corevalidation.ValidatePersistentVolumeClaimUpdate(c, old, corevalidation.ValidationOptionsForPersistentVolumeClaim(c, old))
		}),
	},
	subresources: statusOnly(onUpdate(func(c, old *core.PersistentVolumeClaim) field.ErrorList {
		return corevalidation.ValidatePersistentVolumeClaimStatusUpdate(c, old, corevalidation.ValidationOptionsForPersistentVolumeClaim(c, old))
	})),
}

// alignSources fills in dataSource or dataSourceRef from the other, and drops a dataSource of a kind that claims are not
// made from.
func alignSources(c, old *corev1.PersistentVolumeClaimSpec) {
	if r := c.DataSourceRef; r != nil && r.Namespace != nil && *r.Namespace != "" && (old == nil || old.DataSourceRef == nil) {
		c.DataSourceRef = nil // the feature gate is off by default
	}
	if s := c.DataSource; s != nil && (old == nil || old.DataSource == nil && old.DataSourceRef == nil) && c.DataSourceRef == nil {
		group := ""
		if s.APIGroup != nil {
			group = *s.APIGroup
		}
		known := []string{"/PersistentVolumeClaim", "snapshot.storage.k8s.io/VolumeSnapshot"}
		if !slices.Contains(known, group+"/"+s.Kind) {
			c.DataSource = nil
		}
	}
	switch s, ref := c.DataSource, c.DataSourceRef; {
	case s != nil && ref == nil:
		c.DataSourceRef = &corev1.TypedObjectReference{APIGroup: s.APIGroup, Kind: s.Kind, Name: s.Name}
	case s == nil && ref != nil && (ref.Namespace == nil || *ref.Namespace == ""):
		c.DataSource = &corev1.TypedLocalObjectReference{APIGroup: ref.APIGroup, Kind: ref.Kind, Name: ref.Name}
	}
}

var storageClasses = strategy{
	validateCreate: onCreate(validation.ValidateStorageClass),
	change: change{validate: onUpdate(func(c, old *storage.StorageClass) field.ErrorList {
		return append(validation.ValidateStorageClass(c), validation.ValidateStorageClassUpdate(c, old)...)
	})},
}

// A CSIDriver's generation begins with its first change.
var csiDrivers = strategy{
	spec:           partOf(func(d *storagev1.CSIDriver) *storagev1.CSIDriverSpec { return &d.Spec }),
	generation:     true,
	conditional:    true,
	prepareCreate:  creating(func(d *storagev1.CSIDriver) { d.Generation = 0 }),
	validateCreate: onCreate(validation.ValidateCSIDriver),
	change:         change{validate: onUpdate(validation.ValidateCSIDriverUpdate)},
}

var csiNodes = strategy{
	conditional:    true,
	validateCreate: onCreate(validation.ValidateCSINode),
	change:         change{validate: onUpdate(validation.ValidateCSINodeUpdate)},
}

var csiStorageCapacities = strategy{
	conditional: true,
	validateCreate: onCreate(func(c *storage.CSIStorageCapacity) field.ErrorList {
		return validation.ValidateCSIStorageCapacity(c, validation.CSIStorageCapacityValidateOptions{})
	}),
	change: change{validate: onUpdate(func(c, old *storage.CSIStorageCapacity) field.ErrorList {
		errs := validation.ValidateCSIStorageCapacity(c, validation.CSIStorageCapacityValidateOptions{
			AllowInvalidLabelValueInSelector: metav1validation.LabelSelectorHasInvalidLabelValue(old.NodeTopology),
		})
		return append(errs, validation.ValidateCSIStorageCapacityUpdate(c, old)...)
	})},
}

var volumeAttachments = strategy{
	spec:           partOf(func(a *storagev1.VolumeAttachment) *storagev1.VolumeAttachmentSpec { return &a.Spec }),
	status:         partOf(func(a *storagev1.VolumeAttachment) *storagev1.VolumeAttachmentStatus { return &a.Status }),
	conditional:    true,
	validateCreate: onCreate(validation.ValidateVolumeAttachment),
	change:         change{validate: onUpdate(validation.ValidateVolumeAttachmentUpdate)},
	subresources: map[string]change{
		"status": {prepare: keepMetaInStatus, validate: onUpdate(validation.ValidateVolumeAttachmentUpdate)},
	},
}

var volumeAttributesClasses = strategy{
	validateCreate: onCreate(validation.ValidateVolumeAttributesClass),
	change:         change{validate: onUpdate(validation.ValidateVolumeAttributesClassUpdate)},
}
