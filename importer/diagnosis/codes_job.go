package diagnosis

// Codes of jobs that run unattended, of the secrets they name, and of telling how
// they went.
const (
	SecretBare   Code = "SECRET_BARE"   // a value that may be the secret itself
	SecretAbsent Code = "SECRET_ABSENT" // nothing is where it was said to be
	JobUnknown   Code = "JOB_UNKNOWN"
	JobName      Code = "JOB_NAME"
)

var jobCodes = map[Code]Entry{
	SecretBare:   {Scope: Usage},
	SecretAbsent: {Scope: Usage},
	JobUnknown:   {Scope: Usage},
	JobName:      {Scope: Usage},
}
