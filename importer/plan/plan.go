package plan

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"math/rand/v2"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
)

// entryBatch is how many rows the scan hands to the journal at once.
const entryBatch = 512

// Plan is what a run goes by after one reading of the file. Nothing has been sent
// for it. It is safe for concurrent use.
type Plan struct {
	Run journal.Run
	Way policy.OwnerWay // as whom the rows' accounts will be made
	Summary

	roster  roster
	hashes  []rowHash
	hasher  *rowHasher
	owners  owners
	limit   int32
	anew    bool            // a dry run looks at every row, also at those that a run takes for done
	lenders map[string]bool // owners whose rows say how to sign in for accounts without a row
	rowless map[string]bool // people an administrator is to act as though no row is for them
	probes  []string        // a few of those an administrator would act as, from all over the file
}

// owners counts rows by their owner, of whose name it keeps a hash.
type owners struct {
	rows map[uint64]ownerRows
	seed maphash.Seed
}

// ownerRows counts the rows of one owner.
type ownerRows struct{ all, settled, refused, idle int32 } // for those idle nobody signs in

func (o *owners) hash(name string) uint64 { return maphash.String(o.seed, name) }

func (o *owners) of(name string) ownerRows { return o.rows[o.hash(name)] }

// Who says whose account a row asks for.
func (p *Plan) Who(row *account.Row) Identity { return p.roster.of(row) }

// OwnerOf names the person a row's account is for, empty if nobody knows yet.
func (p *Plan) OwnerOf(row *account.Row) string { return p.roster.ownerOf(row) }

// Caller is whoever the run signs in as.
func (p *Plan) Caller() Identity { return p.roster.caller }

// Same reports whether the row is the one that was read at that place. It must not
// be called from two goroutines at a time.
func (p *Plan) Same(index int, row *account.Row) bool {
	return index < len(p.hashes) && p.hashes[index] == p.hasher.of(row)
}

// TooMany reports whether that person has more addresses than allowed.
func (p *Plan) TooMany(who Identity) bool { return p.limit > 0 && p.owners.of(who.Name).all > p.limit }

// RowsOf returns how many valid rows are for that person.
func (p *Plan) RowsOf(who Identity) int { return int(p.owners.of(who.Name).all) }

// Anew reports whether rows that a run takes for done are looked at all the same.
func (p *Plan) Anew() bool { return p.anew }

// LooksAnew is Anew for the rows of one person: nobody looks where nobody can sign in.
func (p *Plan) LooksAnew(who Identity) bool { return p.anew && who.Via != ByNobody }

// Lends reports whether rows of that person say how to sign in for accounts without a row.
func (p *Plan) Lends(name string) bool { return p.lenders[name] }

// Wants reports whether anything is to be done for the person of that name.
func (p *Plan) Wants(name string) bool { return p.owners.of(name).all > 0 || p.rowless[name] }

// Acts reports whether an administrator is to act as anybody.
func (p *Plan) Acts() bool { return p.RowsBy.Acting > 0 || len(p.rowless) > 0 }

// ActsAs returns how many people an administrator is to act as.
func (p *Plan) ActsAs() int { return p.People.Acting + len(p.rowless) }

// Probes returns a few of the people an administrator is to act as.
func (p *Plan) Probes() []string { return p.probes }

// Appended returns how many accounts without a row stand behind the rows of the run.
func (p *Plan) Appended() int {
	if p.lenders == nil {
		return 0
	}
	return len(p.Missing)
}

// DataSet is what runs over the same rows have in common: a name somebody gave
// them, else that of the file and the sheet.
func DataSet(name string, input *Input) (set, sheet string) {
	if name != "" {
		return name, ""
	}
	return input.File.Name(), input.File.Sheet()
}

// Scan is what a plan is made of.
type Scan struct {
	Input   *Input
	Options *policy.Options
	History *journal.Store // what earlier runs left
	Ledger  *journal.Store // takes the new run
	Portal  string         // its URL
	DataSet string         // what the rows are called from run to run; empty is by the file's name
	// Version of the program and Settings it was given are noted down with the run.
	Version  string
	Settings json.RawMessage
}

