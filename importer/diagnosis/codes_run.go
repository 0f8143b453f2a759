package diagnosis

// Codes of the engine: what happens to rows and runs between the file and the portal.
var (
	InputChanged     = declare("INPUT_CHANGED", Entry{Scope: Unfinished, Side: OnFile})    // the file differs from what was scanned
	NoCaller         = declare("NO_CALLER", Entry{Scope: Usage})                           // nobody to sign in as
	PortalAway       = declare("PORTAL_AWAY", Entry{Scope: Unfinished, Side: OnPortal})    // the portal stayed away longer than we wait
	PauseTooLong     = declare("PAUSE_TOO_LONG", Entry{Scope: Unfinished, Side: OnPortal}) // the portal asks for a longer pause than we take
	NobodySignedIn   = declare("NOBODY_SIGNED_IN", Entry{Scope: Portal, Side: OnPortal})   // no owner could sign in
	Interrupted      = declare("INTERRUPTED", Entry{Scope: Unfinished})                    // a signal ended the run
	TooManyFailures  = declare("TOO_MANY_FAILURES", Entry{Scope: Unfinished})              // --max-failures
	OwnerMismatch    = declare("OWNER_MISMATCH", Entry{Side: OnFile})
	OwnerLimit       = declare("OWNER_LIMIT", Entry{Side: OnFile})
	OwnerRefused     = declare("OWNER_REFUSED_BEFORE", Entry{Scope: Portal, Side: OnPortal})
	OwnerSMSStop     = declare("OWNER_SMS_STOP", Entry{Side: OnPortal})
	PasswordRefused  = declare("PASSWORD_REFUSED_BEFORE", Entry{})
	SameAccountTwice = declare("SAME_ACCOUNT_TWICE", Entry{Side: OnFile})
	AccountExists    = declare("ACCOUNT_EXISTS", Entry{Severity: Notice, Side: OnPortal})
	AccountDiffers   = declare("ACCOUNT_DIFFERS", Entry{Severity: Warning, Side: OnPortal})
	AccountRefused   = declare("ACCOUNT_EXISTS_REFUSED", Entry{Side: OnPortal}) // --on-existing fail, --on-changed fail
	AccountProtected = declare("ACCOUNT_PROTECTED", Entry{Severity: Warning, Side: OnPortal})
	ProtocolFixed    = declare("PROTOCOL_FIXED", Entry{Severity: Warning, Side: OnPortal})
	TooManyChanges   = declare("TOO_MANY_CHANGES", Entry{})
	FoundByLookUp    = declare("FOUND_BY_LOOK_UP", Entry{Severity: Notice})
	OutcomeUnknown   = declare("OUTCOME_UNKNOWN", Entry{})
	LookUpFailed     = declare("LOOK_UP_FAILED", Entry{Side: OnPortal})
	NeverArrived     = declare("NEVER_ARRIVED", Entry{Side: OnPortal})
	HostPaused       = declare("HOST_PAUSED", Entry{})
	HostRefuses      = declare("HOST_REFUSES", Entry{Severity: Warning}) // a mail host rests because it refused nearly everybody
	HostSilent       = declare("HOST_SILENT", Entry{Severity: Warning})  // because the portal cannot reach it
	HostFull         = declare("HOST_FULL", Entry{Severity: Warning})    // because it has too many connections
	NotReached       = declare("NOT_REACHED", Entry{})
	WouldChange      = declare("WOULD_CHANGE", Entry{Severity: Notice, Side: OnPortal})
	WindowForm       = declare("WINDOW_FORM", Entry{Scope: Usage})
	WindowClosed     = declare("WINDOW_CLOSED", Entry{Scope: Unfinished})
	CanaryFailed     = declare("CANARY_FAILED", Entry{Scope: Unfinished})
	CanaryDeclined   = declare("CANARY_DECLINED", Entry{Scope: Unfinished})
	EnabledAgain     = declare("ENABLED_AGAIN", Entry{Severity: Notice, Side: OnPortal}) // we had switched it off, and its row is there
	RowMissing       = declare("ROW_MISSING", Entry{Severity: Notice, Side: OnFile})     // why an account is switched off
	MissingNobody    = declare("MISSING_NOBODY_SIGNS_IN", Entry{Side: OnFile})           // nobody can sign in for an account without a row
	MissingTooMany   = declare("MISSING_TOO_MANY", Entry{Side: OnFile})
	MissingClaimed   = declare("MISSING_CLAIMED", Entry{Severity: Notice, Side: OnFile}) // a row turned out to be about the account
	MissingPart      = declare("MISSING_PART", Entry{Scope: Usage})                      // --on-missing disable with a part of a file
	MissingNameless  = declare("MISSING_NAMELESS", Entry{Scope: Usage})
)
