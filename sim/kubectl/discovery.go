package kubectl

import (
	"slices"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/client"
	"orrery/sim/manifest"
)

// discovery asks the server for kinds that kubectl does not know, and then plans the command.
//
// Simplified: the definitions are listed, when a command is about such a kind; Kubernetes' kubectl asks for all that is
// served, and keeps that for some hours or until a kind is not in it.
type discovery struct{}

func (d *discovery) clone() task { return &discovery{} }

func (d *discovery) start(t *turn) bool {
	return t.send(client.Request{Verb: client.List, Resource: "customresourcedefinitions.apiextensions.k8s.io"})
}

func (d *discovery) answer(t *turn, r *client.Response) bool {
	var kinds client.Kinds
	for _, o := range r.Items {
		if crd, ok := o.(*apiextensionsv1.CustomResourceDefinition); ok {
			for _, res := range api.CustomServed(crd) {
				kinds = kinds.With(res)
			}
		}
	}
	t.terminal.kinds = kinds
	t.process.plan(kinds, true)
	return false
}

// unknown reports whether the command is about a kind that is not known.
func (c *Command) unknown(kinds client.Kinds) bool {
	for _, target := range c.Targets {
		if findResource(kinds, target.Resource) == nil {
			return true
		}
	}
	return slices.ContainsFunc(c.Files, func(f File) bool {
		documents, _ := manifest.Parse(f.Name, f.Text)
		return slices.ContainsFunc(documents, func(d *manifest.Document) bool { return kinds.Kind(d.Kind) == nil })
	})
}

// custom reports whether a resource is not one of Kubernetes' own.
func custom(res *api.Resource) bool { return api.Find(res.Name) == nil }

// patchType returns the kind of patch in which kubectl changes an object: custom ones have no strategic merge patch.
func patchType(res *api.Resource) types.PatchType {
	if custom(res) {
		return types.MergePatchType
	}
	return types.StrategicMergePatchType
}
