package kubelet

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/node/image"
	"orrery/sim/trace"
)

// worker is a pod worker. Those of before the kubelet's latest clone are shared with it and never changed: edit first.
type worker struct {
	uid        types.UID
	clones     uint64      // how many the kubelet had when the worker was made: it is the kubelet's own until there is another
	pod        *corev1.Pod // as the API server last sent it
	gone       bool        // the API server has it no more
	step       step
	tag        uint64            // of the call that the step waits for
	again      bool              // something happened during the sync that calls for another
	failed     bool              // this sync could not start everything
	until      time.Duration     // when a container that this sync held back may be started; 0 for none
	changed    bool              // this sync changed what runs
	plan       []int             // containers that this sync still has to start
	status     *corev1.PodStatus // as last reported, or nil
	sandbox    string            // ID, empty before
	live       bool              // the sandbox runs
	ip         string            // of the sandbox
	seen       bool              // the status shows the IP: since the sync after the sandbox
	token      bool              // volumes can be mounted, as far as the token goes
	volumes    []volume          // that need more; replaced, never changed
	polled     bool              // the sync looked for its volumes and waits for those that fail
	overdue    bool              // somebody will notice when volumes stay unmounted
	expired    bool              // it ran longer than its deadline
	rejected   bool              // it may not run on this node
	asks       int               // for objects of the environment of the container that is to be created
	finds      []find            // what came of them; replaced, never changed
	stops      int               // StopContainer calls under way
	stage      stage
	completed  bool // it ended by itself
	removed    bool // its removal from the API is requested
	relist     bool // a sync for what a look at the runtime will find is due
	timers     uint64
	retries    uint64
	containers []container // init containers first; copied by edit
}

// step is what the worker's sync waits for.
type step uint8

const (
	idle    step = iota
	accept       // its first sync
	volumes      // its volumes
	asking       // what a container's environment refers to
	hooking      // a container's postStart hook
	killing      // the end of containers that failed their probes
	pulling      // its turn to pull, or the pull
	calling      // a call of the runtime that cannot be broken off
)

// stage is how far the pod's life has come.
type stage uint8

const (
	alive    stage = iota
	stopping       // its containers are being stopped
	stopped        // nothing of it runs; this is not reported in full yet
	finished       // all is reported
)

// container is one container of a pod as the kubelet knows it.
type container struct {
	spec    *corev1.Container
	init    bool // an init container that has to end before the next starts
	sidecar bool // an init container that stays
	debug   bool // an ephemeral container: started once, whatever the others do
	mounts  []corev1.VolumeMountStatus

	id       string // of the latest, empty before
	image    *image.Image
	program  *image.Program // from its creation on
	state    state
	began    time.Duration // when it started
	ended    time.Duration
	code     int32
	reason   string // of its end; empty for the usual ones
	message  string
	signaled time.Duration          // how long it had run when it was asked to end, 0 when it was not
	last     *corev1.ContainerState // the end before
	earlier  life                   // the one before
	dead     string                 // ID of the one before, which is kept until the next ends: only one is
	restarts int32
	stopping bool   // it is being stopped
	killed   bool   // by the kubelet, within a sync that starts it again
	ill      string // the probe that it failed, for which it is to be killed
	hook     hook
	turn     time.Duration // of a sidecar that waits for the others to end: when its grace period is over

	waits       string // why it could not be started, empty when it was: "ImagePullBackOff"
	waitMessage string
	wait        time.Duration // before it may be restarted, counted from its end
	waitSet     time.Duration
	pullWait    time.Duration // before its image may be pulled again
	pullSet     time.Duration
	pullError   string

	started bool // its startup probe, if any, has succeeded
	ready   bool // its readiness probe, if any, says so
	probes  [3]probe
}

// life is a container that was, whose log is kept.
type life struct {
	id                     string
	program                *image.Program
	began, ended, signaled time.Duration
}

// state is what the runtime says of a container.
type state uint8

const (
	absent state = iota
	created
	running
	exited
)

func newWorker(pod *corev1.Pod) *worker {
	w := &worker{uid: pod.UID, pod: pod, volumes: volumesOf(pod)}
	for i := range pod.Spec.InitContainers {
		c := &pod.Spec.InitContainers[i]
		stays := c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
		w.containers = append(w.containers, container{spec: c, init: !stays, sidecar: stays, mounts: mounts(c)})
	}
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		w.containers = append(w.containers, container{spec: c, mounts: mounts(c)})
	}
	w.addEphemeral()
	return w
}

// addEphemeral takes in the ephemeral containers that the pod has got since, and reports whether there are any.
func (w *worker) addEphemeral() bool {
	all := w.pod.Spec.EphemeralContainers
	known := len(w.containers) - len(w.pod.Spec.InitContainers) - len(w.pod.Spec.Containers)
	for i := range all[min(known, len(all)):] {
		c := (*corev1.Container)(&all[known+i].EphemeralContainerCommon)
		w.containers = append(w.containers, container{spec: c, debug: true, mounts: mounts(c)})
	}
	return known < len(all)
}

