package account

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"
)

// A fingerprint is one byte that says how it was made, a few bytes of a keyed hash
// for each field that is no secret, and a few bytes of one slow hash for both
// passwords together: where they are the same, that says no more than one of them
// would. Whoever has the key can try passwords, one slow hash for each password and
// account; without the key nothing can be tried.
const (
	plainHashBytes  = 6
	secretHashBytes = 3 // one guess in sixteen million fits by chance

	plainHashes    = int(NumRequestFields) - 2
	fingerprintLen = 1 + plainHashes*plainHashBytes + secretHashBytes
	// quickLen is the length of a fingerprint of the first format, which had no byte in
	// front and a quick hash for each password.
	quickLen = plainHashes*plainHashBytes + 2*secretHashBytes
)

// How the slow hash of a fingerprint or of another secret was made.
const (
	ofSecrets     = 1 // from the secrets
	ofQuickHashes = 2 // from the quick hashes of the first format, see [Fingerprinter.Upgrade]
)

// Sets of fields that are compared together.
const (
	RequestFields Fields = 1<<NumRequestFields - 1
	Passwords     Fields = 1<<Password | 1<<SMTPPassword
	// Credentials are what a mail server judges at a login.
	Credentials Fields = Passwords | 1<<Account | 1<<ServerHost | 1<<Port | 1<<SMTPAccount | 1<<SMTPServer | 1<<SMTPPort
)

// Fingerprint remembers the settings of an account without holding them. Only the
// [Fingerprinter] that made it can compare it with settings.
type Fingerprint []byte

// Cost is what a slow hash takes: argon2id with one thread.
type Cost struct {
	Passes uint32
	Memory uint32 // KiB
}

// UsualCost takes 5 ms of one core where it was measured. The memory keeps the
// graphics cards of a guesser from trying thousands of passwords at once.
var UsualCost = Cost{Passes: 1, Memory: 10 << 10}

// LeastCost is for fingerprints that never leave the process.
var LeastCost = Cost{Passes: 1, Memory: 8}

// Fingerprinter makes fingerprints with one key and one cost. It remembers the slow
// hashes it has made, so that each is made once in the life of a process however
// often a row is looked at. It is safe for concurrent use.
type Fingerprinter struct {
	cost  Cost
	macs  sync.Pool     // of *mac
	slots chan struct{} // one for each slow hash that is being made; each takes its memory

	mu   sync.Mutex
	made map[slowInput][secretHashBytes]byte
}

// slowInput is what a slow hash is made of. The digest is a quick hash of the secrets
// and never leaves the process.
type slowInput struct {
	digest [sha256.Size]byte
	salt   [16]byte
}

// mostMade bounds what is remembered, to some megabytes.
const mostMade = 1 << 17

type mac struct {
	hash.Hash
	text []byte
	sum  []byte
}

// NewFingerprinter returns a maker of fingerprints; key should be 32 random bytes.
func NewFingerprinter(key []byte, cost Cost) *Fingerprinter {
	key = bytes.Clone(key)
	return &Fingerprinter{
		cost: cost, slots: make(chan struct{}, runtime.GOMAXPROCS(0)),
		macs: sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, key)} }},
		made: make(map[slowInput][secretHashBytes]byte),
	}
}

// Of returns the fingerprint of the settings of an account. It takes a slow hash:
// call it for settings that were sent, refused or seen to be there.
func (p *Fingerprinter) Of(key Key, s *Settings) Fingerprint {
	fp := append(make(Fingerprint, 0, fingerprintLen), ofSecrets)
	for f := range NumRequestFields {
		if !f.Secret() {
			hash := p.field(f, asKept(s, f))
			fp = append(fp, hash[:plainHashBytes]...)
		}
	}
	return append(fp, p.slow(key, "passwords", s.Text(Password), s.Text(SMTPPassword))...)
}

// Changed returns those of some fields in which settings of an account are not what
// a fingerprint remembers. The passwords are looked at last and only if none of the
// other fields differs, because that takes a slow hash; which of the two differs is
// not known, so it is both. A fingerprint that is empty or of another version
// remembers nothing: all fields differ.
func (p *Fingerprinter) Changed(fp Fingerprint, key Key, s *Settings, fields Fields) Fields {
	if len(fp) != fingerprintLen {
		return fields
	}
	var changed Fields
	format, rest := fp[0], fp[1:]
	for f := range NumRequestFields {
		if f.Secret() {
			continue
		}
		if fields.Has(f) {
			if hash := p.field(f, asKept(s, f)); !bytes.HasPrefix(hash[:], rest[:plainHashBytes]) {
				changed = changed.With(f)
			}
		}
		rest = rest[plainHashBytes:]
	}
	if changed != 0 || fields&Passwords == 0 {
		return changed
	}
	what, texts := "passwords", []string{s.Text(Password), s.Text(SMTPPassword)}
	if format == ofQuickHashes {
		in, out := p.field(Password, texts[0]), p.field(SMTPPassword, texts[1])
		what, texts = quickHashes, []string{string(in[:secretHashBytes]) + string(out[:secretHashBytes])}
	}
	if bytes.Equal(rest, p.slow(key, what, texts...)) {
		return 0
	}
	return fields & Passwords
}

