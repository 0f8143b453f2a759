package portalsim

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// Options describe the portal to simulate. The zero value is a healthy portal of the newest
// version: any address or GUID with a non-empty password signs in, every mail server
// accepts every login, no request is delayed, impersonation is off. The YAML keys are
// those of a scenario file.
type Options struct {
	Version  string `yaml:"version"`  // 12.7.1 when empty
	Language string `yaml:"language"` // the portal's, en or ru; en when empty
	Seed     uint64 `yaml:"seed"`     // of all random choices; the same seed and requests meet the same faults

	People     []Person          `yaml:"people"`
	Invent     int               `yaml:"invent"`      // the number of invented people the portal starts with
	OnlyPeople bool              `yaml:"only_people"` // an unknown person is not created on first sign-in
	Tokens     map[string]string `yaml:"tokens"`      // tokens valid from the start: token to address or GUID
	TokenLife  time.Duration     `yaml:"token_life"`  // a year when 0
	TimeZone   string            `yaml:"time_zone"`   // the server's, +03:00 when empty
	BruteForce BruteForce        `yaml:"brute_force"`

	State         State         `yaml:"state"`         // of the portal; active when empty
	IPRestricted  bool          `yaml:"ip_restricted"` // every person but the owner is refused by client address
	MailOff       bool          `yaml:"mail_off"`      // the mail product is off for all people
	LDAP          bool          `yaml:"ldap"`
	SSO           bool          `yaml:"sso"`
	Impersonation Impersonation `yaml:"impersonation"`
	Hosted        bool          `yaml:"hosted"` // a portal in the vendor's cloud, not on a customer's server
	Debug         bool          `yaml:"debug"`  // errors include type and stack, as in debug builds
	Gzip          bool          `yaml:"gzip"`   // answers are compressed if the client asks for it

	MailHosts      []MailHost          `yaml:"mail_hosts"` // the first that matches a login decides; none: every login passes
	Providers      map[string]Provider `yaml:"providers"`  // by domain, in addition to providers.yaml, for accounts/setups and accounts/simple
	Timeouts       Timeouts            `yaml:"timeouts"`
	StrictDatabase bool                `yaml:"strict_database"` // over-long values fail instead of being cut
	SaveGap        time.Duration       `yaml:"save_gap"`        // between look-up and insert, part of the latency: 1 ms when 0, 0 if negative
	RemoveTime     time.Duration       `yaml:"remove_time"`     // duration of a removal: 50 ms when 0, none when negative
	ListCache      time.Duration       `yaml:"list_cache"`      // how long the list of accounts is cached: 20 min when 0
	Accounts       []Account           `yaml:"accounts"`        // the mailboxes the portal starts with

	// RealLogins performs the logins that no rule of MailHosts decides; if nil, they pass. It must be safe for concurrent use.
	RealLogins func(context.Context, MailLogin) MailAnswer `yaml:"-"`

	Latency  time.Duration `yaml:"latency"`  // of every request
	Spread   time.Duration `yaml:"spread"`   // greatest deviation from Latency, uniformly distributed
	Gateway  time.Duration `yaml:"gateway"`  // how long the front server waits before it answers 504: 10 min when 0
	Limit    Limit         `yaml:"limit"`    // of the reverse proxy
	Faults   []Fault       `yaml:"faults"`   // the first that matches is applied to a request
	Restarts []Restart     `yaml:"restarts"` // of the server process

	KeepRequests int `yaml:"keep_requests"` // how many of the last requests are kept: 100,000 when 0
}

// BruteForce limits sign-ins (web/core/ASC.Web.Core/Utility/LoginSettings.cs).
type BruteForce struct {
	Attempts int           `yaml:"attempts"` // 5 when 0
	Period   time.Duration `yaml:"period"`   // in which attempts are counted: 60 s when 0
	Block    time.Duration `yaml:"block"`    // how long sign-ins are refused after one attempt too many: 60 s when 0
}

// Timeouts are the timeouts of the login test (MAIL/Defines.cs). Each side, incoming and
// outgoing, has Connect and then Login. Tests set shorter ones.
type Timeouts struct {
	Connect time.Duration `yaml:"connect"` // 15 s when 0, 10 s before 11.0
	Login   time.Duration `yaml:"login"`   // 30 s when 0
	Close   time.Duration `yaml:"close"`   // of LOGOUT or QUIT under TLS: 30 s when 0; without TLS there is no limit
}

// Impersonation depends on three things: the server's configuration, the owner's setting,
// and the caller (web/core/ASC.Web.Core/Utility/ImpersonationSettings.cs).
type Impersonation struct {
	Available         bool     `yaml:"available" json:"-"`            // core.user.impersonate, false as shipped
	Enabled           bool     `yaml:"enabled" json:"enabled"`        // by the owner
	EnableType        int      `yaml:"enable_type" json:"enableType"` // 0 the owner only, 1 all full administrators, 2 AllowedAdmins
	OnlyForOwnGroups  bool     `yaml:"only_for_own_groups" json:"onlyForOwnGroups"`
	AllowedAdmins     []string `yaml:"allowed_admins" json:"allowedAdmins"` // addresses or GUIDs
	RestrictionUsers  []string `yaml:"restriction_users" json:"restrictionUsers"`
	RestrictionGroups []string `yaml:"restriction_groups" json:"restrictionGroups"`
}

