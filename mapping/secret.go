package mapping

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"r7import/importer/account"
	"r7import/importer/source"
)

var (
	// secretWords are parts of headers, folded, that tell of a secret in whatever column.
	secretWords = foldAll([]string{"парол", "секрет", "тайн", "токен", "кодовое слово", "контрольное слово", "пин код", "ключ доступа", "ключ api",
		"kennwort", "passwort", "mot de passe", "contraseña", "psw",
		"password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "pin code", "api key", "access key", "private key"})
	// secretNames are whole headers that do.
	secretNames = foldAll([]string{"pin", "пин", "pass", "pw"})
)

// keyWords are words of headers that tell of a key, with which codes or signatures
// are made: none of the row's fields but the portal's token.
var keyWords = setOf("2fa", "mfa", "seed", "secret", "secrets", "key", "keys", "token", "tokens",
	"секрет", "секретный", "секреты", "ключ", "ключи", "токен", "токены")

// keyParts tell of one wherever they stand in a header.
var keyParts = []string{"otp", "secret", "token", "секрет", "токен"}

// tellsOfKey reports whether the header names a key, or a token that is not the portal's.
func tellsOfKey(header string) bool {
	folded := fold(header)
	if !slices.ContainsFunc(wordsOf(header), func(word string) bool { return keyWords[word] }) &&
		!slices.ContainsFunc(keyParts, func(part string) bool { return strings.Contains(folded, part) }) {
		return false
	}
	h, known := lookup(header)
	return !known || h.field != account.PortalToken || headers().sidesIn(folded) != onPortal
}

// TellsOfSecret reports whether a header tells of a password, a key or a token,
// whatever field the column feeds.
func TellsOfSecret(header string) bool {
	folded := fold(header)
	return tellsOfKey(header) || slices.Contains(secretNames, folded) || slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(folded, word) })
}

// Harmless reports whether a header is known to be that of a column without secrets.
func Harmless(header string) bool {
	h, known := lookup(header)
	return known && !h.field.Secret() && !TellsOfSecret(header)
}

// Secrets returns which columns hold secrets: those of the fields that are, those
// that only secrets are made of, and any whose header tells of a password or a token.
func (b *Binding) Secrets(columns []source.Column) []bool {
	secret := make([]bool, len(columns))
	for i, c := range columns {
		f, isField := account.FieldNamed(b.names[i])
		switch {
		case isField && f.Secret():
			secret[i] = true
		case isField:
		case b.names[i] != "" && b.onlyForSecrets(b.names[i]):
			secret[i] = true
		default:
			secret[i] = TellsOfSecret(c.Header)
		}
	}
	return secret
}

// onlyForSecrets reports whether every template that reads a column makes a secret of it.
func (b *Binding) onlyForSecrets(name string) bool {
	return !slices.ContainsFunc(b.templates, func(t fieldTemplate) bool {
		return !t.field.Secret() && slices.Contains(t.names, name)
	})
}

var guid = regexp.MustCompile(`(?i)^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$`)

// Astray reports whether the cells of a row do not stand under their headers, as
// far as that shows: an address that is none, a port without a digit, a portal user
// who is neither an address nor a GUID nor a name of several words. Any of them may
// then be a password.
func (b *Binding) Astray(cells []string) bool {
	for i, name := range b.names {
		if i >= len(cells) {
			return false
		}
		text := clean(cells[i])
		f, ok := account.FieldNamed(name)
		if !ok || text == "" || b.words[f] != nil {
			continue
		}
		switch f {
		case account.Email:
			if !strings.Contains(text, "@") {
				return true
			}
		case account.Port, account.SMTPPort:
			if !strings.ContainsFunc(text, unicode.IsDigit) {
				return true
			}
		case account.PortalUser:
			if !strings.ContainsAny(text, "@ ") && !guid.MatchString(text) {
				return true
			}
		}
	}
	return false
}
