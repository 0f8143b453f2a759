// Package xlsx reads workbooks as specified in ECMA-376 and written by common programs.
// It is strict: damaged or truncated content is an error and never a lost row.
//
// [Look] detects which sheet to read and where its header is.
// [Table.Rows] then reads the sheet row by row, as often as it is called.
package xlsx

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"path"
	"strings"

	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/text"
)

// Book is an open workbook. The rows of its sheets are read on demand.
type Book struct {
	Archive *container.Archive
	Sheets  []Sheet
	Strings *Strings // nil if the workbook has no string table

	stringsPart   string
	stylesPart    string
	relationsPart string // relationships of the workbook part
	formats       []format
	fillCount     int          // number of fills
	ourFills      map[Fill]int // index of each of our fills among them
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Part   string
	Hidden bool
}

// Open opens a workbook and reads everything but the rows of its sheets.
func Open(content *io.SectionReader) (*Book, error) {
	a, err := container.OpenArchive(content)
	if err != nil {
		return nil, err
	}
	w := &Book{Archive: a}
	root, err := w.related("")
	if err != nil {
		return nil, err
	}
	book := partOf(root, "officeDocument")
	parts, err := w.related(book)
	if err != nil {
		return nil, err
	}
	w.relationsPart, w.stringsPart, w.stylesPart = relationsOf(book), partOf(parts, "sharedStrings"), partOf(parts, "styles")
	if err := w.readSheets(book, parts); err != nil {
		return nil, err
	}
	if w.stringsPart != "" {
		if err := w.readStrings(); err != nil {
			return nil, err
		}
	}
	if w.stylesPart != "" {
		err = w.readStyles()
	}
	return w, err
}

// relation is one entry of a relationships part. Its kind is the last word of its
// type, because the rest differs between the transitional and the strict format.
type relation struct{ id, kind, target string }

// partOf returns the target of the first relation of a kind, "" if there is none.
func partOf(relations []relation, kind string) string {
	for _, r := range relations {
		if r.kind == kind {
			return r.target
		}
	}
	return ""
}

// relationsOf returns the name of the part with the relationships of a part.
func relationsOf(part string) string {
	folder, file := path.Split(part)
	return folder + "_rels/" + file + ".rels"
}

// related returns the relations of a part to other
// parts of the workbook. External targets are ignored.
func (w *Book) related(part string) (all []relation, err error) {
	err = w.read(relationsOf(part), container.MaxSmallPart, func(x *xmlScanner) error {
		if string(x.name) != "Relationship" || string(x.attr("TargetMode")) == "External" {
			return nil
		}
		target, err := x.attrText("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", path.Dir(part), target)
		}
		all = append(all, relation{string(x.attr("Id")), path.Base(string(x.attr("Type"))), target[1:]})
		return err
	})
	return all, err
}

func (w *Book) readSheets(book string, parts []relation) error {
	targets := make(map[string]string, len(parts))
	for _, r := range parts {
		if r.kind == "worksheet" { // chart sheets have another kind
			targets[r.id] = r.target
		}
	}
	return w.read(book, container.MaxSmallPart, func(x *xmlScanner) error {
		if string(x.name) != "sheet" {
			return nil
		}
		name, err := x.attrText("name")
		state := string(x.attr("state"))
		if part := targets[string(x.attr("id"))]; part != "" {
			w.Sheets = append(w.Sheets, Sheet{Name: name, Part: part, Hidden: state == "hidden" || state == "veryHidden"})
		}
		return err
	})
}

// read reads a whole part as XML and calls visit for every start tag.
func (w *Book) read(part string, limit uint64, visit func(x *xmlScanner) error) error {
	in, charset, closer, err := w.open(part, limit)
	if err != nil {
		return err
	}
	defer closer.Close()
	x := newXMLScanner(charset.Reader(in))
	for {
		err := x.next()
		if err == io.EOF {
			return nil
		}
		if err == nil && x.kind == xmlStart {
			err = visit(x)
		}
		if err != nil {
			return damaged(err)
		}
	}
}

// Rows starts a pass over a sheet from its first row.
func (w *Book) Rows(s Sheet) (*Rows, error) {
	in, charset, part, err := w.open(s.Part, container.MaxPart)
	if err != nil {
		return nil, err
	}
	return &Rows{x: newXMLScanner(charset.Reader(in)), part: part, strings: w.Strings}, nil
}

// Each yields the rows of a sheet from top to bottom, each valid until the
// next step of the loop. A non-nil error comes last; it may be that of ctx.
func (w *Book) Each(ctx context.Context, s Sheet) iter.Seq2[*Rows, error] {
	return func(yield func(*Rows, error) bool) {
		rows, err := w.Rows(s)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for err == nil {
			if err = ctx.Err(); err == nil {
				err = rows.Next()
			}
			if err == io.EOF || !yield(rows, err) {
				return
			}
		}
	}
}

// open opens a part for reading. UTF-16, the other encoding that
// every XML reader supports, is detected by its byte order mark.
func (w *Book) open(part string, limit uint64) (io.Reader, text.Charset, io.Closer, error) {
	packed, err := w.Archive.Open(part, limit)
	if err != nil {
		return nil, text.Charset{}, nil, err
	}
	in := bufio.NewReader(packed)
	mark, err := in.Peek(2)
	if err != nil && err != io.EOF {
		packed.Close()
		return nil, text.Charset{}, nil, damaged(err)
	}
	charset, _ := text.ByMark(mark)
	return in, charset, packed, nil
}

// damaged turns an error in a workbook's bytes into a problem.
func damaged(err error) error {
	switch {
	case errors.Is(err, errXMLLimit):
		return diagnosis.Wrap(err, diagnosis.WorkbookLimits)
	case errors.Is(err, errXMLDoctype):
		return diagnosis.Wrap(err, diagnosis.WorkbookEntities)
	}
	return diagnosis.Or(err, diagnosis.WorkbookDamaged)
}
