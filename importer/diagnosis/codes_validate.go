package diagnosis

// Codes of the checks on a row and across the rows of a file.
var (
	ValueMissing       = declare("VALUE_MISSING", Entry{Side: OnFile})
	ValueVoid          = declare("VALUE_VOID", Entry{Side: OnFile})      // the cell holds a word for no value, such as NULL
	ServersUnknown     = declare("SERVERS_UNKNOWN", Entry{Side: OnFile}) // neither the row nor a preset names the mail servers of its domain
	HostNotAllowed     = declare("HOST_NOT_ALLOWED", Entry{Side: OnFile})
	TextLength         = declare("TEXT_LENGTH", Entry{Side: OnFile})
	TextCharacter      = declare("TEXT_CHARACTER", Entry{Side: OnFile})
	TextBeyondBMP      = declare("TEXT_BEYOND_BMP", Entry{Side: OnFile})
	PasswordLength     = declare("PASSWORD_LENGTH", Entry{Side: OnFile})
	PasswordControl    = declare("PASSWORD_CONTROL", Entry{Side: OnFile})
	PasswordOnlyBlanks = declare("PASSWORD_ONLY_BLANKS", Entry{Side: OnFile})
	PasswordMasked     = declare("PASSWORD_MASKED", Entry{Side: OnFile}) // asterisks or dots, as in a redacted copy
	PasswordHash       = declare("PASSWORD_HASH", Entry{Side: OnFile})   // a hash out of a server's table
	PasswordMarked     = declare("PASSWORD_MARKED", Entry{Side: OnFile}) // {PLAIN} and kin before the password
	SMTPAuthNone       = declare("SMTP_AUTH_NONE", Entry{Side: OnFile})  // authentication is wanted and its kind is none
	NTLMWithPOP3       = declare("NTLM_POP3", Entry{Side: OnFile})
	PortalUserForm     = declare("PORTAL_USER_FORM", Entry{Side: OnFile})    // neither an address nor a GUID
	PortalUserMissing  = declare("PORTAL_USER_MISSING", Entry{Side: OnFile}) // a portal password of nobody
	Duplicate          = declare("DUPLICATE", Entry{Side: OnFile})
	OwnerCredentials   = declare("OWNER_CREDENTIALS", Entry{Side: OnFile}) // one owner with two different passwords or tokens

	PasswordBlanks     = declare("PASSWORD_BLANKS", Entry{Severity: Warning, Side: OnFile})
	PasswordDigest     = declare("PASSWORD_DIGEST", Entry{Severity: Warning, Side: OnFile}) // as many hexadecimal digits as a hash has
	PasswordInvisible  = declare("PASSWORD_INVISIBLE", Entry{Severity: Warning, Side: OnFile})
	PortEncryption     = declare("PORT_ENCRYPTION", Entry{Severity: Warning, Side: OnFile})
	PortProtocol       = declare("PORT_PROTOCOL", Entry{Severity: Warning, Side: OnFile})
	PortOfOtherSide    = declare("PORT_OTHER_SIDE", Entry{Severity: Warning, Side: OnFile})
	Port25Auth         = declare("PORT_25_AUTH", Entry{Severity: Warning, Side: OnFile})
	Plaintext          = declare("PLAINTEXT", Entry{Severity: Warning, Side: OnFile})
	LoginLowered       = declare("LOGIN_LOWERED", Entry{Severity: Warning, Side: OnFile})
	LoginRewritten     = declare("LOGIN_REWRITTEN", Entry{Severity: Warning, Side: OnFile})
	AddressNotASCII    = declare("ADDRESS_NOT_ASCII", Entry{Severity: Warning, Side: OnFile})
	AddressOfTwoOwners = declare("ADDRESS_TWO_OWNERS", Entry{Severity: Warning, Side: OnFile})
	MailboxTwice       = declare("MAILBOX_TWICE", Entry{Severity: Warning, Side: OnFile}) // another address of the same mailbox
)
