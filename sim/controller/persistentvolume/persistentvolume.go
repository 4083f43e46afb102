// Package persistentvolume is the persistent volume binder: it finds a volume for every claim or has one made, and takes
// volumes back whose claims are gone.
//
// A binding takes four writes, each of which can be the last for a while: the volume names its claim, the volume is Bound,
// the claim names its volume, the claim is Bound. A claim whose class waits for its first consumer is left alone until the
// scheduler has chosen a volume, or a node to make one on. Models k8s.io/kubernetes/pkg/controller/volume/persistentvolume.
//
// Simplified: the one provisioner that is there is kubernetes.io/host-path, as in the recorded cluster; for others the
// claim waits, as it does in Kubernetes while they are not running. Volumes are recycled without a pod that does it.
package persistentvolume

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"orrery/sim/api"
	"orrery/sim/api/volume"
	"orrery/sim/client"
	"orrery/sim/controller"
)

// Spec is the controller. Its keys are claims and volumes, which have no namespace, and the zero key for all claims that
// still have no volume.
var Spec = controller.Spec{
	Name:     "persistent-volume-binder",
	Reporter: "persistentvolume-controller",
	Workers:  2,
	Watches: []controller.Watch{
		{Resource: claims, Keys: claimKeys},
		{Resource: volumes, Keys: volumeKeys},
		{Resource: classes, Keys: nothing},
		{Resource: "pods", Keys: nothing},
	},
	Every:      resync,
	Consistent: true,
	Reconcile:  reconcile,
}

const (
	claims  = "persistentvolumeclaims"
	volumes = "persistentvolumes"
	classes = "storageclasses.storage.k8s.io"
	resync  = 15 * time.Second // --pvclaimbinder-sync-period
)

// Note says what is done about a claim or a volume.
type Note struct {
	Claim  string `json:"claim,omitempty"`
	Volume string `json:"volume,omitempty"`
	Does   string `json:"does"` // "bind", "provision", "wait", "release", "reclaim"
}

func nothing(controller.View, client.ChangeType, api.Object, api.Object, func(controller.Key, time.Duration)) {
}

// claimKeys wakes a claim, and the volume of one that is gone.
func claimKeys(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	if ch != client.Deleted {
		add(controller.KeyOf(now), 0)
		return
	}
	if v := now.(*corev1.PersistentVolumeClaim).Spec.VolumeName; v != "" {
		add(controller.Key{Name: v}, 0)
	}
}

// volumeKeys wakes a volume and the claim that it is for.
func volumeKeys(_ controller.View, ch client.ChangeType, _, now api.Object, add func(controller.Key, time.Duration)) {
	v := now.(*corev1.PersistentVolume)
	if ch != client.Deleted {
		add(controller.KeyOf(now), 0)
	}
	if ref := v.Spec.ClaimRef; ref != nil && (ch == client.Deleted || v.Status.Phase != corev1.VolumeReleased) {
		add(controller.Key{Namespace: ref.Namespace, Name: ref.Name}, 0)
	}
}

func reconcile(v controller.View, k controller.Key) controller.Plan {
	var plan controller.Plan
	switch {
	case k == (controller.Key{}):
		v.Each(claims, "", func(o api.Object) bool {
			remind(v, &plan, o.(*corev1.PersistentVolumeClaim))
			return true
		})
	case k.Namespace != "":
		if c, ok := v.Get(claims, k.Namespace, k.Name).(*corev1.PersistentVolumeClaim); ok {
			syncClaim(v, &plan, c)
		}
	default:
		if pv, ok := v.Get(volumes, "", k.Name).(*corev1.PersistentVolume); ok {
			syncVolume(v, &plan, pv)
		}
	}
	return plan
}

