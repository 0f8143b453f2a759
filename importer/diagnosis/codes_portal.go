package diagnosis

// Codes of the portal's login to the mail servers, which it makes before it
// saves an account (ASC.Mail/Clients/MailClient.cs). Incoming or outgoing: the
// answer tells the side.
const (
	MailAuth         Code = "MAIL_AUTH"          // login or password refused
	MailAppPassword  Code = "MAIL_APP_PASSWORD"  // the provider wants a password made for applications
	MailLocked       Code = "MAIL_LOCKED"        // the account is blocked, disabled or expired at the mail server
	MailDeclined     Code = "MAIL_DECLINED"      // declined in words we do not know: as good as a refused password
	IMAPOff          Code = "IMAP_OFF"           // access by mail programs is switched off for the mailbox
	TLSMode          Code = "TLS_MODE"           // encryption setting and port do not belong together
	MailCert         Code = "MAIL_CERT"          // the portal does not trust the mail server's certificate
	MailNoMethod     Code = "MAIL_NO_METHOD"     // no way of login that both sides know
	SMTPNoAuth       Code = "SMTP_NO_AUTH"       // the outgoing server offers no login here
	SMTPAuthRequired Code = "SMTP_AUTH_REQUIRED" // it wants a login and the row says none
	MailBarred       Code = "MAIL_BARRED"        // it does not let the portal's address in
	MailConnect      Code = "MAIL_CONNECT"       // no connection
	MailTimeout      Code = "MAIL_TIMEOUT"       // no answer in time
	MailDNS          Code = "MAIL_DNS"           // the portal does not find the name of the server
	MailTLS          Code = "MAIL_TLS"           // the encrypted connection broke while it was set up
	MailTooMany      Code = "MAIL_TOO_MANY"      // too many connections or logins
	MailTemporary    Code = "MAIL_TEMPORARY"     // a temporary refusal
)

