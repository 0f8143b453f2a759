package main

import (
	"go/ast"
	"go/parser"
	"path"
	"slices"
	"strings"
	"testing"
)

// engine are the packages that take rows through a run. What is in them can be
// held in the head: no type is a machine of its own, and what a row comes back with
// is a value and never work for somebody else.
var engine = []string{"importer", "importer/policy", "importer/plan", "importer/people", "importer/provision", "importer/pace"}

const (
	mostFields  = 20 // of a type that is not plain data
	mostMethods = 30
	mostFiles   = 10 // of package importer
)

func TestShapeOfTheEngine(t *testing.T) {
	files, set := sourceFiles(t, parser.SkipObjectResolution)
	methods := make(map[string]int)
	importerFiles := 0
	for name, file := range files {
		folder := path.Dir(name)
		if !slices.Contains(engine, folder) {
			continue
		}
		if folder == "importer" {
			importerFiles++
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					checkFields(t, folder, spec)
				}
			case *ast.FuncDecl:
				if of := receiver(decl); of != "" {
					methods[folder+"."+of]++
				}
				if returnsWork(decl) {
					t.Errorf("%s: %s returns a function", set.Position(decl.Pos()), decl.Name.Name)
				}
			}
		}
	}
	for name, n := range methods {
		if n > mostMethods {
			t.Errorf("%s has %d methods, want at most %d", name, n, mostMethods)
		}
	}
	if len(methods) == 0 || importerFiles > mostFiles {
		t.Errorf("package importer has %d files, want at most %d", importerFiles, mostFiles)
	}
}

// TestShapeOfTheCommands holds the types of the commands to the same bounds; they
// may return functions, such as one that ends what was begun.
func TestShapeOfTheCommands(t *testing.T) {
	files, _ := sourceFiles(t, parser.SkipObjectResolution)
	methods := make(map[string]int)
	for name, file := range files {
		folder := path.Dir(name)
		if !strings.HasPrefix(folder, "cmd/r7import") {
			continue
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					checkFields(t, folder, spec)
				}
			case *ast.FuncDecl:
				if of := receiver(decl); of != "" {
					methods[folder+"."+of]++
				}
			}
		}
	}
	for name, n := range methods {
		if n > mostMethods {
			t.Errorf("%s has %d methods, want at most %d", name, n, mostMethods)
		}
	}
	if methods["cmd/r7import.program"] == 0 {
		t.Error("the methods of program were not found")
	}
}

// checkFields counts the fields of a struct. One whose fields are all exported is plain data.
func checkFields(t *testing.T, folder string, spec ast.Spec) {
	t.Helper()
	named, ok := spec.(*ast.TypeSpec)
	if !ok {
		return
	}
	of, ok := named.Type.(*ast.StructType)
	if !ok {
		return
	}
	n, data := 0, true
	for _, field := range of.Fields.List {
		n += max(1, len(field.Names))
		for _, name := range field.Names {
			data = data && name.IsExported()
		}
	}
	if n > mostFields && !data {
		t.Errorf("%s.%s has %d fields, want at most %d", folder, named.Name.Name, n, mostFields)
	}
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	if star, ok := of.(*ast.StarExpr); ok {
		of = star.X
	}
	if name, ok := of.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// returnsWork reports whether a function returns a function. Iterators have a
// type of package iter and are none.
func returnsWork(f *ast.FuncDecl) bool {
	if f.Type.Results == nil {
		return false
	}
	return slices.ContainsFunc(f.Type.Results.List, func(result *ast.Field) bool {
		_, is := result.Type.(*ast.FuncType)
		return is
	})
}
