// Package etcd is the store: keys, revisions and what each key held at each of them (MVCC).
//
// Every commit makes one new revision. The store keeps all versions of a key until they are compacted, so that a watch
// can begin in the past and a reader can ask what was there then. It leaves out Raft, leases and transactions over more
// than one key, which kube-apiserver does not use. Models go.etcd.io/etcd/server/v3/storage/mvcc.
package etcd

import (
	"errors"
	"strconv"

	"github.com/google/btree"

	"orrery/sim/api"
)

// ErrCompacted says that the revision asked for is no longer kept.
var ErrCompacted = errors.New("etcdserver: mvcc: required revision has been compacted")

// ErrConflict says that the key's revision is not the one that the commit was made for.
var ErrConflict = errors.New("etcdserver: mvcc: the key was changed in the meantime")

// Value is what a key held from one revision on. A stored Value and its Object never change.
type Value struct {
	Key     string
	Object  api.Object // the last value when the key was deleted
	Create  int64      // revision that created the key
	Mod     int64      // revision of this write
	Version int64      // writes since the key was created, this one included; 0 when this write deleted it
	Event   uint64     // number of the event that committed it
	Sent    api.Object // what the write's author sent, where the object was made from it: without defaults; may be nil
	Beside  any        // what the API server keeps beside the object, which never changes; the store does not look at it
}

// Deleted reports whether the write removed the key.
func (v *Value) Deleted() bool { return v.Version == 0 }

// Store holds the keys. The zero value is not usable; see New.
type Store struct {
	revision  int64
	compacted int64
	current   *btree.BTreeG[*Value] // by key: what is there now
	log       []*Value              // by revision, from compacted+1 on
	history   *btree.BTreeG[*Value] // by key and revision: all that is kept up to the revision indexed
	indexed   int64
	probe     Value // what trees are searched for
}

// New returns an empty store at revision 1, as etcd starts.
func New() *Store {
	return &Store{
		revision: 1, compacted: 1, indexed: 1,
		current: btree.NewG(degree, func(a, b *Value) bool { return a.Key < b.Key }),
		history: btree.NewG(degree, func(a, b *Value) bool {
			return a.Key < b.Key || a.Key == b.Key && a.Mod < b.Mod
		}),
	}
}

const degree = 16 // of the B-trees: wide enough to be shallow, narrow enough to copy

// Revision returns the revision of the latest commit.
func (s *Store) Revision() int64 { return s.revision }

// Compacted returns the revision up to which versions were dropped.
func (s *Store) Compacted() int64 { return s.compacted }

// Len returns the number of keys.
func (s *Store) Len() int { return s.current.Len() }

// Get returns what a key holds, or nil.
func (s *Store) Get(key string) *Value {
	s.probe.Key = key
	v, _ := s.current.Get(&s.probe)
	return v
}

// Range calls f for every key with a prefix, in order, until it returns false.
func (s *Store) Range(prefix string, f func(*Value) bool) { s.RangeFrom(prefix, "", f) }

// RangeFrom is Range from a key on: those before start are passed over.
func (s *Store) RangeFrom(prefix, start string, f func(*Value) bool) {
	s.current.AscendGreaterOrEqual(&Value{Key: max(prefix, start)}, func(v *Value) bool {
		return len(v.Key) >= len(prefix) && v.Key[:len(prefix)] == prefix && f(v)
	})
}

// RangeAt is RangeFrom at a revision of the past; ErrCompacted when that is no longer known.
func (s *Store) RangeAt(prefix, start string, revision int64, f func(*Value) bool) error {
	if revision < s.compacted {
		return ErrCompacted
	}
	if revision >= s.revision {
		s.RangeFrom(prefix, start, f)
		return nil
	}
	var held *Value // what the key that is being looked at held
	more := true
	give := func(next *Value) {
		if held != nil && (next == nil || next.Key != held.Key) {
			more, held = held.Deleted() || f(held), nil
		}
	}
	s.past().AscendGreaterOrEqual(&Value{Key: max(prefix, start)}, func(v *Value) bool {
		if len(v.Key) < len(prefix) || v.Key[:len(prefix)] != prefix {
			return false
		}
		give(v)
		if v.Mod <= revision {
			held = v
		}
		return more
	})
	if more {
		give(nil)
	}
	return nil
}

