package diagnosis

// Codes of what goes on from run to run: saved plans, and data sets.
var (
	PlanForm      = declare("PLAN_FORM", Entry{Scope: Usage})      // the file is no plan, or not all of one
	PlanUnread    = declare("PLAN_UNREAD", Entry{Scope: Usage})    // it cannot be read
	PlanUnwritten = declare("PLAN_UNWRITTEN", Entry{Scope: Usage}) // it cannot be written, or marked as spent
	PlanPlace     = declare("PLAN_PLACE", Entry{Scope: Usage})     // something else is where it is to be saved
	PlanUnknown   = declare("PLAN_UNKNOWN", Entry{Scope: Usage})   // no plan of that name is kept
	PlanOther     = declare("PLAN_OTHER", Entry{Scope: Usage})     // it is about something else
	PlanExpired   = declare("PLAN_EXPIRED", Entry{Scope: Usage})
	PlanSpent     = declare("PLAN_SPENT", Entry{Scope: Usage})
	PlanStale     = declare("PLAN_STALE", Entry{Side: OnPortal}) // the change is not the one in the plan any more
	PlanNew       = declare("PLAN_NEW", Entry{Side: OnFile})     // the change is not in the plan
	DataSetShrunk = declare("DATA_SET_SHRUNK", Entry{Scope: File, Side: OnFile})
	NotRetained   = declare("NOT_RETAINED", Entry{Scope: State, Severity: Warning}) // old runs and reports could not be removed
)
