package lint

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// mark is the comment that says that a loop over a map may run in any order, with the reason after it.
const mark = "// any order"

const mapAdvice = "Go goes over a map in another order each time: sort the keys, or say why not with `" + mark + ": ...`"

// mapOrder finds loops over maps whose order could be seen.
func mapOrder(s source) (found []place) {
	if !s.simulates() || s.types == nil {
		return nil
	}
	marked := markedLines(s)
	unmarked := func(node ast.Node) bool {
		line := s.set.Position(node.Pos()).Line
		return !marked[line] && !marked[line-1]
	}
	for _, declaration := range s.file.Decls {
		ast.Inspect(declaration, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.RangeStmt:
				if isMap(s.types, node.X) && unmarked(node) && !orderFree(s.types, node.Body, sortedNames(declaration, node.End())) {
					found = append(found, place{node, mapAdvice})
				}
			case *ast.CallExpr:
				for _, argument := range unsortedIterators(s.file, node) {
					if unmarked(argument) {
						found = append(found, place{argument, mapAdvice})
					}
				}
			}
			return true
		})
	}
	return found
}

// markedLines are the lines that hold the mark.
func markedLines(s source) map[int]bool {
	lines := map[int]bool{}
	for _, group := range s.file.Comments {
		for _, comment := range group.List {
			if strings.HasPrefix(comment.Text, mark) {
				lines[s.set.Position(comment.Pos()).Line] = true
			}
		}
	}
	return lines
}

func isMap(info *types.Info, expression ast.Expr) bool {
	kind := info.TypeOf(expression)
	if kind == nil {
		return false
	}
	_, is := kind.Underlying().(*types.Map)
	return is
}

// unsortedIterators returns the arguments of call that go over a map by package maps, unless call sorts them.
func unsortedIterators(file *ast.File, call *ast.CallExpr) (found []ast.Expr) {
	if pkg, name := callee(call); pkg == importedAs(file, "slices") && strings.HasPrefix(name, "Sorted") {
		return nil
	}
	for _, argument := range call.Args {
		inner, ok := argument.(*ast.CallExpr)
		if !ok {
			continue
		}
		pkg, name := callee(inner)
		if pkg != "" && pkg == importedAs(file, "maps") && (name == "Keys" || name == "Values" || name == "All") {
			found = append(found, argument)
		}
	}
	return found
}

// callee returns the package's name and the function's of a call such as slices.Sorted(x).
func callee(call *ast.CallExpr) (pkg, name string) {
	function := call.Fun
	if generic, ok := function.(*ast.IndexExpr); ok {
		function = generic.X
	}
	selector, ok := function.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if identifier, ok := selector.X.(*ast.Ident); ok {
		return identifier.Name, selector.Sel.Name
	}
	return "", ""
}

// sortedNames are the variables that a sort mentions somewhere after a position.
func sortedNames(declaration ast.Node, after token.Pos) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(declaration, func(node ast.Node) bool {
		call, ok := node.(*ast.CallExpr)
		if !ok || call.Pos() < after {
			return true
		}
		pkg, name := callee(call)
		if pkg == "sort" || pkg == "slices" && strings.HasPrefix(name, "Sort") {
			for _, argument := range call.Args {
				ast.Inspect(argument, func(inner ast.Node) bool {
					if identifier, ok := inner.(*ast.Ident); ok {
						names[identifier.Name] = true
					}
					return true
				})
			}
		}
		return true
	})
	return names
}

// orderFree says whether a loop's body comes to the same in every order: it fills maps, counts, or collects what is
// sorted afterwards.
func orderFree(info *types.Info, body *ast.BlockStmt, sorted map[string]bool) bool {
	for _, statement := range body.List {
		if !freeStatement(info, statement, sorted) {
			return false
		}
	}
	return true
}

func freeStatement(info *types.Info, statement ast.Stmt, sorted map[string]bool) bool {
	switch statement := statement.(type) {
	case *ast.AssignStmt:
		return freeAssignment(info, statement, sorted)
	case *ast.IncDecStmt, *ast.EmptyStmt, *ast.DeclStmt:
		return true
	case *ast.BranchStmt:
		return statement.Tok == token.CONTINUE
	case *ast.ExprStmt:
		call, ok := statement.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		name, ok := call.Fun.(*ast.Ident)
		return ok && (name.Name == "delete" || name.Name == "panic")
	case *ast.IfStmt:
		if statement.Init != nil && !freeStatement(info, statement.Init, sorted) || !orderFree(info, statement.Body, sorted) {
			return false
		}
		return statement.Else == nil || freeStatement(info, statement.Else, sorted)
	case *ast.BlockStmt:
		return orderFree(info, statement, sorted)
	case *ast.RangeStmt:
		return orderFree(info, statement.Body, sorted)
	case *ast.ReturnStmt:
		return sameAnswer(statement)
	}
	return false
}

// freeAssignment allows new variables, entries of maps, sums of whole numbers, and lists that are sorted later.
func freeAssignment(info *types.Info, assignment *ast.AssignStmt, sorted map[string]bool) bool {
	if assignment.Tok == token.DEFINE {
		return true
	}
	for _, target := range assignment.Lhs {
		switch target := target.(type) {
		case *ast.IndexExpr:
			if !isMap(info, target.X) {
				return false
			}
		case *ast.Ident:
			sum := assignment.Tok != token.ASSIGN && isWhole(info, target)
			if target.Name != "_" && !sum && !sorted[target.Name] {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func isWhole(info *types.Info, expression ast.Expr) bool {
	kind := info.TypeOf(expression)
	if kind == nil {
		return false
	}
	basic, ok := kind.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsInteger != 0
}

// sameAnswer allows a return that says the same whichever entry is met first: true, false or nothing.
func sameAnswer(statement *ast.ReturnStmt) bool {
	for _, result := range statement.Results {
		name, ok := result.(*ast.Ident)
		if !ok || name.Name != "true" && name.Name != "false" && name.Name != "nil" {
			return false
		}
	}
	return true
}
