package importer

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// OnMissing says what becomes of accounts that runs of a file made and that no
// row of it names any more. The zero value does not look for them: a part of a
// file tells nothing about the rest.
type OnMissing string

const (
	MissingReport  OnMissing = "report"  // they are listed
	MissingDisable OnMissing = "disable" // they are switched off as well
)

// Missing is an account that runs of a file made and that no row names any more.
type Missing struct {
	Key   account.Key
	Owner string // address of the person it belongs to, if it is known

	who    identity
	lender string // the name of an owner whose rows say how to sign in
}

// presence remembers what the rows of a file are about, as hashes: 8 bytes a row.
type presence struct {
	seed       maphash.Seed
	seen       []uint64 // in order once all rows are added
	unreadable int      // rows without an address that could be read: they may be about any account
}

// newPresence returns nil, which notes nothing, if it is of no use: accounts are
// not looked for, or no run of such a file has made any.
func (im *Importer) newPresence(ctx context.Context, plan *Plan) (*presence, error) {
	converges := plan.Run.Kind == journal.KindRun || plan.Run.Kind == journal.KindPlan
	if !converges || im.Options.OnMissing == "" {
		return nil, nil
	}
	for _, err := range im.History.MadeFrom(ctx, plan.Run.File, plan.Run.Sheet) {
		return &presence{seed: maphash.MakeSeed()}, err
	}
	return nil, nil
}

// note notes a row. Where nobody knows whose account it is about, or whether it is
// right in that, it stands for its address under every owner.
func (p *presence) note(ctx context.Context, past *memory, who identity, row *account.Row) error {
	if p == nil {
		return nil
	}
	key, err := past.keyOf(ctx, who, row)
	switch {
	case row.Settings.Email == "":
		p.unreadable++
	case row.Invalid() || key == account.Key{}:
		p.seen = append(p.seen, p.hash(account.NewKey("", row.Settings.Email)))
	default:
		p.seen = append(p.seen, p.hash(key))
	}
	return err
}

func (p *presence) has(key account.Key) bool {
	_, here := slices.BinarySearch(p.seen, p.hash(key))
	_, anyone := slices.BinarySearch(p.seen, p.hash(account.Key{Address: key.Address}))
	return here || anyone
}

func (p *presence) hash(key account.Key) uint64 { return maphash.Comparable(p.seed, key) }

// findMissing puts into the plan which accounts no row names any more, and who
// would sign in for each.
func (im *Importer) findMissing(ctx context.Context, plan *Plan, present *presence) error {
	if present == nil {
		return nil
	}
	keys, err := im.missingKeys(ctx, plan, present)
	if err != nil || len(keys) == 0 {
		return err
	}
	if present.unreadable > 0 {
		plan.Unreadable = present.unreadable
		return nil
	}
	var ids []string
	for _, key := range keys {
		ids = append(ids, key.OwnerID)
	}
	slices.Sort(ids)
	owners, err := im.History.OwnersWithIDs(ctx, slices.Compact(ids))
	if err != nil {
		return err
	}
	named := make(map[string][]journal.Owner)
	for _, o := range owners {
		id := strings.ToLower(o.ID)
		named[id] = append(named[id], o)
	}
	for _, key := range keys {
		plan.Missing = append(plan.Missing, plan.whoFor(key, named[key.OwnerID]))
	}
	if im.Options.OnMissing == MissingDisable {
		return im.planToDisable(ctx, plan)
	}
	return nil
}

