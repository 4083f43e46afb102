package shell

import (
	"slices"
	"strings"
)

// list is commands one after the other.
type list struct{ items []item }

// item is pipelines that are joined by && and ||.
type item struct {
	pipes      [][]*command
	ops        []string // before each pipeline: "", "&&" or "||"
	nots       []bool
	background bool
}

// command is one command: a simple one, or a compound one by its kind.
type command struct {
	kind      string // "", "while", "until", "for", "if", "{", "(", "func", "case"
	assigns   []assign
	words     []word
	redirects []redirect
	name      string // of the variable of a for, of a function
	tests     []*list
	bodies    []*list
	patterns  [][]word // of a case
}

type assign struct {
	name  string
	value word
}

type redirect struct {
	op     string // ">", ">>", "<", or with a number before it
	target word
}

// word is a word in parts, each of which is text or something to be put in its place.
type word []part

type part struct {
	text   string
	quoted bool   // is not split
	expand string // "": text as it is; "$": a variable, "(": a command, "#": a sum
	script *list
}

// parser reads the text of a script.
type parser struct {
	text  string
	at    int
	depth int // of lists in lists
	wrong string
}

// depthMax is how deep commands may stand in each other, and functions call each other.
const depthMax = 100

func (p *parser) fail() {
	if p.wrong == "" {
		near := p.peek()
		if near == "" {
			p.wrong = "sh: syntax error: unexpected end of file"
			return
		}
		p.wrong = `sh: syntax error: unexpected "` + near + `"`
	}
}

// operators, longest first.
var operators = []string{"&&", "||", ";;", ">>", "2>&1", ">&2", "1>&2", "&>", "2>", "1>", ";", "&", "|", "(", ")", "<", ">", "\n"}

// peek returns the next operator or the beginning of the next word, "" at the end.
func (p *parser) peek() string {
	p.blank()
	rest := p.text[p.at:]
	for _, o := range operators {
		if strings.HasPrefix(rest, o) {
			if o == "\n" {
				return ";"
			}
			return o
		}
	}
	end := strings.IndexAny(rest, " \t\n;&|()<>")
	if end < 0 {
		end = len(rest)
	}
	return rest[:end]
}

