package source

import (
	"crypto/sha256"
	"encoding/hex"
	"io"

	"r7import/importer/diagnosis"
)

// Digest returns the SHA-256 of the file as it is stored, in hexadecimal. It
// reads the file once more.
func (f *File) Digest() (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(f.input.stored, 0, f.input.length)); err != nil {
		return "", diagnosis.Wrap(err, diagnosis.FileUnreadable, "File", f.name)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
