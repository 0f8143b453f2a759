package diagnosis

// Codes of the checks on a row and across the rows of a file.
const (
	ValueMissing       Code = "VALUE_MISSING"
	ValueVoid          Code = "VALUE_VOID"      // the cell holds a word for no value, such as NULL
	ServersUnknown     Code = "SERVERS_UNKNOWN" // neither the row nor a preset names the mail servers of its domain
	HostNotAllowed     Code = "HOST_NOT_ALLOWED"
	TextLength         Code = "TEXT_LENGTH"
	TextCharacter      Code = "TEXT_CHARACTER"
	TextBeyondBMP      Code = "TEXT_BEYOND_BMP"
	PasswordLength     Code = "PASSWORD_LENGTH"
	PasswordControl    Code = "PASSWORD_CONTROL"
	PasswordOnlyBlanks Code = "PASSWORD_ONLY_BLANKS"
	PasswordMasked     Code = "PASSWORD_MASKED" // asterisks or dots, as in a redacted copy
	PasswordHash       Code = "PASSWORD_HASH"   // a hash out of a server's table
	PasswordMarked     Code = "PASSWORD_MARKED" // {PLAIN} and kin before the password
	SMTPAuthNone       Code = "SMTP_AUTH_NONE"  // authentication is wanted and its kind is none
	NTLMWithPOP3       Code = "NTLM_POP3"
	PortalUserForm     Code = "PORTAL_USER_FORM"    // neither an address nor a GUID
	PortalUserMissing  Code = "PORTAL_USER_MISSING" // a portal password of nobody
	Duplicate          Code = "DUPLICATE"
	OwnerCredentials   Code = "OWNER_CREDENTIALS" // one owner with two different passwords or tokens

	PasswordBlanks     Code = "PASSWORD_BLANKS"
	PasswordDigest     Code = "PASSWORD_DIGEST" // as many hexadecimal digits as a hash has
	PasswordInvisible  Code = "PASSWORD_INVISIBLE"
	PortEncryption     Code = "PORT_ENCRYPTION"
	PortProtocol       Code = "PORT_PROTOCOL"
	PortOfOtherSide    Code = "PORT_OTHER_SIDE"
	Port25Auth         Code = "PORT_25_AUTH"
	Plaintext          Code = "PLAINTEXT"
	LoginLowered       Code = "LOGIN_LOWERED"
	LoginRewritten     Code = "LOGIN_REWRITTEN"
	AddressNotASCII    Code = "ADDRESS_NOT_ASCII"
	AddressOfTwoOwners Code = "ADDRESS_TWO_OWNERS"
	MailboxTwice       Code = "MAILBOX_TWICE" // another address of the same mailbox
)

var validateCodes = map[Code]Entry{
	ValueMissing:       {Side: OnFile},
	ValueVoid:          {Side: OnFile},
	ServersUnknown:     {Side: OnFile},
	HostNotAllowed:     {Side: OnFile},
	TextLength:         {Side: OnFile},
	TextCharacter:      {Side: OnFile},
	TextBeyondBMP:      {Side: OnFile},
	PasswordLength:     {Side: OnFile},
	PasswordControl:    {Side: OnFile},
	PasswordOnlyBlanks: {Side: OnFile},
	PasswordMasked:     {Side: OnFile},
	PasswordHash:       {Side: OnFile},
	PasswordMarked:     {Side: OnFile},
	SMTPAuthNone:       {Side: OnFile},
	NTLMWithPOP3:       {Side: OnFile},
	PortalUserForm:     {Side: OnFile},
	PortalUserMissing:  {Side: OnFile},
	Duplicate:          {Side: OnFile},
	OwnerCredentials:   {Side: OnFile},

	PasswordBlanks:     {Severity: Warning, Side: OnFile},
	PasswordDigest:     {Severity: Warning, Side: OnFile},
	PasswordInvisible:  {Severity: Warning, Side: OnFile},
	PortEncryption:     {Severity: Warning, Side: OnFile},
	PortProtocol:       {Severity: Warning, Side: OnFile},
	PortOfOtherSide:    {Severity: Warning, Side: OnFile},
	Port25Auth:         {Severity: Warning, Side: OnFile},
	Plaintext:          {Severity: Warning, Side: OnFile},
	LoginLowered:       {Severity: Warning, Side: OnFile},
	LoginRewritten:     {Severity: Warning, Side: OnFile},
	AddressNotASCII:    {Severity: Warning, Side: OnFile},
	AddressOfTwoOwners: {Severity: Warning, Side: OnFile},
	MailboxTwice:       {Severity: Warning, Side: OnFile},
}
