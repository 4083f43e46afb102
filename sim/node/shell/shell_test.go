package shell

import (
	"strings"
	"testing"
	"time"
)

var machine = &Machine{
	Name: "web-0", Env: []string{"GREETING=hello", "N=3"}, Begin: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC),
	Serves: func(name string) (known, stays bool) { return name == "nginx", name == "nginx" },
}

// TestScripts runs scripts to their end.
func TestScripts(t *testing.T) {
	for text, want := range map[string]struct {
		printed string
		code    int
	}{
		"echo a b  'c  d'": {"a b c  d\n", 0},
		`echo "$GREETING from $(hostname)" ${X:-none} $((N * 2 + 1))`: {"hello from web-0 none 7\n", 0},
		"echo starting; sleep 1; exit 3":                              {"starting\n", 3},
		"for i in 1 2 3; do echo -n $i; done; echo":                   {"123\n", 0},
		"i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done":       {"1\n2\n3\n", 0},
		"if test -f /tmp/x; then echo yes; else echo no; fi":          {"no\n", 0},
		"touch /tmp/x && [ -e /tmp/x ] && ls /tmp":                    {"x\n", 0},
		"cat /tmp/healthy": {"cat: can't open '/tmp/healthy': No such file or directory\n", 1},
		"echo one > /f; echo two >> /f; cat /f | wc -l":           {"2\n", 0},
		"false || echo saved; ! true":                             {"saved\n", 1},
		"set -e; false; echo not reached":                         {"", 1},
		"nosuchprogram":                                           {"sh: nosuchprogram: not found\n", 127},
		"case $GREETING in h*) echo match;; *) echo other;; esac": {"match\n", 0},
		"f() { echo \"got $1\"; return 4; }; f it":                {"got it\n", 4},
		"trap 'echo bye' EXIT; echo hi":                           {"hi\nbye\n", 0},
		"date +%Y-%m-%d; echo $?":                                 {"2026-01-01\n0\n", 0},
		"echo err >&2; echo x 2>/dev/null; cat /no 2>/dev/null":   {"err\nx\n", 1},
		"seq 1 3 | tail -n 1":                                     {"3\n", 0},
		"(exit 5); echo $?":                                       {"5\n", 0},
		"printf '%s-%s\\n' a b":                                   {"a-b\n", 0},
		"echo 'unfinished":                                        {"sh: syntax error: unterminated quoted string\n", 2},
		"if true; then echo":                                      {"sh: syntax error: unexpected end of file\n", 2},
		"# comment\necho done # more\n":                           {"done\n", 0},
		"until [ -f /tmp/go ]; do n=$((n+1)); [ $n -eq 3 ] && touch /tmp/go; done; echo $n": {"3\n", 0},
	} {
		r := Parse(text).Run(machine, Forever, -1)
		if got := Text(r.Lines); got != want.printed || r.Code != want.code || !r.Ended {
			t.Errorf("%s\nprinted %q and ended %v with %d, want %q and %d", text, got, r.Ended, r.Code, want.printed, want.code)
		}
	}
}

// TestForever checks that endless scripts are known for such, and what they have printed by some time, however late.
func TestForever(t *testing.T) {
	for _, text := range []string{
		"while true; do echo tick; sleep 1; done", "sleep infinity", "tail -f /dev/null", "nginx -g 'daemon off;'",
		"i=0; while true; do i=$((i+1)); echo $i; sleep 1; done", "while :; do :; done", "exec nginx", "sleep 1d & wait",
	} {
		if r := Parse(text).Run(machine, 12*time.Hour, -1); r.Ended {
			t.Errorf("%s ended after %v", text, r.At)
		}
	}
	s := Parse("while true; do date +%s; sleep 1; done")
	r := s.Run(machine, 100*time.Hour, -1)
	if last := r.Lines[len(r.Lines)-1]; last.At < 100*time.Hour-2*time.Second || len(r.Lines) < 1000 {
		t.Errorf("of %d lines the last was printed after %v", len(r.Lines), last.At)
	}
	if r := Parse("exec nginx").Run(machine, time.Hour, -1); r.Serves != "nginx" || r.Since == 0 {
		t.Errorf("exec nginx serves %q since %v", r.Serves, r.Since)
	}
}

// TestSignal checks what SIGTERM does to process 1: nothing without a trap, and the trap only when it is free.
func TestSignal(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"sleep 100": 100 * time.Second, "trap 'exit 7' TERM; sleep 100 & wait": 10 * time.Second,
		"trap 'exit 7' TERM; sleep 100": 100 * time.Second, "trap 'exit 7' TERM; while true; do sleep 3; done": 12 * time.Second,
	} {
		r := Parse(text).Run(machine, time.Hour, 10*time.Second)
		if !r.Ended || r.At.Round(time.Second) != want || strings.Contains(text, "trap") && r.Code != 7 {
			t.Errorf("%s: ended %v after %v with %d, want %v", text, r.Ended, r.At, r.Code, want)
		}
	}
}

// TestCheck runs commands on the machine of a running script, as a probe does and as a person does who changes it.
func TestCheck(t *testing.T) {
	s := Parse("touch /tmp/healthy; sleep 15; rm -f /tmp/healthy; sleep 600")
	probe := Words([]string{"cat", "/tmp/healthy"})
	if r := s.Check(machine, 10*time.Second, probe); r.Code != 0 {
		t.Errorf("healthy at first: %+v", r)
	}
	if r := s.Check(machine, 20*time.Second, probe); r.Code != 1 || Text(r.Lines) != "cat: can't open '/tmp/healthy': No such file or directory\n" {
		t.Errorf("ill later: %+v", r)
	}
	m := *machine
	m.Inputs = []Input{{At: 17 * time.Second, Line: Words([]string{"touch", "/tmp/healthy"})}}
	if r := s.Check(&m, 20*time.Second, probe); r.Code != 0 {
		t.Errorf("healed by somebody: %+v", r)
	}
}

// BenchmarkStart measures what it costs to learn whether a script ends.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		Parse("i=0; while true; do i=$((i+1)); echo $i; sleep 1; done").Run(machine, Forever, -1)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"echo $((1+", "a=$(b", "${", "case x in", "f(){", "`x`", "while", "$(($(", "a && || b", "f() { f; }; f", "echo $((((((1))))))", "sh -c 'echo $0'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { Parse(text).Run(machine, time.Minute, -1) })
}
