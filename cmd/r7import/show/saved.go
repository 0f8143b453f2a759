package show

import (
	"io"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
)

// SavedFacts is a saved plan as `plan show --json` tells it: what stands first in its
// file, and all changes.
type SavedFacts struct {
	*plan.Saved
	Changes []plan.Change `json:"changes"`
}

// PlanSaved returns a saved plan as JSON tells it.
func PlanSaved(s *plan.Saved) SavedFacts {
	if s.Changes == nil {
		s.Changes = []plan.Change{}
	}
	return SavedFacts{s, s.Changes}
}

// PlanLine writes what a saved plan is about.
func PlanLine(out io.Writer, c *ui.Console, s *plan.Saved) {
	Line(out, c.Text("saved.line", "ID", s.ID, "Made", moment(s.Made), "Set", s.DataSet, "Count", s.Count))
}

// SavedPlan writes what a saved plan is about, and each of its changes.
func SavedPlan(out io.Writer, c *ui.Console, s *plan.Saved) {
	PlanLine(out, c, s)
	l := &lines{Console: c}
	l.add("saved.portal", "Portal", s.Portal, "Rows", s.Rows)
	l.addIf(s.Guard != "", "saved.guard", "Guard", c.Text("saved.guard."+string(s.Guard)))
	switch {
	case s.SpentBy != "":
		l.add("saved.spent", "Run", s.SpentBy)
	case s.Expired(time.Now()):
		l.add("saved.expired")
	case !s.Approved.IsZero():
		l.add("saved.approved", "At", moment(s.Approved))
	}
	for i := range s.Changes {
		ch := &s.Changes[i]
		text := "  "
		if ch.Row > 0 {
			text += c.Text("saved.row", "Row", ch.Row) + " "
		}
		text += ch.Email + ": " + c.Text("status."+string(ch.Status))
		if ch.Status == diagnosis.WouldUpdate {
			text += " (" + ch.Fields + ")"
		}
		l.all = append(l.all, text)
	}
	l.write(out)
}