// missingKeys returns the accounts that no row names any more, and that no other
// file has asked for since.
func (im *Importer) missingKeys(ctx context.Context, plan *Plan, present *presence) ([]account.Key, error) {
	slices.Sort(present.seen)
	only, known, err := im.onlyOwner(ctx, plan)
	if err != nil || !known {
		return nil, err
	}
	var keys []account.Key
	var addresses []string
	for key, err := range im.History.MadeFrom(ctx, plan.Run.File, plan.Run.Sheet) {
		if err != nil {
			return nil, err
		}
		if !present.has(key) && (only == "" || key.OwnerID == only) {
			keys, addresses = append(keys, key), append(addresses, key.Address)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	elsewhere, err := im.History.AskedElsewhere(ctx, plan.Run.File, plan.Run.Sheet, addresses)
	return slices.DeleteFunc(keys, func(k account.Key) bool { return elsewhere[k.Address] }), err
}

// onlyOwner returns the portal id of the one person who gets all accounts, empty
// if there are several. The same file may be run for others: as long as nobody
// knows who that person is, none of the accounts is known to be theirs.
func (im *Importer) onlyOwner(ctx context.Context, plan *Plan) (id string, known bool, err error) {
	if plan.Way != OwnerSelf {
		return "", true, nil
	}
	caller, _, err := im.History.Owner(ctx, plan.roster.caller.name)
	return strings.ToLower(caller.ID), caller.ID != "", err
}

// whoFor finds who can sign in for an account whose row, with what it said of
// that, is gone. names are those the owner is known by.
func (p *Plan) whoFor(key account.Key, names []journal.Owner) Missing {
	m := Missing{Key: key, who: identity{via: viaNobody}}
	isCaller := p.roster.way == OwnerSelf
	for _, o := range names {
		m.Owner = o.Email
		isCaller = isCaller || o.Name == p.roster.caller.name && !p.roster.caller.login.Empty()
		if p.wants(o.Name) {
			m.lender = o.Name
		}
	}
	switch {
	case isCaller:
		m.who, m.lender = p.roster.caller, ""
	case m.lender == "" && p.roster.way == OwnerImpersonate:
		m.who = identity{via: viaActing, name: foldAddress(key.OwnerID), login: account.Owner{User: key.OwnerID}}
	}
	return m
}

// mayDisable reports whether somebody can sign in for the account.
func (m *Missing) mayDisable() bool { return m.who.via != viaNobody || m.lender != "" }

// planToDisable writes the accounts down behind the rows of the run.
func (im *Importer) planToDisable(ctx context.Context, plan *Plan) error {
	plan.lenders, plan.appended = make(map[string]bool), len(plan.Missing)
	var batch []journal.Entry
	for i := range plan.Missing {
		m := &plan.Missing[i]
		batch = append(batch, plan.missingEntry(i))
		if m.mayDisable() {
			plan.ToDisable++
		}
		if m.lender != "" {
			plan.lenders[m.lender] = true
		}
		if m.who.via == viaActing {
			plan.actFor(m.who.name)
		}
	}
	plan.DisableLimit = im.Options.disableLimit(plan.Rows)
	for part := range slices.Chunk(batch, entryBatch) {
		if err := im.Ledger.AddEntries(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// actFor takes note of a person who is acted as though no row is for them.
func (p *Plan) actFor(name string) {
	if p.rowless == nil {
		p.rowless = make(map[string]bool)
	}
	if !p.rowless[name] && len(p.probes) < probesWanted {
		p.probes = append(p.probes, name)
	}
	p.rowless[name] = true
}

// missingEntry is the line of the report for an account without a row.
func (p *Plan) missingEntry(i int) journal.Entry {
	m := &p.Missing[i]
	return journal.Entry{
		Run: p.Run.ID, Index: p.Rows + i, Email: m.Key.Address, Owner: m.Owner, OwnerID: m.Key.OwnerID, Status: diagnosis.NotTried,
	}
}

// disableLimit is how many accounts one run may switch off, and update. Where
// nobody has set a bound, it is one that a file cut in half does not pass.
func (o *Options) disableLimit(rows int) int {
	const usual, usualPercent = 10, 10
	switch {
	case o.MaxChanges.None():
		return max(usual, rows*usualPercent/100)
	case o.MaxChanges.Percent:
		return rows * o.MaxChanges.N / 100
	}
	return o.MaxChanges.N
}

// routeMissing hands the scheduler the accounts without a row that are to be
// switched off, after all rows.
func (r *reader) routeMissing(ctx context.Context) error {
	for i := range r.plan.appended {
		m := &r.plan.Missing[i]
		j := &job{row: &account.Row{Settings: account.Settings{Email: m.Key.Address}}, entry: r.plan.missingEntry(i), who: m.who, missing: m}
		if lent, ok := r.lent[m.lender]; ok {
			j.who = lent
		}
		if j.who.via == viaNobody {
			if err := r.decide(ctx, j.end(diagnosis.Held, *diagnosis.New(diagnosis.MissingNobody))); err != nil {
				return err
			}
			continue
		}
		select {
		case r.incoming <- j:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// admitMissing lets the accounts without a row have their turn once every row has
// its outcome. If they are more than may be, none has.
func (e *engine) admitMissing() {
	if len(e.missing) == 0 || !e.read || e.running > 0 || len(e.window) > 0 || len(e.waiting) > 0 {
		return
	}
	jobs := e.missing
	e.missing = nil
	e.canary.left = 0
	changes := int(e.changes.Load()) + e.watch.counts[diagnosis.WouldUpdate] + len(jobs)
	if changes <= e.plan.DisableLimit {
		e.window = jobs
		return
	}
	for _, j := range jobs {
		j.end(diagnosis.Held, *diagnosis.New(diagnosis.MissingTooMany, "Count", itoa(changes), "Limit", itoa(e.plan.DisableLimit)))
	}
	e.saveLater(jobs...)
}

// claimMissing gives the job its key, and checks that whoever has signed in is
// the person the account belongs to and that no row is about it after all.
func (e *engine) claimMissing(j *job) bool {
	if !strings.EqualFold(j.owner.person.ID, j.missing.Key.OwnerID) {
		e.decideNow(j, diagnosis.Held, *diagnosis.New(diagnosis.MissingNobody))
		return false
	}
	if first, here := e.keys.add(j.missing.Key, 0); here {
		e.decideNow(j, diagnosis.Kept, *diagnosis.New(diagnosis.MissingClaimed, "Row", itoa(first)))
		return false
	}
	j.key = j.missing.Key
	return true
}

// offTaker switches off accounts without a row, or notes that it would.
func offTaker(past *memory, dry bool) *taker {
	return &taker{
		past: past, disable: true, dry: dry, reason: []diagnosis.Problem{*diagnosis.New(diagnosis.RowMissing)},
		verdict: func(key account.Key, known journal.Account) (diagnosis.Status, *diagnosis.Problem) {
			open, doubted := past.open[key]
			switch {
			case doubted && (open.Kind == journal.Create || open.Kind == journal.Update):
				return diagnosis.Held, diagnosis.New(diagnosis.UndoInDoubt)
			case !known.Made || known.MailboxID == 0:
				return diagnosis.Held, diagnosis.New(diagnosis.UndoReplaced)
			}
			return "", nil
		},
	}
}
