package diagnosis

// Codes of the command line, the configuration and what is around a run.
var (
	CommandUnknown  = declare("COMMAND_UNKNOWN", Entry{Scope: Usage})
	ArgumentMissing = declare("ARGUMENT_MISSING", Entry{Scope: Usage})
	ArgumentExtra   = declare("ARGUMENT_EXTRA", Entry{Scope: Usage})
	FlagUnknown     = declare("FLAG_UNKNOWN", Entry{Scope: Usage})
	FlagSecret      = declare("FLAG_SECRET", Entry{Scope: Usage})
	FlagNoValue     = declare("FLAG_NO_VALUE", Entry{Scope: Usage})
	FlagSyntax      = declare("FLAG_SYNTAX", Entry{Scope: Usage})
	FlagsTogether   = declare("FLAGS_TOGETHER", Entry{Scope: Usage})

	ValueEmpty       = declare("VALUE_EMPTY", Entry{Scope: Usage})
	ValueNotNumber   = declare("VALUE_NOT_NUMBER", Entry{Scope: Usage})
	ValueNotDuration = declare("VALUE_NOT_DURATION", Entry{Scope: Usage})
	ValueNotRate     = declare("VALUE_NOT_RATE", Entry{Scope: Usage})
	ValueNotShare    = declare("VALUE_NOT_SHARE", Entry{Scope: Usage})
	ValueNotSwitch   = declare("VALUE_NOT_SWITCH", Entry{Scope: Usage})
	ValueNotOffered  = declare("VALUE_NOT_OFFERED", Entry{Scope: Usage})
	ValueNotFill     = declare("VALUE_NOT_FILL", Entry{Scope: Usage})

	ConfigUnreadable   = declare("CONFIG_UNREADABLE", Entry{Scope: Usage})
	ConfigNotKeys      = declare("CONFIG_NOT_KEYS", Entry{Scope: Usage})
	ConfigKeyUnknown   = declare("CONFIG_KEY_UNKNOWN", Entry{Scope: Usage})
	ConfigValueForm    = declare("CONFIG_VALUE_FORM", Entry{Scope: Usage})
	GuardInEnvironment = declare("GUARD_IN_ENVIRONMENT", Entry{Scope: Usage})
	GuardInFile        = declare("GUARD_IN_FILE", Entry{Scope: Usage})
	VariableUnknown    = declare("VARIABLE_UNKNOWN", Entry{Scope: Usage, Severity: Warning})
	FileForeign        = declare("FILE_FOREIGN", Entry{Scope: Usage})  // it belongs to somebody else
	FileWritable       = declare("FILE_WRITABLE", Entry{Scope: Usage}) // others may change it

	PortalMissing        = declare("PORTAL_MISSING", Entry{Scope: Usage})
	SecretFileUnreadable = declare("SECRET_FILE_UNREADABLE", Entry{Scope: Usage})
	SecretFileForm       = declare("SECRET_FILE_FORM", Entry{Scope: Usage})
	SecretFileOpen       = declare("SECRET_FILE_OPEN", Entry{Scope: Usage, Severity: Warning})
	SecretMissing        = declare("SECRET_MISSING", Entry{Scope: Usage})
	StdinTwice           = declare("STDIN_TWICE", Entry{Scope: Usage})
	InputOpen            = declare("INPUT_OPEN", Entry{Scope: File, Severity: Warning})
	ConfirmMissing       = declare("CONFIRM_MISSING", Entry{Scope: Usage})
	ConfirmDeclined      = declare("CONFIRM_DECLINED", Entry{Scope: Usage, Severity: Notice})

	RunUnknown    = declare("RUN_UNKNOWN", Entry{Scope: Usage})
	FileUnread    = declare("FILE_UNREAD", Entry{Scope: Usage})
	NoRows        = declare("NO_ROWS", Entry{Scope: File})
	FolderUnknown = declare("FOLDER_UNKNOWN", Entry{Scope: Usage})
	LogUnwritable = declare("LOG_UNWRITABLE", Entry{Scope: Usage})
	ManUnwritable = declare("MAN_UNWRITABLE", Entry{Scope: Usage})
	Unexpected    = declare("UNEXPECTED", Entry{Scope: State})
	Internal      = declare("INTERNAL_ERROR", Entry{Scope: State}) // a fault of the program, see Guard
)
