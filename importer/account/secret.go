package account

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Secret is a password or a token. Every way of printing, logging or encoding
// it gives a placeholder; only [Secret.Reveal] gives the text.
type Secret struct{ text string }

const placeholder = "[secret]"

// NewSecret wraps a secret text.
func NewSecret(text string) Secret { return Secret{text} }

// Reveal returns the text, for the one request or hash it is meant for.
func (s Secret) Reveal() string { return s.text }

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.text == "" }

// Len returns the length in bytes.
func (s Secret) Len() int { return len(s.text) }

// Masked reports whether the text is one that programs show in place of a
// secret: three asterisks or dots and more.
func (s Secret) Masked() bool {
	const shortest = 3
	switch first, _ := utf8.DecodeRuneInString(s.text); first {
	case '*', '•', '●', '∙':
		return utf8.RuneCountInString(s.text) >= shortest && strings.Trim(s.text, string(first)) == ""
	}
	return false
}

// Format implements fmt.Formatter: no verb prints the text.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(placeholder)) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(placeholder) }

// MarshalText implements encoding.TextMarshaler, and with it JSON, YAML and XML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(placeholder), nil }
