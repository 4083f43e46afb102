package lint

import (
	"fmt"
	"go/ast"
)

// The lengths at which a file or a function holds more than one thing, in lines.
const (
	fileLimit     = 400
	functionLimit = 80
)

// vague are names that say nothing of what a package holds.
var vague = map[string]bool{"common": true, "helper": true, "helpers": true, "misc": true, "types": true, "util": true, "utils": true}

func packageName(s source) []place {
	if name := s.file.Name; vague[name.Name] {
		return []place{{name, fmt.Sprintf("package %s is named for no thing: name it for what it holds", name.Name)}}
	}
	return nil
}

func fileLength(s source) []place {
	if s.lines > fileLimit {
		return []place{{s.file, fmt.Sprintf("%d lines, more than %d: look for the missing noun", s.lines, fileLimit)}}
	}
	return nil
}

func functionLength(s source) (found []place) {
	if s.isTest() {
		return nil
	}
	for _, declaration := range s.file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok {
			continue
		}
		lines := s.set.Position(function.End()).Line - s.set.Position(function.Pos()).Line + 1
		if lines > functionLimit {
			text := fmt.Sprintf("%s is %d lines long, more than %d: split it", function.Name.Name, lines, functionLimit)
			found = append(found, place{function, text})
		}
	}
	return found
}

func noInit(s source) (found []place) {
	for _, declaration := range s.file.Decls {
		if function, ok := declaration.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
			found = append(found, place{function, "init runs unseen: call it, or make it a table"})
		}
	}
	return found
}
