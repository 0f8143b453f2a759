package diagnosis

var (
	// Codes of reading files: the kind of a file, findings in it, and rows that
	// cannot be read.
	// The kind of a file.
	FileMissing        = declare("FILE_MISSING", Entry{Scope: File, Side: OnFile})
	FileUnreadable     = declare("FILE_UNREADABLE", Entry{Scope: File, Side: OnFile})
	FileIsFolder       = declare("FILE_IS_FOLDER", Entry{Scope: File, Side: OnFile})
	FileNotRegular     = declare("FILE_NOT_REGULAR", Entry{Scope: File, Side: OnFile})
	FileIsLock         = declare("FILE_IS_LOCK", Entry{Scope: File, Side: OnFile})
	FileEmpty          = declare("FILE_EMPTY", Entry{Scope: File, Side: OnFile})
	FileNoRows         = declare("FILE_NO_ROWS", Entry{Scope: File, Side: OnFile})
	FileTooLarge       = declare("FILE_TOO_LARGE", Entry{Scope: File, Side: OnFile})
	FilePacking        = declare("FILE_PACKING", Entry{Scope: File, Side: OnFile})
	FileBroken         = declare("FILE_BROKEN", Entry{Scope: File, Side: OnFile})
	FileIsText         = declare("FILE_IS_TEXT", Entry{Scope: File, Side: OnFile})
	FileIsWorkbook     = declare("FILE_IS_WORKBOOK", Entry{Scope: File, Side: OnFile})
	FileIsOldExcel     = declare("FILE_IS_OLD_EXCEL", Entry{Scope: File, Side: OnFile})
	FileIsBinaryExcel  = declare("FILE_IS_BINARY_EXCEL", Entry{Scope: File, Side: OnFile})
	FileIsXMLExcel     = declare("FILE_IS_XML_EXCEL", Entry{Scope: File, Side: OnFile})
	FileIsOpenDocument = declare("FILE_IS_OPEN_DOCUMENT", Entry{Scope: File, Side: OnFile})
	FileIsNumbers      = declare("FILE_IS_NUMBERS", Entry{Scope: File, Side: OnFile})
	FileIsWord         = declare("FILE_IS_WORD", Entry{Scope: File, Side: OnFile})
	FileIsZip          = declare("FILE_IS_ZIP", Entry{Scope: File, Side: OnFile})
	FileIsCompound     = declare("FILE_IS_COMPOUND", Entry{Scope: File, Side: OnFile})
	FileIsHTML         = declare("FILE_IS_HTML", Entry{Scope: File, Side: OnFile})
	FileIsXML          = declare("FILE_IS_XML", Entry{Scope: File, Side: OnFile})
	FileIsJSON         = declare("FILE_IS_JSON", Entry{Scope: File, Side: OnFile})
	FileIsPDF          = declare("FILE_IS_PDF", Entry{Scope: File, Side: OnFile})
	FileIsRTF          = declare("FILE_IS_RTF", Entry{Scope: File, Side: OnFile})
	FileIsLDIF         = declare("FILE_IS_LDIF", Entry{Scope: File, Side: OnFile})
	FileIsVCard        = declare("FILE_IS_VCARD", Entry{Scope: File, Side: OnFile})
	FileIsDBF          = declare("FILE_IS_DBF", Entry{Scope: File, Side: OnFile})
	FileIsPicture      = declare("FILE_IS_PICTURE", Entry{Scope: File, Side: OnFile})
	FileIsPacked       = declare("FILE_IS_PACKED", Entry{Scope: File, Side: OnFile})
	FileIsGzip         = declare("FILE_IS_GZIP", Entry{Scope: File, Side: OnFile})
	FileIsAge          = declare("FILE_IS_AGE", Entry{Scope: File, Side: OnFile})
	FileIsUTF32        = declare("FILE_IS_UTF32", Entry{Scope: File, Side: OnFile})
	FileIsBinary       = declare("FILE_IS_BINARY", Entry{Scope: File, Side: OnFile})

	// Encryption.
	AgeNeedsIdentity   = declare("AGE_NEEDS_IDENTITY", Entry{Scope: File, Side: OnFile})
	AgeNeedsPassphrase = declare("AGE_NEEDS_PASSPHRASE", Entry{Scope: File, Side: OnFile})
	AgeIdentity        = declare("AGE_IDENTITY", Entry{Scope: File, Side: OnFile})
	AgePassphrase      = declare("AGE_PASSPHRASE", Entry{Scope: File, Side: OnFile})
	AgeCost            = declare("AGE_COST", Entry{Scope: File, Side: OnFile})
	IdentityUnreadable = declare("IDENTITY_UNREADABLE", Entry{Scope: Usage})
	IdentityForm       = declare("IDENTITY_FORM", Entry{Scope: Usage})
	WorkbookEncrypted  = declare("WORKBOOK_ENCRYPTED", Entry{Scope: File, Side: OnFile})
	WorkbookPassword   = declare("WORKBOOK_PASSWORD", Entry{Scope: File, Side: OnFile})
	WorkbookCipher     = declare("WORKBOOK_CIPHER", Entry{Scope: File, Side: OnFile})

	// Workbook, encoding, delimiter and header.
	WorkbookDamaged  = declare("WORKBOOK_DAMAGED", Entry{Scope: File, Side: OnFile})
	WorkbookLimits   = declare("WORKBOOK_LIMITS", Entry{Scope: File, Side: OnFile})
	WorkbookEntities = declare("WORKBOOK_ENTITIES", Entry{Scope: File, Side: OnFile})
	SheetNotFound    = declare("SHEET_NOT_FOUND", Entry{Scope: File, Side: OnFile})
	SheetUnclear     = declare("SHEET_UNCLEAR", Entry{Scope: File, Side: OnFile})
	SheetsHidden     = declare("SHEETS_HIDDEN", Entry{Scope: File, Side: OnFile})
	EncodingUnknown  = declare("ENCODING_UNKNOWN", Entry{Scope: Usage})
	EncodingUnclear  = declare("ENCODING_UNCLEAR", Entry{Scope: File, Side: OnFile})
	EncodingMarked   = declare("ENCODING_MARKED", Entry{Scope: File, Side: OnFile})
	EncodingWrong    = declare("ENCODING_WRONG", Entry{Scope: File, Side: OnFile})
	DelimiterForm    = declare("DELIMITER_FORM", Entry{Scope: Usage})
	DelimiterUnclear = declare("DELIMITER_UNCLEAR", Entry{Scope: File, Side: OnFile})
	HeaderNotFound   = declare("HEADER_NOT_FOUND", Entry{Scope: File, Side: OnFile})
	HeaderRowEmpty   = declare("HEADER_ROW_EMPTY", Entry{Scope: File, Side: OnFile})
	HeaderLost       = declare("HEADER_LOST", Entry{Scope: File, Side: OnFile})
	HeaderGarbled    = declare("HEADER_GARBLED", Entry{Scope: File, Side: OnFile})
	HeaderFaulty     = declare("HEADER_FAULTY", Entry{Scope: File, Side: OnFile})
	FileIsDrawn      = declare("FILE_IS_DRAWN", Entry{Scope: File, Side: OnFile})
	FileEscaped      = declare("FILE_ESCAPED", Entry{Scope: File, Side: OnFile})
	FileMisfit       = declare("FILE_MISFIT", Entry{Scope: File, Side: OnFile})
	HeaderUnreadable = declare("HEADER_UNREADABLE", Entry{Scope: File, Side: OnFile})

	// Selection of rows.
	RowsSyntax   = declare("ROWS_SYNTAX", Entry{Scope: Usage})
	WhereSyntax  = declare("WHERE_SYNTAX", Entry{Scope: Usage})
	WhereColumn  = declare("WHERE_COLUMN", Entry{Scope: Usage})
	NoRowsChosen = declare("NO_ROWS_CHOSEN", Entry{Scope: File, Side: OnFile})

	// Findings that do not stop a row.
	TextRead          = declare("TEXT_READ", Entry{Scope: File, Severity: Notice})
	SheetRead         = declare("SHEET_READ", Entry{Scope: File, Severity: Notice})
	EncodingGuessed   = declare("ENCODING_GUESSED", Entry{Scope: File, Severity: Notice})
	HeaderJoined      = declare("HEADER_JOINED", Entry{Scope: File, Severity: Notice})
	TitleRowsPassed   = declare("TITLE_ROWS_PASSED", Entry{Scope: File, Severity: Notice})
	CommentsPassed    = declare("COMMENTS_PASSED", Entry{Scope: File, Severity: Notice})
	TotalsPassed      = declare("TOTALS_PASSED", Entry{Scope: File, Severity: Notice})
	HeadersPassed     = declare("HEADERS_PASSED", Entry{Scope: File, Severity: Notice})
	LinesUnquoted     = declare("LINES_UNQUOTED", Entry{Scope: File, Severity: Notice})
	PaddingTaken      = declare("PADDING_TAKEN", Entry{Scope: File, Severity: Notice})
	CellsUnwrapped    = declare("CELLS_UNWRAPPED", Entry{Scope: File, Severity: Notice})
	ColumnNameless    = declare("COLUMN_NAMELESS", Entry{Scope: File, Severity: Notice})
	CellsShared       = declare("CELLS_SHARED", Entry{Scope: File, Severity: Notice})
	NumbersTaken      = declare("NUMBERS_TAKEN", Entry{Scope: File, Severity: Warning})
	SheetsPassed      = declare("SHEETS_PASSED", Entry{Scope: File, Severity: Notice})
	SheetHidden       = declare("SHEET_HIDDEN", Entry{Scope: File, Severity: Notice})
	RowsHidden        = declare("ROWS_HIDDEN", Entry{Scope: File, Severity: Notice})
	ColumnsHidden     = declare("COLUMNS_HIDDEN", Entry{Scope: File, Severity: Notice})
	FileOpenElsewhere = declare("FILE_OPEN_ELSEWHERE", Entry{Scope: File, Severity: Notice})

	// Errors in a row or one of its cells.
	RowWidth          = declare("ROW_WIDTH", Entry{Side: OnFile})
	RowTooLong        = declare("ROW_TOO_LONG", Entry{Side: OnFile})
	RowTooWide        = declare("ROW_TOO_WIDE", Entry{Side: OnFile})
	RowCommented      = declare("ROW_COMMENTED", Entry{Side: OnFile})
	QuoteStray        = declare("QUOTE_STRAY", Entry{Side: OnFile})
	QuoteUnclosed     = declare("QUOTE_UNCLOSED", Entry{Side: OnFile})
	PaddingBroken     = declare("PADDING_BROKEN", Entry{Side: OnFile})
	TextUndecodable   = declare("TEXT_UNDECODABLE", Entry{Side: OnFile})
	TextLost          = declare("TEXT_LOST", Entry{Side: OnFile})
	TextGarbled       = declare("TEXT_GARBLED", Entry{Side: OnFile})
	CellFailure       = declare("CELL_FAILURE", Entry{Side: OnFile})
	CellDate          = declare("CELL_DATE", Entry{Side: OnFile})
	CellMerged        = declare("CELL_MERGED", Entry{Side: OnFile})
	FormulaUncomputed = declare("FORMULA_UNCOMPUTED", Entry{Side: OnFile})
	PasswordNotText   = declare("PASSWORD_NOT_TEXT", Entry{Side: OnFile})
	PasswordNumber    = declare("PASSWORD_NUMBER", Entry{Side: OnFile})
	NumberAltered     = declare("NUMBER_ALTERED", Entry{Side: OnFile})

	// Codes of the header row, of the values for empty cells, and of cells whose text
	// is not a value of their field.
	HeaderNone     = declare("HEADER_NONE", Entry{Scope: File})     // no header is known
	HeaderNear     = declare("HEADER_NEAR", Entry{Scope: File})     // a header is similar to a known one
	HeaderTwice    = declare("HEADER_TWICE", Entry{Scope: File})    // two columns for one field
	ColumnsMissing = declare("COLUMNS_MISSING", Entry{Scope: File}) // all fields without a column
	ColumnsTaken   = declare("COLUMNS_TAKEN", Entry{Severity: Notice, Scope: File})
	ColumnsIgnored = declare("COLUMNS_IGNORED", Entry{Severity: Notice, Scope: File})
	Filled         = declare("FILLED", Entry{Severity: Notice, Scope: File}) // fields filled in, from which source, in how many rows
	SetSecret      = declare("SET_SECRET", Entry{Scope: Usage})              // a password or token as a value for empty cells
	SetValue       = declare("SET_VALUE", Entry{Scope: Usage})               // a value for empty cells that is not valid for its field
	ColumnAbsent   = declare("COLUMN_ABSENT", Entry{Scope: File})            // the input lacks a column that the mapping file names
	ColumnShared   = declare("COLUMN_SHARED", Entry{Scope: Usage})           // the mapping file names one column for two fields

	YAMLSyntax     = declare("YAML_SYNTAX", Entry{Scope: Usage})
	YAMLVersion    = declare("YAML_VERSION", Entry{Scope: Usage})
	YAMLKey        = declare("YAML_KEY", Entry{Scope: Usage})
	YAMLTwice      = declare("YAML_TWICE", Entry{Scope: Usage})
	YAMLForm       = declare("YAML_FORM", Entry{Scope: Usage}) // the value is of the wrong kind
	MappingField   = declare("MAPPING_FIELD", Entry{Scope: Usage})
	MappingSecret  = declare("MAPPING_SECRET", Entry{Scope: Usage})
	MappingValue   = declare("MAPPING_VALUE", Entry{Scope: Usage})
	MappingDomain  = declare("MAPPING_DOMAIN", Entry{Scope: Usage})
	MappingColumn  = declare("MAPPING_COLUMN", Entry{Scope: Usage}) // neither the letters nor the number of a column
	TemplateSyntax = declare("TEMPLATE_SYNTAX", Entry{Scope: Usage})
	TemplateSecret = declare("TEMPLATE_SECRET", Entry{Scope: Usage}) // a template would show a password
	TemplateName   = declare("TEMPLATE_NAME", Entry{Scope: Usage})
	TemplateCycle  = declare("TEMPLATE_CYCLE", Entry{Scope: Usage})
	TemplateFailed = declare("TEMPLATE_FAILED", Entry{Side: OnFile})

	ProposedName  = declare("PROPOSED_NAME", Entry{Severity: Notice, Scope: File})   // the display name is joined from two columns
	ProposedDoubt = declare("PROPOSED_DOUBT", Entry{Severity: Warning, Scope: File}) // a header is only similar to a known one and is not used
	ProposedFirst = declare("PROPOSED_FIRST", Entry{Severity: Notice, Scope: File})  // one of several columns for a field is used
	ProposedUnfit = declare("PROPOSED_UNFIT", Entry{Severity: Warning, Scope: File}) // a header is known, but its cells contain something else
	ProposedEnd   = declare("PROPOSED_END", Entry{Severity: Notice, Scope: File})    // a header only ends like a known one
	ProposedMany  = declare("PROPOSED_MANY", Entry{Severity: Warning, Scope: File})  // several columns fit a field, none of them clearly
	ProposedOwner = declare("PROPOSED_OWNER", Entry{Severity: Notice, Scope: File})  // the address is used as the portal user

	PresetUnknown      = declare("PRESET_UNKNOWN", Entry{Scope: Usage})
	PresetHost         = declare("PRESET_HOST", Entry{Scope: Usage})     // a product's preset without the organisation's host
	PresetOwnHost      = declare("PRESET_OWN_HOST", Entry{Scope: Usage}) // a host for a service whose hosts are fixed
	PresetForm         = declare("PRESET_FORM", Entry{Scope: Usage})
	PresetOtherService = declare("PRESET_OTHER_SERVICE", Entry{Severity: Warning, Side: OnFile})
	ServiceOAuth       = declare("SERVICE_OAUTH", Entry{Side: Incoming})
	ServiceAppPassword = declare("SERVICE_APP_PASSWORD", Entry{Severity: Notice, Scope: File})
	ServiceSwitchOn    = declare("SERVICE_SWITCH_ON", Entry{Severity: Notice, Scope: File})

	AddressSyntax     = declare("ADDRESS_SYNTAX", Entry{Side: OnFile})
	AddressNotBare    = declare("ADDRESS_NOT_BARE", Entry{Side: OnFile}) // a name beside the address, or several addresses
	AddressDomain     = declare("ADDRESS_DOMAIN", Entry{Side: OnFile})
	AddressLookAlike  = declare("ADDRESS_LOOKALIKE", Entry{Side: OnFile})
	HostSyntax        = declare("HOST_SYNTAX", Entry{Side: OnFile})
	HostScheme        = declare("HOST_SCHEME", Entry{Side: OnFile}) // imap://…
	HostAddress       = declare("HOST_ADDRESS", Entry{Side: OnFile})
	HostPort          = declare("HOST_PORT", Entry{Side: OnFile})
	HostPortOther     = declare("HOST_PORT_OTHER", Entry{Side: OnFile}) // another port than in the port cell of the row
	HostPortSplit     = declare("HOST_PORT_SPLIT", Entry{Severity: Notice, Scope: File})
	HostIPv6          = declare("HOST_IPV6", Entry{Side: OnFile})
	HostLookAlike     = declare("HOST_LOOKALIKE", Entry{Side: OnFile})
	PortSyntax        = declare("PORT_SYNTAX", Entry{Side: OnFile})
	PortRange         = declare("PORT_RANGE", Entry{Side: OnFile})
	BoolWord          = declare("BOOL_WORD", Entry{Side: OnFile})
	ProtocolWord      = declare("PROTOCOL_WORD", Entry{Side: OnFile})
	ProtocolMissing   = declare("PROTOCOL_MISSING", Entry{Side: OnFile}) // neither the row nor its port determines IMAP or POP3
	EncryptionWord    = declare("ENCRYPTION_WORD", Entry{Side: OnFile})
	EncryptionMissing = declare("ENCRYPTION_MISSING", Entry{Side: OnFile}) // neither the row nor its port determines the encryption
	AuthWord          = declare("AUTH_WORD", Entry{Side: OnFile})
	AuthOAuth         = declare("AUTH_OAUTH", Entry{Side: OnFile})

	ValuesVoid         = declare("VALUES_VOID", Entry{Severity: Notice, Scope: File})         // words for no value, such as NULL, were read as empty
	ValuesTrimmed      = declare("VALUES_TRIMMED", Entry{Severity: Notice, Scope: File})      // blanks and characters without a width were removed
	EncryptionStartTLS = declare("ENCRYPTION_STARTTLS", Entry{Severity: Notice, Scope: File}) // SSL or TLS was read as STARTTLS
	EncryptionByPort   = declare("ENCRYPTION_BY_PORT", Entry{Severity: Notice, Scope: File})  // the port decided what yes or no to SSL means

	// Codes of the checks of a row and across the rows of a file.
	ValueMissing       = declare("VALUE_MISSING", Entry{Side: OnFile})
	ValueVoid          = declare("VALUE_VOID", Entry{Side: OnFile})      // the cell contains a word for no value, such as NULL
	ServersUnknown     = declare("SERVERS_UNKNOWN", Entry{Side: OnFile}) // neither the row nor a preset names the mail servers of its domain
	HostNotAllowed     = declare("HOST_NOT_ALLOWED", Entry{Side: OnFile})
	TextLength         = declare("TEXT_LENGTH", Entry{Side: OnFile})
	TextCharacter      = declare("TEXT_CHARACTER", Entry{Side: OnFile})
	TextBeyondBMP      = declare("TEXT_BEYOND_BMP", Entry{Side: OnFile})
	PasswordLength     = declare("PASSWORD_LENGTH", Entry{Side: OnFile})
	PasswordControl    = declare("PASSWORD_CONTROL", Entry{Side: OnFile})
	PasswordOnlyBlanks = declare("PASSWORD_ONLY_BLANKS", Entry{Side: OnFile})
	PasswordMasked     = declare("PASSWORD_MASKED", Entry{Side: OnFile}) // asterisks or dots, as in a redacted copy
	PasswordHash       = declare("PASSWORD_HASH", Entry{Side: OnFile})   // a hash, such as one from a server's database
	PasswordMarked     = declare("PASSWORD_MARKED", Entry{Side: OnFile}) // a prefix such as {PLAIN} before the password
	SMTPAuthNone       = declare("SMTP_AUTH_NONE", Entry{Side: OnFile})  // authentication is on, but its method is none
	NTLMWithPOP3       = declare("NTLM_POP3", Entry{Side: OnFile})
	PortalUserForm     = declare("PORTAL_USER_FORM", Entry{Side: OnFile})    // neither an address nor a GUID
	PortalUserMissing  = declare("PORTAL_USER_MISSING", Entry{Side: OnFile}) // a portal password without a portal user
	Duplicate          = declare("DUPLICATE", Entry{Side: OnFile})
	OwnerCredentials   = declare("OWNER_CREDENTIALS", Entry{Side: OnFile}) // one owner with two different passwords or tokens

	PasswordBlanks     = declare("PASSWORD_BLANKS", Entry{Severity: Warning, Side: OnFile})
	PasswordDigest     = declare("PASSWORD_DIGEST", Entry{Severity: Warning, Side: OnFile}) // hexadecimal digits of the length of a hash
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
