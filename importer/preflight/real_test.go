package preflight_test

import (
	"net/netip"
	"testing"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/preflight"
	"r7import/importer/preflight/mailtest"
)

// Names that the tests give the addresses of the servers.
const (
	good      = "mail.example.test"
	expired   = "imap.example.test"
	wrongName = "pop.example.test"
	cram      = "smtp.example.test"
	trueName  = "other.example.test" // of the server with the wrong name
)

// real returns a client that finds the servers of mailtest under their names.
func real(t *testing.T) (*mailtest.Servers, *preflight.Client) {
	t.Helper()
	servers := mailtest.Start(t)
	addresses := make(map[string]netip.Addr)
	for name, ip := range map[string]string{
		good: servers.Good, expired: servers.Expired, wrongName: servers.WrongName, cram: servers.CRAMMD5, trueName: servers.WrongName,
	} {
		addresses[name] = netip.MustParseAddr(ip)
	}
	return servers, &preflight.Client{Addresses: addresses, Roots: servers.CA, Connect: 3 * time.Second, Login: 10 * time.Second}
}

// settings are Ivan's at the good server, IMAPS and SMTPS.
func settings(changes ...func(*account.Settings)) *account.Settings {
	side := func(port int) account.Server {
		return account.Server{
			Host: good, Port: port, Encryption: account.TLS, Auth: account.LoginCmd,
			Login: mailtest.Ivan, Password: account.NewSecret(mailtest.IvanPassword),
		}
	}
	s := &account.Settings{Email: mailtest.Ivan, IMAP: true, SMTPAuth: true, Incoming: side(993), Outgoing: side(465)}
	for _, change := range changes {
		change(s)
	}
	return s
}

func incoming(port int, e account.Encryption) func(*account.Settings) {
	return func(s *account.Settings) {
		s.Incoming.Port, s.Incoming.Encryption, s.IMAP = port, e, port == 993 || port == 143
	}
}

func outgoing(port int, e account.Encryption) func(*account.Settings) {
	return func(s *account.Settings) { s.Outgoing.Port, s.Outgoing.Encryption = port, e }
}

func at(host string) func(*account.Settings) {
	return func(s *account.Settings) { s.Incoming.Host, s.Outgoing.Host = host, host }
}

func as(login, password string) func(*account.Settings) {
	return func(s *account.Settings) {
		s.Email, s.Incoming.Login, s.Outgoing.Login = login, login, login
		s.Incoming.Password = account.NewSecret(password)
		s.Outgoing.Password = s.Incoming.Password
	}
}

func auth(in, out account.Auth) func(*account.Settings) {
	return func(s *account.Settings) { s.Incoming.Auth, s.Outgoing.Auth = in, out }
}

func TestLoginAtRealServers(t *testing.T) {
	servers, client := real(t)
	const ok, failed, notTried = diagnosis.LoginOK, diagnosis.Failed, diagnosis.NotTried
	for _, tc := range []struct {
		name    string
		set     []func(*account.Settings)
		status  diagnosis.Status
		code    diagnosis.Code
		logins  int
		refused bool
	}{
		{"IMAPS and SMTPS", nil, ok, "", 2, false},
		{"IMAP with STARTTLS and submission", []func(*account.Settings){incoming(143, account.StartTLS), outgoing(587, account.StartTLS)}, ok, "", 2, false},
		{"POP3S", []func(*account.Settings){incoming(995, account.TLS)}, ok, "", 2, false},
		{"POP3 with STLS", []func(*account.Settings){incoming(110, account.StartTLS)}, ok, "", 2, false},
		{"no type of login", []func(*account.Settings){auth(account.NoAuth, account.LoginCmd)}, ok, "", 2, false},
		{"CRAM-MD5 asked for and not offered", []func(*account.Settings){auth(account.CramMD5, account.CramMD5)}, ok, "", 2, false},
		{"CRAM-MD5", []func(*account.Settings){at(cram)}, ok, "", 2, false},
		{"CRAM-MD5 over POP3", []func(*account.Settings){at(cram), incoming(995, account.TLS)}, ok, "", 2, false},
		{"a password in Cyrillic", []func(*account.Settings){as(mailtest.Anna, mailtest.AnnaPassword)}, ok, "", 2, false},
		{"a password in Cyrillic over POP3", []func(*account.Settings){as(mailtest.Anna, mailtest.AnnaPassword), incoming(995, account.TLS)}, ok, "", 2, false},
		{"wrong password", []func(*account.Settings){as(mailtest.Ivan, "wrong-1")}, failed, diagnosis.MailAuth, 1, true},
		{"wrong password over POP3", []func(*account.Settings){as(mailtest.Ivan, "wrong-2"), incoming(995, account.TLS)}, failed, diagnosis.MailAuth, 1, true},
		{"wrong password by CRAM-MD5", []func(*account.Settings){as(mailtest.Ivan, "wrong-3"), at(cram)}, failed, diagnosis.MailAuth, 1, true},
		{"wrong at the outgoing server alone", []func(*account.Settings){func(s *account.Settings) { s.Outgoing.Password = account.NewSecret("wrong-4") }}, failed, diagnosis.MailAuth, 2, true},
		{"locked account", []func(*account.Settings){as(mailtest.Locked, mailtest.LockedPassword)}, failed, diagnosis.MailLocked, 1, true},
		{"plaintext", []func(*account.Settings){incoming(143, account.Plain)}, failed, diagnosis.TLSMode, 1, false},
		{"TLS to a port in the clear", []func(*account.Settings){incoming(143, account.TLS)}, failed, diagnosis.TLSMode, 1, false},
		{"in the clear to a port of TLS", []func(*account.Settings){incoming(993, account.StartTLS)}, failed, diagnosis.MailTimeout, 1, false},
		{"wrong port", []func(*account.Settings){incoming(994, account.TLS)}, failed, diagnosis.MailConnect, 1, false},
		{"unknown name", []func(*account.Settings){func(s *account.Settings) { s.Incoming.Host = "nowhere.invalid" }}, failed, diagnosis.MailDNS, 1, false},
		{"no login asked for where one is wanted", []func(*account.Settings){auth(account.LoginCmd, account.NoAuth)}, failed, diagnosis.SMTPAuthRequired, 1, false},
		{"NTLM", []func(*account.Settings){auth(account.NTLM, account.LoginCmd)}, notTried, diagnosis.MailUnchecked, 1, false},
		{"expired certificate", []func(*account.Settings){at(expired)}, notTried, diagnosis.MailCertDate, 0, false},
		{"another name in the certificate", []func(*account.Settings){at(wrongName), incoming(143, account.StartTLS)}, notTried, diagnosis.MailCertName, 0, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := servers.Logins(t)
			o, err := client.LogIn(t.Context(), settings(tc.set...))
			if err != nil {
				t.Fatal(err)
			}
			var code diagnosis.Code
			if len(o.Problems) > 0 {
				code = o.Problems[0].Code
			}
			if o.Status != tc.status || code != tc.code || o.Logins != tc.logins || (o.Refused != "") != tc.refused {
				t.Errorf("%s %s, %d logins, refused %q; want %s %s, %d, %v", o.Status, code, o.Logins, o.Refused, tc.status, tc.code, tc.logins, tc.refused)
			}
			seen := 0
			for account, count := range servers.Logins(t) {
				seen += count.Good + count.Failed - before[account].Good - before[account].Failed
			}
			if seen != tc.logins {
				t.Errorf("the servers have seen %d logins, want %d", seen, tc.logins)
			}
		})
	}
}

