package diagnosis

// Codes of the people accounts are for: who they are, and how the run becomes them.
const (
	PortalUserEmpty       Code = "PORTAL_USER_EMPTY"       // the row names nobody where others do
	PortalPasswordMissing Code = "PORTAL_PASSWORD_MISSING" // a portal user, and nothing to sign in with

	OwnerNobody    Code = "OWNER_NOBODY"     // the row names nobody and the run signs in as nobody
	OwnerUnknown   Code = "OWNER_UNKNOWN"    // not among the portal's people
	OwnerDisabled  Code = "OWNER_DISABLED"   // dismissed in the portal
	OwnerOnLeave   Code = "OWNER_ON_LEAVE"   // neither dismissed nor active, and let in as little as the dismissed
	OwnerGuest     Code = "OWNER_GUEST"      // guests have no mail
	OwnerAmbiguous Code = "OWNER_AMBIGUOUS"  // several people of that name
	OwnerByName    Code = "OWNER_BY_NAME"    // found by the name alone
	OwnerOther     Code = "OWNER_OTHER"      // the portal made us another person than asked for
	OwnerSMSBefore Code = "OWNER_SMS_BEFORE" // an earlier run drew an SMS with this password

	ImpersonationOff Code = "IMPERSONATION_OFF" // the portal lets this administrator act as nobody
	NotAdministrator Code = "NOT_ADMINISTRATOR"
	MailOffForAll    Code = "MAIL_OFF_FOR_ALL"
	SessionsLeft     Code = "SESSIONS_LEFT" // opened by the run and not closed

	TokenExpires    Code = "TOKEN_EXPIRES"    // the kept token, within a month
	TokenExpired    Code = "TOKEN_EXPIRED"    // the kept token, already
	TokenNotKept    Code = "TOKEN_NOT_KEPT"   // it could not be written down
	TokenUnreadable Code = "TOKEN_UNREADABLE" // its file
	TokenStays      Code = "TOKEN_STAYS"      // forgotten here and still valid in the portal
	TokenNone       Code = "TOKEN_NONE"       // nothing is kept for the portal
	TOTPSecretForm  Code = "TOTP_SECRET_FORM"
	UserMissing     Code = "USER_MISSING" // nobody to ask who signs in

	TextUnwritable  Code = "TEXT_UNWRITABLE"  // the encoding of a file lacks a character for its copy
	CopyEncrypted   Code = "COPY_ENCRYPTED"   // the copy of an encrypted file would not be
	CopyFormat      Code = "COPY_FORMAT"      // a copy is of the same kind as the file
	NoAdministrator Code = "NO_ADMINISTRATOR" // nobody to read the portal's people as
)

var ownerCodes = map[Code]Entry{
	PortalUserEmpty:       {Severity: Warning, Side: OnFile},
	PortalPasswordMissing: {Side: OnFile},

	OwnerNobody:    {Side: OnFile},
	OwnerUnknown:   {Scope: Portal, Side: OnPortal},
	OwnerDisabled:  {Scope: Portal, Side: OnPortal},
	OwnerOnLeave:   {Fate: EndsOwner, Scope: Portal, Side: OnPortal},
	OwnerGuest:     {Scope: Portal, Side: OnPortal},
	OwnerAmbiguous: {Side: OnPortal},
	OwnerByName:    {Severity: Warning, Side: OnPortal},
	OwnerOther:     {Scope: Portal, Side: OnPortal},
	OwnerSMSBefore: {Scope: Portal, Side: OnPortal},

	ImpersonationOff: {Scope: Portal, Side: OnPortal},
	NotAdministrator: {Scope: Portal, Side: OnPortal},
	MailOffForAll:    {Scope: Portal, Side: OnPortal},
	SessionsLeft:     {Severity: Notice, Scope: Portal, Side: OnPortal},

	TokenExpires:    {Severity: Warning, Scope: Usage},
	TokenExpired:    {Severity: Warning, Scope: Usage},
	TokenNotKept:    {Scope: State},
	TokenUnreadable: {Scope: Usage},
	TokenStays:      {Scope: Portal, Side: OnPortal},
	TokenNone:       {Severity: Notice, Scope: Usage},
	TOTPSecretForm:  {Scope: Usage},
	UserMissing:     {Scope: Usage},

	TextUnwritable:  {Scope: File, Side: OnFile},
	CopyEncrypted:   {Scope: File, Side: OnFile},
	CopyFormat:      {Scope: Usage},
	NoAdministrator: {Scope: Usage},
}