// remind looks again at a claim that still has no volume: at what it could not be woken by, and says again what it waits
// for. A volume that the plan gives to another claim is left alone.
func remind(v controller.View, plan *controller.Plan, c *corev1.PersistentVolumeClaim) {
	if c.Status.Phase != corev1.ClaimPending || c.DeletionTimestamp != nil {
		return
	}
	var one controller.Plan
	syncClaim(v, &one, c)
	plan.Events = append(plan.Events, one.Events...)
	taken := func(s controller.Stage) bool { return s[0].Resource == volumes && s[0].Verb == client.Update }
	if !slices.ContainsFunc(plan.Stages, taken) || !slices.ContainsFunc(one.Stages, taken) {
		plan.Stages = append(plan.Stages, one.Stages...)
	}
}

func syncClaim(v controller.View, plan *controller.Plan, c *corev1.PersistentVolumeClaim) {
	if _, complete := c.Annotations[volume.BindCompleted]; complete {
		syncBound(v, plan, c)
		return
	}
	if c.Spec.VolumeName != "" {
		syncNamed(v, plan, c)
		return
	}
	class := classOf(v, c)
	waits := volume.Waits(class)
	if pv := volume.Find(c, candidates(v, c), nil, waits); pv != nil {
		bind(plan, pv, c)
		return
	}
	_, selected := c.Annotations[volume.SelectedNode]
	switch {
	case !volume.HasClass(c) && assignDefault(v, plan, c):
	case waits && !selected:
		tellWaits(v, plan, c)
	case volume.Class(c) != "":
		provision(v, plan, c, class)
	default:
		plan.Tell(c, corev1.EventTypeNormal, "FailedBinding", "no persistent volumes available for this claim and no storage class is set")
	}
}

// tellWaits says for whom a claim waits.
func tellWaits(v controller.View, plan *controller.Plan, c *corev1.PersistentVolumeClaim) {
	var pods []string
	v.Each("pods", c.Namespace, func(o api.Object) bool {
		pod := o.(*corev1.Pod)
		if pod.Spec.NodeName == "" && !controller.Ended(pod) && volume.Uses(pod, c.Name) {
			pods = append(pods, pod.Name)
		}
		return true
	})
	reason, message := "WaitForPodScheduled", "waiting for pod "+strings.Join(pods, ",")+" to be scheduled"
	switch {
	case len(pods) == 0:
		reason, message = "WaitForFirstConsumer", "waiting for first consumer to be created before binding"
	case len(pods) > 1:
		message = "waiting for pods " + strings.Join(pods, ",") + " to be scheduled"
	}
	plan.Tell(c, corev1.EventTypeNormal, reason, message)
	plan.Note = &Note{Claim: c.Name, Does: "wait"}
}

// syncNamed is syncClaim for a claim that asks for a volume by name.
func syncNamed(v controller.View, plan *controller.Plan, c *corev1.PersistentVolumeClaim) {
	pv, ok := v.Get(volumes, "", c.Spec.VolumeName).(*corev1.PersistentVolume)
	if !ok {
		return
	}
	if volume.IsFor(pv, c) {
		bind(plan, pv, c)
		return
	}
	if pv.Spec.ClaimRef != nil {
		plan.Tell(c, corev1.EventTypeWarning, "FailedBinding", `volume "`+pv.Name+`" already bound to a different claim.`)
		return
	}
	if why := volume.Mismatch(pv, c); why != "" {
		plan.Tell(c, corev1.EventTypeWarning, "VolumeMismatch", `Cannot bind to requested volume "`+pv.Name+`": `+why)
		return
	}
	bind(plan, pv, c)
}

// syncBound is syncClaim for a claim whose binding was complete once.
func syncBound(v controller.View, plan *controller.Plan, c *corev1.PersistentVolumeClaim) {
	pv, ok := v.Get(volumes, "", c.Spec.VolumeName).(*corev1.PersistentVolume)
	switch {
	case c.Spec.VolumeName == "":
		lose(plan, c, "ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!")
	case !ok:
		lose(plan, c, "ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
	case pv.Spec.ClaimRef == nil || pv.Spec.ClaimRef.UID == c.UID:
		bind(plan, pv, c)
	default:
		lose(plan, c, "ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")
	}
}
