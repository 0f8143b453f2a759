package account

import (
	"fmt"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// Secret is a password or a token. Printing, logging or encoding it in
// any way gives a placeholder; only [Secret.Reveal] returns the text.
type Secret struct {
	_ [0]func() // forbids ==, which would compare pointers instead of texts
	// text is a pointer because package fmt bypasses methods on
	// unexported fields: it then prints an address and not the text.
	text *string
}

const placeholder = "[secret]"

// NewSecret returns a secret with that text, the empty secret for "".
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// Reveal returns the text, for the request or hash that needs it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether the secret has no text.
func (s Secret) Empty() bool { return s.text == nil }

// Masked reports whether the text is a mask that programs show in place
// of a secret: at least three asterisks or dots and nothing else.
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
