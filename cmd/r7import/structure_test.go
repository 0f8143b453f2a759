package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "r7import/"

// mayImport is the map of the packages: what each may import of the others.
// Arrows point inward, to the nouns; a package that is not here has no place yet.
var mayImport = map[string][]string{
	"importer/diagnosis": {},
	"importer/account":   {"importer/diagnosis"},
	"importer/lang":      {"importer/diagnosis"},
	"importer/source": {"importer/account", "importer/diagnosis", "importer/source/container", "importer/source/rewrite",
		"importer/source/table", "importer/source/text", "importer/source/xlsx"},
	"importer/source/table":     {"importer/diagnosis"},
	"importer/source/text":      {"importer/diagnosis", "importer/source/table"},
	"importer/source/container": {"importer/account", "importer/diagnosis", "importer/source/text"},
	"importer/source/xlsx":      {"importer/diagnosis", "importer/source/container", "importer/source/table", "importer/source/text"},
	"importer/source/rewrite": {"importer/account", "importer/diagnosis", "importer/source/container", "importer/source/table",
		"importer/source/text", "importer/source/xlsx"},
	"importer/validate":  {"importer/account", "importer/diagnosis"},
	"importer/echo":      {"importer/account", "importer/diagnosis"},
	"importer/portal":    {"importer/account", "importer/diagnosis", "importer/echo"},
	"importer/preflight": {"importer/account", "importer/diagnosis", "importer/echo", "importer/pace"},
	"importer/pace":      {"importer/account", "importer/diagnosis", "importer/portal"},
	"importer/policy":    {"importer/account", "importer/pace"},
	"importer/durable":   {},
	"importer/journal":   {"importer/account", "importer/diagnosis", "importer/durable", "importer/trust"},
	"importer/plan":      {"importer/account", "importer/diagnosis", "importer/journal", "importer/policy", "importer/source", "importer/validate", "mapping"},
	"importer/people":    {"importer/account", "importer/diagnosis", "importer/journal", "importer/pace", "importer/plan", "importer/policy", "importer/portal"},
	"importer/provision": {"importer/account", "importer/diagnosis", "importer/journal", "importer/pace", "importer/people", "importer/plan",
		"importer/policy", "importer/portal"},
	"importer/portalsim": {},
	"importer/trust":     {"importer/diagnosis"},
	"importer/typo":      {},
	"importer/yamltree":  {"importer/diagnosis"},
	"mapping":            {"importer/account", "importer/diagnosis", "importer/source", "importer/typo", "importer/yamltree"},
	"mapping/presets":    {"importer/account", "importer/diagnosis"},
	"report":             {"importer/account", "importer/diagnosis", "importer/durable", "importer/lang"},
	"importer": {"importer/account", "importer/diagnosis", "importer/journal", "importer/pace", "importer/people", "importer/plan", "importer/policy",
		"importer/portal", "importer/provision", "mapping", "report"},
	"cmd/portalsim":             {"importer/portalsim"},
	"cmd/r7import/config":       {"importer/trust", "importer/account", "importer/diagnosis", "importer/pace", "importer/policy", "importer/portal", "importer/typo", "importer/yamltree"},
	"cmd/r7import/vault":        {"importer/trust", "importer/account", "importer/diagnosis", "importer/durable"},
	"cmd/r7import/ui":           {"importer", "importer/account", "importer/diagnosis", "importer/lang"},
	"cmd/r7import/job":          {"importer/diagnosis"},
	"cmd/r7import/metrics":      {"importer/diagnosis", "importer/durable"},
	"cmd/r7import/notify":       {"importer/account"},
	"cmd/r7import/licences":     {},
	"cmd/r7import/licences/gen": {},
	"cmd/r7import/setup": {"cmd/r7import/notify", "importer/trust", "importer/preflight", "cmd/r7import/config", "cmd/r7import/ui", "cmd/r7import/vault", "importer", "importer/account", "importer/diagnosis",
		"importer/durable", "importer/journal", "importer/pace", "importer/plan", "importer/policy", "importer/portal", "importer/portalsim", "importer/source",
		"importer/validate", "importer/yamltree", "mapping", "report"},
	"cmd/r7import/show": {"importer/portal", "importer/preflight", "cmd/r7import/config", "cmd/r7import/ui", "importer", "importer/account", "importer/diagnosis", "importer/journal",
		"importer/pace", "importer/people", "importer/plan", "importer/policy", "importer/typo", "report"},
	"cmd/r7import/propose": {"cmd/r7import/setup", "cmd/r7import/show", "importer", "importer/account", "importer/diagnosis", "importer/plan",
		"importer/portal", "importer/source", "importer/typo", "mapping", "report"},
	"importer/preflight/mailtest": {},
	"cmd/r7import": {"cmd/r7import/job", "cmd/r7import/metrics", "cmd/r7import/notify", "cmd/r7import/licences", "importer/trust", "cmd/r7import/config", "cmd/r7import/propose", "cmd/r7import/setup", "cmd/r7import/show", "cmd/r7import/ui", "cmd/r7import/vault",
		"importer", "importer/account", "importer/diagnosis", "importer/durable", "importer/journal", "importer/lang", "importer/people", "importer/plan", "importer/policy",
		"importer/portal", "importer/preflight", "importer/pace", "importer/source", "importer/source/rewrite", "importer/source/xlsx", "importer/typo", "mapping", "report"},
}

