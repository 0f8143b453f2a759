package diagnosis

// Codes of annotated copies and of what is made of them.
var (
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
)
