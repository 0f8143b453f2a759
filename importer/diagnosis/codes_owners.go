package diagnosis

// Codes of the people accounts are for: who they are, and how the run becomes them.
var (
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
