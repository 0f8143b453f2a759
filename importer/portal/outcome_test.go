package portal_test

import (
	"strings"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

const (
	ivan      = "ivan@example.org"
	ivanToken = "token-canary-of-ivan"
)

// withIvan adds a person with a ready token.
func withIvan(o portalsim.Options) portalsim.Options {
	o.Tokens = map[string]string{ivanToken: ivan}
	return o
}

func hosts(side portalsim.Side, do portalsim.Behaviour, text string) portalsim.Options {
	return portalsim.Options{
		MailHosts: []portalsim.MailHost{{Side: side, Do: do, Text: text}},
		Timeouts:  portalsim.Timeouts{Connect: time.Millisecond, Login: time.Millisecond},
	}
}

func faulty(f portalsim.Fault) portalsim.Options {
	return portalsim.Options{Faults: []portalsim.Fault{f}}
}

// What the portal may say to a create call, each outcome once.
func TestCreateOutcomes(t *testing.T) {
	const russian = "Ответ сервера"
	for _, tc := range []struct {
		name    string
		options portalsim.Options
		change  func(*account.Settings)
		code    diagnosis.Code
		fate    diagnosis.Fate
		side    diagnosis.Side
		text    string // part of the answer's text
		status  int
	}{
		{name: "saved", fate: diagnosis.Done, status: 201},
		{name: "incoming password refused", options: hosts(portalsim.IMAP, portalsim.Refuse, ""),
			code: diagnosis.MailAuth, fate: diagnosis.Final, side: diagnosis.Incoming, text: "IMAP: Authentication failed.", status: 500},
		{name: "POP3 password refused", options: hosts(portalsim.POP3, portalsim.Refuse, ""), change: func(s *account.Settings) { s.IMAP = false },
			code: diagnosis.MailAuth, fate: diagnosis.Final, side: diagnosis.Incoming, text: "POP3: Authentication failed.", status: 500},
		{name: "outgoing password refused", options: hosts(portalsim.SMTP, portalsim.Refuse, ""),
			code: diagnosis.MailAuth, fate: diagnosis.Final, side: diagnosis.Outgoing, text: "SMTP: 5.7.8 Error", status: 500},
		{name: "both refused, in Russian", options: func() portalsim.Options {
			o := hosts("", portalsim.Refuse, "")
			o.Language = "ru"
			return o
		}(), code: diagnosis.MailAuth, fate: diagnosis.Final, side: diagnosis.Incoming, text: "IMAP: Authentication failed. SMTP: 5.7.8 Error", status: 500},
		{name: "refused password beats timeout", options: portalsim.Options{
			MailHosts: []portalsim.MailHost{{Side: portalsim.IMAP, Do: portalsim.NoAnswer}, {Side: portalsim.SMTP, Do: portalsim.Refuse}},
			Timeouts:  portalsim.Timeouts{Connect: time.Millisecond},
		}, code: diagnosis.MailAuth, fate: diagnosis.Final, side: diagnosis.Outgoing, status: 500},
		{name: "app password", options: hosts(portalsim.SMTP, portalsim.Refuse, "5.7.0 NEOBHODIM parol prilozheniya"),
			code: diagnosis.MailAppPassword, fate: diagnosis.Final, side: diagnosis.Outgoing, status: 500},
		{name: "IMAP off", options: hosts(portalsim.IMAP, portalsim.Refuse, "Your account is not enabled for IMAP use."),
			code: diagnosis.IMAPOff, fate: diagnosis.Final, side: diagnosis.Incoming, status: 500},
		{name: "no authentication offered", options: hosts(portalsim.SMTP, portalsim.NoAuth, ""),
			code: diagnosis.SMTPNoAuth, fate: diagnosis.Final, side: diagnosis.Outgoing, status: 500},
		{name: "authentication required", change: func(s *account.Settings) { s.SMTPAuth = false },
			code: diagnosis.SMTPAuthRequired, fate: diagnosis.Final, side: diagnosis.Outgoing, status: 500},
		{name: "LOGIN disabled", options: hosts(portalsim.IMAP, portalsim.NoAuth, ""),
			code: diagnosis.TLSMode, fate: diagnosis.Final, side: diagnosis.Incoming, status: 500},
		{name: "handshake fails", options: hosts(portalsim.IMAP, portalsim.BadTLS, ""),
			code: diagnosis.MailTLS, fate: diagnosis.Later, side: diagnosis.Incoming, status: 500},
		{name: "connect timeout", options: hosts(portalsim.IMAP, portalsim.NoAnswer, ""),
			code: diagnosis.MailTimeout, fate: diagnosis.Later, side: diagnosis.Incoming, status: 500},
		{name: "login timeout", options: hosts(portalsim.SMTP, portalsim.Hang, ""),
			code: diagnosis.MailTimeout, fate: diagnosis.Later, side: diagnosis.Outgoing, status: 500},
		{name: "login cancelled", options: hosts(portalsim.SMTP, portalsim.Cancel, ""),
			code: diagnosis.MailTimeout, fate: diagnosis.Later, side: diagnosis.Outgoing, status: 500},
		{name: "connection refused", options: hosts(portalsim.IMAP, portalsim.NotListening, ""),
			code: diagnosis.MailConnect, fate: diagnosis.Later, side: diagnosis.Incoming, status: 500},
		{name: "name not found", options: hosts(portalsim.IMAP, portalsim.Unresolved, ""),
			code: diagnosis.MailDNS, fate: diagnosis.Later, side: diagnosis.Incoming, status: 500},
		{name: "too many connections", options: hosts(portalsim.IMAP, portalsim.TooMany, ""),
			code: diagnosis.MailTooMany, fate: diagnosis.Later, side: diagnosis.Incoming, status: 500},
		{name: "temporary refusal", options: hosts(portalsim.SMTP, portalsim.Temporary, ""),
			code: diagnosis.MailTemporary, fate: diagnosis.Later, side: diagnosis.Outgoing, status: 500},
		{name: "OAuth2", change: func(s *account.Settings) { s.Incoming.Auth = 5 },
			code: diagnosis.PortalGeneric, fate: diagnosis.Unclear, side: diagnosis.OnPortal, status: 500},
		{name: "generic, in Russian", options: portalsim.Options{Language: "ru"}, change: func(s *account.Settings) { s.Incoming.Auth = 5 },
			code: diagnosis.PortalGeneric, fate: diagnosis.Unclear, side: diagnosis.OnPortal, text: "Произошла непредвиденная ошибка", status: 500},
		{name: "no address", change: func(s *account.Settings) { s.Email = "" },
			code: diagnosis.AddressRefused, fate: diagnosis.Final, side: diagnosis.OnFile, status: 400},
		{name: "malformed address", change: func(s *account.Settings) { s.Email = "ivan" },
			code: diagnosis.AddressRefused, fate: diagnosis.Final, side: diagnosis.OnFile, status: 500},
		{name: "argument out of range", options: faulty(portalsim.Fault{Do: portalsim.Envelope, Status: 400, Text: "Input string was not in a correct format."}),
			code: diagnosis.PortalArgument, fate: diagnosis.Final, side: diagnosis.OnPortal, status: 400},
		{name: "unknown words", options: faulty(portalsim.Fault{Do: portalsim.Envelope, Status: 500, Text: "Deadlock found"}),
			code: diagnosis.PortalError, fate: diagnosis.Unclear, side: diagnosis.OnPortal, text: "Deadlock found", status: 500},
		{name: "mail is off", options: portalsim.Options{MailOff: true},
			code: diagnosis.PortalMailOff, fate: diagnosis.EndsOwner, side: diagnosis.OnPortal, status: 403},
		{name: "forbidden", options: faulty(portalsim.Fault{Do: portalsim.Envelope, Status: 403, Text: "Access denied"}),
			code: diagnosis.PortalForbidden, fate: diagnosis.Final, side: diagnosis.OnPortal, text: "Access denied", status: 403},
		{name: "address restriction", options: portalsim.Options{IPRestricted: true},
			code: diagnosis.PortalIP, fate: diagnosis.EndsRun, side: diagnosis.OnPortal, status: 403},
		{name: "unpaid", options: portalsim.Options{State: portalsim.Unpaid},
			code: diagnosis.PortalUnpaid, fate: diagnosis.EndsRun, side: diagnosis.OnPortal, status: 402},
		{name: "overdue", options: portalsim.Options{State: portalsim.Overdue},
			code: diagnosis.PortalUnpaid, fate: diagnosis.EndsRun, side: diagnosis.OnPortal, status: 402},
		{name: "suspended", options: portalsim.Options{State: portalsim.Suspended},
			code: diagnosis.PortalNotFound, fate: diagnosis.EndsRun, side: diagnosis.OnPortal, status: 404},
		{name: "no mail module", options: portalsim.Options{State: portalsim.MailAbsent},
			code: diagnosis.PortalNotFound, fate: diagnosis.EndsRun, side: diagnosis.OnPortal, status: 404},
		{name: "restoring", options: portalsim.Options{State: portalsim.Restoring},
			code: diagnosis.PortalRestoring, fate: diagnosis.EndsRun, side: diagnosis.OnPortal, status: 503},
		{name: "warming up", options: portalsim.Options{State: portalsim.WarmingUp},
			code: diagnosis.PortalNotAPI, fate: diagnosis.Unclear, side: diagnosis.OnPortal, status: 200},
		{name: "login page", options: faulty(portalsim.Fault{Do: portalsim.Answer}),
			code: diagnosis.PortalNotAPI, fate: diagnosis.Unclear, side: diagnosis.OnPortal, text: "Sign in", status: 200},
		{name: "gateway cannot reach it", options: faulty(portalsim.Fault{Do: portalsim.Answer, Status: 502}),
			code: diagnosis.PortalDown, fate: diagnosis.Unclear, side: diagnosis.OnPortal, status: 502},
		{name: "gateway has waited enough", options: faulty(portalsim.Fault{Do: portalsim.Answer, Status: 504}),
			code: diagnosis.PortalTimeout, fate: diagnosis.Unclear, side: diagnosis.OnPortal, status: 504},
		{name: "500 without a word", options: faulty(portalsim.Fault{Do: portalsim.Empty, Status: 500}),
			code: diagnosis.PortalDown, fate: diagnosis.Unclear, side: diagnosis.OnPortal, status: 500},
		{name: "503 page", options: faulty(portalsim.Fault{Do: portalsim.Answer, Status: 503}),
			code: diagnosis.PortalDown, fate: diagnosis.Unclear, side: diagnosis.OnPortal, status: 503},
		{name: "503 with a time to come back", options: faulty(portalsim.Fault{Do: portalsim.Empty, Status: 503, RetryAfter: "7"}),
			code: diagnosis.PortalBusy, fate: diagnosis.TurnedAway, side: diagnosis.OnPortal, status: 503},
		{name: "too many requests", options: faulty(portalsim.Fault{Do: portalsim.TooManyRequests}),
			code: diagnosis.PortalBusy, fate: diagnosis.TurnedAway, side: diagnosis.OnPortal, status: 429},
		{name: "redirect", options: faulty(portalsim.Fault{Do: portalsim.Redirect, Location: "https://other.example.org/api?secret=1"}),
			code: diagnosis.PortalRedirect, fate: diagnosis.EndsRun, side: diagnosis.OnPortal, text: "other.example.org", status: 301},
		{name: "reset before anything is done", options: faulty(portalsim.Fault{Do: portalsim.Reset}),
			code: diagnosis.AnswerLost, fate: diagnosis.Unclear, side: diagnosis.OnPortal},
		{name: "reset when it is done", options: faulty(portalsim.Fault{Do: portalsim.Reset, Processed: true}),
			code: diagnosis.AnswerLost, fate: diagnosis.Unclear, side: diagnosis.OnPortal},
		{name: "answer cut", options: faulty(portalsim.Fault{Do: portalsim.Cut}),
			code: diagnosis.AnswerLost, fate: diagnosis.Unclear, side: diagnosis.OnPortal},
		{name: "endless answer", options: faulty(portalsim.Fault{Do: portalsim.Endless}),
			code: diagnosis.AnswerOdd, fate: diagnosis.Unclear, side: diagnosis.OnPortal, status: 201},
		{name: "gzip bomb", options: faulty(portalsim.Fault{Do: portalsim.GzipBomb}),
			code: diagnosis.AnswerOdd, fate: diagnosis.Unclear, side: diagnosis.OnPortal, status: 201},
		{name: "header bomb", options: faulty(portalsim.Fault{Do: portalsim.HeaderBomb}),
			code: diagnosis.AnswerLost, fate: diagnosis.Unclear, side: diagnosis.OnPortal},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client, _ := simulated(t, withIvan(tc.options))
			s := settings(ivan)
			if tc.change != nil {
				tc.change(s)
			}
			got := client.Session(account.NewSecret(ivanToken)).Create(t.Context(), s, nil)
			if got.Code != tc.code || got.Fate != tc.fate || got.Side != tc.side || got.Status != tc.status {
				t.Errorf("Create = %s, %v, side %q, status %d, want %s, %v, side %q, status %d (text %q, cause %v)",
					got.Code, got.Fate, got.Side, got.Status, tc.code, tc.fate, tc.side, tc.status, got.Text, got.Err)
			}
			if !strings.Contains(got.Text, tc.text) || strings.Contains(got.Text, russian) || strings.Contains(got.Text, "secret=1") {
				t.Errorf("Create's text = %q, want it to hold %q", got.Text, tc.text)
			}
			if got.Sent.IsZero() || got.Took <= 0 {
				t.Errorf("Create was sent %v and took %v, want both told", got.Sent, got.Took)
			}
		})
	}
}

