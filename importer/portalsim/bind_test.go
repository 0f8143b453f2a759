package portalsim_test

import (
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"

	"r7import/importer/portalsim"
)

const address = "ivan@example.org"

// body is the JSON of a good account with one member written by hand; an empty text
// leaves the member out.
func body(t *testing.T, name, member string) string {
	t.Helper()
	rest, err := json.Marshal(good(address).with(name, nil))
	if err != nil {
		t.Fatal(err)
	}
	if member == "" {
		return string(rest)
	}
	return "{" + member + "," + string(rest[1:])
}

// stored creates an account and reads it back.
func (s *site) stored(token, body, contentType string) (map[string]any, reply) {
	s.t.Helper()
	r := s.call("POST", accounts, body, "Authorization", token, "Content-Type", contentType)
	if r.status != 201 {
		return nil, r
	}
	single := s.json(token, "GET", accounts+"/single?email="+url.QueryEscape(address), nil)
	v, _ := single.response(s.t).(map[string]any)
	return v, r
}

const (
	notNumber  = "Input string was not in a correct format."
	overflow   = "Value was either too large or too small for an Int32."
	notBoolean = "String was not recognized as a valid Boolean."
	outOfRange = "Specified argument was out of the range of valid values."
	unexpected = "Some unexpected error has occurred. Please try again later."
)

