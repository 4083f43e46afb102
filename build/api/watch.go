package api

import (
	"context"

	"orrery/sim/client"
)

// changesMax is how many changes wait for a slow watcher before its watch is ended. It then lists again, as clients of
// kube-apiserver do, whose buffers are bounded too.
const changesMax = 4096

// watch holds what a watch has delivered and its watcher has not yet fetched.
type watch struct {
	fetched int              // how many changes the watcher has
	changes []*client.Change // those after them
	ended   bool             // the watcher was too slow
	changed chan struct{}    // has one element when there is something new
}

// Changed implements door.Mailbox.
func (p *player) Changed(call uint64, ch *client.Change) {
	w := p.watches[call]
	if w == nil || w.ended {
		return
	}
	if len(w.changes) == changesMax {
		w.ended, w.changes = true, nil
	} else {
		w.changes = append(w.changes, ch)
	}
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// Watch implements door.World.
func (p *player) Watch(ctx context.Context, id uint64, n int) ([]*client.Change, error) {
	for {
		p.mu.Lock()
		w, failed := p.watches[id], p.failed
		if w == nil || w.ended || failed != nil {
			p.mu.Unlock()
			return nil, failed
		}
		w.changes, w.fetched = w.changes[n-w.fetched:], n
		changes := w.changes[:len(w.changes):len(w.changes)]
		p.mu.Unlock()
		if len(changes) > 0 {
			return changes, nil
		}
		select {
		case <-w.changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
