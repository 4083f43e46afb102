package cni

import "testing"

func TestPool(t *testing.T) {
	p := New("10.244.1.0/29") // .2 to .6
	next := func(want string) {
		t.Helper()
		if got, _ := p.Allocate(); got != want {
			t.Errorf("allocated %q, want %q", got, want)
		}
	}
	next("10.244.1.2")
	next("10.244.1.3")
	p.Release("10.244.1.2")
	next("10.244.1.4") // not the one that is free again
	c := p.Clone()
	next("10.244.1.5")
	next("10.244.1.6")
	next("10.244.1.2")
	if ip, ok := p.Allocate(); ok {
		t.Errorf("allocated %s of a full pool", ip)
	}
	if p.Used() != 5 || c.Used() != 2 {
		t.Errorf("%d and %d addresses are used, want 5 and 2", p.Used(), c.Used())
	}
}
