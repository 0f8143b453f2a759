package diagnosis_test

import (
	"errors"
	"strings"
	"testing"

	"r7import/importer/diagnosis"
)

func deep(n int, f func()) {
	if n == 0 {
		f()
		return
	}
	deep(n-1, f)
}

func TestGuard(t *testing.T) {
	failure := errors.New("failure")
	var none []string
	for _, tc := range []struct {
		name  string
		fault func()
		kind  string
	}{
		{"a text", func() { panic("Kanarienvogel") }, "string"},
		{"an error", func() { panic(errors.New("Kanarienvogel")) }, "*errors.errorString"},
		{"an index", func() { _ = none[len("Kanarienvogel")] }, "runtime.boundsError"},
		{"nil", func() { panic(nil) }, "*runtime.PanicNilError"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := diagnosis.Guard(func() error {
				deep(20, tc.fault)
				return failure
			})
			var problem *diagnosis.Problem
			if !errors.As(err, &problem) || problem.Code != diagnosis.Internal || problem.Args["Kind"] != tc.kind {
				t.Fatalf("Guard = %#v, want an internal error of a %s", err, tc.kind)
			}
			place := problem.Args["Place"]
			first, rest, _ := strings.Cut(place, " < ")
			if !strings.HasPrefix(first, "r7import/importer/diagnosis_test.TestGuard.func") || !strings.Contains(rest, "diagnosis_test.deep:") {
				t.Errorf("place = %q", place)
			}
			if strings.Contains(place, "Kanarienvogel") || strings.Count(place, " < ") >= 8 {
				t.Errorf("place = %q, with the value or endless", place)
			}
		})
	}
	if err := diagnosis.Guard(func() error { return failure }); err != failure {
		t.Errorf("Guard = %v, want the error of the function", err)
	}
	if err := diagnosis.Guard(func() error { return nil }); err != nil {
		t.Errorf("Guard = %v, want none", err)
	}
}
