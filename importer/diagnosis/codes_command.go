package diagnosis

var (
	// Codes of the command line, the configuration and the environment of a run.
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
	FileForeign        = declare("FILE_FOREIGN", Entry{Scope: Usage})  // another user owns the file
	FileWritable       = declare("FILE_WRITABLE", Entry{Scope: Usage}) // other users may change the file

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
	RowAbsent     = declare("ROW_ABSENT", Entry{Scope: Usage}) // the file lacks the row to explain
	FileUnread    = declare("FILE_UNREAD", Entry{Scope: Usage})
	NoRows        = declare("NO_ROWS", Entry{Scope: File})
	FolderUnknown = declare("FOLDER_UNKNOWN", Entry{Scope: Usage})
	LogUnwritable = declare("LOG_UNWRITABLE", Entry{Scope: Usage})
	ManUnwritable = declare("MAN_UNWRITABLE", Entry{Scope: Usage})
	Unexpected    = declare("UNEXPECTED", Entry{Scope: State})
	Internal      = declare("INTERNAL_ERROR", Entry{Scope: State}) // a bug of the program, see Guard

	// Codes of jobs that run unattended, of the secrets they refer to, and of
	// notifications and metrics.
	SecretBare   = declare("SECRET_BARE", Entry{Scope: Usage})   // the value may be the secret itself, not a reference
	SecretAbsent = declare("SECRET_ABSENT", Entry{Scope: Usage}) // the place of the reference has no secret
	JobUnknown   = declare("JOB_UNKNOWN", Entry{Scope: Usage})
	JobName      = declare("JOB_NAME", Entry{Scope: Usage})

	InputMissing = declare("INPUT_MISSING", Entry{Scope: Usage}) // no input was given
	InputFolder  = declare("INPUT_FOLDER", Entry{Scope: Usage})
	InputPattern = declare("INPUT_PATTERN", Entry{Scope: Usage})
	InputStays   = declare("INPUT_STAYS", Entry{Scope: State}) // the input could not be moved away after the run
	ReportShared = declare("REPORT_SHARED", Entry{Scope: Usage})

	JobUnconfirmed = declare("JOB_UNCONFIRMED", Entry{Scope: Usage})
	JobNoInput     = declare("JOB_NO_INPUT", Entry{Scope: Usage})
	JobNotThere    = declare("JOB_NOT_THERE", Entry{Scope: Usage, Severity: Warning}) // the input does not exist yet; it may come later
	JobPathMissing = declare("JOB_PATH_MISSING", Entry{Scope: Usage})

	ValueNotMailbox = declare("VALUE_NOT_MAILBOX", Entry{Scope: Usage})
	ValueNotServer  = declare("VALUE_NOT_SERVER", Entry{Scope: Usage})
	ValueNotCalled  = declare("VALUE_NOT_CALLED", Entry{Scope: Usage})
	MailIncomplete  = declare("MAIL_INCOMPLETE", Entry{Scope: Usage})
	NobodyToTell    = declare("NOBODY_TO_TELL", Entry{Scope: Usage})
	NotifyFailed    = declare("NOTIFY_FAILED", Entry{Scope: State})  // does not end a run; shown even when quiet
	NotifyRefused   = declare("NOTIFY_REFUSED", Entry{Scope: Usage}) // a test notification failed
	MetricsFailed   = declare("METRICS_FAILED", Entry{Scope: State})
	MetricsShared   = declare("METRICS_SHARED", Entry{Scope: Usage})

	// Codes of reports.
	ReportNowhere        = declare("REPORT_NOWHERE", Entry{Scope: Usage})          // no path for the report was given
	ReportFormat         = declare("REPORT_FORMAT", Entry{Scope: Usage})           // the extension is not one of a report
	ReportIsInput        = declare("REPORT_IS_INPUT", Entry{Scope: Usage})         // the report would overwrite the input
	ReportIsFolder       = declare("REPORT_IS_FOLDER", Entry{Scope: Usage})        // the path is a folder
	ReportIsLink         = declare("REPORT_IS_LINK", Entry{Scope: Usage})          // the path is a symbolic link
	ReportNotAFile       = declare("REPORT_NOT_A_FILE", Entry{Scope: Usage})       // the path is a device, pipe or socket
	ReportReadOnly       = declare("REPORT_READ_ONLY", Entry{Scope: Usage})        // the path is a read-only file
	ReportNoFolder       = declare("REPORT_NO_FOLDER", Entry{Scope: Usage})        // the folder does not exist
	ReportFolderReadOnly = declare("REPORT_FOLDER_READ_ONLY", Entry{Scope: Usage}) // no file can be created in the folder
	ReportDiskFull       = declare("REPORT_DISK_FULL", Entry{Scope: State})
	ReportWrite          = declare("REPORT_WRITE", Entry{Scope: State}) // any other failure to write it

	// Codes of annotated copies and of runs on them.
	AnnotateFormat  = declare("ANNOTATE_FORMAT", Entry{Scope: Usage})                    // the copy has the extension of another kind of file
	AnnotateNothing = declare("ANNOTATE_NOTHING", Entry{Scope: Usage})                   // flags for a copy, but no copy was requested
	AnnotateOpen    = declare("ANNOTATE_OPEN", Entry{Scope: File, Severity: Notice})     // the copy of an encrypted file is not encrypted
	AnnotateSecrets = declare("ANNOTATE_SECRETS", Entry{Scope: File, Severity: Warning}) // the copy contains passwords
	AnnotateAlike   = declare("ANNOTATE_ALIKE", Entry{Scope: File, Severity: Notice})    // cells outside the password columns were emptied too
	AnnotateWhole   = declare("ANNOTATE_WHOLE", Entry{Scope: File, Severity: Warning})   // rows whose cells may be in the wrong columns
	AnnotateChanged = declare("ANNOTATE_CHANGED", Entry{Scope: State})                   // the file is not the one that the run has read
	AnnotateNoFile  = declare("ANNOTATE_NO_FILE", Entry{Scope: Usage})                   // the file of the run was not given
	PasswordNeeded  = declare("PASSWORD_NEEDED", Entry{Side: OnFile})                    // a row without passwords was expected to be done, but is not
	FailedNone      = declare("FAILED_NONE", Entry{Scope: Usage})                        // no row of the file has failed in a run

	RunDied  = declare("RUN_DIED", Entry{Scope: Unfinished}) // the process of the run ended without ending the run
	RunsNone = declare("RUNS_NONE", Entry{Scope: Usage})     // no run has read the file

	// Codes of the files that commands create for people: templates, proposed mapping
	// files, redacted copies.
	TemplateFormat = declare("TEMPLATE_FORMAT", Entry{Scope: Usage}) // neither a workbook nor a CSV file
	FileExists     = declare("FILE_EXISTS", Entry{Scope: Usage})     // the file exists and overwriting was not allowed

	RedactNowhere   = declare("REDACT_NOWHERE", Entry{Scope: Usage})                  // no path for the copy was given
	RedactNothing   = declare("REDACT_NOTHING", Entry{Scope: File})                   // no column of secrets was recognised
	RedactExtension = declare("REDACT_EXTENSION", Entry{Scope: Usage})                // the copy has the extension of another kind of file
	RedactMasked    = declare("REDACT_MASKED", Entry{Severity: Notice, Scope: File})  // the number of masked cells, and their columns
	RedactKept      = declare("REDACT_KEPT", Entry{Severity: Notice, Scope: File})    // the columns that were not masked
	RedactWhole     = declare("REDACT_WHOLE", Entry{Severity: Warning, Scope: File})  // rows that were masked completely
	RedactAlike     = declare("REDACT_ALIKE", Entry{Severity: Warning, Scope: File})  // cells of kept columns that contained a secret
	RedactUnknown   = declare("REDACT_UNKNOWN", Entry{Severity: Notice, Scope: File}) // columns that were masked because their content is not known
	RedactAlone     = declare("REDACT_ALONE", Entry{Severity: Notice, Scope: File})   // the copy has the cells of the table, nothing else of the workbook
	RedactNoColumn  = declare("REDACT_NO_COLUMN", Entry{Scope: Usage})                // the file lacks a column to keep
	RedactSecret    = declare("REDACT_SECRET", Entry{Scope: Usage})                   // a column to keep contains passwords
	RedactOpen      = declare("REDACT_OPEN", Entry{Severity: Notice, Scope: File})    // the copy of an encrypted file is not encrypted

	ProposedContent    = declare("PROPOSED_CONTENT", Entry{Severity: Notice, Scope: File})  // a column was recognised by its cells
	ProposedUnmasked   = declare("PROPOSED_UNMASKED", Entry{Severity: Notice, Scope: File}) // another column of passwords contains only masks
	ProposalLacks      = declare("PROPOSAL_LACKS", Entry{Severity: Warning, Scope: File})   // all required fields without a column
	ProposalDomain     = declare("PROPOSAL_DOMAIN", Entry{Severity: Warning, Scope: File})  // a mail domain without known servers
	ProposalIncomplete = declare("PROPOSAL_INCOMPLETE", Entry{Scope: Row})                  // the file was written, but rows still lack something
	AnswerNotOffered   = declare("ANSWER_NOT_OFFERED", Entry{Severity: Warning, Scope: Usage})
	ServiceFound       = declare("SERVICE_FOUND", Entry{Severity: Notice, Scope: File})     // the mail service of a domain, and its source
	ServiceNotFound    = declare("SERVICE_NOT_FOUND", Entry{Severity: Notice, Scope: File}) // the mail exchanges belong to no known service
	ExchangeAbsent     = declare("EXCHANGE_ABSENT", Entry{Severity: Warning, Scope: File})  // the domain has no mail exchange in the DNS
	ExchangeUnasked    = declare("EXCHANGE_UNASKED", Entry{Severity: Warning, Scope: File}) // the DNS did not answer
)