func TestAnyCertificate(t *testing.T) {
	_, client := real(t)
	client.AnyCertificate = true
	for host, code := range map[string]diagnosis.Code{expired: diagnosis.MailCertDate, wrongName: diagnosis.MailCertName} {
		o, err := client.LogIn(t.Context(), settings(at(host)))
		if err != nil {
			t.Fatal(err)
		}
		if o.Status != diagnosis.LoginOK || len(o.Problems) == 0 || o.Problems[0].Code != diagnosis.MailCertAccepted || o.Problems[0].Args["Why"] != string(code) {
			t.Errorf("%s: %s %v, want a login with a warning of %s", host, o.Status, o.Problems, code)
		}
	}
}

func TestMendingSpendsNoLogin(t *testing.T) {
	servers, client := real(t)
	client.Connect = time.Second
	before := servers.Logins(t)
	server := func(p preflight.Protocol, host string, port int, e account.Encryption) preflight.Server {
		return preflight.Server{Protocol: p, Host: host, Port: port, Encryption: e}
	}
	for _, tc := range []struct {
		name     string
		from, to preflight.Server
	}{
		{"TLS on a port in the clear", server(preflight.IMAP, good, 143, account.TLS), server(preflight.IMAP, good, 143, account.StartTLS)},
		{"in the clear on a port of TLS", server(preflight.IMAP, good, 993, account.StartTLS), server(preflight.IMAP, good, 993, account.TLS)},
		{"plaintext", server(preflight.IMAP, good, 143, account.Plain), server(preflight.IMAP, good, 143, account.StartTLS)},
		{"POP3 on the port of IMAP", server(preflight.POP3, good, 993, account.TLS), server(preflight.POP3, good, 995, account.TLS)},
		{"a port that nobody listens on", server(preflight.SMTP, good, 466, account.TLS), server(preflight.SMTP, good, 465, account.TLS)},
		{"submission instead of 465", server(preflight.SMTP, good, 587, account.TLS), server(preflight.SMTP, good, 587, account.StartTLS)},
		{"another name in the certificate", server(preflight.IMAP, wrongName, 993, account.TLS), server(preflight.IMAP, trueName, 993, account.TLS)},
		{"expired, which nothing mends", server(preflight.IMAP, expired, 993, account.TLS), preflight.Server{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			probe, err := client.Probe(t.Context(), tc.from, true)
			if err != nil || probe.Problem() == nil {
				t.Fatalf("Probe = %v, %v; want a problem", probe.Steps, err)
			}
			to, found, err := client.Mend(t.Context(), &probe, true)
			if err != nil || to != tc.to || found == (tc.to == preflight.Server{}) {
				t.Errorf("Mend = %s, %v, %v; want %s", to, found, err, tc.to)
			}
		})
	}
	for login, count := range servers.Logins(t) {
		if count != before[login] {
			t.Errorf("%s: %d logins", login, count.Good+count.Failed-before[login].Good-before[login].Failed)
		}
	}
}
