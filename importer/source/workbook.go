package source

import (
	"context"
	"io"
	"path"
	"strconv"
	"strings"

	"r7import/importer/diagnosis"
)

// workbook is what a workbook says about itself.
type workbook struct {
	archive *archive
	sheets  []sheet
	strings *stringTable
	shapes  []numberShape
}

type sheet struct {
	name   string
	part   string
	hidden bool
}

// Kinds of relationships, by the last word of their name: the rest differs
// between the transitional and the strict form of the format.
const (
	mainPart    = "officeDocument"
	sheetPart   = "worksheet"
	stringsPart = "sharedStrings"
	stylesPart  = "styles"
)

// openWorkbook reads everything but the sheets.
func openWorkbook(at io.ReaderAt, size int64) (*workbook, error) {
	a, err := openArchive(at, size)
	if err != nil {
		return nil, err
	}
	root, err := a.related("")
	if err != nil {
		return nil, err
	}
	book := root.first(mainPart)
	w := &workbook{archive: a}
	parts, err := a.related(book)
	if err != nil {
		return nil, err
	}
	if err := w.readSheets(book, parts); err != nil {
		return nil, err
	}
	if part := parts.first(stringsPart); part != "" {
		if err := a.read(part, maxPartBytes, func(x *xmlScanner) (err error) {
			w.strings, err = readStrings(x)
			return err
		}); err != nil {
			return nil, err
		}
	}
	if part := parts.first(stylesPart); part != "" {
		err = a.read(part, maxSmallPart, func(x *xmlScanner) (err error) {
			w.shapes, err = readStyles(x)
			return err
		})
	}
	return w, err
}

// read reads a part as XML to its end.
func (a *archive) read(name string, limit uint64, read func(*xmlScanner) error) error {
	x, part, err := a.xml(name, limit)
	if err != nil {
		return err
	}
	defer part.Close()
	if err := read(x); err != nil {
		return damaged(err)
	}
	return nil
}

// relation is one line of a relationships part.
type relation struct{ id, kind, target string }

type relations []relation

// first returns the part of the first relation of a kind, empty if there is none.
func (r relations) first(kind string) string {
	for _, rel := range r {
		if rel.kind == kind {
			return rel.target
		}
	}
	return ""
}

// related returns what a part refers to inside of the workbook. What it refers
// to outside is never looked at.
func (a *archive) related(part string) (relations, error) {
	folder, file := path.Split(part)
	var all relations
	err := a.read(folder+"_rels/"+file+".rels", maxSmallPart, func(x *xmlScanner) error {
		for {
			if err := x.next(); err != nil {
				return atEnd(err)
			}
			if x.kind != xmlStart || string(x.name) != "Relationship" || string(x.attr("TargetMode")) == "External" {
				continue
			}
			target, err := x.attrText("Target")
			if err != nil {
				return err
			}
			if !strings.HasPrefix(target, "/") {
				target = path.Join("/", folder, target)
			}
			all = append(all, relation{string(x.attr("Id")), path.Base(string(x.attr("Type"))), target[1:]})
		}
	})
	return all, err
}

func (w *workbook) readSheets(book string, parts relations) error {
	targets := make(map[string]string, len(parts))
	for _, rel := range parts {
		if rel.kind == sheetPart {
			targets[rel.id] = rel.target
		}
	}
	return w.archive.read(book, maxSmallPart, func(x *xmlScanner) error {
		for {
			if err := x.next(); err != nil {
				return atEnd(err)
			}
			if x.kind != xmlStart || string(x.name) != "sheet" {
				continue
			}
			name, err := x.attrText("name")
			if err != nil {
				return err
			}
			state := string(x.attr("state"))
			if part := targets[string(x.attr("id"))]; part != "" { // charts have sheets of their own kind
				w.sheets = append(w.sheets, sheet{name: name, part: part, hidden: state == "hidden" || state == "veryHidden"})
			}
		}
	})
}

func (w *workbook) shape(style int) numberShape {
	if style < len(w.shapes) {
		return w.shapes[style]
	}
	return shownPlain
}

// scan begins to read a sheet.
func (w *workbook) scan(s sheet) (*sheetScanner, io.Closer, error) {
	x, part, err := w.archive.xml(s.part, maxPartBytes)
	if err != nil {
		return nil, nil, err
	}
	return newSheetScanner(x, w.strings), part, nil
}

// atEnd makes the end of the input no error.
func atEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// lookAtWorkbook finds out the sheet and its header.
func (f *File) lookAtWorkbook(ctx context.Context) error {
	book, err := openWorkbook(f.input.at, f.input.size)
	if err != nil {
		return err
	}
	s, top, err := f.chooseSheet(book)
	if err != nil {
		return err
	}
	f.sheet = s.name
	at, err := f.headerAmong(top)
	if err != nil {
		return err
	}
	t := &sheetTable{book: book, sheet: s, header: top.numbers[at]}
	if err := t.survey(ctx); err != nil {
		return err
	}
	f.columns = t.columns(top, at)
	f.table = t
	f.note(diagnosis.SheetRead, "Sheet", f.sheet, "Row", strconv.Itoa(t.header))
	f.noteTitleRows(top.rows[:at])
	f.noteHidden(book, t)
	return nil
}

// topOf reads the first rows of a sheet.
func (f *File) topOf(book *workbook, s sheet) (top, error) {
	var t top
	scan, part, err := book.scan(s)
	if err != nil {
		return t, err
	}
	defer part.Close()
	for {
		if err := scan.next(); err == io.EOF {
			return t, nil
		} else if err != nil {
			return t, damaged(err)
		}
		if scan.number > f.depth() {
			return t, nil
		}
		var cells []string
		for _, c := range scan.cells {
			for len(cells) <= c.column {
				cells = append(cells, "")
			}
			cells[c.column] = string(scan.text[c.from:c.to])
		}
		t.rows, t.numbers = append(t.rows, cells), append(t.numbers, scan.number)
	}
}
