package shell

import (
	"slices"
	"time"
)

// loop runs a while or an until. One that cannot end by itself is not run through to find out whether it does, and of one
// whose rounds are all alike only the latest are run.
func (r *run) loop(c *command) {
	endless, steady := c.kind == "while" && always(c.tests[0]) && !leaves(c.bodies[0]), !changes(c.bodies[0]) && !changes(c.tests[0])
	if endless && r.until == Forever && r.signal < 0 {
		r.forever()
		return
	}
	r.loops++
	var before, took time.Duration
	alike := 0
	for {
		if steady && alike >= 2 && took > 0 {
			r.skip(took)
			alike = 0
		}
		start := r.clock
		if r.test(c.tests[0]) != (c.kind == "while") || r.over() {
			break
		}
		r.list(c.bodies[0])
		if r.left() {
			break
		}
		if took = r.clock - start; took == before {
			alike++
		} else {
			alike = 0
		}
		before = took
	}
	r.loops--
	if !r.over() && r.flow == "" {
		r.code = 0
	}
}

// skip leaves out rounds that all take as long, but for the latest before something happens.
func (r *run) skip(took time.Duration) {
	next := r.until
	if r.inputs < len(r.m.Inputs) {
		next = min(next, r.m.Inputs[r.inputs].At)
	}
	if r.signal >= r.clock {
		next = min(next, r.signal)
	}
	if n := (next-r.clock)/took - linesMax; n > 0 {
		r.clock += n * took
	}
}

// always reports whether a test never fails.
func always(l *list) bool {
	if len(l.items) != 1 || len(l.items[0].pipes) != 1 || len(l.items[0].pipes[0]) != 1 {
		return false
	}
	c := l.items[0].pipes[0][0]
	return c.kind == "" && len(c.words) == 1 && slices.Contains([]string{"true", ":"}, c.words[0].bare())
}

// leaves reports whether something in a list may end the loop around it.
func leaves(l *list) bool {
	return l.any(func(c *command) bool {
		return c.named("break", "exit", "return", "exec", "set", "kill")
	})
}

// changes reports whether a list leaves something behind: a variable, a file.
func changes(l *list) bool {
	return l.any(func(c *command) bool {
		return c.assigns != nil || c.kind == "for" || c.kind == "func" || writes(c) ||
			c.named("export", "read", "shift", "set", "unset", "trap", "cd", "exit", "break", "return", "exec")
	})
}

// writes reports whether a command changes files.
func writes(c *command) bool {
	for _, d := range c.redirects {
		if d.op != "<" && d.target.bare() != "/dev/null" {
			return true
		}
	}
	return c.named("touch", "rm", "mkdir", "mv", "cp", "tee", "rmdir")
}

// Writes reports whether the script changes files.
func (s *Script) Writes() bool { return s.list.any(writes) }

func (c *command) named(names ...string) bool {
	return c.kind == "" && len(c.words) > 0 && slices.Contains(names, base(c.words[0].bare()))
}

// any reports whether something holds for a command of a list, however deep.
func (l *list) any(is func(*command) bool) bool {
	for i := range l.items {
		for _, pipe := range l.items[i].pipes {
			for _, c := range pipe {
				if is(c) || c.within(is) {
					return true
				}
			}
		}
	}
	return false
}

func (c *command) within(is func(*command) bool) bool {
	for _, l := range c.tests {
		if l.any(is) {
			return true
		}
	}
	for _, l := range c.bodies {
		if l.any(is) {
			return true
		}
	}
	for _, w := range c.words {
		for _, p := range w {
			if p.script != nil && p.script.any(is) {
				return true
			}
		}
	}
	return false
}
