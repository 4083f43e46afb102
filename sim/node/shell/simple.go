package shell

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// killedMark is set on a machine's run when a command sends a signal to process 1.
const killedMark = "\x00killed"

// target is a file that a command writes to.
type target struct {
	name   string
	append bool
	buffer *strings.Builder
}

func (f *target) close(r *run) {
	switch text := f.buffer.String(); {
	case f.name == "/dev/null":
	case strings.HasPrefix(f.name, "/dev/") || strings.HasPrefix(f.name, "/proc/"):
		r.out = nil
		r.print(text)
	case f.append:
		r.files[f.name] += text
	default:
		r.files[f.name] = text
	}
}

// redirect opens what a command reads and writes.
func (r *run) redirect(c *command) []*target {
	var files []*target
	for _, d := range c.redirects {
		name := r.path(r.expandOne(d.target))
		switch d.op {
		case "<":
			r.input = r.files[name]
		case "2>": // errors are printed like everything else, but not when nobody wants them
			if name == "/dev/null" {
				r.vars[quietMark] = "1"
			}
		default:
			f := &target{name, d.op == ">>", &strings.Builder{}}
			r.out = f.buffer
			files = append(files, f)
		}
	}
	return files
}

// quietMark is set while a command's errors are thrown away.
const quietMark = "\x00quiet"

// complain prints an error of a program.
func (r *run) complain(text string) int {
	if r.vars[quietMark] == "" {
		out := r.out
		if r.out != nil { // errors do not go through a pipe
			r.out = nil
		}
		r.print(text + "\n")
		r.out = out
	}
	return 1
}

// simple runs a command that is a function, the shell's own or a program.
func (r *run) simple(c *command) {
	defer delete(r.vars, quietMark)
	args := r.expand(c.words)
	for _, a := range c.assigns {
		r.vars[a.name] = r.expandOne(a.value)
	}
	if len(args) == 0 {
		if c.words != nil || c.redirects != nil {
			r.code = 0
		} else if !slices.ContainsFunc(c.assigns, func(a assign) bool { return a.value.runs() }) {
			r.code = 0
		}
		return
	}
	if f := r.funcs[args[0]]; f != nil {
		outer := r.args
		r.args = args[1:]
		if r.depth++; r.depth > depthMax {
			r.exit(2)
		}
		r.list(f)
		r.depth--
		if r.flow == "return" {
			r.flow = ""
		}
		r.args = outer
		return
	}
	if code, ok := r.builtin(args); ok {
		if !r.over() {
			r.code = code
		}
		return
	}
	r.start(args)
}

// runs reports whether a word has a command in it, whose exit code is that of an assignment.
func (w word) runs() bool {
	return slices.ContainsFunc(w, func(p part) bool { return p.expand == "(" })
}

// own are programs that a shell has of its own, so that nothing has to be started.
var own = []string{"echo", "printf", "test", "[", "pwd", "kill"}

// start runs a program.
func (r *run) start(args []string) {
	if !r.single && !slices.Contains(own, args[0]) {
		r.pass(programStarts)
	}
	if r.over() {
		return
	}
	code, ok := r.program(base(args[0]), args[1:])
	switch {
	case r.over():
	case ok:
		r.code = code
	default:
		r.other(args)
	}
}

// other runs a program that is none of ours: a server of the image, or something that only the image knows.
func (r *run) other(args []string) {
	name, known, stays := args[0], false, false
	if r.m.Serves != nil {
		known, stays = r.m.Serves(name)
	}
	switch {
	case stays && len(args) > 1 && args[1] == "-s": // nginx -s quit
		r.vars[killedMark] = "1"
		r.code = 0
	case stays:
		r.serves, r.since = name, r.clock
		r.forever()
	case known:
		r.code = 0
	default:
		r.complain("sh: " + name + ": not found")
		r.code = 127
	}
}

