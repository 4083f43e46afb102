package kubectl

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/client"
)

// deletion is kubectl delete of one object.
type deletion struct {
	object
	file string // that names it; empty when the command line does
}

func (d *deletion) clone() task { c := *d; return &c }

func (d *deletion) start(t *turn) bool {
	c := t.process.command
	r := d.request(client.Delete)
	r.Propagation = map[string]metav1.DeletionPropagation{
		"": metav1.DeletePropagationBackground, "background": metav1.DeletePropagationBackground,
		"foreground": metav1.DeletePropagationForeground, "orphan": metav1.DeletePropagationOrphan,
	}[c.Cascade]
	r.Grace = c.grace()
	return t.send(r)
}

func (d *deletion) answer(t *turn, r *client.Response) bool {
	c := t.process.command
	if r.Error != nil {
		if c.IgnoreNotFound && r.Failed(metav1.StatusReasonNotFound) {
			return false
		}
		return t.fail(during("deleting", d.file, statusError(r.Error)))
	}
	if !c.NoWait {
		w := &absence{object: d.object}
		if r.Object != nil {
			w.uid = r.Object.GetUID()
		}
		t.process.waits = append(t.process.waits, w)
	}
	done := "deleted"
	if g := c.grace(); g != nil && *g == 0 {
		done = "force deleted"
	}
	if d.namespace != "" {
		done += " from " + d.namespace + " namespace"
	}
	return t.print(d.kind() + ` "` + d.name + `" ` + done)
}

// forced reports whether the command deletes without waiting for anybody.
func (c *Command) forced() bool { return c.Force && (c.Grace == nil || *c.Grace == 0) }

// grace returns the seconds to ask for: none at all only when --force says so too.
func (c *Command) grace() *int64 {
	seconds := int64(0)
	switch {
	case c.forced():
		return &seconds
	case c.Grace == nil || *c.Grace < 0:
		return nil
	case *c.Grace == 0:
		seconds = 1
		return &seconds
	}
	return c.Grace
}

// absence waits until a deleted object is gone: kubectl delete returns only then.
type absence struct {
	object
	uid types.UID
}

func (a *absence) clone() task { c := *a; return &c }

func (a *absence) start(t *turn) bool { return t.send(a.request(client.Get)) }

func (a *absence) changed(_ *turn, c *client.Change) bool { return c.Type != client.Deleted }

func (a *absence) answer(t *turn, r *client.Response) bool {
	if r.Request.Verb == client.WatchVerb && r.Error == nil {
		return true
	}
	if r.Error != nil || a.uid != "" && r.Object.GetUID() != a.uid {
		return false
	}
	return t.send(client.Request{
		Verb: client.WatchVerb, Resource: a.resource.Name, Namespace: a.namespace, Fields: "metadata.name=" + a.name,
		Revision: itoa(r.List),
	})
}
