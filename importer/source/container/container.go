// Package container opens files and removes the wrappers of their content:
// gzip, age encryption, a workbook's password. It detects what a file is by
// its content, not by its name, and refuses formats that cannot be read.
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

// Options say how to reach a file's content.
type Options struct {
	WorkbookPassword account.Secret
	Identity         string                         // path of an age key file
	Passphrase       func() (account.Secret, error) // asks for the passphrase of an age file; may be nil
	Stdin            io.Reader                      // read for the path "-"
	MaxBytes         int64                          // bounds what must be held in memory
}

// File is the content of a file without its compression and encryption.
type File struct {
	name           string
	kind           kind
	storedKind     kind // kind of the bytes on the disk
	stored         *io.SectionReader
	content        *io.SectionReader // without encryption
	packed         bool              // content is gzipped text, which is unpacked for each reading
	closer         io.Closer
	savedElsewhere time.Time // when the file was last saved, if a spreadsheet program has it open
}

// newReader returns a reader of all bytes of r.
func newReader(r *io.SectionReader) *io.SectionReader { return io.NewSectionReader(r, 0, r.Size()) }

// Close closes the underlying file.
func (in *File) Close() error {
	if in.closer == nil {
		return nil
	}
	return in.closer.Close()
}

// IsWorkbook reports whether the content is a workbook; otherwise it is text.
func (in *File) IsWorkbook() bool { return in.kind == kindWorkbook }

// Content returns a reader of a workbook's bytes.
func (in *File) Content() *io.SectionReader { return newReader(in.content) }

// SavedElsewhere returns the time at which the file was last saved
// if a spreadsheet program has it open, otherwise the zero time.
func (in *File) SavedElsewhere() time.Time { return in.savedElsewhere }

// Encrypted reports whether the stored file is encrypted with age.
func (in *File) Encrypted() bool { return in.storedKind == diagnosis.FileIsAge }

// Protected reports whether the stored file is a workbook with a password.
func (in *File) Protected() bool { return in.storedKind == kindCompound }

// Digest returns the SHA-256 of the stored file
// in hexadecimal. It reads the file again.
func (in *File) Digest() (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, newReader(in.stored)); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", in.name)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Stream returns a reader of the content from its first byte.
func (in *File) Stream() (io.ReadCloser, error) {
	from := &counter{Reader: newReader(in.content), size: in.content.Size()}
	if !in.packed {
		return io.NopCloser(from), nil
	}
	unpacked, err := gzip.NewReader(from)
	if err != nil {
		return nil, diagnosis.Or(err, diagnosis.FileBroken)
	}
	return &unpacker{ReadCloser: unpacked, packed: from}, nil
}

// counter counts the bytes read through it. It returns an error if there
// are fewer than when the file was opened, because it was truncated since.
type counter struct {
	io.Reader
	n, size int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	if err == io.EOF && c.n < c.size {
		err = diagnosis.New(diagnosis.FileBroken)
	}
	return n, err
}

// unpacker returns an error if gzip data unpacks to far more than any table does.
type unpacker struct {
	io.ReadCloser
	packed *counter
	out    int64
}

func (u *unpacker) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	u.out += int64(n)
	if u.out > uncheckedSize && u.out/maxRatio > u.packed.n {
		return 0, diagnosis.New(diagnosis.FilePacking)
	}
	return n, err
}

