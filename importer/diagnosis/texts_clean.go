package diagnosis

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is how many characters of a foreign text are shown.
const maxText = 500

var (
	hidden = regexp.MustCompile(`(?is)<!--.*?-->|<(script|style|head)\b.*?</(script|style|head)\s*>`)
	// A name in angle brackets is a tag only if nothing but attributes follows it: <ivan@example.org> stays.
	tag   = regexp.MustCompile(`(?s)</?[A-Za-z][A-Za-z0-9]*(\s[^<>]*)?/?>|<![^<>]*>`)
	title = regexp.MustCompile(`(?is)<title[^<>]*>(.*?)</title\s*>`)
)

// CleanText makes a foreign text fit to be shown on one line: no tags, no
// control characters, nothing invisible or that turns the writing direction,
// at most 500 characters. Of a web page only the title is kept if it has one.
func CleanText(text string) string {
	if title := PageTitle(text); title != "" {
		return cutText(title)
	}
	return cutText(flatText(text))
}

// PageTitle returns the title of a web page, cleaned but not cut; empty if it has none.
func PageTitle(page string) string {
	m := title.FindStringSubmatch(page[:min(len(page), readable)])
	if m == nil {
		return ""
	}
	return flatText(m[1])
}

// flatText cleans a text without a limit on what is left of it.
func flatText(text string) string {
	text = text[:min(len(text), readable)]
	text = hidden.ReplaceAllString(text, " ")
	text = tag.ReplaceAllString(text, " ")
	text = html.UnescapeString(text)
	return strings.Join(strings.Fields(strings.Map(visible, strings.ToValidUTF8(text, "\uFFFD"))), " ")
}

// cutText shortens a text to 500 characters and shows that it did.
func cutText(text string) string {
	if utf8.RuneCountInString(text) <= maxText {
		return text
	}
	return string([]rune(text)[:maxText-1]) + "…"
}

func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r), unicode.IsControl(r):
		return ' '
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Co, r), r == '\u2800', r == '\u3164', r == '\uFFA0':
		return -1
	}
	return r
}
