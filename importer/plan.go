package importer

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

// entryBatch is how many rows the scan hands to the journal at once.
const entryBatch = 512

// HostUse is a mail server as the rows name it, with how many of them do.
type HostUse struct {
	Side diagnosis.Side `json:"side"`
	Host string         `json:"host"`
	Port int            `json:"port"`
	Rows int            `json:"rows"`
}

// FillUse is a field that no cell gave, where its values came from, and in how many rows.
type FillUse struct {
	Field  string `json:"field"`
	Origin string `json:"origin"`
	Rows   int    `json:"rows"`
}

// Plan is what one reading of the file found. Nothing has been sent for it.
type Plan struct {
	Run       journal.Run
	Way       OwnerWay // as whom the rows' accounts will be made
	Rows      int      // all of them
	Invalid   int      // with errors: they will not be sent
	Warned    int      // valid ones with warnings
	OverLimit int      // valid ones whose owner has more addresses than --max-per-owner
	Nobody    int      // valid ones whose owner cannot be signed in as: they name nobody, and the run signs in as nobody
	Settled   int      // valid ones that an earlier run has done and that ask for the same
	Refused   int      // valid ones whose login a mail server has refused before, and that ask for the same
	Owners    int      // different owners of the valid rows
	// What follows is about the valid rows that are neither settled nor refused.
	People       SignIns // their owners by the way the run becomes them
	RowsBy       SignIns // the rows by the same
	LastDays     int     // rows that fetch 30 days only
	WholeHistory int     // rows that fetch everything
	Hosts        []HostUse
	Fills        []FillUse

	// Missing are the accounts that runs of this file made and that no row names any more, by address.
	Missing []Missing
	// Unreadable is how many rows have no address that could be read, where that
	// leaves open whether accounts are missing: then none is said to be.
	Unreadable   int
	ToDisable    int // of those missing: they may be switched off, after one more look
	DisableLimit int // if a run would switch off and update more than so many accounts, it switches off none

	roster    roster
	hashes    []rowHash
	hasher    *rowHasher
	ownerRows map[uint64]ownerRows
	ownerSeed maphash.Seed
	limit     int32
	appended  int             // accounts without a row that stand behind the rows of the run
	lenders   map[string]bool // owners whose rows say how to sign in for accounts without a row
	rowless   map[string]bool // people an administrator is to act as though no row is for them
	probes    []string        // a few of those an administrator would act as, from all over the file
}

// ownerRows counts the rows of one owner.
type ownerRows struct{ all, settled, refused int32 }

// SignIns counts rows, or the people they are for, by the way the run becomes those people.
type SignIns struct {
	Caller int `json:"caller"` // whoever the run signs in as
	Own    int `json:"own"`    // by the row's own password or token
	Acting int `json:"acting"` // an administrator acts as them
}

func (s *SignIns) count(by via) {
	switch by {
	case viaCaller:
		s.Caller++
	case viaOwn:
		s.Own++
	case viaActing:
		s.Acting++
	}
}

// ToSend returns how many rows may be sent at the most.
func (p *Plan) ToSend() int {
	return p.Rows - p.Invalid - p.OverLimit - p.Nobody - p.Settled - p.Refused
}

// overLimit reports whether that person has more addresses than allowed.
func (p *Plan) overLimit(who identity) bool {
	return p.limit > 0 && p.ownerRows[p.ownerHash(who.name)].all > p.limit
}

// rowsOf returns how many valid rows are for that person.
func (p *Plan) rowsOf(who identity) int { return int(p.ownerRows[p.ownerHash(who.name)].all) }

// wants reports whether anything is to be done for the person of that name.
func (p *Plan) wants(name string) bool {
	return p.ownerRows[p.ownerHash(name)].all > 0 || p.rowless[name]
}

// acts reports whether an administrator is to act as anybody.
func (p *Plan) acts() bool { return p.RowsBy.Acting > 0 || len(p.rowless) > 0 }

func (p *Plan) ownerHash(name string) uint64 { return maphash.String(p.ownerSeed, name) }

// Prepare reads the file once, checks every row, and writes the rows down in
// the journal under a new run, each as invalid or as not tried. Nothing is
// sent. kind is what the run is called in the list of runs.
func (im *Importer) Prepare(ctx context.Context, kind journal.Kind) (*Plan, error) {
	way := WayFor(im.Options.Owner, im.Input.Binding)
	if (way == OwnerSelf || way == OwnerImpersonate) && im.Options.Caller.Empty() {
		return nil, diagnosis.New(diagnosis.NoCaller)
	}
	digest, err := im.Input.File.Digest()
	if err != nil {
		return nil, err
	}
	run, err := im.Ledger.Begin(ctx, journal.Run{
		Kind: kind, File: im.Input.File.Name(), FileDigest: digest, Sheet: im.Input.File.Sheet(), Portal: im.Client.URL(),
		Version: im.Version, Args: im.Settings,
	})
	if err != nil {
		return nil, err
	}
	plan := &Plan{
		Run: run, Way: way, roster: im.roster(way), limit: int32(im.Options.MaxPerOwner),
		ownerRows: make(map[uint64]ownerRows), ownerSeed: maphash.MakeSeed(),
	}
	if err := im.scan(ctx, plan, kind); err != nil {
		return nil, errors.Join(err, im.Discard(context.WithoutCancel(ctx), plan))
	}
	return plan, nil
}

