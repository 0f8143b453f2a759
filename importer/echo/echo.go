// Package echo finds out whether a foreign text, such as the answer of a portal or of a
// mail server, repeats a secret that was sent.
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

// Confidence is what must not be found in a foreign text that is shown.
type Confidence struct {
	Secrets []account.Secret // in no form, whole or cut
	Values  []string         // of the row, in the titles of web pages
}

// With returns the confidence with more in it.
func (c Confidence) With(secrets []account.Secret, values ...string) Confidence {
	return Confidence{append(c.Secrets[:len(c.Secrets):len(c.Secrets)], secrets...), append(c.Values[:len(c.Values):len(c.Values)], values...)}
}

// Betrayed reports whether a text tells anything of a secret: the whole of it, or
// so much of it that a cut must have gone through it. The text is read in every
// way in which servers write what they repeat, one within the other: with tags or
// blanks in between, as HTML, as part of an address, as JSON, in hex, in base64.
func (c Confidence) Betrayed(text string) bool {
	var n needles
	for _, secret := range c.Secrets {
		if !secret.Empty() {
			c.addSecret(&n, secret.Reveal())
		}
	}
	return n.found(text)
}

// withheld stands for words that tell something of a secret.
const withheld = "[***]"

// Quote returns foreign words fit to be shown, if they tell nothing of a secret.
// The whole of them is searched before anything is cleaned or cut.
func (c Confidence) Quote(words string) string {
	if c.Betrayed(words) {
		return withheld
	}
	return diagnosis.CleanText(words)
}

// profileSecret is the length from which a secret is no part of a name or an
// address by chance.
const profileSecret = 8

// Profile returns a function that leaves nothing of what the portal says of a
// person in which a whole secret stands.
func (c Confidence) Profile() func(string) string {
	var n needles
	for _, secret := range c.Secrets {
		if whole := squeeze(secret.Reveal()); utf8.RuneCountInString(whole) >= profileSecret {
			n.parts = append(n.parts, whole)
		}
	}
	return func(text string) string {
		if n.found(text) {
			return ""
		}
		return text
	}
}

// Mentioned reports whether a text tells anything of a secret or of a value of the row.
func (c Confidence) Mentioned(text string) bool {
	var n needles
	for _, value := range c.Values {
		if utf8.RuneCountInString(value) >= shortest {
			n.parts = append(n.parts, squeeze(value))
		}
	}
	return c.Betrayed(text) || n.found(text)
}

// needles are what is looked for in a text.
type needles struct {
	parts []string // anywhere, squeezed
	words []string // too short to be anything but words of their own, in lower case
}

const (
	// shortest is the length in characters from which a text is looked for anywhere.
	// What is shorter is part of many words.
	shortest = 4
	// piece is the length from which a part of a secret is taken for one that was cut.
	piece = 6
	// longest is how much of a secret is taken to pieces. No password the portal takes is longer.
	longest = 256
)

// addSecret adds a secret, whole and in pieces. A piece says nothing where it is seen if it
// is in the words servers use anyway, or in what the row says openly.
func (c Confidence) addSecret(n *needles, secret string) {
	runes := []rune(squeeze(secret))
	if len(runes) < shortest {
		n.words = append(n.words, strings.ToLower(strings.TrimSpace(secret)))
		return
	}
	n.parts = append(n.parts, string(runes))
	runes = runes[:min(len(runes), longest)]
	size := max(piece, (len(runes)+1)/2)
	for from := 0; from+size <= len(runes); from++ {
		part := string(runes[from : from+size])
		open := func(value string) bool { return strings.Contains(squeeze(value), part) }
		if !diagnosis.Familiar(part) && !slices.ContainsFunc(c.Values, open) {
			n.parts = append(n.parts, part)
		}
	}
}

// in reports whether any of the needles is in a text as it stands.
func (n *needles) in(text string) bool {
	plain, squeezed := strings.ToLower(text), squeeze(text)
	return slices.ContainsFunc(n.parts, func(part string) bool { return strings.Contains(squeezed, part) }) ||
		slices.ContainsFunc(n.words, func(word string) bool { return hasWord(plain, word) })
}

// The bounds of the search. A text that has still other readings is taken for one
// that was found to hold something.
const (
	deepest      = 4 // ways of writing, one within the other
	mostReadings = 300
	mostBytes    = 8 << 20
)

// found reports whether any of the needles is in a text, however it is read.
func (n *needles) found(text string) bool {
	if len(n.parts)+len(n.words) == 0 {
		return false
	}
	known := map[string]bool{text: true}
	bytes := len(text)
	for layer, depth := []string{text}, 0; len(layer) > 0 && depth <= deepest; depth++ {
		var inner []string
		for _, reading := range layer {
			if n.in(reading) {
				return true
			}
			for _, read := range ways {
				other := read(reading)
				if other == "" || known[other] {
					continue
				}
				if bytes += len(other); len(known) >= mostReadings || bytes > mostBytes {
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

// ways are the readings of a text. One that does not apply returns nothing or the text itself.
var ways = []func(string) string{untagged, html.UnescapeString, unquoted, unescaped, fromHex, fromBase64}

var anyTag = regexp.MustCompile(`(?s)<!--.*?-->|<[^<>]*>`)

// untagged joins what tags have parted.
func untagged(text string) string { return anyTag.ReplaceAllString(text, "") }

var percent = regexp.MustCompile(`(?:%[0-9A-Fa-f]{2})+`)

// unquoted reads a text as part of an address. What is no escape stays.
func unquoted(text string) string {
	text = strings.ReplaceAll(text, "+", " ")
	return percent.ReplaceAllStringFunc(text, func(s string) string {
		plain, _ := url.PathUnescape(s)
		return plain
	})
}

var escape = regexp.MustCompile(`\\(?:u\{[0-9A-Fa-f]{1,6}\}|u[0-9A-Fa-f]{4}(?:\\u[0-9A-Fa-f]{4})*|x[0-9A-Fa-f]{2}|.)`)

// unescaped reads a text as it is written between the quotes of JSON and of most
// programming languages.
func unescaped(text string) string {
	return escape.ReplaceAllStringFunc(text, func(s string) string {
		switch {
		case strings.HasPrefix(s, `\u{`):
			n, _ := strconv.ParseUint(strings.Trim(s[2:], "{}"), 16, 32)
			return string(rune(n))
		case len(s) > 2: // \uXXXX, as often as it comes, or \xXX
			if plain, err := strconv.Unquote(`"` + s + `"`); err == nil {
				return plain
			}
			var units []uint16 // characters in two halves, which Go does not write so
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

// fromHex returns what is written in hex, in both ways of pairing the digits.
func fromHex(text string) string {
	return decoded(hexRun.FindAllString(text, -1), hexMarks, 2, func(digits string) []byte {
		plain, _ := hex.DecodeString(digits[:len(digits)/2*2])
		return plain
	})
}

// fromBase64 returns what is written in base64, wherever in a longer text it begins.
func fromBase64(text string) string {
	return decoded(base64Run.FindAllString(strings.Join(strings.Fields(text), "\n"), -1), base64URL, 4, func(digits string) []byte {
		if len(digits)%4 == 1 { // no text ends so
			digits = digits[:len(digits)-1]
		}
		plain, _ := base64.RawStdEncoding.DecodeString(digits)
		return plain
	})
}

// decoded returns what runs of digits stand for, a line for each digit among the first that
// they may begin with.
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

// squeeze makes texts comparable: lower case, without blanks and without what cannot be seen.
func squeeze(text string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, text))
}

// hasWord reports whether a text has a short one in it as a word of its own.
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
