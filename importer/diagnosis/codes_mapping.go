package diagnosis

// Codes of the header row, of the values for empty cells, and of single cells
// that say nothing a field can hold.
const (
	HeaderNone     Code = "HEADER_NONE"     // no column of the header row is known
	HeaderNear     Code = "HEADER_NEAR"     // a column is nearly a known one
	HeaderTwice    Code = "HEADER_TWICE"    // two columns for one field
	ColumnsMissing Code = "COLUMNS_MISSING" // fields without a column, all at once
	ColumnsTaken   Code = "COLUMNS_TAKEN"
	ColumnsIgnored Code = "COLUMNS_IGNORED"
	Filled         Code = "FILLED"        // what was filled in, from where, in how many rows
	SetSecret      Code = "SET_SECRET"    // a password or token as a value for empty cells
	SetValue       Code = "SET_VALUE"     // a value for empty cells that does not fit its field
	ColumnAbsent   Code = "COLUMN_ABSENT" // the mapping file names a column that the file has not
	ColumnShared   Code = "COLUMN_SHARED" // the mapping file names one column for two fields

	YAMLSyntax     Code = "YAML_SYNTAX"
	YAMLVersion    Code = "YAML_VERSION"
	YAMLKey        Code = "YAML_KEY"
	YAMLTwice      Code = "YAML_TWICE"
	YAMLForm       Code = "YAML_FORM" // another kind of value is wanted
	MappingField   Code = "MAPPING_FIELD"
	MappingSecret  Code = "MAPPING_SECRET"
	MappingValue   Code = "MAPPING_VALUE"
	MappingDomain  Code = "MAPPING_DOMAIN"
	MappingColumn  Code = "MAPPING_COLUMN" // neither letters nor number of a column
	TemplateSyntax Code = "TEMPLATE_SYNTAX"
	TemplateSecret Code = "TEMPLATE_SECRET" // a template would show a password
	TemplateName   Code = "TEMPLATE_NAME"
	TemplateCycle  Code = "TEMPLATE_CYCLE"
	TemplateFailed Code = "TEMPLATE_FAILED"

	ProposedName  Code = "PROPOSED_NAME"  // the display name is put together of two columns
	ProposedDoubt Code = "PROPOSED_DOUBT" // a nearly known header, which is not taken
	ProposedFirst Code = "PROPOSED_FIRST" // one of several columns for a field is taken
	ProposedUnfit Code = "PROPOSED_UNFIT" // a known header whose cells hold something else
	ProposedEnd   Code = "PROPOSED_END"   // a header that only ends like a known one
	ProposedMany  Code = "PROPOSED_MANY"  // several columns, of which none is plainly the one
	ProposedOwner Code = "PROPOSED_OWNER" // the portal user is taken to be the address

	PresetUnknown      Code = "PRESET_UNKNOWN"
	PresetHost         Code = "PRESET_HOST"     // a product's preset without the organisation's host
	PresetOwnHost      Code = "PRESET_OWN_HOST" // a host for a service that has its own
	PresetForm         Code = "PRESET_FORM"
	PresetOtherService Code = "PRESET_OTHER_SERVICE"
	ServiceOAuth       Code = "SERVICE_OAUTH"
	ServiceAppPassword Code = "SERVICE_APP_PASSWORD"
	ServiceSwitchOn    Code = "SERVICE_SWITCH_ON"

	AddressSyntax     Code = "ADDRESS_SYNTAX"
	AddressNotBare    Code = "ADDRESS_NOT_BARE" // a name beside the address, or several addresses
	AddressDomain     Code = "ADDRESS_DOMAIN"
	AddressLookAlike  Code = "ADDRESS_LOOKALIKE"
	HostSyntax        Code = "HOST_SYNTAX"
	HostScheme        Code = "HOST_SCHEME" // imap://…
	HostAddress       Code = "HOST_ADDRESS"
	HostPort          Code = "HOST_PORT"
	HostPortOther     Code = "HOST_PORT_OTHER" // another port than in the row's own cell for it
	HostPortSplit     Code = "HOST_PORT_SPLIT"
	HostIPv6          Code = "HOST_IPV6"
	HostLookAlike     Code = "HOST_LOOKALIKE"
	PortSyntax        Code = "PORT_SYNTAX"
	PortRange         Code = "PORT_RANGE"
	BoolWord          Code = "BOOL_WORD"
	ProtocolWord      Code = "PROTOCOL_WORD"
	ProtocolMissing   Code = "PROTOCOL_MISSING" // neither the row nor its port tells IMAP or POP3
	EncryptionWord    Code = "ENCRYPTION_WORD"
	EncryptionMissing Code = "ENCRYPTION_MISSING" // neither the row nor its port tells the encryption
	AuthWord          Code = "AUTH_WORD"
	AuthOAuth         Code = "AUTH_OAUTH"

	ValuesVoid         Code = "VALUES_VOID"         // words for no value, such as NULL, were read as empty
	ValuesTrimmed      Code = "VALUES_TRIMMED"      // blanks and characters without a width were taken off
	EncryptionStartTLS Code = "ENCRYPTION_STARTTLS" // SSL or TLS was read as STARTTLS
	EncryptionByPort   Code = "ENCRYPTION_BY_PORT"  // yes or no to SSL was read as the port says
)

