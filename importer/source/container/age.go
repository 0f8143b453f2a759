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
		content, err := readHeld(armor.NewReader(io.NewSectionReader(in.at, 0, in.size)), in.name, o.MaxBytes)
		if err != nil {
			return err
		}
		in.hold(content)
	}
	identities, err := in.identities(o)
	if err != nil {
		return err
	}
	plain, size, err := age.DecryptReaderAt(in.at, in.size, identities...)
	var mismatch *age.NoIdentityMatchError
	switch {
	case errors.As(err, &mismatch) && in.hasPassphrase():
		return diagnosis.Wrap(err, diagnosis.AgePassphrase)
	case errors.As(err, &mismatch):
		return diagnosis.Wrap(err, diagnosis.AgeIdentity)
	case err != nil:
		return diagnosis.Wrap(err, diagnosis.FileBroken)
	}
	in.at, in.size = plain, size
	return nil
}

// hasPassphrase reports whether the file is encrypted with a passphrase and not to keys.
func (in *File) hasPassphrase() bool {
	return bytes.Contains(in.head(), []byte("\n-> scrypt "))
}

func (in *File) identities(o Options) ([]age.Identity, error) {
	switch {
	case !in.hasPassphrase() && o.Identity == "":
		return nil, diagnosis.New(diagnosis.AgeNeedsIdentity, "File", in.name)
	case !in.hasPassphrase():
		return readIdentities(o.Identity)
	case in.scryptCost() > maxScrypt:
		return nil, diagnosis.New(diagnosis.AgeCost, "File", in.name)
	case o.Passphrase == nil:
		return nil, diagnosis.New(diagnosis.AgeNeedsPassphrase, "File", in.name)
	}
	secret, err := o.Passphrase()
	if err != nil {
		return nil, err
	}
	identity, err := age.NewScryptIdentity(secret.Reveal())
	if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.AgePassphrase)
	}
	identity.SetMaxWorkFactor(maxScrypt)
	return []age.Identity{identity}, nil
}

// scryptCost returns how costly the file makes it to try a passphrase, as a power of 2.
func (in *File) scryptCost() int {
	if m := scryptCost.FindSubmatch(in.head()); m != nil {
		if n, err := strconv.Atoi(string(m[1])); err == nil {
			return n
		}
	}
	return 0
}

func readIdentities(path string) ([]age.Identity, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, diagnosis.Wrap(err, diagnosis.IdentityUnreadable, "File", path)
	}
	defer file.Close()
	identities, err := age.ParseIdentities(io.LimitReader(file, maxIdentityFile))
	if err != nil { // the cause would quote the key
		return nil, diagnosis.New(diagnosis.IdentityForm, "File", path)
	}
	return identities, nil
}
