package preflight

import (
	"cmp"
	"hash/maphash"
	"maps"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/pace"
)

// Use is a server that rows name, with facts about these rows.
type Use struct {
	Server
	Rows  int
	Login bool           // some rows log in there
	Given account.Fields // its fields that cells gave
	Ruled account.Fields // its fields that a rule filled in
}

// Job is a login for all rows that ask for exactly the same logins.
type Job struct {
	Index    int // of the first row
	Settings account.Settings
	Outcome  Outcome
}

// Survey collects the servers and logins of the valid rows of a file, and chooses the
// rows that are tried. It is not safe for concurrent use.
type Survey struct {
	Sample int // logins tried for each pair of servers, 0 is all

	servers  map[Server]*Use
	chosen   map[[2]Server]int
	byLogins map[string]*Job
	list     []*Job
	byRow    map[int]*Job // by the row's index

	seed      maphash.Seed
	passwords map[uint64]*sharing
}

// sharing describes rows that have the same password.
type sharing struct {
	login   string // of the first
	several bool   // the rows have different logins
	count   int
	first   int
	rows    []string
}

const (
	manyShare = 3 // rows with the same password from which on there is a warning
	rowsShown = 8
)

// NewSurvey returns an empty survey. sample bounds the logins for each pair of servers, 0 is all.
func NewSurvey(sample int) *Survey {
	return &Survey{
		Sample: sample, servers: make(map[Server]*Use), chosen: make(map[[2]Server]int), byLogins: make(map[string]*Job),
		byRow: make(map[int]*Job), seed: maphash.MakeSeed(), passwords: make(map[uint64]*sharing),
	}
}

// Add adds a valid row. tried says whether its login may be chosen.
func (s *Survey) Add(index int, row *account.Row, tried bool) {
	set := &row.Settings
	in, out := ServersOf(set)
	outLogin := set.SMTPAuth && set.Outgoing.Auth != account.NoAuth
	s.use(in, row, true, account.ServerHost, account.Port, account.IncomingEncryption, account.IMAP)
	s.use(out, row, outLogin, account.SMTPServer, account.SMTPPort, account.OutgoingEncryption)
	s.share(row)
	if !tried {
		return
	}
	key := jobKey(set, in, out)
	job := s.byLogins[key]
	pair := [2]Server{in, out}
	switch {
	case job != nil: // the same login is tried anyway
	case s.Sample > 0 && s.chosen[pair] >= s.Sample:
		return
	default:
		s.chosen[pair]++
		job = &Job{Index: index, Settings: *set}
		s.byLogins[key] = job
		s.list = append(s.list, job)
	}
	s.byRow[index] = job
}

// jobKey returns a key that is the same for rows that ask for the same logins.
func jobKey(s *account.Settings, in, out Server) string {
	return strings.Join([]string{
		in.String(), s.Incoming.Login, s.Incoming.Password.Reveal(), s.Incoming.Auth.String(),
		out.String(), s.Outgoing.Login, s.Outgoing.Password.Reveal(), s.Outgoing.Auth.String(), strconv.FormatBool(s.SMTPAuth),
	}, "\x00")
}

func (s *Survey) use(server Server, row *account.Row, login bool, fields ...account.Field) {
	u := s.servers[server]
	if u == nil {
		u = &Use{Server: server}
		s.servers[server] = u
	}
	u.Rows++
	u.Login = u.Login || login
	for _, f := range fields {
		if row.Given.Has(f) {
			u.Given = u.Given.With(f)
		} else if row.Fills[f] == account.FromRule {
			u.Ruled = u.Ruled.With(f)
		}
	}
}

func (s *Survey) share(row *account.Row) {
	hash := maphash.String(s.seed, row.Settings.Incoming.Password.Reveal())
	login := strings.ToLower(row.Settings.Incoming.Login)
	shared := s.passwords[hash]
	if shared == nil {
		shared = &sharing{login: login, first: row.Number}
		s.passwords[hash] = shared
	}
	shared.several = shared.several || shared.login != login
	shared.count++
	if len(shared.rows) < rowsShown {
		shared.rows = append(shared.rows, strconv.Itoa(row.Number))
	}
}

// Shared returns a warning for each password that many rows share, the most frequent first.
func (s *Survey) Shared() (warnings []diagnosis.Problem) {
	var all []*sharing
	for _, shared := range s.passwords {
		if shared.several && shared.count >= manyShare {
			all = append(all, shared)
		}
	}
	slices.SortFunc(all, func(a, b *sharing) int { return cmp.Or(b.count-a.count, a.first-b.first) })
	for _, shared := range all {
		list := strings.Join(shared.rows, ", ")
		if shared.count > len(shared.rows) {
			list += ", …"
		}
		warnings = append(warnings, *diagnosis.New(diagnosis.SharedPassword, "Count", shared.count, "Rows", list))
	}
	return warnings
}

// Uses returns the servers by side, those with the most rows first.
func (s *Survey) Uses() []Use {
	uses := make([]Use, 0, len(s.servers))
	for _, u := range s.servers {
		uses = append(uses, *u)
	}
	slices.SortFunc(uses, func(a, b Use) int {
		return cmp.Or(cmp.Compare(a.Side(), b.Side()), b.Rows-a.Rows, cmp.Compare(a.String(), b.String()))
	})
	return uses
}

// Jobs returns the logins that are tried, in the order of the file.
func (s *Survey) Jobs() []*Job { return s.list }

// JobOf returns the login that is tried for a row, nil if it is not chosen.
func (s *Survey) JobOf(index int) *Job { return s.byRow[index] }

// rests is the number of failed probes of a server after which its rows are given up
// and not tried.
const rests = 1

// Worst returns the number of logins that servers would refuse if every password were wrong.
func (s *Survey) Worst(perHost int) (worst pace.Lockout) {
	logins := make(map[string]int)
	all, ofRow := make(map[string]int), make(map[string]int) // refusals by host, of all rows and the most of one row
	for _, job := range s.list {
		set := &job.Settings
		in, out := ServersOf(set)
		logins[loginKey(in, set.Incoming.Login)]++
		at := map[string]int{in.Host: 1}
		if set.SMTPAuth && set.Outgoing.Auth != account.NoAuth {
			switch same := sameCredential(set); {
			case !same:
				logins[loginKey(out, set.Outgoing.Login)]++
				at[out.Host]++
			case out.Host != in.Host: // sent only if the incoming server accepts it
				at[out.Host]++
			}
		}
		for host, n := range at {
			all[host], ofRow[host] = all[host]+n, max(ofRow[host], n)
		}
	}
	for _, n := range logins {
		worst.Account = max(worst.Account, n)
	}
	for _, host := range slices.Sorted(maps.Keys(all)) {
		if n := min(all[host], ofRow[host]*pace.MostRefused(perHost, rests)); n > worst.Address {
			worst.Address, worst.Host = n, host
		}
	}
	return worst
}

// loginKey returns the account for which failures are counted: an address is the same account at every server.
func loginKey(server Server, login string) string {
	login = strings.ToLower(login)
	if !strings.Contains(login, "@") {
		login += "\x00" + server.Host
	}
	return login
}
