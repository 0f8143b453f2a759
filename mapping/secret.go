package mapping

import (
	"slices"
	"strings"
	"unicode"

	"r7import/importer/account"
	"r7import/importer/source"
)

// namesKey reports whether the header names a key, or a token that is not the portal's.
func namesKey(header string) bool {
	v, folded := headers(), fold(header)
	isKey := func(word string) bool { return slices.Contains(v.KeyWords, word) }
	if !slices.ContainsFunc(wordsOf(header), isKey) && !containsAny(folded, v.KeyParts) {
		return false
	}
	h, _ := lookup(header)
	return h.field != account.PortalToken || v.sidesIn(folded) != onPortal
}

// NamesSecret reports whether a header names a password, a key or a token,
// whatever field the column feeds.
func NamesSecret(header string) bool {
	v, folded := headers(), fold(header)
	return namesKey(header) || slices.Contains(v.SecretNames, folded) || containsAny(folded, v.SecretParts)
}

// Harmless reports whether a header is known to be that of a column without secrets.
func Harmless(header string) bool {
	h, known := lookup(header)
	return known && !h.field.Secret() && !NamesSecret(header)
}

// Secrets returns which columns hold secrets: those of the fields that are, those
// that only secrets are made of, and any whose header names a password or a token.
func (b *Binding) Secrets(columns []source.Column) []bool {
	secret := make([]bool, len(columns))
	for i, c := range columns {
		_, isField := account.FieldNamed(b.names[i])
		secret[i] = b.FeedsSecret(i) || !isField && NamesSecret(c.Header)
	}
	return secret
}

// FeedsSecret reports whether a column is that of a password or a token, or one that
// only secrets are made of: its header alone may tell of something else.
func (b *Binding) FeedsSecret(column int) bool {
	name := b.names[column]
	f, isField := account.FieldNamed(name)
	if isField || name == "" {
		return isField && f.Secret()
	}
	return !slices.ContainsFunc(b.templates, func(t fieldTemplate) bool {
		return !t.field.Secret() && slices.Contains(t.names, name)
	})
}

// OwnColumns are those of an annotated copy.
var OwnColumns = []string{"r7_status", "r7_code", "r7_message", "r7_hint", "r7_mailbox_id"}

// Harmless returns the columns that are known to hold no secret: those of fields that
// are none, those of which a template makes such a field, and those with a header
// that names something else. Any other may hold passwords under a name that is not known.
func (b *Binding) Harmless(columns []source.Column) []bool {
	harmless := b.Secrets(columns)
	v := headers()
	names := slices.Concat(v.Harmless, v.Surname, v.Given)
	for i, c := range columns {
		harmless[i] = !harmless[i] && (b.names[i] != "" || slices.Contains(names, fold(c.Header)) ||
			slices.Contains(OwnColumns, strings.ToLower(clean(c.Header))))
	}
	return harmless
}

// forms are what cells of fields have in every file: an address, a number, an address
// or a GUID or a name of several words.
var forms = map[account.Field]func(text string) bool{
	account.Email:    func(text string) bool { return strings.Contains(text, "@") },
	account.Port:     func(text string) bool { return strings.ContainsFunc(text, unicode.IsDigit) },
	account.SMTPPort: func(text string) bool { return strings.ContainsFunc(text, unicode.IsDigit) },
	account.PortalUser: func(text string) bool {
		return strings.ContainsAny(text, "@ ") || account.IsGUID(strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}"))
	},
}

// Astray reports whether the cells of a row do not stand under their headers, as far as
// that shows: one of them has not the form of its field. Any of them may then be a password.
func (b *Binding) Astray(cells []string) bool {
	for i, text := range cells[:min(len(cells), len(b.names))] {
		text = clean(text)
		f, isField := account.FieldNamed(b.names[i])
		if hasForm := forms[f]; isField && hasForm != nil && text != "" && b.words[f] == nil && !hasForm(text) {
			return true
		}
	}
	return false
}
