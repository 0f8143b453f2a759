package yamltree_test

import (
	"fmt"
	"strings"
	"testing"

	"r7import/importer/yamltree"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		ok         bool
	}{
		{"nothing", "", true},
		{"keys", "version: 1\nignore: ['*', '[a]']\n", true},
		{"a template", "templates:\n  name: '{{ index . \"Name [Required]\" }}'\n", true},
		{"a line of dashes", "note: >\n  " + strings.Repeat("-", 200) + "\n", true},
		{"many lists side by side", "ignore:\n" + strings.Repeat("  - [a]\n", 1000), true},
		{"brackets that close in texts only", strings.Repeat("- ']'\n", 200), true},
		{"no YAML", "a: [b\n", false},
		{"brackets in brackets", "a: " + strings.Repeat("[", 500_000), false},
		{"braces in braces", "a: " + strings.Repeat("{a: ", 200_000), false},
		{"brackets that close", strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), false},
		{"a megabyte of keys", manyKeys(70_000), false},
		{"a large table", manyKeys(5_000), true},
		{"lists in lists", "a:\n  " + strings.Repeat("- ", 500_000) + "x", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := yamltree.Parse([]byte(tc.text)); (err == nil) != tc.ok {
				t.Errorf("Parse: error %v, want one: %v", err, !tc.ok)
			}
		})
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "key%05d: v\n", i)
	}
	return b.String()
}