// Discard forgets a plan that nobody wants to run.
func (im *Importer) Discard(ctx context.Context, plan *Plan) error {
	return im.Ledger.DeleteRun(ctx, plan.Run.ID)
}

func (im *Importer) scan(ctx context.Context, plan *Plan, kind journal.Kind) error {
	past, err := im.memory(ctx)
	if err != nil {
		return err
	}
	present, err := im.newPresence(ctx, plan)
	if err != nil {
		return err
	}
	tally := newTally()
	hasher := newRowHasher()
	batch := make([]journal.Entry, 0, entryBatch)
	flush := func() error {
		err := im.Ledger.AddEntries(ctx, batch)
		batch = batch[:0]
		return err
	}
	for row, err := range im.Input.Rows(ctx) {
		if err != nil {
			return err
		}
		batch = append(batch, NewEntry(plan.Run.ID, plan.Rows, row))
		plan.hashes = append(plan.hashes, hasher.of(row))
		left, err := plan.standing(ctx, kind, past, row)
		if err != nil {
			return err
		}
		if err := present.note(ctx, past, plan.roster.of(row), row); err != nil {
			return err
		}
		plan.count(row, left, tally)
		if len(batch) == entryBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	plan.hasher = hasher
	plan.close(tally)
	return im.findMissing(ctx, plan, present)
}

// standing says what a run has left to do for the row. Other kinds of runs look
// at every row.
func (p *Plan) standing(ctx context.Context, kind journal.Kind, past *memory, row *account.Row) (standing, error) {
	if row.Invalid() || kind != journal.KindRun && kind != journal.KindPlan {
		return toDo, nil
	}
	who := p.roster.of(row)
	if who.via == viaNobody {
		return toDo, nil
	}
	left, _, err := past.standing(ctx, who, row)
	return left, err
}

func (p *Plan) count(row *account.Row, left standing, t *tally) {
	p.Rows++
	if row.Invalid() {
		p.Invalid++
		return
	}
	if len(row.Problems) > 0 {
		p.Warned++
	}
	p.countOwner(row, left)
	if left != toDo {
		return
	}
	if row.Settings.Restrict {
		p.LastDays++
	} else {
		p.WholeHistory++
	}
	t.add(row)
}

// probesWanted is how many people are asked about to learn whether the portal
// lets an administrator act as anybody at all.
const probesWanted = 8

func (p *Plan) countOwner(row *account.Row, left standing) {
	who := p.roster.of(row)
	if who.via == viaNobody {
		p.Nobody++
		return
	}
	hash := p.ownerHash(who.name)
	rows := p.ownerRows[hash]
	first := rows.all == rows.settled+rows.refused
	rows.all++
	switch left {
	case settled:
		rows.settled++
	case refused:
		rows.refused++
	}
	p.ownerRows[hash] = rows
	if left != toDo {
		return
	}
	p.RowsBy.count(who.via)
	if !first {
		return
	}
	p.People.count(who.via)
	if who.via == viaActing {
		p.probe(who.name)
	}
}

// probe keeps some of the names it is given, each with the same chance.
func (p *Plan) probe(name string) {
	if len(p.probes) < probesWanted {
		p.probes = append(p.probes, name)
	} else if i := rand.IntN(p.People.Acting); i < probesWanted {
		p.probes[i] = name
	}
}

func (p *Plan) close(t *tally) {
	p.Owners = len(p.ownerRows)
	for _, rows := range p.ownerRows {
		if p.limit > 0 && rows.all > p.limit {
			p.OverLimit += int(rows.all)
		} else {
			p.Settled += int(rows.settled)
			p.Refused += int(rows.refused)
		}
	}
	p.Hosts, p.Fills = t.hosts(), t.fills()
}

// tally counts what the plan shows of the valid rows.
type tally struct {
	host map[HostUse]int
	fill [account.NumFields][account.FromRule + 1]int
}

func newTally() *tally { return &tally{host: make(map[HostUse]int)} }

func (t *tally) add(row *account.Row) {
	in, out := row.Settings.Incoming, row.Settings.Outgoing
	t.host[HostUse{Side: diagnosis.Incoming, Host: in.Host, Port: in.Port}]++
	t.host[HostUse{Side: diagnosis.Outgoing, Host: out.Host, Port: out.Port}]++
	for f, origin := range row.Fills {
		t.fill[f][origin]++
	}
}

func (t *tally) hosts() []HostUse {
	uses := make([]HostUse, 0, len(t.host))
	for use, rows := range maps.All(t.host) {
		use.Rows = rows
		uses = append(uses, use)
	}
	slices.SortFunc(uses, func(a, b HostUse) int {
		return cmp.Or(strings.Compare(string(a.Side), string(b.Side)), b.Rows-a.Rows, strings.Compare(a.Host, b.Host), a.Port-b.Port)
	})
	return uses
}

func (t *tally) fills() []FillUse {
	var uses []FillUse
	for f := range account.NumRequestFields {
		for origin := account.FromMapping; origin <= account.FromRule; origin++ {
			if rows := t.fill[f][origin]; rows > 0 {
				uses = append(uses, FillUse{Field: f.String(), Origin: origin.String(), Rows: rows})
			}
		}
	}
	return uses
}