// sourceFiles parses every Go file of the project that is no test, by path.
func sourceFiles(t *testing.T, mode parser.Mode) (map[string]*ast.File, *token.FileSet) {
	t.Helper()
	files, set := make(map[string]*ast.File), token.NewFileSet()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && at != root {
			return fs.SkipDir
		}
		if !strings.HasSuffix(at, ".go") || strings.HasSuffix(at, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, at, nil, mode)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, at)
		files[filepath.ToSlash(name)] = file
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, set
}

func TestImportsPointInward(t *testing.T) {
	files, _ := sourceFiles(t, parser.ImportsOnly)
	for name, file := range files {
		folder := path.Dir(name)
		allowed, placed := mayImport[folder]
		if !placed {
			t.Errorf("%s: the package %s has no place in the map", name, folder)
			continue
		}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			ours, is := strings.CutPrefix(imported, module)
			if is && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s, which %s must not know", name, ours, folder)
			}
		}
	}
}

// Words in Cyrillic that are data: what files, portals and people say, not what we say.
var cyrillicData = []string{
	"cmd/r7import/ui/ask.go",       // answers
	"importer/diagnosis/texts",     // words of mail servers and portals
	"importer/source/", "mapping/", // headers, letters, code pages
	"importer/validate/", // look-alike letters
}

// Packages whose sentences are not for the users of r7import: the simulator speaks
// as the portal does, and its command and the test servers speak to developers.
var speakForThemselves = []string{"importer/portalsim/", "cmd/portalsim/", "importer/preflight/mailtest/"}

func hasPrefixOf(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

var (
	sentence = regexp.MustCompile(`\p{L}{2,} +\p{L}+ +\p{L}{2,}`) // three words or more
	russian  = regexp.MustCompile(`\p{Cyrillic}{3,}`)             // more than a letter or an answer
)

func TestNoSentenceBypassesTheCatalogues(t *testing.T) {
	files, set := sourceFiles(t, parser.SkipObjectResolution)
	for name, file := range files {
		if hasPrefixOf(name, speakForThemselves) {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if text := literal(n); russian.MatchString(text) && !hasPrefixOf(name, cyrillicData) {
					t.Errorf("%s: %q belongs into a catalogue of importer/lang", set.Position(n.Pos()), text)
				}
			case *ast.CallExpr:
				if tells(n) {
					forbidSentences(t, set, n.Args...)
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && slices.Contains([]string{"Use", "Short", "Long", "Example"}, key.Name) {
					forbidSentences(t, set, n.Value)
				}
			}
			return true
		})
	}
}

// tells reports whether a call shows text to a user: it prints, or it makes the
// facts of a problem.
func tells(call *ast.CallExpr) bool {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	name := fun.Sel.Name
	if on, ok := fun.X.(*ast.Ident); ok && on.Name == "fmt" {
		return strings.HasPrefix(name, "Print") || strings.HasPrefix(name, "Fprint")
	}
	if on, ok := fun.X.(*ast.Ident); ok && on.Name == "diagnosis" {
		return name == "New" || name == "Wrap"
	}
	return slices.Contains([]string{"WriteString", "Say", "Print", "Text", "Finding"}, name)
}

func forbidSentences(t *testing.T, set *token.FileSet, within ...ast.Expr) {
	t.Helper()
	for _, expr := range within {
		ast.Inspect(expr, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && forDevelopers(call) {
				return false
			}
			if lit, ok := n.(*ast.BasicLit); ok && sentence.MatchString(literal(lit)) {
				t.Errorf("%s: %q belongs into a catalogue of importer/lang", set.Position(lit.Pos()), literal(lit))
			}
			return true
		})
	}
}

// forDevelopers reports whether a call makes an error that users do not see: the cause of a problem.
func forDevelopers(call *ast.CallExpr) bool {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	on, ok := fun.X.(*ast.Ident)
	return ok && (on.Name == "fmt" && fun.Sel.Name == "Errorf" || on.Name == "errors" && fun.Sel.Name == "New")
}

func literal(lit *ast.BasicLit) string {
	if lit.Kind != token.STRING {
		return ""
	}
	text, _ := strconv.Unquote(lit.Value)
	return text
}
