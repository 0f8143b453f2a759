package plan

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"hash/maphash"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/policy"
)

// entryBatch is the number of rows that the scan stores at once.
const entryBatch = 512

// Plan is the result of one reading of the file and the input of a run. Nothing has
// been sent for it. It is safe for concurrent use, except for Same.
type Plan struct {
	Run    journal.Run
	Way    policy.OwnerWay // how the owners of the rows' accounts are chosen
	Caller Identity        // the person the run signs in as
	Summary

	Anew     bool            // a dry run that also looks at rows that are Settled
	Lenders  map[string]bool // owners whose rows have the credentials for accounts without a row
	Appended int             // accounts without a row, stored after the rows of the run
	Probes   []string        // a random few of the people an administrator would act as

	holder    string // address of the caller, empty if unknown
	tokenName func(account.Secret) string

	hashes  []rowHash
	hasher  *rowHasher
	owners  map[uint64]ownerRows // by a hash of their names
	seed    maphash.Seed
	rowless map[string]bool // people without rows whom an administrator acts as for missing accounts
}

// ownerRows counts the rows of one owner.
type ownerRows struct{ all, settled, refused, idle int32 } // idle rows need no sign-in

// Same reports whether the row is the same as in the first reading at that index. It
// must not be called from two goroutines at a time.
func (p *Plan) Same(index int, row *account.Row) bool {
	return index < len(p.hashes) && p.hashes[index] == p.hasher.of(row)
}

// RowsOf returns the number of valid rows for the person with that name.
func (p *Plan) RowsOf(name string) int { return int(p.owners[maphash.String(p.seed, name)].all) }

// Wants reports whether the plan has rows or missing accounts for the person with that name.
func (p *Plan) Wants(name string) bool { return p.RowsOf(name) > 0 || p.rowless[name] }

// ActsAs returns the number of people an administrator is to act as.
func (p *Plan) ActsAs() int { return p.People.Acting + len(p.rowless) }

// DataSet returns the name that runs over the same rows share: the given name, else
// that of the file and the sheet.
func DataSet(name string, input *Input) (set, sheet string) {
	if name != "" {
		return name, ""
	}
	return input.File.Name(), input.File.Sheet()
}

// Scan holds what is needed to make a plan.
type Scan struct {
	Input   *Input
	Options *policy.Options
	History *journal.Store // earlier runs
	Ledger  *journal.Store // the new run
	Portal  string         // its URL
	DataSet string         // name of the rows from run to run; empty means the file's name
	// Version of the program and its Settings are stored with the run.
	Version  string
	Settings json.RawMessage
}

// newPlan returns a plan without rows, whose method Who is ready for use.
func (s *Scan) newPlan() *Plan {
	c := s.Options.Caller
	p := &Plan{
		Way: WayFor(s.Options.Owner, s.Input.Binding), holder: cmp.Or(c.User, c.Holder), tokenName: s.History.TokenName,
		hasher: &rowHasher{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}},
		owners: make(map[uint64]ownerRows), seed: maphash.MakeSeed(),
	}
	p.Caller = Identity{Via: ByCaller, Login: account.Owner{User: c.User, Password: c.Password, Token: c.Token}}
	p.Caller.Name = p.name(p.Caller.Login)
	return p
}

// Prepare reads the file once, checks every row, and stores the rows in the
// journal under a new run, each as invalid or as not tried. It sends nothing.
// kind is the kind of the run in the list of runs.
func (s *Scan) Prepare(ctx context.Context, kind journal.Kind) (*Plan, error) {
	plan := s.newPlan()
	plan.Anew = kind == journal.KindPlan && s.Options.Recheck == 0
	if s.lacksCaller(plan.Way) {
		return nil, diagnosis.New(diagnosis.NoCaller)
	}
	digest, err := s.Input.File.Digest()
	if err != nil {
		return nil, err
	}
	set, sheet := DataSet(s.DataSet, s.Input)
	plan.Run, err = s.Ledger.Begin(ctx, journal.Run{
		Kind: kind, File: set, FileDigest: digest, Sheet: sheet, Portal: s.Portal,
		Version: s.Version, Args: s.Settings,
	})
	if err != nil {
		return nil, err
	}
	if err := s.scan(ctx, plan); err != nil {
		return nil, errors.Join(err, s.Ledger.DeleteRun(context.WithoutCancel(ctx), plan.Run.ID))
	}
	return plan, nil
}

