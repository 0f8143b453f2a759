// Package echo detects whether a foreign text, such as the answer
// of a portal or of a mail server, repeats a secret that was sent.
package echo

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// Confidence lists what a foreign text must not contain when it is shown.
type Confidence struct {
	Secrets []account.Secret // must not occur in any form, whole or cut
	Values  []string         // values of the row, which must not occur in titles of web pages
}

// With returns a copy of c with more secrets and values.
func (c Confidence) With(secrets []account.Secret, values ...string) Confidence {
	return Confidence{append(c.Secrets[:len(c.Secrets):len(c.Secrets)], secrets...), append(c.Values[:len(c.Values):len(c.Values)], values...)}
}

// Betrayed reports whether text reveals a secret: the whole of it, or a part so
// long that the secret must have been cut there. The text is decoded in all the
// ways in which servers write what they repeat, and their combinations: with tags
// or blanks in between, as HTML, as part of an URL, as JSON, in hex, in base64.
func (c Confidence) Betrayed(text string) bool {
	var n needles
	for _, secret := range c.Secrets {
		if !secret.Empty() {
			c.addSecret(&n, secret.Reveal())
		}
	}
	return n.isFoundIn(text)
}

// withheld replaces text that reveals something of a secret.
const withheld = "[***]"

// Quote returns foreign text cleaned for display, or a placeholder if it reveals something
// of a secret. The search sees the whole text, before anything is cleaned or cut.
func (c Confidence) Quote(words string) string {
	if c.Betrayed(words) {
		return withheld
	}
	return diagnosis.CleanText(words)
}

// minProfileSecret is the length, in characters, from which a
// secret does not occur in a name or an address by chance.
const minProfileSecret = 8

// Profile returns a filter for what the portal says about a
// person: it returns "" for a text that contains a whole secret.
func (c Confidence) Profile() func(string) string {
	var n needles
	for _, secret := range c.Secrets {
		if whole := squeeze(secret.Reveal()); utf8.RuneCountInString(whole) >= minProfileSecret {
			n.parts = append(n.parts, whole)
		}
	}
	return func(text string) string {
		if n.isFoundIn(text) {
			return ""
		}
		return text
	}
}

// Mentioned reports whether text reveals a secret or contains a value of the row.
func (c Confidence) Mentioned(text string) bool {
	var n needles
	for _, value := range c.Values {
		if utf8.RuneCountInString(value) >= minLength {
			n.parts = append(n.parts, squeeze(value))
		}
	}
	return c.Betrayed(text) || n.isFoundIn(text)
}

// needles are the strings to search for in a text.
type needles struct {
	parts []string // match anywhere; squeezed
	words []string // too short to match but as whole words; lower case
}

const (
	// minLength is the length in characters from which a string is
	// searched for anywhere. Shorter ones are part of many words.
	minLength = 4
	// minPiece is the length from which a part of a secret counts as a cut secret.
	minPiece = 6
	// maxSplit is how much of a secret is split into pieces. The portal accepts no longer password.
	maxSplit = 256
)

// addSecret adds a secret, whole and in pieces. A piece is left out if it
// occurs in the words servers use anyway, or in a public value of the row.
func (c Confidence) addSecret(n *needles, secret string) {
	runes := []rune(squeeze(secret))
	if len(runes) < minLength {
		n.words = append(n.words, strings.ToLower(strings.TrimSpace(secret)))
		return
	}
	n.parts = append(n.parts, string(runes))
	runes = runes[:min(len(runes), maxSplit)]
	size := max(minPiece, (len(runes)+1)/2)
	for from := 0; from+size <= len(runes); from++ {
		part := string(runes[from : from+size])
		open := func(value string) bool { return strings.Contains(squeeze(value), part) }
		if !diagnosis.Familiar(part) && !slices.ContainsFunc(c.Values, open) {
			n.parts = append(n.parts, part)
		}
	}
}

// isIn reports whether any of the needles is in the text, without decoding it.
func (n *needles) isIn(text string) bool {
	plain, squeezed := strings.ToLower(text), squeeze(text)
	return slices.ContainsFunc(n.parts, func(part string) bool { return strings.Contains(squeezed, part) }) ||
		slices.ContainsFunc(n.words, func(word string) bool { return hasWord(plain, word) })
}

// The bounds of the search. A text with more readings
// than this is treated as if a needle had been found.
const (
	maxDepth    = 4 // nested encodings
	maxReadings = 300
	maxBytes    = 8 << 20
)

