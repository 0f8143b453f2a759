package portal

import (
	"encoding/base64"
	"html"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// mask is what stands for a secret that somebody repeats to us.
const mask = "[***]"

// show makes a foreign text fit to be shown: cleaned, and without what the call
// sent in confidence. It is masked before it is cleaned, which may change how a
// secret is written, and after, which may bring one out.
func (call *call) show(text string) string {
	if text == "" {
		return ""
	}
	secrets := call.writings()
	return diagnosis.CutText(maskAll(diagnosis.FlatText(maskAll(text, secrets)), secrets))
}

// writings returns every way in which the secrets of the call may be written,
// the longest first.
func (call *call) writings() []string {
	var all []string
	for _, secret := range append(slices.Clone(call.secrets), call.token) {
		if !secret.Empty() {
			all = append(all, writings(secret)...)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}

func writings(secret account.Secret) []string {
	s := secret.Reveal()
	all := []string{
		s, strings.Join(strings.Fields(s), " "), html.EscapeString(s), url.QueryEscape(s), url.PathEscape(s),
		strings.ReplaceAll(s, `\`, `\\`), strings.ReplaceAll(s, `"`, `\"`), strings.ToLower(s), strings.ToUpper(s),
		strings.ToLower(url.QueryEscape(s)), strings.ToLower(url.PathEscape(s)),
	}
	return append(all, encoded(s)...)
}

// encoded returns the parts of base64 texts that stay the same wherever the
// secret stands in what is encoded, as in SASL PLAIN behind the login.
func encoded(s string) []string {
	var all []string
	for shift := range 3 {
		text := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), s...))
		first := (shift*8 + 5) / 6       // the characters before it share bits with what stands in front
		last := (shift + len(s)) * 8 / 6 // those behind it with what follows
		if part := text[first:last]; len(part) >= 6 {
			all = append(all, part, strings.NewReplacer("+", "-", "/", "_").Replace(part))
		}
	}
	return all
}

func maskAll(text string, secrets []string) string {
	for _, secret := range secrets {
		text = maskOne(text, secret)
	}
	return text
}

// shortSecret is the length below which a secret is masked only where it is a
// word of its own: else a password "a" would be told by the gaps it leaves.
const shortSecret = 4

func maskOne(text, secret string) string {
	if utf8.RuneCountInString(secret) >= shortSecret {
		return strings.ReplaceAll(text, secret, mask)
	}
	var b strings.Builder
	for at := 0; at < len(text); {
		i := strings.Index(text[at:], secret)
		if i < 0 || secret == "" {
			b.WriteString(text[at:])
			break
		}
		start, end := at+i, at+i+len(secret)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		b.WriteString(text[at:start])
		if letter(before) || letter(after) {
			b.WriteString(secret)
		} else {
			b.WriteString(mask)
		}
		at = end
	}
	return b.String()
}

func letter(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
