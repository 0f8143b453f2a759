package diagnosis

import "regexp"

// temporary stands for any temporary status of RFC 3463, such as 4.7.0. SMTP
// replies reach us without their three digits, but with these.
const temporary = "<4.x.x>"

var temporaryStatus = regexp.MustCompile(`(^|[^0-9.])4\.\d{1,3}\.\d{1,3}($|[^0-9.])`)

// mailTexts are the words of mail servers, of the library the portal talks to
// them with (MailKit) and of the system below it, in lower case. The first entry
// that fits decides, so what is said precisely stands before what is said loosely.
var mailTexts = []words{
	{SMTPAuthRequired, []string{"smtpauth is required"}},
	{SMTPNoAuth, []string{"smtp server does not support authentication"}},
	{MailAppPassword, []string{
		"application-specific password", "application specific password", "app-specific password", "app specific password",
		"application password", "app password", "invalidsecondfactor",
		"parol prilozheniya", "пароль приложения", "пароль для приложени", "пароль для внешн",
	}},
	// Yandex says it either way for both causes; a wrong password is the one that must not be sent again.
	{MailAuth, []string{"invalid credentials or imap is disabled", "invalid credentials or pop3 is disabled", "login failure or pop3 disabled"}},
	{IMAPOff, []string{
		"not enabled for imap", "not enabled for pop", "imap access is disabled", "pop access is disabled", "pop3 access is disabled",
		"imap is disabled", "pop3 is disabled", "imap disabled", "pop3 disabled", "smtp disabled", "imap access disabled",
		"imap access to the account is disabled", "pop access to the account is disabled",
		"does not have access rights to this service", "basic authentication is disabled", "smtpclientauthentication is disabled",
		"security defaults policy", "yet to enable imap", "user is authenticated but not connected", "not permitted to use imap", "imap is not enabled", "протокол imap отключ",
	}},
	{TLSMode, []string{
		"must issue a starttls", "starttls command first", "starttls first", "login command is disabled", "plaintext authentication disallowed",
		"plaintext authentication not allowed", "cleartext authentication", "clear text authentication", "encryption required for requested authentication",
		"encryption needed", "requires ssl", "requires tls", "secure connection is required", "secure connection required", "does not support the starttls",
		"does not support the stls", "unexpected packet format", "wrong version number", "wrong_version_number", "first record does not look like",
		"corrupted frame", "unknown protocol", "http_request", "does not support ssl", "неожиданный формат пакета",
	}},
	{MailCert, []string{"did not match any of the names"}},
	{MailTLS, []string{"attempting to establish an ssl or tls connection"}}, // the library lists every cause it can think of
	{MailCert, []string{"certificate", "certificat", "сертификат", "trust relationship", "untrusted root"}},
	{MailTLS, []string{
		"remote party has closed the transport stream", "see inner exception", "call to sspi failed", "unexpected eof or 0 bytes",
		"failed on the remote side", "handshake failed", "ssl_error", "ssl error", "tls alert", "secure channel",
		"см. внутреннее исключение", "закрыла транспортный поток", "из транспортного потока",
	}},
	{MailBarred, []string{
		"client host", "blocked using", "host blocked", "host is blocked", "address blocked", "address is blocked", "address has been blocked",
		"address is temporarily blocked", "address has been temporarily blocked", "ip is blocked", "ip blocked", "ip has been blocked",
		"blacklist", "black list", "blocklist", "banned", "адрес заблокирован", "адреса заблокирован", "чёрный список", "чёрном списке",
	}},
	{MailLocked, []string{
		"locked", "blocked", "suspended", "account is disabled", "account disabled", "account has been disabled", "temporarily disabled",
		"user is disabled", "user disabled", "login disabled", "mailbox is disabled", "mailbox disabled", "is frozen", "deactivated",
		"password expired", "password has expired", "password is expired", "must change password", "account expired", "account has expired",
		"verify your account", "web login required", "log in via your web browser", "log in with your web browser", "заблокирован", "приостановлен", "срок действия пароля",
	}},
	{MailAuth, []string{"5.7.8", "5.7.139", "username and password not accepted"}},
	{MailTooMany, []string{
		"too many", "maximum number of connections", "maximum number of concurrent", "connection limit", "connections limit", "rate limit",
		"exceeded command or bandwidth limits", "simultaneous connections", "connections exceeded", "login rate", "слишком много",
	}},
	{MailDNS, []string{
		"no such host", "name or service not known", "could not resolve", "couldn't resolve", "cannot resolve", "name resolution",
		"nodename nor servname", "no data of the requested type", "no address associated", "host not found", "unknown host",
		"хост неизвестен", "разрешить удаленное имя", "разрешить имя",
	}},
	{MailTimeout, []string{
		"connectasync timeout", "authenticateasync timeout", "enableutf8async timeout", "timed out", "timeout", "time-out",
		"task was canceled", "operation was canceled", "did not properly respond", "истекло время", "время ожидания", "за требуемое время",
		"задача была отменена", "отменена задача", "операция отменена", "операция была отменена",
	}},
	{MailConnect, []string{
		"connection refused", "actively refused", "unreachable", "no route to host", "connection reset", "forcibly closed",
		"unexpectedly disconnected", "transport connection", "broken pipe", "connection closed", "connection was closed", "connection aborted",
		"connection was aborted", "network is down", "host is down", "connection dropped", "отверг запрос", "принудительно разорвал",
		"разорвала установленное", "из транспортного соединения", "недоступен узел", "недоступном узле", "сеть недоступна", "недоступной сети",
	}},
	{MailTemporary, []string{
		"temporar", temporary, "service not available", "service unavailable", "server unavailable", "currently unavailable", "internal error",
		"internal server error", "waiting for authentication process", "server is busy", "server busy", "system error", "overload", "in maintenance", "lost to authentication server", "временн",
	}},
	{MailNoMethod, []string{
		"no compatible authentication mechanism", "authentication mechanism", "no supported authentication", "mechanism not supported",
		"unsupported authentication", "unrecognized authentication type", "authentication not enabled", "auth not available",
		"auth command not", "unknown auth", "object reference not set", // NTLM over POP3, for which the portal has no client
	}},
	{MailAuth, []string{
		"authentication fail", "authenticate fail", "auth fail", "auth error", "authentication error", "authentication unsuccessful",
		"authentication rejected", "authentication data", "authentication credentials", "authentication is required", "failed to authenticate", "credential",
		"password", "login fail", "logon failure", "login incorrect", "invalid login", "invalid user", "bad login", "unknown user",
		"no such user", "user unknown", "user not found", "access denied", "not authenticated", "not authorized", "permission denied", "5.7.3",
		"неверн", "неправильн", "пароль", "авторизац", "аутентификац",
	}},
	// Behind a refusal this is mere politeness: sent again, the password would be refused again.
	{MailTemporary, []string{"try again later", "try later", "please wait", "попробуйте позже", "повторите попытку позже", "повторите позже"}},
	{MailTLS, []string{"ssl", "tls", "handshake"}},
}

// MailText says what a mail server, or whatever stood between it and the portal,
// means by its words; [MailDeclined] if we do not know them.
func MailText(text string) Code {
	text = temporaryStatus.ReplaceAllString(fold(text), "${1}"+temporary+"${2}")
	if code, ok := find(mailTexts, text); ok {
		return code
	}
	return MailDeclined
}

// aboutAddress fits words about the address that asks, or about the server, rather than
// about the account.
var aboutAddress = regexp.MustCompile(`(?i)\b(ip|host|client|network|from your)\b|адрес|\d+\.\d+\.\d+\.\d+`)

// SpeaksOfAddress reports whether the words of a refusal may be about who asks or about
// the server itself: then they say nothing for sure about the password.
func SpeaksOfAddress(text string) bool { return aboutAddress.MatchString(text) }
