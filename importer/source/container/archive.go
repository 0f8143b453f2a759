package container

import (
	"archive/zip"
	"errors"
	"io"
	"strings"

	"r7import/importer/diagnosis"
)

// Bounds of a workbook's parts. A full sheet of ours has about 1 GiB; a part
// that compresses better than any table is made to overwhelm the reader.
const (
	MaxPart      = 4 << 30
	MaxSmallPart = 64 << 20 // everything but sheets and strings

	maxParts      = 10_000
	maxRatio      = 200      // unpacked bytes per packed byte
	uncheckedSize = 64 << 20 // up to this size any compression is accepted
)

// Archive is the zip file of a workbook. Nothing of it is written to disk.
type Archive struct {
	Parts []*zip.File // in the order of the archive
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

// PartName returns the key of a part: names are compared without case (ECMA-376, part 2).
func PartName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// Has reports whether the archive has a part with that name.
func (a *Archive) Has(name string) bool { return a.named[PartName(name)] != nil }

// Open opens a part for reading. Reading it to the end verifies its length and checksum.
func (a *Archive) Open(name string, limit uint64) (io.ReadCloser, error) {
	part := a.named[PartName(name)]
	switch {
	case part == nil:
		return nil, damaged(errors.New("a part is missing"))
	case part.Flags&1 != 0:
		return nil, damaged(errors.New("an encrypted part"))
	case part.UncompressedSize64 > limit:
		return nil, diagnosis.New(diagnosis.WorkbookLimits)
	case part.UncompressedSize64 > uncheckedSize && part.UncompressedSize64/maxRatio > part.CompressedSize64:
		return nil, diagnosis.New(diagnosis.WorkbookLimits)
	}
	in, err := part.Open()
	if err != nil {
		return nil, damaged(err)
	}
	return in, nil
}

// damaged turns an error in a workbook's bytes into a problem.
func damaged(err error) error { return diagnosis.Or(err, diagnosis.WorkbookDamaged) }
