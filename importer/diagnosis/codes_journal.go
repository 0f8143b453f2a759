package diagnosis

// Codes of the store of runs. Path is the folder or the file it is about.
const (
	StateLocked   Code = "STATE_LOCKED"   // another run works on this portal; Pid
	StateUnusable Code = "STATE_UNUSABLE" // cannot be made, opened or used
	StateLink     Code = "STATE_LINK"     // a link or something else in place of a folder or file of ours
	StateForeign  Code = "STATE_FOREIGN"  // a database of another program
	StateNewer    Code = "STATE_NEWER"    // made by a newer version
	StateDamaged  Code = "STATE_DAMAGED"  // not what was written
	StateKey      Code = "STATE_KEY"      // the key is missing or another store's
	StateKeyFile  Code = "STATE_KEY_FILE" // the key lies beside the store
	StateFull     Code = "STATE_FULL"     // no room on the disk
	StateWrite    Code = "STATE_WRITE"    // writing failed, nothing can be relied on
	SeenNotKept   Code = "SEEN_NOT_KEPT"  // what a dry run has seen; Why, Pid, Path
	RunAmbiguous  Code = "RUN_AMBIGUOUS"  // the beginning of an id fits several runs
	RunInDoubt    Code = "RUN_IN_DOUBT"   // cannot be removed: it has writes without outcome
)

var journalCodes = map[Code]Entry{
	StateLocked:   {Scope: Busy},
	StateUnusable: {Scope: State},
	StateLink:     {Scope: State},
	StateForeign:  {Scope: State},
	StateNewer:    {Scope: State},
	StateDamaged:  {Scope: State},
	StateKey:      {Scope: State},
	StateKeyFile:  {Severity: Warning, Scope: State},
	StateFull:     {Scope: State},
	StateWrite:    {Scope: State},
	SeenNotKept:   {Scope: State, Severity: Warning},
	RunAmbiguous:  {Scope: Usage},
	RunInDoubt:    {Scope: Usage},
}
