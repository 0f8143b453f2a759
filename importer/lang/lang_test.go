package lang_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// sentences returns every sentence of a language by id; plural forms are joined.
func sentences(t *testing.T, language string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(language + "/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("catalogues of %s: %v, %d files", language, err, len(files))
	}
	all := make(map[string]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]any
		if err := json.Unmarshal(text, &messages); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for id, m := range messages {
			if _, twice := all[id]; twice {
				t.Errorf("%s: %s stands in two files", file, id)
			}
			all[id] = flatten(t, file, id, m)
		}
	}
	return all
}

func flatten(t *testing.T, file, id string, message any) string {
	t.Helper()
	switch m := message.(type) {
	case string:
		return m
	case map[string]any:
		var forms []string
		for _, form := range slices.Sorted(maps.Keys(m)) {
			s, ok := m[form].(string)
			if !ok || !slices.Contains([]string{"one", "few", "many", "other"}, form) {
				t.Errorf("%s: %s: %q is not a plural form with a sentence", file, id, form)
			}
			forms = append(forms, s)
		}
		return strings.Join(forms, "\n")
	}
	t.Errorf("%s: %s is neither a sentence nor plural forms", file, id)
	return ""
}

var fact = regexp.MustCompile(`\{\{[^}]*\.([A-Z]\w*)[^}]*\}\}`)

func facts(sentence string) []string {
	names := make(map[string]bool)
	for _, m := range fact.FindAllStringSubmatch(sentence, -1) {
		names[m[1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	en, ru := sentences(t, "en"), sentences(t, "ru")
	for id := range en {
		if _, ok := ru[id]; !ok {
			t.Errorf("%s has no Russian sentence", id)
			continue
		}
		if diff := cmp.Diff(facts(en[id]), facts(ru[id])); diff != "" {
			t.Errorf("%s: facts differ, English - Russian +\n%s", id, diff)
		}
	}
	for id := range ru {
		if _, ok := en[id]; !ok {
			t.Errorf("%s has no English sentence", id)
		}
	}
}

func TestEveryCodeHasItsSentences(t *testing.T) {
	en := sentences(t, "en")
	for _, code := range diagnosis.Codes() {
		if en[string(code)] == "" {
			t.Errorf("%s has no sentence", code)
		}
		if en[string(code)+".hint"] == "" && code.Severity() == diagnosis.Error {
			t.Errorf("%s is an error and has no hint", code)
		}
	}
	codeID := regexp.MustCompile(`^([A-Z][A-Z0-9_]+)(\.hint)?$`)
	for id := range en {
		if m := codeID.FindStringSubmatch(id); m != nil {
			if _, ok := diagnosis.Lookup(diagnosis.Code(m[1])); !ok {
				t.Errorf("%s is the sentence of no code", id)
			}
		}
	}
}

func TestRussianPluralsAreWhole(t *testing.T) {
	files, _ := filepath.Glob("ru/*.json")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]any
		if err := json.Unmarshal(text, &messages); err != nil {
			t.Fatal(err)
		}
		for id, m := range messages {
			if forms, ok := m.(map[string]any); ok {
				if got := slices.Sorted(maps.Keys(forms)); !slices.Equal(got, []string{"few", "many", "one", "other"}) {
					t.Errorf("%s: %s has the forms %v, want few, many, one, other", file, id, got)
				}
			}
		}
	}
}

func TestPlace(t *testing.T) {
	for _, tc := range []struct {
		name string
		at   diagnosis.Place
		want string
	}{
		{"nothing", diagnosis.Place{}, ""},
		{"cell of a sheet", diagnosis.Place{File: "a.xlsx", Sheet: "Лист1", Row: 12, Column: "F", Header: "Порт"}, `a.xlsx Лист1!F12 "Порт"`},
		{"line of a CSV", diagnosis.Place{File: "a.csv", Row: 3, Column: "5", Header: "port"}, `a.csv line 3, column 5 "port"`},
		{"whole row", diagnosis.Place{Row: 7}, `line 7`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p, err := lang.New("en")
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Place(tc.at); got != tc.want {
				t.Errorf("Place(%+v) = %q, want %q", tc.at, got, tc.want)
			}
		})
	}
}

func TestDetect(t *testing.T) {
	for _, tc := range []struct{ name, variable, value, want string }{
		{"russian", "LANG", "ru_RU.UTF-8", "ru"},
		{"english", "LANG", "en_US.UTF-8", "en"},
		{"other", "LC_ALL", "de_DE", "en"},
		{"posix", "LC_ALL", "C", "en"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			env := map[string]string{tc.variable: tc.value}
			if got := lang.Detect(func(name string) string { return env[name] }); got != tc.want {
				t.Errorf("Detect with %s=%s = %q, want %q", tc.variable, tc.value, got, tc.want)
			}
		})
	}
}

func TestHintOfASentenceThatCounts(t *testing.T) {
	pr := diagnosis.New(diagnosis.RowWidth, "Count", "3", "Want", "5")
	for _, name := range lang.Languages {
		p, err := lang.New(name)
		if err != nil {
			t.Fatal(err)
		}
		if p.Hint(pr) == "" || p.Problem(pr) == string(pr.Code) {
			t.Errorf("%s: %s is said as %q with the hint %q, want sentences", name, pr.Code, p.Problem(pr), p.Hint(pr))
		}
	}
}
