package persistentvolume

import (
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// view returns what the controller sees when there are some objects: a resource and YAML on each line.
func view(t *testing.T, objects string) controller.View {
	t.Helper()
	c := client.NewCache(claims, volumes, classes, "pods")
	for line := range strings.Lines(objects) {
		resource, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		if resource == "" {
			continue
		}
		o := api.Find(resource).New()
		if err := yaml.UnmarshalStrict([]byte(text), o); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		c.Apply(client.Change{Type: client.Added, Resource: resource, Object: o})
	}
	return controller.View{Cache: c, Now: time.Unix(1e9, 0)}
}

// told describes a plan in short.
func told(p controller.Plan) string {
	var out []string
	for _, stage := range p.Stages {
		for _, w := range stage {
			line := strings.TrimSuffix(string(w.Verb)+" "+w.Resource+"/"+w.Subresource, "/") + " " + w.Name
			switch o := w.Object.(type) {
			case *corev1.PersistentVolume:
				line += fmt.Sprintf(" %s %s", o.Status.Phase, strings.Join(o.Finalizers, ","))
				if o.Spec.ClaimRef != nil {
					line += " for " + o.Spec.ClaimRef.Name + "." + string(o.Spec.ClaimRef.UID)
				}
			case *corev1.PersistentVolumeClaim:
				line += fmt.Sprintf(" %s %s", o.Status.Phase, o.Spec.VolumeName)
			}
			out = append(out, strings.Join(strings.Fields(line), " "))
			if w.Event != nil {
				out = append(out, w.Event.Reason)
			}
		}
	}
	for _, e := range p.Events {
		out = append(out, e.Reason+": "+e.Message)
	}
	return strings.Join(out, "; ")
}

const (
	claim = `persistentvolumeclaims {metadata: {namespace: demo, name: c, uid: u%s}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}%s}, status: {phase: Pending}}
`
	disk = `persistentvolumes {metadata: {name: %s}, spec: {capacity: {storage: %s}, accessModes: [%s], storageClassName: x%s}, status: {phase: Available}}
`
	class = `storageclasses.storage.k8s.io {metadata: {name: x}, provisioner: %s, volumeBindingMode: %s, reclaimPolicy: Delete}
`
)

func TestClaims(t *testing.T) {
	ofX := fmt.Sprintf(claim, "", ", storageClassName: x")
	const bound = "update persistentvolumes %[1]s Available for c.u; update persistentvolumes/status %[1]s Bound for c.u; " +
		"update persistentvolumeclaims c Pending %[1]s; update persistentvolumeclaims/status c Bound %[1]s"
	for name, c := range map[string]struct{ objects, want string }{
		"no class": {fmt.Sprintf(claim, "", ", storageClassName: ''"), "FailedBinding: no persistent volumes available for this claim and no storage class is set"},
		"unknown class": {
			fmt.Sprintf(claim, "", ", storageClassName: nope"), `ProvisioningFailed: storageclass.storage.k8s.io "nope" not found`,
		},
		"by hand only": {
			ofX + fmt.Sprintf(class, "kubernetes.io/no-provisioner", "Immediate"),
			"ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner",
		},
		"the smallest that suits": {
			ofX + fmt.Sprintf(disk, "big", "9Gi", "ReadWriteOnce", "") + fmt.Sprintf(disk, "fit", "2Gi", "ReadWriteOnce", "") +
				fmt.Sprintf(disk, "small", "1Mi", "ReadWriteOnce", "") + fmt.Sprintf(disk, "shared", "1Gi", "ReadOnlyMany", ""),
			fmt.Sprintf(bound, "fit"),
		},
		"fewer modes are better": {
			ofX + fmt.Sprintf(disk, "a", "1Gi", "ReadWriteOnce, ReadWriteMany", "") + fmt.Sprintf(disk, "b", "9Gi", "ReadWriteOnce", ""),
			fmt.Sprintf(bound, "b"),
		},
		"taken":    {ofX + fmt.Sprintf(disk, "a", "1Gi", "ReadWriteOnce", ", claimRef: {namespace: demo, name: other, uid: o}"), `ProvisioningFailed: storageclass.storage.k8s.io "x" not found`},
		"reserved": {ofX + fmt.Sprintf(disk, "a", "1Gi", "ReadWriteOnce", ", claimRef: {namespace: demo, name: c}"), fmt.Sprintf(bound, "a")},
		"waits": {
			ofX + fmt.Sprintf(class, "kubernetes.io/host-path", "WaitForFirstConsumer") + fmt.Sprintf(disk, "a", "1Gi", "ReadWriteOnce", ""),
			"WaitForFirstConsumer: waiting for first consumer to be created before binding",
		},
		"waits for a pod": {
			ofX + fmt.Sprintf(class, "kubernetes.io/host-path", "WaitForFirstConsumer") +
				`pods {metadata: {namespace: demo, name: p}, spec: {volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]}}`,
			"WaitForPodScheduled: waiting for pod p to be scheduled",
		},
		"says who makes it": {ofX + fmt.Sprintf(class, "kubernetes.io/host-path", "Immediate"), "update persistentvolumeclaims c Pending"},
		"made": {
			fmt.Sprintf(claim, ", annotations: {volume.kubernetes.io/storage-provisioner: kubernetes.io/host-path}", ", storageClassName: x") +
				fmt.Sprintf(class, "kubernetes.io/host-path", "Immediate"),
			"create persistentvolumes pvc-u kubernetes.io/pv-controller for c.u; ProvisioningSucceeded",
		},
		"made elsewhere": {
			fmt.Sprintf(claim, ", annotations: {volume.kubernetes.io/storage-provisioner: ebs.csi.aws.com}", ", storageClassName: x") +
				fmt.Sprintf(class, "kubernetes.io/aws-ebs", "Immediate"),
			"ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator. " +
				"If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
		},
		"by name, too small": {
			fmt.Sprintf(claim, "", ", storageClassName: x, volumeName: a") + fmt.Sprintf(disk, "a", "1Mi", "ReadWriteOnce", ""),
			`VolumeMismatch: Cannot bind to requested volume "a": requested PV is too small`,
		},
		"by name, taken": {
			fmt.Sprintf(claim, "", ", storageClassName: x, volumeName: a") + fmt.Sprintf(disk, "a", "1Gi", "ReadWriteOnce", ", claimRef: {namespace: demo, name: other}"),
			`FailedBinding: volume "a" already bound to a different claim.`,
		},
		"lost": {
			fmt.Sprintf(claim, `, annotations: {pv.kubernetes.io/bind-completed: "yes"}`, ", volumeName: a"),
			"update persistentvolumeclaims/status c Lost a; ClaimLost",
		},
		"given the default class": {
			fmt.Sprintf(claim, "", "") + `storageclasses.storage.k8s.io {metadata: {name: x, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}, provisioner: p, reclaimPolicy: Delete}`,
			"update persistentvolumeclaims c Pending",
		},
	} {
		v := view(t, c.objects)
		if got := told(reconcile(v, controller.Key{Namespace: "demo", Name: "c"})); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		if got := told(reconcile(v, controller.Key{})); got != c.want && name != "lost" {
			t.Errorf("%s: looked at again:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestVolumes(t *testing.T) {
	volume := func(meta, spec, phase string) string {
		return `persistentvolumes {metadata: {name: v` + meta + `}, spec: {capacity: {storage: 1Gi}` + spec + `}, status: {phase: ` + phase + `}}
`
	}
	const (
		made  = `, finalizers: [kubernetes.io/pv-controller, kubernetes.io/pv-protection], annotations: {pv.kubernetes.io/provisioned-by: kubernetes.io/host-path}`
		ofC   = `, claimRef: {namespace: demo, name: c, uid: u}`
		other = `persistentvolumeclaims {metadata: {namespace: demo, name: c, uid: u}, spec: {volumeName: elsewhere}}`
	)
	for name, c := range map[string]struct{ objects, want string }{
		"new":      {volume("", "", "Pending"), "update persistentvolumes/status v Available"},
		"free":     {volume("", "", "Available"), ""},
		"retained": {volume("", ofC+", persistentVolumeReclaimPolicy: Retain", "Bound"), "update persistentvolumes/status v Released for c.u"},
		"made here": {
			volume(made, ofC+", persistentVolumeReclaimPolicy: Delete, hostPath: {path: /tmp/hostpath_pv/x}", "Released"),
			"update persistentvolumes v Released kubernetes.io/pv-protection for c.u; " +
				"update persistentvolumes v Released kubernetes.io/pv-protection,kubernetes.io/pv-controller for c.u; delete persistentvolumes v",
		},
		"of a driver":   {volume("", ofC+", persistentVolumeReclaimPolicy: Delete, csi: {driver: d, volumeHandle: h}", "Released"), ""},
		"cannot delete": {volume("", ofC+", persistentVolumeReclaimPolicy: Delete, hostPath: {path: /data}", "Released"), "update persistentvolumes/status v Failed for c.u; VolumeFailedDelete"},
		"recycled":      {volume("", ofC+", persistentVolumeReclaimPolicy: Recycle, hostPath: {path: /data}", "Released"), "update persistentvolumes v Released for c.; update persistentvolumes/status v Available for c.; VolumeRecycled: Volume recycled"},
		"by the way":    {volume(`, annotations: {pv.kubernetes.io/bound-by-controller: "yes"}`, ofC+", persistentVolumeReclaimPolicy: Retain", "Bound") + other, "update persistentvolumes v Bound; update persistentvolumes/status v Available"},
		"asked for":     {volume("", ofC+", persistentVolumeReclaimPolicy: Retain", "Bound") + other, "update persistentvolumes v Bound for c.; update persistentvolumes/status v Available for c."},
	} {
		if got := told(reconcile(view(t, c.objects), controller.Key{Name: "v"})); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}
