package portal_test

import (
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portalsim"
)

func TestSetup(t *testing.T) {
	session, _ := ivansPortal(t, portalsim.Options{Providers: map[string]portalsim.Provider{
		"corp.example.org": {IMAP: "mail.corp.example.org", SMTP: "relay.corp.example.org", SMTPPort: 465},
	}})
	got, known, answer := session.Setup(t.Context(), "anybody@corp.example.org")
	if !known || answer.Fate != diagnosis.Done {
		t.Fatalf("Setup = %+v, %v, %+v; want it known", got, known, answer)
	}
	if in := got.Incoming; in.Host != "mail.corp.example.org" || in.Port != 993 || in.Encryption != account.TLS || !got.IMAP {
		t.Errorf("incoming %+v, IMAP %v; want mail.corp.example.org:993 ssl by IMAP", in, got.IMAP)
	}
	if out := got.Outgoing; out.Host != "relay.corp.example.org" || out.Port != 465 || out.Encryption != account.TLS {
		t.Errorf("outgoing %+v, want relay.corp.example.org:465 ssl", out)
	}
}

// TestSetupOfNoKnowledge: what the portal makes up is not taken for what it knows.
func TestSetupOfNoKnowledge(t *testing.T) {
	session, _ := ivansPortal(t, portalsim.Options{})
	if got, known, answer := session.Setup(t.Context(), "anybody@corp.example.org"); known || answer.Fate != diagnosis.Done {
		t.Errorf("Setup of a domain nobody knows = %+v, %v, %+v; want nothing", got, known, answer)
	}
	session, _ = ivansPortal(t, faulty(portalsim.Fault{Path: "mail/accounts/setups", Do: portalsim.Envelope, Status: 500, Text: "Object reference not set"}))
	if got, known, answer := session.Setup(t.Context(), "anybody@corp.example.org"); known || answer.Fate == diagnosis.Done {
		t.Errorf("Setup of a portal in trouble = %+v, %v, %+v; want no answer", got, known, answer)
	}
}