// State is the state of the whole portal (web/studio/ASC.Web.Studio/Global.asax.cs).
type State string

// The states of a portal.
const (
	Active       State = "active"
	Missing      State = "missing"      // no portal has that host name: 404, empty
	Suspended    State = "suspended"    // 404, empty; capabilities.json still answers
	Removed      State = "removed"      // 404, empty
	Restoring    State = "restoring"    // 503, empty; capabilities.json still answers
	Transferring State = "transferring" // answers as Restoring
	Migrating    State = "migrating"    // answers as Restoring
	Encrypting   State = "encrypting"   // answers as Restoring
	Unpaid       State = "unpaid"       // 402, empty; capabilities.json still answers
	Overdue      State = "overdue"      // 402 with an envelope, after the arguments have been bound
	WarmingUp    State = "warming-up"   // an HTML page with status 200, as old releases answer while starting
	MailAbsent   State = "mail-absent"  // the mail module is not installed: its routes are unknown
)

// stateStatus is the HTTP status that a state answers with at once; 0 lets the request pass.
var stateStatus = map[State]int{
	Active: 0, Missing: 404, Suspended: 404, Removed: 404, Restoring: 503, Transferring: 503, Migrating: 503, Encrypting: 503,
	Unpaid: 402, Overdue: 0, WarmingUp: 0, MailAbsent: 0,
}

// complete fills in the defaults.
func (o *Options) complete() {
	o.Language = cmp.Or(o.Language, "en")
	o.State = cmp.Or(o.State, Active)
	o.TokenLife = cmp.Or(o.TokenLife, 365*24*time.Hour)
	o.TimeZone = cmp.Or(o.TimeZone, "+03:00")
	o.BruteForce.Attempts = cmp.Or(o.BruteForce.Attempts, 5)
	o.BruteForce.Period = cmp.Or(o.BruteForce.Period, time.Minute)
	o.BruteForce.Block = cmp.Or(o.BruteForce.Block, time.Minute)
	o.Timeouts.Login = cmp.Or(o.Timeouts.Login, 30*time.Second)
	o.Timeouts.Close = cmp.Or(o.Timeouts.Close, 30*time.Second)
	o.SaveGap = cmp.Or(o.SaveGap, time.Millisecond)
	o.RemoveTime = cmp.Or(o.RemoveTime, 50*time.Millisecond)
	o.ListCache = cmp.Or(o.ListCache, 20*time.Minute)
	o.Gateway = cmp.Or(o.Gateway, 10*time.Minute)
	o.KeepRequests = cmp.Or(o.KeepRequests, 100_000)
}

// Validate returns an error that names the first invalid option, nil if there is none.
func (o *Options) Validate() error {
	if _, err := parseVersion(o.Version); err != nil {
		return fmt.Errorf("version: %w", err)
	}
	if _, known := stateStatus[o.State]; o.State != "" && !known {
		return fmt.Errorf("state: %q is none of the portal's states", o.State)
	}
	if _, err := parseZone(o.TimeZone); err != nil {
		return fmt.Errorf("time_zone: %w", err)
	}
	for _, name := range o.Tokens {
		if !isGUID(name) && !looksLikeEmail(name) {
			return fmt.Errorf("tokens: %q is neither an address nor a GUID", name)
		}
	}
	if o.Spread > o.Latency {
		return fmt.Errorf("spread: %v is more than the latency", o.Spread)
	}
	return cmp.Or(
		each("people", o.People, (*Person).Validate), each("mail_hosts", o.MailHosts, (*MailHost).validate),
		each("accounts", o.Accounts, (*Account).validate), each("faults", o.Faults, (*Fault).validate),
		each("restarts", o.Restarts, (*Restart).validate),
	)
}

// each validates the items of a list. The error names the first invalid one.
func each[T any](name string, items []T, validate func(*T) error) error {
	for i := range items {
		if err := validate(&items[i]); err != nil {
			return fmt.Errorf("%s[%d]: %w", name, i, err)
		}
	}
	return nil
}

// Validate returns an error for the first invalid field, nil if there is none.
func (p *Person) Validate() error {
	if !looksLikeEmail(p.Email) {
		return fmt.Errorf("email %q is no address", p.Email)
	}
	if p.ID != "" && !isGUID(p.ID) {
		return fmt.Errorf("id %q is no GUID", p.ID)
	}
	if _, ok := statuses[p.Status]; !ok {
		return fmt.Errorf("status %q is none of active, terminated, leave", p.Status)
	}
	if p.TwoFactor != "" && p.TwoFactor != twoFactorSMS && p.TwoFactor != twoFactorApp {
		return fmt.Errorf("two_factor %q is none of sms, app", p.TwoFactor)
	}
	return nil
}

// parseZone parses an offset like +03:00 or a name of the time zone database; "" is +03:00.
func parseZone(s string) (*time.Location, error) {
	if s == "" {
		s = "+03:00"
	}
	if offset, ok := parseOffset(s); ok {
		if offset == 0 {
			return time.UTC, nil
		}
		return time.FixedZone(s, int(offset.Seconds())), nil
	}
	zone, err := time.LoadLocation(s)
	if err != nil || strings.EqualFold(s, "local") {
		return nil, fmt.Errorf("%q is neither an offset like +03:00 nor a zone's name", s)
	}
	return zone, nil
}
