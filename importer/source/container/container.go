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
	name       string
	kind       kind
	storedKind kind // of the bytes as they lie on the disk
	stored     *io.SectionReader
	content    *io.SectionReader // what they hold
	packed     bool              // content is text in gzip, which is unpacked anew for each reading
	closer     io.Closer
	opened     time.Time // when the file was saved, if a spreadsheet program has it open
}

// whole begins to read bytes from the first.
func whole(r *io.SectionReader) *io.SectionReader { return io.NewSectionReader(r, 0, r.Size()) }

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
func (in *File) Content() *io.SectionReader { return whole(in.content) }

// SavedElsewhere returns when the file was saved if a spreadsheet program has it
// open, else the zero time.
func (in *File) SavedElsewhere() time.Time { return in.opened }

// Encrypted reports whether the file as it is stored cannot be read without an age key.
func (in *File) Encrypted() bool { return in.storedKind == diagnosis.FileIsAge }

// Protected reports whether the file as it is stored is a workbook with a password.
func (in *File) Protected() bool { return in.storedKind == kindCompound }

// Digest returns the SHA-256 of the file as it is stored, in hexadecimal. It
// reads the file once more.
func (in *File) Digest() (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, whole(in.stored)); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", in.name)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Stream begins to read the content from its first byte.
func (in *File) Stream() (io.ReadCloser, error) {
	from := &counter{Reader: whole(in.content), size: in.content.Size()}
	if !in.packed {
		return io.NopCloser(from), nil
	}
	unpacked, err := gzip.NewReader(from)
	if err != nil {
		return nil, diagnosis.Or(err, diagnosis.FileBroken)
	}
	return &unpacker{ReadCloser: unpacked, packed: from}, nil
}

// counter counts the bytes read through it. It ends with an error if there are fewer
// than when the file was opened: somebody has cut it in the meantime.
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

// Open opens a file, or standard input for "-", and takes off what it is wrapped in.
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

// unwrap finds out what the content is. A name without the extension of a wrapper that
// is there promises something else and is refused.
func (in *File) unwrap(path string, o Options) error {
	name, piped := strings.ToLower(in.name), path == "-"
	in.kind = kindOf(in.head())
	in.storedKind = in.kind
	if in.kind == diagnosis.FileIsAge {
		inner, named := strings.CutSuffix(name, ".age")
		if !named && !piped {
			return refused(in.kind, in.name)
		}
		if err := in.decryptAge(o); err != nil {
			return err
		}
		name, in.kind = inner, kindOf(in.head())
	}
	if in.kind == diagnosis.FileIsGzip {
		inner, named := strings.CutSuffix(name, ".gz")
		if !named && !piped {
			return refused(in.kind, in.name)
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
	if err := refused(in.kind, in.name); err != nil || piped {
		return err
	}
	return checkExtension(in.kind, in.name, filepath.Ext(name))
}

// head returns the first bytes of the content.
func (in *File) head() []byte {
	head := make([]byte, 4<<10)
	n, _ := in.content.ReadAt(head, 0) // an error here comes again where the content is read
	return head[:n]
}

// Name returns what messages call a file.
func Name(path string) string {
	if path == "-" {
		return "stdin"
	}
	return filepath.Base(path)
}

// openStored opens the bytes of a file as they are. What is no file with content is
// refused before it is opened: to open a pipe would wait for its other end.
func openStored(path string, o Options) (*File, error) {
	in := &File{name: Name(path)}
	if path == "-" {
		if o.Stdin != nil {
			content, err := readHeld(o.Stdin, in.name, o.MaxBytes)
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
			in.opened = info.ModTime()
		}
	}
	return in, nil
}

// readHeld reads what has to be held in memory.
func readHeld(in io.Reader, name string, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, diagnosis.Or(err, diagnosis.FileBroken)
	}
	if int64(len(content)) > limit {
		return nil, diagnosis.New(diagnosis.FileTooLarge, "File", name, "Limit", limit>>20)
	}
	return content, nil
}

// hold makes content the input's.
func (in *File) hold(content []byte) {
	in.content = io.NewSectionReader(bytes.NewReader(content), 0, int64(len(content)))
}

// unpackGzip takes off gzip: text is unpacked anew for each reading, anything else
// is held in memory.
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
	if err := refused(in.kind, in.name); err != nil {
		return err
	}
	content, err := readHeld(io.MultiReader(bytes.NewReader(head[:n]), r), in.name, limit)
	in.hold(content)
	in.packed = false
	return err
}
