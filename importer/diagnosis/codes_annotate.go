package diagnosis

// Codes of annotated copies and of what is made of them.
const (
	AnnotateFormat  Code = "ANNOTATE_FORMAT"  // the copy would be named as a file of another kind
	AnnotateNothing Code = "ANNOTATE_NOTHING" // flags about a copy that nobody asked for
	AnnotateOpen    Code = "ANNOTATE_OPEN"    // the copy of an encrypted file is not encrypted
	AnnotateSecrets Code = "ANNOTATE_SECRETS" // there are passwords in the copy
	AnnotateAlike   Code = "ANNOTATE_ALIKE"   // cells beside the password columns were emptied, too
	AnnotateWhole   Code = "ANNOTATE_WHOLE"   // rows whose cells may have slipped
	AnnotateChanged Code = "ANNOTATE_CHANGED" // the file is not the one that the run has read
	AnnotateNoFile  Code = "ANNOTATE_NO_FILE" // it was not said which file a run was about
	PasswordNeeded  Code = "PASSWORD_NEEDED"  // a row without passwords that was taken for done, and is not
	FailedNone      Code = "FAILED_NONE"      // no row of the file has failed in a run
)

var annotateCodes = map[Code]Entry{
	AnnotateFormat:  {Scope: Usage},
	AnnotateNothing: {Scope: Usage},
	AnnotateOpen:    {Scope: File, Severity: Notice},
	AnnotateSecrets: {Scope: File, Severity: Warning},
	AnnotateAlike:   {Scope: File, Severity: Notice},
	AnnotateWhole:   {Scope: File, Severity: Warning},
	AnnotateChanged: {Scope: State},
	AnnotateNoFile:  {Scope: Usage},
	PasswordNeeded:  {Side: OnFile},
	FailedNone:      {Scope: Usage},
}
