package manifest

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// words are the plain scalars that are not what they look like: YAML 1.1 has many names for true, false and nothing.
var words = map[string]any{
	"y": true, "Y": true, "yes": true, "Yes": true, "YES": true, "true": true, "True": true, "TRUE": true,
	"on": true, "On": true, "ON": true,
	"n": false, "N": false, "no": false, "No": false, "NO": false, "false": false, "False": false, "FALSE": false,
	"off": false, "Off": false, "OFF": false,
	"": nil, "~": nil, "null": nil, "Null": nil, "NULL": nil,
	".nan": math.NaN(), ".NaN": math.NaN(), ".NAN": math.NaN(),
	".inf": math.Inf(1), ".Inf": math.Inf(1), ".INF": math.Inf(1),
	"+.inf": math.Inf(1), "+.Inf": math.Inf(1), "+.INF": math.Inf(1),
	"-.inf": math.Inf(-1), "-.Inf": math.Inf(-1), "-.INF": math.Inf(-1),
}

// resolve returns the short tag and the value of a plain scalar by the rules of yaml.v2, which are YAML 1.1's without
// numbers to the base of 60. A timestamp is the string that it was written as.
func resolve(s string, timestamps bool) (tag string, value any) {
	if v, ok := words[s]; ok {
		switch v.(type) {
		case nil:
			return "!!null", nil
		case bool:
			return "!!bool", v
		}
		return "!!float", v
	}
	switch c := s[0]; {
	case c == '.':
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return "!!float", f
		}
	case c == '+' || c == '-' || '0' <= c && c <= '9':
		if timestamps && isTimestamp(s) {
			return "!!timestamp", s
		}
		return number(s)
	}
	return "!!str", s
}

var floating = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

func number(s string) (tag string, value any) {
	plain := strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return "!!int", i
	}
	if u, err := strconv.ParseUint(plain, 0, 64); err == nil {
		return "!!int", u
	}
	if floating.MatchString(plain) {
		if f, err := strconv.ParseFloat(plain, 64); err == nil {
			return "!!float", f
		}
	}
	// Go's own form of a binary number was tried above; this one allows a second sign.
	sign := ""
	if strings.HasPrefix(plain, "-") {
		sign, plain = "-", plain[1:]
	}
	digits, ok := strings.CutPrefix(plain, "0b")
	if !ok {
		return "!!str", s
	}
	if i, err := strconv.ParseInt(sign+digits, 2, 64); err == nil {
		return "!!int", i
	}
	return "!!str", s
}

// timestampLayouts are the forms of a timestamp that yaml.v2 knows.
var timestampLayouts = []string{
	"2006-1-2T15:4:5.999999999Z07:00", "2006-1-2t15:4:5.999999999Z07:00", "2006-1-2 15:4:5.999999999", "2006-1-2",
}

// isTimestamp matters only where a tag asks for something else: `!!int 2026-01-01` is an error of its own.
func isTimestamp(s string) bool {
	if len(s) < 5 || s[4] != '-' || strings.TrimLeft(s[:4], "0123456789") != "" {
		return false
	}
	for _, layout := range timestampLayouts {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}
