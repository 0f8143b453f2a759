package portalsim_test

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/portalsim"
)

func header(name string) string { return `<span class="attempt_header">` + name + `</span><br/>` }

// Every text of a login test, by what the mail servers do.
func TestLoginTest(t *testing.T) {
	const (
		imap, pop3, smtp = "IMAP response:", "POP3 response:", "SMTP response:"
		noGood           = "Authentication failed."
		noSMTP           = "5.7.8 Error: authentication failed"
	)
	every := func(do portalsim.Behaviour) []portalsim.MailHost { return []portalsim.MailHost{{Do: do}} }
	side := func(s portalsim.Side, do portalsim.Behaviour) []portalsim.MailHost {
		return []portalsim.MailHost{{Side: s, Do: do}}
	}
	ports := []portalsim.MailHost{{Ports: true}}
	tests := []struct {
		name     string
		hosts    []portalsim.MailHost
		send     fields
		want     string // "" is 201
		took     time.Duration
		failures int // at the mail servers, for the mailbox
	}{
		{"both accept", nil, fields{}, "", 0, 0},
		{"both refuse", every(portalsim.Refuse), fields{}, header(imap) + noGood + "\r\n" + header(smtp) + noSMTP, 0, 5},
		{"IMAP refuses", side(portalsim.IMAP, portalsim.Refuse), fields{}, header(imap) + noGood, 0, 3},
		{"SMTP refuses", side(portalsim.SMTP, portalsim.Refuse), fields{}, header(smtp) + noSMTP, 0, 2},
		{"POP3 refuses", side(portalsim.POP3, portalsim.Refuse), fields{"imap": false}, header(pop3) + noGood, 0, 3},
		{"more mechanisms, more failures", []portalsim.MailHost{{Do: portalsim.Refuse, Mechanisms: []string{"PLAIN", "LOGIN", "CRAM-MD5", "NTLM"}}}, fields{},
			header(imap) + noGood + "\r\n" + header(smtp) + noSMTP, 0, 9},
		{"NTLM is tried alone", every(portalsim.Refuse), fields{"auth_type_in": 7, "auth_type_smtp": 7}, header(imap) + noGood + "\r\n" + header(smtp) + noSMTP, 0, 2},
		{"NTLM over POP3", nil, fields{"imap": false, "auth_type_in": 7}, header(pop3) + "Object reference not set to an instance of an object", 0, 0},
		{"declared password", []portalsim.MailHost{{Passwords: map[string]string{address: "mail-secret"}}}, fields{}, "", 0, 0},
		{"wrong password", []portalsim.MailHost{{Passwords: map[string]string{address: "other"}}}, fields{}, header(imap) + noGood + "\r\n" + header(smtp) + noSMTP, 0, 5},
		{"only one mailbox", []portalsim.MailHost{{Do: portalsim.Refuse, Only: []string{"anna@*"}}}, fields{}, "", 0, 0},
		{"empty password", nil, fields{"password": ""}, header(imap) + noGood, 0, 3},
		{"no password", nil, fields{"password": nil}, header(imap) + "Value cannot be null.\nParameter name: password", 0, 0},
		{"no login", nil, fields{"account": nil}, header(imap) + "Value cannot be null.\nParameter name: userName", 0, 0},
		{"no server", nil, fields{"server": nil}, header(imap) + "Value cannot be null.\nParameter name: host", 0, 0},
		{"empty server", nil, fields{"smtp_server": ""}, header(smtp) + "The host name cannot be empty.\nParameter name: host", 0, 0},
		{"port in the server name", nil, fields{"server": "imap.corp.ru:993"}, header(imap) + "Could not resolve host 'imap.corp.ru:993'", 0, 0},
		{"no SMTP authentication asked for", nil, fields{"smtp_auth": false}, header(smtp) + "SmtpAuth is required (setup Authentication Type)", 0, 0},
		{"smtp_auth with type none, as in the published example", nil, fields{"smtp_auth": true, "auth_type_smtp": "none"}, header(smtp) + "SmtpAuth is required (setup Authentication Type)", 0, 0},
		{"no SMTP authentication asked for or offered", side(portalsim.SMTP, portalsim.NoAuth), fields{"smtp_auth": false}, "", 0, 0},
		{"AUTH not offered", every(portalsim.NoAuth), fields{}, header(imap) + "The LOGIN command is disabled." + "\r\n" + header(smtp) + "The SMTP server does not support authentication.", 0, 0},
		{"no answer", every(portalsim.NoAnswer), fields{}, header(imap) + "Imap.ConnectAsync timeout" + "\r\n" + header(smtp) + "Smtp.ConnectAsync timeout", 30 * time.Second, 0},
		{"no answer over POP3", side(portalsim.POP3, portalsim.NoAnswer), fields{"imap": false}, header(pop3) + "Pop.ConnectAsync timeout", 15 * time.Second, 0},
		{"hangs after the login", every(portalsim.Hang), fields{}, header(imap) + "Imap.AuthenticateAsync timeout" + "\r\n" + header(smtp) + "Smtp.AuthenticateAsync timeout", time.Minute, 0},
		{"the library's timer wins", side(portalsim.IMAP, portalsim.Cancel), fields{}, header(imap) + "A task was canceled.", 30 * time.Second, 0},
		{"slow", []portalsim.MailHost{{Delay: 5 * time.Second}}, fields{}, "", 10 * time.Second, 0},
		{"not listening", every(portalsim.NotListening), fields{}, header(imap) + "Connection refused" + "\r\n" + header(smtp) + "Connection refused", 0, 0},
		{"name not resolved", side(portalsim.IMAP, portalsim.Unresolved), fields{}, header(imap) + "Could not resolve host 'imap.example.org'", 0, 0},
		{"TLS fails", side(portalsim.SMTP, portalsim.BadTLS), fields{}, header(smtp) + "Authentication failed, see inner exception.", 0, 0},
		{"too many connections", every(portalsim.TooMany), fields{}, header(imap) + "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)" + "\r\n" +
			header(smtp) + "4.7.0 smtp.example.org Error: too many connections from 203.0.113.10", 0, 0},
		{"temporary", every(portalsim.Temporary), fields{}, header(imap) + "Temporary authentication failure." + "\r\n" +
			header(smtp) + "4.7.0 Temporary authentication failure: Connection lost to authentication server", 0, 0},
		{"temporary over POP3 looks refused", side(portalsim.POP3, portalsim.Temporary), fields{"imap": false}, header(pop3) + noGood, 0, 0},
		{"a text of its own that echoes", []portalsim.MailHost{{Side: portalsim.IMAP, Do: portalsim.Refuse, Text: "LOGIN {login} {password}: no"}}, fields{},
			header(imap) + "LOGIN ivan@example.org mail-secret: no", 0, 3},
		{"by server name", []portalsim.MailHost{{Host: "smtp.*", Do: portalsim.NotListening}}, fields{}, header(smtp) + "Connection refused", 0, 0},
		{"silent farewell under TLS", side(portalsim.SMTP, portalsim.Farewell), fields{}, "", 30 * time.Second, 0},
		{"plain text on a TLS port", ports, fields{"incoming_encryption_type": 0}, header(imap) + "Imap.ConnectAsync timeout", 15 * time.Second, 0},
		{"TLS on a plain text port", ports, fields{"smtp_port": 587}, header(smtp) + "Authentication failed, see inner exception.", 0, 0},
		{"the usual ports", ports, fields{"port": 143, "incoming_encryption_type": 2, "smtp_port": 587, "outcoming_encryption_type": 2}, "", 0, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "owner@example.org"}, MailHosts: test.hosts, SaveGap: -1})
				defer p.Close()
				send := good(address)
				for name, value := range test.send {
					send = send.with(name, value)
				}
				began := time.Now()
				w := direct(p, "t", "POST", accounts, send)
				if took := time.Since(began); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
				checkCreate(t, w, test.want)
				if got := p.Stats().FailedMail[address]; got != test.failures {
					t.Errorf("failed logins = %d, want %d", got, test.failures)
				}
			})
		})
	}
}