var mappingCodes = map[Code]Entry{
	HeaderNone:     {Scope: File},
	HeaderNear:     {Scope: File},
	HeaderTwice:    {Scope: File},
	ColumnsMissing: {Scope: File},
	ColumnsTaken:   {Severity: Notice, Scope: File},
	ColumnsIgnored: {Severity: Notice, Scope: File},
	Filled:         {Severity: Notice, Scope: File},
	SetSecret:      {Scope: Usage},
	SetValue:       {Scope: Usage},
	ColumnAbsent:   {Scope: File},
	ColumnShared:   {Scope: Usage},

	YAMLSyntax:     {Scope: Usage},
	YAMLVersion:    {Scope: Usage},
	YAMLKey:        {Scope: Usage},
	YAMLTwice:      {Scope: Usage},
	YAMLForm:       {Scope: Usage},
	MappingField:   {Scope: Usage},
	MappingSecret:  {Scope: Usage},
	MappingValue:   {Scope: Usage},
	MappingDomain:  {Scope: Usage},
	MappingColumn:  {Scope: Usage},
	TemplateSyntax: {Scope: Usage},
	TemplateSecret: {Scope: Usage},
	TemplateName:   {Scope: Usage},
	TemplateCycle:  {Scope: Usage},
	TemplateFailed: {Side: OnFile},

	ProposedName:  {Severity: Notice, Scope: File},
	ProposedDoubt: {Severity: Warning, Scope: File},
	ProposedFirst: {Severity: Notice, Scope: File},
	ProposedUnfit: {Severity: Warning, Scope: File},
	ProposedEnd:   {Severity: Notice, Scope: File},
	ProposedMany:  {Severity: Warning, Scope: File},
	ProposedOwner: {Severity: Notice, Scope: File},

	PresetUnknown:      {Scope: Usage},
	PresetHost:         {Scope: Usage},
	PresetOwnHost:      {Scope: Usage},
	PresetForm:         {Scope: Usage},
	PresetOtherService: {Severity: Warning, Side: OnFile},
	ServiceOAuth:       {Side: Incoming},
	ServiceAppPassword: {Severity: Notice, Scope: File},
	ServiceSwitchOn:    {Severity: Notice, Scope: File},

	AddressSyntax:     {Side: OnFile},
	AddressNotBare:    {Side: OnFile},
	AddressDomain:     {Side: OnFile},
	AddressLookAlike:  {Side: OnFile},
	HostSyntax:        {Side: OnFile},
	HostScheme:        {Side: OnFile},
	HostAddress:       {Side: OnFile},
	HostPort:          {Side: OnFile},
	HostPortOther:     {Side: OnFile},
	HostPortSplit:     {Severity: Notice, Scope: File},
	HostIPv6:          {Side: OnFile},
	HostLookAlike:     {Side: OnFile},
	PortSyntax:        {Side: OnFile},
	PortRange:         {Side: OnFile},
	BoolWord:          {Side: OnFile},
	ProtocolWord:      {Side: OnFile},
	ProtocolMissing:   {Side: OnFile},
	EncryptionWord:    {Side: OnFile},
	EncryptionMissing: {Side: OnFile},
	AuthWord:          {Side: OnFile},
	AuthOAuth:         {Side: OnFile},

	ValuesVoid:         {Severity: Notice, Scope: File},
	ValuesTrimmed:      {Severity: Notice, Scope: File},
	EncryptionStartTLS: {Severity: Notice, Scope: File},
	EncryptionByPort:   {Severity: Notice, Scope: File},
}
