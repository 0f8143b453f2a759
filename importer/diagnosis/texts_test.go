package diagnosis_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"r7import/importer/diagnosis"
)

// What servers really say, as it reaches the portal: an SMTP reply without its
// three digits, an IMAP reply without the code in brackets.
var mailTexts = []struct {
	server, text string
	want         diagnosis.Code
}{
	{"Dovecot", "Authentication failed.", diagnosis.MailAuth},
	{"Dovecot", "[AUTHENTICATIONFAILED] Authentication failed.", diagnosis.MailAuth},
	{"Dovecot", "Temporary authentication failure. [mx1:2026-11-20 10:11:12]", diagnosis.MailTemporary},
	{"Dovecot", "Internal error occurred. Refer to server log for more information.", diagnosis.MailTemporary},
	{"Dovecot", "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", diagnosis.MailTooMany},
	{"Dovecot", "Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", diagnosis.TLSMode},
	{"Dovecot", "Cleartext authentication disallowed on non-secure (SSL/TLS) connections.", diagnosis.TLSMode},
	{"Dovecot", "Login disabled for this user", diagnosis.MailLocked},
	{"Dovecot", "Your password has expired.", diagnosis.MailLocked},
	{"Postfix", "5.7.8 Error: authentication failed: UGFzc3dvcmQ6", diagnosis.MailAuth},
	{"Postfix", "5.7.8 Error: authentication failed: (reason unavailable)", diagnosis.MailAuth},
	{"Postfix", "4.7.0 Temporary authentication failure: Connection lost to authentication server", diagnosis.MailTemporary},
	{"Postfix", "4.7.0 mail.example.org Error: too many connections from 192.0.2.7", diagnosis.MailTooMany},
	{"Postfix", "5.7.0 Must issue a STARTTLS command first", diagnosis.TLSMode},
	{"Postfix", "5.5.1 Error: authentication not enabled", diagnosis.MailNoMethod},
	{"Exchange", "LOGIN failed.", diagnosis.MailAuth},
	{"Exchange", "AUTHENTICATE failed.", diagnosis.MailAuth},
	{"Exchange", "Logon failure: unknown user name or bad password.", diagnosis.MailAuth},
	{"Exchange", "5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]", diagnosis.MailAuth},
	{"Exchange", "5.7.139 Authentication unsuccessful, the user credentials were incorrect.", diagnosis.MailAuth},
	{"Exchange", "5.7.139 Authentication unsuccessful, basic authentication is disabled.", diagnosis.IMAPOff},
	{"Exchange", "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.", diagnosis.IMAPOff},
	{"Exchange", "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.", diagnosis.IMAPOff},
	{"Exchange", "User is authenticated but not connected.", diagnosis.IMAPOff},
	{"Exchange", "4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel", diagnosis.MailTooMany},
	{"Exchange", "4.7.0 Temporary server error. Please try again later. PRX2", diagnosis.MailTemporary},
	{"Exchange", "5.7.4 Unrecognized Authentication Type", diagnosis.MailNoMethod},
	{"Yandex", "LOGIN invalid credentials or IMAP is disabled sc=cDdQwR5MouQ0_051313_imap-production-468", diagnosis.MailAuth},
	{"Yandex", "AUTHENTICATE Invalid credentials or IMAP is disabled sc=ANQhQk2BrGkH_101523_7m", diagnosis.MailAuth},
	{"Yandex", "5.7.8 Error: authentication failed: Invalid user or password!", diagnosis.MailAuth},
	{"Yandex", "5.7.8 Error: authentication failed: This user does not have access rights to this service", diagnosis.IMAPOff},
	{"Yandex", "AUTHENTICATE Internal server error. Try again later.", diagnosis.MailTemporary},
	{"Mail.ru", "5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED", diagnosis.MailAppPassword},
	{"Mail.ru", "Authentication failed", diagnosis.MailAuth},
	{"Mail.ru", "Необходим пароль приложения", diagnosis.MailAppPassword},
	{"Google", "Invalid credentials (Failure)", diagnosis.MailAuth},
	{"Google", "Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", diagnosis.MailAppPassword},
	{"Google", "5.7.9 Application-specific password required. For more information, go to 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor", diagnosis.MailAppPassword},
	{"Google", "5.7.8 Username and Password not accepted. For more information, go to 5.7.8 https://support.google.com/mail/?p=BadCredentials", diagnosis.MailAuth},
	{"Google", "Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your account for IMAP access. (Failure)", diagnosis.IMAPOff},
	{"Google", "IMAP access is disabled for your domain. Please contact your domain administrator for questions about this feature. (Failure)", diagnosis.IMAPOff},
	{"Google", "Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)", diagnosis.MailLocked},
	{"Google", "Too many simultaneous connections. (Failure)", diagnosis.MailTooMany},
	{"Google", "Account exceeded command or bandwidth limits. (Failure)", diagnosis.MailTooMany},
	{"Google", "4.7.0 Too many login attempts, please try again later.", diagnosis.MailTooMany},
	{"Google", "4.7.0 Temporary System Problem. Try again later (10).", diagnosis.MailTemporary},
	{"Exchange", "Server Unavailable. 15", diagnosis.MailTemporary},
	{"Yandex", "login failure or POP3 disabled, try later. sc=abc", diagnosis.MailAuth},
	{"Mail.ru", "5.7.0 Authentication failed. Please verify your account by going to https://e.mail.ru/login", diagnosis.MailLocked},
	{"Exim", "Incorrect authentication data", diagnosis.MailAuth},
	{"hMailServer", "Authentication failed. Restarting authentication process.", diagnosis.MailAuth},
	{"Dovecot", "Waiting for authentication process to respond..", diagnosis.MailTemporary},
	{"Postfix", "5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org", diagnosis.MailBarred},
	{"Postfix", "4.7.1 Client host rejected: cannot find your hostname, [192.0.2.7]", diagnosis.MailBarred},
	{"somebody strict", "Your IP address has been blocked after repeated login failures", diagnosis.MailBarred},
	{"somebody strict", "Your account has been blocked", diagnosis.MailLocked},
	{"somebody strict", "Too many connections from your IP address", diagnosis.MailTooMany},
	{"CommuniGate", "incorrect password or account name", diagnosis.MailAuth},
	{"CommuniGate", "(515) incorrect password or account name", diagnosis.MailAuth},

	{"library", "Imap.ConnectAsync timeout", diagnosis.MailTimeout},
	{"library", "Pop.ConnectAsync timeout", diagnosis.MailTimeout},
	{"library", "Smtp.AuthenticateAsync timeout", diagnosis.MailTimeout},
	{"library", "Pop3.EnableUTF8Async timeout", diagnosis.MailTimeout},
	{"library", "A task was canceled.", diagnosis.MailTimeout},
	{"library", "The SMTP server does not support authentication.", diagnosis.SMTPNoAuth},
	{"library", "SmtpAuth is required (setup Authentication Type)", diagnosis.SMTPAuthRequired},
	{"library", "The LOGIN command is disabled.", diagnosis.TLSMode},
	{"library", "The SMTP server does not support the STARTTLS extension.", diagnosis.TLSMode},
	{"library", "The IMAP server has unexpectedly disconnected.", diagnosis.MailConnect},
	{"library", "No compatible authentication mechanisms found.", diagnosis.MailNoMethod},
	{"library", "The POP3 server does not support the NTLM authentication mechanism.", diagnosis.MailNoMethod},
	{"library", "An error occurred while attempting to establish an SSL or TLS connection.\n\nThe SSL certificate presented by the server is not trusted", diagnosis.MailTLS},
	{"library", "The host name (mail.example.org) did not match any of the names given in the server's SSL certificate:\n  • *.example.net", diagnosis.MailCert},
	{"library", "Value cannot be null.\nParameter name: password", diagnosis.MailAuth},

	{"portal", "Object reference not set to an instance of an object", diagnosis.MailNoMethod},
	{"Mono", "Authentication failed, see inner exception.", diagnosis.MailTLS},
	{"Mono", "A call to SSPI failed, see inner exception.", diagnosis.MailTLS},
	{"Mono", "Received an unexpected EOF or 0 bytes from the transport stream.", diagnosis.MailTLS},
	{"Mono", "Authentication failed on the remote side (the stream might still be available for additional authentication attempts).", diagnosis.MailTLS},
	{"Linux", "Host is down", diagnosis.MailConnect},
	{"Mono", "Ssl error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED\n  at /build/boringssl/ssl/handshake_client.c:1132", diagnosis.MailCert},
	{"Mono", "Ssl error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER", diagnosis.TLSMode},
	{"Mono", "Ssl error:1000042e:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION", diagnosis.MailTLS},
	{"Mono", "Connection refused", diagnosis.MailConnect},
	{"Mono", "No such host is known", diagnosis.MailDNS},
	{"Mono", "Could not resolve host 'imap.example.org'", diagnosis.MailDNS},
	{"Mono", "Network is unreachable", diagnosis.MailConnect},
	{"Mono", "Connection timed out", diagnosis.MailTimeout},
	{"Mono", "Unable to read data from the transport connection: Connection reset by peer.", diagnosis.MailConnect},
	{"Linux", "Temporary failure in name resolution", diagnosis.MailDNS},
	{"Linux", "Name or service not known", diagnosis.MailDNS},
	{"Windows", "The handshake failed due to an unexpected packet format.", diagnosis.TLSMode},
	{"Windows", "The remote certificate is invalid according to the validation procedure.", diagnosis.MailCert},
	{"Windows", "Authentication failed because the remote party has closed the transport stream.", diagnosis.MailTLS},
	{"Windows", "No connection could be made because the target machine actively refused it 192.0.2.1:993", diagnosis.MailConnect},
	{"Windows", "A connection attempt failed because the connected party did not properly respond after a period of time", diagnosis.MailTimeout},
	{"Windows", "Authentication failed because the remote party sent a TLS alert: 'HandshakeFailure'.", diagnosis.MailTLS},
	{"Windows", "The remote certificate was rejected by the provided RemoteCertificateValidationCallback.", diagnosis.MailCert},
	{"Windows", "An established connection was aborted by the software in your host machine.", diagnosis.MailConnect},
	{"Windows", "Сбой проверки подлинности, см. внутреннее исключение.", diagnosis.MailTLS},
	{"Windows", "Ошибка проверки подлинности, так как удаленная сторона закрыла транспортный поток.", diagnosis.MailTLS},
	{"Windows", "Получено непредвиденное EOF или 0 байт из транспортного потока.", diagnosis.MailTLS},
	{"Windows", "Не удается прочитать данные из транспортного соединения: Удаленный хост принудительно разорвал существующее подключение.", diagnosis.MailConnect},
	{"Windows", "Программа на вашем хост-компьютере разорвала установленное подключение.", diagnosis.MailConnect},
	{"Windows", "Отменена задача.", diagnosis.MailTimeout},
	{"Windows", "Этот хост неизвестен", diagnosis.MailDNS},
	{"Windows", "Подключение не установлено, т.к. конечный компьютер отверг запрос на подключение 192.0.2.1:993", diagnosis.MailConnect},
	{"Windows", "Попытка установить соединение была безуспешной, т.к. от другого компьютера за требуемое время не получен нужный отклик", diagnosis.MailTimeout},
	{"Windows", "Удаленный сертификат недействителен согласно результатам проверки подлинности.", diagnosis.MailCert},

	{"politeness is no promise", "Invalid user name or password. Please try again later.", diagnosis.MailAuth},
	{"somebody busy", "Not now. Try again later.", diagnosis.MailTemporary},
	{"an address is no status", "refused by 10.4.3.1", diagnosis.MailDeclined},
	{"somebody", "Ommm", diagnosis.MailDeclined},
	{"nobody", "", diagnosis.MailDeclined},
}