// A read that is lost may be made again, so no code of it is unclear.
func TestReadIsNeverUnclear(t *testing.T) {
	for _, f := range []portalsim.Fault{
		{Do: portalsim.Reset}, {Do: portalsim.Cut}, {Do: portalsim.Answer}, {Do: portalsim.Answer, Status: 502}, {Do: portalsim.Endless},
		{Do: portalsim.Envelope, Status: 500}, {Do: portalsim.Envelope, Status: 500, Text: "odd"},
	} {
		client, _ := simulated(t, withIvan(faulty(f)))
		session := client.Session(account.NewSecret(ivanToken))
		_, self := session.Self(t.Context())
		_, list := session.Accounts(t.Context())
		_, found, find := session.Find(t.Context(), ivan)
		_, signIn := client.SignIn(t.Context(), ivan, account.NewSecret("x"))
		for name, answer := range map[string]portal.Answer{"Self": self, "Accounts": list, "Find": find, "SignIn": signIn} {
			if answer.Fate != diagnosis.Later {
				t.Errorf("%s with %v %d = %s, %v, want it later", name, f.Do, f.Status, answer.Code, answer.Fate)
			}
		}
		if found {
			t.Errorf("Find with %v %d found something", f.Do, f.Status)
		}
	}
}

func TestSignInOutcomes(t *testing.T) {
	people := []portalsim.Person{
		{Email: ivan, Password: "right"},
		{Email: "sms@example.org", TwoFactor: "sms", Phone: "+79001234567"},
		{Email: "nophone@example.org", TwoFactor: "sms"},
		{Email: "tfa@example.org", TwoFactor: "app", TFAReady: true},
		{Email: "newtfa@example.org", TwoFactor: "app"},
		{Email: "gone@example.org", Status: "terminated"},
	}
	for _, tc := range []struct {
		name, user, password string
		options              portalsim.Options
		code                 diagnosis.Code
		fate                 diagnosis.Fate
	}{
		{name: "right", user: ivan, password: "right", fate: diagnosis.Done},
		{name: "wrong password", user: ivan, password: "wrong", code: diagnosis.PortalSignIn, fate: diagnosis.EndsOwner},
		{name: "date-like password", user: ivan, password: "2026-11-22T10:00:00+05:00", code: diagnosis.PortalSignIn, fate: diagnosis.EndsOwner},
		{name: "user name instead of address", user: "ivan", password: "right", code: diagnosis.PortalSignIn, fate: diagnosis.EndsOwner},
		{name: "disabled person", user: "gone@example.org", password: "x", code: diagnosis.PortalSignIn, fate: diagnosis.EndsOwner},
		{name: "SMS", user: "sms@example.org", password: "x", code: diagnosis.PortalSMS, fate: diagnosis.EndsOwner},
		{name: "SMS without a number", user: "nophone@example.org", password: "x", code: diagnosis.PortalSMSPhone, fate: diagnosis.EndsOwner},
		{name: "app", user: "tfa@example.org", password: "x", code: diagnosis.PortalTFA, fate: diagnosis.EndsOwner},
		{name: "app not connected", user: "newtfa@example.org", password: "x", code: diagnosis.PortalTFASetup, fate: diagnosis.EndsOwner},
		{name: "address restriction", user: ivan, password: "right", options: portalsim.Options{IPRestricted: true},
			code: diagnosis.PortalIP, fate: diagnosis.EndsRun},
		{name: "no portal", user: ivan, password: "right", options: portalsim.Options{State: portalsim.Missing},
			code: diagnosis.PortalNotFound, fate: diagnosis.EndsRun},
		{name: "201 without a token", user: ivan, password: "right",
			options: faulty(portalsim.Fault{Do: portalsim.Answer, Status: 201, Type: "application/json", Text: `{"status":0,"statusCode":201,"response":{"token":null}}`}),
			code:    diagnosis.AnswerOdd, fate: diagnosis.Later},
		{name: "token that cannot be a header", user: ivan, password: "right",
			options: faulty(portalsim.Fault{Do: portalsim.Answer, Status: 201, Type: "application/json", Text: `{"status":0,"statusCode":201,"response":{"token":"a\r\nb"}}`}),
			code:    diagnosis.AnswerOdd, fate: diagnosis.Later},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.options.People, tc.options.OnlyPeople = people, true
			client, _ := simulated(t, tc.options)
			token, answer := client.SignIn(t.Context(), tc.user, account.NewSecret(tc.password))
			if answer.Code != tc.code || answer.Fate != tc.fate {
				t.Errorf("SignIn = %s, %v, want %s, %v", answer.Code, answer.Fate, tc.code, tc.fate)
			}
			if got, want := !token.Secret.Empty(), tc.fate == diagnosis.Done; got != want {
				t.Errorf("SignIn gave a token: %v, want %v", got, want)
			}
			if tc.fate == diagnosis.Done && time.Until(token.Expires) < 300*24*time.Hour {
				t.Errorf("the token expires %v, want about a year from now", token.Expires)
			}
		})
	}
}

