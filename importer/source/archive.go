package source

import (
	"archive/zip"
	"bufio"
	"errors"
	"io"
	"strings"

	"r7import/importer/diagnosis"
)

// Bounds of a workbook's parts. A full sheet of ours has about 1 GiB; a part
// that packs better than any table does is made to overrun whoever unpacks it.
const (
	maxParts      = 10_000
	maxPartBytes  = 4 << 30
	maxSmallPart  = 64 << 20 // everything but sheets and strings
	maxPacking    = 200      // unpacked bytes for a packed one
	packingAtEase = 64 << 20 // up to here any packing will do
)

// archive is the zip file a workbook is. Nothing of it is ever written to disk.
type archive struct {
	parts map[string]*zip.File // by lower-case name
}

func openArchive(at io.ReaderAt, size int64) (*archive, error) {
	z, err := zip.NewReader(at, size)
	if err != nil {
		return nil, damaged(err)
	}
	if len(z.File) > maxParts {
		return nil, diagnosis.New(diagnosis.WorkbookLimits)
	}
	a := &archive{parts: make(map[string]*zip.File, len(z.File))}
	for _, part := range z.File {
		name := partName(part.Name)
		if a.parts[name] != nil {
			return nil, damaged(errors.New("two parts of one name"))
		}
		a.parts[name] = part
	}
	return a, nil
}

// partName returns what a part is found by: names do not differ by case (ECMA-376, part 2).
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (a *archive) has(name string) bool { return a.parts[partName(name)] != nil }

// open begins to read a part. Reading it to the end checks its length and checksum.
func (a *archive) open(name string, limit uint64) (io.ReadCloser, error) {
	part := a.parts[partName(name)]
	switch {
	case part == nil:
		return nil, damaged(errors.New("a part is missing"))
	case part.Flags&1 != 0:
		return nil, damaged(errors.New("an encrypted part"))
	case part.UncompressedSize64 > limit:
		return nil, diagnosis.New(diagnosis.WorkbookLimits)
	case part.UncompressedSize64 > packingAtEase && part.UncompressedSize64/maxPacking > part.CompressedSize64:
		return nil, diagnosis.New(diagnosis.WorkbookLimits)
	}
	in, err := part.Open()
	if err != nil {
		return nil, damaged(err)
	}
	return in, nil
}

// xml begins to read a part as XML. UTF-16, the other encoding every XML reader
// knows, is told by its byte order mark.
func (a *archive) xml(name string, limit uint64) (*xmlScanner, io.Closer, error) {
	in, err := a.open(name, limit)
	if err != nil {
		return nil, nil, err
	}
	head := bufio.NewReader(in)
	mark, err := head.Peek(2)
	if err != nil && err != io.EOF {
		in.Close()
		return nil, nil, damaged(err)
	}
	c, _ := charsetByMark(mark)
	return newXMLScanner(c.reader(head)), in, nil
}

// damaged makes a refusal of what is wrong with a workbook's bytes.
func damaged(err error) error {
	var p *diagnosis.Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, errXMLLimit):
		return diagnosis.Wrap(err, diagnosis.WorkbookLimits)
	case errors.Is(err, errXMLDoctype):
		return diagnosis.Wrap(err, diagnosis.WorkbookEntities)
	}
	return diagnosis.Wrap(err, diagnosis.WorkbookDamaged)
}
