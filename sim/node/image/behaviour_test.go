package image

import (
	"strings"
	"testing"
	"time"

	"orrery/sim/node/shell"
)

func program(t *testing.T, name string, s Start) *Program {
	t.Helper()
	r, _ := Parse(name)
	i, message := Find(r)
	if message != "" {
		t.Fatal(message)
	}
	return i.Run(s)
}

// TestBehaviour checks what annotations make of a program.
func TestBehaviour(t *testing.T) {
	b := Behaviours(map[string]string{
		"orrery.sim/start-after": "5s", "orrery.sim/ready-after": "20s", "orrery.sim/exit-after.app": "30s", "orrery.sim/exit-code.app": "4",
		"orrery.sim/exit-after.other": "1s", "orrery.sim/leak": "1Mi/s", "orrery.sim/latency": "2s", "example.com/leak": "1Gi",
	}, "app")
	p := program(t, "nginx", Start{Behaviour: b})
	if p.Listens(80, 4*time.Second) || !p.Listens(80, 5*time.Second) || !p.Ends || p.Runs != 30*time.Second || p.Code != 4 {
		t.Errorf("%+v", p)
	}
	if code, took := p.Get("/", 10*time.Second); code != 503 || took != 2*time.Second {
		t.Errorf("before it is ready it answers %d after %v", code, took)
	}
	if code, _ := p.Get("/", 20*time.Second); code != 200 {
		t.Errorf("when it is ready it answers %d", code)
	}
	p = program(t, "nginx", Start{Behaviour: b, Memory: 18 << 20})
	if p.Runs != 10*time.Second || p.Code != Killed || p.Reason != "OOMKilled" {
		t.Errorf("a leak of 1 MiB a second into 10 MiB: %+v", p)
	}
	if p = program(t, "polinux/stress", Start{Command: []string{"stress"}, Args: []string{"--vm", "1", "--vm-bytes", "250M"}, Memory: 100 << 20}); p.Reason != "OOMKilled" {
		t.Errorf("stress is not killed: %+v", p)
	}
	failed := 0
	p = program(t, "nginx", Start{Behaviour: Behaviours(map[string]string{"orrery.sim/fail-rate": "30%"}, "app")})
	for i := range 1000 {
		if code, _ := p.Get("/", time.Duration(i)*7*time.Millisecond); code == 500 {
			failed++
		}
	}
	if failed < 250 || failed > 350 {
		t.Errorf("of 1000 answers %d failed", failed)
	}
}

// TestLog checks what programs print, and what commands in their container do to them.
func TestLog(t *testing.T) {
	p := program(t, "busybox", Start{Command: []string{"sh", "-c"}, Args: []string{"echo $A; sleep 2; echo done"}, Env: []string{"A=b"}})
	if got := shell.Text(p.Log(time.Second, -1, time.Time{})); got != "b\n" {
		t.Errorf("printed by a second: %q", got)
	}
	if got := shell.Text(p.Log(3*time.Second, -1, time.Time{})); got != "b\ndone\n" {
		t.Errorf("printed in all: %q", got)
	}
	if got := shell.Text(program(t, "example.com/app", Start{}).Log(time.Second, -1, time.Time{})); !strings.Contains(got, "nothing is known of example.com/app:latest") {
		t.Errorf("an unknown image says %q", got)
	}
	p = program(t, "nginx", Start{Files: map[string]string{"/etc/app/mode": "fast\n"}})
	if r, missing := p.Exec([]string{"cat", "/etc/app/mode"}, time.Second, time.Time{}); missing != "" || shell.Text(r.Lines) != "fast\n" {
		t.Errorf("a file of a volume: %+v %s", r, missing)
	}
	r, _ := p.Exec([]string{"sh", "-c", "echo x > /tmp/y; kill 1"}, time.Second, time.Time{})
	if n := p.With(time.Second, []string{"kill", "1"}, r.Kills); !r.Writes || !n.Ends || p.Ends {
		t.Errorf("after a kill: %+v, %+v", r, n)
	}
	if _, missing := program(t, "busybox", Start{}).Exec([]string{"nosuch"}, time.Second, time.Time{}); missing != "nosuch" {
		t.Errorf("missing: %q", missing)
	}
}