func TestMailText(t *testing.T) {
	for _, tc := range mailTexts {
		t.Run(tc.server, func(t *testing.T) {
			if got := diagnosis.MailText(tc.text); got != tc.want {
				t.Errorf("MailText(%q) = %s, want %s", tc.text, got, tc.want)
			}
		})
	}
}

func header(text string) string { return `<span class="attempt_header">` + text + `</span><br/>` }

func TestReadLoginTest(t *testing.T) {
	for _, tc := range []struct {
		name, message string
		ok            bool
		want          diagnosis.Refusal
	}{
		{"incoming refused", header("IMAP response:") + "Authentication failed.", true,
			diagnosis.Refusal{Code: diagnosis.MailAuth, Side: diagnosis.Incoming, Text: "IMAP: Authentication failed."}},
		{"POP3 in Russian", header("Ответ сервера POP3:") + "Authentication failed.", true,
			diagnosis.Refusal{Code: diagnosis.MailAuth, Side: diagnosis.Incoming, Text: "POP3: Authentication failed."}},
		{"German header", header("SMTP Antwort:") + "5.7.8 Error: authentication failed", true,
			diagnosis.Refusal{Code: diagnosis.MailAuth, Side: diagnosis.Outgoing, Text: "SMTP: 5.7.8 Error: authentication failed"}},
		{"refused password beats timeout", header("Ответ сервера IMAP:") + "Imap.ConnectAsync timeout\r\n" + header("Ответ сервера SMTP:") + "5.7.8 Error: authentication failed", true,
			diagnosis.Refusal{Code: diagnosis.MailAuth, Side: diagnosis.Outgoing, Text: "IMAP: Imap.ConnectAsync timeout\nSMTP: 5.7.8 Error: authentication failed"}},
		{"the first of two equals", header("IMAP response:") + "Authentication failed.\r\n" + header("SMTP response:") + "5.7.8 no", true,
			diagnosis.Refusal{Code: diagnosis.MailAuth, Side: diagnosis.Incoming, Text: "IMAP: Authentication failed.\nSMTP: 5.7.8 no"}},
		{"app password beats a plain refusal", header("IMAP response:") + "Authentication failed\r\n" + header("SMTP response:") + "Application password is REQUIRED", true,
			diagnosis.Refusal{Code: diagnosis.MailAppPassword, Side: diagnosis.Outgoing, Text: "IMAP: Authentication failed\nSMTP: Application password is REQUIRED"}},
		{"other quotes", `<SPAN class='attempt_header'>IMAP response:</SPAN>Imap.ConnectAsync timeout`, true,
			diagnosis.Refusal{Code: diagnosis.MailTimeout, Side: diagnosis.Incoming, Text: "IMAP: Imap.ConnectAsync timeout"}},
		{"header without a protocol", header("Antwort:") + "Authentication failed.", true,
			diagnosis.Refusal{Code: diagnosis.MailAuth, Text: "Authentication failed."}},
		{"no words behind the header", header("IMAP response:"), true,
			diagnosis.Refusal{Code: diagnosis.MailDeclined, Side: diagnosis.Incoming, Text: "IMAP:"}},
		{"another message", "User authentication failed", false, diagnosis.Refusal{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, ok := diagnosis.ReadLoginTest(tc.message)
			if ok != tc.ok || got != tc.want {
				t.Errorf("ReadLoginTest(%q) = %+v, %v, want %+v, %v", tc.message, got, ok, tc.want, tc.ok)
			}
		})
	}
}

