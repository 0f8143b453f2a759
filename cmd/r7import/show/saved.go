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
	Line(out, c.Text("saved.line", "ID", s.ID, "Made", s.Made.Local().Format("2006-01-02 15:04"), "Set", s.DataSet, "Count", s.Count))
}

// SavedPlan writes what a saved plan is about, and each of its changes.
func SavedPlan(out io.Writer, c *ui.Console, s *plan.Saved) {
	PlanLine(out, c, s)
	Line(out, c.Text("saved.portal", "Portal", s.Portal, "Rows", s.Rows))
	if s.Guard != "" {
		Line(out, c.Text("saved.guard", "Guard", c.Text("saved.guard."+string(s.Guard))))
	}
	switch {
	case s.SpentBy != "":
		Line(out, c.Text("saved.spent", "Run", s.SpentBy))
	case s.Expired(time.Now()):
		Line(out, c.Text("saved.expired"))
	case !s.Approved.IsZero():
		Line(out, c.Text("saved.approved", "At", s.Approved.Local().Format("2006-01-02 15:04")))
	}
	for i := range s.Changes {
		ch := &s.Changes[i]
		text := "  " + c.Text("saved.row", "Row", ch.Row) + " "
		if ch.Row == 0 {
			text = "  "
		}
		text += ch.Email + ": " + c.Text("status."+string(ch.Status))
		if ch.Status == diagnosis.WouldUpdate {
			text += " (" + ch.Fields + ")"
		}
		Line(out, text)
	}
}
