// Package xlsx reads workbooks as ECMA-376 and the programs that write them have
// them, strictly: what is damaged or cut short is an error and never a lost row.
//
// [Look] finds out which sheet is meant and where its header is. [Table.Rows] then
// reads the sheet row by row, as often as asked.
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

// Book is a workbook, without the rows of its sheets.
type Book struct {
	Archive *container.Archive
	Sheets  []Sheet
	Strings *Strings // nil if its cells share none

	stringsPart   string
	stylesPart    string
	relationsPart string // of the workbook
	formats       []format
	fills         int          // how many backgrounds there are
	ours          map[Fill]int // those of them that are ours
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Part   string
	Hidden bool
}

// Open reads everything of a workbook but the rows of its sheets.
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

// relation is one line of a relationships part. Its kind is the last word of its type:
// the rest differs between the transitional and the strict form of the format.
type relation struct{ id, kind, target string }

// partOf returns the part of the first relation of a kind, empty if there is none.
func partOf(relations []relation, kind string) string {
	for _, r := range relations {
		if r.kind == kind {
			return r.target
		}
	}
	return ""
}

// relationsOf returns the name of the part that says what a part refers to.
func relationsOf(part string) string {
	folder, file := path.Split(part)
	return folder + "_rels/" + file + ".rels"
}

// related returns what a part refers to inside of the workbook. What it refers
// to outside is never looked at.
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
		if r.kind == "worksheet" { // charts have sheets of their own kind
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

// read reads a part as XML to its end and calls visit for every element that starts.
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

// Rows begins to read a sheet from its first row.
func (w *Book) Rows(s Sheet) (*Rows, error) {
	in, charset, part, err := w.open(s.Part, container.MaxPart)
	if err != nil {
		return nil, err
	}
	return &Rows{x: newXMLScanner(charset.Reader(in)), part: part, strings: w.Strings}, nil
}

// Each yields the rows of a sheet downwards, each valid until the next step of the
// loop. A non-nil error comes last; it may be that of ctx.
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

// open begins to read a part. UTF-16, the other encoding every XML reader knows, is
// told by its byte order mark.
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
