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
	Filled         Code = "FILLED"     // what was filled in, from where, in how many rows
	SetSecret      Code = "SET_SECRET" // a password or token as a value for empty cells
	SetValue       Code = "SET_VALUE"  // a value for empty cells that does not fit its field

	AddressSyntax     Code = "ADDRESS_SYNTAX"
	AddressNotBare    Code = "ADDRESS_NOT_BARE" // a name beside the address, or several addresses
	AddressDomain     Code = "ADDRESS_DOMAIN"
	AddressLookAlike  Code = "ADDRESS_LOOKALIKE"
	HostSyntax        Code = "HOST_SYNTAX"
	HostScheme        Code = "HOST_SCHEME" // imap://…
	HostAddress       Code = "HOST_ADDRESS"
	HostPort          Code = "HOST_PORT"
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

	AddressSyntax:     {Side: OnFile},
	AddressNotBare:    {Side: OnFile},
	AddressDomain:     {Side: OnFile},
	AddressLookAlike:  {Side: OnFile},
	HostSyntax:        {Side: OnFile},
	HostScheme:        {Side: OnFile},
	HostAddress:       {Side: OnFile},
	HostPort:          {Side: OnFile},
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
}