// Prepare reads the file once, checks every row, and writes the rows down in
// the journal under a new run, each as invalid or as not tried. Nothing is
// sent. kind is what the run is called in the list of runs.
func (s *Scan) Prepare(ctx context.Context, kind journal.Kind) (*Plan, error) {
	way := WayFor(s.Options.Owner, s.Input.Binding)
	if (way == policy.OwnerSelf || way == policy.OwnerImpersonate) && s.Options.Caller.Empty() {
		return nil, diagnosis.New(diagnosis.NoCaller)
	}
	digest, err := s.Input.File.Digest()
	if err != nil {
		return nil, err
	}
	set, sheet := DataSet(s.DataSet, s.Input)
	run, err := s.Ledger.Begin(ctx, journal.Run{
		Kind: kind, File: set, FileDigest: digest, Sheet: sheet, Portal: s.Portal,
		Version: s.Version, Args: s.Settings,
	})
	if err != nil {
		return nil, err
	}
	plan := &Plan{
		Run: run, Way: way, roster: newRoster(way, s.Options.Caller, s.History.TokenName), limit: int32(s.Options.MaxPerOwner),
		anew:   kind == journal.KindPlan && s.Options.Recheck == 0,
		owners: owners{rows: make(map[uint64]ownerRows), seed: maphash.MakeSeed()},
	}
	if err := s.scan(ctx, plan, kind); err != nil {
		return nil, errors.Join(err, s.Ledger.DeleteRun(context.WithoutCancel(ctx), run.ID))
	}
	return plan, nil
}

func (s *Scan) scan(ctx context.Context, plan *Plan, kind journal.Kind) (err error) {
	history, err := NewHistory(ctx, s.History, s.Options)
	if err != nil {
		return err
	}
	present, err := s.newPresence(ctx, plan)
	if err != nil {
		return err
	}
	blanks := make(map[int]bool) // rows without passwords that are done: the second reading takes the same
	if kind == journal.KindRun || kind == journal.KindPlan {
		var failed error
		s.Input.Done = func(index int, row *account.Row) bool {
			done, err := history.Done(ctx, plan.roster.of(row), row)
			failed = cmp.Or(failed, err)
			if done {
				blanks[index] = true
			}
			return done
		}
		defer func() {
			s.Input.Done = func(index int, _ *account.Row) bool { return blanks[index] }
			err = cmp.Or(err, failed)
		}()
	}
	tally := newTally()
	hasher := newRowHasher()
	batch := make([]journal.Entry, 0, entryBatch)
	flush := func() error {
		err := s.Ledger.AddEntries(ctx, batch)
		batch = batch[:0]
		return err
	}
	for row, err := range s.Input.Rows(ctx) {
		if err != nil {
			return err
		}
		batch = append(batch, NewEntry(plan.Run.ID, plan.Rows, row, plan.roster.ownerOf(row)))
		plan.hashes = append(plan.hashes, hasher.of(row))
		left, err := plan.standing(ctx, kind, history, row)
		if err != nil {
			return err
		}
		if err := present.note(ctx, history, plan.roster.of(row), row); err != nil {
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
	plan.hasher, plan.InFile = hasher, s.Input.File.Total()
	if err := s.Ledger.NoteInFile(ctx, plan.Run.ID, plan.InFile); err != nil {
		return err
	}
	plan.close(tally)
	return s.findMissing(ctx, plan, present)
}

// standing says what a run has left to do for the row. Other kinds of runs look
// at every row.
func (p *Plan) standing(ctx context.Context, kind journal.Kind, history *History, row *account.Row) (Standing, error) {
	if row.Invalid() || kind != journal.KindRun && kind != journal.KindPlan {
		return ToDo, nil
	}
	who := p.roster.of(row)
	left, known, err := history.Standing(ctx, who, row)
	if left == Settled {
		p.seen(known.Checked)
	}
	return left, err
}

func (p *Plan) count(row *account.Row, left Standing, t *tally) {
	p.Rows++
	if row.Invalid() {
		p.Invalid++
		return
	}
	if len(row.Problems) > 0 {
		p.Warned++
	}
	p.countOwner(row, left)
	if left != ToDo {
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

func (p *Plan) countOwner(row *account.Row, left Standing) {
	who := p.roster.of(row)
	if who.Via == ByNobody && left != Settled {
		p.Nobody++
		return
	}
	hash := p.owners.hash(who.Name)
	rows := p.owners.rows[hash]
	first := rows.all == rows.idle
	rows.all++
	switch left {
	case Settled:
		rows.settled++
	case Refused:
		rows.refused++
	}
	idle := left == Refused || left == Settled && !p.LooksAnew(who)
	if idle {
		rows.idle++
	}
	p.owners.rows[hash] = rows
	if idle {
		return
	}
	p.RowsBy.count(who.Via)
	if !first {
		return
	}
	p.People.count(who.Via)
	if who.Via == ByActing {
		p.probe(who.Name)
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
	p.Owners = len(p.owners.rows)
	for _, rows := range p.owners.rows {
		if p.limit > 0 && rows.all > p.limit {
			p.OverLimit += int(rows.all)
		} else {
			p.Settled += int(rows.settled)
			p.Refused += int(rows.refused)
		}
	}
	p.Hosts, p.Fills = t.hosts(), t.fills()
}
