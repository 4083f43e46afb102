package session

import (
	"encoding/json"
	"slices"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"orrery/sim/api"
	"orrery/sim/apiserver"
	"orrery/sim/client"
	"orrery/sim/engine"
	"orrery/sim/manifest"
	"orrery/sim/wire"
)

// Bounds of a check.
const (
	checkedMax     = 200 // objects of a file that the API server is asked about
	diagnosticsMax = 200
)

// check is a dry run of one manifest: what cannot be read, and what the API server says about the rest. The world is not
// touched: a copy of the API server is asked.
func (s *Session) check(r *wire.Request, a *wire.Response) error {
	documents, err := manifest.Parse(r.File, r.Text)
	found := manifest.Diagnose(err)
	asked := newAsker(s.now().Server())
	asked.learn(documents)
	for k, d := range documents {
		found = append(found, d.Diagnose()...)
		if d.Err != nil || d.Object == nil || k >= checkedMax || len(found) >= diagnosticsMax {
			continue
		}
		found = append(found, d.Refused(asked.ask(d, documents))...)
	}
	a.Diagnostics = found[:min(len(found), diagnosticsMax)]
	return nil
}

// asker asks a copy of the API server for dry runs.
type asker struct {
	engine *engine.Engine
	server *apiserver.Server
	answer *client.Response
	send   *client.Request
}

const askerAddress engine.Address = "kubectl"

func newAsker(s *apiserver.Server) *asker {
	a := &asker{engine: engine.New(1), server: s.Alone()}
	a.engine.Add(client.Server, a.server)
	a.engine.Alias(apiserver.Etcd, client.Server)
	a.engine.Add(askerAddress, a)
	return a
}

// learn resolves the documents of custom resources: those that are served, and those whose definition is among the
// documents, which the copy is given for that.
func (a *asker) learn(documents []*manifest.Document) {
	unknown := func(d *manifest.Document) bool { return d.Resource == nil }
	if !slices.ContainsFunc(documents, unknown) {
		return
	}
	for _, d := range documents {
		if crd, ok := d.Object.(*apiextensionsv1.CustomResourceDefinition); ok {
			a.do(&client.Request{User: "kubectl", Verb: client.Create, Resource: d.Resource.Name, Name: crd.Name, Object: crd})
			for !a.engine.Quiet() {
				a.engine.Step()
			}
		}
	}
	for _, d := range documents {
		if res := a.server.ResourceOfKind(d.Kind); d.Resource == nil && res != nil {
			d.Resolve(res)
		}
	}
}

// ask returns why the API server would refuse a document, or nil.
func (a *asker) ask(d *manifest.Document, all []*manifest.Document) *metav1.Status {
	namespace := d.Namespace
	switch {
	case !d.Resource.Namespaced:
		namespace = ""
	case namespace == "":
		namespace = metav1.NamespaceDefault
	}
	r := &client.Request{User: "kubectl", Resource: d.Resource.Name, Namespace: namespace, Name: d.Name, DryRun: true}
	if d.Name != "" && a.server.Store().Get(d.Resource.Key(namespace, d.Name)) != nil {
		patch, err := json.Marshal(d.Value)
		if err != nil {
			return nil // what was decoded from text can be encoded; NaN is refused as such when it is decoded
		}
		r.Verb, r.PatchType, r.PatchData = client.Patch, types.StrategicMergePatchType, patch
		if d.Resource.Custom != nil {
			r.PatchType, r.FieldValidation = types.MergePatchType, metav1.FieldValidationStrict
		}
	} else {
		o := d.Object.DeepCopyObject().(api.Object)
		o.SetNamespace(namespace)
		r.Verb, r.Object = client.Create, o
	}
	if d.Resource.Custom != nil && r.Verb == client.Create {
		data, err := json.Marshal(r.Object)
		if err != nil {
			return nil
		}
		r.Object, r.Body, r.FieldValidation = nil, data, metav1.FieldValidationStrict
	}
	a.do(r)
	if refused := a.answer.Error; refused != nil && !promised(refused, all) {
		return refused
	}
	return nil
}

// do makes a request and waits for the answer.
func (a *asker) do(r *client.Request) {
	a.send, a.answer = r, nil
	a.engine.Post(0, askerAddress, nil)
	for a.answer == nil {
		if _, ok := a.engine.Step(); !ok {
			panic("session: the API server does not answer a dry run")
		}
	}
}

// promised reports whether a refusal is for want of a namespace that the same file makes.
func promised(s *metav1.Status, all []*manifest.Document) bool {
	if s.Reason != metav1.StatusReasonNotFound || s.Details == nil || s.Details.Kind != "namespaces" {
		return false
	}
	for _, d := range all {
		if d.Kind.Kind == "Namespace" && d.Name == s.Details.Name {
			return true
		}
	}
	return false
}

// Handle implements engine.Component.
func (a *asker) Handle(t *engine.Turn, body any) {
	if r, ok := body.(*client.Response); ok {
		a.answer = r
		return
	}
	t.Send(client.Server, time.Millisecond, a.send)
}

// Clone implements engine.Component. The asker's engine is never cloned.
func (a *asker) Clone() engine.Component { c := *a; return &c }
