package sim_test

import (
	"strings"
	"testing"

	"orrery/sim"
	"orrery/sim/etcd"
	"orrery/sim/kubectl"
)

const recipes = `apiVersion: apiextensions.k8s.io/v1
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
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

// manifest returns an object in demo that belongs to another, if that is given.
func manifest(apiVersion, kind, name string, owner *etcd.Value) string {
	text := "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n  namespace: demo\n"
	if owner != nil {
		version, what := "v1", "ConfigMap"
		if strings.Contains(owner.Key, "kitchen") {
			version, what = "kitchen.example.com/v1", "Recipe"
		}
		text += "  ownerReferences:\n  - apiVersion: " + version + "\n    kind: " + what + "\n    name: " + owner.Object.GetName() +
			"\n    uid: " + string(owner.Object.GetUID()) + "\n"
	}
	return text
}

// TestOwnKind has the controllers that work on objects of every kind work on those of a kind that a user brought.
func TestOwnKind(t *testing.T) {
	w := newWorld(t, sim.Config{Seed: 1, Nodes: 1})
	do := func(line string, text ...string) {
		t.Helper()
		var files []kubectl.File
		for _, x := range text {
			files = append(files, kubectl.File{Name: "a.yaml", Text: x})
		}
		c, err := kubectl.Parse(line, files)
		if err != nil {
			t.Fatal(err)
		}
		w.Do(c)
		if quiet, err := w.RunUntilQuiet(10_000); err != nil || !quiet {
			t.Fatal(quiet, err)
		}
	}
	const recipe, config = "/registry/kitchen.example.com/recipes/demo/", "/registry/configmaps/demo/"
	at := func(key string) *etcd.Value { return storeOf(w).Get(key) }
	want := func(there bool, keys ...string) {
		t.Helper()
		for _, key := range keys {
			if (at(key) != nil) != there {
				t.Fatalf("%s is there: %v", key, at(key) != nil)
			}
		}
	}

	do("kubectl apply -f a.yaml", recipes)
	do("kubectl create -f a.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: demo}\n")
	do("kubectl create -f a.yaml", manifest("kitchen.example.com/v1", "Recipe", "soup", nil))
	do("kubectl create -f a.yaml", manifest("v1", "ConfigMap", "notes", at(recipe+"soup")))
	do("kubectl create -f a.yaml", manifest("v1", "ConfigMap", "book", nil))
	do("kubectl create -f a.yaml", manifest("kitchen.example.com/v1", "Recipe", "cake", at(config+"book")))
	do("kubectl create -f a.yaml", manifest("kitchen.example.com/v1", "Recipe", "bread", at(config+"book")))
	want(true, recipe+"soup", config+"notes", recipe+"cake", recipe+"bread")

	do("kubectl delete recipe soup -n demo")
	want(false, recipe+"soup", config+"notes")
	do("kubectl delete configmap book -n demo --cascade=orphan")
	want(true, recipe+"cake", recipe+"bread")
	if refs := at(recipe + "cake").Object.GetOwnerReferences(); len(refs) > 0 {
		t.Errorf("an orphan has owners: %v", refs)
	}
	do("kubectl create -f a.yaml", manifest("v1", "ConfigMap", "book", nil))
	do("kubectl create -f a.yaml", manifest("kitchen.example.com/v1", "Recipe", "pie", at(config+"book")))
	do("kubectl delete configmap book -n demo")
	want(false, recipe+"pie")

	do("kubectl delete namespace demo")
	want(false, recipe+"cake", recipe+"bread", "/registry/namespaces/demo")
	do("kubectl delete crd recipes.kitchen.example.com")
	want(false, "/registry/apiextensions.k8s.io/customresourcedefinitions/recipes.kitchen.example.com")
}
