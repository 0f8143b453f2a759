package importer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/portalsim"
)

// TestAFaultOfTheProgramEndsTheRun makes a goroutine of the engine panic in the
// middle of a run: the run ends, its rows are in known states, and the next one goes on.
func TestAFaultOfTheProgramEndsTheRun(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fault func(*importer.Importer)
	}{
		{"in a task", func(im *importer.Importer) {
			im.Options.Canary = 3
			im.Canary = func(context.Context, []string) (bool, error) { panic("Kanarienvogel") }
		}},
		{"in the scheduler", func(im *importer.Importer) {
			im.Observe = func(p importer.Progress) {
				if p.Counts[diagnosis.Created] > 0 || p.InFlight > 0 {
					panic("Kanarienvogel")
				}
			}
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, portalsim.Options{Latency: 20 * time.Millisecond})
			w.write(people(60))
			im := w.importer(t.Context(), w.store)
			tc.fault(im)
			plan, err := im.Prepare(t.Context(), journal.KindRun)
			if err != nil {
				t.Fatal(err)
			}
			result, err := im.Run(t.Context(), plan)
			var problem *diagnosis.Problem
			if !errors.As(err, &problem) || problem.Code != diagnosis.Internal || strings.Contains(err.Error()+problem.Args["Place"], "Kanarienvogel") {
				t.Fatalf("Run = %v, want an internal error without its value", err)
			}
			if !strings.Contains(problem.Args["Place"], "importer_test.TestAFaultOfTheProgramEndsTheRun") {
				t.Errorf("the place is %q", problem.Args["Place"])
			}
			untried := 0
			for _, e := range entries(t, w.store, result.Run.ID) {
				switch e.Status {
				case diagnosis.NotTried:
					untried++
				case diagnosis.Created, diagnosis.Unknown:
				default:
					t.Errorf("row %d is %s %s", e.Row, e.Status, e.Code)
				}
			}
			if untried == 0 {
				t.Error("the run went on to its end")
			}
			if run, err := w.store.Run(t.Context(), result.Run.ID); err != nil || run.State != journal.Stopped {
				t.Errorf("the run is %s, %v", run.State, err)
			}
			_, got := w.run(people(60))
			for _, e := range got {
				if e.Status != diagnosis.Created && e.Status != diagnosis.Unchanged {
					t.Errorf("then row %d is %s %s", e.Row, e.Status, e.Code)
				}
			}
			if live := len(w.live()); live != 60 {
				t.Errorf("%d accounts, want 60", live)
			}
		})
	}
}
