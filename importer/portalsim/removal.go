package portalsim

import (
	"slices"
	"strconv"
	"time"
)

// task is the state of a removal, in the form of MailOperationStatus
// (MAIL/Core/Engine/Operations/Base/MailOperationStatus.cs). It is kept in memory of the
// server process (MAIL/Core/Engine/OperationEngine.cs), guarded by the mutex of its person.
type task struct {
	Completed     bool    `json:"completed"`
	ID            *string `json:"id"`
	Status        string  `json:"status"`
	Error         string  `json:"error"`
	Percents      int     `json:"percents"`
	Source        string  `json:"source"` // the mailbox's id
	OperationType int     `json:"operationType"`
	Operation     *string `json:"operation"`
}

// deleteAccount starts a removal and answers its state. A second request for the same
// mailbox answers the same task; one for another mailbox is refused while a removal runs.
func (x *exchange) deleteAccount() (any, error) {
	m, err := x.named(x.text("email"))
	if err != nil {
		return nil, err
	}
	if m.hosted {
		return nil, argument("Mailbox with specified email can't be deleted", "")
	}
	p := x.caller
	source := strconv.Itoa(m.id)
	p.mu.Lock()
	defer p.mu.Unlock()
	if x.life.ended() {
		return nil, errKilled // no process is left to run the removal
	}
	if i := slices.IndexFunc(p.tasks, func(t *task) bool { return t.Source == source }); i >= 0 {
		return p.report(p.tasks[i]), nil
	}
	if slices.ContainsFunc(p.tasks, func(t *task) bool { return !t.Completed }) {
		return nil, internal("Remove mailbox operation already running.")
	}
	const removeMailbox = 2
	id := guidOf("task " + source + x.began.String())
	t := &task{ID: &id, Source: source, OperationType: removeMailbox, Operation: new("RemoveMailbox")}
	p.tasks = append(p.tasks, t)
	row := p.row(m.id)
	x.portal.running.Go(func() { x.portal.removal(p, t, row, x.life) })
	return *t, nil
}

// report returns the state of a task. A completed task is deleted and so reported once.
// The caller holds mu.
func (p *person) report(t *task) task {
	if t.Completed {
		p.tasks = slices.DeleteFunc(p.tasks, func(other *task) bool { return other == t })
	}
	return *t
}

// steps are the steps of a removal (MAIL/Core/Engine/Operations/MailRemoveMailboxOperation.cs):
// the row is removed first, the cached list is cleared later.
var steps = []struct {
	percent int
	status  string
	do      func(*person, *mailbox)
}{
	{1, "Setup tenant and user", nil},
	{20, "Remove mailbox from Db", (*person).remove},
	{40, "Decrease newly freed quota space", nil},
	{50, "Recalculate folders counters", nil},
	{60, "Clear accounts cache", func(p *person, _ *mailbox) { p.list = nil }},
	{70, "Remove Elastic Search index by messages", nil},
	{100, "Finished", nil},
}

// removal runs the steps to the last, or until the server process dies.
func (p *Portal) removal(who *person, t *task, m *mailbox, l *life) {
	for i, step := range steps {
		if i > 0 && !l.sleep(max(p.options.RemoveTime, 0)*time.Duration(step.percent-steps[i-1].percent)/100) {
			return
		}
		who.mu.Lock()
		t.Percents, t.Status, t.Completed = step.percent, step.status, step.percent == 100
		if step.do != nil {
			step.do(who, m)
		}
		who.mu.Unlock()
	}
	p.stats.change(func(t *Stats) { t.Removed++ })
}

// operation answers one task. An unknown operation is answered as completed.
func (x *exchange) operation() (any, error) {
	id := x.text("operationId")
	x.caller.mu.Lock()
	defer x.caller.mu.Unlock()
	for _, t := range x.caller.tasks {
		if *t.ID == id {
			return x.caller.report(t), nil
		}
	}
	return task{Completed: true, Percents: 100, OperationType: -1}, nil
}

func (x *exchange) operations() (any, error) {
	x.caller.mu.Lock()
	defer x.caller.mu.Unlock()
	var all []task
	for _, t := range slices.Clone(x.caller.tasks) {
		all = append(all, x.caller.report(t))
	}
	return list[task]{items: all}, nil
}
