package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// module is the path of Orrery's module.
const module = "orrery"

// layer is a folder of the simulation. It may import what lies lower, and nothing of its own height.
type layer struct {
	folder string
	height int
	// component marks what in a real cluster is a process of its own: it meets the others only in API objects.
	component bool
}

// simulation is the order in which imports go. The first folder that a package lies in counts.
var simulation = []layer{
	{folder: "sim/wire", height: 0},
	{folder: "sim/api", height: 1},
	{folder: "sim/trace", height: 1},
	{folder: "sim/engine", height: 2},
	{folder: "sim/manifest", height: 2},
	{folder: "sim/etcd", height: 3},
	{folder: "sim/client", height: 3},
	{folder: "sim/apiserver", height: 4},
	{folder: "sim/cloud", height: 4, component: true},
	{folder: "sim/controller", height: 4, component: true},
	{folder: "sim/kubectl", height: 4, component: true},
	{folder: "sim/network", height: 4, component: true},
	{folder: "sim/node", height: 4, component: true},
	{folder: "sim/scheduler", height: 4, component: true},
	{folder: "sim/fault", height: 6},
	{folder: "sim/invariant", height: 6},
	{folder: "sim/scenario", height: 6},
	{folder: "sim/session/field", height: 6},
	{folder: "sim/session/instant", height: 6},
	{folder: "sim/session/status", height: 6},
	{folder: "sim/session/picture", height: 7},
	{folder: "sim/narrate", height: 8},
	{folder: "sim/session", height: 9},
	{folder: "sim/reference", height: 9},
	{folder: "sim", height: 5},
}

// layerOf returns the layer of a package, named relative to the module. Folders below sim must be in the list.
func layerOf(pkg string) (layer, bool) {
	for _, l := range simulation {
		if pkg == l.folder || l.folder != "sim" && strings.HasPrefix(pkg, l.folder+"/") {
			return l, true
		}
	}
	return layer{}, false
}

// outside says what the rest of the tree may import of Orrery and never imports at all. The first folder that matches
// counts.
var outside = []struct {
	folder string
	may    []string
	never  []string
}{
	{folder: "app", may: []string{"app", "sim/wire"}, never: []string{"k8s.io", "sigs.k8s.io", "syscall/js"}},
	{folder: "wasm/page", may: []string{"app", "sim/wire", "wasm/page"}, never: []string{"k8s.io"}},
	{folder: "wasm/engine", may: []string{"sim", "wasm/engine"}, never: []string{"github.com/maxence-charriere/go-app"}},
}

// layers checks that imports go one way. Tests may look anywhere.
func layers(s source) (found []place) {
	if s.isTest() {
		return nil
	}
	for _, spec := range s.file.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		var why string
		if s.below("sim") {
			why = refusedInSimulation(s.folder(), name)
		} else {
			why = refusedOutside(s.folder(), name)
		}
		if why != "" {
			found = append(found, place{spec, fmt.Sprintf("%s imports %s: %s", s.folder(), name, why)})
		}
	}
	return found
}

func refusedInSimulation(folder, name string) string {
	from, known := layerOf(folder)
	if !known {
		return "this folder has no place in the order of imports: add it to the list in build/lint"
	}
	own, inside := strings.CutPrefix(name, module+"/")
	if !inside {
		if strings.Contains(strings.Split(name, "/")[0], ".") && (from.height == 0 || within(name, "github.com/maxence-charriere")) {
			return "the wire's types need only the standard library, and the simulation no page"
		}
		return ""
	}
	to, known := layerOf(own)
	switch {
	case !known:
		return "the simulation knows nothing of the programs around it"
	case to.folder == from.folder:
		return siblings(folder, own)
	case from.component && (to.component || to.folder == "sim/etcd" || to.folder == "sim/apiserver"):
		return "components meet in API objects; only the API server holds the store"
	case to.height >= from.height:
		return "imports go one way: from " + from.folder + " only downwards"
	}
	return ""
}

// leaves are folders in which each folder is a component or a plugin for itself.
var leaves = []string{"sim/controller", "sim/scheduler/plugin"}

// shared are the folders among them that some of the others are made of.
var shared = map[string][]string{
	"sim/controller/history":    {"sim/controller/daemonset", "sim/controller/statefulset"},
	"sim/controller/replicaset": {"sim/controller/replication"},
}

// siblings keeps controllers and plugins apart from each other.
func siblings(from, to string) string {
	if slices.Contains(shared[to], from) {
		return ""
	}
	for _, folder := range leaves {
		if within(from, folder) && within(to, folder) && from != folder && to != folder && child(from, folder) != child(to, folder) {
			return "one controller or plugin does not know another"
		}
	}
	return ""
}

// child returns the name of the folder below parent that pkg lies in.
func child(pkg, parent string) string {
	return strings.Split(strings.TrimPrefix(pkg, parent+"/"), "/")[0]
}

func refusedOutside(folder, name string) string {
	for _, rule := range outside {
		if !within(folder, rule.folder) {
			continue
		}
		for _, never := range rule.never {
			if within(name, never) {
				return "it would pull the simulation or the browser to where it does not belong"
			}
		}
		own, inside := strings.CutPrefix(name, module+"/")
		if !inside {
			return ""
		}
		for _, may := range rule.may {
			if within(own, may) {
				return ""
			}
		}
		return "of Orrery it may import only " + strings.Join(rule.may, ", ")
	}
	return ""
}

// within says whether path is folder or lies below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
