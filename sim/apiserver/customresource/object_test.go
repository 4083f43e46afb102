package customresource

import (
	"encoding/json"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"
)

const crontabs = `
metadata: {name: crontabs.stable.example.com}
spec:
  group: stable.example.com
  scope: Namespaced
  names: {plural: crontabs, singular: crontab, kind: CronTab, listKind: CronTabList, shortNames: [ct], categories: [all]}
  conversion: {strategy: None}
  versions:
  - name: v1
    served: true
    storage: true
    subresources:
      status: {}
      scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas, labelSelectorPath: .status.selector}
    additionalPrinterColumns:
    - {name: Spec, type: string, jsonPath: .spec.cronSpec}
    - {name: Replicas, type: integer, jsonPath: .spec.replicas}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    selectableFields: [{jsonPath: .spec.cronSpec}]
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            required: [cronSpec]
            properties:
              cronSpec: {type: string, pattern: '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'}
              image: {type: string, default: nginx}
              replicas: {type: integer, minimum: 1, maximum: 10, default: 1}
              port: {x-kubernetes-int-or-string: true}
              policy: {type: string, enum: [Allow, Forbid]}
              mail: {type: string, format: email, nullable: true}
              tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true}
          status:
            type: object
            properties:
              replicas: {type: integer}
              selector: {type: string}
  - {name: v1beta1, served: true, storage: false, deprecated: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {cronSpec: {type: string}, image: {type: string}}}}}}}
`

