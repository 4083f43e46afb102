package trace

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// columns of a line of text, in characters; a longer cell pushes the rest of its line to the right.
const (
	numberWidth = 6
	timeWidth   = 12
	actorWidth  = 24
	kindWidth   = 8
)

// Text prints entries for people and for goldens: one aligned line an event, the same for the same entries always.
func Text(entries []*Entry) string {
	b := make([]byte, 0, 96*len(entries))
	for _, e := range entries {
		b = append(e.AppendText(b), '\n')
	}
	return string(b)
}

// AppendText appends the entry's line of text, without a line break:
//
//	41    0.026314 kube-apiserver           receive  create pods/binding default/web-1 by scheduler <- 40
func (e *Entry) AppendText(b []byte) []byte {
	b = right(b, strconv.FormatUint(e.Number, 10), numberWidth)
	b = right(b, Seconds(e.At), timeWidth)
	b = append(b, ' ')
	b = left(b, e.Actor, actorWidth)
	b = append(b, ' ')
	b = left(b, string(e.Kind), kindWidth)
	for _, word := range []string{e.Verb, e.Target()} {
		if word != "" {
			b = append(append(b, ' '), word...)
		}
	}
	if e.Revision != 0 {
		b = strconv.AppendInt(append(b, " @"...), e.Revision, 10)
	}
	if e.Code != 0 && e.Kind != Commit {
		b = strconv.AppendInt(append(b, " -> "...), int64(e.Code), 10)
	}
	if e.User != "" && e.User != e.Actor {
		b = append(append(b, " by "...), e.User...)
	}
	if e.Message != "" {
		b = append(append(b, ": "...), e.Message...)
	}
	if e.Background {
		b = append(b, " (background)"...)
	}
	if e.Cause != 0 {
		b = strconv.AppendUint(append(b, " <- "...), e.Cause, 10)
	}
	return bytes.TrimRight(b, " ")
}

// JSONLines prints entries as one JSON object a line.
func JSONLines(entries []*Entry) ([]byte, error) {
	var b []byte
	for _, e := range entries {
		line, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		b = append(append(b, line...), '\n')
	}
	return b, nil
}

func right(b []byte, s string, width int) []byte {
	for range width - len(s) {
		b = append(b, ' ')
	}
	return append(b, s...)
}

func left(b []byte, s string, width int) []byte {
	b = append(b, s...)
	for range width - len(s) {
		b = append(b, ' ')
	}
	return b
}
