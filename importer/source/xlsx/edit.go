package xlsx

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"io"

	"r7import/importer/source/container"
	"r7import/importer/source/text"
)

// PartEdit changes a part of a workbook, like [SheetEdit.Apply]: it returns a function that
// is called for every token of the part. What that function does not replace stays unchanged.
type PartEdit func(e *editor) func() error

// Edits maps the names of parts to their edits. A part with a nil edit is left out.
type Edits map[string]PartEdit

// Set adds the edit of a part.
func (e Edits) Set(part string, change PartEdit) { e[container.PartName(part)] = change }

// Rewrite writes a copy of the workbook. Parts without an edit
// are copied in compressed form. If fills is not nil, the styles
// part comes last, with the formats that the edits requested.
func (w *Book) Rewrite(ctx context.Context, to io.Writer, edits Edits, fills *Fills) error {
	out := zip.NewWriter(to)
	write := func(part *zip.File) error {
		change, edited := edits[container.PartName(part.Name)]
		if change == nil && edited {
			return nil
		} else if change == nil {
			return out.Copy(part)
		}
		entry, err := out.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate, Modified: part.Modified})
		if err != nil {
			return err
		}
		return w.edit(ctx, part.Name, entry, change)
	}
	var styles *zip.File
	for _, part := range w.Archive.Parts {
		if fills != nil && container.PartName(part.Name) == container.PartName(w.stylesPart) {
			styles = part
		} else if err := write(part); err != nil {
			return err
		}
	}
	if styles != nil {
		if len(fills.copies) > 0 {
			edits.Set(w.stylesPart, fills.Apply)
		}
		if err := write(styles); err != nil {
			return err
		}
	}
	return out.Close()
}

// edit reads a part and writes it with its changes. UTF-16 stays UTF-16.
func (w *Book) edit(ctx context.Context, part string, to io.Writer, change PartEdit) error {
	in, charset, closer, err := w.open(part, container.MaxPart)
	if err != nil {
		return err
	}
	defer closer.Close()
	out := bufio.NewWriterSize(to, text.ScanBuffer)
	e := &editor{xmlScanner: newXMLScanner(charset.Reader(in)), ctx: ctx, strings: w.Strings, out: charset.Writer(out)}
	e.keeps = true
	for visit := change(e); e.failed == nil; {
		err := e.next()
		if err == io.EOF {
			if e.pass(e.at()); e.failed == nil {
				e.failed = out.Flush()
			}
			break
		}
		if err == nil {
			err = visit()
		}
		if err != nil {
			return damaged(err)
		}
		if e.at() >= text.ScanBuffer {
			e.pass(e.at())
		}
	}
	return e.failed
}

// editor copies a part byte for byte except for the pieces that are
// replaced. The scanner keeps what was read until it is passed on.
type editor struct {
	*xmlScanner
	ctx     context.Context
	strings *Strings
	out     io.Writer
	failed  error // error of ctx or out
}

// piece returns the bytes between two positions of the kept input.
func (e *editor) piece(from, to int) []byte { return e.buf[e.kept+from : e.kept+to : e.kept+to] }

// tag returns the current tag as written.
func (e *editor) tag() []byte { return e.piece(e.from, e.at()) }

// pass writes the kept input up to a position.
func (e *editor) pass(to int) {
	if e.failed == nil {
		e.failed = e.ctx.Err()
	}
	if e.failed == nil {
		_, e.failed = e.out.Write(e.piece(0, to))
	}
	e.kept += to
}

// replace writes other bytes instead of those from a position to the scanner's.
func (e *editor) replace(from int, with []byte) {
	e.pass(from)
	if e.failed == nil {
		_, e.failed = e.out.Write(with)
	}
	e.kept = e.start
}

// insert writes text before the current tag.
func (e *editor) insert(text string) { e.replace(e.from, append([]byte(text), e.tag()...)) }

// prefixOf returns the namespace prefix of a tag with its colon.
func prefixOf(tag []byte) string {
	name := bytes.TrimLeft(tag, "</")
	end, _ := nameEnd(name, 0)
	return string(name[:end-len(local(name[:end]))])
}

// setAttr returns a start tag with an attribute set, or removed if the value is empty.
func setAttr(tag []byte, name, value string) []byte {
	end, _ := nameEnd(tag, 1)
	out, rest := tag[:end:end], tag[end:]
	for {
		blanks := blankEnd(rest, 0)
		stop, ok := nameEnd(rest, blanks)
		if !ok {
			break
		}
		quote := stop + bytes.IndexAny(rest[stop:], `"'`)
		behind := quote + 1 + bytes.IndexByte(rest[quote+1:], rest[quote]) + 1
		if string(rest[blanks:stop]) != name {
			out = append(out, rest[:behind]...)
		}
		rest = rest[behind:]
	}
	if value != "" {
		out = append(out, " "+name+`="`+value+`"`...)
	}
	return append(out, rest...)
}