// blank skips spaces and comments.
func (p *parser) blank() {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == ' ' || c == '\t' || c == '\r':
			p.at++
		case c == '\\' && p.at+1 < len(p.text) && p.text[p.at+1] == '\n':
			p.at += 2
		case c == '#' && (p.at == 0 || strings.IndexByte(" \t\n;", p.text[p.at-1]) >= 0):
			for p.at < len(p.text) && p.text[p.at] != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

// take takes the next token if it is the one given.
func (p *parser) take(token string) bool {
	if p.peek() != token {
		return false
	}
	if p.text[p.at] == '\n' {
		p.at++
		return true
	}
	p.at += len(token)
	return true
}

// expect takes a token that must be there.
func (p *parser) expect(token string) {
	p.lines()
	if !p.take(token) {
		p.fail()
	}
}

// lines skips line ends.
func (p *parser) lines() {
	for p.peek() == ";" && p.text[p.at] == '\n' {
		p.at++
	}
}

// ends are the words at which a list ends.
var ends = []string{"", ")", "}", "do", "done", "then", "else", "elif", "fi", ";;", "esac"}

func (p *parser) list() *list {
	l := &list{}
	if p.depth++; p.depth > depthMax {
		p.wrong = "sh: syntax error: nested too deep"
	}
	defer func() { p.depth-- }()
	for p.wrong == "" {
		p.lines()
		if slices.Contains(ends, p.peek()) {
			break
		}
		i := p.item()
		l.items = append(l.items, i)
		switch {
		case p.take("&"):
			l.items[len(l.items)-1].background = true
		case p.take(";"):
		default:
			if !slices.Contains(ends, p.peek()) {
				p.fail()
			}
			return l
		}
	}
	return l
}

func (p *parser) item() item {
	var i item
	for op := ""; p.wrong == ""; {
		not := p.take("!")
		var pipe []*command
		for {
			pipe = append(pipe, p.command())
			if p.wrong != "" || !p.take("|") {
				break
			}
			p.lines()
		}
		i.pipes, i.ops, i.nots = append(i.pipes, pipe), append(i.ops, op), append(i.nots, not)
		switch {
		case p.take("&&"):
			op = "&&"
		case p.take("||"):
			op = "||"
		default:
			return i
		}
		p.lines()
	}
	return i
}

func (p *parser) command() *command {
	c := &command{}
	switch next := p.peek(); next {
	case "while", "until":
		p.take(next)
		c.kind = next
		c.tests = append(c.tests, p.list())
		p.expect("do")
		c.bodies = append(c.bodies, p.list())
		p.expect("done")
	case "for":
		p.take(next)
		p.each(c)
	case "if":
		p.take(next)
		p.branches(c)
	case "case":
		p.take(next)
		p.cases(c)
	case "{", "(":
		p.take(next)
		c.kind = next
		c.bodies = append(c.bodies, p.list())
		p.expect(map[string]string{"{": "}", "(": ")"}[next])
	default:
		p.simple(c)
		return c
	}
	p.redirects(c)
	return c
}

func (p *parser) each(c *command) {
	c.kind, c.name = "for", p.peek()
	p.take(c.name)
	if p.take("in") {
		for p.wrong == "" && p.peek() != ";" && p.peek() != "" {
			c.words = append(c.words, p.word())
		}
	}
	p.take(";")
	p.expect("do")
	c.bodies = append(c.bodies, p.list())
	p.expect("done")
}

func (p *parser) branches(c *command) {
	c.kind = "if"
	for {
		c.tests = append(c.tests, p.list())
		p.expect("then")
		c.bodies = append(c.bodies, p.list())
		if p.wrong != "" || !p.take("elif") {
			break
		}
	}
	if p.take("else") {
		c.bodies = append(c.bodies, p.list())
	}
	p.expect("fi")
}

func (p *parser) cases(c *command) {
	c.kind, c.words = "case", []word{p.word()}
	p.expect("in")
	for p.wrong == "" {
		p.lines()
		if p.take("esac") {
			return
		}
		p.take("(")
		patterns := []word{p.word()}
		for p.take("|") {
			patterns = append(patterns, p.word())
		}
		p.expect(")")
		c.patterns, c.bodies = append(c.patterns, patterns), append(c.bodies, p.list())
		p.take(";;")
	}
}

func (p *parser) simple(c *command) {
	for p.wrong == "" {
		p.redirects(c)
		next := p.peek()
		if next == "" || slices.Contains(operators, next) {
			if next == "(" && len(c.words) == 1 && c.assigns == nil {
				p.take("(")
				p.expect(")")
				p.lines()
				c.kind, c.name = "func", c.words[0].bare()
				body := p.command()
				c.bodies = []*list{{items: []item{{pipes: [][]*command{{body}}, ops: []string{""}, nots: []bool{false}}}}}
			}
			break
		}
		if name, _, ok := strings.Cut(next, "="); ok && len(c.words) == 0 && isName(name) {
			p.at += len(name) + 1
			var value word
			if p.at < len(p.text) && strings.IndexByte(" \t\n;&|)", p.text[p.at]) < 0 {
				value = p.word()
			}
			c.assigns = append(c.assigns, assign{name, value})
			continue
		}
		c.words = append(c.words, p.word())
	}
	if c.words == nil && c.assigns == nil && c.redirects == nil && p.wrong == "" {
		p.fail()
	}
}

func (p *parser) redirects(c *command) {
	for p.wrong == "" {
		switch next := p.peek(); next {
		case "2>&1", ">&2", "1>&2":
			p.take(next)
		case ">", ">>", "<", "2>", "1>", "&>":
			p.take(next)
			p.blank()
			c.redirects = append(c.redirects, redirect{next, p.word()})
		default:
			return
		}
	}
}

func isName(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// bare returns a word's text as it stands.
func (w word) bare() string {
	var b strings.Builder
	for _, p := range w {
		b.WriteString(p.text)
	}
	return b.String()
}
