package lint

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// refused are packages whose answers differ from run to run or that reach outside of the world. A name covers what is
// below it.
var refused = map[string]string{
	"crypto/rand": "chance comes only from a stream named for its owner",
	"math/rand":   "chance comes only from a stream named for its owner",
	"net":         "the world has no network but its own",
	"os":          "the world has no environment and no files",
	"sync":        "one goroutine runs the world, so nothing needs a lock",
	"syscall":     "the world does not know where it runs",
}

// harmless are packages below a refused one that only name things.
var harmless = map[string]bool{"net/url": true, "net/netip": true}

// partly are refused packages of which simulation code may use some names: those that only read or write text, or stand
// for a number. A name that ends in * is a beginning.
var partly = map[string][]string{
	"net":      {"IP", "IPMask", "IPNet", "JoinHostPort", "ParseCIDR", "ParseIP", "SplitHostPort"},
	"net/http": {"Method*", "Status*"},
}

func deterministicImports(s source) (found []place) {
	if !s.simulates() {
		return nil
	}
	for _, spec := range s.file.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		if harmless[name] || partly[name] != nil && onlyUses(s.file, name, partly[name]) {
			continue
		}
		for prefix, why := range refused {
			if name == prefix || strings.HasPrefix(name, prefix+"/") {
				found = append(found, place{spec, fmt.Sprintf("simulation code imports %s: %s", name, why)})
			}
		}
	}
	return found
}

// onlyUses says whether file uses no more of a package than some names.
func onlyUses(file *ast.File, pkg string, names []string) bool {
	as, only := importedAs(file, pkg), true
	ast.Inspect(file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := selector.X.(*ast.Ident); ok && x.Name == as && !named(selector.Sel.Name, names) {
			only = false
		}
		return true
	})
	return only
}

func named(name string, names []string) bool {
	for _, n := range names {
		if beginning, cut := strings.CutSuffix(n, "*"); name == n || cut && strings.HasPrefix(name, beginning) {
			return true
		}
	}
	return false
}

// noConcurrency finds everything that would let the Go scheduler decide an order.
func noConcurrency(s source) (found []place) {
	if !s.simulates() {
		return nil
	}
	ast.Inspect(s.file, func(node ast.Node) bool {
		what := ""
		switch node := node.(type) {
		case *ast.GoStmt:
			what = "a goroutine"
		case *ast.ChanType:
			what = "a channel"
		case *ast.SelectStmt:
			what = "a select"
		case *ast.SendStmt:
			what = "a send"
		case *ast.UnaryExpr:
			if node.Op == token.ARROW {
				what = "a receive"
			}
		}
		if what != "" {
			found = append(found, place{node, what + " in simulation code: schedule an event instead"})
		}
		return true
	})
	return found
}

// wallClock are the functions of package time that look at the real clock or wait on it.
var wallClock = map[string]bool{
	"After": true, "AfterFunc": true, "NewTicker": true, "NewTimer": true, "Now": true, "Since": true, "Sleep": true,
	"Tick": true, "Until": true,
}

func engineTime(s source) (found []place) {
	if !s.simulates() {
		return nil
	}
	name := importedAs(s.file, "time")
	if name == "" {
		return nil
	}
	ast.Inspect(s.file, func(node ast.Node) bool {
		selector, ok := node.(*ast.SelectorExpr)
		if !ok || !wallClock[selector.Sel.Name] {
			return true
		}
		if pkg, ok := selector.X.(*ast.Ident); ok && pkg.Name == name {
			found = append(found, place{selector, fmt.Sprintf("time.%s in simulation code: time comes only from the engine's clock", selector.Sel.Name)})
		}
		return true
	})
	return found
}

// importedAs returns the name under which file imports a package, or "" when it does not.
func importedAs(file *ast.File, name string) string {
	for _, spec := range file.Imports {
		if spec.Path.Value != strconv.Quote(name) {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return name[strings.LastIndex(name, "/")+1:]
	}
	return ""
}
