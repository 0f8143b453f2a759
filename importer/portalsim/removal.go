package portalsim

import (
	"strconv"
	"time"
)

// task is a removal under way. It lives in the server process
// (MAIL/Core/Engine/OperationEngine.cs).
type task struct {
	id      string
	source  string // the mailbox's id
	percent int
	status  string
	done    bool
	problem string
}

// taskView is MailOperationStatus (MAIL/Core/Engine/Operations/Base/MailOperationStatus.cs).
type taskView struct {
	Completed     bool    `json:"completed"`
	ID            *string `json:"id"`
	Status        string  `json:"status"`
	Error         string  `json:"error"`
	Percents      int     `json:"percents"`
	Source        string  `json:"source"`
	OperationType int     `json:"operationType"`
	Operation     *string `json:"operation"`
}

const removeMailbox = 2

// noTask is what is said of an operation nobody knows: it looks finished.
func noTask() taskView { return taskView{Completed: true, Percents: 100, OperationType: -1} }

func (t *task) view() taskView {
	name := "RemoveMailbox"
	return taskView{
		Completed: t.done, ID: &t.id, Status: t.status, Error: t.problem, Percents: t.percent,
		Source: t.source, OperationType: removeMailbox, Operation: &name,
	}
}

func bindDelete(a *arguments) action {
	email := a.text("email")
	return func(x *exchange) (any, error) { return x.delete(email) }
}

// delete starts a removal and answers its state. A second one of the same mailbox is
// the same operation; one of another mailbox is refused while the first runs.
func (x *exchange) delete(email string) (any, error) {
	m, err := x.named(email)
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
		return nil, errKilled // there is no process the removal could live in
	}
	running := false
	for _, t := range p.tasks {
		if t.source == source {
			return p.report(t), nil
		}
		running = running || !t.done
	}
	if running {
		return nil, internal("Remove mailbox operation already running.")
	}
	t := &task{id: guidOf("task " + source + x.began.String()), source: source}
	p.tasks = append(p.tasks, t)
	x.portal.running.Add(1)
	go x.portal.removal(p, t, p.row(m.id), x.life)
	return t.view(), nil
}

// report is the state of a task; who sees its end makes it forgotten. The caller
// holds mu.
func (p *person) report(t *task) taskView {
	if t.done {
		for i, other := range p.tasks {
			if other == t {
				p.tasks = append(p.tasks[:i:i], p.tasks[i+1:]...)
				break
			}
		}
	}
	return t.view()
}

// steps of a removal (MAIL/Core/Engine/Operations/MailRemoveMailboxOperation.cs): the
// row goes first, the list that was remembered only later.
var steps = []struct {
	percent int
	status  string
	do      func(*person, *mailbox)
}{
	{1, "Setup tenant and user", nil},
	{20, "Remove mailbox from Db", (*person).remove},
	{40, "Decrease newly freed quota space", nil},
	{50, "Recalculate folders counters", nil},
	{60, "Clear accounts cache", func(p *person, _ *mailbox) { p.clearList() }},
	{70, "Remove Elastic Search index by messages", nil},
	{100, "Finished", nil},
}

// removal runs to its end, or until the server process dies.
func (p *Portal) removal(who *person, t *task, m *mailbox, l *life) {
	defer p.running.Done()
	for i, step := range steps {
		if i > 0 && !l.sleep(max(p.options.RemoveTime, 0)*time.Duration(step.percent-steps[i-1].percent)/100) {
			return
		}
		who.mu.Lock()
		t.percent, t.status, t.done = step.percent, step.status, step.percent == 100
		if step.do != nil {
			step.do(who, m)
		}
		who.mu.Unlock()
	}
	p.stats.removed()
}

func bindTask(a *arguments) action {
	id := a.text("operationId")
	return func(x *exchange) (any, error) {
		x.caller.mu.Lock()
		defer x.caller.mu.Unlock()
		for _, t := range x.caller.tasks {
			if t.id == id {
				return x.caller.report(t), nil
			}
		}
		return noTask(), nil
	}
}

func (x *exchange) taskList() (any, error) {
	x.caller.mu.Lock()
	defer x.caller.mu.Unlock()
	views := []taskView{}
	for _, t := range append([]*task(nil), x.caller.tasks...) {
		views = append(views, x.caller.report(t))
	}
	return list[taskView]{items: views}, nil
}