func checkCreate(t *testing.T, w *httptest.ResponseRecorder, want string) {
	t.Helper()
	r := reply{w.Code, w.Header(), w.Body.String()}
	if want == "" && r.status != 201 || want != "" && (r.status != 500 || r.message(t) != want) {
		t.Errorf("create = %d %q, want %q", r.status, r.message(t), want)
	}
}

// A server that never answers LOGOUT holds an unencrypted login test for ever: the
// front server gives up after ten minutes, and only the end of the portal ends it.
func TestFarewellWithoutTLSHasNoLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{
			Tokens: map[string]string{"t": "a@example.org"}, MailHosts: []portalsim.MailHost{{Side: portalsim.IMAP, Do: portalsim.Farewell}},
		})
		began := time.Now()
		w := direct(p, "t", "POST", accounts, good(address).with("incoming_encryption_type", 0))
		if took := time.Since(began); took != 10*time.Minute || w.Code != 504 {
			t.Errorf("create = %d after %v, want 504 after ten minutes", w.Code, took)
		}
		time.Sleep(24 * time.Hour)
		if now := p.Stats().InFlight.Now; now != 1 {
			t.Errorf("under way a day later: %d, want 1", now)
		}
		p.Close()
		if made := len(p.Accounts()); made != 0 {
			t.Errorf("accounts made = %d, want none", made)
		}
	})
}

func TestMailServersOverTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, MailHosts: []portalsim.MailHost{
			{Host: "imap.example.org", Do: portalsim.NotListening, After: time.Minute, For: time.Minute},
			{Host: "smtp.example.org", Do: portalsim.Temporary, First: 1},
		}})
		defer p.Close()
		steps := []struct {
			wait time.Duration
			want string
		}{
			{0, header("SMTP response:") + "4.7.0 Temporary authentication failure: Connection lost to authentication server"},
			{0, ""},
			{time.Minute, header("IMAP response:") + "Connection refused"},
			{time.Minute, ""},
		}
		for _, step := range steps {
			time.Sleep(step.wait)
			checkCreate(t, direct(p, "t", "POST", accounts, good(address)), step.want)
		}
	})
}

// One POST with a wrong password is five failed logins, enough to lock a mailbox.
func TestLockout(t *testing.T) {
	s := start(t, portalsim.Options{MailHosts: []portalsim.MailHost{{LockAfter: 3, Passwords: map[string]string{address: "mail-secret"}}}})
	token := s.signIn("a@example.org")
	s.json(token, "POST", accounts, good(address).with("password", "wrong"))
	if r := s.json(token, "POST", accounts, good(address)); r.status != 500 || !strings.Contains(r.message(t), "IMAP") {
		t.Errorf("create with the right password = %d %s, want it refused: the mailbox is locked", r.status, r.body)
	}
}

func TestMailServerBearsSoMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := portalsim.New(portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}, MailHosts: []portalsim.MailHost{{Host: "imap.*", Most: 2, Delay: time.Second}}})
		defer p.Close()
		done := make(chan int, 3)
		for i := range cap(done) {
			go func() { done <- direct(p, "t", "POST", accounts, good(string(rune('a'+i))+"@example.org")).Code }()
		}
		refused := 0
		for range cap(done) {
			if <-done == 500 {
				refused++
			}
		}
		if refused == 0 {
			t.Error("three logins at once at a server that bears two: none refused")
		}
		if most := p.Stats().MailHosts["imap.example.org"].Most; most != 3 {
			t.Errorf("most at once = %d, want 3", most)
		}
	})
}

// The portal translates the headers and the generic text, nothing else.
func TestLanguages(t *testing.T) {
	tests := []struct{ name, portal, person, imap, generic string }{
		{"English", "en", "", "IMAP response:", unexpected},
		{"Russian portal", "ru", "", "Ответ сервера IMAP:", "Произошла непредвиденная ошибка. Пожалуйста, повторите попытку позже."},
		{"Russian person", "en", "ru-RU", "Ответ сервера IMAP:", "Произошла непредвиденная ошибка. Пожалуйста, повторите попытку позже."},
		{"English person", "ru", "en-US", "IMAP response:", unexpected},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, portalsim.Options{
				Language: test.portal, People: []portalsim.Person{{Email: "a@example.org", Culture: test.person}},
				MailHosts: []portalsim.MailHost{{Side: portalsim.IMAP, Do: portalsim.Refuse, Only: []string{"refused@*"}}},
			})
			token := s.signIn("a@example.org")
			if got := s.json(token, "POST", accounts, good("refused@example.org")).message(t); got != header(test.imap)+"Authentication failed." {
				t.Errorf("refused login = %q", got)
			}
			if got := s.json(token, "POST", accounts, good(address).with("auth_type_in", 5)).message(t); got != test.generic {
				t.Errorf("OAuth2 = %q, want %q", got, test.generic)
			}
		})
	}
}

