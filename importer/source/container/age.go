package container

import (
	"bytes"
	"errors"
	"io"
	"os"
	"regexp"
	"strconv"

	"filippo.io/age"
	"filippo.io/age/armor"

	"r7import/importer/diagnosis"
)

// maxScrypt bounds the cost of trying a passphrase: age
// itself uses 2^18, which takes 256 MiB for a second.
const maxScrypt = 18

var scryptCost = regexp.MustCompile(`\n-> scrypt \S+ (\d+)\n`)

// maxIdentityFile bounds the size of a key file, in bytes.
const maxIdentityFile = 1 << 20

// decryptAge replaces the content by its decryption. Binary content is
// decrypted while it is read; ASCII-armored content is held in memory.
func (in *File) decryptAge(o Options) error {
	if bytes.HasPrefix(in.head(), []byte(armor.Header)) {
		content, err := readLimited(armor.NewReader(newReader(in.content)), in.name, o.MaxBytes)
		if err != nil {
			return err
		}
		in.hold(content)
	}
	identities, wrong, err := in.identities(o)
	if err != nil {
		return err
	}
	plain, size, err := age.DecryptReaderAt(in.content, in.content.Size(), identities...)
	if _, mismatch := errors.AsType[*age.NoIdentityMatchError](err); mismatch {
		return diagnosis.Wrap(err, wrong)
	} else if err != nil {
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	in.content = io.NewSectionReader(plain, 0, size)
	return nil
}

// identities returns the keys to try, and the code of the problem if none of them fits.
func (in *File) identities(o Options) (identities []age.Identity, wrong diagnosis.Code, err error) {
	head := in.head()
	if !bytes.Contains(head, []byte("\n-> scrypt ")) { // encrypted to keys, not with a passphrase
		if o.Identity == "" {
			return nil, "", diagnosis.New(diagnosis.AgeNeedsIdentity, "File", in.name)
		}
		file, err := os.Open(o.Identity)
		if err != nil {
			return nil, "", diagnosis.Wrap(err, diagnosis.IdentityUnreadable, "File", o.Identity)
		}
		defer file.Close()
		identities, err = age.ParseIdentities(io.LimitReader(file, maxIdentityFile))
		if err != nil { // the cause would quote the key
			return nil, "", diagnosis.New(diagnosis.IdentityForm, "File", o.Identity)
		}
		return identities, diagnosis.AgeIdentity, nil
	}
	cost := 0 // cost of trying a passphrase, as a power of 2
	if m := scryptCost.FindSubmatch(head); m != nil {
		if n, err := strconv.Atoi(string(m[1])); err == nil {
			cost = n
		}
	}
	switch {
	case cost > maxScrypt:
		return nil, "", diagnosis.New(diagnosis.AgeCost, "File", in.name)
	case o.Passphrase == nil:
		return nil, "", diagnosis.New(diagnosis.AgeNeedsPassphrase, "File", in.name)
	}
	secret, err := o.Passphrase()
	if err != nil {
		return nil, "", err
	}
	identity, err := age.NewScryptIdentity(secret.Reveal())
	if err != nil {
		return nil, "", diagnosis.Wrap(err, diagnosis.AgePassphrase)
	}
	identity.SetMaxWorkFactor(maxScrypt)
	return []age.Identity{identity}, diagnosis.AgePassphrase, nil
}
