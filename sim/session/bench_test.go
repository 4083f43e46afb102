package session_test

import (
	"encoding/json"
	"strings"
	"testing"

	"orrery/sim/session"
	"orrery/sim/wire"
)

// crowd returns a session with 1,000 pods on 10 nodes, half of the way through.
func crowd(b *testing.B) *session.Session {
	saved := session.New().Save()
	var f map[string]any
	if err := json.Unmarshal(saved, &f); err != nil {
		b.Fatal(err)
	}
	f["config"] = map[string]any{"nodes": 10}
	saved, err := json.Marshal(f)
	if err != nil {
		b.Fatal(err)
	}
	s, err := session.Load(saved)
	if err != nil {
		b.Fatal(err)
	}
	files := s.Handle(wire.Request{Op: wire.OpOpen}).Workspace.Files[:1]
	files[0].Text = strings.Replace(files[0].Text, "replicas: 2", "replicas: 1000", 1)
	if a := s.Handle(wire.Request{Op: wire.OpApply, Files: files}); a.Error != "" {
		b.Fatal(a.Error)
	}
	s.Handle(wire.Request{Op: wire.OpStep, Until: wire.UntilQuiet})
	for range 10_000_000 {
		if !s.Busy() {
			break
		}
		n := 0
		s.Run(0, func() bool { n++; return n < 1000 })
	}
	for s.Busy() {
		s.View()
	}
	return s
}

// BenchmarkView is a View of 1,000 pods, which may take a millisecond.
func BenchmarkView(b *testing.B) {
	s := crowd(b)
	v := s.View()
	b.Logf("%d events, %d pods", v.Position.Event, v.Cluster.Nodes[0].PodsAll)
	b.ReportAllocs()
	for b.Loop() {
		s.View()
	}
}

// BenchmarkViewJSON adds the way to the page.
func BenchmarkViewJSON(b *testing.B) {
	s := crowd(b)
	b.ReportAllocs()
	for b.Loop() {
		data, err := json.Marshal(s.View())
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(data)))
	}
}
