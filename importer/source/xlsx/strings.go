package xlsx

import (
	"r7import/importer/diagnosis"
	"r7import/importer/source/container"
	"r7import/importer/source/table"
)

// Bounds of the string table, which is held in memory.
const (
	stringBlock     = 1 << 20
	maxStringBlocks = 160
)

// Strings holds the shared strings of a workbook. They are stored
// one after the other in blocks; none is longer than a block.
type Strings struct {
	blocks [][]byte
	refs   []stringRef
}

type stringRef struct {
	block    uint16
	from, to uint32
}

// At returns the string with an index, and false if there is none.
func (t *Strings) At(n int) ([]byte, bool) {
	if n < 0 || n >= len(t.refs) {
		return nil, false
	}
	r := t.refs[n]
	return t.blocks[r.block][r.from:r.to], true
}

func (t *Strings) add(text []byte) error {
	last := len(t.blocks) - 1
	if last < 0 || len(t.blocks[last])+len(text) > stringBlock {
		if len(text) > stringBlock || len(t.blocks) == maxStringBlocks {
			return diagnosis.New(diagnosis.WorkbookLimits)
		}
		t.blocks = append(t.blocks, make([]byte, 0, stringBlock))
		last++
	}
	from := len(t.blocks[last])
	t.blocks[last] = append(t.blocks[last], text...)
	t.refs = append(t.refs, stringRef{uint16(last), uint32(from), uint32(from + len(text))})
	return nil
}

// readStrings reads the string table of a workbook.
func (w *Book) readStrings() error {
	w.Strings = new(Strings)
	var text []byte
	return w.read(w.stringsPart, container.MaxPart, func(x *xmlScanner) (err error) {
		if string(x.name) != "si" {
			return nil
		}
		if text, err = appendRichText(text[:0], x); err != nil {
			return err
		}
		return w.Strings.add(unescapeCell(text))
	})
}

// appendRichText appends the text of the current
// element, plain or in runs, without phonetic hints.
func appendRichText(dst []byte, x *xmlScanner) ([]byte, error) {
	depth, from := len(x.depths), len(dst)
	inText := false
	for len(x.depths) >= depth {
		err := x.next()
		switch name := string(x.name); {
		case err != nil:
		case x.kind == xmlText && inText:
			dst, err = appendXMLText(dst, x.text, x.cdata)
		case x.kind == xmlText:
		case x.kind == xmlStart && (name == "rPh" || name == "phoneticPr"):
			err = x.skip()
		default:
			inText = x.kind == xmlStart && name == "t"
		}
		if err == nil && len(dst)-from > table.MaxRowBytes {
			err = errXMLLimit
		}
		if err != nil {
			return dst, err
		}
	}
	return dst, nil
}