func mounts(c *corev1.Container) []corev1.VolumeMountStatus {
	list := make([]corev1.VolumeMountStatus, len(c.VolumeMounts))
	for i, m := range c.VolumeMounts {
		list[i] = corev1.VolumeMountStatus{Name: m.Name, MountPath: m.MountPath, ReadOnly: m.ReadOnly}
		if m.ReadOnly {
			disabled := corev1.RecursiveReadOnlyDisabled
			list[i].RecursiveReadOnly = &disabled
		}
	}
	return list
}

// edit returns a pod's worker, or a copy already in its place, that may be changed; nil when the pod has none.
func (k *Kubelet) edit(uid types.UID) *worker {
	w, ok := k.workers.Get(&worker{uid: uid})
	if !ok {
		return nil
	}
	if w.clones == k.clones {
		return w
	}
	n := *w
	n.clones = k.clones
	n.containers = append([]container(nil), w.containers...)
	k.workers.ReplaceOrInsert(&n)
	return &n
}

// path returns how Events name a container: "spec.containers{nginx}".
func (w *worker) path(container int) string {
	c := &w.containers[container]
	switch {
	case c.init || c.sidecar:
		return "spec.initContainers{" + c.spec.Name + "}"
	case c.debug:
		return "spec.ephemeralContainers{" + c.spec.Name + "}"
	}
	return "spec.containers{" + c.spec.Name + "}"
}

// podChanged takes in what the API server says of a pod of this node.
func (k *Kubelet) podChanged(t *engine.Turn, change client.ChangeType, pod *corev1.Pod) {
	old, ok := k.workers.Get(&worker{uid: pod.UID})
	switch {
	case !ok && change == client.Deleted:
	case !ok:
		k.admit(t, pod)
	case change == client.Deleted:
		w := k.edit(pod.UID)
		w.pod, w.gone = pod, true
		if w.stage == finished {
			k.forget(t, w)
		} else {
			k.terminate(t, w)
		}
	case pod.DeletionTimestamp != nil:
		w := k.edit(pod.UID)
		w.pod = pod
		k.terminate(t, w)
	default: // most often the kubelet's own status: the containers need no copy
		n := *old
		n.pod = pod
		k.workers.ReplaceOrInsert(&n)
		if len(pod.Spec.EphemeralContainers) > 0 {
			if w := k.edit(pod.UID); w.addEphemeral() && w.stage == alive {
				k.after(t, w, t.Rand().Draw(k.config.Resync), timerSync)
			}
		}
	}
}

// admit begins the work on a pod that is new here.
func (k *Kubelet) admit(t *engine.Turn, pod *corev1.Pod) {
	w := newWorker(pod)
	w.clones = k.clones
	k.workers.ReplaceOrInsert(w)
	switch {
	case pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed:
		w.stage, w.status = finished, &pod.Status
		if pod.DeletionTimestamp != nil {
			k.remove(t, w)
		}
	case pod.DeletionTimestamp != nil:
		k.terminate(t, w)
	default:
		if reason, message := k.refusal(pod); reason != "" {
			k.reject(t, w, reason, message)
			return
		}
		w.step = accept
		k.after(t, w, t.Rand().Draw(k.config.Accept), timerSync)
	}
}

// timer is an event that a worker scheduled for itself. It is stale when the worker has started over since.
type timer struct {
	pod    types.UID
	what   what
	timers uint64
	retry  uint64 // of a retry: which it is
}

type what string

const (
	timerSync   what = "sync"   // the next sync is due
	timerRelist what = "relist" // a look at the runtime finds what changed
	timerRetry  what = "retry"  // the sync after one that failed
	timerToken  what = "token"
	timerMount  what = "mount"
	timerKill   what = "kill"
	timerFinish what = "finish"

	timerOverdue  what = "overdue"  // volumes should be mounted by now
	timerDeadline what = "deadline" // of the pod
)

// after schedules work for the worker.
func (k *Kubelet) after(t *engine.Turn, w *worker, d time.Duration, what what) {
	t.After(d, timer{pod: w.uid, what: what, timers: w.timers})
}

func (k *Kubelet) timer(t *engine.Turn, b timer) {
	t.Entry.Kind, t.Entry.User, t.Entry.Verb = trace.Timer, k.conn.User, string(b.what)
	w := k.edit(b.pod)
	if w == nil {
		return
	}
	t.Entry.Resource, t.Entry.Namespace, t.Entry.Name = "pods", w.pod.Namespace, w.pod.Name
	if b.timers != w.timers {
		return
	}
	switch b.what {
	case timerRetry:
		if b.retry == w.retries {
			t.Foreground()
			k.sync(t, w)
		}
	case timerSync:
		k.sync(t, w)
	case timerRelist:
		w.relist = false
		k.sync(t, w)
	case timerToken:
		k.requestToken(t, w)
	case timerMount:
		k.mounted(t, w)
	case timerKill:
		k.kill(t, w)
	case timerFinish:
		k.finish(t, w)
	case timerOverdue:
		k.mountsOverdue(t, w)
	case timerDeadline:
		k.expire(t, w)
	}
}

// Ready reports whether the kubelet holds a container, by its ID, of a pod for ready.
func (k *Kubelet) Ready(pod types.UID, id string) bool {
	w, ok := k.workers.Get(&worker{uid: pod})
	if !ok {
		return false
	}
	for i := range w.containers {
		if c := &w.containers[i]; c.id == id {
			return c.state == running && c.started && c.ready && !c.init
		}
	}
	return false
}
