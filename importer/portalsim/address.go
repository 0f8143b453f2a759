package portalsim

import "strings"

const (
	textAddressForm  = "The specified string is not in the form required for an e-mail address."
	textAddressEmpty = "The parameter 'address' cannot be an empty string."
	textNull         = "Value cannot be null."
)

// mailAddress is an address as System.Net.Mail.MailAddress parses it.
type mailAddress struct {
	display, local, host string
}

func (a mailAddress) address() string { return a.local + "@" + a.host }

// String returns the address, with the display name in front if there is one.
func (a mailAddress) String() string {
	if a.display == "" {
		return a.address()
	}
	return `"` + a.display + `" <` + a.address() + ">"
}

// address binds an e-mail parameter. Null and empty are argument errors (400), any other
// text that is not an address is a FormatException (500).
func (x *exchange) address(name string) (mailAddress, *failure) {
	if !x.has(name) {
		return mailAddress{}, argument(textNull, "address")
	}
	return parseAddress(x.text(name))
}

// parseAddress parses backwards from the end, as .NET does. The text before the address is
// the display name: "Name <a@b>" is a@b, "a b@x.ru" is b@x.ru, and "a@x.ru, b@y.ru" is
// b@y.ru. Consecutive dots and letters of any script are allowed. Only a blank, a quote, a
// closing parenthesis or, inside angle brackets, < may precede the local part, so a
// semicolon or comma directly before it is an error.
func parseAddress(s string) (mailAddress, *failure) {
	if s == "" {
		return mailAddress{}, argument(textAddressEmpty, "address")
	}
	var a mailAddress
	r := reverseReader{text: s, at: len(s) - 1}
	r.skipBlanks()
	angle := r.take('>')
	r.skipBlanks()
	if r.sees(']') {
		a.host = r.enclosed('[')
	} else {
		a.host = r.dotAtom()
	}
	r.skipBlanks()
	if !r.take('@') {
		r.fail(textAddressForm)
	}
	r.skipBlanks()
	if r.sees('"') {
		a.local = r.enclosed('"')
	} else {
		a.local = r.dotAtom()
	}
	if r.at >= 0 && !isBlank(s[r.at]) && !r.sees('"') && !r.sees(')') && !(angle && r.sees('<')) {
		r.refuse(s[r.at])
	}
	r.skipBlanks()
	if angle && !r.take('<') {
		r.fail(textAddressForm)
	}
	r.skipBlanks()
	a.display = r.displayName()
	if r.problem != nil {
		return mailAddress{}, r.problem
	}
	return a, nil
}

// reverseReader reads from the end of text to its beginning; at is the index of the next
// byte. The first problem is kept and ends the reading.
type reverseReader struct {
	text    string
	at      int
	problem *failure
}

func (r *reverseReader) fail(message string) {
	if r.problem == nil {
		r.problem = &failure{500, message, hrFormat}
	}
	r.at = -1
}

func (r *reverseReader) refuse(c byte) {
	r.fail("An invalid character was found in the mail header: '" + string(rune(c)) + "'.")
}

func (r *reverseReader) sees(c byte) bool { return r.at >= 0 && r.text[r.at] == c }

func (r *reverseReader) take(c byte) bool {
	seen := r.sees(c)
	if seen {
		r.at--
	}
	return seen
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

// dotAtom reads atoms and dots. The text must not be empty or begin with a dot.
func (r *reverseReader) dotAtom() string {
	end := r.at
	for r.at >= 0 && (isAtom(r.text[r.at]) || r.text[r.at] == '.') {
		r.at--
	}
	atom := r.text[r.at+1 : end+1]
	switch {
	case atom == "" && r.at < 0:
		r.fail(textAddressForm)
	case atom == "":
		r.refuse(r.text[r.at])
	case atom[0] == '.':
		r.refuse('.')
	}
	return atom
}

// enclosed reads a text that ends at the current byte, back to its opening character.
func (r *reverseReader) enclosed(opening byte) string {
	from := strings.LastIndexByte(r.text[:r.at], opening)
	if from < 0 {
		r.fail(textAddressForm)
		return ""
	}
	text := r.text[from : r.at+1]
	r.at = from - 1
	return text
}

// displayName reads the rest of the text.
func (r *reverseReader) displayName() string {
	if r.sees('"') {
		name := r.enclosed('"')
		r.skipBlanks()
		if r.at >= 0 {
			r.refuse(r.text[r.at])
		}
		return strings.Trim(name, `"`)
	}
	name := strings.TrimLeft(r.text[:r.at+1], " \t\r\n")
	if strings.Contains(name, `"`) {
		r.refuse('"')
	}
	return name
}
