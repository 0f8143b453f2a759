package portal

import (
	"encoding/json"
	"net/url"
	"strings"

	"r7import/importer/account"
)

// fields are the arguments of a call, in order. They travel as JSON unless the
// server's JSON parser would bend one of the texts; then as a form.
type fields struct {
	list []field
	bent bool
}

type field struct {
	name string
	text string // as it stands in a form
	json string
}

func (f *fields) text(name, value string) {
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // a text can always be encoded
	f.list = append(f.list, field{name, value, strings.TrimSuffix(quoted.String(), "\n")})
	f.bent = f.bent || bends(value)
}

// literal adds a number or a truth value, which is its own JSON.
func (f *fields) literal(name, value string) { f.list = append(f.list, field{name, value, value}) }

// bends reports whether Json.NET takes a text for a moment and writes it anew,
// which spoils a password of that shape (Newtonsoft.Json, DateTimeUtils.cs). It
// errs on the side of the form, which the server reads as well.
func bends(s string) bool {
	runes := []rune(s)
	return len(runes) >= 19 && runes[10] == 'T' || strings.HasPrefix(s, "/Date(") && strings.HasSuffix(s, ")/")
}

// encode returns the body and its content type. Names need no escapes.
func (f *fields) encode() (body []byte, media string) {
	parts := make([]string, len(f.list))
	for i, one := range f.list {
		if f.bent {
			parts[i] = one.name + "=" + url.QueryEscape(one.text)
		} else {
			parts[i] = `"` + one.name + `":` + one.json
		}
	}
	if f.bent {
		return []byte(strings.Join(parts, "&")), "application/x-www-form-urlencoded; charset=UTF-8"
	}
	return []byte("{" + strings.Join(parts, ",") + "}"), "application/json"
}

// requestFields is the safest form the API knows: all 17 fields, since a missing one
// becomes POP3, plaintext or the whole history; numbers for enumerations and ports.
func requestFields(s *account.Settings) *fields {
	f := &fields{list: make([]field, 0, account.NumRequestFields)}
	for one := range account.NumRequestFields {
		switch one {
		case account.Port, account.SMTPPort, account.IncomingEncryption, account.OutgoingEncryption, account.AuthIn, account.AuthSMTP,
			account.SMTPAuth, account.IMAP, account.Restrict:
			f.literal(one.String(), s.Text(one))
		default:
			f.text(one.String(), s.Text(one))
		}
	}
	return f
}

// Written returns the request that makes an account, field by field as it goes over the
// wire: JSON values, the secrets among them. form says that they travel as a form
// instead, because the portal's JSON parser would bend one of them.
func Written(s *account.Settings) (values [account.NumRequestFields]string, form bool) {
	body := requestFields(s)
	for i, one := range body.list {
		values[i] = one.json
	}
	return values, body.bent
}
