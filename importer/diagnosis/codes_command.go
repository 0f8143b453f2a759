package diagnosis

// Codes of the command line, the configuration and what is around a run.
const (
	CommandUnknown  Code = "COMMAND_UNKNOWN"
	ArgumentMissing Code = "ARGUMENT_MISSING"
	ArgumentExtra   Code = "ARGUMENT_EXTRA"
	FlagUnknown     Code = "FLAG_UNKNOWN"
	FlagSecret      Code = "FLAG_SECRET"
	FlagNoValue     Code = "FLAG_NO_VALUE"
	FlagSyntax      Code = "FLAG_SYNTAX"
	FlagsTogether   Code = "FLAGS_TOGETHER"

	ValueEmpty       Code = "VALUE_EMPTY"
	ValueNotNumber   Code = "VALUE_NOT_NUMBER"
	ValueNotDuration Code = "VALUE_NOT_DURATION"
	ValueNotRate     Code = "VALUE_NOT_RATE"
	ValueNotShare    Code = "VALUE_NOT_SHARE"
	ValueNotSwitch   Code = "VALUE_NOT_SWITCH"
	ValueNotOffered  Code = "VALUE_NOT_OFFERED"
	ValueNotFill     Code = "VALUE_NOT_FILL"

	ConfigUnreadable   Code = "CONFIG_UNREADABLE"
	ConfigNotKeys      Code = "CONFIG_NOT_KEYS"
	ConfigKeyUnknown   Code = "CONFIG_KEY_UNKNOWN"
	ConfigValueForm    Code = "CONFIG_VALUE_FORM"
	GuardInEnvironment Code = "GUARD_IN_ENVIRONMENT"
	GuardInFile        Code = "GUARD_IN_FILE"
	VariableUnknown    Code = "VARIABLE_UNKNOWN"
	FileForeign        Code = "FILE_FOREIGN"  // it belongs to somebody else
	FileWritable       Code = "FILE_WRITABLE" // others may change it

	PortalMissing        Code = "PORTAL_MISSING"
	SecretFileUnreadable Code = "SECRET_FILE_UNREADABLE"
	SecretFileForm       Code = "SECRET_FILE_FORM"
	SecretFileOpen       Code = "SECRET_FILE_OPEN"
	SecretMissing        Code = "SECRET_MISSING"
	StdinTwice           Code = "STDIN_TWICE"
	InputOpen            Code = "INPUT_OPEN"
	ConfirmMissing       Code = "CONFIRM_MISSING"
	ConfirmDeclined      Code = "CONFIRM_DECLINED"

	RunUnknown    Code = "RUN_UNKNOWN"
	FileUnread    Code = "FILE_UNREAD"
	NoRows        Code = "NO_ROWS"
	FolderUnknown Code = "FOLDER_UNKNOWN"
	LogUnwritable Code = "LOG_UNWRITABLE"
	Unexpected    Code = "UNEXPECTED"
	Internal      Code = "INTERNAL_ERROR" // a fault of the program, see Guard
)

var commandCodes = map[Code]Entry{
	CommandUnknown:  {Scope: Usage},
	ArgumentMissing: {Scope: Usage},
	ArgumentExtra:   {Scope: Usage},
	FlagUnknown:     {Scope: Usage},
	FlagSecret:      {Scope: Usage},
	FlagNoValue:     {Scope: Usage},
	FlagSyntax:      {Scope: Usage},
	FlagsTogether:   {Scope: Usage},

	ValueEmpty:       {Scope: Usage},
	ValueNotNumber:   {Scope: Usage},
	ValueNotDuration: {Scope: Usage},
	ValueNotRate:     {Scope: Usage},
	ValueNotShare:    {Scope: Usage},
	ValueNotSwitch:   {Scope: Usage},
	ValueNotOffered:  {Scope: Usage},
	ValueNotFill:     {Scope: Usage},

	ConfigUnreadable:   {Scope: Usage},
	ConfigNotKeys:      {Scope: Usage},
	ConfigKeyUnknown:   {Scope: Usage},
	ConfigValueForm:    {Scope: Usage},
	GuardInEnvironment: {Scope: Usage},
	GuardInFile:        {Scope: Usage},
	VariableUnknown:    {Scope: Usage, Severity: Warning},
	FileForeign:        {Scope: Usage},
	FileWritable:       {Scope: Usage},

	PortalMissing:        {Scope: Usage},
	SecretFileUnreadable: {Scope: Usage},
	SecretFileForm:       {Scope: Usage},
	SecretFileOpen:       {Scope: Usage, Severity: Warning},
	SecretMissing:        {Scope: Usage},
	StdinTwice:           {Scope: Usage},
	InputOpen:            {Scope: File, Severity: Warning},
	ConfirmMissing:       {Scope: Usage},
	ConfirmDeclined:      {Scope: Usage, Severity: Notice},

	RunUnknown:    {Scope: Usage},
	FileUnread:    {Scope: Usage},
	NoRows:        {Scope: File},
	FolderUnknown: {Scope: Usage},
	LogUnwritable: {Scope: Usage},
	Unexpected:    {Scope: State},
	Internal:      {Scope: State},
}
