package shell

import (
	"slices"
	"strings"
	"time"
)

// run is a script that is running.
type run struct {
	m      *Machine
	until  time.Duration
	signal time.Duration // when it gets SIGTERM; negative for never
	clock  time.Duration

	vars  map[string]string
	env   []string // names of the variables that programs see
	args  []string // $1 and so on
	files map[string]string
	funcs map[string]*list
	traps map[string]*list
	jobs  []time.Duration // when what runs in the background ends

	out   *strings.Builder // what is printed goes here when it is not nil
	input string           // of the running command
	lines []Line
	open  string // printed since the last line end

	code    int
	ended   bool
	stopped bool // it still runs when the time is over
	single  bool // process 1 is no shell
	handled bool // the signal
	strict  bool // set -e
	tested  int  // inside so many conditions, where a failure does not end a strict script
	loops   int
	depth   int    // of functions that call each other, and of shells in shells
	flow    string // "break", "continue" or "return" until it arrived
	levels  int    // that a break or continue still has to leave
	steps   int
	inputs  int // of the machine, taken in
	serves  string
	since   time.Duration
}

func (r *run) over() bool { return r.ended || r.stopped }

func (r *run) result() Result {
	if r.open != "" {
		r.lines = append(r.lines, Line{r.clock, r.open})
	}
	slices.SortStableFunc(r.lines, func(a, b Line) int { return int(a.At - b.At) })
	return Result{
		Ended: !r.stopped, At: r.clock, Code: r.code, Lines: r.lines[max(0, len(r.lines)-linesMax):], Files: r.files,
		Serves: r.serves, Since: r.since, Direct: r.single,
	}
}

func (r *run) exit(code int) {
	if l := r.traps["EXIT"]; l != nil && !r.over() {
		r.code = code
		delete(r.traps, "EXIT")
		r.list(l)
	}
	if !r.over() {
		r.ended, r.code = true, code&0xff
	}
}

// pass lets time go by, and takes in what others do on the machine meanwhile.
func (r *run) pass(d time.Duration) {
	end := r.clock + d
	for r.inputs < len(r.m.Inputs) && r.m.Inputs[r.inputs].At <= min(end, r.until) {
		in := r.m.Inputs[r.inputs]
		r.inputs++
		n := *r.m
		n.Begin, n.Inputs = r.m.Begin.Add(in.At), nil
		other := newRun(&n, r.files, Forever, -1)
		other.all(in.Line)
		if other.vars[killedMark] != "" && r.signal < 0 {
			r.signal = in.At
		}
	}
	if end > r.until {
		r.clock, r.stopped = r.until, true
		return
	}
	r.clock = end
}

// forever is a program that never ends by itself.
func (r *run) forever() { r.pass(max(0, r.until-r.clock) + 1) }

func (r *run) print(text string) {
	if r.out != nil {
		r.out.WriteString(text)
		return
	}
	for {
		line, rest, ok := strings.Cut(text, "\n")
		if !ok {
			r.open += line
			return
		}
		r.lines = append(r.lines, Line{r.clock, r.open + line})
		r.open, text = "", rest
		if len(r.lines) > 2*linesMax {
			r.lines = append(r.lines[:0], r.lines[len(r.lines)-linesMax:]...)
		}
	}
}

// handle runs the script's trap when the signal has come.
func (r *run) handle() {
	if l := r.traps["TERM"]; l != nil && r.signal >= 0 && r.clock >= r.signal && !r.handled && !r.single {
		r.handled = true
		r.list(l)
	}
}

func (r *run) list(l *list) {
	for i := range l.items {
		if r.over() || r.flow != "" {
			return
		}
		it := &l.items[i]
		if it.background {
			r.behind(it)
			continue
		}
		r.item(it)
	}
}

// behind runs something in the background.
func (r *run) behind(it *item) {
	clock, handled := r.clock, r.handled
	r.handled = true // the signal is for the shell
	r.item(it)
	r.handled = handled
	end := r.clock
	if r.stopped {
		end = Forever
	}
	r.jobs = append(r.jobs, end)
	r.clock, r.stopped, r.ended, r.flow, r.code = clock, false, false, "", 0
}

