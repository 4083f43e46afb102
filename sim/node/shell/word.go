package shell

import "strings"

// word reads a word with its quotes and what is to be expanded in it.
func (p *parser) word() word {
	p.blank()
	w := word{}
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			w = append(w, part{text: text.String()})
			text.Reset()
		}
	}
	for p.at < len(p.text) && p.wrong == "" {
		switch c := p.text[p.at]; c {
		case ' ', '\t', '\n', ';', '&', '|', '(', ')', '<', '>':
			flush()
			return w
		case '\'':
			flush()
			w = append(w, part{text: p.until('\''), quoted: true})
		case '"':
			flush()
			w = append(w, p.quoted()...)
		case '\\':
			p.at++
			if p.at < len(p.text) {
				flush()
				w = append(w, part{text: p.text[p.at : p.at+1], quoted: true})
				p.at++
			}
		case '$', '`':
			if e, ok := p.expansion(false); ok {
				flush()
				w = append(w, e)
				continue
			}
			text.WriteByte(c)
			p.at++
		default:
			text.WriteByte(c)
			p.at++
		}
	}
	flush()
	return w
}

// until reads to the next such quote.
func (p *parser) until(quote byte) string {
	p.at++
	end := strings.IndexByte(p.text[p.at:], quote)
	if end < 0 {
		p.wrong = "sh: syntax error: unterminated quoted string"
		return ""
	}
	s := p.text[p.at : p.at+end]
	p.at += end + 1
	return s
}

// quoted reads what stands in double quotes.
func (p *parser) quoted() word {
	w := word{{quoted: true}} // so that "" is a word
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			w = append(w, part{text: text.String(), quoted: true})
			text.Reset()
		}
	}
	for p.at++; p.at < len(p.text); {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			flush()
			return w
		case c == '\\' && p.at+1 < len(p.text) && strings.IndexByte("\"\\$`\n", p.text[p.at+1]) >= 0:
			text.WriteByte(p.text[p.at+1])
			p.at += 2
		case c == '$' || c == '`':
			if e, ok := p.expansion(true); ok {
				flush()
				w = append(w, e)
				continue
			}
			fallthrough
		default:
			text.WriteByte(c)
			p.at++
		}
	}
	p.wrong = "sh: syntax error: unterminated quoted string"
	return w
}

// expansion reads something that begins with a dollar sign or a back quote; false when it is only that sign.
func (p *parser) expansion(quoted bool) (part, bool) {
	rest := p.text[p.at:]
	switch {
	case rest[0] == '`':
		inner := &parser{text: p.until('`'), depth: p.depth}
		l := inner.list()
		if inner.wrong != "" {
			p.wrong = inner.wrong
		}
		return part{quoted: quoted, expand: "(", script: l}, true
	case strings.HasPrefix(rest, "$(("):
		end := strings.Index(rest, "))")
		if end < 0 {
			p.fail()
			return part{}, false
		}
		p.at += end + 2
		return part{quoted: quoted, expand: "#", text: rest[3:end]}, true
	case strings.HasPrefix(rest, "$("):
		p.at += 2
		l := p.list()
		p.expect(")")
		return part{quoted: quoted, expand: "(", script: l}, true
	case strings.HasPrefix(rest, "${"):
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			p.fail()
			return part{}, false
		}
		p.at += end + 1
		return part{quoted: quoted, expand: "$", text: rest[2:end]}, true
	}
	n := 1
	for n < len(rest) && isName(rest[1:n+1]) {
		n++
	}
	if n == 1 && len(rest) > 1 && strings.IndexByte("?#$@*!0123456789", rest[1]) >= 0 {
		n = 2
	}
	if n == 1 {
		return part{}, false
	}
	p.at += n
	return part{quoted: quoted, expand: "$", text: rest[1:n]}, true
}
