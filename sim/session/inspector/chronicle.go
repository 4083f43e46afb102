package inspector

import (
	"orrery/sim/api"
	"orrery/sim/etcd"
	"orrery/sim/narrate"
	"orrery/sim/session/field"
	"orrery/sim/session/instant"
	"orrery/sim/wire"
)

// chronicle is what happened to one key: its revisions, and who wrote each field of what it holds now.
type chronicle struct {
	key       string
	upTo      int64 // revision
	lines     []field.Line
	authors   map[string]author // by path
	revisions []wire.Revision
	changes   []field.Change // of the latest revision
}

// author is who wrote a field, and when.
type author struct {
	value string
	by    string
	at    int64 // revision
}

// Bounds of a chronicle: a Lease has a revision every ten seconds.
const (
	revisionsMax = 500
	summaryMax   = 3 // changes in the summary of a revision
)

// follow takes in the revisions up to an instant that it has not seen.
func (c *chronicle) follow(i *instant.Instant) {
	var all []*etcd.Value
	i.Store().History(c.key, func(v *etcd.Value) bool {
		all = append(all, v)
		return true
	})
	if len(all) == 0 || all[len(all)-1].Mod < c.upTo {
		*c = chronicle{key: c.key}
	}
	if len(all) > revisionsMax {
		all = all[len(all)-revisionsMax:]
	}
	for _, v := range all {
		if v.Mod > c.upTo {
			c.add(i, v)
		}
	}
	for len(all) > 0 && c.revisions[0].Revision < all[0].Mod { // no longer kept
		c.revisions = c.revisions[1:]
	}
}

// add takes in one revision.
func (c *chronicle) add(i *instant.Instant, v *etcd.Value) {
	r := wire.Revision{Revision: v.Mod, Version: v.Version, Deleted: v.Deleted(), Event: int(v.Event)}
	user := ""
	if e := i.Entry(v.Event); e != nil {
		r.At, user = int64(e.At), narrate.Writer(e.User)
	}
	r.Actor = user
	lines := field.Lines(v.Object)
	c.changes = field.Changes(c.lines, lines)
	switch {
	case v.Deleted():
		r.Summary = "deleted"
	case v.Version == 1:
		c.authors, c.changes, r.Summary = nil, nil, "created"
		if v.Event == 0 {
			r.Summary = "was there when the world began"
		}
	case c.lines == nil:
		r.Summary = "what was before is compacted"
		user = ""
	default:
		r.Summary = field.Summary(c.changes, summaryMax)
	}
	c.sign(v, lines, user)
	c.lines, c.upTo = lines, v.Mod
	c.revisions = append(c.revisions, r)
}

// sign notes who wrote the fields that are new or have another value.
func (c *chronicle) sign(v *etcd.Value, lines []field.Line, user string) {
	var sent map[string]bool
	if v.Version == 1 && v.Sent != nil {
		sent = paths(v.Sent)
	}
	authors := make(map[string]author, len(lines))
	for k := range lines {
		l := &lines[k]
		old, had := c.authors[l.Path]
		switch {
		case l.Key == "" && !l.Dash: // a text goes on
		case had && old.value == l.Value:
			authors[l.Path] = old
		case assigned[l.Path]:
			authors[l.Path] = author{l.Value, serverName, v.Mod}
		case sent != nil && !sent[l.Path] && l.Path != "metadata.name" && l.Path != "metadata.namespace":
			authors[l.Path] = author{l.Value, "default", v.Mod}
		default:
			authors[l.Path] = author{l.Value, user, v.Mod}
		}
	}
	c.authors = authors
}

const serverName = "apiserver"

// assigned are the fields that the API server fills in by itself.
var assigned = map[string]bool{
	"metadata.uid": true, "metadata.resourceVersion": true, "metadata.creationTimestamp": true, "metadata.generation": true,
	"metadata.deletionTimestamp": true, "metadata.deletionGracePeriodSeconds": true,
}

// paths returns the fields that an object has.
func paths(o api.Object) map[string]bool {
	lines := field.Lines(o)
	m := make(map[string]bool, len(lines))
	for k := range lines {
		m[lines[k].Path] = true
	}
	return m
}

// History answers what the store kept of a key.
func (p *Inspector) History(i *instant.Instant, key string) *wire.History {
	c := p.chronicle(i, key)
	return &wire.History{Key: key, Revisions: c.revisions[:len(c.revisions):len(c.revisions)]}
}
