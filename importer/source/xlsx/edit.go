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

// PartEdit writes a part of a workbook once more with something changed, like [SheetEdit.Apply].
type PartEdit func(e *editor) error

// Edits are those of the parts, by their names. A part whose edit is nil is left out.
type Edits map[string]PartEdit

// Set has a part edited.
func (e Edits) Set(part string, change PartEdit) { e[container.PartName(part)] = change }

// Rewrite writes the workbook once more. Parts that are not among the edits are copied
// as they are packed. Behind them fills, unless it is nil, writes the formats that
// the edits have asked it for.
func (w *Book) Rewrite(ctx context.Context, to io.Writer, edits Edits, fills *Fills) error {
	out := zip.NewWriter(to)
	var last *zip.File
	for _, part := range w.Archive.Parts {
		name := container.PartName(part.Name)
		if fills != nil && name == container.PartName(fills.part) {
			last = part
			continue
		}
		change, edited := edits[name]
		if edited && change == nil {
			continue
		}
		if err := w.write(ctx, out, part, change); err != nil {
			return err
		}
	}
	if last != nil {
		var change PartEdit
		if len(fills.copies) > 0 {
			change = fills.Apply
		}
		if err := w.write(ctx, out, last, change); err != nil {
			return err
		}
	}
	return out.Close()
}

// write writes one part.
func (w *Book) write(ctx context.Context, out *zip.Writer, part *zip.File, change PartEdit) error {
	if change == nil {
		return out.Copy(part)
	}
	entry, err := out.CreateHeader(&zip.FileHeader{Name: part.Name, Method: zip.Deflate, Modified: part.Modified})
	if err != nil {
		return err
	}
	return w.edit(ctx, part.Name, entry, change)
}

// editor reads a part with the scanner and writes it again, byte for byte but for the
// pieces that are replaced. It holds what it has read until that is passed on.
type editor struct {
	*xmlScanner
	ctx     context.Context
	strings *Strings
	out     io.Writer
	held    []byte
	first   int64 // where in the part held begins
	from    int64 // where the tag last read begins
}

// edit reads a part and writes what change makes of it. UTF-16 stays UTF-16.
func (w *Book) edit(ctx context.Context, name string, to io.Writer, change PartEdit) error {
	in, charset, part, err := openPart(w.Archive, name, container.MaxPart)
	if err != nil {
		return err
	}
	defer part.Close()
	out := bufio.NewWriterSize(to, text.ScanBuffer)
	e := &editor{ctx: ctx, strings: w.Strings, out: charset.Writer(out)}
	e.xmlScanner = newXMLScanner(io.TeeReader(charset.Reader(in), e))
	if err := change(e); err != nil {
		return err
	}
	if err := e.pass(e.at()); err != nil {
		return err
	}
	return out.Flush()
}

// Write implements io.Writer for what the scanner reads.
func (e *editor) Write(p []byte) (int, error) {
	e.held = append(e.held, p...)
	return len(p), nil
}

// at returns where in the part the scanner is.
func (e *editor) at() int64 { return e.first + int64(len(e.held)-(e.end-e.start)) }

// next reads a token and remembers where it begins if it is a tag. A comment or an
// instruction before it is no part of it.
func (e *editor) next() error {
	before := e.at()
	if err := e.xmlScanner.next(); err != nil {
		return err
	}
	e.from = before
	if read := e.piece(before, e.at()); e.kind != xmlText && len(read) > 0 {
		e.from += int64(bytes.LastIndexByte(read, '<'))
	}
	return nil
}

// piece returns what stands between two places of what is held.
func (e *editor) piece(from, to int64) []byte { return e.held[from-e.first : to-e.first] }

// tag returns the tag last read as it is written.
func (e *editor) tag() []byte { return e.piece(e.from, e.at()) }

// pass writes what is held up to a place.
func (e *editor) pass(to int64) error {
	if err := e.ctx.Err(); err != nil {
		return err
	}
	_, err := e.out.Write(e.piece(e.first, to))
	e.held, e.first = e.held[to-e.first:], to
	return err
}

// relieve passes on what is held once that is much.
func (e *editor) relieve() error {
	if e.at()-e.first < text.ScanBuffer {
		return nil
	}
	return e.pass(e.at())
}

// replace writes other bytes in place of those from a place to where the scanner is.
func (e *editor) replace(from int64, with []byte) error {
	if err := e.pass(from); err != nil {
		return err
	}
	to := e.at()
	e.held, e.first = e.held[to-from:], to
	_, err := e.out.Write(with)
	return err
}

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
