// Package lint checks the rules of Orrery's code that no other tool knows: what may import what, what simulation code may
// not do, and how long things may be. The rules are a list; each looks at one file.
//
// It leaves to vet, staticcheck and gofumpt what those know.
package lint

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"path"
	"slices"
	"strings"
)

// Finding is one place that breaks a rule.
type Finding struct {
	Position token.Position // its file is relative to the tree's root
	Rule     string
	Text     string // what is wrong and what to do
}

// String returns the finding as compilers print errors.
func (f Finding) String() string {
	return fmt.Sprintf("%s: %s (%s)", f.Position, f.Text, f.Rule)
}

// source is one file with what the rules need to know of it.
type source struct {
	name  string // relative to the tree's root, with slashes
	set   *token.FileSet
	file  *ast.File
	lines int
	types *types.Info // nil outside of sim
}

// rules are all rules, in the order of style.md.
var rules = []struct {
	name  string
	check func(source) []place
}{
	{"package-name", packageName},
	{"function-length", functionLength},
	{"file-length", fileLength},
	{"no-init", noInit},
	{"deterministic-imports", deterministicImports},
	{"no-concurrency", noConcurrency},
	{"engine-time", engineTime},
	{"map-order", mapOrder},
	{"layers", layers},
}

// place is a node that breaks a rule, and why.
type place struct {
	at   ast.Node
	text string
}

// Run is the command `lint`.
func Run(_ context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("lint", flag.ContinueOnError)
	root := flags.String("root", ".", "root of the source tree")
	if err := flags.Parse(args); err != nil {
		return err
	}
	findings, err := Check(*root)
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Fprintln(out, f)
	}
	if len(findings) > 0 {
		return fmt.Errorf("%d places break the rules of the code", len(findings))
	}
	return nil
}

// Check returns everything in the tree at root that breaks a rule, in the order of files and lines.
func Check(root string) ([]Finding, error) {
	sources, err := load(root)
	if err != nil {
		return nil, err
	}
	var findings []Finding
	for _, s := range sources {
		findings = append(findings, check(s)...)
	}
	return findings, nil
}

func check(s source) (findings []Finding) {
	for _, rule := range rules {
		for _, place := range rule.check(s) {
			position := s.set.Position(place.at.Pos())
			position.Filename = s.name
			findings = append(findings, Finding{Position: position, Rule: rule.name, Text: place.text})
		}
	}
	slices.SortStableFunc(findings, func(a, b Finding) int { return cmp.Compare(a.Position.Line, b.Position.Line) })
	return findings
}

func (s source) folder() string { return path.Dir(s.name) }

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// below says whether the file is in folder or in one below it.
func (s source) below(folder string) bool { return strings.HasPrefix(s.name, folder+"/") }

// simulates says whether the file is simulation code, which must be deterministic. The API server's HTTP door is the one
// place under sim that meets the real world; tests may read files and clocks.
func (s source) simulates() bool {
	return s.below("sim") && !s.isTest() && !s.below("sim/apiserver/door")
}