func (r *run) item(it *item) {
	for i, pipe := range it.pipes {
		if it.ops[i] == "&&" && r.code != 0 || it.ops[i] == "||" && r.code == 0 {
			continue
		}
		last := i == len(it.pipes)-1
		not := i < len(it.nots) && it.nots[i]
		if !last || not {
			r.tested++
		}
		r.pipe(pipe)
		if !last || not {
			r.tested--
		}
		if r.over() || r.flow != "" {
			return
		}
		if not {
			r.code = 1 - min(r.code, 1)
		} else if r.strict && last && r.code != 0 && r.tested == 0 {
			r.exit(r.code)
			return
		}
	}
}

func (r *run) pipe(pipe []*command) {
	out, input := r.out, r.input
	for i, c := range pipe {
		var buffer *strings.Builder
		if r.out = out; i < len(pipe)-1 {
			buffer = &strings.Builder{}
			r.out = buffer
		}
		r.command(c)
		if r.over() {
			break
		}
		if buffer != nil {
			r.input = buffer.String()
		}
	}
	r.out, r.input = out, input
}

// command runs one command, once it has a step left for it.
func (r *run) command(c *command) {
	limit := 20 * stepsMax
	if r.until == Forever {
		limit = stepsMax
	}
	if r.steps++; r.steps > limit {
		r.stopped, r.clock = true, r.until
		return
	}
	if r.handle(); r.over() {
		return
	}
	out, input := r.out, r.input
	files := r.redirect(c)
	r.dispatch(c)
	for _, f := range files {
		f.close(r)
	}
	r.out, r.input = out, input
	if !r.over() {
		r.handle()
	}
}

func (r *run) dispatch(c *command) {
	switch c.kind {
	case "while", "until":
		r.loop(c)
	case "for":
		r.each(c)
	case "if":
		r.branch(c)
	case "case":
		r.choose(c)
	case "{":
		r.list(c.bodies[0])
	case "(":
		r.within(c.bodies[0])
	case "func":
		if r.funcs == nil {
			r.funcs = map[string]*list{}
		}
		r.funcs[c.name], r.code = c.bodies[0], 0
	default:
		r.simple(c)
	}
}

// within runs a list in a shell of its own: what it sets is gone afterwards, what it writes is not.
func (r *run) within(l *list) {
	vars := make(map[string]string, len(r.vars))
	for k, v := range r.vars { // any order
		vars[k] = v
	}
	outer := r.vars
	r.vars = vars
	r.list(l)
	r.vars = outer
	r.ended = false
}

func (r *run) test(l *list) bool {
	r.tested++
	r.code = 0
	r.list(l)
	r.tested--
	return r.code == 0
}

func (r *run) branch(c *command) {
	for i, test := range c.tests {
		if r.test(test) && !r.over() {
			r.list(c.bodies[i])
			return
		}
		if r.over() {
			return
		}
	}
	r.code = 0
	if len(c.bodies) > len(c.tests) {
		r.list(c.bodies[len(c.bodies)-1])
	}
}

func (r *run) choose(c *command) {
	value := r.expandOne(c.words[0])
	r.code = 0
	for i, patterns := range c.patterns {
		for _, p := range patterns {
			if matches(r.expandOne(p), value) {
				r.list(c.bodies[i])
				return
			}
		}
	}
}

// matches reports whether a text is as a pattern says, in which * is anything.
func matches(pattern, text string) bool {
	first, rest, star := strings.Cut(pattern, "*")
	if !strings.HasPrefix(text, first) || !star && text != first {
		return false
	}
	if !star {
		return true
	}
	for i := len(first); i <= len(text); i++ {
		if matches(rest, text[i:]) {
			return true
		}
	}
	return false
}

func (r *run) each(c *command) {
	r.code = 0
	r.loops++
	for _, value := range r.expand(c.words) {
		r.vars[c.name] = value
		r.list(c.bodies[0])
		if r.left() {
			break
		}
	}
	r.loops--
}

// left reports whether a loop is to be left.
func (r *run) left() bool {
	if r.over() {
		return true
	}
	switch r.flow {
	case "":
		return false
	case "return":
		return true
	}
	r.levels--
	was := r.flow
	if r.levels <= 0 {
		r.flow = ""
		return was == "break"
	}
	return true
}
