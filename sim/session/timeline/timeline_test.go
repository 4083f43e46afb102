package timeline_test

import (
	"testing"

	"orrery/sim/session/timeline"
	"orrery/sim/trace"
	"orrery/sim/wire"
)

// run is a small story: a heartbeat at rest, a command with two writes and a heartbeat among them, and rest again.
var run = []struct {
	entry *trace.Entry
	quiet bool
}{
	{&trace.Entry{Kind: trace.Timer, Actor: "kubelet/node-1", Background: true}, true},
	{&trace.Entry{Kind: trace.Commit, Actor: "etcd", Resource: "leases", Background: true}, true},
	{&trace.Entry{Kind: trace.Command, Actor: "kubectl"}, false},
	{&trace.Entry{Kind: trace.Receive, Actor: "kube-apiserver", User: "kubectl"}, false},
	{&trace.Entry{Kind: trace.Commit, Actor: "etcd", User: "kubectl"}, false},
	{&trace.Entry{Kind: trace.Timer, Actor: "kubelet/node-1", Background: true}, false},
	{&trace.Entry{Kind: trace.Commit, Actor: "etcd", Background: true}, false},
	{&trace.Entry{Kind: trace.Sync, Actor: "kube-controller-manager", User: "deployment-controller", Verb: "create"}, false},
	{&trace.Entry{Kind: trace.Commit, Actor: "etcd", User: "deployment-controller", Resource: "replicasets.apps"}, true},
	{&trace.Entry{Kind: trace.Timer, Actor: "kubelet/node-1", Background: true}, true},
}

func build() (*timeline.Index, []*trace.Entry) {
	x := &timeline.Index{}
	var entries []*trace.Entry
	for i, r := range run {
		r.entry.Number = uint64(i + 1)
		entries = append(entries, r.entry)
		x.Add(entries[i], r.quiet)
	}
	return x, entries
}

func TestPlaces(t *testing.T) {
	x, _ := build()
	for until, want := range map[wire.Until][]uint64{
		wire.UntilEvent: {1, 2, 3, 4, 5, 8, 9, 10},
		wire.UntilWrite: {2, 5, 9},
		wire.UntilTen:   {4, 8},
		wire.UntilQuiet: {9},
	} {
		var got []uint64
		for e := uint64(len(run)) + 1; e > 0; {
			if e = x.Before(until, e); e > 0 {
				got = append([]uint64{e}, got...)
				if !x.IsPlace(until, e) {
					t.Errorf("%s: %d is and is not a place", until, e)
				}
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: places %v, want %v", until, got, want)
			continue
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: places %v, want %v", until, got, want)
			}
		}
	}
}

func TestFoldsAndMarks(t *testing.T) {
	x, _ := build()
	if n := x.Folds(10); n != 8 {
		t.Errorf("%d lines at the end, want 8", n)
	}
	if f := x.Fold(0); f.Count(1) != 1 || f.Count(2) != 2 || f.Count(10) != 2 {
		t.Errorf("the first run of heartbeats counts %d, %d, %d", f.Count(1), f.Count(2), f.Count(10))
	}
	if n := x.Folds(6); n != 5 {
		t.Errorf("%d lines at event 6, want 5", n)
	}
	marks, more := x.Marks(4, 2)
	if len(marks) != 2 || !more || marks[0].Event != 4 || marks[1].Kind != "write" {
		t.Errorf("marks from 4: %v %v", marks, more)
	}
}

func TestTruncateEqualsRunningThatFar(t *testing.T) {
	for event := range run {
		short := &timeline.Index{}
		long, entries := build()
		for i := range event {
			short.Add(entries[i], run[i].quiet)
		}
		quiet := event == 0 || run[event-1].quiet
		long.Truncate(uint64(event), quiet, entries)
		for i := event; i < len(run); i++ { // and both go on alike
			short.Add(entries[i], run[i].quiet)
			long.Add(entries[i], run[i].quiet)
		}
		for _, u := range []wire.Until{wire.UntilEvent, wire.UntilWrite, wire.UntilTen, wire.UntilQuiet} {
			for e := range uint64(len(run)) {
				if short.IsPlace(u, e+1) != long.IsPlace(u, e+1) {
					t.Errorf("cut after %d: %s disagrees about %d", event, u, e+1)
				}
			}
		}
		if short.Folds(10) != long.Folds(10) {
			t.Errorf("cut after %d: %d lines, want %d", event, long.Folds(10), short.Folds(10))
		}
	}
}
