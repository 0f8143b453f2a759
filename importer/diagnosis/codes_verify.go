package diagnosis

// Codes of looking again at what runs have made, of taking it back, and of what
// an administrator says about a row in doubt.
const (
	AccountMissing   Code = "ACCOUNT_MISSING"
	AccountChanged   Code = "ACCOUNT_CHANGED"    // it is not as the row asks
	AccountReplaced  Code = "ACCOUNT_REPLACED"   // another mailbox of the address than the one we made
	AccountOff       Code = "ACCOUNT_OFF"        // this program has switched it off
	MailboxDisabled  Code = "MAILBOX_DISABLED"   // the portal fetches no mail for it
	MailboxAuthError Code = "MAILBOX_AUTH_ERROR" // the portal's service cannot log in any more
	MailboxQuota     Code = "MAILBOX_QUOTA"      // the portal has no room for its mail

	UndoNotMade  Code = "UNDO_NOT_MADE"  // not by the run in question
	UndoBefore   Code = "UNDO_BEFORE"    // an earlier undo did it
	UndoGone     Code = "UNDO_GONE"      // not there any more
	UndoReplaced Code = "UNDO_REPLACED"  // the address has another mailbox now
	UndoDiffers  Code = "UNDO_DIFFERS"   // not as the run left it
	UndoLater    Code = "UNDO_LATER_RUN" // a later run has changed it
	UndoUnproven Code = "UNDO_UNPROVEN"  // the portal never said that it made the account for us
	UndoInDoubt  Code = "UNDO_IN_DOUBT"  // a write of a run has no outcome yet
	UndoFailed   Code = "UNDO_FAILED"    // the portal gave the removal up
	UndoPending  Code = "UNDO_PENDING"   // not known whether the removal has come to its end
	UndoRowless  Code = "UNDO_ROWLESS"   // accounts of the run that no row of the file names
	UndoNoRun    Code = "UNDO_NO_RUN"    // the run is none that makes accounts
	UndoWays     Code = "UNDO_WAYS"      // the runs signed in in different ways

	ConfirmAbove   Code = "CONFIRM_ABOVE" // nobody can be asked about what was shown
	ResolvedByHand Code = "RESOLVED_BY_HAND"
	ResolveNoRow   Code = "RESOLVE_NO_ROW"
	ResolveNoDoubt Code = "RESOLVE_NO_DOUBT"
	ResolveTooSoon Code = "RESOLVE_TOO_SOON" // the portal may still be at work on the request
)

var verifyCodes = map[Code]Entry{
	AccountMissing:   {Side: OnPortal},
	AccountChanged:   {Severity: Warning, Side: OnPortal},
	AccountReplaced:  {Severity: Warning, Side: OnPortal},
	AccountOff:       {Severity: Warning, Side: OnPortal},
	MailboxDisabled:  {Severity: Warning, Side: OnPortal},
	MailboxAuthError: {Severity: Warning, Side: Incoming},
	MailboxQuota:     {Severity: Warning, Side: OnPortal},

	UndoNotMade:  {Severity: Notice, Side: OnPortal},
	UndoBefore:   {Severity: Notice, Side: OnPortal},
	UndoGone:     {Severity: Notice, Side: OnPortal},
	UndoReplaced: {Side: OnPortal},
	UndoDiffers:  {Side: OnPortal},
	UndoLater:    {Side: OnPortal},
	UndoUnproven: {Side: OnPortal},
	UndoInDoubt:  {Side: OnPortal},
	UndoFailed:   {Side: OnPortal},
	UndoPending:  {Side: OnPortal},
	UndoRowless:  {Side: OnFile},
	UndoNoRun:    {Scope: Usage},
	UndoWays:     {Scope: Usage},

	ConfirmAbove:   {Scope: Usage},
	ResolvedByHand: {Severity: Notice},
	ResolveNoRow:   {Scope: Usage},
	ResolveNoDoubt: {Scope: Usage},
	ResolveTooSoon: {Scope: Usage},
}