// What stands in front of the method, in the real server's order.
func TestOrderOfChecks(t *testing.T) {
	people := []portalsim.Person{{Email: "guest@example.org", Guest: true}, {Email: "off@example.org", NoMail: true}}
	tokens := map[string]string{"t": "ivan@example.org", "guest": "guest@example.org", "off": "off@example.org", "owner": "admin@example.org"}
	broken := good(address).with("port", "abc")
	const bad = "bad"
	tests := []struct {
		name   string
		state  portalsim.State
		ip     bool
		token  string
		send   fields
		status int
		body   string // a part of it; "-" is none at all
	}{
		{"missing portal", portalsim.Missing, true, bad, broken, 404, "-"},
		{"suspended", portalsim.Suspended, true, bad, broken, 404, "-"},
		{"removed", portalsim.Removed, true, bad, broken, 404, "-"},
		{"restoring", portalsim.Restoring, true, bad, broken, 503, "-"},
		{"transferring", portalsim.Transferring, true, bad, broken, 503, "-"},
		{"migrating", portalsim.Migrating, true, bad, broken, 503, "-"},
		{"encrypting", portalsim.Encrypting, true, bad, broken, 503, "-"},
		{"unpaid", portalsim.Unpaid, true, bad, broken, 402, "-"},
		{"warming up", portalsim.WarmingUp, true, bad, broken, 200, "<html>"},
		{"mail module absent", portalsim.MailAbsent, false, "t", broken, 404, "<html>"},
		{"no token before the address", portalsim.Active, true, bad, broken, 401, "Unauthorized"},
		{"address before the arguments", portalsim.Active, true, "t", broken, 403, "-"},
		{"arguments before payment", portalsim.Overdue, false, "t", broken, 400, notNumber},
		{"arguments before the product", portalsim.Active, false, "guest", broken, 400, notNumber},
		{"payment", portalsim.Overdue, false, "t", good(address), 402, `"message":"PaymentRequired"`},
		{"guest", portalsim.Active, false, "guest", good(address), 403, `"message":"Forbidden"`},
		{"mail is off for a person", portalsim.Active, false, "off", good(address), 403, `"message":"Forbidden"`},
		{"product before the address", portalsim.Active, false, "guest", good(""), 403, `"message":"Forbidden"`},
		{"address before the login test", portalsim.Active, false, "t", good("").with("server", ""), 400, "cannot be an empty string"},
		{"login test before the enums", portalsim.Active, false, "t", good(address).with("server", "", "auth_type_in", 5), 500, "IMAP response:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, portalsim.Options{State: test.state, IPRestricted: test.ip, People: people, Tokens: tokens})
			r := s.json(test.token, "POST", accounts, test.send)
			if r.status != test.status || test.body == "-" && r.body != "" || test.body != "-" && !strings.Contains(r.body, test.body) {
				t.Errorf("create = %d %q, want %d with %q", r.status, r.body, test.status, test.body)
			}
		})
	}
}

func TestMailOffForAll(t *testing.T) {
	s := start(t, portalsim.Options{MailOff: true})
	if r := s.json(s.signIn("a@example.org"), "GET", accounts, nil); r.status != 403 || r.message(t) != "Forbidden" {
		t.Errorf("list = %d %s, want 403 Forbidden in an envelope", r.status, r.body)
	}
}

// capabilities.json, and only with its suffix, passes most states.
func TestCapabilitiesPass(t *testing.T) {
	tests := []struct {
		state      portalsim.State
		with, bare int
	}{
		{portalsim.Active, 200, 200}, {portalsim.Suspended, 200, 404}, {portalsim.Restoring, 200, 503}, {portalsim.Transferring, 200, 503},
		{portalsim.Migrating, 200, 503}, {portalsim.Encrypting, 200, 503}, {portalsim.Unpaid, 200, 402}, {portalsim.Overdue, 200, 200},
		{portalsim.Missing, 404, 404}, {portalsim.Removed, 404, 404},
	}
	s := start(t, portalsim.Options{})
	for _, test := range tests {
		t.Run(string(test.state), func(t *testing.T) {
			if err := s.SetState(test.state); err != nil {
				t.Fatal(err)
			}
			s := &site{s.Portal, t, s.url}
			with, bare := s.call("GET", "/api/2.0/capabilities.json", ""), s.call("GET", "/api/2.0/capabilities", "")
			if with.status != test.with || bare.status != test.bare {
				t.Errorf("capabilities.json = %d, capabilities = %d; want %d and %d", with.status, bare.status, test.with, test.bare)
			}
		})
	}
}

