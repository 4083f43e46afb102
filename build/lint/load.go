package lint

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/packages"
)

// load parses every Go file of the tree, in order of names. Files under sim come with types, which the rule on maps
// needs; a file that is not part of the native build is only parsed.
func load(root string) ([]source, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	typed, err := loadTyped(root)
	if err != nil {
		return nil, err
	}
	var sources []source
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skip(name, entry.Name())
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		s, known := typed[name]
		if !known {
			if s, err = parse(root, name); err != nil {
				return err
			}
		}
		if !ast.IsGenerated(s.file) {
			sources = append(sources, s)
		}
		return nil
	})
	return sources, err
}

// skip leaves out folders that hold no code of ours.
func skip(name, base string) error {
	if name != "." && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata" || base == "dist") {
		return fs.SkipDir
	}
	return nil
}

func parse(root, name string) (source, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return source{}, err
	}
	return source{name: name, set: set, file: file, lines: set.File(file.Pos()).LineCount()}, nil
}

// loadTyped loads the simulation with types, by file name relative to root.
func loadTyped(root string) (map[string]source, error) {
	config := &packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedExportFile,
		Dir:  root,
		Fset: token.NewFileSet(),
	}
	loaded, err := packages.Load(config, "./sim/...")
	if err != nil {
		return nil, fmt.Errorf("load the simulation: %w", err)
	}
	typed := map[string]source{}
	for _, p := range loaded {
		for _, broken := range p.Errors {
			return nil, fmt.Errorf("load the simulation: %w", broken)
		}
		for _, file := range p.Syntax {
			position := config.Fset.File(file.Pos())
			name, err := filepath.Rel(root, position.Name())
			if err != nil {
				return nil, err
			}
			name = filepath.ToSlash(name)
			typed[name] = source{name: name, set: config.Fset, file: file, lines: position.LineCount(), types: p.TypesInfo}
		}
	}
	return typed, nil
}
