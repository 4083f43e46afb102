package apiserver

import (
	"net/http"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/engine"
)

// collection is a deletecollection whose deletes are on their way. It is answered after the last of them.
type collection struct {
	request *client.Request
	caller  engine.Address
	answer  client.Response
	left    int // deletes that have not been answered
}

// prepareDeleteCollection sends the server a delete for each object that the request selects.
func (s *Server) prepareDeleteCollection(t *engine.Turn, res *api.Resource, r *client.Request) (outcome, *metav1.Status) {
	page, status := s.list(res, r)
	if status != nil || len(page.items) == 0 {
		return outcome{code: http.StatusOK, revision: page.revision}, status
	}
	s.collected++
	for _, o := range page.items {
		t.SendAs("", client.Server, 0, &client.Request{
			ID: s.collected, User: r.User, Verb: client.Delete, Resource: r.Resource, Namespace: o.GetNamespace(), Name: o.GetName(),
			Grace: r.Grace, Propagation: r.Propagation, DryRun: r.DryRun,
		})
	}
	return outcome{collection: &collection{request: r, left: len(page.items), answer: client.Response{
		ID: r.ID, Request: r, Code: http.StatusOK, Items: page.items, List: page.revision,
	}}}, nil
}

// collect takes the answer to one delete of a collection. An object that somebody else has deleted meanwhile is no error.
func (s *Server) collect(t *engine.Turn, r *client.Response) {
	old := s.collections[r.Request.ID]
	if old == nil || r.Request.Verb != client.Delete {
		return
	}
	c := *old
	if r.Error != nil && r.Error.Reason != metav1.StatusReasonNotFound && c.answer.Error == nil {
		c.answer.Code, c.answer.Error = r.Code, r.Error
	}
	if c.left--; c.left > 0 {
		s.collections[r.Request.ID] = &c
		return
	}
	delete(s.collections, r.Request.ID)
	s.answer(t, c.caller, &c.answer)
}
