package vault

import (
	"encoding/base64"
	"time"

	"github.com/zalando/go-keyring"
)

// Keys keeps the keys of state folders in the keyring of the system. It is a
// journal.Keyring.
type Keys struct {
	Patience time.Duration // how long the keyring may take, see Vault
}

const keyService = "r7import state key" // in the keyring

// Key returns the key that is kept under a name, nil if there is none or no keyring.
func (k Keys) Key(name string) []byte {
	text, err := inKeyring(k.Patience, func() (string, error) { return keyring.Get(keyService, name) })
	if err != nil {
		return nil
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil // written by somebody else
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
