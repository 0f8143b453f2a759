package report

import (
	"bufio"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Proof is what a verification found, for whoever has to believe it: the verdict, what
// it rests on, the counts, and a line for each person. Its sentences come ready to be
// shown; beside the words of a count stands its name, which is the same in every language.
type Proof struct {
	Title   string
	Agrees  bool
	Verdict string
	Facts   []Fact
	EndedAt time.Time
	Counts  []ProofCount // of all
	Columns []ProofCount // of the counts of a person; only their words and names count
	People  []ProofPerson
}

// ProofCount is a count by its words and its name.
type ProofCount struct {
	Text, Name string
	Count      int
}

// ProofPerson is a line of a proof.
type ProofPerson struct {
	Owner, Name string // the person as the file names them, and the name of their first account
	Agrees      bool
	Counts      []int
}

// IsProof reports whether WriteProof makes files with the extension of path.
func IsProof(path string) bool {
	switch Format(strings.ToLower(filepath.Ext(path))) {
	case HTML, XLSX:
		return true
	}
	return false
}

// WriteProof writes a proof as a page or a workbook, as the extension of path asks, in
// the way of [Write].
func WriteProof(path string, proof *Proof, o Options) (writtenTo string, err error) {
	return Publish(path, func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 64<<10)
		write := writeProofPage
		if Format(strings.ToLower(filepath.Ext(path))) == XLSX {
			write = writeProofWorkbook
		}
		if err := write(buffered, path, proof, o); err != nil {
			return err
		}
		return buffered.Flush()
	})
}

func writeProofPage(w io.Writer, _ string, proof *Proof, o Options) error {
	all, err := templates(o.Printer)
	if err != nil {
		return err
	}
	return all.ExecuteTemplate(w, "proof.html", proof)
}

func writeProofWorkbook(w io.Writer, path string, proof *Proof, o Options) error {
	layout := sheetLayout{name: o.Printer.Text("proof.sheet.people"), widths: []float64{38, 30, 12}, printed: 3 + len(proof.Columns)}
	layout.header = []string{
		o.Printer.Text("proof.person") + "\nowner", o.Printer.Text("page.column.name") + "\nname", o.Printer.Text("proof.agreed") + "\nagrees",
	}
	for _, c := range proof.Columns {
		layout.header = append(layout.header, c.Text+"\n"+c.Name)
		layout.widths = append(layout.widths, 14)
	}
	b, err := openWorkbook(w, path, o, layout, func(b *workbook) error {
		if err := b.describe(proof.Title, proof.EndedAt); err != nil {
			return err
		}
		return b.writeVerdict(proof)
	})
	if err != nil {
		return err
	}
	defer b.Close()
	yes, no := o.Printer.Text("proof.yes"), o.Printer.Text("proof.no")
	for i := range proof.People {
		if err := b.writePerson(&proof.People[i], yes, no); err != nil {
			return err
		}
	}
	return b.Finish()
}

// writeVerdict makes the first sheet of a proof.
func (b *workbook) writeVerdict(proof *Proof) error {
	name := b.printer.Text("proof.sheet")
	if err := b.file.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	p := &page{workbook: b, sheet: name}
	p.frame([]float64{44, 22, 60})
	p.cell(1, p.styles.title, proof.Title)
	p.row += 2
	p.check(p.file.MergeCell(p.sheet, "A3", "C3"))
	p.check(p.file.SetRowHeight(p.sheet, 3, max(lineHeight, rowHeight([]string{proof.Verdict}, []float64{100}))))
	p.cell(1, p.styles.verdict[proof.Agrees], mark(proof.Agrees)+" "+proof.Verdict)
	p.row += 2
	for _, f := range proof.Facts {
		if f.Value == "" {
			continue
		}
		p.cell(1, p.styles.label, f.Label)
		p.cell(2, p.styles.fact, f.Value)
		p.next()
	}
	p.next()
	for _, c := range proof.Counts {
		p.cell(1, p.styles.label, c.Text)
		p.cell(2, p.styles.count, c.Count)
		p.cell(3, p.styles.label, c.Name)
		p.next()
	}
	return p.err
}

// mark says yes or no where colours do not.
func mark(yes bool) string {
	if yes {
		return "✓"
	}
	return "✗"
}

func (b *workbook) writePerson(person *ProofPerson, yes, no string) error {
	if err := b.makeRoom(); err != nil {
		return err
	}
	agrees := textCell(b.styles.verdict[true], yes)
	if !person.Agrees {
		agrees = textCell(b.styles.verdict[false], no)
	}
	cells := append(b.cells[:0], textCell(b.styles.text, clean(person.Owner, maxIdentity)), textCell(b.styles.text, clean(person.Name, maxIdentity)), agrees)
	for _, n := range person.Counts {
		cells = append(cells, excelize.Cell{StyleID: b.styles.number, Value: n})
	}
	return b.setRow(cells, excelize.RowOpts{})
}
