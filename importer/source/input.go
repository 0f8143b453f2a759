package source

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"r7import/importer/diagnosis"
)

// kind is what a file is by its content.
type kind uint8

const (
	kindText kind = iota
	kindWorkbook
)

// input is the bytes of a file. It is read at any place, as often as needed.
type input struct {
	io.ReaderAt
	size   int64
	name   string
	kind   kind
	closer io.Closer
	// stored are the bytes as they lie on the disk.
	stored     io.ReaderAt
	storedSize int64
}

// Close closes the file beneath.
func (in *input) Close() error {
	if in.closer == nil {
		return nil
	}
	return in.closer.Close()
}

// stream begins to read from the first byte.
func (in *input) stream() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(in, 0, in.size)), nil
}

func openInput(path string, o Options) (*input, error) {
	in, err := openBytes(path, o)
	if err != nil {
		return nil, err
	}
	in.stored, in.storedSize = in.ReaderAt, in.size
	var magic [4]byte
	n, _ := in.ReadAt(magic[:], 0)
	if strings.HasPrefix(string(magic[:n]), "PK\x03\x04") {
		in.kind = kindWorkbook
	}
	return in, nil
}

func openBytes(path string, o Options) (*input, error) {
	if path == "-" {
		return readStdin(o)
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, diagnosis.Wrap(err, diagnosis.FileMissing, "File", path)
	} else if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", path)
	}
	info, err := file.Stat()
	if err == nil {
		err = regular(path, info)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return &input{ReaderAt: file, size: info.Size(), name: baseName(path), closer: file}, nil
}

func regular(path string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return diagnosis.New(diagnosis.FileIsFolder, "File", path)
	case !info.Mode().IsRegular():
		return diagnosis.New(diagnosis.FileNotRegular, "File", path)
	case info.Size() == 0:
		return diagnosis.New(diagnosis.FileEmpty, "File", path)
	}
	return nil
}

func readStdin(o Options) (*input, error) {
	text, err := io.ReadAll(io.LimitReader(o.Stdin, o.MaxBytes+1))
	switch {
	case err != nil:
		return nil, diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", baseName("-"))
	case int64(len(text)) > o.MaxBytes:
		return nil, tooLarge(baseName("-"), o.MaxBytes)
	case len(text) == 0:
		return nil, diagnosis.New(diagnosis.FileEmpty, "File", baseName("-"))
	}
	return &input{ReaderAt: bytes.NewReader(text), size: int64(len(text)), name: baseName("-")}, nil
}
