package diagnosis

import "slices"

var (
	// Codes of the portal's login to the mail servers, which it performs before it
	// saves an account (ASC.Mail/Clients/MailClient.cs). The answer names the side,
	// incoming or outgoing.
	MailAuth         = declare("MAIL_AUTH", Entry{Fate: Final})                          // login or password refused
	MailAppPassword  = declare("MAIL_APP_PASSWORD", Entry{Fate: Final})                  // the provider requires an application password
	MailLocked       = declare("MAIL_LOCKED", Entry{Fate: Final})                        // the account is blocked, disabled or expired at the mail server
	MailDeclined     = declare("MAIL_DECLINED", Entry{Fate: Final})                      // declined with an unknown text: treated as a refused password
	IMAPOff          = declare("IMAP_OFF", Entry{Fate: Final})                           // access by mail programs is disabled for the mailbox
	TLSMode          = declare("TLS_MODE", Entry{Fate: Final})                           // encryption setting and port do not match
	MailCert         = declare("MAIL_CERT", Entry{Fate: Final})                          // the portal does not trust the mail server's certificate
	MailNoMethod     = declare("MAIL_NO_METHOD", Entry{Fate: Final})                     // no login method that both sides support
	SMTPNoAuth       = declare("SMTP_NO_AUTH", Entry{Fate: Final, Side: Outgoing})       // the outgoing server offers no login
	SMTPAuthRequired = declare("SMTP_AUTH_REQUIRED", Entry{Fate: Final, Side: Outgoing}) // the server requires a login, but the row has none
	MailBarred       = declare("MAIL_BARRED", Entry{Fate: Later})                        // the server blocks the portal's address
	MailConnect      = declare("MAIL_CONNECT", Entry{Fate: Later})                       // no connection
	MailTimeout      = declare("MAIL_TIMEOUT", Entry{Fate: Later})                       // no answer in time
	MailDNS          = declare("MAIL_DNS", Entry{Fate: Later})                           // the portal cannot resolve the name of the server
	MailTLS          = declare("MAIL_TLS", Entry{Fate: Later})                           // the TLS handshake failed
	MailTooMany      = declare("MAIL_TOO_MANY", Entry{Fate: Later})                      // too many connections or logins
	MailTemporary    = declare("MAIL_TEMPORARY", Entry{Fate: Later})                     // a temporary refusal

	// Codes of the portal's other answers (ASC.Api/Impl/ApiHttpHandler.cs), and of
	// requests without an answer.
	AddressRefused   = declare("ADDRESS_REFUSED", Entry{Fate: Final, Side: OnFile})     // the portal does not accept the address
	PortalArgument   = declare("PORTAL_ARGUMENT", Entry{Fate: Final, Side: OnPortal})   // 400 for any other reason
	DuplicateMailbox = declare("DUPLICATE_MAILBOX", Entry{Fate: Final, Side: OnPortal}) // the portal has the address twice and can no longer change it
	MailboxMissing   = declare("MAILBOX_MISSING", Entry{Fate: Final, Side: OnPortal})   // the mailbox to change or remove does not exist
	MailboxHosted    = declare("MAILBOX_HOSTED", Entry{Fate: Final, Side: OnPortal})    // a mailbox of the portal's own mail server
	RemovalRunning   = declare("REMOVAL_RUNNING", Entry{Fate: Later, Side: OnPortal})   // another removal of the same person is running
	PortalForbidden  = declare("PORTAL_FORBIDDEN", Entry{Fate: Final, Side: OnPortal})  // 403 with an error in the envelope
	PortalNoItem     = declare("PORTAL_NO_ITEM", Entry{Fate: Final, Side: OnPortal})    // 404 with an error in the envelope
	PortalGeneric    = declare("PORTAL_GENERIC", Entry{Fate: Unclear, Side: OnPortal})  // the generic text for all errors after the login test
	PortalError      = declare("PORTAL_ERROR", Entry{Fate: Unclear, Side: OnPortal})    // an error with an unknown text

	PortalSignIn   = declare("PORTAL_SIGNIN", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})    // user or password refused
	PortalBlocked  = declare("PORTAL_BLOCKED", Entry{Fate: Later, Scope: Portal, Side: OnPortal})       // too many sign-ins, for a minute or so
	PortalSMS      = declare("PORTAL_SMS", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})       // a code was sent by SMS
	PortalSMSPhone = declare("PORTAL_SMS_PHONE", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal}) // SMS codes are on and the person has no phone number yet
	PortalTFA      = declare("PORTAL_TFA", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})       // an app code is required
	PortalTFASetup = declare("PORTAL_TFA_SETUP", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal}) // app codes are on and the person has not connected an app
	PortalCode     = declare("PORTAL_CODE", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})      // the code was refused
	PortalToken    = declare("PORTAL_TOKEN", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})     // 401
	PortalMailOff  = declare("PORTAL_MAIL_OFF", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})  // the person may not use the portal's mail

	ImpersonationAbsent  = declare("IMPERSONATION_ABSENT", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})            // the portal does not have it
	ImpersonationRefused = declare("IMPERSONATION_REFUSED", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal})         // not for this person or caller
	SignOutAbsent        = declare("SIGN_OUT_ABSENT", Entry{Fate: Final, Severity: Notice, Scope: Portal, Side: OnPortal}) // this portal cannot end a session

	PortalIP        = declare("PORTAL_IP", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})            // 403 without an envelope
	PortalUnpaid    = declare("PORTAL_UNPAID", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})        // 402
	PortalNotFound  = declare("PORTAL_NOT_FOUND", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})     // 404 without an envelope
	PortalOther     = declare("PORTAL_OTHER", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})         // not a portal of this kind
	PortalRestoring = declare("PORTAL_RESTORING", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})     // 503, empty
	PortalRedirect  = declare("PORTAL_REDIRECT", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})      // 3xx
	PortalBusy      = declare("PORTAL_BUSY", Entry{Fate: TurnedAway, Scope: Portal, Side: OnPortal})       // 429, or 503 with Retry-After
	PortalNotAPI    = declare("PORTAL_NOT_API", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})       // a web page with status 200
	PortalDown      = declare("PORTAL_DOWN", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})          // 5xx without an envelope
	PortalTimeout   = declare("PORTAL_TIMEOUT", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})       // 504: the server in front timed out
	AnswerLost      = declare("ANSWER_LOST", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})          // the connection broke after the request had left
	AnswerTimeout   = declare("ANSWER_TIMEOUT", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})       // the client timed out
	AnswerAbandoned = declare("ANSWER_ABANDONED", Entry{Fate: Unclear, Scope: Unfinished, Side: OnPortal}) // the run ended before the answer came
	AnswerOdd       = declare("ANSWER_ODD", Entry{Fate: Unclear, Scope: Portal, Side: OnPortal})           // an answer that the API does not give
	RequestNotSent  = declare("REQUEST_NOT_SENT", Entry{Fate: NotSent, Scope: Unfinished})                 // cancelled before it left
	PortalDNS       = declare("PORTAL_DNS", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})           // name not found
	PortalRefused   = declare("PORTAL_REFUSED", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})       // connection refused
	PortalUnreached = declare("PORTAL_UNREACHED", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})     // no connection for any other reason
	PortalProxy     = declare("PORTAL_PROXY", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})         // the proxy failed or refused
	PortalTLS       = declare("PORTAL_TLS", Entry{Fate: NotSent, Scope: Portal, Side: OnPortal})           // the TLS handshake failed
	PortalCert      = declare("PORTAL_CERT", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})          // certificate of an unknown issuer
	PortalCertName  = declare("PORTAL_CERT_NAME", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})     // certificate of another host
	PortalCertDate  = declare("PORTAL_CERT_DATE", Entry{Fate: EndsRun, Scope: Portal, Side: OnPortal})     // certificate expired or not yet valid
	PortalURL       = declare("PORTAL_URL", Entry{Scope: Usage})                                           // --portal is not an address
	PortalURLExtra  = declare("PORTAL_URL_EXTRA", Entry{Scope: Usage})                                     // it has a user, a query or a fragment
	PortalURLPlain  = declare("PORTAL_URL_PLAIN", Entry{Scope: Usage})                                     // http:// to another machine
	CAFile          = declare("CA_FILE", Entry{Scope: Usage})                                              // the file cannot be read
	CAFileEmpty     = declare("CA_FILE_EMPTY", Entry{Scope: Usage})                                        // the file has no certificate
	ProxyURL        = declare("PROXY_URL", Entry{Scope: Usage})                                            // the environment's proxy is invalid

	// Codes of logins to the mail servers from this machine. Findings that the portal makes
	// too have the codes above; these are found only by a login from here.
	MailCertName     = declare("MAIL_CERT_NAME", Entry{Fate: Final})           // the certificate is for other names
	MailCertDate     = declare("MAIL_CERT_DATE", Entry{Fate: Final})           // the certificate has expired, or is not valid yet
	MailCertIssuer   = declare("MAIL_CERT_ISSUER", Entry{Fate: Final})         // the issuer of the certificate is unknown
	MailCertAccepted = declare("MAIL_CERT_ACCEPTED", Entry{Severity: Warning}) // a bad certificate was ignored, as the portal does
	MailNoStartTLS   = declare("MAIL_NO_STARTTLS", Entry{Fate: Final})         // not offered: the portal would continue without encryption
	MailOtherService = declare("MAIL_OTHER_SERVICE", Entry{Fate: Final})       // the server at the port speaks another protocol
	MailTLSNewer     = declare("MAIL_TLS_NEWER", Entry{Fate: Final})           // the server accepts only TLS versions that the portal lacks
	MailUnchecked    = declare("MAIL_UNCHECKED", Entry{Severity: Warning})     // a login method that is not tried from here
	NotSampled       = declare("NOT_SAMPLED", Entry{Severity: Notice})         // the row is not in the sample that was tried
	SharedPassword   = declare("SHARED_PASSWORD", Entry{Severity: Warning, Scope: File})
	RefusalsNotKept  = declare("REFUSALS_NOT_KEPT", Entry{Severity: Warning, Scope: State})
	PreflightEnded   = declare("RUN_PREFLIGHT_ENDED", Entry{})       // a server refused nearly all logins, so nothing was sent
	LockoutLimit     = declare("LOCKOUT_LIMIT", Entry{Scope: Usage}) // the run could cause more refused logins than allowed
	LockoutForm      = declare("LOCKOUT_FORM", Entry{Scope: Usage})
	ResolveForm      = declare("RESOLVE_FORM", Entry{Scope: Usage})

	// Codes of the people that accounts are for, and of signing in as them.
	PortalUserEmpty       = declare("PORTAL_USER_EMPTY", Entry{Severity: Warning, Side: OnFile}) // the row has no portal user, others do
	PortalPasswordMissing = declare("PORTAL_PASSWORD_MISSING", Entry{Side: OnFile})              // a portal user without a way to sign in

	OwnerNobody    = declare("OWNER_NOBODY", Entry{Side: OnFile})                                     // neither the row nor the run has a portal user
	OwnerUnknown   = declare("OWNER_UNKNOWN", Entry{Scope: Portal, Side: OnPortal})                   // not among the portal's people
	OwnerDisabled  = declare("OWNER_DISABLED", Entry{Scope: Portal, Side: OnPortal})                  // dismissed in the portal
	OwnerOnLeave   = declare("OWNER_ON_LEAVE", Entry{Fate: EndsOwner, Scope: Portal, Side: OnPortal}) // on leave, and so unable to sign in, like a dismissed person
	OwnerGuest     = declare("OWNER_GUEST", Entry{Scope: Portal, Side: OnPortal})                     // guests have no mail
	OwnerAmbiguous = declare("OWNER_AMBIGUOUS", Entry{Side: OnPortal})                                // several people have that name
	OwnerByName    = declare("OWNER_BY_NAME", Entry{Severity: Warning, Side: OnPortal})               // found by the name alone
	OwnerOther     = declare("OWNER_OTHER", Entry{Scope: Portal, Side: OnPortal})                     // the portal returned a token of another person
	OwnerSMSBefore = declare("OWNER_SMS_BEFORE", Entry{Scope: Portal, Side: OnPortal})                // an earlier run caused an SMS with this password

	ImpersonationOff = declare("IMPERSONATION_OFF", Entry{Scope: Portal, Side: OnPortal}) // this administrator may not act as any person
	NotAdministrator = declare("NOT_ADMINISTRATOR", Entry{Scope: Portal, Side: OnPortal})
	MailOffForAll    = declare("MAIL_OFF_FOR_ALL", Entry{Scope: Portal, Side: OnPortal})
	SessionsLeft     = declare("SESSIONS_LEFT", Entry{Severity: Notice, Scope: Portal, Side: OnPortal}) // opened by the run and not closed

	TokenExpires    = declare("TOKEN_EXPIRES", Entry{Severity: Warning, Scope: Usage}) // the kept token expires within a month
	TokenExpired    = declare("TOKEN_EXPIRED", Entry{Severity: Warning, Scope: Usage}) // the kept token has expired
	TokenNotKept    = declare("TOKEN_NOT_KEPT", Entry{Scope: State})                   // the token could not be stored
	TokenUnreadable = declare("TOKEN_UNREADABLE", Entry{Scope: Usage})                 // the file of the token cannot be read
	TokenStays      = declare("TOKEN_STAYS", Entry{Scope: Portal, Side: OnPortal})     // deleted here, but still valid in the portal
	TokenNone       = declare("TOKEN_NONE", Entry{Severity: Notice, Scope: Usage})     // no token is kept for the portal
	TOTPSecretForm  = declare("TOTP_SECRET_FORM", Entry{Scope: Usage})
	UserMissing     = declare("USER_MISSING", Entry{Scope: Usage}) // no user was given, and there is no terminal to ask at

	TextUnwritable  = declare("TEXT_UNWRITABLE", Entry{Scope: File, Side: OnFile}) // the encoding of a file lacks a character for its copy
	CopyEncrypted   = declare("COPY_ENCRYPTED", Entry{Scope: File, Side: OnFile})  // the copy of an encrypted file would not be encrypted
	CopyFormat      = declare("COPY_FORMAT", Entry{Scope: Usage})                  // a copy must be of the same kind as the file
	NoAdministrator = declare("NO_ADMINISTRATOR", Entry{Scope: Usage})             // no administrator to read the portal's people with
)

// RefusesPassword reports whether a mail server refused the credentials of the row, so
// that sending them again could lock the mailbox.
func (c Code) RefusesPassword() bool {
	return slices.Contains([]Code{MailAuth, MailAppPassword, MailLocked, MailDeclined}, c)
}

// HostTrouble reports whether the code is a fault of a whole mail server rather than of
// one account on it.
func (c Code) HostTrouble() bool {
	return slices.Contains([]Code{MailBarred, MailConnect, MailTimeout, MailDNS, MailTLS, MailTooMany, MailTemporary}, c)
}

// Away reports whether the code alone shows that the portal cannot be reached or cannot
// serve requests.
func (c Code) Away() bool {
	return slices.Contains([]Code{PortalDown, PortalDNS, PortalRefused, PortalUnreached, PortalProxy, PortalTLS}, c)
}

// Certificate reports whether the code is about a certificate of a mail server that this
// machine does not trust. The portal, as shipped, trusts every one.
func (c Code) Certificate() bool {
	return c == MailCertName || c == MailCertDate || c == MailCertIssuer
}
