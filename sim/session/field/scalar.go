package field

import (
	"strconv"
	"strings"
)

// quoted returns a key of a mapping as YAML.
func quoted(key string) string {
	if key == "" {
		return ""
	}
	return scalar(key)
}

// scalar returns a string as YAML: bare where nothing else could be read from it, otherwise in double quotes.
func scalar(s string) string {
	if s == "" {
		return `""`
	}
	if bare(s) {
		return s
	}
	return strconv.Quote(s)
}

// bare reports whether a string needs no quotes.
func bare(s string) bool {
	if strings.ContainsAny(s[:1], "!&*-?|>@`\"'%{}[],#:=~ ") && !(s[0] == '-' && len(s) > 1 && s[1] != ' ' && s[1] != '-') {
		return false
	}
	if s[len(s)-1] == ' ' || s[len(s)-1] == ':' || strings.Contains(s, ": ") || strings.Contains(s, " #") {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return !special(s)
}

// special reports whether a bare string would be read as something else than a string.
func special(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", ".nan", ".inf", "-.inf", "+.inf":
		return true
	}
	if c := s[0]; c != '+' && c != '-' && c != '.' && (c < '0' || c > '9') {
		return false
	}
	if _, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64); err == nil {
		return true
	}
	if _, err := strconv.ParseInt(s, 0, 64); err == nil {
		return true
	}
	return timestamp(s)
}

// timestamp reports whether a string looks like a date or a time of one: 2026-01-01T00:00:00Z.
func timestamp(s string) bool {
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	for i := range 10 {
		if i != 4 && i != 7 && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return len(s) == 10 || s[10] == 'T' || s[10] == ' '
}
