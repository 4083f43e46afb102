package volumebinding

import (
	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"

	"orrery/sim/scheduler/framework"
)

// Hints implements framework.Hinter.
func (Plugin) Hints() []framework.Hint {
	return []framework.Hint{
		{Events: framework.StorageClassAdd | framework.StorageClassUpdate, Worth: func(_ *framework.Pod, c framework.Change) bool {
			return c.Old == nil || !apiequality.Semantic.DeepEqual(
				c.Old.(*storagev1.StorageClass).AllowedTopologies, c.New.(*storagev1.StorageClass).AllowedTopologies)
		}},
		{Events: framework.ClaimAdd | framework.ClaimUpdate, Worth: framework.UsesClaim},
		{Events: framework.VolumeAdd | framework.VolumeUpdate},
		{Events: framework.NodeAdd | framework.NodeLabel},
		{Events: framework.CSINodeAdd},
		{Events: framework.CSINodeUpdate, Worth: func(_ *framework.Pod, c framework.Change) bool {
			key := corev1.MigratedPluginsAnnotationKey
			return c.Old.GetAnnotations()[key] != c.New.GetAnnotations()[key]
		}},
		{Events: framework.CapacityAdd | framework.CapacityUpdate, Worth: func(_ *framework.Pod, c framework.Change) bool {
			limit := func(o *storagev1.CSIStorageCapacity) *resource.Quantity {
				if o.MaximumVolumeSize != nil {
					return o.MaximumVolumeSize
				}
				return o.Capacity
			}
			if c.Old == nil {
				return true
			}
			now, was := limit(c.New.(*storagev1.CSIStorageCapacity)), limit(c.Old.(*storagev1.CSIStorageCapacity))
			return now != nil && (was == nil || now.Cmp(*was) > 0)
		}},
	}
}