// isFoundIn reports whether any of the needles is in a text, in any of its readings.
func (n *needles) isFoundIn(text string) bool {
	if len(n.parts)+len(n.words) == 0 {
		return false
	}
	known := map[string]bool{text: true}
	bytes := len(text)
	for layer, depth := []string{text}, 0; len(layer) > 0 && depth <= maxDepth; depth++ {
		var inner []string
		for _, reading := range layer {
			if n.isIn(reading) {
				return true
			}
			for _, read := range decoders {
				other := read(reading)
				if other == "" || known[other] {
					continue
				}
				if bytes += len(other); len(known) >= maxReadings || bytes > maxBytes {
					return true
				}
				known[other] = true
				inner = append(inner, other)
			}
		}
		layer = inner
	}
	return false
}

// decoders are the decoders of a text. One that does not apply returns "" or the text itself.
var decoders = []func(string) string{withoutTags, html.UnescapeString, decodedURL, decodedEscapes, fromHex, fromBase64}

var anyTag = regexp.MustCompile(`(?s)<!--.*?-->|<[^<>]*>`)

// withoutTags removes tags and joins the text around them.
func withoutTags(text string) string { return anyTag.ReplaceAllString(text, "") }

var percent = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+`)

// decodedURL decodes a text as part of a URL. Text that is no escape stays.
func decodedURL(text string) string {
	text = strings.ReplaceAll(text, "+", " ")
	return percent.ReplaceAllStringFunc(text, func(s string) string {
		plain, _ := url.PathUnescape(s)
		return plain
	})
}

var escape = regexp.MustCompile(`\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*|x[0-9A-Fa-f]{2}|.)`)

// decodedEscapes decodes a text as it is written between the
// quotes of JSON and of most programming languages.
func decodedEscapes(text string) string {
	return escape.ReplaceAllStringFunc(text, func(s string) string {
		switch {
		case strings.HasPrefix(s, `\u{`):
			n, _ := strconv.ParseUint(strings.Trim(s[2:], "{}"), 16, 32)
			return string(rune(n))
		case len(s) > 2: // one or more \uXXXX, or \xXX
			if plain, err := strconv.Unquote(`"` + s + `"`); err == nil {
				return plain
			}
			var units []uint16 // surrogate pairs, which Go does not write like this
			for _, digits := range strings.Split(s, `\u`)[1:] {
				n, _ := strconv.ParseUint(digits, 16, 16)
				units = append(units, uint16(n))
			}
			return string(utf16.Decode(units))
		case strings.ContainsAny(s[1:], "bfnrt"):
			return " "
		}
		return s[1:]
	})
}

var (
	hexRun    = regexp.MustCompile(`(?i)(?:(?:0x|\\x)?[0-9a-f]{2}[ :,-]?){4,}`)
	hexMarks  = strings.NewReplacer("0x", "", "0X", "", `\x`, "", `\X`, "", " ", "", ":", "", ",", "", "-", "")
	base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{6,}`)
	base64URL = strings.NewReplacer("-", "+", "_", "/")
)

// fromHex returns the decoded hex runs of a text, for both ways of pairing the digits.
func fromHex(text string) string {
	return decoded(hexRun.FindAllString(text, -1), hexMarks, 2, func(digits string) []byte {
		plain, _ := hex.DecodeString(digits[:len(digits)/2*2])
		return plain
	})
}

// fromBase64 returns the decoded base64 runs of a text, for all four positions at which the encoding may begin.
func fromBase64(text string) string {
	return decoded(base64Run.FindAllString(strings.Join(strings.Fields(text), "\n"), -1), base64URL, 4, func(digits string) []byte {
		if len(digits)%4 == 1 { // no base64 text has that length
			digits = digits[:len(digits)-1]
		}
		plain, _ := base64.RawStdEncoding.DecodeString(digits)
		return plain
	})
}

// decoded returns the decoded runs of digits, one line for each
// of the first shifts digits as the beginning of the encoding.
func decoded(runs []string, clean *strings.Replacer, shifts int, decode func(digits string) []byte) string {
	var b strings.Builder
	for _, run := range runs {
		digits := clean.Replace(run)
		for shift := range min(shifts, len(digits)) {
			b.Write(decode(digits[shift:]))
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// squeeze makes texts comparable: lower case, without blanks and invisible characters.
func squeeze(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text))
}

// hasWord reports whether text contains word with no letter or digit beside it.
func hasWord(text, word string) bool {
	isLetter := func(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	for at := 0; word != ""; at++ {
		i := strings.Index(text[at:], word)
		if i < 0 {
			break
		}
		at += i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		if !isLetter(before) && !isLetter(after) {
			return true
		}
	}
	return false
}
