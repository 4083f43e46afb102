package engine

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

// bouncer sends what it receives on to the next bouncer until it has travelled far enough.
type bouncer struct {
	next Address
	log  []string
}

func (b *bouncer) Handle(t *Turn, body any) {
	n := body.(int)
	b.log = append(b.log, fmt.Sprint(t.Now(), n, t.Entry.Cause))
	if n > 0 {
		t.Send(b.next, time.Duration(t.Rand().IntN(1000)), n-1)
		t.Send(b.next, 10, n/2)
	}
}

func (b *bouncer) Clone() Component {
	return &bouncer{next: b.next, log: append([]string(nil), b.log...)}
}

func game(seed uint64) *Engine {
	e := New(seed)
	e.Add("a", &bouncer{next: "b"})
	e.Add("b", &bouncer{next: "a"})
	e.Post(0, "a", 9)
	return e
}

func run(e *Engine, n int) {
	for range n {
		if _, ok := e.Step(); !ok {
			return
		}
	}
}

func logs(e *Engine) []string {
	return append(e.Component("a").(*bouncer).log, e.Component("b").(*bouncer).log...)
}

func TestSameSeedSameRun(t *testing.T) {
	a, b, c := game(1), game(1), game(2)
	for _, e := range []*Engine{a, b, c} {
		run(e, 1000)
	}
	if !reflect.DeepEqual(logs(a), logs(b)) {
		t.Error("two runs of one seed differ")
	}
	if reflect.DeepEqual(logs(a), logs(c)) {
		t.Error("runs of two seeds are the same")
	}
}

func TestCloneContinuesAlike(t *testing.T) {
	for at := 0; at < 60; at += 7 {
		e := game(3)
		run(e, at)
		c := e.Clone()
		run(e, 1000)
		if reflect.DeepEqual(logs(e), logs(c)) && at < 50 {
			t.Fatalf("running the original after %d events ran the clone", at)
		}
		run(c, 1000)
		if !reflect.DeepEqual(logs(e), logs(c)) || e.Now() != c.Now() || e.Number() != c.Number() {
			t.Errorf("a clone made after %d events went another way", at)
		}
	}
}

func TestOrder(t *testing.T) {
	e := New(1)
	b := &bouncer{}
	e.Add("a", b)
	for i, at := range []time.Duration{30, 10, 20, 10, 30, 10} {
		e.Post(at, "a", -i)
	}
	run(e, 10)
	want := []string{"10ns -1 0", "10ns -3 0", "10ns -5 0", "20ns -2 0", "30ns 0 0", "30ns -4 0"}
	if !reflect.DeepEqual(b.log, want) {
		t.Errorf("order %v, want by time and then as scheduled: %v", b.log, want)
	}
}

func TestQuiet(t *testing.T) {
	e := New(1)
	e.Add("a", &timer{})
	e.Post(0, "a", nil)
	if e.Quiet() {
		t.Error("quiet with an event due")
	}
	e.Step()
	if !e.Quiet() {
		t.Error("not quiet with nothing but a background timer")
	}
}

type timer struct{}

func (*timer) Handle(t *Turn, _ any) { t.Later(time.Second, nil) }
func (*timer) Clone() Component      { return &timer{} }

// TestStream pins the numbers: they must be the same on every machine and in every version.
func TestStream(t *testing.T) {
	s := newStream(7, owner{component: "names"})
	got := s.Suffix(5) + " " + s.UID() + " " + s.Draw(Latency{Min: time.Millisecond, Max: 2 * time.Millisecond}).String()
	const want = "kjsrz 9b956d91-f4c7-49d4-a69d-b9e85a13117e 1.150057ms"
	if got != want {
		t.Errorf("the stream of seed 7 begins %q, want %q", got, want)
	}
}
