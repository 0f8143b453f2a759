package rewrite

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/xlsx"
)

// redactWorkbook writes a workbook anew, part by part: the sheet of the table and
// the texts its cells share are changed, everything else is copied as it is packed.
func (r *redactor) redactWorkbook(ctx context.Context, w io.Writer, from Original) error {
	t := from.Sheet
	if err := r.learnSheet(ctx, t); err != nil {
		return err
	}
	used, err := r.surveySheets(ctx, t)
	if err != nil {
		return err
	}
	if err := r.searchParts(t.Book); err != nil {
		return err
	}
	if !from.File.Protected() {
		return r.writeParts(ctx, w, t, used)
	}
	var plain bytes.Buffer
	if err := r.writeParts(ctx, &plain, t, used); err != nil {
		return err
	}
	locked, err := excelize.Encrypt(plain.Bytes(), &excelize.Options{Password: from.Password.Reveal()})
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	_, err = w.Write(locked)
	return err
}

// learnSheet finds out how each row is treated, and the secrets.
func (r *redactor) learnSheet(ctx context.Context, t *xlsx.Table) error {
	return eachSheetRow(ctx, t.Book, t.Sheet, func(s *xlsx.Rows) {
		if s.Number <= t.Header {
			return
		}
		cells := texts(s, len(r.headers))
		how := r.treat(cells, false)
		if s.Long {
			how = asAWhole
		}
		if how == asAWhole {
			r.whole[s.Number] = true
			return
		}
		for i, text := range cells {
			if r.masks(how, i) {
				r.learn(text)
			}
		}
	})
}

// texts returns the first cells of the row as text.
func texts(s *xlsx.Rows, count int) []string {
	cells := make([]string, count)
	for _, c := range s.Cells {
		if c.Column < count {
			cells[c.Column] = string(s.Text[c.From:c.To])
		}
	}
	return cells
}

// eachSheetRow reads a sheet row by row.
func eachSheetRow(ctx context.Context, book *xlsx.Book, s xlsx.Sheet, look func(*xlsx.Rows)) error {
	rows, err := book.Rows(s)
	if err != nil {
		return err
	}
	defer rows.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := rows.Next(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		look(rows)
	}
}