// Codes of the portal's other answers (ASC.Api/Impl/ApiHttpHandler.cs), and of
// requests that got none.
const (
	AddressRefused   Code = "ADDRESS_REFUSED"   // not an address for the portal
	PortalArgument   Code = "PORTAL_ARGUMENT"   // 400 for any other reason
	DuplicateMailbox Code = "DUPLICATE_MAILBOX" // the portal holds the address twice and can no longer touch it
	MailboxMissing   Code = "MAILBOX_MISSING"   // to be changed or removed, and not there
	MailboxHosted    Code = "MAILBOX_HOSTED"    // of the portal's own mail server
	RemovalRunning   Code = "REMOVAL_RUNNING"   // one removal at a time for each person
	PortalForbidden  Code = "PORTAL_FORBIDDEN"  // 403 with the portal's words
	PortalNoItem     Code = "PORTAL_NO_ITEM"    // 404 with the portal's words
	PortalGeneric    Code = "PORTAL_GENERIC"    // the one text for all that fails after the login test
	PortalError      Code = "PORTAL_ERROR"      // an error in words we do not know

	PortalSignIn   Code = "PORTAL_SIGNIN"    // user or password refused
	PortalBlocked  Code = "PORTAL_BLOCKED"   // too many sign-ins, for a minute or so
	PortalSMS      Code = "PORTAL_SMS"       // a code was sent by SMS
	PortalSMSPhone Code = "PORTAL_SMS_PHONE" // SMS codes are on and the person has no phone number yet
	PortalTFA      Code = "PORTAL_TFA"       // wants the code of an authenticator app
	PortalTFASetup Code = "PORTAL_TFA_SETUP" // codes of an app are on and the person has not connected one
	PortalCode     Code = "PORTAL_CODE"      // the second step was refused
	PortalToken    Code = "PORTAL_TOKEN"     // 401
	PortalMailOff  Code = "PORTAL_MAIL_OFF"  // the person may not use the portal's mail

	ImpersonationAbsent  Code = "IMPERSONATION_ABSENT"  // this portal does not have it
	ImpersonationRefused Code = "IMPERSONATION_REFUSED" // not for this person, or not by us
	SignOutAbsent        Code = "SIGN_OUT_ABSENT"       // this portal cannot end a session

	PortalIP        Code = "PORTAL_IP"        // 403 without a word
	PortalUnpaid    Code = "PORTAL_UNPAID"    // 402
	PortalNotFound  Code = "PORTAL_NOT_FOUND" // 404 without a word
	PortalOther     Code = "PORTAL_OTHER"     // what answers is no portal of this kind
	PortalRestoring Code = "PORTAL_RESTORING" // 503 without a word
	PortalRedirect  Code = "PORTAL_REDIRECT"  // 3xx
	PortalBusy      Code = "PORTAL_BUSY"      // 429, or 503 with Retry-After
	PortalNotAPI    Code = "PORTAL_NOT_API"   // a web page with status 200
	PortalDown      Code = "PORTAL_DOWN"      // 5xx without a word of the portal's
	PortalTimeout   Code = "PORTAL_TIMEOUT"   // 504: the server in front has given up waiting
	AnswerLost      Code = "ANSWER_LOST"      // the connection broke after the request had left
	AnswerTimeout   Code = "ANSWER_TIMEOUT"   // we have given up waiting
	AnswerAbandoned Code = "ANSWER_ABANDONED" // the run ended before the answer came
	AnswerOdd       Code = "ANSWER_ODD"       // an answer that the API does not give
	RequestNotSent  Code = "REQUEST_NOT_SENT" // called off before it left
	PortalDNS       Code = "PORTAL_DNS"       // name not found
	PortalRefused   Code = "PORTAL_REFUSED"   // connection refused
	PortalUnreached Code = "PORTAL_UNREACHED" // no connection for any other reason
	PortalProxy     Code = "PORTAL_PROXY"     // the proxy let nothing through
	PortalTLS       Code = "PORTAL_TLS"       // no encrypted connection
	PortalCert      Code = "PORTAL_CERT"      // certificate of an unknown issuer
	PortalCertName  Code = "PORTAL_CERT_NAME" // certificate of another host
	PortalCertDate  Code = "PORTAL_CERT_DATE" // certificate expired or not yet valid
	PortalURL       Code = "PORTAL_URL"       // --portal is no address
	PortalURLExtra  Code = "PORTAL_URL_EXTRA" // it holds a password, a query or a fragment
	PortalURLPlain  Code = "PORTAL_URL_PLAIN" // http:// to another machine
	CAFile          Code = "CA_FILE"          // cannot be read
	CAFileEmpty     Code = "CA_FILE_EMPTY"    // holds no certificate
	ProxyURL        Code = "PROXY_URL"        // the environment's proxy is no address
)

