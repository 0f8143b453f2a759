package diagnosis

import "slices"

var (
	// Codes of the portal's login to the mail servers, which it makes before it
	// saves an account (ASC.Mail/Clients/MailClient.cs). Incoming or outgoing: the
	// answer tells the side.
	MailAuth         = declare("MAIL_AUTH", Entry{Fate: Final})                          // login or password refused
	MailAppPassword  = declare("MAIL_APP_PASSWORD", Entry{Fate: Final})                  // the provider wants a password made for applications
	MailLocked       = declare("MAIL_LOCKED", Entry{Fate: Final})                        // the account is blocked, disabled or expired at the mail server
	MailDeclined     = declare("MAIL_DECLINED", Entry{Fate: Final})                      // declined in words we do not know: as good as a refused password
	IMAPOff          = declare("IMAP_OFF", Entry{Fate: Final})                           // access by mail programs is switched off for the mailbox
	TLSMode          = declare("TLS_MODE", Entry{Fate: Final})                           // encryption setting and port do not belong together
	MailCert         = declare("MAIL_CERT", Entry{Fate: Final})                          // the portal does not trust the mail server's certificate
	MailNoMethod     = declare("MAIL_NO_METHOD", Entry{Fate: Final})                     // no way of login that both sides know
	SMTPNoAuth       = declare("SMTP_NO_AUTH", Entry{Fate: Final, Side: Outgoing})       // the outgoing server offers no login here
	SMTPAuthRequired = declare("SMTP_AUTH_REQUIRED", Entry{Fate: Final, Side: Outgoing}) // it wants a login and the row says none
	MailBarred       = declare("MAIL_BARRED", Entry{Fate: Later})                        // it does not let the portal's address in
	MailConnect      = declare("MAIL_CONNECT", Entry{Fate: Later})                       // no connection
	MailTimeout      = declare("MAIL_TIMEOUT", Entry{Fate: Later})                       // no answer in time
	MailDNS          = declare("MAIL_DNS", Entry{Fate: Later})                           // the portal does not find the name of the server
	MailTLS          = declare("MAIL_TLS", Entry{Fate: Later})                           // the encrypted connection broke while it was set up
	MailTooMany      = declare("MAIL_TOO_MANY", Entry{Fate: Later})                      // too many connections or logins
	MailTemporary    = declare("MAIL_TEMPORARY", Entry{Fate: Later})                     // a temporary refusal

	// Codes of the portal's other answers (ASC.Api/Impl/ApiHttpHandler.cs), and of
	// requests that got none.
	AddressRefused   = declare("ADDRESS_REFUSED", Entry{Fate: Final, Side: OnFile})     // not an address for the portal
	PortalArgument   = declare("PORTAL_ARGUMENT", Entry{Fate: Final, Side: OnPortal})   // 400 for any other reason
	DuplicateMailbox = declare("DUPLICATE_MAILBOX", Entry{Fate: Final, Side: OnPortal}) // the portal holds the address twice and can no longer touch it
	MailboxMissing   = declare("MAILBOX_MISSING", Entry{Fate: Final, Side: OnPortal})   // to be changed or removed, and not there
	MailboxHosted    = declare("MAILBOX_HOSTED", Entry{Fate: Final, Side: OnPortal})    // of the portal's own mail server
	RemovalRunning   = declare("REMOVAL_RUNNING", Entry{Fate: Later, Side: OnPortal})   // one removal at a time for each person
	PortalForbidden  = declare("PORTAL_FORBIDDEN", Entry{Fate: Final, Side: OnPortal})  // 403 with the portal's words
	PortalNoItem     = declare("PORTAL_NO_ITEM", Entry{Fate: Final, Side: OnPortal})    // 404 with the portal's words
	PortalGeneric    = declare("PORTAL_GENERIC", Entry{Fate: Unclear, Side: OnPortal})  // the one text for all that fails after the login test
	PortalError      = declare("PORTAL_ERROR", Entry{Fate: Unclear, Side: OnPortal})    // an error in words we do not know

	PortalSignIn   = declare("PORTAL_SIGNIN", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})    // user or password refused
	PortalBlocked  = declare("PORTAL_BLOCKED", Entry{Fate: Later, Scope: Portal, Side: OnPortal})       // too many sign-ins, for a minute or so
	PortalSMS      = declare("PORTAL_SMS", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})       // a code was sent by SMS
	PortalSMSPhone = declare("PORTAL_SMS_PHONE", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal}) // SMS codes are on and the person has no phone number yet
	PortalTFA      = declare("PORTAL_TFA", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})       // wants the code of an authenticator app
	PortalTFASetup = declare("PORTAL_TFA_SETUP", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal}) // codes of an app are on and the person has not connected one
	PortalCode     = declare("PORTAL_CODE", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})      // the second step was refused
	PortalToken    = declare("PORTAL_TOKEN", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})     // 401
	PortalMailOff  = declare("PORTAL_MAIL_OFF", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})  // the person may not use the portal's mail

	ImpersonationAbsent  = declare("IMPERSONATION_ABSENT", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})            // this portal does not have it
	ImpersonationRefused = declare("IMPERSONATION_REFUSED", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})         // not for this person, or not by us
	SignOutAbsent        = declare("SIGN_OUT_ABSENT", Entry{Fate: Final, Severity: Notice, Scope: Portal, Side: OnPortal}) // this portal cannot end a session

	PortalIP        = declare("PORTAL_IP", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})            // 403 without a word
	PortalUnpaid    = declare("PORTAL_UNPAID", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})        // 402
	PortalNotFound  = declare("PORTAL_NOT_FOUND", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})     // 404 without a word
	PortalOther     = declare("PORTAL_OTHER", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})         // what answers is no portal of this kind
	PortalRestoring = declare("PORTAL_RESTORING", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})     // 503 without a word
	PortalRedirect  = declare("PORTAL_REDIRECT", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})      // 3xx
	PortalBusy      = declare("PORTAL_BUSY", Entry{Fate: TurnedAway, Scope: Portal, Side: OnPortal})       // 429, or 503 with Retry-After
	PortalNotAPI    = declare("PORTAL_NOT_API", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})       // a web page with status 200
	PortalDown      = declare("PORTAL_DOWN", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})          // 5xx without a word of the portal's
	PortalTimeout   = declare("PORTAL_TIMEOUT", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})       // 504: the server in front has given up waiting
	AnswerLost      = declare("ANSWER_LOST", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})          // the connection broke after the request had left
	AnswerTimeout   = declare("ANSWER_TIMEOUT", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})       // we have given up waiting
	AnswerAbandoned = declare("ANSWER_ABANDONED", Entry{Fate: Unclear, Scope: Unfinished, Side: OnPortal}) // the run ended before the answer came
	AnswerOdd       = declare("ANSWER_ODD", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})           // an answer that the API does not give
	RequestNotSent  = declare("REQUEST_NOT_SENT", Entry{Fate: NotSent, Scope: Unfinished})                 // called off before it left
	PortalDNS       = declare("PORTAL_DNS", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})           // name not found
	PortalRefused   = declare("PORTAL_REFUSED", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})       // connection refused
	PortalUnreached = declare("PORTAL_UNREACHED", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})     // no connection for any other reason
	PortalProxy     = declare("PORTAL_PROXY", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})         // the proxy let nothing through
	PortalTLS       = declare("PORTAL_TLS", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})           // no encrypted connection
	PortalCert      = declare("PORTAL_CERT", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})          // certificate of an unknown issuer
	PortalCertName  = declare("PORTAL_CERT_NAME", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})     // certificate of another host
	PortalCertDate  = declare("PORTAL_CERT_DATE", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})     // certificate expired or not yet valid
	PortalURL       = declare("PORTAL_URL", Entry{Scope: Usage})                                           // --portal is no address
	PortalURLExtra  = declare("PORTAL_URL_EXTRA", Entry{Scope: Usage})                                     // it holds a password, a query or a fragment
	PortalURLPlain  = declare("PORTAL_URL_PLAIN", Entry{Scope: Usage})                                     // http:// to another machine
	CAFile          = declare("CA_FILE", Entry{Scope: Usage})                                              // cannot be read
	CAFileEmpty     = declare("CA_FILE_EMPTY", Entry{Scope: Usage})                                        // holds no certificate
	ProxyURL        = declare("PROXY_URL", Entry{Scope: Usage})                                            // the environment's proxy is no address

	// Codes of logins to the mail servers from this machine. Where the portal sees the
	// same, its own codes are used; these are what only a login of our own shows.
	MailCertName     = declare("MAIL_CERT_NAME", Entry{Fate: Final})           // the certificate is for other names
	MailCertDate     = declare("MAIL_CERT_DATE", Entry{Fate: Final})           // it has expired, or is not valid yet
	MailCertIssuer   = declare("MAIL_CERT_ISSUER", Entry{Fate: Final})         // its issuer is unknown
	MailCertAccepted = declare("MAIL_CERT_ACCEPTED", Entry{Severity: Warning}) // logged in all the same, as the portal would
	MailNoStartTLS   = declare("MAIL_NO_STARTTLS", Entry{Fate: Final})         // not offered: the portal would go on in the clear
	MailOtherService = declare("MAIL_OTHER_SERVICE", Entry{Fate: Final})       // what answers at the port speaks another protocol
	MailTLSNewer     = declare("MAIL_TLS_NEWER", Entry{Fate: Final})           // only versions of TLS that the portal does not know
	MailUnchecked    = declare("MAIL_UNCHECKED", Entry{Severity: Warning})     // a way of login that is not tried from here
	NotSampled       = declare("NOT_SAMPLED", Entry{Severity: Notice})         // the row is not among those that were tried
	SharedPassword   = declare("SHARED_PASSWORD", Entry{Severity: Warning, Scope: File})
	RefusalsNotKept  = declare("REFUSALS_NOT_KEPT", Entry{Severity: Warning, Scope: State})
	PreflightEnded   = declare("RUN_PREFLIGHT_ENDED", Entry{})       // a server refused nearly everybody, so nothing was sent
	LockoutLimit     = declare("LOCKOUT_LIMIT", Entry{Scope: Usage}) // more refused logins could come than were allowed
	LockoutForm      = declare("LOCKOUT_FORM", Entry{Scope: Usage})
	ResolveForm      = declare("RESOLVE_FORM", Entry{Scope: Usage})

	// Codes of the people accounts are for: who they are, and how the run becomes them.
	PortalUserEmpty       = declare("PORTAL_USER_EMPTY", Entry{Severity: Warning, Side: OnFile}) // the row names nobody where others do
	PortalPasswordMissing = declare("PORTAL_PASSWORD_MISSING", Entry{Side: OnFile})              // a portal user, and nothing to sign in with

	OwnerNobody    = declare("OWNER_NOBODY", Entry{Side: OnFile})                                     // the row names nobody and the run signs in as nobody
	OwnerUnknown   = declare("OWNER_UNKNOWN", Entry{Scope: Portal, Side: OnPortal})                   // not among the portal's people
	OwnerDisabled  = declare("OWNER_DISABLED", Entry{Scope: Portal, Side: OnPortal})                  // dismissed in the portal
	OwnerOnLeave   = declare("OWNER_ON_LEAVE", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal}) // neither dismissed nor active, and let in as little as the dismissed
	OwnerGuest     = declare("OWNER_GUEST", Entry{Scope: Portal, Side: OnPortal})                     // guests have no mail
	OwnerAmbiguous = declare("OWNER_AMBIGUOUS", Entry{Side: OnPortal})                                // several people of that name
	OwnerByName    = declare("OWNER_BY_NAME", Entry{Severity: Warning, Side: OnPortal})               // found by the name alone
	OwnerOther     = declare("OWNER_OTHER", Entry{Scope: Portal, Side: OnPortal})                     // the portal made us another person than asked for
	OwnerSMSBefore = declare("OWNER_SMS_BEFORE", Entry{Scope: Portal, Side: OnPortal})                // an earlier run drew an SMS with this password

	ImpersonationOff = declare("IMPERSONATION_OFF", Entry{Scope: Portal, Side: OnPortal}) // the portal lets this administrator act as nobody
	NotAdministrator = declare("NOT_ADMINISTRATOR", Entry{Scope: Portal, Side: OnPortal})
	MailOffForAll    = declare("MAIL_OFF_FOR_ALL", Entry{Scope: Portal, Side: OnPortal})
	SessionsLeft     = declare("SESSIONS_LEFT", Entry{Severity: Notice, Scope: Portal, Side: OnPortal}) // opened by the run and not closed

	TokenExpires    = declare("TOKEN_EXPIRES", Entry{Severity: Warning, Scope: Usage}) // the kept token, within a month
	TokenExpired    = declare("TOKEN_EXPIRED", Entry{Severity: Warning, Scope: Usage}) // the kept token, already
	TokenNotKept    = declare("TOKEN_NOT_KEPT", Entry{Scope: State})                   // it could not be written down
	TokenUnreadable = declare("TOKEN_UNREADABLE", Entry{Scope: Usage})                 // its file
	TokenStays      = declare("TOKEN_STAYS", Entry{Scope: Portal, Side: OnPortal})     // forgotten here and still valid in the portal
	TokenNone       = declare("TOKEN_NONE", Entry{Severity: Notice, Scope: Usage})     // nothing is kept for the portal
	TOTPSecretForm  = declare("TOTP_SECRET_FORM", Entry{Scope: Usage})
	UserMissing     = declare("USER_MISSING", Entry{Scope: Usage}) // nobody to ask who signs in

	TextUnwritable  = declare("TEXT_UNWRITABLE", Entry{Scope: File, Side: OnFile}) // the encoding of a file lacks a character for its copy
	CopyEncrypted   = declare("COPY_ENCRYPTED", Entry{Scope: File, Side: OnFile})  // the copy of an encrypted file would not be
	CopyFormat      = declare("COPY_FORMAT", Entry{Scope: Usage})                  // a copy is of the same kind as the file
	NoAdministrator = declare("NO_ADMINISTRATOR", Entry{Scope: Usage})             // nobody to read the portal's people as
)

// RefusesPassword reports whether a mail server refused what the row gave to log
// in with, so that sending the same again could lock the mailbox.
func (c Code) RefusesPassword() bool {
	return slices.Contains([]Code{MailAuth, MailAppPassword, MailLocked, MailDeclined}, c)
}

// HostTrouble reports whether the code speaks against a mail server as a whole
// rather than against one account on it.
func (c Code) HostTrouble() bool {
	return slices.Contains([]Code{MailBarred, MailConnect, MailTimeout, MailDNS, MailTLS, MailTooMany, MailTemporary}, c)
}

// Away reports whether the code says by itself that nobody is there who could
// serve a request to the portal.
func (c Code) Away() bool {
	return slices.Contains([]Code{PortalDown, PortalDNS, PortalRefused, PortalUnreached, PortalProxy, PortalTLS}, c)
}

// Certificate reports whether the code is about a certificate that is not believed here.
// The portal, as it is shipped, believes every one.
func (c Code) Certificate() bool {
	return c == MailCertName || c == MailCertDate || c == MailCertIssuer
}
