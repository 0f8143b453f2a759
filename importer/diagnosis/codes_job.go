package diagnosis

// Codes of jobs that run unattended, of the secrets they name, and of telling how
// they went.
var (
	SecretBare   = declare("SECRET_BARE", Entry{Scope: Usage})   // a value that may be the secret itself
	SecretAbsent = declare("SECRET_ABSENT", Entry{Scope: Usage}) // nothing is where it was said to be
	JobUnknown   = declare("JOB_UNKNOWN", Entry{Scope: Usage})
	JobName      = declare("JOB_NAME", Entry{Scope: Usage})
)