func TestPortalText(t *testing.T) {
	for _, tc := range []struct {
		message string
		want    diagnosis.Code
	}{
		{"User authentication failed", diagnosis.PortalSignIn},
		{"Login Fail. Too many attempts", diagnosis.PortalBlocked},
		{"Exception of type 'ASC.IPSecurity.IPSecurityException' was thrown.", diagnosis.PortalIP},
		{"Some unexpected error has occurred. Please try again later.", diagnosis.PortalGeneric},
		{"Произошла непредвиденная ошибка. Пожалуйста, повторите попытку позже.", diagnosis.PortalGeneric},
		{"Account wasn't found by email: ivan@example.org", diagnosis.MailboxMissing},
		{"Mailbox with specified email can't be deleted", diagnosis.MailboxHosted},
		{"Remove mailbox operation already running.", diagnosis.RemovalRunning},
		{"Sequence contains more than one element", diagnosis.DuplicateMailbox},
		{"Последовательность содержит более одного элемента", diagnosis.DuplicateMailbox},
		{"The specified string is not in the form required for an e-mail address.", diagnosis.AddressRefused},
		{"Email empty\nParameter name: email", diagnosis.AddressRefused},
		{"Value cannot be null.\nParameter name: address", diagnosis.AddressRefused},
		{"Object reference not set to an instance of an object", ""},
		{"", ""},
	} {
		if got, ok := diagnosis.PortalText(tc.message); got != tc.want || ok != (tc.want != "") {
			t.Errorf("PortalText(%q) = %q, %v, want %q", tc.message, got, ok, tc.want)
		}
	}
}

