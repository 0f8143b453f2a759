package account

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"strings"
)

// A fingerprint holds a few keyed hash bytes for each request field. Passwords
// get 24 bits: enough to notice a change, and even with the key too few to
// confirm a guess, because one guess in sixteen million fits by chance.
const (
	plainHashBytes  = 6
	secretHashBytes = 3
)

// Fingerprint remembers the settings of an account without holding them. Two
// fingerprints made with one key differ in the fields whose values differ.
type Fingerprint []byte

// Fingerprinter makes fingerprints with one key. It is not safe for concurrent use.
type Fingerprinter struct {
	mac  hash.Hash
	text []byte
	sum  []byte
}

// NewFingerprinter returns a maker of fingerprints; key should be 32 random bytes.
func NewFingerprinter(key []byte) *Fingerprinter {
	return &Fingerprinter{mac: hmac.New(sha256.New, key)}
}

// Of returns the fingerprint of s.
func (p *Fingerprinter) Of(s *Settings) Fingerprint {
	fp := make(Fingerprint, 0, fingerprintLen)
	for f := range NumRequestFields {
		fp = append(fp, p.hash(f, asKept(s, f))[:hashBytes(f)]...)
	}
	return fp
}

// asKept returns the text of a field without what the portal does not keep: the
// case of the address, and of a login that is the address (ASC.Mail/Utils/Converter.cs).
func asKept(s *Settings, f Field) string {
	text := s.Text(f)
	switch f {
	case Email:
		return Address(text).Fold()
	case Account, SMTPAccount:
		if strings.EqualFold(text, s.Email) {
			return strings.ToLower(text)
		}
	}
	return text
}

// Text returns the 24-bit keyed hash of any other secret, such as a portal
// password, for noticing that it changed.
func (p *Fingerprinter) Text(f Field, text string) []byte {
	return bytes.Clone(p.hash(f, text)[:secretHashBytes])
}

func (p *Fingerprinter) hash(f Field, text string) []byte {
	p.text = append(p.text[:0], byte(f)) // equal texts in two fields must not look alike
	p.text = append(p.text, text...)
	p.mac.Reset()
	p.mac.Write(p.text)
	p.sum = p.mac.Sum(p.sum[:0])
	return p.sum
}

// Differs returns the fields in which two fingerprints differ. A fingerprint of
// another length, made by another version, differs in every field.
func (a Fingerprint) Differs(b Fingerprint) Fields {
	var out Fields
	if len(a) != fingerprintLen || len(b) != fingerprintLen {
		return 1<<NumRequestFields - 1
	}
	at := 0
	for f := range NumRequestFields {
		n := hashBytes(f)
		if !bytes.Equal(a[at:at+n], b[at:at+n]) {
			out = out.With(f)
		}
		at += n
	}
	return out
}

var fingerprintLen = func() (n int) {
	for f := range NumRequestFields {
		n += hashBytes(f)
	}
	return n
}()

func hashBytes(f Field) int {
	if f.Secret() {
		return secretHashBytes
	}
	return plainHashBytes
}
