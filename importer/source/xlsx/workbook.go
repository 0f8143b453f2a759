// Package xlsx reads workbooks as ECMA-376 and the programs that write them have
// them, strictly: what is damaged or cut short is an error and never a lost row.
//
// [Look] finds out which sheet is meant and where its header is. [Table.Rows] then
// reads the sheet row by row, as often as asked.
package xlsx

import (
	"bufio"
	"errors"
	"io"
	"path"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/text"
)

// Book is a workbook, without the rows of its sheets.
type Book struct {
	Archive *container.Archive
	Sheets  []Sheet
	Strings *Strings // nil if its cells share none
	// StringsPart is the name of the part that holds them.
	StringsPart string

	stylesPart    string
	relationsPart string // of the workbook
	shapes        []Shape
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Part   string
	Hidden bool
}

// Kinds of relationships, by the last word of their name: the rest differs
// between the transitional and the strict form of the format.
const (
	mainPart    = "officeDocument"
	sheetPart   = "worksheet"
	stringsPart = "sharedStrings"
	stylesPart  = "styles"
)

// Open reads everything of a workbook but the rows of its sheets.
func Open(content *io.SectionReader) (*Book, error) {
	a, err := container.OpenArchive(content)
	if err != nil {
		return nil, err
	}
	root, err := related(a, "")
	if err != nil {
		return nil, err
	}
	book := root.first(mainPart)
	w := &Book{Archive: a}
	parts, err := related(a, book)
	if err != nil {
		return nil, err
	}
	if err := w.readSheets(book, parts); err != nil {
		return nil, err
	}
	if w.StringsPart = parts.first(stringsPart); w.StringsPart != "" {
		if err := read(a, w.StringsPart, container.MaxPart, func(x *xmlScanner) (err error) {
			w.Strings, err = readStrings(x)
			return err
		}); err != nil {
			return nil, err
		}
	}
	folder, file := path.Split(book)
	w.relationsPart = folder + "_rels/" + file + ".rels"
	if w.stylesPart = parts.first(stylesPart); w.stylesPart != "" {
		err = read(a, w.stylesPart, container.MaxSmallPart, func(x *xmlScanner) (err error) {
			w.shapes, err = readStyles(x)
			return err
		})
	}
	return w, err
}

// read reads a part as XML to its end.
func read(a *container.Archive, name string, limit uint64, read func(*xmlScanner) error) error {
	x, part, err := openXML(a, name, limit)
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
func related(a *container.Archive, part string) (relations, error) {
	folder, file := path.Split(part)
	var all relations
	err := read(a, folder+"_rels/"+file+".rels", container.MaxSmallPart, func(x *xmlScanner) error {
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

func (w *Book) readSheets(book string, parts relations) error {
	targets := make(map[string]string, len(parts))
	for _, rel := range parts {
		if rel.kind == sheetPart {
			targets[rel.id] = rel.target
		}
	}
	return read(w.Archive, book, container.MaxSmallPart, func(x *xmlScanner) error {
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
				w.Sheets = append(w.Sheets, Sheet{Name: name, Part: part, Hidden: state == "hidden" || state == "veryHidden"})
			}
		}
	})
}

// Shape returns how a cell style shows numbers.
func (w *Book) Shape(style int) Shape {
	if style < len(w.shapes) {
		return w.shapes[style]
	}
	return ShownPlain
}

// Rows begins to read a sheet from its first row.
func (w *Book) Rows(s Sheet) (*Rows, error) {
	x, part, err := openXML(w.Archive, s.Part, container.MaxPart)
	if err != nil {
		return nil, err
	}
	return &Rows{x: x, part: part, strings: w.Strings}, nil
}

// atEnd makes the end of the input no error.
func atEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// openXML begins to read a part as XML.
func openXML(a *container.Archive, name string, limit uint64) (*xmlScanner, io.Closer, error) {
	in, charset, part, err := openPart(a, name, limit)
	if err != nil {
		return nil, nil, err
	}
	return newXMLScanner(charset.Reader(in)), part, nil
}

// openPart begins to read a part. UTF-16, the other encoding every XML reader knows, is
// told by its byte order mark.
func openPart(a *container.Archive, name string, limit uint64) (io.Reader, text.Charset, io.Closer, error) {
	part, err := a.Open(name, limit)
	if err != nil {
		return nil, text.Charset{}, nil, err
	}
	in := bufio.NewReader(part)
	mark, err := in.Peek(2)
	if err != nil && err != io.EOF {
		part.Close()
		return nil, text.Charset{}, nil, damaged(err)
	}
	charset, _ := text.ByMark(mark)
	return in, charset, part, nil
}

// damaged makes a refusal of what is wrong with a workbook's bytes.
func damaged(err error) error {
	switch {
	case errors.Is(err, errXMLLimit):
		return diagnosis.Wrap(err, diagnosis.WorkbookLimits)
	case errors.Is(err, errXMLDoctype):
		return diagnosis.Wrap(err, diagnosis.WorkbookEntities)
	}
	return diagnosis.Or(err, diagnosis.WorkbookDamaged)
}
