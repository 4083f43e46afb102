// Package shell runs what the containers of manifests are told to run: as much of a POSIX shell and of everyday programs as
// people write into a pod's command. A Script is parsed once; Run says what it has printed, which files it has left and
// whether it has ended by some time after its start.
//
// Nothing is kept between two runs: a script and the moment decide everything, so that a container that nobody looks at
// costs nothing. A loop that changes nothing is not run through, but skipped to its latest rounds.
//
// It leaves out jobs in the background but for their waiting, patterns of file names, here-documents and arithmetic but for
// integers. Models the shell of busybox.
//
// Simplified: programs that use the network succeed and print nothing; Kubernetes' containers have one.
package shell

import (
	"strings"
	"time"
)

// Script is a parsed command line. It never changes.
type Script struct {
	list  *list
	Wrong string // what the shell says of a text that it cannot read, or ""
	shell bool   // whether a shell runs it, which takes its time to start and gets signals itself
}

// Machine is what a script runs on. It is not changed by running.
type Machine struct {
	Name   string    // of the host
	Env    []string  // "NAME=value"
	Begin  time.Time // when the script starts
	Files  map[string]string
	Inputs []Input // what others did on the machine, by time
	// Serves reports whether a program that is none of ours is there, and is a server that stays.
	Serves func(name string) (known, stays bool)
}

// Input is a command that somebody else ran on the machine some time after the script's start.
type Input struct {
	At   time.Duration
	Line *Script
}

// Line is a line that was printed, without its end.
type Line struct {
	At   time.Duration // since the start
	Text string
}

// Result is how far a script came.
type Result struct {
	Ended  bool
	At     time.Duration // when it ended, since its start
	Code   int           // its exit code then
	Lines  []Line        // the latest that it printed
	Files  map[string]string
	Serves string        // the server that it runs, which stays; "" for none
	Since  time.Duration // when that started
	Direct bool          // process 1 is that server
	Writes bool          // of a Check: whether the command wrote files
	Kills  bool          // of a Check: whether it sent a signal to process 1
}

// Limits of a run: commands, kept lines and how long a script can run before it is taken to run forever.
const (
	stepsMax = 50_000
	linesMax = 2_000
	Forever  = 1000 * time.Hour
)

// How long it takes to start a shell, and a program.
const (
	shellStarts   = 5 * time.Millisecond
	programStarts = time.Millisecond
)

// Parse reads the text that a shell is given.
func Parse(text string) *Script {
	p := &parser{text: text}
	l := p.list()
	if p.wrong == "" && p.peek() != "" {
		p.fail()
	}
	return &Script{list: l, Wrong: p.wrong, shell: true}
}

// Words makes a script of a command line that needs no shell.
func Words(line []string) *Script {
	c := &command{}
	for _, a := range line {
		c.words = append(c.words, word{{text: a, quoted: true}})
	}
	return &Script{list: &list{items: []item{{pipes: [][]*command{{c}}, ops: []string{""}}}}}
}

// Of makes a script of the command line of a container: of what its shell is told when it runs one.
func Of(line []string) *Script {
	switch base(line[0]) {
	case "sh", "bash", "ash", "dash":
		for j, a := range line[1:] {
			if strings.HasPrefix(a, "-") && strings.HasSuffix(a, "c") && j+2 < len(line) {
				s := Parse(line[j+2])
				if strings.Contains(a, "e") {
					s.list = &list{items: append([]item{Words([]string{"set", "-e"}).list.items[0]}, s.list.items...)}
				}
				return s
			}
		}
	}
	return Words(line)
}

// Run runs a script until some time after its start. With a signal it gets SIGTERM then; negative for none.
func (s *Script) Run(m *Machine, until, signal time.Duration) Result {
	files := make(map[string]string, len(m.Files))
	for name, text := range m.Files { // any order
		files[name] = text
	}
	r := newRun(m, files, until, signal)
	if s.shell {
		r.pass(shellStarts)
	}
	return r.all(s)
}

// Check runs a command on the machine as a script has left it some time after its start, and returns what it printed and
// how it ended.
func (s *Script) Check(m *Machine, at time.Duration, c *Script) Result {
	before := s.Run(m, at, -1)
	n := *m
	n.Begin, n.Inputs = m.Begin.Add(at), nil
	r := newRun(&n, before.Files, Forever, -1)
	out := r.all(c)
	out.Writes, out.Kills = c.Writes(), r.vars[killedMark] != ""
	return out
}

func newRun(m *Machine, files map[string]string, until, signal time.Duration) *run {
	r := &run{m: m, until: until, signal: signal, vars: map[string]string{}, files: files}
	for _, e := range m.Env {
		name, value, _ := strings.Cut(e, "=")
		r.vars[name] = value
		r.env = append(r.env, name)
	}
	return r
}

// all runs a whole script.
func (r *run) all(s *Script) Result {
	r.single = !s.shell
	switch {
	case s.Wrong != "":
		r.print(s.Wrong + "\n")
		r.exit(2)
	default:
		if r.list(s.list); !r.over() {
			r.exit(r.code)
		}
	}
	return r.result()
}

// Text returns the lines as one text.
func Text(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

func base(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// Knows reports whether a program is one of the shell's, or of those that it runs.
func (s *Script) Knows(name string) bool {
	if s.shell {
		return true
	}
	r := newRun(&Machine{}, map[string]string{}, 0, -1)
	if _, ok := r.builtin([]string{name}); ok {
		return true
	}
	_, ok := r.program(base(name), nil)
	return ok
}