// Open opens a file, or standard input for "-", and removes the wrappers of its content.
func Open(path string, o Options) (*File, error) {
	in, err := openStored(path, o)
	if err != nil {
		return nil, err
	}
	in.content = in.stored
	if err := in.unwrap(path, o); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// unwrap detects the kind of the content. A wrapped file whose name lacks the
// wrapper's extension is refused, because the name promises something else.
func (in *File) unwrap(path string, o Options) error {
	name, piped := strings.ToLower(in.name), path == "-"
	in.kind = kindOf(in.head())
	in.storedKind = in.kind
	if in.kind == diagnosis.FileIsAge {
		inner, named := strings.CutSuffix(name, ".age")
		if !named && !piped {
			return checkKind(in.kind, in.name)
		}
		if err := in.decryptAge(o); err != nil {
			return err
		}
		name, in.kind = inner, kindOf(in.head())
	}
	if in.kind == diagnosis.FileIsGzip {
		inner, named := strings.CutSuffix(name, ".gz")
		if !named && !piped {
			return checkKind(in.kind, in.name)
		}
		if err := in.unpackGzip(o.MaxBytes); err != nil {
			return err
		}
		name = inner
	}
	if in.kind == kindCompound {
		if err := in.openCompound(o); err != nil {
			return err
		}
	}
	if in.kind == kindZip {
		in.kind = kindOfZip(in.Content())
	}
	if err := checkKind(in.kind, in.name); err != nil || piped {
		return err
	}
	return checkExtension(in.kind, in.name, filepath.Ext(name))
}

// head returns the first bytes of the content.
func (in *File) head() []byte {
	head := make([]byte, 4<<10)
	n, _ := in.content.ReadAt(head, 0) // an error here recurs when the content is read
	return head[:n]
}

// Name returns the name of a file for messages.
func Name(path string) string {
	if path == "-" {
		return "stdin"
	}
	return filepath.Base(path)
}

// openStored opens the stored bytes of a file. Anything but a regular file with
// content is refused before it is opened: opening a pipe would wait for its other end.
func openStored(path string, o Options) (*File, error) {
	in := &File{name: Name(path)}
	if path == "-" {
		if o.Stdin != nil {
			content, err := readLimited(o.Stdin, in.name, o.MaxBytes)
			if err != nil {
				return nil, err
			}
			in.hold(content)
		}
		if in.stored = in.content; in.stored == nil || in.stored.Size() == 0 {
			return nil, diagnosis.New(diagnosis.FileEmpty, "File", in.name)
		}
		return in, nil
	}
	if strings.HasPrefix(in.name, "~$") || strings.HasPrefix(in.name, ".~lock.") {
		return nil, diagnosis.New(diagnosis.FileIsLock, "File", in.name)
	}
	var file *os.File
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case info.IsDir():
		return nil, diagnosis.New(diagnosis.FileIsFolder, "File", in.name)
	case !info.Mode().IsRegular():
		return nil, diagnosis.New(diagnosis.FileNotRegular, "File", in.name)
	case info.Size() == 0:
		return nil, diagnosis.New(diagnosis.FileEmpty, "File", in.name)
	default:
		file, err = os.Open(path)
	}
	if err == nil {
		in.closer = file
		info, err = file.Stat()
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, diagnosis.Wrap(err, diagnosis.FileMissing, "File", in.name)
	} else if err != nil {
		in.Close()
		return nil, diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", in.name)
	}
	in.stored = io.NewSectionReader(file, 0, info.Size())
	folder, name := filepath.Split(path)
	for _, lock := range []string{"~$" + name, ".~lock." + name + "#"} { // of Excel and LibreOffice
		if _, err := os.Lstat(filepath.Join(folder, lock)); err == nil {
			in.savedElsewhere = info.ModTime()
		}
	}
	return in, nil
}

// readLimited reads content that must be held in memory.
func readLimited(in io.Reader, name string, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, diagnosis.Or(err, diagnosis.FileBroken)
	}
	if int64(len(content)) > limit {
		return nil, diagnosis.New(diagnosis.FileTooLarge, "File", name, "Limit", limit>>20)
	}
	return content, nil
}

// hold sets the content to bytes in memory.
func (in *File) hold(content []byte) {
	in.content = io.NewSectionReader(bytes.NewReader(content), 0, int64(len(content)))
}

// unpackGzip sets up the reading of gzipped content: text is
// unpacked for each reading, anything else is unpacked into memory.
func (in *File) unpackGzip(limit int64) error {
	in.packed = true
	r, err := in.Stream()
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
		return nil
	}
	if err := checkKind(in.kind, in.name); err != nil {
		return err
	}
	content, err := readLimited(io.MultiReader(bytes.NewReader(head[:n]), r), in.name, limit)
	in.hold(content)
	in.packed = false
	return err
}
