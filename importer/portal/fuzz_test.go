package portal_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// Whatever a server answers, no call panics, says done without cause, shows a
// secret or gives a text that cannot be shown.
func FuzzAnswer(f *testing.F) {
	var status int
	var body []byte
	var retry string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if retry != "" {
			w.Header().Set("Retry-After", retry)
		}
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	f.Cleanup(server.Close)
	client, err := portal.New(portal.Options{URL: server.URL, Workers: 1, Timeout: 10 * time.Second})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(client.Close)
	session := client.Session(account.NewSecret(ivanToken))

	for _, seed := range []string{
		made, "", "null", "[]", "<html><title>x</title>", strings.Repeat(`[`, 20_000), `{"response":[` + made + `]}`,
		`{"status":1,"statusCode":500,"error":{"message":"` + header("IMAP response:") + `Authentication failed."}}`,
		`{"response":{"token":"abc","expires":"2027-01-10T12:00:00.0000000+03:00"}}`, `{"response":{"token":null,"sms":true,"phoneNoise":"***67"}}`,
		`{"response":{"completed":true,"id":null,"percents":100,"source":null}}`, `{"response":{"id":"a","source":"57"}}`,
		`{"response":{"id":1,"email":"ivan@example.org","port":"993","smtp_port":"","auth_type_in":null}}`,
		`{"total":5,"response":[{"id":"x"},{"id":"x"}]}`, `{"response":true}`, `{"response":"imap-canary-2"}`,
		`{"error":{"message":"bad imap-canary-2 & c210cC1jYW5hcnktMw=="}}`,
	} {
		f.Add(uint16(201), []byte(seed), "")
		f.Add(uint16(500), []byte(seed), "1.5")
		f.Add(uint16(503), []byte(seed), "Sun, 06 Nov 1994 08:49:37 GMT")
	}
	f.Fuzz(func(t *testing.T, s uint16, b []byte, r string) {
		if strings.ContainsFunc(r, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			t.Skip("not a header")
		}
		status, body, retry = 200+int(s)%400, b, r
		if status == http.StatusNoContent || status == http.StatusNotModified {
			body = nil
		}
		create := session.Create(t.Context(), settings(ivan), nil)
		if create.Fate == diagnosis.Done && (status > 201 || create.Mailbox.ID <= 0 || !bytes.Contains(bytes.ToLower(b), []byte("ivan"))) {
			t.Errorf("Create answered with %d %q = %+v", status, b, create)
		}
		_, found, find := session.Find(t.Context(), ivan)
		if found && find.Fate != diagnosis.Done {
			t.Errorf("Find answered with %d %q found something with %+v", status, b, find)
		}
		token, signIn := client.SignIn(t.Context(), ivan, account.NewSecret("imap-canary-2"))
		if signIn.Fate == diagnosis.Done && token.Secret.Empty() {
			t.Errorf("SignIn answered with %d %q is done without a token", status, b)
		}
		_, operation := session.Remove(t.Context(), ivan)
		people := 0
		for range session.People(t.Context(), true) {
			if people++; people > 5000 {
				t.Fatalf("People answered with %d %q does not end", status, b)
			}
		}
		for name, a := range map[string]portal.Answer{"Create": create, "Find": find, "SignIn": signIn, "Remove": operation} {
			check(t, name, a)
		}
	})
}

func check(t *testing.T, name string, a portal.Answer) {
	t.Helper()
	if a.Fate == diagnosis.Undecided || (a.Fate == diagnosis.Done) != (a.Code == "") {
		t.Errorf("%s = %v with code %q", name, a.Fate, a.Code)
	}
	if _, known := diagnosis.Lookup(a.Code); a.Code != "" && !known {
		t.Errorf("%s = %s, which is in no catalogue", name, a.Code)
	}
	if a.RetryAfter < 0 || utf8.RuneCountInString(a.Text) > 500 || strings.ContainsFunc(a.Text, unicode.IsControl) {
		t.Errorf("%s = %+v", name, a)
	}
	if shown := fmt.Sprintf("%+v", a); (name == "Create" || name == "SignIn") && strings.Contains(shown, "imap-canary-2") {
		t.Errorf("%s shows the password it sent: %s", name, shown)
	}
}
