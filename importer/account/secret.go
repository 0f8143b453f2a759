package account

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Secret is a password or a token. Every way of printing, logging or encoding
// it gives a placeholder; only [Secret.Reveal] gives the text.
type Secret struct {
	_ [0]func() // no ==, which would compare where the texts lie
	// text is pointed at because package fmt goes past all methods into fields
	// that are not exported: there it shows an address and not the text.
	text *string
}

const placeholder = "[secret]"

// NewSecret wraps a secret text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// Reveal returns the text, for the one request or hash it is meant for.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.text == nil }

// Masked reports whether the text is one that programs show in place of a
// secret: three asterisks or dots and more.
func (s Secret) Masked() bool {
	const shortest = 3
	text := s.Reveal()
	switch first, _ := utf8.DecodeRuneInString(text); first {
	case '*', '•', '●', '∙':
		return utf8.RuneCountInString(text) >= shortest && strings.Trim(text, string(first)) == ""
	}
	return false
}

// Format implements fmt.Formatter: no verb prints the text.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(placeholder)) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(placeholder) }

// MarshalText implements encoding.TextMarshaler, and with it JSON, YAML and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(placeholder), nil }
