package report

import "testing"

// A program that takes another character for the one between cells finds no formula.
func TestGuardInner(t *testing.T) {
	for text, want := range map[string]string{
		"x;=1+1":             "x;'=1+1",
		`x;"=1+1`:            `x;"'=1+1`,
		"x\t@SUM(1)":         "x\t'@SUM(1)",
		"x; +7 812":          "x; '+7 812",
		"x|\uFF1D1":          "x|'\uFF1D1",
		"a;-1":               "a;'-1",
		"one; two, three":    "one; two, three",
		"Ivan - the second;": "Ivan - the second;",
		"a; - b":             "a; - b",
		"a=b":                "a=b",
	} {
		if got := guardInner(text); got != want {
			t.Errorf("guardInner(%q) = %q, want %q", text, got, want)
		}
	}
}
