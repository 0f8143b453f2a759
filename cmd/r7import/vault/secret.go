package vault

import (
	"encoding/binary"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/zalando/go-keyring"

	"r7import/importer/account"
)

// Secret returns what a person has put into the keyring of the system for this
// program under a name, empty if there is nothing or no keyring.
func Secret(name string, patience time.Duration) account.Secret {
	text, err := inKeyring(patience, func() (string, error) { return keyring.Get(service, name) })
	if err != nil {
		return account.Secret{}
	}
	return account.NewSecret(typed(text))
}

// typed returns a text that cmdkey of Windows has written: in UTF-16, which has control
// characters among its bytes, a zero behind each Latin letter and a four behind each
// Cyrillic one. Others are returned as they are.
func typed(text string) string {
	if len(text)%2 != 0 || !strings.ContainsFunc(text, unicode.IsControl) {
		return text
	}
	units := make([]uint16, len(text)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16([]byte(text[2*i:]))
	}
	return string(utf16.Decode(units))
}
