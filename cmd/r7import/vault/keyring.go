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

// The service names of this program's entries in the keyring.
const (
	service    = "r7import"
	keyService = "r7import state key"
)

var errNoKeyring = errors.New("vault: no keyring")

// inKeyring runs do, which uses the keyring, and returns its result. If do takes longer
// than patience, it is left running and inKeyring returns errNoKeyring.
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

// Keys stores the keys of state folders in the system's keyring. It implements
// journal.Keyring.
type Keys struct {
	Patience time.Duration // time limit of the keyring, see Vault
}

// Key returns the key stored under a name, nil if there is no such key or no keyring.
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

// Keep stores a key under a name and reports whether it succeeded.
func (k Keys) Keep(name string, key []byte) bool {
	_, err := inKeyring(k.Patience, func() (string, error) {
		return "", keyring.Set(keyService, name, base64.StdEncoding.EncodeToString(key))
	})
	return err == nil
}

// Secret returns the secret that a user stored in the system's keyring for this program
// under a name, empty if there is no such secret or no keyring. The cmdkey tool of Windows
// writes UTF-16, which has control characters among its bytes: a 0 after each Latin letter
// and a 4 after each Cyrillic letter.
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
