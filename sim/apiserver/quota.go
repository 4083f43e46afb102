package apiserver

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/apiserver/admission"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/etcd"
	"orrery/sim/trace"
)

// charging is a write that waits until the quotas of its namespace are charged: one event stores one quota's new usage.
// The quotas are looked at anew each time, so that several requests at once never use more than there is.
type charging struct {
	commit  *commit
	charged []string // names of quotas; replaced, never changed
}

// checkQuota refuses what exceeds a quota, and returns the object's resource when one is to be charged.
func (s *Server) checkQuota(a *admission.Attributes) (charges *api.Resource, status *metav1.Status) {
	due, err := admission.Charges(a, nil)
	switch {
	case err != nil:
		return nil, statusOf(err)
	case len(due) > 0:
		return a.Resource, nil
	}
	return nil, nil
}

// charge charges the next quota, and sends the write on when there is none.
func (s *Server) charge(t *engine.Turn, c *charging) {
	r, out := c.commit.request, &c.commit.outcome
	s.received = c.commit.received
	a := s.admission(t, out.charges, r, out.write.Object, out.old)
	due, err := admission.Charges(a, c.charged)
	switch {
	case err != nil:
		s.describe(t, r)
		s.refuse(t, r, c.commit.caller, statusOf(err), out.warnings...)
		return
	case len(due) == 0: // the quota went in the meantime
		s.commit(t, c.commit)
		return
	}
	q := due[0].Quota.DeepCopy()
	q.Status.Used = due[0].Used
	own := &client.Request{
		User: "apiserver", Verb: client.Update, Resource: "resourcequotas", Subresource: "status", Namespace: q.Namespace, Name: q.Name,
	}
	s.describe(t, own)
	w := etcd.Write{Key: api.Find("resourcequotas").Key(q.Namespace, q.Name), Object: q, Event: t.Entry.Number}
	w.Expect = s.store.Get(w.Key).Mod
	v, err := s.store.Commit(w)
	if err != nil {
		panic("apiserver: charging a quota that was just read: " + err.Error())
	}
	t.Entry.Kind, t.Entry.Key, t.Entry.Revision, t.Entry.Code = trace.Commit, v.Key, v.Mod, http.StatusOK
	s.notify(t, own, v, due[0].Quota)
	if s.auditor != nil {
		s.auditor.Answered(s.received, t.Wall(), &client.Response{Request: own, Code: http.StatusOK, Object: v.Object})
	}
	if len(due) > 1 {
		charged := append(c.charged[:len(c.charged):len(c.charged)], q.Name)
		t.Send(Etcd, 0, &charging{commit: c.commit, charged: charged})
		return
	}
	t.Send(Etcd, 0, c.commit)
}
