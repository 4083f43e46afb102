package narrate

import (
	"encoding/json"
	"strconv"
	"strings"
)

// note returns a field of what the event's component noted.
func (s *story) note(name string) any {
	if s.notes == nil {
		s.notes = map[string]any{}
		if s.entry.Data != nil {
			data, err := json.Marshal(s.entry.Data)
			if err == nil && data[0] == '{' {
				err = json.Unmarshal(data, &s.notes)
			}
			if err != nil {
				panic("narrate: what a component noted is no JSON: " + err.Error())
			}
		}
	}
	return s.notes[name]
}

func (s *story) text(name string) string {
	switch v := s.note(name).(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case []any:
		return strings.Join(s.list(name), s.lang.Comma)
	}
	return ""
}

func (s *story) number(name string) int64 {
	n, _ := s.note(name).(float64)
	return int64(n)
}

// yes reports whether a note is true, a number other than 0, or a text or a list that is not empty.
func (s *story) yes(name string) bool {
	switch v := s.note(name).(type) {
	case bool:
		return v
	case float64:
		return v != 0
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	}
	return false
}

func (s *story) list(name string) []string {
	items, _ := s.note(name).([]any)
	var out []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// size prints bytes as people read them: "24.5 MB".
func size(n int64) string {
	tenths := (n + 50_000) / 100_000
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + " MB"
}