func TestBinding(t *testing.T) {
	tests := []struct {
		name    string
		field   string // left out of the good account
		member  string // written instead
		read    string // of the stored account
		want    any
		status  int // when it fails
		message string
	}{
		{"field name in other case", "name", `"NAME":"Anna"`, "name", "Anna", 0, ""},
		{"camelCase is an unknown field", "smtp_port", `"smtpPort":465`, "smtp_port", "0", 0, ""},
		{"unknown field is ignored", "name", `"name":"Anna","department":"IT"`, "name", "Anna", 0, ""},
		{"missing string", "name", ``, "name", "", 0, ""},
		{"missing int", "port", ``, "port", "0", 0, ""},
		{"missing bool imap is POP3", "imap", ``, "imap", false, 0, ""},
		{"missing bool restrict is the whole history", "restrict", ``, "begin_date", "1975-01-01T00:00:00", 0, ""},
		{"missing enum is plain text", "incoming_encryption_type", ``, "incoming_encryption_type", 0.0, 0, ""},
		{"null string", "name", `"name":null`, "name", "", 0, ""},
		{"null int", "port", `"port":null`, "port", "0", 0, ""},
		{"empty int", "port", `"port":""`, "port", "0", 0, ""},
		{"null bool", "imap", `"imap":null`, "imap", false, 0, ""},
		{"empty bool", "imap", `"imap":""`, "imap", false, 0, ""},
		{"null enum", "auth_type_in", `"auth_type_in":null`, "auth_type_in", 0.0, 0, ""},
		{"empty enum", "auth_type_in", `"auth_type_in":""`, "auth_type_in", 0.0, 0, ""},
		{"number as string", "port", `"port":"993"`, "port", "993", 0, ""},
		{"number with blanks", "port", `"port":" 993 "`, "port", "993", 0, ""},
		{"hexadecimal", "port", `"port":"0x3E1"`, "port", "993", 0, ""},
		{"hexadecimal with hash", "port", `"port":"#3e1"`, "port", "993", 0, ""},
		{"993.0", "port", `"port":993.0`, "port", "993", 0, ""},
		{"1e3", "port", `"port":1e3`, "port", "1000", 0, ""},
		{"993.5", "port", `"port":993.5`, "", nil, 400, notNumber},
		{"letters", "port", `"port":"abc"`, "", nil, 400, notNumber},
		{"blank", "port", `"port":" "`, "", nil, 400, notNumber},
		{"over 32 bits", "port", `"port":4294967296`, "", nil, 400, overflow},
		{"over 64 bits", "port", `"port":99999999999999999999`, "", nil, 400, overflow},
		{"-1 passes the binder", "port", `"port":-1`, "", nil, 500, outOfRange},
		{"70000 passes the binder", "port", `"port":70000`, "", nil, 500, outOfRange},
		{"0 is the library's default port", "port", `"port":0`, "port", "0", 0, ""},
		{"bool true", "imap", `"imap":true`, "imap", true, 0, ""},
		{"bool as string", "imap", `"imap":"true"`, "imap", true, 0, ""},
		{"bool in capitals with blanks", "imap", `"imap":" TRUE "`, "imap", true, 0, ""},
		{"bool 1", "imap", `"imap":1`, "", nil, 400, notBoolean},
		{"bool string 1", "imap", `"imap":"1"`, "", nil, 400, notBoolean},
		{"bool yes", "imap", `"imap":"yes"`, "", nil, 400, notBoolean},
		{"enum number", "incoming_encryption_type", `"incoming_encryption_type":1`, "incoming_encryption_type", 1.0, 0, ""},
		{"enum numeric string", "incoming_encryption_type", `"incoming_encryption_type":"1"`, "incoming_encryption_type", 1.0, 0, ""},
		{"enum name", "incoming_encryption_type", `"incoming_encryption_type":"ssl"`, "incoming_encryption_type", 1.0, 0, ""},
		{"enum name as declared", "incoming_encryption_type", `"incoming_encryption_type":"StartTLS"`, "incoming_encryption_type", 2.0, 0, ""},
		{"enum name with blank", "incoming_encryption_type", `"incoming_encryption_type":"starttls "`, "incoming_encryption_type", 2.0, 0, ""},
		{"enum tls", "incoming_encryption_type", `"incoming_encryption_type":"tls"`, "", nil, 400, "Requested value 'tls' was not found."},
		{"enum undefined number fails only after the login test", "incoming_encryption_type", `"incoming_encryption_type":3`, "", nil, 500, unexpected},
		{"enum combined fails only after the login test", "incoming_encryption_type", `"incoming_encryption_type":"SSL,StartTLS"`, "", nil, 500, unexpected},
		{"enum auth by name", "auth_type_in", `"auth_type_in":"CramMd5"`, "auth_type_in", 4.0, 0, ""},
		{"enum OAuth2 fails only after the login test", "auth_type_in", `"auth_type_in":5`, "", nil, 500, unexpected},
		{"array gives its first element", "port", `"port":[143,993]`, "port", "143", 0, ""},
		{"array of one", "port", `"port":[143]`, "port", "143", 0, ""},
		{"nested object counts as missing", "port", `"port":{"value":993}`, "port", "0", 0, ""},
		{"duplicate key: the first wins", "port", `"port":143,"port":993`, "port", "143", 0, ""},
		{"markup is kept", "name", `"name":"<b>&\"x\"</b>"`, "name", `<b>&"x"</b>`, 0, ""},
		{"blanks around are kept", "name", `"name":"  Анна  "`, "name", "  Анна  ", 0, ""},
		{"control characters are kept", "name", `"name":"a\u0007b\tc"`, "name", "a\u0007b\tc", 0, ""},
		{"date with offset is rewritten", "name", `"name":"2024-05-04T10:00:00+05:00"`, "name", "2024-05-04T08:00:00+03:00", 0, ""},
		{"date with trailing zero is rewritten", "name", `"name":"2024-05-04T10:00:00.120"`, "name", "2024-05-04T10:00:00.12", 0, ""},
		{"Microsoft date is rewritten", "name", `"name":"/Date(1714816800000)/"`, "name", "2024-05-04T10:00:00Z", 0, ""},
		{"plain date stays", "name", `"name":"2024-05-04T10:00:00"`, "name", "2024-05-04T10:00:00", 0, ""},
		{"date with Z stays", "name", `"name":"2024-05-04T10:00:00Z"`, "name", "2024-05-04T10:00:00Z", 0, ""},
		{"date with other fraction stays", "name", `"name":"2024-05-04T10:00:00.125"`, "name", "2024-05-04T10:00:00.125", 0, ""},
		{"number becomes text and loses its zero", "name", `"name":1.10`, "name", "1.1", 0, ""},
		{"key with @ is dropped", "name", `"@name":"Anna"`, "name", "", 0, ""},
		{"key with # is dropped", "name", `"#name":"Anna"`, "name", "", 0, ""},
	}
	s := start(t, portalsim.Options{})
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			token := s.signIn(fmt.Sprintf("user%d@example.org", i))
			stored, r := s.stored(token, body(t, test.field, test.member), "application/json")
			if test.status != 0 {
				if r.status != test.status || !strings.Contains(r.message(t), test.message) {
					t.Errorf("create with %s = %d %q, want %d %q", test.member, r.status, r.message(t), test.status, test.message)
				}
				return
			}
			if r.status != 201 {
				t.Fatalf("create with %s = %d %s, want 201", test.member, r.status, r.body)
			}
			if got := stored[test.read]; got != test.want {
				t.Errorf("create with %s stores %s = %#v, want %#v", test.member, test.read, got, test.want)
			}
		})
	}
}

