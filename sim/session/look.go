package session

import (
	"errors"

	"orrery/sim/wire"
)

// look answers a question, which changes nothing.
func (s *Session) look(r *wire.Request, a *wire.Response) (err error) {
	i, p := s.now(), &s.inspector
	switch r.Op {
	case wire.OpCheck:
		err = s.check(r, a)
	case wire.OpObject:
		a.Object, err = p.Object(i, s.lang, r.Ref)
	case wire.OpHistory:
		a.History = p.History(i, r.Key)
	case wire.OpDiff:
		a.Diff, err = p.Diff(i, r.Key, r.From, r.To)
	case wire.OpStore:
		a.Store = p.Store(i, r.Filter, r.Offset, limitOf(r))
	case wire.OpLog:
		a.Log = s.eventList(r)
	case wire.OpTable:
		a.Table = p.Table(i, r.Resource, r.Filter, r.Offset, limitOf(r))
	case wire.OpEvents:
		a.Events = p.Events(i, r.Ref)
	case wire.OpVerdict:
		a.Verdict = p.Verdict(i, r.Ref)
	case wire.OpRules:
		a.Rules, err = p.Rules(i, r.Node)
	case wire.OpNode:
		a.Runtime, err = p.Runtime(i, r.Node)
	case wire.OpSequence:
		a.Sequence = p.Sequence(i, s.lang, s.index.Order(s.world.Number()))
	default:
		err = errors.New("the engine does not know how to " + string(r.Op))
	}
	return err
}
