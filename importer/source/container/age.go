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

// maxScrypt bounds what a passphrase may cost: 2^18 is what age itself uses, and
// takes 256 MiB for a second.
const maxScrypt = 18

var scryptCost = regexp.MustCompile(`\n-> scrypt \S+ (\d+)\n`)

// maxIdentityFile bounds a key file.
const maxIdentityFile = 1 << 20

// decryptAge takes off age encryption. Content in binary form is decrypted
// where it is read; in ASCII armor it is held in memory.
func (in *File) decryptAge(o Options) error {
	if bytes.HasPrefix(in.head(), []byte(armor.Header)) {
		content, err := readHeld(armor.NewReader(whole(in.content)), in.name, o.MaxBytes)
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

// identities returns what may decrypt the file, and how to refuse a file that it does not fit.
func (in *File) identities(o Options) (identities []age.Identity, wrong diagnosis.Code, err error) {
	head := in.head()
	if !bytes.Contains(head, []byte("\n-> scrypt ")) { // encrypted to keys and not with a passphrase
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
	cost := 0 // of trying a passphrase, as a power of 2
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
