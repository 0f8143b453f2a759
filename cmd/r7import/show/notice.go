package show

import (
	"slices"
	"strings"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
)

// Notice is the notification about an unattended run: a mail for people and a JSON object
// for programs. Fields of the object may be added but not changed. It contains no password
// and no token.
type Notice struct {
	Schema    string       `json:"schema"`
	Test      bool         `json:"test,omitempty"` // a test without a run
	Job       string       `json:"job"`            // empty for a run without a name
	Machine   string       `json:"machine"`
	Version   string       `json:"version"`
	ExitCode  int          `json:"exit_code"`
	StartedAt time.Time    `json:"started_at"`
	EndedAt   time.Time    `json:"ended_at"`
	Subject   string       `json:"subject"`
	Text      string       `json:"text"` // text of the mail, which chats can show
	Files     []NoticeFile `json:"files"`
	Problems  []*Told      `json:"problems,omitempty"` // problems that concern no file
}

// NoticeFile is the result of one file.
type NoticeFile struct {
	File     string  `json:"file"`
	ExitCode int     `json:"exit_code"`
	Result   *Result `json:"result,omitempty"` // nil if the command ended before
	Problems []*Told `json:"problems,omitempty"`
}

// Changed reports whether accounts were created, changed, switched off or removed.
func (n *Notice) Changed() bool {
	changes := func(s diagnosis.Status) bool {
		return s == diagnosis.Created || s == diagnosis.Updated || s == diagnosis.Disabled || s == diagnosis.Removed
	}
	return slices.ContainsFunc(n.Files, func(f NoticeFile) bool { return f.Result != nil && Any(f.Result.Statuses, changes) })
}

// Compose sets schema, subject and text from the other fields, in the console's language.
func (n *Notice) Compose(c *ui.Console) {
	n.Schema = "r7import.notice/1"
	outcome := c.Text("notice.test")
	if !n.Test {
		outcome = c.Text("notice.exit", "Code", n.ExitCode)
	}
	facts := []any{"Job", n.Job, "Machine", n.Machine, "Outcome", outcome}
	n.Subject = c.Text("notice.subject", facts...)
	var b strings.Builder
	Line(&b, c.Text("notice.head", facts...))
	if !n.Test {
		took := c.Duration(n.EndedAt.Sub(n.StartedAt))
		Line(&b, c.Text("notice.times", "Code", n.ExitCode, "Start", n.StartedAt.Local().Format(time.DateTime), "Took", took))
	}
	tellAll := func(problems []*Told) {
		for _, t := range problems {
			Line(&b, t.Message)
			if t.Hint != "" {
				Line(&b, "  → "+t.Hint)
			}
		}
	}
	for i := range n.Files {
		f := &n.Files[i]
		Line(&b, "")
		Line(&b, f.File)
		if f.Result != nil {
			f.Result.Show(&b, c)
		}
		tellAll(f.Problems)
	}
	if len(n.Problems) > 0 {
		Line(&b, "")
	}
	tellAll(n.Problems)
	n.Text = b.String()
}
