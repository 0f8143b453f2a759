package source

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
)

// redactWorkbook writes a workbook anew, part by part: the sheet of the table and
// the texts its cells share are changed, everything else is copied as it is packed.
func (r *redactor) redactWorkbook(ctx context.Context, w io.Writer, f *File, t *sheetTable) error {
	if err := r.learnSheet(ctx, t); err != nil {
		return err
	}
	used, err := r.surveySheets(ctx, t)
	if err != nil {
		return err
	}
	shared, err := t.book.stringsPart()
	if err != nil {
		return err
	}
	if err := r.searchParts(t.book, shared); err != nil {
		return err
	}
	if !f.protected() {
		return r.writeParts(ctx, w, f, t, shared, used)
	}
	var plain bytes.Buffer
	if err := r.writeParts(ctx, &plain, f, t, shared, used); err != nil {
		return err
	}
	locked, err := excelize.Encrypt(plain.Bytes(), &excelize.Options{Password: f.options.WorkbookPassword.Reveal()})
	if err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	_, err = w.Write(locked)
	return err
}

// learnSheet finds out how each row is treated, and the secrets.
func (r *redactor) learnSheet(ctx context.Context, t *sheetTable) error {
	return t.book.eachRow(ctx, t.sheet, func(s *sheetScanner) {
		if s.number <= t.header {
			return
		}
		cells := s.texts(len(r.columns))
		how := r.treat(cells, false)
		if s.long {
			how = asAWhole
		}
		if how == asAWhole {
			r.whole[s.number] = true
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
func (s *sheetScanner) texts(count int) []string {
	cells := make([]string, count)
	for _, c := range s.cells {
		if c.column < count {
			cells[c.column] = string(s.text[c.from:c.to])
		}
	}
	return cells
}

// eachRow reads a sheet row by row.
func (w *workbook) eachRow(ctx context.Context, s sheet, look func(*sheetScanner)) error {
	scan, part, err := w.scan(s)
	if err != nil {
		return err
	}
	defer part.Close()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := scan.next(); err == io.EOF {
			return nil
		} else if err != nil {
			return damaged(err)
		}
		look(scan)
	}
}

// surveySheets looks at every cell that stays, on all sheets: whether it holds a
// secret, and which of the shared texts it needs.
func (r *redactor) surveySheets(ctx context.Context, t *sheetTable) (used []bool, err error) {
	if t.book.strings != nil {
		used = make([]bool, len(t.book.strings.refs))
	}
	for _, s := range t.book.sheets {
		table := s.part == t.sheet.part
		stays := func(row, column int) bool { return !table || !r.masksCell(t, row, column) }
		err := t.book.eachRow(ctx, s, func(scan *sheetScanner) {
			for _, c := range scan.cells {
				if stays(scan.number, c.column) {
					r.compare(s.name, table, c.column, columnLetters(c.column), string(scan.text[c.from:c.to]))
				}
			}
		})
		if err != nil {
			return nil, err
		}
		err = t.book.archive.edit(ctx, s.part, io.Discard, func(e *xmlEditor) error {
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
func (r *redactor) masksCell(t *sheetTable, row, column int) bool {
	switch {
	case row <= t.header:
		return false
	case r.whole[row]:
		return true
	}
	return r.masks(byColumn, column)
}

// stringsPart returns the part with the shared texts, empty if there is none.
func (w *workbook) stringsPart() (string, error) {
	root, err := w.archive.related("")
	if err != nil {
		return "", err
	}
	parts, err := w.archive.related(root.first(mainPart))
	return parts.first(stringsPart), err
}

// writeParts writes the parts in the order in which they stand.
func (r *redactor) writeParts(ctx context.Context, w io.Writer, f *File, t *sheetTable, shared string, used []bool) error {
	z, err := zip.NewReader(f.input.at, f.input.size)
	if err != nil {
		return damaged(err)
	}
	out := zip.NewWriter(w)
	for _, part := range z.File {
		switch name := partName(part.Name); name {
		case partName(t.sheet.part):
			err = r.writePart(ctx, out, part, t.book.archive, func(e *xmlEditor) error { return r.maskCells(e, t) })
		case partName(shared):
			err = r.writePart(ctx, out, part, t.book.archive, func(e *xmlEditor) error { return r.maskTexts(e, used) })
		default:
			err = out.Copy(part)
		}
		if err != nil {
			return err
		}
	}
	return out.Close()
}

func (r *redactor) writePart(ctx context.Context, out *zip.Writer, part *zip.File, from *archive, change func(*xmlEditor) error) error {
	w, err := out.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate, Modified: part.Modified})
	if err != nil {
		return err
	}
	return from.edit(ctx, part.Name, w, change)
}

// maskCells writes the mask into the cells of the table that have something in them.
func (r *redactor) maskCells(e *xmlEditor, t *sheetTable) error {
	return e.eachCell(func(c *xmlCell) error {
		if !r.masksCell(t, c.row, c.column) || !c.filled() {
			return nil
		}
		how := byColumn
		if r.whole[c.row] {
			how = asAWhole
		}
		r.cells++
		return e.replace(c.from, c.masked(r.maskOf(t.book.textOf(c), how)))
	})
}

// textOf returns the text of a cell whose value is a text, empty for any other.
func (w *workbook) textOf(c *xmlCell) string {
	if n, shared := c.sharedText(); shared {
		text, _ := w.strings.at(n)
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
func (r *redactor) searchParts(book *workbook, shared string) error {
	cells := map[string]bool{partName(shared): true}
	for _, s := range book.sheets {
		cells[partName(s.part)] = true
	}
	for name := range book.archive.parts {
		if hasPrefix(name, unseen) {
			r.unseen = append(r.unseen, name)
		}
		if !strings.HasSuffix(name, ".xml") || cells[name] || hasPrefix(name, unsearched) {
			continue
		}
		held, err := r.holdsSecret(book.archive, name)
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
func (r *redactor) holdsSecret(a *archive, name string) (held bool, err error) {
	says := r.knows
	if strings.Contains(name, "comment") {
		says = r.tells
	}
	err = a.read(name, maxPartBytes, func(x *xmlScanner) error {
		for !held {
			if err := x.next(); err != nil {
				return atEnd(err)
			}
			switch x.kind {
			case xmlText:
				text, err := appendXMLText(nil, x.text, x.cdata)
				if err != nil {
					return err
				}
				held = says(string(text))
			case xmlStart:
				for _, attr := range x.attrs {
					value, err := appendXMLText(nil, attr.value, false)
					if err != nil {
						return err
					}
					held = held || says(string(value))
				}
			}
		}
		return nil
	})
	return held, err
}
