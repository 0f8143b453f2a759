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

// A fingerprint is one byte for its format, a few bytes of a keyed hash for
// each field that is not a secret, and a few bytes of one slow hash over
// both passwords together: where both are equal, the hash says no more than
// a hash of one. A holder of the key can try passwords, at one slow hash
// for each password and account; without the key nothing can be tried.
const (
	plainHashBytes  = 6
	secretHashBytes = 3 // one guess in sixteen million fits by chance

	plainHashes    = int(NumRequestFields) - 2
	fingerprintLen = 1 + plainHashes*plainHashBytes + secretHashBytes
	// quickLen is the length of a fingerprint of the first format,
	// which had no format byte and a quick hash for each password.
	quickLen = plainHashes*plainHashBytes + 2*secretHashBytes
)

// The first byte of a fingerprint or secret hash: what its slow hash was computed from.
const (
	fromSecrets     = 1 // the secrets themselves
	fromQuickHashes = 2 // the quick hashes of the first format, see [Fingerprinter.Upgrade]
)

// Sets of fields that are compared together.
const (
	RequestFields Fields = 1<<NumRequestFields - 1
	Passwords     Fields = 1<<Password | 1<<SMTPPassword
	// Credentials are what a mail server judges at a login.
	Credentials Fields = Passwords | 1<<Account | 1<<ServerHost | 1<<Port | 1<<SMTPAccount | 1<<SMTPServer | 1<<SMTPPort
)

// Fingerprint stands for the settings of an account without containing
// them. Only the [Fingerprinter] that made it can compare it with settings.
type Fingerprint []byte

// Cost is the price of one slow hash: the parameters of argon2id with one thread.
type Cost struct {
	Passes uint32
	Memory uint32 // KiB
}

// UsualCost takes 5 ms of one core on the machine it was measured on. The memory
// keeps an attacker's graphics cards from trying thousands of passwords at once.
var UsualCost = Cost{Passes: 1, Memory: 10 << 10}

// LeastCost is for fingerprints that never leave the process.
var LeastCost = Cost{Passes: 1, Memory: 8}

// Fingerprinter makes fingerprints with one key and one cost. It caches
// slow hashes, so that looking at a row again in the same process does
// not compute its hash again. It is safe for concurrent use.
type Fingerprinter struct {
	cost  Cost
	macs  sync.Pool     // of *mac
	slots chan struct{} // one place for each slow hash being computed, because each needs its own memory

	mu    sync.Mutex
	cache map[slowInput][secretHashBytes]byte
}

// slowInput is the input of a slow hash. The digest is a
// quick hash of the secrets and never leaves the process.
type slowInput struct {
	digest [sha256.Size]byte
	salt   [16]byte
}

// maxCached bounds the cache of slow hashes, to a few megabytes.
const maxCached = 1 << 17

type mac struct {
	hash.Hash
	text []byte
	sum  []byte
}

// NewFingerprinter returns a Fingerprinter; key should be 32 random bytes.
func NewFingerprinter(key []byte, cost Cost) *Fingerprinter {
	key = bytes.Clone(key)
	return &Fingerprinter{
		cost: cost, slots: make(chan struct{}, runtime.GOMAXPROCS(0)),
		macs:  sync.Pool{New: func() any { return &mac{Hash: hmac.New(sha256.New, key)} }},
		cache: make(map[slowInput][secretHashBytes]byte),
	}
}

// Of returns the fingerprint of the settings of an account. It computes a slow hash:
// call it for settings that were sent or refused, or that the portal was seen to have.
func (p *Fingerprinter) Of(key Key, s *Settings) Fingerprint {
	fp := append(make(Fingerprint, 0, fingerprintLen), fromSecrets)
	for f := range NumRequestFields {
		if !f.Secret() {
			hash := p.field(f, asStored(s, f))
			fp = append(fp, hash[:plainHashBytes]...)
		}
	}
	return append(fp, p.slow(key, "passwords", s.Text(Password), s.Text(SMTPPassword))...)
}

