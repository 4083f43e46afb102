package narrate

import (
	"strconv"
	"strings"

	"orrery/sim/etcd"
	"orrery/sim/session/field"
)

// Folded says what a run of background events was.
func (t Teller) Folded(count int) string {
	return strings.ReplaceAll(t.lang.Phrases["folded"].Line, "{count}", strconv.Itoa(count))
}

// Question asks why a key was last written: why a field has its value, or why the object is there, or is gone.
func (t Teller) Question(v *etcd.Value, c *field.Change) string {
	name := "ask.changed"
	switch {
	case v.Deleted():
		name = "ask.deleted"
	case v.Version == 1:
		name = "ask.created"
	case c != nil && c.Op == '-':
		name = "ask.taken"
	case c != nil && strings.ContainsRune(c.New, '\n'):
		name = "ask.text"
	case c != nil:
		name = "ask.value"
	}
	obj := v.Object.GetName()
	if res := t.at.Server().ResourceOf(v.Object); res != nil {
		obj = res.Kind.Kind + " " + obj
	}
	path, value := "", ""
	if c != nil {
		path, value = c.Path, c.New
	}
	return strings.NewReplacer("{obj}", obj, "{path}", path, "{value}", value).Replace(t.lang.Phrases[name].Title)
}