// History calls f for every kept version of a key, oldest first, until it returns false.
func (s *Store) History(key string, f func(*Value) bool) {
	s.past().AscendGreaterOrEqual(&Value{Key: key}, func(v *Value) bool { return v.Key == key && f(v) })
}

// At returns what a key held at a revision: nil when it was not there, ErrCompacted when that is no longer known.
func (s *Store) At(key string, revision int64) (*Value, error) {
	if revision < s.compacted {
		return nil, ErrCompacted
	}
	var found *Value
	s.past().DescendLessOrEqual(&Value{Key: key, Mod: revision}, func(v *Value) bool {
		if v.Key == key && !v.Deleted() {
			found = v
		}
		return false
	})
	return found, nil
}

// Since returns the writes after a revision in their order. The slice must not be changed.
func (s *Store) Since(revision int64) ([]*Value, error) {
	if revision < s.compacted {
		return nil, ErrCompacted
	}
	return s.log[min(revision-s.compacted, int64(len(s.log))):], nil
}

// Write is one change of one key.
type Write struct {
	Key    string
	Object api.Object // nil to delete; Commit sets its resourceVersion, so nobody else may hold it yet
	Expect int64      // the key's Mod revision that this write is made for; 0 when the key must not exist
	Last   api.Object // for a delete: the value that watchers are shown
	Event  uint64     // number of the event that commits
	Sent   api.Object // see Value
	Beside any        // see Value; nil for what there was
}

// Commit makes the write at a new revision. It returns ErrConflict, and changes nothing, when the key's revision is not
// the expected one.
func (s *Store) Commit(w Write) (*Value, error) {
	old := s.Get(w.Key)
	if old == nil && w.Expect != 0 || old != nil && old.Mod != w.Expect {
		return nil, ErrConflict
	}
	s.revision++
	v := &Value{Key: w.Key, Object: w.Object, Create: s.revision, Mod: s.revision, Version: 1, Event: w.Event, Sent: w.Sent, Beside: w.Beside}
	if old != nil {
		v.Create, v.Version = old.Create, old.Version+1
		if v.Beside == nil {
			v.Beside = old.Beside
		}
	}
	if w.Object == nil {
		v.Object, v.Version = w.Last, 0
		s.current.Delete(old)
	} else {
		s.current.ReplaceOrInsert(v)
	}
	v.Object.SetResourceVersion(strconv.FormatInt(s.revision, 10))
	s.log = append(s.log, v)
	return v, nil
}

// past returns the history up to now. Few ask for it, and so commits leave it to them.
func (s *Store) past() *btree.BTreeG[*Value] {
	for _, v := range s.log[s.indexed-s.compacted:] {
		s.history.ReplaceOrInsert(v)
	}
	s.indexed = s.revision
	return s.history
}

// Compact drops the versions that were replaced or deleted at or before a revision.
func (s *Store) Compact(revision int64) {
	revision = min(revision, s.revision)
	if revision <= s.compacted {
		return
	}
	s.past()
	for _, v := range s.log[:revision-s.compacted] {
		s.dropBefore(v)
	}
	s.log = append([]*Value(nil), s.log[revision-s.compacted:]...)
	s.compacted = revision
}

// dropBefore removes the version that v replaced, and v itself when it is a deletion.
func (s *Store) dropBefore(v *Value) {
	var older *Value
	s.history.DescendLessOrEqual(&Value{Key: v.Key, Mod: v.Mod - 1}, func(o *Value) bool {
		if o.Key == v.Key {
			older = o
		}
		return false
	})
	if older != nil {
		s.history.Delete(older)
	}
	if v.Deleted() {
		s.history.Delete(v)
	}
}

// Clone returns a copy that shares with the original only what neither changes.
func (s *Store) Clone() *Store {
	c := *s
	c.current = s.current.Clone()
	c.history = s.history.Clone()
	c.log = s.log[:len(s.log):len(s.log)]
	return &c
}