// A whole body, its content type, the query string.
func TestBindingOfBodies(t *testing.T) {
	whole, _ := json.Marshal(good(address))
	form := url.Values{}
	for name, value := range good(address) {
		form.Set(name, fmt.Sprint(value))
	}
	var parts strings.Builder
	multi := multipart.NewWriter(&parts)
	for name, value := range good(address) {
		multi.WriteField(name, fmt.Sprint(value))
	}
	multi.Close()
	var markup strings.Builder
	markup.WriteString("<request>")
	for name, value := range good(address) {
		fmt.Fprintf(&markup, "<%s>%v</%s>", name, value, name)
	}
	markup.WriteString("</request>")
	const noAddress = "Value cannot be null.\nParameter name: address"

	tests := []struct {
		name, query, contentType, body string
		status                         int
		message                        string
		port                           string
	}{
		{"JSON", "", "application/json", string(whole), 201, "", "993"},
		{"JSON with charset", "", "application/json; charset=windows-1251", string(whole), 201, "", "993"},
		{"form with numeric strings", "", "application/x-www-form-urlencoded; charset=UTF-8", form.Encode(), 201, "", "993"},
		{"multipart form", "", multi.FormDataContentType(), parts.String(), 201, "", "993"},
		{"XML", "", "text/xml", markup.String(), 201, "", "993"},
		{"text/json is no JSON", "", "text/json", string(whole), 400, noAddress, ""},
		{"no content type is no JSON", "", "", string(whole), 400, noAddress, ""},
		{"query string overrides the body", "?port=143", "application/json", string(whole), 201, "", "143"},
		{"empty value in the query spoils the body's", "?port=", "application/json", string(whole), 400, notNumber, ""},
		{"empty body", "", "application/json", "", 400, noAddress, ""},
		{"not JSON", "", "application/json", "email=a", 400, "Unexpected character encountered while parsing value: e. Path '', line 0, position 0.", ""},
		{"broken JSON in the second line", "", "application/json", "{\n\"a\":я}", 400, "Unexpected character encountered while parsing value: я. Path '', line 2, position 4.", ""},
		{"half of JSON", "", "application/json", `{"email":"a@b`, 400, "Unexpected end when reading JSON. Path '', line 1, position 13.", ""},
		{"top-level array", "", "application/json", "[" + string(whole) + "]", 400, "XmlNodeConverter can only convert JSON that begins with an object. Path '', line 1, position 1.", ""},
		{"something behind the object", "", "application/json", "{} x", 400, "Additional text encountered after finished reading JSON content: x. Path '', line 1, position 3.", ""},
		{"nested too deep", "", "application/json", `{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}", 400, "The reader's MaxDepth of 64 has been exceeded. Path '', line 1, position 69.", ""},
		{"nested without end", "", "application/json", `{"a":` + strings.Repeat("[", 100000), 400, "The reader's MaxDepth of 64 has been exceeded. Path '', line 1, position 1.", ""},
		{"broken XML", "", "text/xml", "<request>", 500, "Unexpected end of file has occurred. Line 1, position 10.", ""},
		{"no XML", "", "text/xml", "", 500, "Root element is missing.", ""},
		{"JSON in capitals is a form", "", "application/JSON", string(whole), 400, noAddress, ""},
		{"a form in capitals is one", "", "APPLICATION/X-WWW-FORM-URLENCODED", form.Encode(), 201, "", "993"},
	}
	s := start(t, portalsim.Options{})
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			token := s.signIn(fmt.Sprintf("user%d@example.org", i))
			header := []string{"Authorization", token}
			if test.contentType != "" {
				header = append(header, "Content-Type", test.contentType)
			}
			r := s.call("POST", accounts+".json"+test.query, test.body, header...)
			if r.status != test.status || r.message(t) != test.message {
				t.Fatalf("create = %d %q, want %d %q", r.status, r.message(t), test.status, test.message)
			}
			if test.status != 201 {
				return
			}
			single := s.json(token, "GET", accounts+"/single?email="+address, nil).response(t).(map[string]any)
			if single["port"] != test.port {
				t.Errorf("stored port = %v, want %s", single["port"], test.port)
			}
		})
	}
}

// Section by section of what an address may look like.
func TestAddresses(t *testing.T) {
	const form = "The specified string is not in the form required for an e-mail address."
	tests := []struct {
		name, email string
		status      int
		want        string // email answered, or message
	}{
		{"plain", "ivan@corp.ru", 201, "ivan@corp.ru"},
		{"capitals are echoed", "Ivan@Corp.RU", 201, "Ivan@Corp.RU"},
		{"display name", "Ivan <ivan@corp.ru>", 201, `"Ivan" <ivan@corp.ru>`},
		{"quoted display name", `"Petrov, Ivan" <ivan@corp.ru>`, 201, `"Petrov, Ivan" <ivan@corp.ru>`},
		{"blank in front makes a name of it", "a b@x.ru", 201, `"a" <b@x.ru>`},
		{"of two addresses the last", "a@x.ru, b@y.ru", 201, `"a@x.ru," <b@y.ru>`},
		{"of two with a blank the last", "a@x.ru b@y.ru", 201, `"a@x.ru" <b@y.ru>`},
		{"blanks around", "  a@x.ru ", 201, "a@x.ru"},
		{"no top-level domain", "a@x", 201, "a@x"},
		{"two dots", "a..b@x.ru", 201, "a..b@x.ru"},
		{"Cyrillic", "иван@почта.рф", 201, "иван@почта.рф"},
		{"no-break space inside", "a\u00a0b@x.ru", 201, "a\u00a0b@x.ru"},
		{"quoted local part", `"a b"@x.ru`, 201, `"a b"@x.ru`},
		{"domain literal", "a@[10.0.0.1]", 201, "a@[10.0.0.1]"},
		{"empty", "", 400, "The parameter 'address' cannot be an empty string.\nParameter name: address"},
		{"no at sign", "abc", 500, form},
		{"nothing before the at sign", "@x.ru", 500, form},
		{"nothing behind the at sign", "a@", 500, "An invalid character was found in the mail header: '@'."},
		{"semicolon", "a@x.ru;b@y.ru", 500, "An invalid character was found in the mail header: ';'."},
		{"comma without a blank", "a@x.ru,b@y.ru", 500, "An invalid character was found in the mail header: ','."},
		{"domain begins with a dot", "a@.ru", 500, "An invalid character was found in the mail header: '.'."},
		{"unclosed angle", "Ivan ivan@corp.ru>", 500, form},
		{"blanks only", "   ", 500, form},
	}
	s := start(t, portalsim.Options{})
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := &site{s.Portal, t, s.url}
			token := s.signIn(fmt.Sprintf("user%d@example.org", i))
			r := s.json(token, "POST", accounts, good(test.email))
			got := r.message(t)
			if response, ok := r.response(t).(map[string]any); ok {
				got = response["email"].(string)
			}
			if r.status != test.status || got != test.want {
				t.Errorf("create with email %q = %d %q, want %d %q", test.email, r.status, got, test.status, test.want)
			}
		})
	}
}