func TestCleanText(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"tags", "<b>Bad</b><br/>password", "Bad password"},
		{"an address in angle brackets stays", "no user <ivan@example.org> here", "no user <ivan@example.org> here"},
		{"a web page is its title", "<html><head><title>502 Bad\nGateway</title></head><body>nginx</body></html>", "502 Bad Gateway"},
		{"scripts vanish", "a<script>alert('x')</script>b", "a b"},
		{"entities", "&quot;x&quot; &lt;y&gt;", `"x" <y>`},
		{"control characters and forged lines", "one\r\n2026-11-20 level=ERROR\x1b[31m two\x00\u009b", "one 2026-11-20 level=ERROR [31m two"},
		{"direction and invisible characters", "a\u202Eb\u200Bc\u2066d\uFEFFe", "abcde"},
		{"broken UTF-8", "a\xffb", "a\uFFFDb"},
		{"long", strings.Repeat("ы", 600), strings.Repeat("ы", 499) + "…"},
		{"as long as may be", strings.Repeat("ы", 500), strings.Repeat("ы", 500)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := diagnosis.CleanText(tc.text); got != tc.want {
				t.Errorf("CleanText(%q) = %q, want %q", tc.text, got, tc.want)
			}
		})
	}
}

func FuzzTexts(f *testing.F) {
	for _, tc := range mailTexts {
		f.Add(tc.text)
		f.Add(header("IMAP response:") + tc.text + "\r\n" + header("SMTP response:") + tc.text)
	}
	f.Add("<title>x</title><!-- <b> --><a href=\"<\">")
	f.Fuzz(func(t *testing.T, text string) {
		clean := diagnosis.CleanText(text)
		if n := utf8.RuneCountInString(clean); n > 500 {
			t.Errorf("CleanText(%q) has %d characters", text, n)
		}
		if i := strings.IndexFunc(clean, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }); i >= 0 {
			t.Errorf("CleanText(%q) = %q, which holds a control character at %d", text, clean, i)
		}
		if _, known := diagnosis.Lookup(diagnosis.MailText(text)); !known {
			t.Errorf("MailText(%q) is no code", text)
		}
		if code, ok := diagnosis.PortalText(text); ok != (code != "") {
			t.Errorf("PortalText(%q) = %q, %v", text, code, ok)
		}
		if refusal, ok := diagnosis.ReadLoginTest(text); ok && refusal.Code == "" || !ok && refusal != (diagnosis.Refusal{}) {
			t.Errorf("ReadLoginTest(%q) = %+v, %v", text, refusal, ok)
		}
	})
}