func (s *Scan) scan(ctx context.Context, plan *Plan) (err error) {
	history, err := NewHistory(ctx, s.History, s.Options)
	if err != nil {
		return err
	}
	// Other kinds of runs look at every row.
	converges := plan.Run.Kind == journal.KindRun || plan.Run.Kind == journal.KindPlan
	blanks := make(map[int]bool) // rows without passwords that are done, for the second reading
	if converges {
		var failed error
		s.Input.Done = func(index int, row *account.Row) bool {
			done, err := history.Done(ctx, plan.Who(row), row)
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
	findsMissing := converges && s.Options.OnMissing != ""
	tally := tally{hosts: make(map[HostUse]int)}
	present := presence{seed: maphash.MakeSeed()}
	batch := make([]journal.Entry, 0, entryBatch)
	for row, err := range s.Input.Rows(ctx) {
		if err != nil {
			return err
		}
		batch = append(batch, NewEntry(plan.Run.ID, plan.Rows, row, plan.OwnerOf(row)))
		plan.hashes = append(plan.hashes, plan.hasher.of(row))
		left, known := ToDo, journal.Account{}
		if converges && !row.Invalid() {
			if left, known, err = history.Standing(ctx, plan.Who(row), row); err != nil {
				return err
			}
		}
		if findsMissing {
			if err := present.note(ctx, history, plan.Who(row), row); err != nil {
				return err
			}
		}
		plan.count(row, left, known.Checked, &tally)
		if len(batch) == entryBatch {
			if err := s.Ledger.AddEntries(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := s.Ledger.AddEntries(ctx, batch); err != nil {
		return err
	}
	plan.InFile = s.Input.File.Total()
	if err := s.Ledger.NoteInFile(ctx, plan.Run.ID, plan.InFile); err != nil {
		return err
	}
	plan.close(&tally, s.Options.MaxPerOwner)
	if !findsMissing {
		return nil
	}
	return s.findMissing(ctx, plan, &present)
}

// tally counts the servers and filled-in fields of the rows that are to be sent.
type tally struct {
	hosts map[HostUse]int
	fills [account.NumFields][account.FromRule + 1]int
}

// count counts a row. left is what is left to do for it, checked when its account was last seen.
func (p *Plan) count(row *account.Row, left Standing, checked time.Time, t *tally) {
	p.Rows++
	if row.Invalid() {
		p.Invalid++
		return
	}
	if len(row.Problems) > 0 {
		p.Warned++
	}
	if left == Settled && (p.SeenFrom.IsZero() || checked.Before(p.SeenFrom)) {
		p.SeenFrom = checked
	}
	if left == Settled && checked.After(p.SeenTo) {
		p.SeenTo = checked
	}
	p.countOwner(p.Who(row), left)
	if left != ToDo {
		return
	}
	if row.Settings.Restrict {
		p.LastDays++
	} else {
		p.WholeHistory++
	}
	in, out := row.Settings.Incoming, row.Settings.Outgoing
	t.hosts[HostUse{Side: diagnosis.Incoming, Host: in.Host, Port: in.Port}]++
	t.hosts[HostUse{Side: diagnosis.Outgoing, Host: out.Host, Port: out.Port}]++
	for f, origin := range row.Fills {
		t.fills[f][origin]++
	}
}

// probesWanted is the number of people for whom the portal is asked whether it lets
// an administrator act as others at all.
const probesWanted = 8

func (p *Plan) countOwner(who Identity, left Standing) {
	if who.Via == ByNobody && left != Settled {
		p.Nobody++
		return
	}
	hash := maphash.String(p.seed, who.Name)
	rows := p.owners[hash]
	first := rows.all == rows.idle
	rows.all++
	switch left {
	case Settled:
		rows.settled++
	case Refused:
		rows.refused++
	}
	idle := left == Refused || left == Settled && !(p.Anew && who.Via != ByNobody)
	if idle {
		rows.idle++
	}
	p.owners[hash] = rows
	if idle {
		return
	}
	p.RowsBy.count(who.Via)
	if !first {
		return
	}
	p.People.count(who.Via)
	if who.Via != ByActing {
		return
	}
	if len(p.Probes) < probesWanted { // reservoir sampling: each person has the same chance
		p.Probes = append(p.Probes, who.Name)
	} else if i := rand.IntN(p.People.Acting); i < probesWanted {
		p.Probes[i] = who.Name
	}
}

// close completes the counts. limit bounds the addresses of one owner, 0 is no bound.
func (p *Plan) close(t *tally, limit int) {
	p.Owners = len(p.owners)
	for _, rows := range p.owners {
		if limit > 0 && int(rows.all) > limit {
			p.OverLimit += int(rows.all)
		} else {
			p.Settled += int(rows.settled)
			p.Refused += int(rows.refused)
		}
	}
	p.Hosts = make([]HostUse, 0, len(t.hosts))
	for use, rows := range t.hosts {
		use.Rows = rows
		p.Hosts = append(p.Hosts, use)
	}
	slices.SortFunc(p.Hosts, func(a, b HostUse) int {
		return cmp.Or(cmp.Compare(a.Side, b.Side), b.Rows-a.Rows, strings.Compare(a.Host, b.Host), a.Port-b.Port)
	})
	for f := range account.NumRequestFields {
		for origin := account.FromMapping; origin <= account.FromRule; origin++ {
			if rows := t.fills[f][origin]; rows > 0 {
				p.Fills = append(p.Fills, FillUse{Field: f.String(), Origin: origin.String(), Rows: rows})
			}
		}
	}
}
