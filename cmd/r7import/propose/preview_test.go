package propose

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPreviewFitsTheScreen narrows the cells of rows, and no others, on a screen
// that is not wide enough for them.
func TestPreviewFitsTheScreen(t *testing.T) {
	table := [][]string{
		{"", "from", "row 2", "row 3"},
		{"email", `"Почта"`, "anna@corp.example.org", "b@corp.example.org"},
		{"name", `"ФИО"`, "Иванова Анна", "Петров Борис Константинович-Задунайский"},
	}
	for screen, want := range map[int]string{
		0: `
         from     row 2                  row 3
  email  "Почта"  anna@corp.example.org  b@corp.example.org
  name   "ФИО"    Иванова Анна           Петров Борис Константинович-З…`,
		50: `
         from     row 2            row 3
  email  "Почта"  anna@corp.exam…  b@corp.example…
  name   "ФИО"    Иванова Анна     Петров Борис К…`,
		10: `
         from     row 2       row 3
  email  "Почта"  anna@corp…  b@corp.ex…
  name   "ФИО"    Иванова А…  Петров Бо…`,
	} {
		got := strings.Join(aligned(table, screen), "\n")
		if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got); diff != "" {
			t.Errorf("aligned on a screen of %d: want - got +\n%s", screen, diff)
		}
	}
}
