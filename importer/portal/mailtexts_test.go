package portal_test

import (
	"strings"
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portalsim"
)

// What mail servers have answered to a login, on its way through the portal's
// login test and its answer: in the portal's two languages, for either side.
func TestRecordedWordsOfMailServers(t *testing.T) {
	const imap, pop3, smtp = portalsim.IMAP, portalsim.POP3, portalsim.SMTP
	for _, tc := range []struct {
		server string
		side   portalsim.Side
		text   string
		want   diagnosis.Code
	}{
		{"Dovecot", imap, "Authentication failed.", diagnosis.MailAuth},
		{"Dovecot", imap, "Login disabled for this user", diagnosis.MailLocked},
		{"Dovecot", imap, "Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", diagnosis.TLSMode},
		{"Dovecot", imap, "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", diagnosis.MailTooMany},
		{"Dovecot", imap, "Temporary authentication failure. [mx1:2026-11-20 10:11:12]", diagnosis.MailTemporary},
		{"Postfix", smtp, "5.7.8 Error: authentication failed: UGFzc3dvcmQ6", diagnosis.MailAuth},
		{"Postfix", smtp, "5.7.0 Must issue a STARTTLS command first", diagnosis.TLSMode},
		{"Postfix", smtp, "4.7.0 Temporary authentication failure: Connection lost to authentication server", diagnosis.MailTemporary},
		{"Postfix", smtp, "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org", diagnosis.MailBarred},
		{"Exchange", imap, "LOGIN failed.", diagnosis.MailAuth},
		{"Exchange", imap, "User is authenticated but not connected.", diagnosis.IMAPOff},
		{"Exchange", smtp, "5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]", diagnosis.MailAuth},
		{"Exchange", smtp, "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", diagnosis.IMAPOff},
		{"Exchange", smtp, "4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel", diagnosis.MailTooMany},
		{"Yandex", imap, "LOGIN invalid credentials or IMAP is disabled sc=cDdQwR5MouQ0_051313_imap-production-468", diagnosis.MailAuth},
		{"Yandex", pop3, "login failure or POP3 disabled, try later. sc=abc", diagnosis.MailAuth},
		{"Yandex", smtp, "5.7.8 Error: authentication failed: This user does not have access rights to this service", diagnosis.IMAPOff},
		{"Mail.ru", smtp, "5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED", diagnosis.MailAppPassword},
		{"Mail.ru", imap, "Authentication failed", diagnosis.MailAuth},
		{"Google", imap, "Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", diagnosis.MailAppPassword},
		{"Google", imap, "Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)", diagnosis.IMAPOff},
		{"Google", smtp, "5.7.8 Username and Password not accepted. For more information, go to 5.7.8 https://support.google.com/mail/?p=BadCredentials", diagnosis.MailAuth},
		{"Google", smtp, "4.7.0 Too many login attempts, please try again later.", diagnosis.MailTooMany},
		{"CommuniGate", imap, "incorrect password or account name", diagnosis.MailAuth},
		{"library", smtp, "No compatible authentication mechanisms found.", diagnosis.MailNoMethod},
		{"library", imap, "Authentication failed, see inner exception.", diagnosis.MailTLS},
		{"library", imap, "The host name (mail.example.org) did not match any of the names given in the server's SSL certificate.", diagnosis.MailCert},
	} {
		for _, language := range []string{"en", "ru"} {
			t.Run(tc.server+" "+language, func(t *testing.T) {
				options := hosts(tc.side, portalsim.Refuse, tc.text)
				options.Language = language
				client, _ := simulated(t, withIvan(options))
				s := settings(ivan)
				s.IMAP = tc.side != pop3
				side := diagnosis.Incoming
				if tc.side == smtp {
					side = diagnosis.Outgoing
				}
				got := client.Session(account.NewSecret(ivanToken)).Create(t.Context(), s, nil)
				if got.Code != tc.want || got.Fate != tc.want.Fate() || got.Side != side {
					t.Errorf("Create = %s, %v, side %q for %q, want %s, %v, side %q", got.Code, got.Fate, got.Side, tc.text, tc.want, tc.want.Fate(), side)
				}
				if want := strings.ToUpper(string(tc.side)) + ": " + tc.text; got.Text != want {
					t.Errorf("text = %q, want %q", got.Text, want)
				}
			})
		}
	}
}
