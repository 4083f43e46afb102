package session_test

import (
	"strings"
	"testing"

	"orrery/sim/session"
	"orrery/sim/wire"
)

const (
	recipes = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: recipes.kitchen.example.com}
spec:
  group: kitchen.example.com
  scope: Namespaced
  names: {plural: recipes, kind: Recipe}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
              servings:
                type: integer
                minimum: 1
`
	soup = `apiVersion: kitchen.example.com/v1
kind: Recipe
metadata: {name: soup}
spec:
  servings: 2
`
)

// TestOwnKind looks at a world with a kind of its own from everywhere, at every instant of its life.
func TestOwnKind(t *testing.T) {
	s := session.New()
	ask(t, s, wire.Request{Op: wire.OpOpen})
	apply := func(text string) {
		ask(t, s, wire.Request{Op: wire.OpApply, Files: []wire.File{{Name: "a.yaml", Text: text}}})
		step(t, s, wire.UntilQuiet)
	}
	apply(recipes)
	apply(soup)
	ref := wire.Ref{Resource: "recipes.kitchen.example.com", Namespace: "default", Name: "soup"}
	o := ask(t, s, wire.Request{Op: wire.OpObject, Ref: ref}).Object
	if o.Kind != "Recipe" || o.Key != "/registry/kitchen.example.com/recipes/default/soup" || !o.Exists || len(o.Lines) == 0 {
		t.Errorf("the object is %+v", o)
	}
	table := ask(t, s, wire.Request{Op: wire.OpTable, Resource: ref.Resource, Limit: 10}).Table
	if table.Resource != ref.Resource || len(table.Rows) != 1 || table.Rows[0].Ref != ref {
		t.Errorf("the table is %+v", table)
	}
	keys := ask(t, s, wire.Request{Op: wire.OpStore, Filter: "kitchen.example.com/recipes", Limit: 10}).Store.Keys
	if len(keys) != 1 || keys[0].Ref != ref {
		t.Errorf("the store has %+v", keys)
	}
	log := ask(t, s, wire.Request{Op: wire.OpLog, Limit: 500}).Log
	told := false
	for _, l := range log.Lines {
		told = told || l.Ref == ref && strings.Contains(l.Text, "Recipe")
	}
	if !told {
		t.Error("nothing is told of the Recipe")
	}
	ask(t, s, wire.Request{Op: wire.OpDelete, Ref: wire.Ref{Resource: "customresourcedefinitions.apiextensions.k8s.io", Name: "recipes.kitchen.example.com"}})
	end := step(t, s, wire.UntilQuiet).Position.Event
	for event := end; event >= 0; event -= 7 {
		seek(t, s, event)
		s.Handle(wire.Request{Op: wire.OpObject, Ref: ref})
		ask(t, s, wire.Request{Op: wire.OpStore, Limit: 200})
		ask(t, s, wire.Request{Op: wire.OpTable, Resource: ref.Resource, Limit: 10})
		ask(t, s, wire.Request{Op: wire.OpLog, Limit: 100})
		ask(t, s, wire.Request{Op: wire.OpSequence})
	}
}
