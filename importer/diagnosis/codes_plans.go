package diagnosis

// Codes of what goes on from run to run: saved plans, and data sets.
const (
	PlanForm      Code = "PLAN_FORM"      // the file is no plan, or not all of one
	PlanUnread    Code = "PLAN_UNREAD"    // it cannot be read
	PlanUnwritten Code = "PLAN_UNWRITTEN" // it cannot be written, or marked as spent
	PlanUnknown   Code = "PLAN_UNKNOWN"   // no plan of that name is kept
	PlanOther     Code = "PLAN_OTHER"     // it is about something else
	PlanExpired   Code = "PLAN_EXPIRED"
	PlanSpent     Code = "PLAN_SPENT"
	PlanStale     Code = "PLAN_STALE" // the change is not the one in the plan any more
	PlanNew       Code = "PLAN_NEW"   // the change is not in the plan
	DataSetShrunk Code = "DATA_SET_SHRUNK"
	NotRetained   Code = "NOT_RETAINED" // old runs and reports could not be removed
)

var planCodes = map[Code]Entry{
	PlanForm:      {Scope: Usage},
	PlanUnread:    {Scope: Usage},
	PlanUnwritten: {Scope: Usage},
	PlanUnknown:   {Scope: Usage},
	PlanOther:     {Scope: Usage},
	PlanExpired:   {Scope: Usage},
	PlanSpent:     {Scope: Usage},
	PlanStale:     {Side: OnPortal},
	PlanNew:       {Side: OnFile},
	DataSetShrunk: {Scope: File, Side: OnFile},
	NotRetained:   {Scope: State, Severity: Warning},
}
