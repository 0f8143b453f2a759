package validate

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

const (
	// maxText is the width of the portal's columns for names and logins, in
	// characters. A database that is not in strict mode cuts the rest silently.
	maxText = 255
	// maxPassword is how many bytes of a password fit such a column after
	// encryption: AES pads to 16 bytes, base64 makes four characters of
	// three. A longer one is cut and can no longer be decrypted.
	maxPassword = 175
)

// texts checks the characters and the length of all free texts.
func (c *check) texts() {
	s := &c.row.Settings
	c.text(account.Name, s.Name)
	c.text(account.Account, s.Incoming.Login)
	c.text(account.SMTPAccount, s.Outgoing.Login)
	c.text(account.PortalUser, c.row.Owner.User)
	if !isPlain(account.Address(s.Email).Local()) {
		c.report(account.Email, diagnosis.AddressNotASCII)
	}
}

// text checks one free text. A text copied from another cell is skipped: that cell is checked itself.
func (c *check) text(f account.Field, text string) {
	if isPlain(text) && len(text) <= maxText || c.row.Fills[f] == account.FromRow && f != account.Name {
		return
	}
	if length := utf8.RuneCountInString(text); length > maxText {
		c.report(f, diagnosis.TextLength, "Length", length, "Max", maxText)
		c.broken = c.broken.With(f)
	}
	position := 0
	for _, r := range text {
		position++
		switch {
		case isHidden(r):
			c.report(f, diagnosis.TextCharacter, "Position", position, "Character", fmt.Sprintf("U+%04X", r))
		case r > 0xFFFF:
			c.report(f, diagnosis.TextBeyondBMP, "Position", position)
		default:
			continue
		}
		c.broken = c.broken.With(f)
		return
	}
}

// passwords checks the secrets. Any visible character may be part of one.
func (c *check) passwords() {
	s, o := &c.row.Settings, &c.row.Owner
	if c.rules.mailPasswords() {
		c.password(account.Password, s.Incoming.Password)
		c.password(account.SMTPPassword, s.Outgoing.Password)
	}
	if !c.rules.WithoutPasswords {
		c.password(account.PortalPassword, o.Password)
		c.password(account.PortalToken, o.Token)
	}
}

// password checks one secret, unless it was filled in. An error
// is what no login can carry, a warning what can hardly have been
// typed. No problem names a visible character of the secret.
func (c *check) password(f account.Field, secret account.Secret) {
	text := secret.Reveal()
	if c.row.Fills[f] != account.NotFilled || text == "" {
		return
	}
	if secret.Masked() {
		c.report(f, diagnosis.PasswordMasked)
		return
	}
	if kind, plain := secret.Hash(); plain {
		c.report(f, diagnosis.PasswordMarked, "Kind", kind)
		return
	} else if kind != "" {
		c.report(f, diagnosis.PasswordHash, "Kind", kind)
		return
	}
	if kind := secret.Digest(); kind != "" && f != account.PortalToken {
		c.report(f, diagnosis.PasswordDigest, "Kind", kind)
	}
	if len(text) > maxPassword && (f == account.Password || f == account.SMTPPassword) {
		c.report(f, diagnosis.PasswordLength, "Length", len(text), "Max", maxPassword)
	}
	switch trimmed := strings.TrimSpace(text); {
	case trimmed == "":
		c.report(f, diagnosis.PasswordOnlyBlanks)
		return
	case len(trimmed) < len(text):
		c.report(f, diagnosis.PasswordBlanks)
	}
	if isPlain(text) {
		return
	}
	position, invisible := 0, 0
	for _, r := range text {
		position++
		switch {
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			c.report(f, diagnosis.PasswordControl, "Position", position, "Character", fmt.Sprintf("U+%04X", r))
			return
		case invisible == 0 && isHidden(r):
			invisible = position
		}
	}
	if invisible > 0 {
		c.report(f, diagnosis.PasswordInvisible, "Position", invisible)
	}
}

// isPlain reports whether a text consists of visible ASCII characters and blanks.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}

// isHidden reports whether a character is a control, a format character, or a line or paragraph separator.
func isHidden(r rune) bool {
	if ' ' <= r && r <= '~' || '®' <= r && r < 0x0600 { // the most frequent visible letters: Latin, Greek, Cyrillic
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 || r == utf8.RuneError
}
