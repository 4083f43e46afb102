package lint

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"orrery/build/tree"
)

// TestTree holds the whole tree to the rules.
func TestTree(t *testing.T) {
	root, err := tree.Root()
	if err != nil {
		t.Fatal(err)
	}
	findings, err := Check(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
}

// read makes a source of text, with types where the standard library suffices for it.
func read(t *testing.T, libraries types.Importer, name, text string) source {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: libraries, Error: func(error) {}}
	_, _ = config.Check("p", set, []*ast.File{file}, info) // imports of ours are unknown here; the rules do without
	return source{name: name, set: set, file: file, lines: set.File(file.Pos()).LineCount(), types: info}
}

// TestRules shows each rule failing on what it is against, and passing what it is not.
func TestRules(t *testing.T) {
	long := func(lines int) string {
		return "package p\n\nfunc f() {\n" + strings.Repeat("\tprintln()\n", lines) + "}\n"
	}
	tests := []struct {
		name string
		file string
		text string
		want string // the rule that is broken, or "" for none
	}{
		{"vague package", "sim/util/a.go", "package util", "package-name"},
		{"long function", "app/a.go", long(90), "function-length"},
		{"long test", "app/a_test.go", long(90), ""},
		{"long file", "app/a.go", "package p\n" + strings.Repeat("// a\n", 400), "file-length"},
		{"init", "build/a.go", "package p\nfunc init() {}", "no-init"},
		{"method init", "build/a.go", "package p\ntype t int\nfunc (t) init() {}", ""},

		{"random", "sim/engine/a.go", `package p; import _ "math/rand/v2"`, "deterministic-imports"},
		{"lock", "sim/engine/a.go", `package p; import _ "sync"`, "deterministic-imports"},
		{"files", "sim/engine/a.go", `package p; import _ "os"`, "deterministic-imports"},
		{"javascript", "sim/engine/a.go", `package p; import _ "syscall/js"`, "deterministic-imports"},
		{"files in a test", "sim/engine/a_test.go", `package p; import _ "os"`, ""},
		{"files outside", "build/a.go", `package p; import _ "os"`, ""},
		{"network", "sim/apiserver/a.go", "package p\nimport \"net/http\"\nvar c http.Client", "deterministic-imports"},
		{"numbers of answers", "sim/apiserver/a.go", "package p\nimport \"net/http\"\nvar c = http.StatusOK", ""},
		{"lookup", "sim/node/a.go", "package p\nimport \"net\"\nvar _, _ = net.LookupHost(\"a\")", "deterministic-imports"},
		{"text of an address", "sim/node/a.go", "package p\nimport \"net\"\nvar a = net.JoinHostPort(\"a\", \"1\")", ""},
		{"the HTTP door", "sim/apiserver/door/a.go", `package p; import _ "net/http"`, ""},

		{"goroutine", "sim/etcd/a.go", "package p\nfunc f() { go f() }", "no-concurrency"},
		{"channel", "sim/etcd/a.go", "package p\nvar c chan int", "no-concurrency"},
		{"receive", "sim/etcd/a.go", "package p\nfunc f(c <-chan int) { <-c }", "no-concurrency no-concurrency"},

		{"clock", "sim/etcd/a.go", "package p\nimport \"time\"\nvar now = time.Now()", "engine-time"},
		{"clock by another name", "sim/etcd/a.go", "package p\nimport t \"time\"\nvar now = t.Now", "engine-time"},
		{"duration", "sim/etcd/a.go", "package p\nimport \"time\"\nvar d = time.Second", ""},

		{"map order", "sim/etcd/a.go", "package p\nfunc f(m map[int]int, g func(int)) { for k := range m { g(k) } }", "map-order"},
		{"last one wins", "sim/etcd/a.go", "package p\nfunc f(m map[int]int) (x int) { for k := range m { x = k }; return }", "map-order"},
		{"first one wins", "sim/etcd/a.go", "package p\nfunc f(m map[int]int) int { for k := range m { return k }; return 0 }", "map-order"},
		{"unsorted list", "sim/etcd/a.go", "package p\nfunc f(m map[int]int) (x []int) { for k := range m { x = append(x, k) }; return }", "map-order"},
		{"float sum", "sim/etcd/a.go", "package p\nfunc f(m map[int]float64) (x float64) { for _, v := range m { x += v }; return }", "map-order"},
		{"map iterator", "sim/etcd/a.go", "package p\nimport (\"maps\"; \"slices\")\nfunc f(m map[int]int) []int { return slices.Collect(maps.Keys(m)) }", "map-order"},
		{"sorted iterator", "sim/etcd/a.go", "package p\nimport (\"maps\"; \"slices\")\nfunc f(m map[int]int) []int { return slices.Sorted(maps.Keys(m)) }", ""},
		{"sorted list", "sim/etcd/a.go", "package p\nimport \"sort\"\nfunc f(m map[int]int) (x []int) { for k := range m { x = append(x, k) }; sort.Ints(x); return }", ""},
		{"sorted too early", "sim/etcd/a.go", "package p\nimport \"sort\"\nfunc f(m map[int]int) (x []int) { sort.Ints(x); for k := range m { x = append(x, k) }; return }", "map-order"},
		{"filled map", "sim/etcd/a.go", "package p\nfunc f(m map[int]int) { n := map[int]int{}; for k, v := range m { if v > 0 { n[k] = v } } }", ""},
		{"counted", "sim/etcd/a.go", "package p\nfunc f(m map[int]int) (x int) { for _, v := range m { x += v }; return }", ""},
		{"marked", "sim/etcd/a.go", "package p\nfunc f(m map[int]int, g func(int)) {\n// any order: g counts\nfor k := range m { g(k) } }", ""},
		{"slice", "sim/etcd/a.go", "package p\nfunc f(m []int, g func(int)) { for k := range m { g(k) } }", ""},

		{"upwards", "sim/engine/a.go", `package p; import _ "orrery/sim/etcd"`, "layers"},
		{"downwards", "sim/etcd/a.go", `package p; import _ "orrery/sim/engine"`, ""},
		{"component and store", "sim/controller/job/a.go", `package p; import _ "orrery/sim/etcd"`, "layers"},
		{"component and component", "sim/controller/a.go", `package p; import _ "orrery/sim/scheduler"`, "layers"},
		{"controller and controller", "sim/controller/job/a.go", `package p; import _ "orrery/sim/controller/cronjob"`, "layers"},
		{"controller and runner", "sim/controller/job/a.go", `package p; import _ "orrery/sim/controller"`, ""},
		{"API server and store", "sim/apiserver/a.go", `package p; import _ "orrery/sim/etcd"`, ""},
		{"world and page", "sim/a.go", `package p; import _ "orrery/app"`, "layers"},
		{"wire and libraries", "sim/wire/a.go", `package p; import _ "k8s.io/api/core/v1"`, "layers"},
		{"page and Kubernetes", "app/a.go", `package p; import _ "k8s.io/api/core/v1"`, "layers"},
		{"page and simulation", "app/panel/a.go", `package p; import _ "orrery/sim/api"`, "layers"},
		{"page and wire", "app/panel/a.go", `package p; import _ "orrery/sim/wire"`, ""},
		{"page and session", "wasm/page/a.go", `package p; import _ "orrery/sim/session"`, "layers"},
		{"engine and session", "wasm/engine/a.go", `package p; import _ "orrery/sim/session"`, ""},
	}
	libraries := importer.Default()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var broken []string
			for _, f := range check(read(t, libraries, test.file, test.text)) {
				broken = append(broken, f.Rule)
			}
			if got := strings.Join(broken, " "); got != test.want {
				t.Errorf("broken rules: %q, want %q", got, test.want)
			}
		})
	}
}
