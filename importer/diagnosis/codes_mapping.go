package diagnosis

// Codes of the header row, of the values for empty cells, and of single cells
// that say nothing a field can hold.
var (
	HeaderNone     = declare("HEADER_NONE", Entry{Scope: File})     // no column of the header row is known
	HeaderNear     = declare("HEADER_NEAR", Entry{Scope: File})     // a column is nearly a known one
	HeaderTwice    = declare("HEADER_TWICE", Entry{Scope: File})    // two columns for one field
	ColumnsMissing = declare("COLUMNS_MISSING", Entry{Scope: File}) // fields without a column, all at once
	ColumnsTaken   = declare("COLUMNS_TAKEN", Entry{Severity: Notice, Scope: File})
	ColumnsIgnored = declare("COLUMNS_IGNORED", Entry{Severity: Notice, Scope: File})
	Filled         = declare("FILLED", Entry{Severity: Notice, Scope: File}) // what was filled in, from where, in how many rows
	SetSecret      = declare("SET_SECRET", Entry{Scope: Usage})              // a password or token as a value for empty cells
	SetValue       = declare("SET_VALUE", Entry{Scope: Usage})               // a value for empty cells that does not fit its field
	ColumnAbsent   = declare("COLUMN_ABSENT", Entry{Scope: File})            // the mapping file names a column that the file has not
	ColumnShared   = declare("COLUMN_SHARED", Entry{Scope: Usage})           // the mapping file names one column for two fields

	YAMLSyntax     = declare("YAML_SYNTAX", Entry{Scope: Usage})
	YAMLVersion    = declare("YAML_VERSION", Entry{Scope: Usage})
	YAMLKey        = declare("YAML_KEY", Entry{Scope: Usage})
	YAMLTwice      = declare("YAML_TWICE", Entry{Scope: Usage})
	YAMLForm       = declare("YAML_FORM", Entry{Scope: Usage}) // another kind of value is wanted
	MappingField   = declare("MAPPING_FIELD", Entry{Scope: Usage})
	MappingSecret  = declare("MAPPING_SECRET", Entry{Scope: Usage})
	MappingValue   = declare("MAPPING_VALUE", Entry{Scope: Usage})
	MappingDomain  = declare("MAPPING_DOMAIN", Entry{Scope: Usage})
	MappingColumn  = declare("MAPPING_COLUMN", Entry{Scope: Usage}) // neither letters nor number of a column
	TemplateSyntax = declare("TEMPLATE_SYNTAX", Entry{Scope: Usage})
	TemplateSecret = declare("TEMPLATE_SECRET", Entry{Scope: Usage}) // a template would show a password
	TemplateName   = declare("TEMPLATE_NAME", Entry{Scope: Usage})
	TemplateCycle  = declare("TEMPLATE_CYCLE", Entry{Scope: Usage})
	TemplateFailed = declare("TEMPLATE_FAILED", Entry{Side: OnFile})

	ProposedName  = declare("PROPOSED_NAME", Entry{Severity: Notice, Scope: File})   // the display name is put together of two columns
	ProposedDoubt = declare("PROPOSED_DOUBT", Entry{Severity: Warning, Scope: File}) // a nearly known header, which is not taken
	ProposedFirst = declare("PROPOSED_FIRST", Entry{Severity: Notice, Scope: File})  // one of several columns for a field is taken
	ProposedUnfit = declare("PROPOSED_UNFIT", Entry{Severity: Warning, Scope: File}) // a known header whose cells hold something else
	ProposedEnd   = declare("PROPOSED_END", Entry{Severity: Notice, Scope: File})    // a header that only ends like a known one
	ProposedMany  = declare("PROPOSED_MANY", Entry{Severity: Warning, Scope: File})  // several columns, of which none is plainly the one
	ProposedOwner = declare("PROPOSED_OWNER", Entry{Severity: Notice, Scope: File})  // the portal user is taken to be the address

	PresetUnknown      = declare("PRESET_UNKNOWN", Entry{Scope: Usage})
	PresetHost         = declare("PRESET_HOST", Entry{Scope: Usage})     // a product's preset without the organisation's host
	PresetOwnHost      = declare("PRESET_OWN_HOST", Entry{Scope: Usage}) // a host for a service that has its own
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
	HostPortOther     = declare("HOST_PORT_OTHER", Entry{Side: OnFile}) // another port than in the row's own cell for it
	HostPortSplit     = declare("HOST_PORT_SPLIT", Entry{Severity: Notice, Scope: File})
	HostIPv6          = declare("HOST_IPV6", Entry{Side: OnFile})
	HostLookAlike     = declare("HOST_LOOKALIKE", Entry{Side: OnFile})
	PortSyntax        = declare("PORT_SYNTAX", Entry{Side: OnFile})
	PortRange         = declare("PORT_RANGE", Entry{Side: OnFile})
	BoolWord          = declare("BOOL_WORD", Entry{Side: OnFile})
	ProtocolWord      = declare("PROTOCOL_WORD", Entry{Side: OnFile})
	ProtocolMissing   = declare("PROTOCOL_MISSING", Entry{Side: OnFile}) // neither the row nor its port tells IMAP or POP3
	EncryptionWord    = declare("ENCRYPTION_WORD", Entry{Side: OnFile})
	EncryptionMissing = declare("ENCRYPTION_MISSING", Entry{Side: OnFile}) // neither the row nor its port tells the encryption
	AuthWord          = declare("AUTH_WORD", Entry{Side: OnFile})
	AuthOAuth         = declare("AUTH_OAUTH", Entry{Side: OnFile})

	ValuesVoid         = declare("VALUES_VOID", Entry{Severity: Notice, Scope: File})         // words for no value, such as NULL, were read as empty
	ValuesTrimmed      = declare("VALUES_TRIMMED", Entry{Severity: Notice, Scope: File})      // blanks and characters without a width were taken off
	EncryptionStartTLS = declare("ENCRYPTION_STARTTLS", Entry{Severity: Notice, Scope: File}) // SSL or TLS was read as STARTTLS
	EncryptionByPort   = declare("ENCRYPTION_BY_PORT", Entry{Severity: Notice, Scope: File})  // yes or no to SSL was read as the port says
)
