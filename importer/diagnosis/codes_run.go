package diagnosis

// Codes of the engine: what happens to rows and runs between the file and the portal.
const (
	InputChanged     Code = "INPUT_CHANGED"     // the file differs from what was scanned
	NoCaller         Code = "NO_CALLER"         // nobody to sign in as
	PortalAway       Code = "PORTAL_AWAY"       // the portal stayed away longer than we wait
	PortalNotThere   Code = "PORTAL_NOT_THERE"  // it could not be reached at the start
	PauseTooLong     Code = "PAUSE_TOO_LONG"    // the portal asks for a longer pause than we take
	NobodySignedIn   Code = "NOBODY_SIGNED_IN"  // no owner could sign in
	Interrupted      Code = "INTERRUPTED"       // a signal ended the run
	RowsLeft         Code = "ROWS_LEFT"         // the run ended with unknown or untried rows
	TooManyFailures  Code = "TOO_MANY_FAILURES" // --max-failures
	OwnerMismatch    Code = "OWNER_MISMATCH"
	OwnerLimit       Code = "OWNER_LIMIT"
	OwnerRefused     Code = "OWNER_REFUSED_BEFORE"
	OwnerSMSStop     Code = "OWNER_SMS_STOP"
	OwnerFailed      Code = "OWNER_FAILED"
	PasswordRefused  Code = "PASSWORD_REFUSED_BEFORE"
	SameAccountTwice Code = "SAME_ACCOUNT_TWICE"
	AccountExists    Code = "ACCOUNT_EXISTS"
	AccountDiffers   Code = "ACCOUNT_DIFFERS"
	AccountRefused   Code = "ACCOUNT_EXISTS_REFUSED" // --on-existing fail, --on-changed fail
	AccountProtected Code = "ACCOUNT_PROTECTED"
	ProtocolFixed    Code = "PROTOCOL_FIXED"
	TooManyChanges   Code = "TOO_MANY_CHANGES"
	FoundByLookUp    Code = "FOUND_BY_LOOK_UP"
	OutcomeUnknown   Code = "OUTCOME_UNKNOWN"
	LookUpFailed     Code = "LOOK_UP_FAILED"
	NeverArrived     Code = "NEVER_ARRIVED"
	HostPaused       Code = "HOST_PAUSED"
	HostRefuses      Code = "HOST_REFUSES" // a mail host rests because it refused nearly everybody
	HostSilent       Code = "HOST_SILENT"  // because the portal cannot reach it
	HostFull         Code = "HOST_FULL"    // because it has too many connections
	NotReached       Code = "NOT_REACHED"
	WouldChange      Code = "WOULD_CHANGE"
	WindowForm       Code = "WINDOW_FORM"
	WindowClosed     Code = "WINDOW_CLOSED"
	CanaryFailed     Code = "CANARY_FAILED"
	CanaryDeclined   Code = "CANARY_DECLINED"
	EnabledAgain     Code = "ENABLED_AGAIN"           // we had switched it off, and its row is there
	RowMissing       Code = "ROW_MISSING"             // why an account is switched off
	MissingNobody    Code = "MISSING_NOBODY_SIGNS_IN" // nobody can sign in for an account without a row
	MissingTooMany   Code = "MISSING_TOO_MANY"
	MissingClaimed   Code = "MISSING_CLAIMED" // a row turned out to be about the account
	MissingPart      Code = "MISSING_PART"    // --on-missing disable with a part of a file
	MissingNameless  Code = "MISSING_NAMELESS"
)

var runCodes = map[Code]Entry{
	InputChanged:     {Scope: Unfinished, Side: OnFile},
	NoCaller:         {Scope: Usage},
	PortalAway:       {Scope: Unfinished, Side: OnPortal},
	PortalNotThere:   {Scope: Portal, Side: OnPortal},
	PauseTooLong:     {Scope: Unfinished, Side: OnPortal},
	NobodySignedIn:   {Scope: Portal, Side: OnPortal},
	Interrupted:      {Scope: Unfinished},
	RowsLeft:         {Scope: Unfinished},
	TooManyFailures:  {Scope: Unfinished},
	OwnerMismatch:    {Side: OnFile},
	OwnerLimit:       {Side: OnFile},
	OwnerRefused:     {Scope: Portal, Side: OnPortal},
	OwnerSMSStop:     {Side: OnPortal},
	OwnerFailed:      {Side: OnPortal},
	PasswordRefused:  {},
	SameAccountTwice: {Side: OnFile},
	AccountExists:    {Severity: Notice, Side: OnPortal},
	AccountDiffers:   {Severity: Warning, Side: OnPortal},
	AccountRefused:   {Side: OnPortal},
	AccountProtected: {Severity: Warning, Side: OnPortal},
	ProtocolFixed:    {Severity: Warning, Side: OnPortal},
	TooManyChanges:   {},
	FoundByLookUp:    {Severity: Notice},
	OutcomeUnknown:   {},
	LookUpFailed:     {Side: OnPortal},
	NeverArrived:     {Side: OnPortal},
	HostPaused:       {},
	HostRefuses:      {Severity: Warning},
	HostSilent:       {Severity: Warning},
	HostFull:         {Severity: Warning},
	NotReached:       {},
	WouldChange:      {Severity: Notice, Side: OnPortal},
	WindowForm:       {Scope: Usage},
	WindowClosed:     {Scope: Unfinished},
	CanaryFailed:     {Scope: Unfinished},
	CanaryDeclined:   {Scope: Unfinished},
	EnabledAgain:     {Severity: Notice, Side: OnPortal},
	RowMissing:       {Severity: Notice, Side: OnFile},
	MissingNobody:    {Side: OnFile},
	MissingTooMany:   {Side: OnFile},
	MissingClaimed:   {Severity: Notice, Side: OnFile},
	MissingPart:      {Scope: Usage},
	MissingNameless:  {Scope: Usage},
}