// builtin runs what the shell does itself.
func (r *run) builtin(args []string) (code int, ok bool) {
	switch name, rest := args[0], args[1:]; name {
	case ":", "true":
		return 0, true
	case "false":
		return 1, true
	case "exit":
		code = r.code
		if len(rest) > 0 {
			code, _ = strconv.Atoi(rest[0])
		}
		r.exit(code)
		return code, true
	case "break", "continue":
		if r.loops > 0 {
			r.flow, r.levels = name, 1
			if len(rest) > 0 {
				r.levels, _ = strconv.Atoi(rest[0])
			}
		}
		return 0, true
	case "return":
		r.flow, code = "return", r.code
		if len(rest) > 0 {
			code, _ = strconv.Atoi(rest[0])
		}
		return code, true
	case "exec":
		return r.replace(rest), true
	case "trap":
		r.trap(rest)
		return 0, true
	case "wait":
		r.wait()
		return 0, true
	case "set":
		r.set(rest)
		return 0, true
	}
	return r.setting(args)
}

// setting runs what changes the shell's variables.
func (r *run) setting(args []string) (code int, ok bool) {
	rest := args[1:]
	switch args[0] {
	case "export", "readonly", "local":
		for _, a := range rest {
			name, value, assigned := strings.Cut(a, "=")
			if assigned {
				r.vars[name] = value
			}
			if args[0] == "export" && !slices.Contains(r.env, name) {
				r.env = append(r.env, name)
			}
		}
	case "unset":
		for _, a := range rest {
			delete(r.vars, a)
		}
	case "shift":
		r.args = r.args[min(1, len(r.args)):]
	case "cd":
		if len(rest) > 0 {
			r.vars["PWD"] = r.path(rest[0])
		}
	case "read":
		if r.input == "" {
			return 1, true
		}
		line, left, _ := strings.Cut(r.input, "\n")
		r.input = left
		if len(rest) > 0 {
			r.vars[rest[len(rest)-1]] = strings.TrimSpace(line)
		}
	default:
		return 0, false
	}
	return 0, true
}

// replace is exec: process 1 is no shell any more.
func (r *run) replace(args []string) int {
	if len(args) == 0 {
		return 0
	}
	r.single, r.traps = true, nil
	if code, ok := r.builtin(args); ok {
		r.exit(code)
		return code
	}
	r.start(args)
	if !r.over() {
		r.exit(r.code)
	}
	return r.code
}

func (r *run) set(args []string) {
	for _, a := range args {
		switch {
		case strings.HasPrefix(a, "-") && strings.Contains(a, "e"):
			r.strict = true
		case strings.HasPrefix(a, "+") && strings.Contains(a, "e"):
			r.strict = false
		}
	}
}

func (r *run) trap(args []string) {
	if len(args) < 2 {
		return
	}
	if r.traps == nil {
		r.traps = map[string]*list{}
	}
	for _, s := range args[1:] {
		switch s = strings.TrimPrefix(s, "SIG"); s {
		case "15":
			s = "TERM"
		case "0":
			s = "EXIT"
		}
		if args[0] == "-" {
			delete(r.traps, s)
			continue
		}
		r.traps[s] = Parse(args[0]).list
	}
}

// wait waits for what runs in the background, or for the signal.
func (r *run) wait() {
	end := r.clock
	for _, j := range r.jobs {
		end = max(end, j)
	}
	if r.signal >= r.clock && !r.handled && r.traps["TERM"] != nil {
		end = min(end, r.signal)
	}
	if end == Forever {
		r.forever()
		return
	}
	r.pass(end - r.clock)
	r.jobs = nil
}

// Duration reads the argument of sleep: "5", "0.5", "2m", "infinity".
func Duration(s string) (d time.Duration, ok bool) {
	unit := time.Second
	switch {
	case s == "infinity" || s == "inf":
		return Forever, true
	case strings.HasSuffix(s, "m"):
		unit = time.Minute
	case strings.HasSuffix(s, "h"):
		unit = time.Hour
	case strings.HasSuffix(s, "d"):
		unit = 24 * time.Hour
	}
	whole, part, _ := strings.Cut(strings.TrimRight(s, "smhd"), ".")
	n, err := strconv.ParseInt("0"+whole, 10, 64)
	if err != nil {
		return 0, false
	}
	if n > int64(Forever/unit) {
		return Forever, true
	}
	d = time.Duration(n) * unit
	for _, c := range part {
		if c < '0' || c > '9' {
			return 0, false
		}
		unit /= 10
		d += time.Duration(c-'0') * unit
	}
	return d, true
}
