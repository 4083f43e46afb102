package kubelet

import (
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/engine"
	"orrery/sim/trace"
)

// volume is a volume of a pod whose contents come from ConfigMaps or Secrets. A list of them is replaced, never changed.
type volume struct {
	name    string
	refs    []reference
	asks    int // answers that it waits for
	finds   []find
	wait    time.Duration // before the next try, after one that failed
	mounted bool
}

// How long the volume manager waits before it tries again what failed; it doubles. And how long a sync waits for all.
const (
	mountWaitFirst = 500 * time.Millisecond
	mountWaitMost  = 2*time.Minute + 2*time.Second
	mountTimeout   = 2*time.Minute + 3*time.Second
)

// volumesOf returns the volumes of a pod that need objects of the API.
//
// Simplified: the ConfigMap of the cluster's certificate authority is taken to be there; Kubernetes looks for it too.
func volumesOf(pod *corev1.Pod) []volume {
	var list []volume
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		var refs []reference
		if s := v.ConfigMap; s != nil {
			refs = append(refs, reference{configMaps, s.Name, isTrue(s.Optional), keys(s.Items), s.Items})
		}
		if s := v.Secret; s != nil {
			refs = append(refs, reference{secrets, s.SecretName, isTrue(s.Optional), keys(s.Items), s.Items})
		}
		if p := v.Projected; p != nil {
			for j := range p.Sources {
				if s := p.Sources[j].ConfigMap; s != nil && s.Name != "kube-root-ca.crt" {
					refs = append(refs, reference{configMaps, s.Name, isTrue(s.Optional), keys(s.Items), s.Items})
				}
				if s := p.Sources[j].Secret; s != nil {
					refs = append(refs, reference{secrets, s.Name, isTrue(s.Optional), keys(s.Items), s.Items})
				}
			}
		}
		if refs != nil {
			list = append(list, volume{name: v.Name, refs: refs})
		}
	}
	return list
}

func keys(items []corev1.KeyToPath) []string {
	var list []string
	for i := range items {
		list = append(list, items[i].Key)
	}
	return list
}

// mountTimer says which volume is to be tried again.
type mountTimer struct {
	pod    types.UID
	volume int
	timers uint64
}

// mountAll begins to mount the volumes that are not, and sees to it that somebody notices when they never are.
func (k *Kubelet) mountAll(t *engine.Turn, w *worker) {
	for i := range w.volumes {
		k.mount(t, w, i)
	}
}

func (k *Kubelet) mount(t *engine.Turn, w *worker, i int) {
	w.volumes = slices.Clone(w.volumes)
	v := &w.volumes[i]
	v.finds, v.asks = nil, k.ask(t, w, i, v.refs)
}

func (k *Kubelet) mountAgain(t *engine.Turn, b mountTimer) {
	t.Entry.Kind, t.Entry.User, t.Entry.Verb = trace.Timer, k.conn.User, "mount"
	w := k.edit(b.pod)
	if w == nil {
		return
	}
	t.Entry.Resource, t.Entry.Namespace, t.Entry.Name = "pods", w.pod.Namespace, w.pod.Name
	if b.timers == w.timers && w.stage == alive {
		k.mount(t, w, b.volume)
	}
}

// volumeTold takes in one of the objects that a volume needs. With the last of them the volume is mounted, or tried
// again later.
func (k *Kubelet) volumeTold(t *engine.Turn, w *worker, i int, f find) {
	w.volumes = slices.Clone(w.volumes)
	v := &w.volumes[i]
	v.finds = append(slices.Clip(v.finds), f)
	if v.asks--; v.asks > 0 {
		return
	}
	if wrong := missing(v.finds, v.refs); wrong != "" {
		if v.wait == 0 && !w.overdue {
			w.overdue = true
			t.Later(mountTimeout, timer{pod: w.uid, what: timerOverdue, timers: w.timers})
		}
		v.wait = min(max(2*v.wait, mountWaitFirst), mountWaitMost)
		k.record(t, w, -1, corev1.EventTypeWarning, "FailedMount", `MountVolume.SetUp failed for volume "`+v.name+`" : `+wrong)
		t.Later(v.wait, mountTimer{w.uid, i, w.timers})
		return
	}
	v.mounted = true
	if w.step == volumes && w.polled {
		t.Foreground()
		k.after(t, w, time.Duration(t.Rand().IntN(int(k.config.Mount))), timerMount)
	}
}

// unmounted returns the names of the volumes that are not mounted.
func (w *worker) unmounted() []string {
	var names []string
	for i := range w.volumes {
		if v := &w.volumes[i]; !v.mounted {
			names = append(names, v.name)
		}
	}
	return names
}

// mountsOverdue says that a sync gave up waiting for volumes. The next waits as long.
func (k *Kubelet) mountsOverdue(t *engine.Turn, w *worker) {
	left := w.unmounted()
	if w.stage != alive || left == nil {
		return
	}
	k.record(t, w, -1, corev1.EventTypeWarning, "FailedMount", "Unable to attach or mount volumes: unmounted volumes=["+
		strings.Join(left, " ")+"], unattached volumes=[], failed to process volumes=[]: context deadline exceeded")
	d := t.Rand().Draw(engine.Latency{Min: k.config.Retry, Max: k.config.Retry * 3 / 2})
	t.Later(d+mountTimeout, timer{pod: w.uid, what: timerOverdue, timers: w.timers})
}

// files returns the files that a container finds in its volumes of ConfigMaps and Secrets; nil when there are none.
//
// Simplified: as they were when they were mounted; Kubernetes updates them.
func (w *worker) files(c *corev1.Container) map[string]string {
	var files map[string]string
	for _, m := range c.VolumeMounts {
		i := slices.IndexFunc(w.volumes, func(v volume) bool { return v.name == m.Name })
		if i < 0 {
			continue
		}
		if files == nil {
			files = map[string]string{}
		}
		v := &w.volumes[i]
		for _, r := range v.refs {
			data := lookup(v.finds, r.resource, r.name)
			for key, text := range data { // any order
				name, ok := r.path(key)
				switch {
				case !ok:
				case m.SubPath == "":
					files[strings.TrimSuffix(m.MountPath, "/")+"/"+name] = text
				case m.SubPath == name:
					files[m.MountPath] = text
				}
			}
		}
	}
	return files
}
