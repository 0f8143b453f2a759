package portalsim

import "strings"

const (
	textAddressForm  = "The specified string is not in the form required for an e-mail address."
	textAddressEmpty = "The parameter 'address' cannot be an empty string."
	textNull         = "Value cannot be null."
)

// mailAddress is what System.Net.Mail.MailAddress makes of a text.
type mailAddress struct {
	display, local, host string
}

func (a mailAddress) address() string { return a.local + "@" + a.host }

// String is the address, with the display name in front if there is one.
func (a mailAddress) String() string {
	if a.display == "" {
		return a.address()
	}
	return `"` + a.display + `" <` + a.address() + ">"
}

func malformed(message string) *failure { return &failure{500, message, hrFormat} }

func badCharacter(c byte) *failure {
	return malformed("An invalid character was found in the mail header: '" + string(rune(c)) + "'.")
}

// argumentAddress reads an e-mail parameter: null and empty are argument errors (400),
// a text that is no address is a FormatException (500).
func (a *arguments) address(name string) (mailAddress, *failure) {
	if !a.has(name) {
		return mailAddress{}, argument(textNull, "address")
	}
	return parseAddress(a.text(name))
}

// parseAddress reads backwards from the end, as .NET does: "Name <a@b>" is a@b, and so
// is "a b@x.ru" b@x.ru and "a@x.ru, b@y.ru" b@y.ru, for all that precedes the address
// is a display name. Dots may stand in a row, letters of any script are letters.
func parseAddress(s string) (mailAddress, *failure) {
	if s == "" {
		return mailAddress{}, argument(textAddressEmpty, "address")
	}
	r := reverseReader{text: s, at: len(s) - 1}
	r.skipBlanks()
	angle := r.take('>')
	host, err := r.host()
	if err != nil {
		return mailAddress{}, err
	}
	if !r.take('@') {
		return mailAddress{}, malformed(textAddressForm)
	}
	local, err := r.local(angle)
	if err != nil {
		return mailAddress{}, err
	}
	if angle && !r.take('<') {
		return mailAddress{}, malformed(textAddressForm)
	}
	display, err := r.display()
	if err != nil {
		return mailAddress{}, err
	}
	return mailAddress{display: display, local: local, host: host}, nil
}

// reverseReader moves from the end of text to its beginning; at is the next byte.
type reverseReader struct {
	text string
	at   int
}

func (r *reverseReader) take(c byte) bool {
	if r.at >= 0 && r.text[r.at] == c {
		r.at--
		return true
	}
	return false
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

func (r *reverseReader) skipBlanks() {
	for r.at >= 0 && isBlank(r.text[r.at]) {
		r.at--
	}
}

func isAtom(c byte) bool {
	return c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// dotAtom reads atoms and dots; the first of them may not be a dot.
func (r *reverseReader) dotAtom() (string, *failure) {
	end := r.at
	for r.at >= 0 && (isAtom(r.text[r.at]) || r.text[r.at] == '.') {
		r.at--
	}
	switch {
	case r.at == end && r.at < 0:
		return "", malformed(textAddressForm)
	case r.at == end:
		return "", badCharacter(r.text[r.at])
	case r.text[r.at+1] == '.':
		return "", badCharacter('.')
	}
	return r.text[r.at+1 : end+1], nil
}

func (r *reverseReader) host() (string, *failure) {
	r.skipBlanks()
	if r.at < 0 {
		return "", malformed(textAddressForm)
	}
	var host string
	if r.text[r.at] == ']' {
		open := strings.LastIndexByte(r.text[:r.at], '[')
		if open < 0 {
			return "", malformed(textAddressForm)
		}
		host, r.at = r.text[open:r.at+1], open-1
	} else {
		var err *failure
		if host, err = r.dotAtom(); err != nil {
			return "", err
		}
	}
	r.skipBlanks()
	return host, nil
}

// local reads the part before the at sign; only a blank, a quote or (inside angle
// brackets) < may stand before it, so a semicolon or comma that touches it is an error.
func (r *reverseReader) local(angle bool) (string, *failure) {
	r.skipBlanks()
	if r.at < 0 {
		return "", malformed(textAddressForm)
	}
	var (
		local string
		err   *failure
	)
	if r.text[r.at] == '"' {
		local, err = r.quoted()
	} else {
		local, err = r.dotAtom()
	}
	if err != nil {
		return "", err
	}
	if r.at >= 0 {
		if c := r.text[r.at]; !isBlank(c) && c != '"' && c != ')' && !(angle && c == '<') {
			return "", badCharacter(c)
		}
	}
	r.skipBlanks()
	return local, nil
}

func (r *reverseReader) quoted() (string, *failure) {
	open := strings.LastIndexByte(r.text[:r.at], '"')
	if open < 0 {
		return "", malformed(textAddressForm)
	}
	quoted := r.text[open : r.at+1]
	r.at = open - 1
	return quoted, nil
}

func (r *reverseReader) display() (string, *failure) {
	r.skipBlanks()
	if r.at < 0 {
		return "", nil
	}
	if r.text[r.at] == '"' {
		quoted, err := r.quoted()
		if err != nil {
			return "", err
		}
		r.skipBlanks()
		if r.at >= 0 {
			return "", badCharacter(r.text[r.at])
		}
		return quoted[1 : len(quoted)-1], nil
	}
	rest := strings.TrimLeft(r.text[:r.at+1], " \t\r\n")
	if i := strings.IndexByte(rest, '"'); i >= 0 {
		return "", badCharacter('"')
	}
	return rest, nil
}