func define(t *testing.T, text string) *Definition {
	t.Helper()
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict([]byte(text), crd); err != nil {
		t.Fatal(err)
	}
	crd.Status.AcceptedNames = crd.Spec.Names
	d, err := Define(crd)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// object returns a CronTab with a spec in JSON.
func object(t *testing.T, spec string) *Object {
	t.Helper()
	o := &Object{}
	text := `{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"a","namespace":"default"},"spec":` + spec + `}`
	if err := o.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestDecode(t *testing.T) {
	v := define(t, crontabs).Versions[0]
	o := object(t, `{"cronSpec":"* * * * */5","no":1,"free":{"any":1},"mail":null,"policy":null}`)
	o.Object["extra"] = "x"
	unknown, err := v.Decode(o)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(unknown, " "); got != "extra spec.no" {
		t.Errorf("unknown fields: %s", got)
	}
	got, _ := json.Marshal(o.Object["spec"])
	want := `{"cronSpec":"* * * * */5","free":{"any":1},"image":"nginx","mail":null,"replicas":1}`
	if string(got) != want {
		t.Errorf("decoded %s\nwant    %s", got, want)
	}
	bad := object(t, `{}`)
	bad.Object["metadata"].(map[string]any)["labels"] = "x"
	if _, err := v.Decode(bad); err == nil {
		t.Error("labels that are a string are decoded")
	}
}

func TestValidate(t *testing.T) {
	v := define(t, crontabs).Versions[0]
	for _, test := range []struct{ name, old, spec, want string }{
		{"good", ``, `{"cronSpec":"* * * * */5","port":"http","tags":["a"],"mail":null}`, ""},
		{"required", ``, `{}`, "spec.cronSpec: Required value"},
		{"pattern", ``, `{"cronSpec":"* * *"}`, `spec.cronSpec: Invalid value: "* * *": spec.cronSpec in body should match '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'`},
		{"maximum", ``, `{"cronSpec":"* * * * */5","replicas":11}`, `spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10`},
		{"type", ``, `{"cronSpec":"* * * * */5","replicas":"2"}`, `spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"`},
		{"enum", ``, `{"cronSpec":"* * * * */5","policy":"No"}`, `spec.policy: Unsupported value: "No": supported values: "Allow", "Forbid"`},
		{"set", ``, `{"cronSpec":"* * * * */5","tags":["a","a"]}`, `spec.tags[1]: Duplicate value: "a"`},
		{"format", ``, `{"cronSpec":"* * * * */5","mail":"x"}`, `spec.mail: Invalid value: "x": spec.mail in body must be of type email: "x"`},
		{"tolerated", `{"cronSpec":"bad","policy":"No"}`, `{"cronSpec":"bad","policy":"No","replicas":2}`, ""},
		{"not tolerated", `{"cronSpec":"bad"}`, `{"cronSpec":"worse"}`, `spec.cronSpec: Invalid value: "worse"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := object(t, test.spec)
			var errs field.ErrorList
			if test.old == "" {
				errs = v.ValidateCreate(o)
			} else {
				old := object(t, test.old)
				old.SetResourceVersion("1")
				o.SetResourceVersion("1")
				errs = v.ValidateUpdate(o, old)
			}
			got := ""
			for _, e := range errs {
				if got += e.Error() + "\n"; !strings.Contains(e.Error(), "scale") && test.want == "" {
					t.Error(e)
				}
			}
			if !strings.HasPrefix(got, test.want) {
				t.Errorf("says  %s\nwants %s", got, test.want)
			}
		})
	}
}

func TestVersions(t *testing.T) {
	d := define(t, crontabs)
	v1, beta := d.Versions[0], d.Versions[1]
	if v1.Resource.Name != "crontabs.stable.example.com" || beta.Resource.Name != "crontabs.v1beta1.stable.example.com" {
		t.Errorf("the versions are called %s and %s", v1.Resource.Name, beta.Resource.Name)
	}
	if beta.Resource.Stored() != v1.Resource || d.Storage() != v1 {
		t.Error("v1beta1 is not stored as v1")
	}
	if want := "stable.example.com/v1beta1 CronTab is deprecated; use stable.example.com/v1 CronTab"; beta.Warning != want {
		t.Errorf("warns %s\nwant  %s", beta.Warning, want)
	}
	stored := object(t, `{"cronSpec":"* * * * */5","replicas":3}`)
	old := beta.Serve(stored)
	got, _ := json.Marshal(old.Object["spec"])
	if old.GetAPIVersion() != "stable.example.com/v1beta1" || string(got) != `{"cronSpec":"* * * * */5","image":"nginx"}` {
		t.Errorf("v1beta1 is served as %s with %s", old.GetAPIVersion(), got)
	}
	if stored.GetAPIVersion() != "stable.example.com/v1" || len(stored.Object["spec"].(map[string]any)) != 2 {
		t.Error("serving an object changed it")
	}
}

func TestTable(t *testing.T) {
	v := define(t, crontabs).Versions[0]
	o := object(t, `{"cronSpec":"* * * * */5","replicas":3}`)
	table := v.Table()
	cells, _ := json.Marshal(table.Cells(o, func(metav1.Time) string { return "5m" }))
	if string(cells) != `["a","* * * * */5",3,null]` {
		t.Errorf("the row is %s", cells)
	}
	if len(table.Columns) != 4 || table.Columns[1].Name != "Spec" || table.Columns[0].Format != "name" {
		t.Errorf("the columns are %v", table.Columns)
	}
	if set := v.Fields(o); set["spec.cronSpec"] != "* * * * */5" || set["metadata.namespace"] != "default" {
		t.Errorf("the fields are %v", set)
	}
	scale, set, err := v.Scale(o)
	if err != nil || !set || scale.Spec.Replicas != 3 || scale.Status.Replicas != 0 {
		t.Errorf("the scale is %v, %v, %v", scale, set, err)
	}
}

func TestConditions(t *testing.T) {
	now := metav1.Now()
	first := define(t, crontabs).CRD.DeepCopy()
	first.Status = apiextensionsv1.CustomResourceDefinitionStatus{}
	var c *Catalog
	c, err := c.With(first)
	if err != nil {
		t.Fatal(err)
	}
	if c.Find("crontabs.stable.example.com") != nil {
		t.Error("served before its names are accepted")
	}
	named, ok := c.Name(first, now)
	if !ok || !is(named, apiextensionsv1.NamesAccepted) || find(named, apiextensionsv1.Established).Reason != "Installing" {
		t.Fatalf("named %v: %v", ok, named.Status)
	}
	established, ok := Establish(named, now)
	if !ok || !is(established, apiextensionsv1.Established) {
		t.Fatalf("established %v: %v", ok, established.Status)
	}
	c, err = c.With(established)
	if err != nil {
		t.Fatal(err)
	}
	if _, again := c.Name(established, now); again || len(c.Resources()) != 2 {
		t.Error("named twice, or not discovered")
	}
	second := first.DeepCopy()
	second.Name, second.Spec.Names.Plural, second.Spec.Names.Kind = "tabs.stable.example.com", "tabs", "Tab"
	other, ok := c.Name(second, now)
	accepted := find(other, apiextensionsv1.NamesAccepted)
	if !ok || accepted.Reason != "ListKindConflict" || accepted.Message != `"CronTabList" is already in use` {
		t.Errorf("a taken name is accepted: %v", accepted)
	}
	if find(other, apiextensionsv1.Established).Reason != "NotAccepted" {
		t.Error("established without its names")
	}
}