var portalCodes = map[Code]Entry{
	MailAuth:         {Fate: Final},
	MailAppPassword:  {Fate: Final},
	MailLocked:       {Fate: Final},
	MailDeclined:     {Fate: Final},
	IMAPOff:          {Fate: Final},
	TLSMode:          {Fate: Final},
	MailCert:         {Fate: Final},
	MailNoMethod:     {Fate: Final},
	SMTPNoAuth:       {Fate: Final, Side: Outgoing},
	SMTPAuthRequired: {Fate: Final, Side: Outgoing},
	MailBarred:       {Fate: Later},
	MailConnect:      {Fate: Later},
	MailTimeout:      {Fate: Later},
	MailDNS:          {Fate: Later},
	MailTLS:          {Fate: Later},
	MailTooMany:      {Fate: Later},
	MailTemporary:    {Fate: Later},

	AddressRefused:   {Fate: Final, Side: OnFile},
	PortalArgument:   {Fate: Final, Side: OnPortal},
	DuplicateMailbox: {Fate: Final, Side: OnPortal},
	MailboxMissing:   {Fate: Final, Side: OnPortal},
	MailboxHosted:    {Fate: Final, Side: OnPortal},
	RemovalRunning:   {Fate: Later, Side: OnPortal},
	PortalForbidden:  {Fate: Final, Side: OnPortal},
	PortalNoItem:     {Fate: Final, Side: OnPortal},
	PortalGeneric:    {Fate: Unclear, Side: OnPortal},
	PortalError:      {Fate: Unclear, Side: OnPortal},

	PortalSignIn:   {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	PortalBlocked:  {Fate: Later, Scope: Portal, Side: OnPortal},
	PortalSMS:      {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	PortalSMSPhone: {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	PortalTFA:      {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	PortalTFASetup: {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	PortalCode:     {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	PortalToken:    {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	PortalMailOff:  {Fate: EndsOwner, Scope: Portal, Side: OnPortal},

	ImpersonationAbsent:  {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	ImpersonationRefused: {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	SignOutAbsent:        {Fate: Final, Severity: Notice, Scope: Portal, Side: OnPortal},

	PortalIP:        {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	PortalUnpaid:    {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	PortalNotFound:  {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	PortalOther:     {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	PortalRestoring: {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	PortalRedirect:  {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	PortalBusy:      {Fate: TurnedAway, Scope: Portal, Side: OnPortal},
	PortalNotAPI:    {Fate: Unclear, Scope: Portal, Side: OnPortal},
	PortalDown:      {Fate: Unclear, Scope: Portal, Side: OnPortal},
	PortalTimeout:   {Fate: Unclear, Scope: Portal, Side: OnPortal},
	AnswerLost:      {Fate: Unclear, Scope: Portal, Side: OnPortal},
	AnswerTimeout:   {Fate: Unclear, Scope: Portal, Side: OnPortal},
	AnswerAbandoned: {Fate: Unclear, Scope: Unfinished, Side: OnPortal},
	AnswerOdd:       {Fate: Unclear, Scope: Portal, Side: OnPortal},
	RequestNotSent:  {Fate: NotSent, Scope: Unfinished},
	PortalDNS:       {Fate: NotSent, Scope: Portal, Side: OnPortal},
	PortalRefused:   {Fate: NotSent, Scope: Portal, Side: OnPortal},
	PortalUnreached: {Fate: NotSent, Scope: Portal, Side: OnPortal},
	PortalProxy:     {Fate: NotSent, Scope: Portal, Side: OnPortal},
	PortalTLS:       {Fate: NotSent, Scope: Portal, Side: OnPortal},
	PortalCert:      {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	PortalCertName:  {Fate: EndsRun, Scope: Portal, Side: OnPortal},
	PortalCertDate:  {Fate: EndsRun, Scope: Portal, Side: OnPortal},

	PortalURL:      {Scope: Usage},
	PortalURLExtra: {Scope: Usage},
	PortalURLPlain: {Scope: Usage},
	CAFile:         {Scope: Usage},
	CAFileEmpty:    {Scope: Usage},
	ProxyURL:       {Scope: Usage},
}

// RefusesPassword reports whether a mail server refused what the row gave to log
// in with, so that sending the same again could lock the mailbox.
func (c Code) RefusesPassword() bool {
	switch c {
	case MailAuth, MailAppPassword, MailLocked, MailDeclined:
		return true
	}
	return false
}

// HostTrouble reports whether the code speaks against a mail server as a whole
// rather than against one account on it.
func (c Code) HostTrouble() bool {
	switch c {
	case MailBarred, MailConnect, MailTimeout, MailDNS, MailTLS, MailTooMany, MailTemporary:
		return true
	}
	return false
}

// Away reports whether the code says by itself that nobody is there who could
// serve a request to the portal.
func (c Code) Away() bool {
	switch c {
	case PortalDown, PortalDNS, PortalRefused, PortalUnreached, PortalProxy, PortalTLS:
		return true
	}
	return false
}
