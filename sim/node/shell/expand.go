package shell

import (
	"strconv"
	"strings"
)

// expand puts the values of variables, commands and sums into words, and splits what is not quoted.
func (r *run) expand(words []word) []string {
	var out []string
	for _, w := range words {
		field, open := "", false
		for _, p := range w {
			value := r.value(p)
			if p.quoted || p.expand == "" {
				field, open = field+value, open || p.quoted || value != ""
				continue
			}
			parts := strings.Fields(value)
			if value != "" && strings.IndexByte(" \t\n", value[0]) >= 0 && open {
				out, field, open = append(out, field), "", false
			}
			for i, s := range parts {
				if i > 0 {
					out, field = append(out, field), ""
				}
				field, open = field+s, true
			}
		}
		if open {
			out = append(out, field)
		}
	}
	return out
}

// expandOne expands a word that is not split.
func (r *run) expandOne(w word) string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(r.value(p))
	}
	return b.String()
}

func (r *run) value(p part) string {
	switch p.expand {
	case "$":
		return r.variable(p.text)
	case "#":
		text := r.expandOne((&parser{text: `"` + p.text + `"`}).word())
		s := &sum{text: text, value: r.variable}
		n := s.compare()
		return strconv.FormatInt(n, 10)
	case "(":
		return r.captured(p.script)
	}
	return p.text
}

// captured returns what a list of commands prints.
func (r *run) captured(l *list) string {
	out := r.out
	b := &strings.Builder{}
	r.out = b
	r.within(l)
	r.out = out
	return strings.TrimRight(b.String(), "\n")
}

func (r *run) variable(name string) string {
	if i := strings.IndexByte(name, ':'); i > 0 && i+1 < len(name) {
		value, other := r.variable(name[:i]), name[i+2:]
		switch op := name[i+1]; {
		case op == '+' && value != "":
			return r.expandOne((&parser{text: `"` + other + `"`}).word())
		case op == '+' || value != "" && op != '+':
			return value
		case op == '=':
			r.vars[name[:i]] = other
		}
		return r.expandOne((&parser{text: `"` + other + `"`}).word())
	}
	switch name {
	case "?":
		return strconv.Itoa(r.code)
	case "$", "PPID":
		return "1"
	case "#":
		return strconv.Itoa(len(r.args))
	case "@", "*":
		return strings.Join(r.args, " ")
	case "0":
		return "sh"
	case "HOSTNAME":
		return r.m.Name
	case "RANDOM":
		return strconv.Itoa((r.steps*7919 + len(r.m.Name)*104729) % 32768)
	case "HOME":
		return "/root"
	case "PWD":
		return r.directory()
	}
	if n, err := strconv.Atoi(name); err == nil {
		if n > 0 && n <= len(r.args) {
			return r.args[n-1]
		}
		return ""
	}
	return r.vars[name]
}

// sum reads an arithmetic expression of integers.
type sum struct {
	text  string
	value func(string) string
	depth int // of brackets
}

func (s *sum) take(op string) bool {
	s.text = strings.TrimLeft(s.text, " \t\n")
	if !strings.HasPrefix(s.text, op) {
		return false
	}
	s.text = s.text[len(op):]
	return true
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func (s *sum) compare() int64 {
	n := s.terms()
	for {
		switch {
		case s.take("=="):
			n = truth(n == s.terms())
		case s.take("!="):
			n = truth(n != s.terms())
		case s.take("<="):
			n = truth(n <= s.terms())
		case s.take(">="):
			n = truth(n >= s.terms())
		case s.take("<"):
			n = truth(n < s.terms())
		case s.take(">"):
			n = truth(n > s.terms())
		default:
			return n
		}
	}
}

func (s *sum) terms() int64 {
	n := s.factors()
	for {
		switch {
		case s.take("+"):
			n += s.factors()
		case s.take("-"):
			n -= s.factors()
		default:
			return n
		}
	}
}

func (s *sum) factors() int64 {
	n := s.atom()
	for {
		switch {
		case s.take("*"):
			n *= s.atom()
		case s.take("/"):
			if d := s.atom(); d != 0 {
				n /= d
			}
		case s.take("%"):
			if d := s.atom(); d != 0 {
				n %= d
			}
		default:
			return n
		}
	}
}

func (s *sum) atom() int64 {
	if s.depth++; s.depth > depthMax {
		s.text = ""
	}
	defer func() { s.depth-- }()
	switch {
	case s.take("("):
		n := s.compare()
		s.take(")")
		return n
	case s.take("-"):
		return -s.atom()
	case s.take("!"):
		return truth(s.atom() == 0)
	}
	end := 0
	for end < len(s.text) && (isName("_"+s.text[end:end+1]) || s.text[end] == '$') {
		end++
	}
	name := s.text[:end]
	s.text = s.text[end:]
	n, err := strconv.ParseInt(name, 0, 64)
	if err != nil && name != "" {
		n, _ = strconv.ParseInt(s.value(strings.TrimPrefix(name, "$")), 0, 64)
	}
	return n
}
