package kubelet

import (
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/engine"
	"orrery/sim/node/cri"
)

// turn is a container's place in the queue of pulls: a kubelet pulls one image at a time.
type turn struct {
	pod       types.UID
	container int
	tag       uint64        // of the call; 0 while it waits
	since     time.Duration // when it came into the queue
	began     time.Duration // when it was called
}

// pull puts a container into the queue of pulls; false when it may not pull again yet.
func (k *Kubelet) pull(t *engine.Turn, w *worker, i int) bool {
	c := &w.containers[i]
	if c.pullWait > 0 && t.Now()-c.pullSet < c.pullWait {
		message := `Back-off pulling image "` + c.spec.Image + `"`
		k.record(t, w, i, corev1.EventTypeNormal, "BackOff", message)
		k.refuse(t, w, i, "ImagePullBackOff", message+": ErrImagePull: "+c.pullError)
		return false
	}
	k.record(t, w, i, corev1.EventTypeNormal, "Pulling", `Pulling image "`+c.spec.Image+`"`)
	w.step, w.tag = pulling, 0
	k.pulls = append(slices.Clip(k.pulls), turn{pod: w.uid, container: i, since: t.Now()})
	k.pullNext(t)
	return true
}

// pullNext calls the runtime for the first of the queue whose pod still wants its image, unless a pull is under way.
func (k *Kubelet) pullNext(t *engine.Turn) {
	for len(k.pulls) > 0 && k.pulls[0].tag == 0 {
		first := k.pulls[0]
		if w := k.edit(first.pod); w != nil && w.step == pulling && w.stage == alive {
			c := &w.containers[first.container]
			first.tag = k.call(t, w, cri.Call{
				Op: cri.PullImage, Container: first.container, Sandbox: w.sandbox, Name: c.spec.Name, Image: c.spec.Image,
			})
			w.tag, first.began = first.tag, t.Now()
			k.pulls = append([]turn{first}, k.pulls[1:]...)
			return
		}
		k.pulls = k.pulls[1:]
	}
}

// pulled takes in the end of a pull and lets the next begin. The pod may not want it any more.
//
// Simplified: a pull under way goes on when its pod is deleted; Kubernetes breaks it off.
func (k *Kubelet) pulled(t *engine.Turn, a *cri.Answer) {
	var mine turn
	if len(k.pulls) > 0 && k.pulls[0].tag == a.Call.Tag {
		mine = k.pulls[0]
		k.pulls = k.pulls[1:]
	}
	if a.Image != nil && !slices.Contains(k.images, a.Image) {
		k.images = append(slices.Clip(k.images), a.Image)
	}
	if w := k.edit(a.Call.Pod.UID); w != nil && w.step == pulling && w.tag == a.Call.Tag {
		k.pullDone(t, w, a, mine)
	}
	k.pullNext(t)
}

func (k *Kubelet) pullDone(t *engine.Turn, w *worker, a *cri.Answer, mine turn) {
	i := a.Call.Container
	c := &w.containers[i]
	if a.Error != "" {
		k.record(t, w, i, corev1.EventTypeWarning, "Failed", `Failed to pull image "`+c.spec.Image+`": `+a.Error)
		k.refuse(t, w, i, "ErrImagePull", a.Error)
		c.pullWait, c.pullSet, c.pullError = k.config.next(c.pullWait, t.Now()-c.pullSet), t.Now(), a.Error
		k.skip(t, w)
		return
	}
	c.pullWait, c.pullSet = 0, 0
	k.record(t, w, i, corev1.EventTypeNormal, "Pulled", `Successfully pulled image "`+c.spec.Image+`" in `+truncated(t.Now()-mine.began)+
		" ("+truncated(t.Now()-mine.since)+" including waiting). Image size: "+strconv.FormatInt(a.Image.Bytes, 10)+" bytes.")
	k.create(t, w, i, a.Image)
}
