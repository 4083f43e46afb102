package client

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/engine"
)

// Record is what a component wants to tell in a core Event.
type Record struct {
	Object  corev1.ObjectReference // what the Event is about
	Type    string                 // corev1.EventTypeNormal or EventTypeWarning
	Reason  string
	Message string
}

// Reference returns the reference to an object that its Events carry.
func Reference(o api.Object) corev1.ObjectReference {
	gvk, err := api.KindOf(o)
	if err != nil {
		panic("client: event about an object of no known kind: " + err.Error())
	}
	return corev1.ObjectReference{
		Kind: gvk.Kind, APIVersion: gvk.GroupVersion().String(), Namespace: o.GetNamespace(), Name: o.GetName(),
		UID: o.GetUID(), ResourceVersion: o.GetResourceVersion(),
	}
}

// Recorder writes core Events and merges those that say the same, as client-go's EventCorrelator does: a repeated Event
// raises a count, more than ten alike in ten minutes are combined, and one object gets no more than a burst of 25 with
// one more each five minutes. Component and Host name the reporter. Copy it with Clone.
type Recorder struct {
	Component string
	Host      string
	groups    map[groupKey]*group  // alike but for the message
	counts    map[Record]*counted  // alike in everything
	budgets   map[objectKey]*Limit // what each object may still get
}

type groupKey struct {
	object               corev1.ObjectReference
	kind, reason, action string
}

type group struct {
	messages map[string]bool
	last     time.Duration
}

type counted struct {
	name  string
	event *corev1.Event
}

type objectKey struct{ kind, namespace, name, uid string }

const (
	groupMax      = 10               // different messages before they are combined
	groupInterval = 10 * time.Minute // in which they must fall
	burst         = 25               // Events that an object may get at once
	kept          = 4096             // of each table, as client-go's LRU caches
)

// Clone returns a copy that shares with the original only what neither changes.
func (r *Recorder) Clone() *Recorder {
	c := &Recorder{Component: r.Component, Host: r.Host}
	if r.counts == nil {
		return c
	}
	c.reset()
	for k, g := range r.groups { // any order
		n := &group{messages: make(map[string]bool, len(g.messages)), last: g.last}
		for m := range g.messages { // any order
			n.messages[m] = true
		}
		c.groups[k] = n
	}
	for k, v := range r.counts { // any order
		n := *v
		c.counts[k] = &n
	}
	for k, v := range r.budgets { // any order
		n := *v
		c.budgets[k] = &n
	}
	return c
}

// Send writes the Event over the connection, or raises the count of one already written, after d.
func (r *Recorder) Send(t *engine.Turn, conn *Conn, d time.Duration, rec Record) {
	if len(r.counts) >= kept || len(r.budgets) >= kept || r.counts == nil {
		r.reset()
	}
	rec.Object.ResourceVersion = ""
	if r.combines(t.Now(), rec) {
		rec.Message = "(combined from similar events): " + rec.Message
	}
	if !r.allowed(t.Now(), rec) {
		return
	}
	key := rec
	if len(rec.Message) > 31 && rec.Message[:31] == "(combined from similar events):" {
		key.Message = "(combined)"
	}
	if c := r.counts[key]; c != nil {
		r.repeat(t, conn, d, c, rec.Message)
		return
	}
	e := r.event(t, rec)
	r.counts[key] = &counted{name: e.Name, event: e}
	conn.SendAfter(t, d, Request{Verb: Create, Resource: "events", Namespace: e.Namespace, Name: e.Name, Object: e})
}

func (r *Recorder) event(t *engine.Turn, rec Record) *corev1.Event {
	now := metav1.NewTime(t.Wall().Truncate(time.Second))
	namespace := rec.Object.Namespace
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Name:      rec.Object.Name + "." + strconv.FormatInt(t.Wall().UnixNano()+int64(len(r.counts)), 16),
			Namespace: namespace,
		},
		InvolvedObject: rec.Object, Reason: rec.Reason, Message: rec.Message, Type: rec.Type,
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
		Source:              corev1.EventSource{Component: r.Component, Host: r.Host},
		ReportingController: r.Component, ReportingInstance: r.Host,
	}
}

func (r *Recorder) repeat(t *engine.Turn, conn *Conn, d time.Duration, c *counted, message string) {
	e := c.event.DeepCopy()
	e.Count++
	e.Message = message
	e.LastTimestamp = metav1.NewTime(t.Wall().Truncate(time.Second))
	c.event = e
	patch := `{"count":` + strconv.Itoa(int(e.Count)) + `,"lastTimestamp":"` + e.LastTimestamp.UTC().Format(time.RFC3339) +
		`","message":` + strconv.Quote(message) + `}`
	conn.SendAfter(t, d, Request{
		Verb: Patch, Resource: "events", Namespace: e.Namespace, Name: e.Name,
		PatchType: "application/strategic-merge-patch+json", PatchData: []byte(patch),
	})
}

// combines reports whether more than groupMax different messages came lately about the same thing.
func (r *Recorder) combines(now time.Duration, rec Record) bool {
	key := groupKey{object: rec.Object, kind: rec.Type, reason: rec.Reason}
	g := r.groups[key]
	if g == nil || now-g.last > groupInterval {
		g = &group{messages: map[string]bool{}}
		r.groups[key] = g
	}
	g.last = now
	if len(g.messages) < groupMax {
		g.messages[rec.Message] = true
	}
	return len(g.messages) >= groupMax
}

func (r *Recorder) allowed(now time.Duration, rec Record) bool {
	key := objectKey{rec.Object.Kind, rec.Object.Namespace, rec.Object.Name, string(rec.Object.UID)}
	l := r.budgets[key]
	if l == nil {
		l = &Limit{QPS: 1, Burst: burst}
		r.budgets[key] = l
	}
	return l.try(now, 5*time.Minute)
}

func (r *Recorder) reset() {
	r.groups, r.counts, r.budgets = map[groupKey]*group{}, map[Record]*counted{}, map[objectKey]*Limit{}
}
