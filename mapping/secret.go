package mapping

import (
	"slices"
	"strings"
	"unicode"

	"r7import/importer/account"
	"r7import/importer/source"
)

// namesKey reports whether the header names a key, or a token other than the portal's.
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

// Harmless reports whether a header is known and its column holds no secret.
func Harmless(header string) bool {
	h, known := lookup(header)
	return known && !h.field.Secret() && !NamesSecret(header)
}

// Secrets reports for each column whether it holds a secret: it feeds a secret field, only templates
// of secret fields read it, or it feeds no field and its header names a password, key or token.
func (b *Binding) Secrets(columns []source.Column) []bool {
	secret := make([]bool, len(columns))
	for i, c := range columns {
		_, isField := account.FieldNamed(b.names[i])
		secret[i] = b.FeedsSecret(i) || !isField && NamesSecret(c.Header)
	}
	return secret
}

// FeedsSecret reports whether a column feeds a password or a token, or is
// read by templates of secret fields only. Its header need not show that.
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

// OwnColumns are the columns that an annotated copy adds.
var OwnColumns = []string{"r7_status", "r7_code", "r7_message", "r7_hint", "r7_mailbox_id"}

// Harmless reports for each column whether it is known to hold no secret: it feeds
// a field that is none, a template makes such a field from it, or its header names
// something harmless. Any other column may hold passwords under an unknown name.
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

// forms are the forms that all cells of a field have in every file: an address, a
// number, and for the portal user an address, a GUID or a name of several words.
var forms = map[account.Field]func(text string) bool{
	account.Email:    func(text string) bool { return strings.Contains(text, "@") },
	account.Port:     func(text string) bool { return strings.ContainsFunc(text, unicode.IsDigit) },
	account.SMTPPort: func(text string) bool { return strings.ContainsFunc(text, unicode.IsDigit) },
	account.PortalUser: func(text string) bool {
		return strings.ContainsAny(text, "@ ") || account.IsGUID(strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}"))
	},
}

// Astray reports whether the cells of a row have visibly shifted from their headers:
// one of them does not have the form of its field. Any of them may then be a password.
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
