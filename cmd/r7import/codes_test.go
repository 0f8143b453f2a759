package main

import (
	"go/ast"
	"go/parser"
	"strings"
	"testing"
)

// TestEveryCodeIsUsed finds codes that nothing says any more: their sentences would
// be kept in two languages for nobody.
func TestEveryCodeIsUsed(t *testing.T) {
	files, _ := sourceFiles(t, parser.SkipObjectResolution)
	declared, used := make(map[string]bool), make(map[string]bool)
	for name, file := range files {
		home := strings.HasPrefix(name, "importer/diagnosis/")
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if home && len(n.Values) == 1 && declares(n.Values[0]) {
					declared[n.Names[0].Name] = true
					return false
				}
			case *ast.SelectorExpr:
				if on, ok := n.X.(*ast.Ident); ok && on.Name == "diagnosis" {
					used[n.Sel.Name] = true
				}
			case *ast.Ident:
				used[n.Name] = used[n.Name] || home
			}
			return true
		})
	}
	if len(declared) == 0 {
		t.Fatal("no code is declared where codes are looked for")
	}
	for name := range declared {
		if !used[name] {
			t.Errorf("diagnosis.%s is declared and nothing says it", name)
		}
	}
}

func declares(value ast.Expr) bool {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return false
	}
	fun, ok := call.Fun.(*ast.Ident)
	return ok && fun.Name == "declare"
}
