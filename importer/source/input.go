package source

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"r7import/importer/diagnosis"
)

// input is the content of a file, without what it is packed or encrypted in.
type input struct {
	name string
	kind kind
	// at is the content at any place; nil for text that is unpacked anew for each reading.
	at   io.ReaderAt
	size int64

	packed io.ReaderAt // the gzip file, where at is nil
	stored io.ReaderAt // the bytes as they lie on the disk
	length int64       // of stored
	closer io.Closer
	opened time.Time // when the file was saved, if a spreadsheet program has it open
}

// Close closes the file beneath.
func (in *input) Close() error {
	if in.closer == nil {
		return nil
	}
	return in.closer.Close()
}

// stream begins to read the content from its first byte.
func (in *input) stream() (io.ReadCloser, error) {
	if in.at != nil {
		return io.NopCloser(&wholeReader{io.NewSectionReader(in.at, 0, in.size), in.size}), nil
	}
	return unpack(in.packed, in.size)
}

// wholeReader ends with an error if there is less to read than there was when the
// file was opened: somebody has cut it in the meantime.
type wholeReader struct {
	io.Reader
	left int64
}

func (w *wholeReader) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.left -= int64(n)
	if err == io.EOF && w.left > 0 {
		return n, diagnosis.New(diagnosis.FileBroken)
	}
	return n, err
}

// openInput opens a file, or standard input for "-", and takes off what it is
// wrapped in: age encryption, gzip, a workbook's password.
func openInput(path string, o Options) (*input, error) {
	in, err := openStored(path, o)
	if err != nil {
		return nil, err
	}
	in.at, in.size = in.stored, in.length
	if err := in.unwrap(path, o); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// unwrap finds out what the content is.
func (in *input) unwrap(path string, o Options) error {
	name := strings.ToLower(in.name)
	in.kind = kindOf(in.head())
	if in.kind == kindAge {
		if err := in.checkWrapper(path, &name, ".age", diagnosis.FileIsAge); err != nil {
			return err
		}
		if err := in.decryptAge(o); err != nil {
			return err
		}
		in.kind = kindOf(in.head())
	}
	if in.kind == kindGzip {
		if err := in.checkWrapper(path, &name, ".gz", diagnosis.FileIsGzip); err != nil {
			return err
		}
		if err := in.unpackGzip(o.MaxBytes); err != nil {
			return err
		}
	}
	if in.kind == kindCompound {
		if err := in.openCompound(o); err != nil {
			return err
		}
	}
	if in.kind == kindZip {
		in.kind = kindOfZip(in.at, in.size)
	}
	if err := in.kind.refusal(in.name); err != nil {
		return err
	}
	if path == "-" {
		return nil
	}
	return checkExtension(in.kind, in.name, filepath.Ext(name))
}

// head returns the first bytes of the content.
func (in *input) head() []byte {
	head := make([]byte, 4<<10)
	n, _ := in.at.ReadAt(head, 0) // an error here comes again where the content is read
	return head[:n]
}

// nameOf returns what messages call a file.
func nameOf(path string) string {
	if path == "-" {
		return "stdin"
	}
	return filepath.Base(path)
}

// openStored opens the bytes of a file as they are.
func openStored(path string, o Options) (*input, error) {
	if path == "-" {
		return readStdin(o)
	}
	name := nameOf(path)
	if strings.HasPrefix(name, "~$") || strings.HasPrefix(name, ".~lock.") {
		return nil, diagnosis.New(diagnosis.FileIsLock, "File", name)
	}
	info, err := os.Stat(path)
	if err == nil {
		err = regular(name, info)
	}
	if err != nil {
		return nil, notOpened(err, name)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, notOpened(err, name)
	}
	if info, err = file.Stat(); err != nil {
		file.Close()
		return nil, notOpened(err, name)
	}
	in := &input{name: name, stored: file, length: info.Size(), closer: file}
	if isOpenElsewhere(path) {
		in.opened = info.ModTime()
	}
	return in, nil
}

// regular refuses what is no file with content. It is asked before the file is
// opened: to open a pipe would wait for its other end.
func regular(name string, info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return diagnosis.New(diagnosis.FileIsFolder, "File", name)
	case !info.Mode().IsRegular():
		return diagnosis.New(diagnosis.FileNotRegular, "File", name)
	case info.Size() == 0:
		return diagnosis.New(diagnosis.FileEmpty, "File", name)
	}
	return nil
}

