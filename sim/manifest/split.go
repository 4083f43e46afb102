package manifest

import "strings"

// chunk is the text between two separators.
type chunk struct {
	text string
	line int // of its first line in the file, from 1
}

const separator = "---"

// split cuts a file at the lines that begin with "---", as kubectl does before anything is parsed. It returns an error
// with the chunks before it when something other than a comment follows a separator.
func split(text string) ([]chunk, *Error) {
	var chunks []chunk
	start, first := 0, 1
	cut := func(end int) {
		if strings.TrimSpace(text[start:end]) != "" {
			chunks = append(chunks, chunk{text: text[start:end], line: first})
		}
	}
	line := 0
	for at := 0; at < len(text); {
		line++
		next := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		if strings.HasPrefix(text[at:next], separator) {
			cut(at)
			after := strings.TrimSpace(text[at+len(separator) : next])
			start, first = next, line+1
			if after != "" && after[0] != '#' {
				return chunks, badSeparator(text[at:next], after, line)
			}
		}
		at = next
	}
	cut(len(text))
	return chunks, nil
}

func badSeparator(text, after string, line int) *Error {
	c := chunk{text: text, line: line}
	e := c.lineError(1, "invalid Yaml document separator: "+after)
	e.said = "error parsing " + fileMark + ": " + e.Message
	return e
}