// surveySheets looks at every cell that stays, on all sheets: whether it holds a
// secret, and which of the shared texts it needs.
func (r *redactor) surveySheets(ctx context.Context, t *xlsx.Table) (used []bool, err error) {
	if t.Book.Strings != nil {
		used = make([]bool, t.Book.Strings.Len())
	}
	for _, s := range t.Book.Sheets {
		table := s.Part == t.Sheet.Part
		stays := func(row, column int) bool { return !table || !r.masksCell(t, row, column) }
		err := eachSheetRow(ctx, t.Book, s, func(scan *xlsx.Rows) {
			for _, c := range scan.Cells {
				if stays(scan.Number, c.Column) {
					r.compare(s.Name, table, c.Column, xlsx.ColumnLetters(c.Column), string(scan.Text[c.From:c.To]))
				}
			}
		})
		if err != nil {
			return nil, err
		}
		err = edit(ctx, t.Book.Archive, s.Part, io.Discard, func(e *xmlEditor) error {
			return e.eachCell(func(c *xmlCell) error {
				if n, shared := c.sharedText(); shared && n < len(used) && stays(c.row, c.column) {
					used[n] = true
				}
				return nil
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return used, nil
}

// masksCell reports whether a cell of the table's sheet is masked.
func (r *redactor) masksCell(t *xlsx.Table, row, column int) bool {
	switch {
	case row <= t.Header:
		return false
	case r.whole[row]:
		return true
	}
	return r.masks(byColumn, column)
}

// writeParts writes the parts in the order in which they stand.
func (r *redactor) writeParts(ctx context.Context, w io.Writer, t *xlsx.Table, used []bool) error {
	out := zip.NewWriter(w)
	for _, part := range t.Book.Archive.Parts {
		var err error
		switch container.PartName(part.Name) {
		case container.PartName(t.Sheet.Part):
			err = r.writePart(ctx, out, part, t.Book.Archive, func(e *xmlEditor) error { return r.maskCells(e, t) })
		case container.PartName(t.Book.StringsPart):
			err = r.writePart(ctx, out, part, t.Book.Archive, func(e *xmlEditor) error { return r.maskTexts(e, used) })
		default:
			err = out.Copy(part)
		}
		if err != nil {
			return err
		}
	}
	return out.Close()
}

func (r *redactor) writePart(ctx context.Context, out *zip.Writer, part *zip.File, from *container.Archive, change func(*xmlEditor) error) error {
	w, err := out.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate, Modified: part.Modified})
	if err != nil {
		return err
	}
	return edit(ctx, from, part.Name, w, change)
}

// maskCells writes the mask into the cells of the table that have something in them.
func (r *redactor) maskCells(e *xmlEditor, t *xlsx.Table) error {
	return e.eachCell(func(c *xmlCell) error {
		if !r.masksCell(t, c.row, c.column) || !c.filled() {
			return nil
		}
		how := byColumn
		if r.whole[c.row] {
			how = asAWhole
		}
		r.cells++
		return e.replace(c.from, c.masked(r.maskOf(textOfCell(t.Book, c), how)))
	})
}

// textOfCell returns the text of a cell whose value is a text, empty for any other.
func textOfCell(book *xlsx.Book, c *xmlCell) string {
	if n, shared := c.sharedText(); shared {
		text, _ := book.Strings.At(n)
		return string(text)
	}
	return c.text
}

// maskTexts writes the mask in place of the shared texts that no cell needs any
// more: those of masked cells, and those left behind by earlier changes.
func (r *redactor) maskTexts(e *xmlEditor, used []bool) error {
	n := -1
	return e.eachElement("si", func(start xml.StartElement, from int64) error {
		if n++; n >= len(used) || used[n] {
			return nil
		}
		prefix := prefixOf(start)
		return e.replace(from, "<"+prefix+"si><"+prefix+"t>"+r.Mask+"</"+prefix+"t></"+prefix+"si>")
	})
}

var (
	// unsearched are parts that hold no text of anybody's.
	unsearched = []string{"[content_types].xml", "xl/styles.xml", "xl/theme/"}
	// unseen are parts that nobody can search.
	unseen = []string{"xl/media/", "xl/embeddings/", "xl/activex/", "xl/vbaproject"}
)

// searchParts refuses a workbook that holds a secret where no cell is: in a
// comment, in what a pivot table remembers, in a text box.
func (r *redactor) searchParts(book *xlsx.Book) error {
	cells := map[string]bool{container.PartName(book.StringsPart): true}
	for _, s := range book.Sheets {
		cells[container.PartName(s.Part)] = true
	}
	for _, part := range book.Archive.Parts {
		name := container.PartName(part.Name)
		if hasPrefix(name, unseen) {
			r.unseen = append(r.unseen, name)
		}
		if !strings.HasSuffix(name, ".xml") || cells[name] || hasPrefix(name, unsearched) {
			continue
		}
		held, err := r.holdsSecret(book.Archive, name)
		if err != nil {
			return err
		}
		if held {
			return diagnosis.New(diagnosis.RedactElsewhere, "Part", name)
		}
	}
	return nil
}

func hasPrefix(name string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// holdsSecret reports whether a text or an attribute of a part is a secret, or
// whether a comment has one among other words.
func (r *redactor) holdsSecret(a *container.Archive, name string) (held bool, err error) {
	says := r.knows
	if strings.Contains(name, "comment") {
		says = r.tells
	}
	err = xlsx.Texts(a, name, func(text string) bool {
		held = says(text)
		return !held
	})
	return held, err
}
