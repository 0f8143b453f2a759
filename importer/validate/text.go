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
	// characters. A database that is not strict cuts the rest without a word.
	maxText = 255
	// maxPassword is how many bytes of a password fit such a column encrypted: AES
	// pads to 16 bytes, base64 makes four characters of three. A longer one is cut and
	// cannot be decrypted any more.
	maxPassword = 175
)

// texts checks the characters and the length of everything that is free text.
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

// text checks one free text, unless it was filled in: then the cell it came from tells.
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
		case unshown(r):
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

// password checks one secret, unless it was filled in. It refuses what no login can
// carry and warns of what nobody can have typed. Of a character that is seen it would
// not tell which it is.
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
		case invisible == 0 && unshown(r):
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

// unshown reports whether a character is a control, a direction mark, or one of no width.
func unshown(r rune) bool {
	if ' ' <= r && r <= '~' || '®' <= r && r < 0x0600 { // nearly all there is to see: Latin, Greek, Cyrillic
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 || r == utf8.RuneError
}