// Secret returns a slow hash of a secret, such as a portal password that was refused.
func (p *Fingerprinter) Secret(of string, secret Secret) []byte {
	return append([]byte{ofSecrets}, p.slow(Key{OwnerID: of}, "secret", secret.Reveal())...)
}

// SameSecret reports whether a hash was made of that secret. It takes a slow hash
// unless there is nothing to compare with.
func (p *Fingerprinter) SameSecret(hash []byte, of string, secret Secret) bool {
	switch {
	case len(hash) != 1+secretHashBytes:
		return false
	case hash[0] == ofSecrets:
		return bytes.Equal(hash, p.Secret(of, secret))
	}
	quick := p.field(PortalPassword, secret.Reveal())
	return bytes.Equal(hash, p.UpgradeSecret(of, quick[:secretHashBytes]))
}

// Upgrade returns a fingerprint of the first format in today's, with a slow hash of
// its quick hashes in their place. It remembers the same. Others are returned as they are.
func (p *Fingerprinter) Upgrade(key Key, old Fingerprint) Fingerprint {
	if len(old) != quickLen {
		return old
	}
	fp := append(make(Fingerprint, 0, fingerprintLen), ofQuickHashes)
	var quick []byte
	for f := range NumRequestFields {
		to, n := &fp, plainHashBytes
		if f.Secret() {
			to, n = (*Fingerprint)(&quick), secretHashBytes
		}
		*to, old = append(*to, old[:n]...), old[n:]
	}
	return append(fp, p.slow(key, quickHashes, string(quick))...)
}

// UpgradeSecret does for the hash of a secret what [Fingerprinter.Upgrade] does for a fingerprint.
func (p *Fingerprinter) UpgradeSecret(of string, old []byte) []byte {
	if len(old) != secretHashBytes {
		return old
	}
	return append([]byte{ofQuickHashes}, p.slow(Key{OwnerID: of}, quickHashes, string(old))...)
}

// quickHashes is what slow hashes are made of in fingerprints of the first format.
const quickHashes = "quick hashes"

// slow returns a slow hash of some texts for an account. What they are keeps it apart
// from hashes of other things, and each account has a salt of its own, which need not be
// secret and is not stored.
func (p *Fingerprinter) slow(key Key, what string, texts ...string) []byte {
	input := slowInput{digest: p.digest(what, texts...)}
	salt := p.digest("salt", key.OwnerID, key.Address)
	copy(input.salt[:], salt[:])
	p.mu.Lock()
	hash, known := p.made[input]
	p.mu.Unlock()
	if known {
		return hash[:]
	}
	p.slots <- struct{}{}
	copy(hash[:], argon2.IDKey(input.digest[:], input.salt[:], p.cost.Passes, p.cost.Memory, 1, 16))
	<-p.slots
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.made) >= mostMade {
		clear(p.made)
	}
	p.made[input] = hash
	return hash[:]
}

// field is the keyed hash of one field.
func (p *Fingerprinter) field(f Field, text string) [sha256.Size]byte {
	return p.keyed(func(b []byte) []byte {
		return append(append(b, byte(f)), text...) // equal texts in two fields must not look alike
	})
}

// digest is a keyed hash of some texts. What they are keeps it apart from others.
func (p *Fingerprinter) digest(what string, texts ...string) [sha256.Size]byte {
	return p.keyed(func(b []byte) []byte {
		b = append(append(b, 0xff), what...)
		for _, text := range texts {
			b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
		}
		return b
	})
}

// keyed returns the keyed hash of what is appended to a text.
func (p *Fingerprinter) keyed(appended func([]byte) []byte) [sha256.Size]byte {
	m := p.macs.Get().(*mac)
	defer p.macs.Put(m)
	m.text = appended(m.text[:0])
	m.Reset()
	m.Write(m.text)
	m.sum = m.Sum(m.sum[:0])
	return [sha256.Size]byte(m.sum)
}

// asKept returns the text of a field without what the portal does not keep: the
// case of the address, and of a login that is the address (ASC.Mail/Utils/Converter.cs).
func asKept(s *Settings, f Field) string {
	text := s.Text(f)
	switch {
	case f == Email:
		return Address(text).Fold()
	case (f == Account || f == SMTPAccount) && strings.EqualFold(text, s.Email):
		return strings.ToLower(text)
	}
	return text
}
