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
	Owner string // address of its owner, empty if unknown

	identity Identity
	lender   string // name of an owner whose rows have the credentials to sign in
}

// presence is the set of accounts that the rows of a file name, as 8-byte hashes.
type presence struct {
	seed       maphash.Seed
	seen       []uint64 // sorted once all rows are added
	unreadable int      // rows without a readable address, which may name any account
}

// note adds a row. If the row is invalid or its owner is unknown, it stands for its
// address under every owner.
func (p *presence) note(ctx context.Context, history *History, who Identity, row *account.Row) error {
	key, err := history.KeyOf(ctx, who, row)
	if row.Settings.Email == "" {
		p.unreadable++
		return err
	}
	if row.Invalid() || key == (account.Key{}) {
		key = account.NewKey("", row.Settings.Email)
	}
	p.seen = append(p.seen, maphash.Comparable(p.seed, key))
	return err
}

func (p *presence) has(key account.Key) bool {
	_, here := slices.BinarySearch(p.seen, maphash.Comparable(p.seed, key))
	_, anyone := slices.BinarySearch(p.seen, maphash.Comparable(p.seed, account.Key{Address: key.Address}))
	return here || anyone
}

// findMissing adds to the plan the accounts that no row names any more, and who would
// sign in for each. Accounts that another file has asked for since are left
// out.
func (s *Scan) findMissing(ctx context.Context, plan *Plan, present *presence) error {
	only := "" // portal id of the person who gets all accounts, if there is one
	if plan.Way == policy.OwnerSelf {
		caller, _, err := s.History.Owner(ctx, plan.Caller.Name)
		if err != nil || caller.ID == "" {
			// The same file may be run for other people. Until the journal knows the
			// caller, none of the accounts is known to be theirs.
			return err
		}
		only = strings.ToLower(caller.ID)
	}
	slices.Sort(present.seen)
	var keys []account.Key
	var addresses, ids []string
	for key, err := range s.History.MadeFrom(ctx, plan.Run.File, plan.Run.Sheet) {
		if err != nil {
			return err
		}
		if !present.has(key) && (only == "" || key.OwnerID == only) {
			keys, addresses, ids = append(keys, key), append(addresses, key.Address), append(ids, key.OwnerID)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	elsewhere, err := s.History.AskedElsewhere(ctx, plan.Run.File, plan.Run.Sheet, addresses)
	keys = slices.DeleteFunc(keys, func(k account.Key) bool { return elsewhere[k.Address] })
	if err != nil || len(keys) == 0 {
		return err
	}
	if present.unreadable > 0 {
		plan.Unreadable = present.unreadable
		return nil
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

// whoFor returns an account whose row is gone, and how to sign in for it. names are
// the names that the journal knows for its owner.
func (p *Plan) whoFor(key account.Key, names []journal.Owner) Missing {
	m := Missing{Key: key, identity: Identity{Via: ByNobody}}
	isCaller := p.Way == policy.OwnerSelf
	for _, o := range names {
		m.Owner = o.Email
		isCaller = isCaller || o.Name == p.Caller.Name && !p.Caller.Login.Empty()
		if p.Wants(o.Name) {
			m.lender = o.Name
		}
	}
	switch {
	case isCaller:
		m.identity, m.lender = p.Caller, ""
	case m.lender == "" && p.Way == policy.OwnerImpersonate:
		m.identity = actingAs(key.OwnerID)
	}
	return m
}

// Who returns who signs in for the account. identities are those from rows, by name.
func (m *Missing) Who(identities map[string]Identity) Identity {
	if who, ok := identities[m.lender]; ok {
		return who
	}
	return m.identity
}

// planToDisable adds the missing accounts to the run's entries, after its rows.
func (s *Scan) planToDisable(ctx context.Context, plan *Plan) error {
	plan.Lenders, plan.rowless = make(map[string]bool), make(map[string]bool)
	plan.Appended, plan.DisableLimit = len(plan.Missing), s.Options.DisableLimit(plan.Rows)
	var batch []journal.Entry
	for i := range plan.Missing {
		m := &plan.Missing[i]
		batch = append(batch, plan.MissingEntry(i))
		if m.identity.Via != ByNobody || m.lender != "" { // a sign-in is possible
			plan.ToDisable++
		}
		if m.lender != "" {
			plan.Lenders[m.lender] = true
		}
		if m.identity.Via == ByActing {
			if !plan.rowless[m.identity.Name] && len(plan.Probes) < probesWanted {
				plan.Probes = append(plan.Probes, m.identity.Name)
			}
			plan.rowless[m.identity.Name] = true
		}
	}
	for part := range slices.Chunk(batch, entryBatch) {
		if err := s.Ledger.AddEntries(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// MissingEntry returns the journal entry of account i of p.Missing, which has no row.
func (p *Plan) MissingEntry(i int) journal.Entry {
	m := &p.Missing[i]
	return journal.Entry{
		Run: p.Run.ID, Index: p.Rows + i, Email: m.Key.Address, Owner: m.Owner, OwnerID: m.Key.OwnerID, Status: diagnosis.NotTried,
	}
}
