package portal_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// BenchmarkCreate measures one create call beside the least that can be done with
// net/http and encoding/json: the same request, the same answer.
func BenchmarkCreate(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(201)
		_, _ = io.WriteString(w, made)
	}))
	defer server.Close()
	b.Run("client", func(b *testing.B) {
		client, err := portal.New(portal.Options{URL: server.URL})
		if err != nil {
			b.Fatal(err)
		}
		defer client.Close()
		session, s := client.Session(account.NewSecret(ivanToken)), settings(ivan)
		b.ReportAllocs()
		for b.Loop() {
			if answer := session.Create(b.Context(), s, nil); answer.Fate != diagnosis.Done {
				b.Fatalf("Create = %+v", answer)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		client := &http.Client{Transport: &http.Transport{}}
		defer client.CloseIdleConnections()
		s := settings(ivan)
		b.ReportAllocs()
		for b.Loop() {
			if err := bareCreate(client, server.URL, s); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func bareCreate(client *http.Client, server string, s *account.Settings) error {
	body, err := json.Marshal(map[string]any{
		"name": s.Name, "email": s.Email, "account": s.Incoming.Login, "password": s.Incoming.Password.Reveal(),
		"port": s.Incoming.Port, "server": s.Incoming.Host, "smtp_account": s.Outgoing.Login, "smtp_password": s.Outgoing.Password.Reveal(),
		"smtp_port": s.Outgoing.Port, "smtp_server": s.Outgoing.Host, "smtp_auth": s.SMTPAuth, "imap": s.IMAP, "restrict": s.Restrict,
		"incoming_encryption_type": s.Incoming.Encryption, "outcoming_encryption_type": s.Outgoing.Encryption,
		"auth_type_in": s.Incoming.Auth, "auth_type_smtp": s.Outgoing.Auth,
	})
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodPost, server+"/api/2.0/mail/accounts", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", ivanToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Response struct {
			MailboxID int    `json:"mailboxId"`
			Email     string `json:"email"`
		} `json:"response"`
	}
	return json.NewDecoder(response.Body).Decode(&answer)
}
