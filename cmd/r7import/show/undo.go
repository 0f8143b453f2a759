package show

import (
	"slices"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
)

// Undo shows what an undo would do, as far as the journal tells. rate and workers
// are the pace it will have; part tells that only some rows of the file are read.
func Undo(c *ui.Console, portal string, u *importer.Undoing, rate float64, workers int, part bool) {
	say := func(id string, count int, facts ...any) {
		c.Print(c.Text(id, append(facts, "Count", count)...))
	}
	var runs, files []string
	for _, run := range u.Of {
		runs, files = append(runs, run.ID), append(files, run.File)
	}
	slices.Sort(files)
	say("undo.title", 0, "Run", runs, "File", slices.Compact(files), "Portal", portal)
	say("undo.made", u.Made+u.Unproven, "Several", len(runs) > 1)
	for _, line := range []struct {
		id    string
		count int
	}{
		{"undo.done", u.Done}, {"undo.unproven", u.Unproven}, {"undo.held", u.Held}, {"undo.here", u.Here},
		{"undo.rowless", u.Rowless}, {"undo.strangers", u.Strangers},
	} {
		if line.count > 0 && (line.id != "undo.rowless" || u.Strangers == 0) {
			c.Print("  " + c.Text(line.id, "Count", line.count, "Part", part))
		}
	}
	if u.Here+u.Strangers == 0 {
		say("undo.nothing", 0)
		return
	}
	takes, each := u.Forecast(rate, workers)
	facts := []any{"Time", c.Duration(takes), "Each", c.Duration(each)}
	if u.Disable {
		say("undo.disable", u.Here+u.Strangers)
		say("undo.forecast.disable", 0, facts...)
		return
	}
	say("undo.remove", u.Here+u.Strangers)
	say("undo.forecast", 0, facts...)
}