func TestSixthAttemptIsBlocked(t *testing.T) {
	client, _ := simulated(t, portalsim.Options{People: []portalsim.Person{{Email: ivan, Password: "right"}}})
	var last portal.Answer
	for range 6 {
		_, last = client.SignIn(t.Context(), ivan, account.NewSecret("wrong"))
	}
	if last.Code != diagnosis.PortalBlocked || last.Fate != diagnosis.Later {
		t.Errorf("sixth SignIn = %s, %v, want %s, later", last.Code, last.Fate, diagnosis.PortalBlocked)
	}
}

func TestSecondStep(t *testing.T) {
	for _, tc := range []struct {
		name   string
		person portalsim.Person
		code   string
		want   diagnosis.Code
	}{
		{"SMS", portalsim.Person{Email: ivan, TwoFactor: "sms", Phone: "+79001234567"}, "123456", ""},
		{"app", portalsim.Person{Email: ivan, TwoFactor: "app", TFAReady: true}, "123456", ""},
		{"wrong code", portalsim.Person{Email: ivan, TwoFactor: "app", TFAReady: true}, "000000", diagnosis.PortalCode},
		{"code of odd letters", portalsim.Person{Email: ivan, TwoFactor: "app", TFAReady: true}, "12/../34?x", diagnosis.PortalNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			client, _ := simulated(t, portalsim.Options{People: []portalsim.Person{tc.person}})
			first, answer := client.SignIn(t.Context(), ivan, account.NewSecret("x"))
			if !first.Secret.Empty() || answer.Fate != diagnosis.EndsOwner {
				t.Fatalf("SignIn = %+v, %+v, want no token", first, answer)
			}
			if first.SMS && !strings.HasSuffix(first.Phone, "4567") {
				t.Errorf("SignIn's phone = %q, want its last digits", first.Phone)
			}
			second, answer := client.SignInCode(t.Context(), ivan, account.NewSecret("x"), account.NewSecret(tc.code))
			if answer.Code != tc.want || second.Secret.Empty() != (tc.want != "") {
				t.Errorf("SignInCode = token %v, %s, want %q", !second.Secret.Empty(), answer.Code, tc.want)
			}
		})
	}
}

func TestTokenRefused(t *testing.T) {
	client, sim := simulated(t, withIvan(portalsim.Options{}))
	session := client.Session(account.NewSecret(ivanToken))
	if _, answer := session.Self(t.Context()); answer.Fate != diagnosis.Done {
		t.Fatalf("Self = %+v", answer)
	}
	if err := sim.SignOut(ivan); err != nil {
		t.Fatal(err)
	}
	if got := session.Create(t.Context(), settings(ivan), nil); got.Code != diagnosis.PortalToken || got.Fate != diagnosis.EndsOwner {
		t.Errorf("Create with a revoked token = %s, %v, want %s, ends owner", got.Code, got.Fate, diagnosis.PortalToken)
	}
	before := sim.Stats().Requests
	if _, got := client.Session(account.NewSecret("a\nb")).Self(t.Context()); got.Code != diagnosis.PortalToken {
		t.Errorf("Self with a token of two lines = %s, want %s", got.Code, diagnosis.PortalToken)
	}
	if n := sim.Stats().Requests - before; n != 0 {
		t.Errorf("a token of two lines made %d requests, want 0", n)
	}
}