// Changed returns those of the given fields in which s differs from the
// settings behind fp. The passwords are compared last and only if none
// of the other fields differs, because that takes a slow hash; which of
// the two passwords differs cannot be told, so both are returned. If fp
// is empty or of another version, all the fields are returned.
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
			if hash := p.field(f, asStored(s, f)); !bytes.HasPrefix(hash[:], rest[:plainHashBytes]) {
				changed = changed.With(f)
			}
		}
		rest = rest[plainHashBytes:]
	}
	if changed != 0 || fields&Passwords == 0 {
		return changed
	}
	purpose, texts := "passwords", []string{s.Text(Password), s.Text(SMTPPassword)}
	if format == fromQuickHashes {
		in, out := p.field(Password, texts[0]), p.field(SMTPPassword, texts[1])
		purpose, texts = quickHashes, []string{string(in[:secretHashBytes]) + string(out[:secretHashBytes])}
	}
	if bytes.Equal(rest, p.slow(key, purpose, texts...)) {
		return 0
	}
	return fields & Passwords
}

// Secret returns a slow hash of a secret, such as a portal password that was refused.
func (p *Fingerprinter) Secret(of string, secret Secret) []byte {
	return append([]byte{fromSecrets}, p.slow(Key{OwnerID: of}, "secret", secret.Reveal())...)
}

// SameSecret reports whether hash was computed from that secret.
// It takes a slow hash unless hash has the wrong length.
func (p *Fingerprinter) SameSecret(hash []byte, of string, secret Secret) bool {
	switch {
	case len(hash) != 1+secretHashBytes:
		return false
	case hash[0] == fromSecrets:
		return bytes.Equal(hash, p.Secret(of, secret))
	}
	quick := p.field(PortalPassword, secret.Reveal())
	return bytes.Equal(hash, p.UpgradeSecret(of, quick[:secretHashBytes]))
}

// Upgrade converts a fingerprint of the first format to the current one, with a slow hash of its
// quick hashes in their place. It compares equal to the same settings. Others are returned unchanged.
func (p *Fingerprinter) Upgrade(key Key, old Fingerprint) Fingerprint {
	if len(old) != quickLen {
		return old
	}
	fp := append(make(Fingerprint, 0, fingerprintLen), fromQuickHashes)
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
	return append([]byte{fromQuickHashes}, p.slow(Key{OwnerID: of}, quickHashes, string(old))...)
}

// quickHashes names the input of slow hashes that come from fingerprints of the first format.
const quickHashes = "quick hashes"

// slow returns the slow hash of texts for an account. The purpose
// separates it from hashes of other things. Each account
// has its own salt, which need not be secret and is not stored.
func (p *Fingerprinter) slow(key Key, purpose string, texts ...string) []byte {
	input := slowInput{digest: p.digest(purpose, texts...)}
	salt := p.digest("salt", key.OwnerID, key.Address)
	copy(input.salt[:], salt[:])
	p.mu.Lock()
	hash, known := p.cache[input]
	p.mu.Unlock()
	if known {
		return hash[:]
	}
	p.slots <- struct{}{}
	copy(hash[:], argon2.IDKey(input.digest[:], input.salt[:], p.cost.Passes, p.cost.Memory, 1, 16))
	<-p.slots
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.cache) >= maxCached {
		clear(p.cache)
	}
	p.cache[input] = hash
	return hash[:]
}

// field returns the keyed hash of the text of one field.
func (p *Fingerprinter) field(f Field, text string) [sha256.Size]byte {
	return p.keyed(func(b []byte) []byte {
		return append(append(b, byte(f)), text...) // equal texts in two fields must not look alike
	})
}

// digest returns the keyed hash of texts. The purpose separates it from hashes of other things.
func (p *Fingerprinter) digest(purpose string, texts ...string) [sha256.Size]byte {
	return p.keyed(func(b []byte) []byte {
		b = append(append(b, 0xff), purpose...)
		for _, text := range texts {
			b = append(binary.AppendUvarint(b, uint64(len(text))), text...)
		}
		return b
	})
}

// keyed returns the keyed hash of the bytes that appended adds to an empty slice.
func (p *Fingerprinter) keyed(appended func([]byte) []byte) [sha256.Size]byte {
	m := p.macs.Get().(*mac)
	defer p.macs.Put(m)
	m.text = appended(m.text[:0])
	m.Reset()
	m.Write(m.text)
	m.sum = m.Sum(m.sum[:0])
	return [sha256.Size]byte(m.sum)
}

// asStored returns the text of a field without the differences that the portal drops: the case
// of the address, and of a login that equals the address (ASC.Mail/Utils/Converter.cs).
func asStored(s *Settings, f Field) string {
	text := s.Text(f)
	switch {
	case f == Email:
		return Address(text).Fold()
	case (f == Account || f == SMTPAccount) && strings.EqualFold(text, s.Email):
		return strings.ToLower(text)
	}
	return text
}
