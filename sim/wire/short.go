package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// What a view holds in large numbers crosses as one JSON string with a few bytes for each: a view of a thousand pods as
// objects would take the page's main thread longer to decode than a frame may last.

// Pods are the pods of one node, by namespace and name. Those of a crowded node, of which only the names and tones are
// known, are written short.
type Pods []Pod

// tones are the tones of pods; in a short list each is its first letter, as a capital when the pod changed.
var tones = []string{"ok", "wait", "bad", "gone"}

// digits write the length of what a name shares with the name before it.
const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

// MarshalJSON writes a crowded node's pods as a string: for each its tone, how much of its name is that of the pod before
// it, the rest of the name, and a space.
func (p Pods) MarshalJSON() ([]byte, error) {
	short := func(pod Pod) bool {
		return pod.Status == "" && pod.Ready == "" && pod.IP == "" && pod.Score == 0 && slices.Contains(tones, pod.Tone)
	}
	if len(p) == 0 || slices.ContainsFunc(p, func(pod Pod) bool { return !short(pod) }) {
		return json.Marshal([]Pod(p))
	}
	var out strings.Builder
	before := ""
	for _, pod := range p {
		name := pod.Namespace + "/" + pod.Name
		shared := 0
		for shared < min(len(name), len(before), len(digits)-1) && name[shared] == before[shared] {
			shared++
		}
		tone := pod.Tone[:1]
		if pod.Changed {
			tone = strings.ToUpper(tone)
		}
		out.WriteString(tone + digits[shared:shared+1] + name[shared:] + " ")
		before = name
	}
	return json.Marshal(out.String())
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (p *Pods) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '"' {
		return json.Unmarshal(data, (*[]Pod)(p))
	}
	written := string(data[1 : len(data)-1])
	*p = make(Pods, 0, strings.Count(written, " "))
	before := ""
	for written != "" {
		one, rest, ok := strings.Cut(written, " ")
		if !ok || len(one) < 2 {
			return errors.New("pods end in the middle of one")
		}
		tone := slices.IndexFunc(tones, func(tone string) bool { return tone[0] == one[0]|0x20 })
		shared := strings.IndexByte(digits, one[1])
		if tone < 0 || shared < 0 || shared > len(before) {
			return fmt.Errorf("%q is no pod", one)
		}
		name := before[:shared] + one[2:]
		namespace, own, _ := strings.Cut(name, "/")
		*p = append(*p, Pod{Namespace: namespace, Name: own, Tone: tones[tone], Changed: one[0]&0x20 == 0})
		before, written = name, rest
	}
	return nil
}

// Marks are marks of the timeline in the order of their events.
type Marks []Mark

// lanes and kinds are what a Mark's Lane and Kind can be; each is written as a capital, A for the first.
var (
	lanes = []string{"kubectl", "apiserver", "controllers", "scheduler", "nodes"}
	kinds = []string{"request", "write", "refuse", "watch", "work", "bind", "cri"}
)

// MarshalJSON writes the marks as a string: for each how many events it comes after the mark before it, its lane, how
// many nanoseconds it comes after, and its kind. Numbers have the base 36.
func (m Marks) MarshalJSON() ([]byte, error) {
	out := []byte{'"'}
	before := Mark{}
	for _, mark := range m {
		lane, kind := slices.Index(lanes, mark.Lane), slices.Index(kinds, mark.Kind)
		if lane < 0 || kind < 0 {
			return nil, fmt.Errorf("a mark of kind %q in lane %q cannot be written", mark.Kind, mark.Lane)
		}
		out = strconv.AppendInt(out, int64(mark.Event-before.Event), 36)
		out = append(out, 'A'+byte(lane))
		out = strconv.AppendInt(out, mark.At-before.At, 36)
		out = append(out, 'A'+byte(kind))
		before = mark
	}
	return append(out, '"'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (m *Marks) UnmarshalJSON(data []byte) error {
	written := strings.Trim(string(data), `"`)
	*m = make(Marks, 0, len(written)/8)
	mark := Mark{}
	for written != "" {
		event, lane, rest, err := number(written, lanes)
		if err != nil {
			return err
		}
		at, kind, rest, err := number(rest, kinds)
		if err != nil {
			return err
		}
		mark = Mark{Event: mark.Event + int(event), At: mark.At + at, Lane: lane, Kind: kind}
		*m = append(*m, mark)
		written = rest
	}
	return nil
}

// number reads a number of the base 36 and the name whose letter stands behind it.
func number(written string, names []string) (n int64, name, rest string, err error) {
	end := strings.IndexFunc(written, func(r rune) bool { return r >= 'A' && r <= 'Z' })
	if end < 0 || int(written[end]-'A') >= len(names) {
		return 0, "", "", errors.New("marks end in the middle of one")
	}
	n, err = strconv.ParseInt(written[:end], 36, 64)
	return n, names[written[end]-'A'], written[end+1:], err
}
