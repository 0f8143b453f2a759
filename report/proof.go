package report

import (
	"bufio"
	"io"
	"slices"
	"time"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
)

// Proof is the result of a verification as a document: the verdict, the facts it is based
// on, the counts, and a line for each person. Its texts are in the language of the reader;
// each count also has a name that is the same in every language.
type Proof struct {
	Title   string
	Agrees  bool
	Verdict string
	Facts   []Fact
	EndedAt time.Time
	Counts  []ProofCount // of all people together
	Columns []ProofCount // headings for ProofPerson.Counts; their Count is not used
	People  []ProofPerson
}

// ProofCount is a count with its text and its name.
type ProofCount struct {
	Text, Name string
	Count      int
}

// ProofPerson is a line of a proof.
type ProofPerson struct {
	Owner, Name string // the person as in the file, and the name of their first account
	Agrees      bool
	Counts      []int
}

// IsProof reports whether WriteProof supports the extension of path.
func IsProof(path string) bool { return slices.Contains([]Format{HTML, XLSX}, extensionOf(path)) }

// WriteProof writes a proof as a page or, if the extension of path is .xlsx, a workbook.
// It returns the name of the file, as [Write] does.
func WriteProof(path string, proof *Proof, o Options) (writtenTo string, err error) {
	return Publish(path, func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 64<<10)
		if extensionOf(path) == XLSX {
			err = writeProofXLSX(buffered, path, proof, o)
		} else {
			err = templates(o.Printer).ExecuteTemplate(buffered, "proof.html", proof)
		}
		if err != nil {
			return err
		}
		return buffered.Flush()
	})
}

func writeProofXLSX(w io.Writer, path string, proof *Proof, o Options) error {
	text := o.Printer.Text
	layout := sheetLayout{name: text("proof.sheet.people"), printed: 3 + len(proof.Columns), height: 4 * lineHeight}
	layout.widths = []float64{38, 30, 12}
	layout.header = []string{text("proof.person") + "\nowner", text("page.column.name") + "\nname", text("proof.agreed") + "\nagrees"}
	for _, c := range proof.Columns {
		layout.header = append(layout.header, c.Text+"\n"+c.Name)
		layout.widths = append(layout.widths, 14)
	}
	b, err := newWorkbook(path, o.Printer, layout, proof.Title, proof.EndedAt)
	if err != nil {
		return err
	}
	defer b.close()
	b.writeVerdict(proof)
	b.startSheet()
	agreed := map[bool]string{true: text("proof.yes"), false: text("proof.no")}
	for i := range proof.People {
		p := &proof.People[i]
		owner, name := diagnosis.Spelled(p.Owner, maxIdentity), diagnosis.Spelled(p.Name, maxIdentity)
		cells := []any{cell(b.text, owner), cell(b.text, name), cell(b.verdict[p.Agrees], agreed[p.Agrees])}
		for _, n := range p.Counts {
			cells = append(cells, excelize.Cell{StyleID: b.number, Value: n})
		}
		if err := b.add(cells, 0); err != nil {
			return err
		}
	}
	return b.write(w)
}

// writeVerdict writes the first sheet of a proof.
func (b *workbook) writeVerdict(proof *Proof) {
	p := b.first(b.printer.Text("proof.sheet"), []float64{44, 22, 60})
	p.line(b.title, proof.Title)
	p.row++
	p.check(p.file.MergeCell(p.sheet, "A3", "C3"))
	p.height(max(lineHeight, rowHeight([]string{proof.Verdict}, []float64{100})))
	mark := map[bool]string{true: "✓", false: "✗"} // for readers who do not see the colours
	p.line(b.verdict[proof.Agrees], mark[proof.Agrees]+" "+proof.Verdict)
	p.row++
	b.facts(p, proof.Facts)
	for _, c := range proof.Counts {
		p.cell(1, b.label, c.Text)
		p.cell(2, b.count, c.Count)
		p.cell(3, b.label, c.Name)
		p.row++
	}
}
