package diagnosis

// Codes of jobs that run unattended, of the secrets they name, and of telling how
// they went.
var (
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
)
