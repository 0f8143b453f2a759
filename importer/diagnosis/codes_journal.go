package diagnosis

// Codes of the store of runs. Path is the folder or the file it is about.
var (
	StateLocked   = declare("STATE_LOCKED", Entry{Scope: Busy})                       // another run works on this portal; Pid
	StateUnusable = declare("STATE_UNUSABLE", Entry{Scope: State})                    // cannot be made, opened or used
	StateLink     = declare("STATE_LINK", Entry{Scope: State})                        // a link or something else in place of a folder or file of ours
	StateForeign  = declare("STATE_FOREIGN", Entry{Scope: State})                     // a database of another program
	StateNewer    = declare("STATE_NEWER", Entry{Scope: State})                       // made by a newer version
	StateDamaged  = declare("STATE_DAMAGED", Entry{Scope: State})                     // not what was written
	StateKey      = declare("STATE_KEY", Entry{Scope: State})                         // the key is missing or another store's
	StateKeyFile  = declare("STATE_KEY_FILE", Entry{Severity: Warning, Scope: State}) // the key lies beside the store
	StateFull     = declare("STATE_FULL", Entry{Scope: State})                        // no room on the disk
	StateWrite    = declare("STATE_WRITE", Entry{Scope: State})                       // writing failed, nothing can be relied on
	SeenNotKept   = declare("SEEN_NOT_KEPT", Entry{Scope: State, Severity: Warning})  // what a dry run has seen; Why, Pid, Path
	RunAmbiguous  = declare("RUN_AMBIGUOUS", Entry{Scope: Usage})                     // the beginning of an id fits several runs
	RunInDoubt    = declare("RUN_IN_DOUBT", Entry{Scope: Usage})                      // cannot be removed: it has writes without outcome
)
