// Package container opens files and takes off what their content is wrapped in:
// gzip, age encryption, a workbook's password. It tells by the content what a file
// is, whatever its name says, and refuses what nobody can read.
package container

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source/text"
)

// Options say how to get at a file's content.
type Options struct {
	WorkbookPassword account.Secret
	Identity         string                         // path of an age key file
	Passphrase       func() (account.Secret, error) // asks for the passphrase of an age file; may be nil
	Stdin            io.Reader                      // what "-" reads
	MaxBytes         int64                          // bounds what has to be held in memory
}

// File is the content of a file, without what it is packed or encrypted in.
type File struct {
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
func (in *File) Close() error {
	if in.closer == nil {
		return nil
	}
	return in.closer.Close()
}

// IsWorkbook reports whether the content is a workbook; else it is text.
func (in *File) IsWorkbook() bool { return in.kind == kindWorkbook }

// Content returns a workbook's bytes.
func (in *File) Content() *io.SectionReader { return io.NewSectionReader(in.at, 0, in.size) }

// SavedElsewhere returns when the file was saved if a spreadsheet program has it
// open, else the zero time.
func (in *File) SavedElsewhere() time.Time { return in.opened }

// Encrypted reports whether the file as it is stored cannot be read without an age key.
func (in *File) Encrypted() bool { return in.storedKind() == kindAge }

// Protected reports whether the file as it is stored is a workbook with a password.
func (in *File) Protected() bool { return in.storedKind() == kindCompound }

func (in *File) storedKind() kind {
	head := make([]byte, 64)
	n, _ := in.stored.ReadAt(head, 0) // an error here has come when the file was opened
	return kindOf(head[:n])
}

// Digest returns the SHA-256 of the file as it is stored, in hexadecimal. It
// reads the file once more.
func (in *File) Digest() (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(in.stored, 0, in.length)); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", in.name)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Stream begins to read the content from its first byte.
func (in *File) Stream() (io.ReadCloser, error) {
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

// Open opens a file, or standard input for "-", and takes off what it is wrapped in.
func Open(path string, o Options) (*File, error) {
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
func (in *File) unwrap(path string, o Options) error {
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
		in.kind = kindOfZip(in.Content())
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
func (in *File) head() []byte {
	head := make([]byte, 4<<10)
	n, _ := in.at.ReadAt(head, 0) // an error here comes again where the content is read
	return head[:n]
}

// Name returns what messages call a file.
func Name(path string) string {
	if path == "-" {
		return "stdin"
	}
	return filepath.Base(path)
}

// openStored opens the bytes of a file as they are.
func openStored(path string, o Options) (*File, error) {
	if path == "-" {
		return readStdin(o)
	}
	name := Name(path)
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
	in := &File{name: name, stored: file, length: info.Size(), closer: file}
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

func readStdin(o Options) (*File, error) {
	name := Name("-")
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
	return &File{name: name, stored: bytes.NewReader(content), length: int64(len(content))}, nil
}

// readHeld reads what has to be held in memory.
func readHeld(in io.Reader, name string, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, diagnosis.Or(err, diagnosis.FileBroken)
	}
	if int64(len(content)) > limit {
		return nil, tooLarge(name, limit)
	}
	return content, nil
}

// hold makes content the input's.
func (in *File) hold(content []byte) {
	in.at, in.size = bytes.NewReader(content), int64(len(content))
}

// unpackGzip takes off gzip: text is unpacked anew for each reading, anything else
// is held in memory.
func (in *File) unpackGzip(limit int64) error {
	r, err := unpack(in.at, in.size)
	if err != nil {
		return err
	}
	defer r.Close()
	head := make([]byte, 4<<10)
	n, err := text.ReadUpTo(r, head)
	if err != nil && err != io.EOF {
		return diagnosis.Or(err, diagnosis.FileBroken)
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
		return nil, diagnosis.Or(err, diagnosis.FileBroken)
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

func tooLarge(name string, limit int64) error {
	return diagnosis.New(diagnosis.FileTooLarge, "File", name, "Limit", limit>>20)
}
