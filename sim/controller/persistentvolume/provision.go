package persistentvolume

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api/volume"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// hostPath is the provisioner that is there: it makes directories on nodes.
const hostPath = "kubernetes.io/host-path"

// migrated are the provisioners of Kubernetes that CSI drivers took over from.
var migrated = map[string]string{
	"kubernetes.io/aws-ebs": "ebs.csi.aws.com", "kubernetes.io/gce-pd": "pd.csi.storage.gke.io",
	"kubernetes.io/azure-disk": "disk.csi.azure.com", "kubernetes.io/azure-file": "file.csi.azure.com",
	"kubernetes.io/cinder": "cinder.csi.openstack.org", "kubernetes.io/vsphere-volume": "csi.vsphere.vmware.com",
	"kubernetes.io/portworx-volume": "pxd.portworx.com",
}

// provision has a volume made for a claim: the claim says by whom, then that one makes it.
func provision(v controller.View, plan *controller.Plan, c *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) {
	fail := func(message string) { plan.Tell(c, corev1.EventTypeWarning, "ProvisioningFailed", message) }
	if class == nil {
		fail(`storageclass.storage.k8s.io "` + volume.Class(c) + `" not found`)
		return
	}
	by, outside := class.Provisioner, true
	if to, ok := migrated[by]; ok {
		by = to
	} else if strings.HasPrefix(by, "kubernetes.io/") {
		outside = false
		if by != hostPath {
			fail("no volume plugin matched name: " + by)
			return
		}
	}
	if !outside && c.Spec.DataSource != nil {
		fail(`plugin "` + by + `" is not a CSI plugin. Only CSI plugin can provision a claim with a datasource`)
		return
	}
	plan.Note = &Note{Claim: c.Name, Does: "provision"}
	if c.Annotations[volume.Provisioner] != by {
		n := c.DeepCopy()
		metav1.SetMetaDataAnnotation(&n.ObjectMeta, volume.OldProvisioner, by)
		metav1.SetMetaDataAnnotation(&n.ObjectMeta, volume.Provisioner, by)
		plan.Then(update(n, ""))
		return // the change wakes the claim again
	}
	if outside {
		plan.Tell(c, corev1.EventTypeNormal, "ExternalProvisioning", "Waiting for a volume to be created either by the external "+
			"provisioner '"+by+"' or manually by the system administrator. If volume creation is delayed, please verify that the "+
			"provisioner is running and correctly registered.")
		return
	}
	if message := refuse(c, class); message != "" {
		reschedule(plan, c)
		fail(message)
		return
	}
	create(v, plan, c, class)
}

// refuse returns why the provisioner cannot make what a claim asks for; "" when it can.
func refuse(c *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) string {
	switch {
	case len(class.MountOptions) > 0:
		return "Mount options are not supported by the provisioner but StorageClass \"" + class.Name + "\" has mount options [" +
			strings.Join(class.MountOptions, " ") + "]"
	case c.Spec.VolumeMode != nil && *c.Spec.VolumeMode == corev1.PersistentVolumeBlock:
		return "Failed to provision volume with StorageClass \"" + class.Name + "\": " + hostPath +
			" does not support block volume provisioning"
	}
	return ""
}

// reschedule has the scheduler choose again where the volume of a claim is made.
func reschedule(plan *controller.Plan, c *corev1.PersistentVolumeClaim) {
	if _, selected := c.Annotations[volume.SelectedNode]; !selected {
		return
	}
	n := c.DeepCopy()
	delete(n.Annotations, volume.SelectedNode)
	plan.Then(update(n, ""))
}

// create makes the volume of a claim.
func create(v controller.View, plan *controller.Plan, c *corev1.PersistentVolumeClaim, class *storagev1.StorageClass) {
	name := "pvc-" + string(c.UID)
	if v.Get(volumes, "", name) != nil {
		return
	}
	pv := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: map[string]string{
			"kubernetes.io/createdby": "hostpath-dynamic-provisioner", volume.BoundByUs: "yes", volume.ProvisionedBy: hostPath,
		}},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *class.ReclaimPolicy, AccessModes: c.Spec.AccessModes,
			Capacity:         corev1.ResourceList{corev1.ResourceStorage: c.Spec.Resources.Requests[corev1.ResourceStorage]},
			ClaimRef:         volume.Reference(c),
			StorageClassName: class.Name,
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: "/tmp/hostpath_pv/" + directory(c)},
			},
		},
	}
	if *class.ReclaimPolicy == corev1.PersistentVolumeReclaimDelete {
		pv.Finalizers = []string{volume.MadeByUs}
	}
	plan.Then(controller.Write{
		Request: client.Request{Verb: client.Create, Resource: volumes, Name: name, Object: pv},
		Event: &client.Record{
			Object: client.Reference(c), Type: corev1.EventTypeNormal, Reason: "ProvisioningSucceeded",
			Message: "Successfully provisioned volume " + name + " using " + hostPath,
		},
		Tolerate: []metav1.StatusReason{metav1.StatusReasonAlreadyExists},
	})
	plan.Note = &Note{Claim: c.Name, Volume: name, Does: "provision"}
}

// directory returns a name as random as a UUID, but always the same for a claim.
func directory(c *corev1.PersistentVolumeClaim) string {
	sum := sha256.Sum256([]byte(c.UID))
	s := hex.EncodeToString(sum[:])
	return s[:8] + "-" + s[8:12] + "-4" + s[13:16] + "-a" + s[17:20] + "-" + s[20:32]
}
