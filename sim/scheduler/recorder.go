package scheduler

import (
	"net/http"
	"strconv"
	"time"

	"github.com/google/btree"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
	"orrery/sim/engine"
)

const (
	reporter    = "default-scheduler"
	eventsMax   = 4096 // Events remembered, in order to count repetitions
	finishAfter = 6 * time.Minute
	noteMax     = 1024 // bytes
)

// recorder writes events.k8s.io/v1 Events. One that repeats, about the same version of a pod, becomes a series: its second
// time is written, further ones only when the series has ended. Models k8s.io/client-go/tools/events.
type recorder struct {
	conn   client.Conn
	series *btree.BTreeG[*series]
	armed  bool // the timer that ends series
}

// series is an Event that was written lately, with how often it happened. It is replaced, never changed.
type series struct {
	key   seriesKey
	event *eventsv1.Event
	count int32
	last  time.Duration
}

type seriesKey struct {
	namespace, name, uid, revision, reason, action string
}

// finish is the timer that ends series.
type finish struct{}

func newRecorder(conn client.Conn) recorder {
	return recorder{conn: conn, series: btree.NewG(16, func(a, b *series) bool {
		k, l := a.key, b.key
		switch {
		case k.namespace != l.namespace:
			return k.namespace < l.namespace
		case k.name != l.name:
			return k.name < l.name
		case k.uid != l.uid:
			return k.uid < l.uid
		case k.revision != l.revision:
			return k.revision < l.revision
		case k.reason != l.reason:
			return k.reason < l.reason
		}
		return k.action < l.action
	})}
}

func (r *recorder) clone() recorder {
	c := *r
	c.series = r.series.Clone()
	return c
}

// send reports an Event about a pod.
func (r *recorder) send(t *engine.Turn, pod *corev1.Pod, kind, reason, action, note string) {
	r.relate(t, pod, nil, pod.Spec.SchedulerName, kind, reason, action, note)
}

// relate is send for an Event that has to do with another object too, by a scheduler that is not the pod's own.
func (r *recorder) relate(t *engine.Turn, pod *corev1.Pod, related *corev1.ObjectReference, by, kind, reason, action, note string) {
	if !r.armed {
		r.armed = true
		t.Later(finishAfter, finish{})
	}
	key := seriesKey{pod.Namespace, pod.Name, string(pod.UID), pod.ResourceVersion, reason, action}
	if was, ok := r.series.Get(&series{key: key}); ok {
		s := &series{key, was.event, was.count + 1, t.Now()}
		r.series.ReplaceOrInsert(s)
		if s.count == 2 {
			r.patch(t, s)
		}
		return
	}
	if r.series.Len() >= eventsMax {
		r.series.Clear(false)
	}
	e := newEvent(t, pod, by, kind, reason, action, note)
	e.Related = related
	r.series.ReplaceOrInsert(&series{key: key, event: e, count: 1, last: t.Now()})
	r.conn.Send(t, client.Request{
		Verb: client.Create, Resource: "events.events.k8s.io", Namespace: e.Namespace, Name: e.Name, Object: e,
	})
}

func newEvent(t *engine.Turn, pod *corev1.Pod, by, kind, reason, action, note string) *eventsv1.Event {
	if len(note) > noteMax {
		note = note[:noteMax-4] + " ..."
	}
	return &eventsv1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Name: pod.Name + "." + strconv.FormatInt(t.Wall().UnixNano(), 16), Namespace: pod.Namespace,
		},
		EventTime:           metav1.NewMicroTime(t.Wall().Truncate(time.Microsecond)),
		ReportingController: by, ReportingInstance: by + "-control-plane",
		Action: action, Reason: reason, Note: note, Type: kind,
		Regarding: corev1.ObjectReference{
			Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
			ResourceVersion: pod.ResourceVersion,
		},
	}
}

func (r *recorder) patch(t *engine.Turn, s *series) {
	last := engine.Epoch.Add(s.last).Format(metav1.RFC3339Micro)
	r.conn.Send(t, client.Request{
		Verb: client.Patch, Resource: "events.events.k8s.io", Namespace: s.event.Namespace, Name: s.event.Name,
		PatchType: types.StrategicMergePatchType,
		PatchData: []byte(`{"series":{"count":` + strconv.Itoa(int(s.count)) + `,"lastObservedTime":"` + last + `"}}`),
	})
}

// answered writes an Event anew that was gone when its series was to be written.
func (r *recorder) answered(t *engine.Turn, resp *client.Response) {
	if resp.Request.Verb != client.Patch || resp.Code != http.StatusNotFound {
		return
	}
	r.series.Ascend(func(s *series) bool {
		if s.event.Name != resp.Request.Name || s.event.Namespace != resp.Request.Namespace {
			return true
		}
		e := s.event.DeepCopy()
		e.Series = &eventsv1.EventSeries{
			Count: s.count, LastObservedTime: metav1.NewMicroTime(engine.Epoch.Add(s.last).Truncate(time.Microsecond)),
		}
		r.conn.Send(t, client.Request{
			Verb: client.Create, Resource: "events.events.k8s.io", Namespace: e.Namespace, Name: e.Name, Object: e,
		})
		return false
	})
}

// finish ends the series to which nothing was added lately and writes their final count.
func (r *recorder) finish(t *engine.Turn) {
	var over []*series
	r.series.Ascend(func(s *series) bool {
		if t.Now()-s.last >= finishAfter {
			over = append(over, s)
		}
		return true
	})
	for _, s := range over {
		r.series.Delete(s)
		if s.count > 2 {
			r.patch(t, s)
		}
	}
	r.armed = r.series.Len() > 0
	if r.armed {
		t.Later(finishAfter, finish{})
	}
}
