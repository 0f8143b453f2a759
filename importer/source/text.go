package source

import (
	"io"
	"strconv"

	"r7import/importer/diagnosis"
)

// sampleBytes is how much of a text is looked at to find out how to read it.
const sampleBytes = 64 << 10

// lookAtText finds out encoding, delimiter and header of a text file.
func (f *File) lookAtText() error {
	t := &textTable{file: f}
	sample, err := f.sample()
	if err != nil {
		return err
	}
	if err := t.findCharset(sample); err != nil {
		return err
	}
	sample = sample[t.skip:]
	top, lines, err := t.findDelimiter(sample)
	if err != nil {
		return err
	}
	at, err := f.headerAmong(top, lines)
	if err != nil {
		return err
	}
	t.header = lines[at]
	for i, h := range trimmed(top[at]) {
		f.columns = append(f.columns, Column{Header: h, Label: strconv.Itoa(i + 1)})
	}
	f.table = t
	f.note(diagnosis.TextRead, "Encoding", t.charset.name, "Delimiter", delimiterName(t.delim), "Row", strconv.Itoa(t.header))
	return nil
}

func (f *File) sample() ([]byte, error) {
	in, err := f.input.stream()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	sample, err := io.ReadAll(io.LimitReader(in, sampleBytes))
	if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", f.name)
	}
	return sample, nil
}

func (t *textTable) findCharset(sample []byte) error {
	o := t.file.options
	marked, length := charsetByMark(sample)
	t.skip = length
	switch {
	case o.Encoding != "":
		c, ok := charsetNamed(o.Encoding)
		if !ok {
			return diagnosis.New(diagnosis.EncodingUnknown, "Encodings", joined(Encodings()))
		}
		t.charset = c
		return nil
	case length > 0:
		t.charset = marked
		return nil
	}
	g := guessCharset(sample, func(c charset) int {
		names := 0
		for _, d := range delimiters {
			rows, _ := preview(sample, c, d)
			_, n := findHeader(rows, o.Known)
			names = max(names, n)
		}
		return names
	})
	if !g.sure {
		return diagnosis.New(diagnosis.EncodingUnclear, "Encodings", joined(Encodings()))
	}
	t.charset = g.charset
	return nil
}

func (t *textTable) findDelimiter(sample []byte) (top [][]string, lines []int, err error) {
	o := t.file.options
	declared, _ := declaredDelimiter(sample)
	switch {
	case o.Delimiter != 0:
		t.delim = byte(o.Delimiter)
	case declared != 0:
		t.delim = declared
	default:
		var sure bool
		t.delim, sure = guessDelimiter(func(d byte) [][]string {
			rows, _ := preview(sample, t.charset, d)
			return rows
		}, o.Known)
		if !sure && o.HeaderRow == 0 {
			return nil, nil, diagnosis.New(diagnosis.HeaderNotFound)
		}
	}
	top, lines = preview(sample, t.charset, t.delim)
	return top, lines, nil
}

// headerAmong returns the index of the header row among the first rows.
func (f *File) headerAmong(top [][]string, numbers []int) (int, error) {
	want := f.options.HeaderRow
	if want == 0 {
		at, _ := findHeader(top, f.options.Known)
		if at < 0 {
			return 0, diagnosis.New(diagnosis.HeaderNotFound)
		}
		return at, nil
	}
	for i, n := range numbers {
		if n == want && filled(top[i]) > 0 {
			return i, nil
		}
	}
	return 0, diagnosis.New(diagnosis.HeaderRowEmpty, "Row", strconv.Itoa(want))
}

func delimiterName(d byte) string {
	if d == '\t' {
		return "tab"
	}
	return string(rune(d))
}
