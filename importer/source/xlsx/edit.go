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

// PartEdit changes a part of a workbook, like [SheetEdit.Apply]: it returns what is called
// for every token of it. What that does not replace stays as it is.
type PartEdit func(e *editor) func() error

// Edits are those of the parts, by their names. A part whose edit is nil is left out.
type Edits map[string]PartEdit

// Set has a part edited.
func (e Edits) Set(part string, change PartEdit) { e[container.PartName(part)] = change }

// Rewrite writes the workbook once more. Parts that are not among the edits are copied
// as they are packed. Behind them fills, unless it is nil, writes the formats that
// the edits have asked it for.
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

// edit reads a part and writes what change makes of it. UTF-16 stays UTF-16.
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

// editor reads a part with the scanner and writes it again, byte for byte but for the
// pieces that are replaced. The scanner keeps what was read until that is passed on.
type editor struct {
	*xmlScanner
	ctx     context.Context
	strings *Strings
	out     io.Writer
	failed  error // of ctx or out
}

// piece returns what stands between two places of what is kept.
func (e *editor) piece(from, to int) []byte { return e.buf[e.kept+from : e.kept+to : e.kept+to] }

// tag returns the tag last read as it is written.
func (e *editor) tag() []byte { return e.piece(e.from, e.at()) }

// pass writes what is kept up to a place.
func (e *editor) pass(to int) {
	if e.failed == nil {
		e.failed = e.ctx.Err()
	}
	if e.failed == nil {
		_, e.failed = e.out.Write(e.piece(0, to))
	}
	e.kept += to
}

// replace writes other bytes in place of those from a place to where the scanner is.
func (e *editor) replace(from int, with []byte) {
	e.pass(from)
	if e.failed == nil {
		_, e.failed = e.out.Write(with)
	}
	e.kept = e.start
}

// insert writes text in front of the tag last read.
func (e *editor) insert(text string) { e.replace(e.from, append([]byte(text), e.tag()...)) }

// prefixOf returns what stands before the local name of a tag.
func prefixOf(tag []byte) string {
	name := bytes.TrimLeft(tag, "</")
	end, _ := nameEnd(name, 0)
	return string(name[:end-len(local(name[:end]))])
}

// setAttr returns a start tag with an attribute set, without it if the value is empty.
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
