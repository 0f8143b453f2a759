package report

import "r7import/importer/lang"

// Annotator says in the cells of an annotated copy what became of a row: its status,
// code, message, hint and mailbox. It is not safe for concurrent use.
type Annotator struct{ renderer *renderer }

// NewAnnotator returns one that speaks a language. Guarded says that the cells go into a CSV
// file, where a spreadsheet program looks for formulas.
func NewAnnotator(p *lang.Printer, guarded bool) *Annotator {
	return &Annotator{newRenderer(p, guarded)}
}

// Cells returns the cells of a row.
func (a *Annotator) Cells(row *Row) []string {
	l := a.renderer.line(row)
	return []string{l.Status, l.Code, l.Message, l.Hint, l.MailboxID.String()}
}
