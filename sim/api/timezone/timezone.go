// Package timezone is the time zones that spec.timeZone of a CronJob may name.
//
// Go knows time zones from the machine it runs on, or from a table of 450 KB. A simulated world begins in 2026: what it needs
// of a zone is the rule that holds from now on, which every file of the IANA database ends with. zones.txt is those rules,
// each with the names of the zones that follow it.
//
// Simplified: the rules that hold in 2026 hold always; in Kubernetes a zone has its history, and Morocco's clocks, which follow
// the moon, are set back in Ramadan.
package timezone

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"time"
)

//go:embed zones.txt
var zones string

// Load returns a time zone by its name in the IANA database, as time.LoadLocation does; "" is UTC.
func Load(name string) (*time.Location, error) {
	if name == "" || name == "UTC" {
		return time.UTC, nil
	}
	for line := range strings.Lines(zones) {
		words := strings.Fields(line)
		if slices.Contains(words[1:], name) {
			return time.LoadLocationFromTZData(name, file(words[0]))
		}
	}
	return nil, errors.New("unknown time zone " + name)
}

// file returns a time zone's file that holds nothing but a rule: the file's old form, empty, then its new one, and the rule in
// its footer.
func file(rule string) []byte {
	const name = "UTC\x00"
	head := append([]byte("TZif2"), make([]byte, 15)...)
	for _, n := range []uint32{0, 0, 0, 0, 1, uint32(len(name))} { // one type of local time, which the rule overrides
		head = binary.BigEndian.AppendUint32(head, n)
	}
	part := append(head, make([]byte, 6)...) // that type: UTC, by the first name
	part = append(part, name...)
	return slices.Concat(part, part, []byte("\n"+rule+"\n"))
}
