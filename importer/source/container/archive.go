package container

import (
	"archive/zip"
	"errors"
	"io"
	"strings"

	"r7import/importer/diagnosis"
)

// Bounds of a workbook's parts. A full sheet of ours has about 1 GiB; a part
// that packs better than any table does is made to overrun whoever unpacks it.
const (
	MaxPart      = 4 << 30
	MaxSmallPart = 64 << 20 // everything but sheets and strings

	maxParts      = 10_000
	maxPacking    = 200      // unpacked bytes for a packed one
	packingAtEase = 64 << 20 // up to here any packing will do
)

// Archive is the zip file a workbook is. Nothing of it is ever written to disk.
type Archive struct {
	Parts []*zip.File // in the order in which they stand
	named map[string]*zip.File
}

// OpenArchive lists the parts of a zip file.
func OpenArchive(content *io.SectionReader) (*Archive, error) {
	z, err := zip.NewReader(content, content.Size())
	if err != nil {
		return nil, damaged(err)
	}
	if len(z.File) > maxParts {
		return nil, diagnosis.New(diagnosis.WorkbookLimits)
	}
	a := &Archive{Parts: z.File, named: make(map[string]*zip.File, len(z.File))}
	for _, part := range z.File {
		name := PartName(part.Name)
		if a.named[name] != nil {
			return nil, damaged(errors.New("two parts of one name"))
		}
		a.named[name] = part
	}
	return a, nil
}

// PartName returns what a part is found by: names do not differ by case (ECMA-376, part 2).
func PartName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// Has reports whether there is a part of a name.
func (a *Archive) Has(name string) bool { return a.named[PartName(name)] != nil }

// Open begins to read a part. Reading it to the end checks its length and checksum.
func (a *Archive) Open(name string, limit uint64) (io.ReadCloser, error) {
	part := a.named[PartName(name)]
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

// damaged makes a refusal of what is wrong with a workbook's bytes.
func damaged(err error) error { return diagnosis.Or(err, diagnosis.WorkbookDamaged) }
