package session_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"orrery/sim/session"
	"orrery/sim/wire"
)

// run lets a session work until it has nothing to do, as a driver would.
func run(t testing.TB, s *session.Session) *wire.View {
	t.Helper()
	for range 100_000 {
		if !s.Busy() {
			return s.View()
		}
		chunk := 0
		s.Run(20*time.Millisecond, func() bool { chunk++; return chunk < 1000 })
		if s.Busy() {
			s.View()
		}
	}
	t.Fatal("the session never comes to rest")
	return nil
}

// ask sends a request that must be carried out.
func ask(t testing.TB, s *session.Session, r wire.Request) wire.Response {
	t.Helper()
	a := s.Handle(r)
	if a.Error != "" {
		t.Fatalf("%s: %s", r.Op, a.Error)
	}
	return a
}

// founding opens a new session and applies its files.
func founding(t testing.TB) *session.Session {
	t.Helper()
	s := session.New()
	w := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace
	ask(t, s, wire.Request{Op: wire.OpApply, Files: w.Files})
	return s
}

func step(t testing.TB, s *session.Session, u wire.Until) *wire.View {
	t.Helper()
	ask(t, s, wire.Request{Op: wire.OpStep, Until: u})
	return run(t, s)
}

func back(t testing.TB, s *session.Session, u wire.Until) *wire.View {
	t.Helper()
	return ask(t, s, wire.Request{Op: wire.OpStep, Until: u, Back: true}).View
}

func seek(t testing.TB, s *session.Session, event int) *wire.View {
	t.Helper()
	return ask(t, s, wire.Request{Op: wire.OpSeek, Event: event}).View
}

