package diagnosis

var (
	// Codes of the command line, the configuration and what is around a run.
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
	RowAbsent     = declare("ROW_ABSENT", Entry{Scope: Usage}) // a row to explain that the file does not have
	FileUnread    = declare("FILE_UNREAD", Entry{Scope: Usage})
	NoRows        = declare("NO_ROWS", Entry{Scope: File})
	FolderUnknown = declare("FOLDER_UNKNOWN", Entry{Scope: Usage})
	LogUnwritable = declare("LOG_UNWRITABLE", Entry{Scope: Usage})
	ManUnwritable = declare("MAN_UNWRITABLE", Entry{Scope: Usage})
	Unexpected    = declare("UNEXPECTED", Entry{Scope: State})
	Internal      = declare("INTERNAL_ERROR", Entry{Scope: State}) // a fault of the program, see Guard

	// Codes of jobs that run unattended, of the secrets they name, and of telling how
	// they went.
	SecretBare   = declare("SECRET_BARE", Entry{Scope: Usage})   // a value that may be the secret itself
	SecretAbsent = declare("SECRET_ABSENT", Entry{Scope: Usage}) // nothing is where it was said to be
	JobUnknown   = declare("JOB_UNKNOWN", Entry{Scope: Usage})
	JobName      = declare("JOB_NAME", Entry{Scope: Usage})

	InputMissing = declare("INPUT_MISSING", Entry{Scope: Usage}) // nobody has said what to read
	InputFolder  = declare("INPUT_FOLDER", Entry{Scope: Usage})
	InputPattern = declare("INPUT_PATTERN", Entry{Scope: Usage})
	InputStays   = declare("INPUT_STAYS", Entry{Scope: State}) // it could not be put away
	ReportShared = declare("REPORT_SHARED", Entry{Scope: Usage})

	JobUnconfirmed = declare("JOB_UNCONFIRMED", Entry{Scope: Usage})
	JobNoInput     = declare("JOB_NO_INPUT", Entry{Scope: Usage})
	JobNotThere    = declare("JOB_NOT_THERE", Entry{Scope: Usage, Severity: Warning}) // the file to read, which may come later
	JobPathMissing = declare("JOB_PATH_MISSING", Entry{Scope: Usage})

	ValueNotMailbox = declare("VALUE_NOT_MAILBOX", Entry{Scope: Usage})
	ValueNotServer  = declare("VALUE_NOT_SERVER", Entry{Scope: Usage})
	ValueNotCalled  = declare("VALUE_NOT_CALLED", Entry{Scope: Usage})
	MailIncomplete  = declare("MAIL_INCOMPLETE", Entry{Scope: Usage})
	NobodyToTell    = declare("NOBODY_TO_TELL", Entry{Scope: Usage})
	NotifyFailed    = declare("NOTIFY_FAILED", Entry{Scope: State})  // which ends no run and is said even when quiet
	NotifyRefused   = declare("NOTIFY_REFUSED", Entry{Scope: Usage}) // in a test
	MetricsFailed   = declare("METRICS_FAILED", Entry{Scope: State})
	MetricsShared   = declare("METRICS_SHARED", Entry{Scope: Usage})

	// What can be wrong with a report.
	ReportNowhere        = declare("REPORT_NOWHERE", Entry{Scope: Usage})          // it was not said where the report goes
	ReportFormat         = declare("REPORT_FORMAT", Entry{Scope: Usage})           // no report has this extension
	ReportIsInput        = declare("REPORT_IS_INPUT", Entry{Scope: Usage})         // it would overwrite the input
	ReportIsFolder       = declare("REPORT_IS_FOLDER", Entry{Scope: Usage})        // a folder has this name
	ReportIsLink         = declare("REPORT_IS_LINK", Entry{Scope: Usage})          // a symbolic link has this name
	ReportNotAFile       = declare("REPORT_NOT_A_FILE", Entry{Scope: Usage})       // a device, pipe or socket has this name
	ReportReadOnly       = declare("REPORT_READ_ONLY", Entry{Scope: Usage})        // a file that is read-only has this name
	ReportNoFolder       = declare("REPORT_NO_FOLDER", Entry{Scope: Usage})        // the folder is not there
	ReportFolderReadOnly = declare("REPORT_FOLDER_READ_ONLY", Entry{Scope: Usage}) // nothing can be made in the folder
	ReportDiskFull       = declare("REPORT_DISK_FULL", Entry{Scope: State})
	ReportWrite          = declare("REPORT_WRITE", Entry{Scope: State}) // any other failure to write it

	// Codes of annotated copies and of what is made of them.
	AnnotateFormat  = declare("ANNOTATE_FORMAT", Entry{Scope: Usage})                    // the copy would be named as a file of another kind
	AnnotateNothing = declare("ANNOTATE_NOTHING", Entry{Scope: Usage})                   // flags about a copy that nobody asked for
	AnnotateOpen    = declare("ANNOTATE_OPEN", Entry{Scope: File, Severity: Notice})     // the copy of an encrypted file is not encrypted
	AnnotateSecrets = declare("ANNOTATE_SECRETS", Entry{Scope: File, Severity: Warning}) // there are passwords in the copy
	AnnotateAlike   = declare("ANNOTATE_ALIKE", Entry{Scope: File, Severity: Notice})    // cells beside the password columns were emptied, too
	AnnotateWhole   = declare("ANNOTATE_WHOLE", Entry{Scope: File, Severity: Warning})   // rows whose cells may have slipped
	AnnotateChanged = declare("ANNOTATE_CHANGED", Entry{Scope: State})                   // the file is not the one that the run has read
	AnnotateNoFile  = declare("ANNOTATE_NO_FILE", Entry{Scope: Usage})                   // it was not said which file a run was about
	PasswordNeeded  = declare("PASSWORD_NEEDED", Entry{Side: OnFile})                    // a row without passwords that was taken for done, and is not
	FailedNone      = declare("FAILED_NONE", Entry{Scope: Usage})                        // no row of the file has failed in a run

	RunDied  = declare("RUN_DIED", Entry{Scope: Unfinished}) // its process has ended and the run has not
	RunsNone = declare("RUNS_NONE", Entry{Scope: Usage})     // no run has read the file

	// Codes of the files that commands make for people: templates, proposed mapping
	// files, redacted copies.
	TemplateFormat = declare("TEMPLATE_FORMAT", Entry{Scope: Usage}) // neither a workbook nor a CSV file
	FileExists     = declare("FILE_EXISTS", Entry{Scope: Usage})     // and nobody said that it may be overwritten

	RedactNowhere   = declare("REDACT_NOWHERE", Entry{Scope: Usage})                  // it was not said where the copy goes
	RedactNothing   = declare("REDACT_NOTHING", Entry{Scope: File})                   // no column of secrets was recognised
	RedactExtension = declare("REDACT_EXTENSION", Entry{Scope: Usage})                // the copy would be named as a file of another kind
	RedactMasked    = declare("REDACT_MASKED", Entry{Severity: Notice, Scope: File})  // how many cells were masked, in which columns
	RedactKept      = declare("REDACT_KEPT", Entry{Severity: Notice, Scope: File})    // the columns that were left as they are
	RedactWhole     = declare("REDACT_WHOLE", Entry{Severity: Warning, Scope: File})  // rows that were masked as a whole
	RedactAlike     = declare("REDACT_ALIKE", Entry{Severity: Warning, Scope: File})  // cells of columns kept that held the text of a secret
	RedactUnknown   = declare("REDACT_UNKNOWN", Entry{Severity: Notice, Scope: File}) // columns that were masked because nobody knows what they hold
	RedactAlone     = declare("REDACT_ALONE", Entry{Severity: Notice, Scope: File})   // the copy has the cells of the table and nothing else of the workbook
	RedactNoColumn  = declare("REDACT_NO_COLUMN", Entry{Scope: Usage})                // a column to keep that the file has not
	RedactSecret    = declare("REDACT_SECRET", Entry{Scope: Usage})                   // a column to keep that holds passwords
	RedactOpen      = declare("REDACT_OPEN", Entry{Severity: Notice, Scope: File})    // the copy of an encrypted file is not encrypted

	ProposedContent    = declare("PROPOSED_CONTENT", Entry{Severity: Notice, Scope: File})  // a column is taken for what its cells hold
	ProposedUnmasked   = declare("PROPOSED_UNMASKED", Entry{Severity: Notice, Scope: File}) // another column of passwords holds masks only
	ProposalLacks      = declare("PROPOSAL_LACKS", Entry{Severity: Warning, Scope: File})   // needed fields without a column, all at once
	ProposalDomain     = declare("PROPOSAL_DOMAIN", Entry{Severity: Warning, Scope: File})  // a mail domain whose servers nobody names
	ProposalIncomplete = declare("PROPOSAL_INCOMPLETE", Entry{Scope: Row})                  // the file was written, and rows still lack something
	AnswerNotOffered   = declare("ANSWER_NOT_OFFERED", Entry{Severity: Warning, Scope: Usage})
	ServiceFound       = declare("SERVICE_FOUND", Entry{Severity: Notice, Scope: File})     // which mail service a domain has, and who says so
	ServiceNotFound    = declare("SERVICE_NOT_FOUND", Entry{Severity: Notice, Scope: File}) // its mail exchanges are nobody's that is known
	ExchangeAbsent     = declare("EXCHANGE_ABSENT", Entry{Severity: Warning, Scope: File})  // the DNS knows no mail exchange of a domain
	ExchangeUnasked    = declare("EXCHANGE_UNASKED", Entry{Severity: Warning, Scope: File}) // the DNS did not answer
)
