package diagnosis

var (
	// Codes of the engine, about rows and runs.
	InputChanged     = declare("INPUT_CHANGED", Entry{Scope: Unfinished, Side: OnFile})    // the file changed after it was scanned
	NoCaller         = declare("NO_CALLER", Entry{Scope: Usage})                           // there is no user to sign in as
	PortalAway       = declare("PORTAL_AWAY", Entry{Scope: Unfinished, Side: OnPortal})    // the portal was away longer than the run waits
	PauseTooLong     = declare("PAUSE_TOO_LONG", Entry{Scope: Unfinished, Side: OnPortal}) // the portal asks for a longer pause than allowed
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
	HostRefuses      = declare("HOST_REFUSES", Entry{Severity: Warning}) // a mail host rests because it refused nearly all logins
	HostSilent       = declare("HOST_SILENT", Entry{Severity: Warning})  // a mail host rests because the portal cannot reach it
	HostFull         = declare("HOST_FULL", Entry{Severity: Warning})    // a mail host rests because it has too many connections
	NotReached       = declare("NOT_REACHED", Entry{})
	WouldChange      = declare("WOULD_CHANGE", Entry{Severity: Notice, Side: OnPortal})
	WindowForm       = declare("WINDOW_FORM", Entry{Scope: Usage})
	WindowClosed     = declare("WINDOW_CLOSED", Entry{Scope: Unfinished})
	CanaryFailed     = declare("CANARY_FAILED", Entry{Scope: Unfinished})
	CanaryDeclined   = declare("CANARY_DECLINED", Entry{Scope: Unfinished})
	EnabledAgain     = declare("ENABLED_AGAIN", Entry{Severity: Notice, Side: OnPortal}) // an earlier run disabled it, and now it has a row
	RowMissing       = declare("ROW_MISSING", Entry{Severity: Notice, Side: OnFile})     // the reason why an account is disabled
	MissingNobody    = declare("MISSING_NOBODY_SIGNS_IN", Entry{Side: OnFile})           // no user can sign in for an account without a row
	MissingTooMany   = declare("MISSING_TOO_MANY", Entry{Side: OnFile})
	MissingClaimed   = declare("MISSING_CLAIMED", Entry{Severity: Notice, Side: OnFile}) // a row is about the account after all
	MissingPart      = declare("MISSING_PART", Entry{Scope: Usage})                      // --on-missing disable with a part of a file
	MissingNameless  = declare("MISSING_NAMELESS", Entry{Scope: Usage})

	// Codes of the store of runs. The fact Path is the folder or file in question.
	StateLocked   = declare("STATE_LOCKED", Entry{Scope: Busy})                       // another run works on this portal; Pid
	StateUnusable = declare("STATE_UNUSABLE", Entry{Scope: State})                    // cannot be created, opened or used
	StateLink     = declare("STATE_LINK", Entry{Scope: State})                        // a link or something else in place of a folder or file of it
	StateForeign  = declare("STATE_FOREIGN", Entry{Scope: State})                     // a database of another program
	StateNewer    = declare("STATE_NEWER", Entry{Scope: State})                       // created by a newer version
	StateDamaged  = declare("STATE_DAMAGED", Entry{Scope: State})                     // the data differ from what was written
	StateKey      = declare("STATE_KEY", Entry{Scope: State})                         // the key is missing or belongs to another store
	StateKeyFile  = declare("STATE_KEY_FILE", Entry{Severity: Warning, Scope: State}) // the key is a file beside the store
	StateFull     = declare("STATE_FULL", Entry{Scope: State})                        // no space on the disk
	StateWrite    = declare("STATE_WRITE", Entry{Scope: State})                       // writing failed, so the store cannot be trusted
	SeenNotKept   = declare("SEEN_NOT_KEPT", Entry{Scope: State, Severity: Warning})  // a dry run's findings were not stored; Why, Pid, Path
	RunAmbiguous  = declare("RUN_AMBIGUOUS", Entry{Scope: Usage})                     // several runs have ids with this beginning
	RunInDoubt    = declare("RUN_IN_DOUBT", Entry{Scope: Usage})                      // it has writes without outcome, so it cannot be removed

	// Codes of saved plans and of data sets, which outlive a run.
	PlanForm      = declare("PLAN_FORM", Entry{Scope: Usage})      // the file is not a plan, or incomplete
	PlanUnread    = declare("PLAN_UNREAD", Entry{Scope: Usage})    // the plan cannot be read
	PlanUnwritten = declare("PLAN_UNWRITTEN", Entry{Scope: Usage}) // the plan cannot be written, or marked as spent
	PlanPlace     = declare("PLAN_PLACE", Entry{Scope: Usage})     // the path of the plan is taken by something else
	PlanUnknown   = declare("PLAN_UNKNOWN", Entry{Scope: Usage})   // no plan of that name is kept
	PlanOther     = declare("PLAN_OTHER", Entry{Scope: Usage})     // the plan is for something else
	PlanExpired   = declare("PLAN_EXPIRED", Entry{Scope: Usage})
	PlanSpent     = declare("PLAN_SPENT", Entry{Scope: Usage})
	PlanStale     = declare("PLAN_STALE", Entry{Side: OnPortal}) // the change now differs from the one in the plan
	PlanNew       = declare("PLAN_NEW", Entry{Side: OnFile})     // the change is not in the plan
	DataSetShrunk = declare("DATA_SET_SHRUNK", Entry{Scope: File, Side: OnFile})
	NotRetained   = declare("NOT_RETAINED", Entry{Scope: State, Severity: Warning}) // old runs and reports could not be removed

	// Codes of verify, of undo, and of an administrator's decisions about rows
	// in doubt.
	AccountMissing   = declare("ACCOUNT_MISSING", Entry{Side: OnPortal})
	AccountChanged   = declare("ACCOUNT_CHANGED", Entry{Severity: Warning, Side: OnPortal})    // the account differs from the row
	AccountReplaced  = declare("ACCOUNT_REPLACED", Entry{Severity: Warning, Side: OnPortal})   // another mailbox than the one that a run created
	AccountOff       = declare("ACCOUNT_OFF", Entry{Severity: Warning, Side: OnPortal})        // this program has disabled the account
	MailboxDisabled  = declare("MAILBOX_DISABLED", Entry{Severity: Warning, Side: OnPortal})   // the portal fetches no mail for it
	MailboxAuthError = declare("MAILBOX_AUTH_ERROR", Entry{Severity: Warning, Side: Incoming}) // the portal's service can no longer log in
	MailboxQuota     = declare("MAILBOX_QUOTA", Entry{Severity: Warning, Side: OnPortal})      // the portal has no space for its mail

	UndoNotMade  = declare("UNDO_NOT_MADE", Entry{Severity: Notice, Side: OnPortal}) // the run in question did not create the account
	UndoBefore   = declare("UNDO_BEFORE", Entry{Severity: Notice, Side: OnPortal})   // an earlier undo removed the account
	UndoGone     = declare("UNDO_GONE", Entry{Severity: Notice, Side: OnPortal})     // the account no longer exists
	UndoReplaced = declare("UNDO_REPLACED", Entry{Side: OnPortal})                   // the address has another mailbox now
	UndoDiffers  = declare("UNDO_DIFFERS", Entry{Side: OnPortal})                    // the account differs from what the run left
	UndoLater    = declare("UNDO_LATER_RUN", Entry{Side: OnPortal})                  // a later run has changed the account
	UndoUnproven = declare("UNDO_UNPROVEN", Entry{Side: OnPortal})                   // the portal never confirmed that a run created it
	UndoInDoubt  = declare("UNDO_IN_DOUBT", Entry{Side: OnPortal})                   // a write of a run has no outcome yet
	UndoFailed   = declare("UNDO_FAILED", Entry{Side: OnPortal})                     // the removal failed in the portal
	UndoPending  = declare("UNDO_PENDING", Entry{Side: OnPortal})                    // it is not known whether the removal has finished
	UndoRowless  = declare("UNDO_ROWLESS", Entry{Side: OnFile})                      // accounts of the run that have no row in the file
	UndoNoRun    = declare("UNDO_NO_RUN", Entry{Scope: Usage})                       // the run is not of a kind that creates accounts
	UndoWays     = declare("UNDO_WAYS", Entry{Scope: Usage})                         // the runs signed in in different ways

	ConfirmAbove   = declare("CONFIRM_ABOVE", Entry{Scope: Usage}) // a confirmation is needed, and there is no terminal to ask at
	ResolvedByHand = declare("RESOLVED_BY_HAND", Entry{Severity: Notice})
	ResolveNoRow   = declare("RESOLVE_NO_ROW", Entry{Scope: Usage})
	ResolveNoDoubt = declare("RESOLVE_NO_DOUBT", Entry{Scope: Usage})
	ResolveTooSoon = declare("RESOLVE_TOO_SOON", Entry{Scope: Usage}) // the portal may still be processing the request
)
