package portal

import (
	"encoding/json"
	"net/url"
	"strings"

	"r7import/importer/account"
)

// fields are the arguments of a call, in order. They are sent as JSON, or as a form if
// the server's JSON parser would change one of the texts.
type fields struct {
	list   []field
	asForm bool
}

type field struct {
	name string
	text string // the value for a form, not escaped
	json string
}

func (f *fields) text(name, value string) {
	var quoted strings.Builder
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // a text can always be encoded
	f.list = append(f.list, field{name, value, strings.TrimSuffix(quoted.String(), "\n")})
	f.asForm = f.asForm || jsonAlters(value)
}

// literal adds a number or a boolean, whose text is the same in JSON and in a form.
func (f *fields) literal(name, value string) { f.list = append(f.list, field{name, value, value}) }

// jsonAlters reports whether Json.NET may parse a text as a time and format it again, which
// changes a password of that form (Newtonsoft.Json, DateTimeUtils.cs). It may report true
// for other texts, which does no harm: the server accepts a form as well.
func jsonAlters(s string) bool {
	runes := []rune(s)
	return len(runes) >= 19 && runes[10] == 'T' || strings.HasPrefix(s, "/Date(") && strings.HasSuffix(s, ")/")
}

// encode returns the body and its content type. It does not escape names, which need none.
func (f *fields) encode() (body []byte, media string) {
	parts := make([]string, len(f.list))
	for i, one := range f.list {
		if f.asForm {
			parts[i] = one.name + "=" + url.QueryEscape(one.text)
		} else {
			parts[i] = `"` + one.name + `":` + one.json
		}
	}
	if f.asForm {
		return []byte(strings.Join(parts, "&")), "application/x-www-form-urlencoded; charset=UTF-8"
	}
	return []byte("{" + strings.Join(parts, ",") + "}"), "application/json"
}

// requestFields returns all 17 fields, since the portal reads a missing one as POP3, plain
// text or the whole history. Enumerations and ports are numbers.
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

// Written returns the fields of the request that creates an account as JSON values,
// including the secrets. form reports that the request is sent as a form instead,
// because the portal's JSON parser would change one of them.
func Written(s *account.Settings) (values [account.NumRequestFields]string, form bool) {
	body := requestFields(s)
	for i, one := range body.list {
		values[i] = one.json
	}
	return values, body.asForm
}
