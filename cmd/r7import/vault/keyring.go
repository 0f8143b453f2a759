package vault

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/zalando/go-keyring"

	"r7import/importer/account"
)

// What the keyring calls the entries of this program.
const (
	service    = "r7import"
	keyService = "r7import state key"
)

var errNoKeyring = errors.New("vault: no keyring")

// inKeyring does something with the keyring. One that does not answer in time is
// left behind: the program is about to go on without it.
func inKeyring(patience time.Duration, do func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		text, err := do()
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		return a.text, a.err
	case <-time.After(patience):
		return "", errNoKeyring
	}
}

// Keys keeps the keys of state folders in the keyring of the system. It is a
// journal.Keyring.
type Keys struct {
	Patience time.Duration // how long the keyring may take, see Vault
}

// Key returns the key that is kept under a name, nil if there is none or no keyring.
func (k Keys) Key(name string) []byte {
	text, err := inKeyring(k.Patience, func() (string, error) { return keyring.Get(keyService, name) })
	if err != nil {
		return nil
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil // written by another program
	}
	return key
}

// Keep keeps a key and reports whether it did.
func (k Keys) Keep(name string, key []byte) bool {
	_, err := inKeyring(k.Patience, func() (string, error) {
		return "", keyring.Set(keyService, name, base64.StdEncoding.EncodeToString(key))
	})
	return err == nil
}

// Secret returns what a person has put into the keyring of the system for this
// program under a name, empty if there is nothing or no keyring. What cmdkey of Windows
// has written is in UTF-16, which has control characters among its bytes: a zero behind
// each Latin letter and a four behind each Cyrillic one.
func Secret(name string, patience time.Duration) account.Secret {
	text, err := inKeyring(patience, func() (string, error) { return keyring.Get(service, name) })
	switch {
	case err != nil:
		return account.Secret{}
	case len(text)%2 != 0 || !strings.ContainsFunc(text, unicode.IsControl):
		return account.NewSecret(text)
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16([]byte(text[2*i:]))
	}
	return account.NewSecret(string(utf16.Decode(units)))
}
