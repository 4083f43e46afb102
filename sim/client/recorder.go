package client

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/google/btree"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

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
	said      *btree.BTreeG[*saying] // what was told, and how often
	groups    *btree.BTreeG[*saying] // the different messages about one thing
	budgets   *btree.BTreeG[*saying] // what each object may still get
}

// saying is a row of one of a Recorder's tables. Rows are replaced, never changed. The fields up to message are its key;
// a table that does not tell messages apart leaves message empty, and so on.
type saying struct {
	uid, field, kind, reason, message string
	event                             *corev1.Event // of said: the newest version
	messages                          []string      // of groups
	last                              time.Duration // of groups: when the newest came
	budget                            Limit         // of budgets
}

func (a *saying) less(b *saying) bool {
	switch {
	case a.uid != b.uid:
		return a.uid < b.uid
	case a.reason != b.reason:
		return a.reason < b.reason
	case a.field != b.field:
		return a.field < b.field
	case a.kind != b.kind:
		return a.kind < b.kind
	}
	return a.message < b.message
}

const (
	groupMax      = 10               // different messages from which on they are combined
	groupInterval = 10 * time.Minute // in which they must fall
	burst         = 25               // Events that an object may get at once
	kept          = 4096             // rows of each table, as client-go's LRU caches
)

// Clone returns a copy that shares with the original only what neither changes.
func (r *Recorder) Clone() *Recorder {
	c := *r
	if r.said != nil {
		c.said, c.groups, c.budgets = r.said.Clone(), r.groups.Clone(), r.budgets.Clone()
	}
	return &c
}

// Send writes the Event over the connection, or raises the count of one already written, after d.
func (r *Recorder) Send(t *engine.Turn, conn *Conn, d time.Duration, rec Record) {
	if r.said == nil || r.said.Len() >= kept || r.budgets.Len() >= kept {
		r.reset()
	}
	rec.Object.ResourceVersion = ""
	row := &saying{
		uid: cmp.Or(string(rec.Object.UID), rec.Object.Namespace+"/"+rec.Object.Name), field: rec.Object.FieldPath, kind: rec.Type, reason: rec.Reason, message: rec.Message,
	}
	if r.combines(t.Now(), row) {
		rec.Message = "(combined from similar events): " + rec.Message
		row.message = ""
	}
	if !r.allowed(t.Now(), row.uid) {
		return
	}
	if was, ok := r.said.Get(row); ok {
		row.event = r.repeat(t, conn, d, was.event, rec.Message)
	} else {
		row.event = r.event(t, rec)
		if row.message == "" {
			row.event.ReportingController, row.event.ReportingInstance = "", "" // as client-go leaves them out
		}
		conn.SendAfter(t, d, Request{
			Verb: Create, Resource: "events", Namespace: row.event.Namespace, Name: row.event.Name, Object: row.event,
		})
	}
	r.said.ReplaceOrInsert(row)
}

func (r *Recorder) event(t *engine.Turn, rec Record) *corev1.Event {
	now := metav1.NewTime(t.Wall().Truncate(time.Second))
	namespace := rec.Object.Namespace
	if namespace == "" {
		namespace = metav1.NamespaceDefault
	}
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{
			Name:      rec.Object.Name + "." + strconv.FormatInt(t.Wall().UnixNano()+int64(r.said.Len()), 16),
			Namespace: namespace,
		},
		InvolvedObject: rec.Object, Reason: rec.Reason, Message: rec.Message, Type: rec.Type,
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
		Source:              corev1.EventSource{Component: r.Component, Host: r.Host},
		ReportingController: r.Component, ReportingInstance: r.Host,
	}
}

// repeat raises an Event's count and returns its new version.
func (r *Recorder) repeat(t *engine.Turn, conn *Conn, d time.Duration, was *corev1.Event, message string) *corev1.Event {
	e := *was
	e.Count++
	e.Message = message
	e.LastTimestamp = metav1.NewTime(t.Wall().Truncate(time.Second))
	patch, err := json.Marshal(map[string]any{"count": e.Count, "lastTimestamp": e.LastTimestamp, "message": message})
	if err != nil {
		panic("client: an Event's patch: " + err.Error())
	}
	conn.SendAfter(t, d, Request{
		Verb: Patch, Resource: "events", Namespace: e.Namespace, Name: e.Name,
		PatchType: types.StrategicMergePatchType, PatchData: patch,
	})
	return &e
}

// combines reports whether a message is one too many of different ones that came lately about the same thing.
//
// Simplified: the first messages of a group are the ones that keep an Event of their own; client-go forgets one of them at
// random for each that is combined.
func (r *Recorder) combines(now time.Duration, row *saying) bool {
	g := *row
	g.message = ""
	if was, ok := r.groups.Get(&g); ok && now-was.last <= groupInterval {
		g.messages = was.messages
	}
	g.last = now
	known := slices.Contains(g.messages, row.message)
	full := len(g.messages) == groupMax-1
	if !known && !full {
		g.messages = append(g.messages[:len(g.messages):len(g.messages)], row.message)
	}
	r.groups.ReplaceOrInsert(&g)
	return full && !known
}

// allowed takes one of the Events that an object may get, and reports whether there was one.
func (r *Recorder) allowed(now time.Duration, uid string) bool {
	row := &saying{uid: uid, budget: Limit{Burst: burst}}
	if was, ok := r.budgets.Get(row); ok {
		row.budget = was.budget
	}
	ok := row.budget.try(now, 5*time.Minute)
	r.budgets.ReplaceOrInsert(row)
	return ok
}

func (r *Recorder) reset() {
	table := func() *btree.BTreeG[*saying] { return btree.NewG(16, (*saying).less) }
	r.said, r.groups, r.budgets = table(), table(), table()
}