func TestUnknownRoutes(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("a@example.org")
	for _, test := range []struct{ method, path string }{
		{"GET", "/"}, {"GET", "/api/2.0/nothing"}, {"PATCH", accounts}, {"GET", "/api/2.0/authentication"}, {"GET", "/api/2.0/mail/operations/a/b"},
		{"POST", "/api/2.0/people/@self"}, {"GET", "/api/2.0/"}, {"GET", "/API/2.0"},
	} {
		if r := s.json(token, test.method, test.path, nil); r.status != 404 || !strings.Contains(r.body, "<html>") {
			t.Errorf("%s %s = %d %q, want a 404 page", test.method, test.path, r.status, r.body)
		}
	}
	if r := s.json(token, "GET", "/API/2.0/People/@SELF.json", nil); r.status != 200 {
		t.Errorf("routes in other case = %d, want 200", r.status)
	}
}

func TestTooBigARequest(t *testing.T) {
	s := start(t, portalsim.Options{Tokens: map[string]string{"t": "a@example.org"}})
	if r := s.call("POST", accounts, strings.Repeat(" ", 17<<20), "Authorization", "t"); r.status != 413 {
		t.Errorf("17 MiB = %d, want 413", r.status)
	}
}

// The suffix is known in lower case alone; else it is a part of the last name.
func TestSuffixInCapitals(t *testing.T) {
	s := start(t, portalsim.Options{})
	token := s.signIn("ivan@example.org")
	if r := s.json(token, "GET", accounts+".JSON", nil); r.status != 404 || !strings.Contains(r.body, "<html>") {
		t.Errorf("accounts.JSON = %d %s, want a page with 404", r.status, r.body)
	}
	if r := s.json(token, "GET", "/api/2.0/people/ivan.JSON", nil); r.status != 404 || r.message(t) != "User not found" {
		t.Errorf("people/ivan.JSON = %d %s, want 404 in an envelope", r.status, r.body)
	}
}

// OPTIONS is answered on any path, without a sign-in, unless the portal as a whole does not serve.
func TestOptions(t *testing.T) {
	s := start(t, portalsim.Options{})
	for _, path := range []string{accounts, "/api/2.0/no/such/path", "/api/2.0/people/@self.json"} {
		r := s.call("OPTIONS", path, "")
		if r.status != 200 || r.body != "" || r.header.Get("Access-Control-Allow-Methods") != "GET, POST, PUT, DELETE" || r.header.Get("Access-Control-Max-Age") != "1728000" {
			t.Errorf("OPTIONS %s = %d %q %v", path, r.status, r.body, r.header)
		}
	}
	if r := s.call("OPTIONS", "/elsewhere", ""); r.status != 404 {
		t.Errorf("OPTIONS beside the API = %d, want 404", r.status)
	}
	if err := s.SetState(portalsim.Restoring); err != nil {
		t.Fatal(err)
	}
	if r := s.call("OPTIONS", accounts, ""); r.status != 503 {
		t.Errorf("OPTIONS of a portal that is restored = %d, want 503", r.status)
	}
}

// A portal in UTC writes Z and no offset.
func TestTimeZones(t *testing.T) {
	for zone, want := range map[string]string{"": `\+03:00"`, "UTC": `Z"`, "+00:00": `Z"`, "Etc/GMT": `Z"`, "Asia/Yekaterinburg": `\+05:00"`, "-03:30": `-03:30"`} {
		s := start(t, portalsim.Options{TimeZone: zone})
		r := s.json("", "POST", authentication, fields{"userName": "a@example.org", "password": "x"})
		if !regexp.MustCompile(`"expires":"[-0-9T:]{19}\.\d{7}` + want).MatchString(r.body) {
			t.Errorf("time zone %q: %s, want expires to end in %s", zone, r.body, want)
		}
	}
}
