package narrate

import (
	"net/http"
	"strconv"
	"strings"

	"orrery/sim/apiserver/admission"
	"orrery/sim/apiserver/authentication"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// Request returns the way of the request that an event is part of through the API server, from its arrival to its answer;
// nothing for an event that is not part of a request.
func (t Teller) Request(e *trace.Entry) []wire.Phase {
	taken := t.taken(e)
	if taken == nil {
		return nil
	}
	phases := t.prepared(taken)
	if taken.Kind == trace.Refuse {
		return t.answered(e, refused(phases, taken))
	}
	if taken.Kind == trace.Receive && taken.Key != "" {
		stored := wire.Phase{Name: wire.Committed, State: wire.Ahead}
		if c := t.following(e, trace.Commit); c != nil {
			stored = wire.Phase{Name: wire.Committed, Detail: strconv.FormatInt(c.Revision, 10), Event: int(c.Number)}
		}
		phases = append(phases, stored)
	}
	return t.answered(e, phases)
}

// taken returns the event in which the API server took the request that an event is part of.
func (t Teller) taken(e *trace.Entry) *trace.Entry {
	for ; e != nil; e = t.at.Entry(e.Cause) {
		switch e.Kind {
		case trace.Receive, trace.Read, trace.Refuse:
			if e.Verb == "unwatch" {
				return nil
			}
			return e
		case trace.Commit, trace.Answer:
		default:
			return nil
		}
	}
	return nil
}

// following returns the event of a kind among an event and its causes, or nil when it lies ahead.
func (t Teller) following(e *trace.Entry, kind trace.Kind) *trace.Entry {
	for ; e != nil && (e.Kind == trace.Answer || e.Kind == trace.Commit); e = t.at.Entry(e.Cause) {
		if e.Kind == kind {
			return e
		}
	}
	return nil
}

// prepared returns what the API server does with a request in one event, before anything is stored.
func (t Teller) prepared(taken *trace.Entry) []wire.Phase {
	n := int(taken.Number)
	phases := []wire.Phase{
		{Name: wire.Received, Detail: strings.TrimSpace(taken.Verb + " " + taken.Target()), Event: n},
		{Name: wire.Authenticated, Detail: authentication.Named(taken.User).Name, Event: n},
		{Name: wire.Authorised, Detail: t.at.Server().Grounds(taken), Event: n},
	}
	if taken.Kind == trace.Read {
		return append(phases, wire.Phase{Name: wire.Read, Event: n})
	}
	changed, _ := taken.Data.(admission.Changed)
	return append(phases,
		wire.Phase{Name: wire.Admitted, Detail: strings.Join(changed.Names(), ", "), Event: n},
		wire.Phase{Name: wire.Validated, Event: n})
}

// refused ends the phases at the one that refused the request.
func refused(phases []wire.Phase, e *trace.Entry) []wire.Phase {
	at := wire.Received
	switch {
	case e.Code == http.StatusUnauthorized:
		at = wire.Authenticated
	case e.Code == http.StatusForbidden && strings.Contains(e.Message, `is forbidden: User "`):
		at = wire.Authorised
	case e.Code == http.StatusForbidden || e.Code == http.StatusTooManyRequests:
		at = wire.Admitted
	case e.Code == http.StatusUnprocessableEntity || e.Code == http.StatusConflict:
		at = wire.Validated
	}
	for i := range phases {
		if phases[i].Name == at {
			phases[i].State, phases[i].Detail = wire.Refused, e.Message
			return phases[:i+1]
		}
	}
	return phases
}

// answered adds the answer, and marks the phases of the event that is told.
func (t Teller) answered(e *trace.Entry, phases []wire.Phase) []wire.Phase {
	last := wire.Phase{Name: wire.Answered, State: wire.Ahead}
	if a := t.following(e, trace.Answer); a != nil {
		last = wire.Phase{Name: wire.Answered, Event: int(a.Number)}
		if a.Code != 0 {
			last.Detail = strconv.Itoa(a.Code)
		}
	}
	phases = append(phases, last)
	for i := range phases {
		if phases[i].State == "" && phases[i].Event == int(e.Number) {
			phases[i].State = wire.Current
		}
	}
	return phases
}