// scene is what a View shows of an instant, however it came there.
func scene(t testing.TB, v *wire.View) string {
	t.Helper()
	c := *v
	c.Version, c.MarksFrom, c.Marks, c.Changed = 0, 0, nil, nil
	c.Position.Last, c.Position.End = 0, 0
	for i := range c.Cluster.Nodes {
		for j := range c.Cluster.Nodes[i].Pods {
			c.Cluster.Nodes[i].Pods[j].Changed = false
		}
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestApplyStopsAtTheFirstEvent(t *testing.T) {
	s := founding(t)
	v := s.View()
	if v.Position.Event != 1 || v.Position.Quiet || v.Say.Title != "You run kubectl apply" || v.Cluster.Kubectl != "waiting" {
		t.Errorf("after Apply: %+v, %q", v.Position, v.Say.Title)
	}
	v = step(t, s, wire.UntilQuiet)
	want := []string{"deployment.apps/nginx-demo created", "service/nginx-service created"}
	if !v.Position.Quiet || v.Command != "kubectl apply -f nginx.yaml -f service.yaml" || !reflect.DeepEqual(v.Output, want) || v.Cluster.Kubectl != "done" {
		t.Errorf("when quiet: %+v, kubectl printed %q", v.Position, v.Output)
	}
	pods := 0
	for _, n := range v.Cluster.Nodes {
		for _, p := range n.Pods {
			if p.Status != "Running" || p.Tone != "ok" || p.Ready != "1/1" || p.IP == "" {
				t.Errorf("pod %+v", p)
			}
			pods++
		}
	}
	if len(v.Cluster.Nodes) != 3 || pods != 2 {
		t.Errorf("%d nodes with %d pods, want 3 with 2", len(v.Cluster.Nodes), pods)
	}
}

// TestStepsAndStepsBack walks through the whole story with each kind of step and back again.
func TestStepsAndStepsBack(t *testing.T) {
	for _, u := range []wire.Until{wire.UntilEvent, wire.UntilWrite, wire.UntilTen} {
		s := founding(t)
		seen := []string{scene(t, s.View())}
		for last := 1; ; {
			v := step(t, s, u)
			if v.Position.Event == last || v.Position.Quiet && u != wire.UntilTen {
				break
			}
			last = v.Position.Event
			seen = append(seen, scene(t, v))
			if u == wire.UntilTen && v.Say.Step == 0 && !v.Position.Quiet {
				t.Errorf("a step of the ten ended at %q", v.Say.Title)
			}
		}
		if len(seen) < 10 {
			t.Errorf("%s: only %d steps", u, len(seen))
		}
		if u != wire.UntilTen {
			back(t, s, u) // from where it became quiet
		} else {
			seen = seen[:len(seen)-1]
			back(t, s, u)
		}
		for i := len(seen) - 1; i > 0; i-- {
			if got := scene(t, s.View()); got != seen[i] {
				t.Fatalf("%s: step %d back shows\n%s\nwant\n%s", u, i, got, seen[i])
			}
			back(t, s, u)
		}
	}
}

func TestTenStepsComeInOrder(t *testing.T) {
	s := founding(t)
	reached := 0
	for range 200 {
		v := step(t, s, wire.UntilTen)
		if v.Say.Step > reached+1 && v.Say.Step != 10 { // a kubelet reports more than once, the first time when it takes the pod
			t.Fatalf("after step %d came step %d: %s", reached, v.Say.Step, v.Say.Title)
		}
		if v.Say.Step == reached+1 {
			reached++
		}
		if reached == 10 {
			return
		}
	}
	t.Errorf("only step %d of ten was reached", reached)
}

func TestQuietStepsAreHeartbeats(t *testing.T) {
	s := session.New()
	first := step(t, s, wire.UntilEvent)
	if first.Position.Event != 1 || !first.Position.Quiet {
		t.Fatalf("a step at rest: %+v", first.Position)
	}
	v := step(t, s, wire.UntilWrite)
	if !strings.HasPrefix(v.Say.Title, "etcd stores the Lease of node-") || len(v.Changed) > 0 || !v.Position.Quiet {
		t.Errorf("the next write at rest is %q, of %v: %+v", v.Say.Title, v.Changed, v.Position)
	}
	if v.LinesTotal != 1 || v.Lines[0].Count != v.Position.Event {
		t.Errorf("heartbeats fold into %+v", v.Lines)
	}
	if v := step(t, s, wire.UntilTen); v.Position.Running || s.Busy() {
		t.Errorf("there is nothing of the ten at rest, but a step goes on: %+v", v.Position)
	}
	if v := back(t, s, wire.UntilQuiet); v.Position.Event != 0 {
		t.Errorf("back until quiet leads to event %d", v.Position.Event)
	}
}

func TestSeekShowsTheSameInstant(t *testing.T) {
	s := founding(t)
	var seen []string
	for v := s.View(); !v.Position.Quiet; v = step(t, s, wire.UntilEvent) {
		seen = append(seen, scene(t, v))
	}
	for _, at := range []int{7, 100, 3, len(seen) / 2, 1} {
		if got := scene(t, seek(t, s, at)); !strings.Contains(strings.Join(seen, "\n"), got) {
			t.Errorf("event %d sought shows what was not there when it ran: %s", at, got)
		}
	}
	if v := seek(t, s, 1_000_000); v.Position.Event != v.Position.Last {
		t.Errorf("seeking past the end leads to %+v", v.Position)
	}
}

func TestPlay(t *testing.T) {
	s := founding(t)
	start := s.View().Position.Now
	ask(t, s, wire.Request{Op: wire.OpPlay, Speed: 0.5})
	for range 10 {
		s.Run(20*time.Millisecond, func() bool { return true })
	}
	v := s.View()
	if passed := time.Duration(v.Position.Now - start); passed != 100*time.Millisecond || !v.Position.Playing {
		t.Errorf("0.2 s at half speed are %v of virtual time", passed)
	}
	v = run(t, s)
	if v.Position.Playing || !v.Position.Quiet || v.Position.Now > int64(10*time.Second) {
		t.Errorf("play went on past quiet: %+v", v.Position)
	}
	ask(t, s, wire.Request{Op: wire.OpPlay, Speed: 100})
	for range 10 {
		s.Run(20*time.Millisecond, func() bool { return true })
	}
	v = ask(t, s, wire.Request{Op: wire.OpPause}).View
	if v.Position.Playing || s.Busy() || v.Position.Now < int64(20*time.Second) {
		t.Errorf("play at rest: %+v", v.Position)
	}
	last := v.Lines[len(v.Lines)-1]
	if last.Count < 10 {
		t.Errorf("the heartbeats of 20 s at rest are %+v", last)
	}
}

func TestAnotherFuture(t *testing.T) {
	s := founding(t)
	step(t, s, wire.UntilQuiet)
	end := s.View().Position.Last
	v := seek(t, s, 30)
	if v.Position.Last != end || v.Position.Event != 30 {
		t.Fatalf("the future is forgotten on the way back: %+v", v.Position)
	}
	files := ask(t, s, wire.Request{Op: wire.OpOpen}).Workspace.Files
	files[0].Text = strings.Replace(files[0].Text, "replicas: 2", "replicas: 3", 1)
	v = ask(t, s, wire.Request{Op: wire.OpApply, Files: files}).View
	if v.Position.Last != 31 || v.MarksFrom > 31 {
		t.Errorf("a command in the past leaves %+v, marks from %d", v.Position, v.MarksFrom)
	}
	step(t, s, wire.UntilQuiet)
	whole := ask(t, s, wire.Request{Op: wire.OpOpen}).View
	if whole.MarksFrom != 1 {
		t.Fatalf("opening sends marks from %d", whole.MarksFrom)
	}
	for i := 1; i < len(whole.Marks); i++ {
		if whole.Marks[i].Event <= whole.Marks[i-1].Event || whole.Marks[i].At < whole.Marks[i-1].At {
			t.Fatalf("marks out of order: %+v, %+v", whole.Marks[i-1], whole.Marks[i])
		}
	}
	pods := 0
	for _, n := range whole.Cluster.Nodes {
		pods += n.PodsAll
	}
	if pods != 3 {
		t.Errorf("%d pods after scaling, want 3", pods)
	}
}

func TestMarksAddUp(t *testing.T) {
	s := founding(t)
	var marks wire.Marks
	take := func(v *wire.View) {
		for len(marks) > 0 && marks[len(marks)-1].Event >= v.MarksFrom {
			marks = marks[:len(marks)-1]
		}
		marks = append(marks, v.Marks...)
	}
	take(ask(t, s, wire.Request{Op: wire.OpOpen}).View)
	for i := 0; ; i++ {
		v := ask(t, s, wire.Request{Op: wire.OpStep, Until: wire.UntilWrite}).View
		take(v)
		if i%7 == 6 {
			take(back(t, s, wire.UntilEvent))
		}
		if v.Position.Quiet {
			break
		}
	}
	if whole := ask(t, s, wire.Request{Op: wire.OpOpen}).View.Marks; !reflect.DeepEqual(marks, whole) {
		t.Errorf("%d marks were sent bit by bit, %d at once", len(marks), len(whole))
	}
}
