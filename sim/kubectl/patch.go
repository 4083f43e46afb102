package kubectl

import (
	"errors"
	"strconv"
	"strings"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/types"
	sigsyaml "sigs.k8s.io/yaml"

	"orrery/sim/api"
	"orrery/sim/client"
)

// patching is kubectl patch of one object.
type patching struct {
	object
	before api.Object
}

func (p *patching) clone() task { c := *p; return &c }

func (p *patching) start(t *turn) bool { return t.send(p.request(client.Get)) }

func (p *patching) answer(t *turn, r *client.Response) bool {
	if r.Error != nil {
		return t.fail(statusError(r.Error))
	}
	if r.Request.Verb == client.Patch {
		if apiequality.Semantic.DeepEqual(p.before, r.Object) {
			return t.print(p.line("patched (no change)"))
		}
		return t.print(p.line("patched"))
	}
	p.before = r.Object
	c := t.process.command
	data, err := patchData(c.Patch)
	if err != nil {
		return t.fail(err)
	}
	q := p.request(client.Patch)
	q.PatchType, q.PatchData, q.Manager = patchTypes[c.PatchType], data, "kubectl-patch"
	return t.send(q)
}

// patchTypes are the values of kubectl patch --type.
var patchTypes = map[string]types.PatchType{
	"": types.StrategicMergePatchType, "strategic": types.StrategicMergePatchType,
	"merge": types.MergePatchType, "json": types.JSONPatchType,
}

// patchData makes JSON of a patch written in YAML; what looks like JSON is sent as it is.
func patchData(patch string) ([]byte, error) {
	if strings.HasPrefix(strings.TrimSpace(patch), "{") {
		return []byte(patch), nil
	}
	data, err := sigsyaml.YAMLToJSON([]byte(patch))
	if err != nil {
		return nil, errors.New("unable to parse " + strconv.Quote(patch) + ": " + err.Error())
	}
	return data, nil
}
