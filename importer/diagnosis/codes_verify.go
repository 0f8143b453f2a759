package diagnosis

// Codes of looking again at what runs have made, of taking it back, and of what
// an administrator says about a row in doubt.
var (
	AccountMissing   = declare("ACCOUNT_MISSING", Entry{Side: OnPortal})
	AccountChanged   = declare("ACCOUNT_CHANGED", Entry{Severity: Warning, Side: OnPortal})    // it is not as the row asks
	AccountReplaced  = declare("ACCOUNT_REPLACED", Entry{Severity: Warning, Side: OnPortal})   // another mailbox of the address than the one we made
	AccountOff       = declare("ACCOUNT_OFF", Entry{Severity: Warning, Side: OnPortal})        // this program has switched it off
	MailboxDisabled  = declare("MAILBOX_DISABLED", Entry{Severity: Warning, Side: OnPortal})   // the portal fetches no mail for it
	MailboxAuthError = declare("MAILBOX_AUTH_ERROR", Entry{Severity: Warning, Side: Incoming}) // the portal's service cannot log in any more
	MailboxQuota     = declare("MAILBOX_QUOTA", Entry{Severity: Warning, Side: OnPortal})      // the portal has no room for its mail

	UndoNotMade  = declare("UNDO_NOT_MADE", Entry{Severity: Notice, Side: OnPortal}) // not by the run in question
	UndoBefore   = declare("UNDO_BEFORE", Entry{Severity: Notice, Side: OnPortal})   // an earlier undo did it
	UndoGone     = declare("UNDO_GONE", Entry{Severity: Notice, Side: OnPortal})     // not there any more
	UndoReplaced = declare("UNDO_REPLACED", Entry{Side: OnPortal})                   // the address has another mailbox now
	UndoDiffers  = declare("UNDO_DIFFERS", Entry{Side: OnPortal})                    // not as the run left it
	UndoLater    = declare("UNDO_LATER_RUN", Entry{Side: OnPortal})                  // a later run has changed it
	UndoUnproven = declare("UNDO_UNPROVEN", Entry{Side: OnPortal})                   // the portal never said that it made the account for us
	UndoInDoubt  = declare("UNDO_IN_DOUBT", Entry{Side: OnPortal})                   // a write of a run has no outcome yet
	UndoFailed   = declare("UNDO_FAILED", Entry{Side: OnPortal})                     // the portal gave the removal up
	UndoPending  = declare("UNDO_PENDING", Entry{Side: OnPortal})                    // not known whether the removal has come to its end
	UndoRowless  = declare("UNDO_ROWLESS", Entry{Side: OnFile})                      // accounts of the run that no row of the file names
	UndoNoRun    = declare("UNDO_NO_RUN", Entry{Scope: Usage})                       // the run is none that makes accounts
	UndoWays     = declare("UNDO_WAYS", Entry{Scope: Usage})                         // the runs signed in in different ways

	ConfirmAbove   = declare("CONFIRM_ABOVE", Entry{Scope: Usage}) // nobody can be asked about what was shown
	ResolvedByHand = declare("RESOLVED_BY_HAND", Entry{Severity: Notice})
	ResolveNoRow   = declare("RESOLVE_NO_ROW", Entry{Scope: Usage})
	ResolveNoDoubt = declare("RESOLVE_NO_DOUBT", Entry{Scope: Usage})
	ResolveTooSoon = declare("RESOLVE_TOO_SOON", Entry{Scope: Usage}) // the portal may still be at work on the request
)
