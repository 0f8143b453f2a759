package show

import (
	"slices"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
)

// Undo shows what an undo would do, as far as the journal tells. rate and workers
// are the pace it will have; part tells that only some rows of the file are read.
func Undo(c *ui.Console, portal string, u *importer.Undoing, rate float64, workers int, part bool) {
	var runs, files []string
	for _, run := range u.Of {
		runs, files = append(runs, run.ID), append(files, run.File)
	}
	slices.Sort(files)
	l := &lines{Console: c}
	l.add("undo.title", "Run", runs, "File", slices.Compact(files), "Portal", portal)
	l.add("undo.made", "Count", u.Made+u.Unproven, "Several", len(runs) > 1)
	count := func(id string, count int) {
		if count > 0 {
			l.all = append(l.all, "  "+c.Text(id, "Count", count, "Part", part))
		}
	}
	count("undo.done", u.Done)
	count("undo.unproven", u.Unproven)
	count("undo.held", u.Held)
	count("undo.here", u.Here)
	if u.Strangers == 0 { // who may be whom these rows name
		count("undo.rowless", u.Rowless)
	}
	count("undo.strangers", u.Strangers)
	takes, each := u.Forecast(rate, workers)
	switch goes := u.Here + u.Strangers; {
	case goes == 0:
		l.add("undo.nothing")
	case u.Disable:
		l.add("undo.disable", "Count", goes)
		l.add("undo.forecast.disable", "Time", c.Duration(takes))
	default:
		l.add("undo.remove", "Count", goes)
		l.add("undo.forecast", "Time", c.Duration(takes), "Each", c.Duration(each))
	}
	for _, line := range l.all {
		c.Print(line)
	}
}
