package kubectl

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	data, err := sent(c.document, c.object)
	if err != nil {
		return t.fail(during("creating", c.document.File, err))
	}
	r := c.request(client.Create)
	r.Body, r.Manager, r.DryRun = data, t.process.command.managerOr("kubectl-create"), t.process.command.DryRun
	r.FieldValidation = metav1.FieldValidationStrict
	return t.send(r)
}

func (c *creation) answer(t *turn, r *client.Response) bool {
	if r.Error != nil {
		return t.fail(during("creating", c.document.File, statusError(r.Error)))
	}
	c.name = r.Object.GetName() // it may have been generated
	return t.print(c.line("created" + t.dry()))
}