func notOpened(err error, name string) error {
	var p *diagnosis.Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, fs.ErrNotExist):
		return diagnosis.Wrap(err, diagnosis.FileMissing, "File", name)
	}
	return diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", name)
}

// isOpenElsewhere reports whether the lock file of Excel or LibreOffice lies beside a file.
func isOpenElsewhere(path string) bool {
	folder, name := filepath.Split(path)
	for _, lock := range []string{"~$" + name, ".~lock." + name + "#"} {
		if _, err := os.Lstat(filepath.Join(folder, lock)); err == nil {
			return true
		}
	}
	return false
}

func readStdin(o Options) (*input, error) {
	name := nameOf("-")
	if o.Stdin == nil {
		return nil, diagnosis.New(diagnosis.FileEmpty, "File", name)
	}
	content, err := readHeld(o.Stdin, name, o.MaxBytes)
	if err != nil {
		return nil, err
	}
	if len(content) == 0 {
		return nil, diagnosis.New(diagnosis.FileEmpty, "File", name)
	}
	return &input{name: name, stored: bytes.NewReader(content), length: int64(len(content))}, nil
}

// readHeld reads what has to be held in memory.
func readHeld(in io.Reader, name string, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, unreadable(err)
	}
	if int64(len(content)) > limit {
		return nil, tooLarge(name, limit)
	}
	return content, nil
}

// readUpTo fills a buffer as far as there is something to read. The error is
// io.EOF if there is not enough, and otherwise what went wrong: io.ReadFull has one
// error for input that ends and for input that is cut short.
func readUpTo(in io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = in.Read(buf[n:])
		n += more
	}
	return n, err
}

// hold makes content the input's.
func (in *input) hold(content []byte) {
	in.at, in.size = bytes.NewReader(content), int64(len(content))
}

// unpackGzip takes off gzip: text is unpacked anew for each reading, anything else
// is held in memory.
func (in *input) unpackGzip(limit int64) error {
	r, err := unpack(in.at, in.size)
	if err != nil {
		return err
	}
	defer r.Close()
	head := make([]byte, 4<<10)
	n, err := readUpTo(r, head)
	if err != nil && err != io.EOF {
		return unreadable(err)
	}
	in.kind = kindOf(head[:n])
	if in.kind == kindText {
		in.packed, in.at = in.at, nil
		return nil
	}
	if err := in.kind.refusal(in.name); err != nil {
		return err
	}
	content, err := readHeld(io.MultiReader(bytes.NewReader(head[:n]), r), in.name, limit)
	in.hold(content)
	return err
}

// unpack begins to unpack a gzip file.
func unpack(at io.ReaderAt, size int64) (io.ReadCloser, error) {
	packed := &counter{Reader: io.NewSectionReader(at, 0, size)}
	r, err := gzip.NewReader(packed)
	if err != nil {
		return nil, unreadable(err)
	}
	return &unpacker{ReadCloser: r, packed: packed}, nil
}

// unpacker ends with a refusal when gzip data unpacks to far more than any table does.
type unpacker struct {
	io.ReadCloser
	packed *counter
	out    int64
}

func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	u.out += int64(n)
	if u.out > packingAtEase && u.out/maxPacking > u.packed.n {
		return 0, diagnosis.New(diagnosis.FilePacking)
	}
	return n, err
}

// counter counts the bytes read through it.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}
