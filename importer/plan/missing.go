package plan

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
)

// Missing is an account that runs of a file made and that no row names any more.
type Missing struct {
	Key   account.Key
	Owner string // address of the person it belongs to, if it is known

	who    Identity
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
func (s *Scan) newPresence(ctx context.Context, plan *Plan) (*presence, error) {
	converges := plan.Run.Kind == journal.KindRun || plan.Run.Kind == journal.KindPlan
	if !converges || s.Options.OnMissing == "" {
		return nil, nil
	}
	for _, err := range s.History.MadeFrom(ctx, plan.Run.File, plan.Run.Sheet) {
		return &presence{seed: maphash.MakeSeed()}, err
	}
	return nil, nil
}

// note notes a row. Where nobody knows whose account it is about, or whether it is
// right in that, it stands for its address under every owner.
func (p *presence) note(ctx context.Context, history *History, who Identity, row *account.Row) error {
	if p == nil {
		return nil
	}
	key, err := history.KeyOf(ctx, who, row)
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
func (s *Scan) findMissing(ctx context.Context, plan *Plan, present *presence) error {
	if present == nil {
		return nil
	}
	keys, err := s.missingKeys(ctx, plan, present)
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
	owners, err := s.History.OwnersWithIDs(ctx, slices.Compact(ids))
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
	if s.Options.OnMissing == policy.MissingDisable {
		return s.planToDisable(ctx, plan)
	}
	return nil
}

// missingKeys returns the accounts that no row names any more, and that no other
// file has asked for since.
func (s *Scan) missingKeys(ctx context.Context, plan *Plan, present *presence) ([]account.Key, error) {
	slices.Sort(present.seen)
	only, known, err := s.onlyOwner(ctx, plan)
	if err != nil || !known {
		return nil, err
	}
	var keys []account.Key
	var addresses []string
	for key, err := range s.History.MadeFrom(ctx, plan.Run.File, plan.Run.Sheet) {
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
	elsewhere, err := s.History.AskedElsewhere(ctx, plan.Run.File, plan.Run.Sheet, addresses)
	return slices.DeleteFunc(keys, func(k account.Key) bool { return elsewhere[k.Address] }), err
}

// onlyOwner returns the portal id of the one person who gets all accounts, empty
// if there are several. The same file may be run for others: as long as nobody
// knows who that person is, none of the accounts is known to be theirs.
func (s *Scan) onlyOwner(ctx context.Context, plan *Plan) (id string, known bool, err error) {
	if plan.Way != policy.OwnerSelf {
		return "", true, nil
	}
	caller, _, err := s.History.Owner(ctx, plan.roster.caller.Name)
	return strings.ToLower(caller.ID), caller.ID != "", err
}

// whoFor finds who can sign in for an account whose row, with what it said of
// that, is gone. names are those the owner is known by.
func (p *Plan) whoFor(key account.Key, names []journal.Owner) Missing {
	m := Missing{Key: key, who: Identity{Via: ByNobody}}
	isCaller := p.roster.way == policy.OwnerSelf
	for _, o := range names {
		m.Owner = o.Email
		isCaller = isCaller || o.Name == p.roster.caller.Name && !p.roster.caller.Login.Empty()
		if p.Wants(o.Name) {
			m.lender = o.Name
		}
	}
	switch {
	case isCaller:
		m.who, m.lender = p.roster.caller, ""
	case m.lender == "" && p.roster.way == policy.OwnerImpersonate:
		m.who = Identity{Via: ByActing, Name: account.Address(key.OwnerID).Fold(), Login: account.Owner{User: key.OwnerID}}
	}
	return m
}

// Who returns who signs in for the account. lent are those whose rows say how.
func (m *Missing) Who(lent map[string]Identity) Identity {
	if who, ok := lent[m.lender]; ok {
		return who
	}
	return m.who
}

// mayDisable reports whether somebody can sign in for the account.
func (m *Missing) mayDisable() bool { return m.who.Via != ByNobody || m.lender != "" }

// planToDisable writes the accounts down behind the rows of the run.
func (s *Scan) planToDisable(ctx context.Context, plan *Plan) error {
	plan.lenders = make(map[string]bool)
	var batch []journal.Entry
	for i := range plan.Missing {
		m := &plan.Missing[i]
		batch = append(batch, plan.MissingEntry(i))
		if m.mayDisable() {
			plan.ToDisable++
		}
		if m.lender != "" {
			plan.lenders[m.lender] = true
		}
		if m.who.Via == ByActing {
			plan.actFor(m.who.Name)
		}
	}
	plan.DisableLimit = s.Options.DisableLimit(plan.Rows)
	for part := range slices.Chunk(batch, entryBatch) {
		if err := s.Ledger.AddEntries(ctx, part); err != nil {
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

// MissingEntry is the line of the report for an account without a row.
func (p *Plan) MissingEntry(i int) journal.Entry {
	m := &p.Missing[i]
	return journal.Entry{
		Run: p.Run.ID, Index: p.Rows + i, Email: m.Key.Address, Owner: m.Owner, OwnerID: m.Key.OwnerID, Status: diagnosis.NotTried,
	}
}
