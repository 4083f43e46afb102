package kubectl

import (
	"orrery/sim/client"
	"orrery/sim/manifest"
)

// creation is kubectl create of one object.
type creation struct {
	object
	document *manifest.Document
}

func (c *creation) clone() task { n := *c; return &n }

func (c *creation) start(t *turn) bool {
	o, err := creatable(c.document, c.object)
	if err != nil {
		return t.fail(during("creating", c.document.File, err))
	}
	r := c.request(client.Create)
	r.Object, r.Manager, r.DryRun = o, "kubectl-create", t.process.command.DryRun
	return t.send(r)
}

func (c *creation) answer(t *turn, r *client.Response) bool {
	if r.Error != nil {
		return t.fail(during("creating", c.document.File, statusError(r.Error)))
	}
	c.name = r.Object.GetName() // it may have been generated
	return t.print(c.line("created" + t.dry()))
}
