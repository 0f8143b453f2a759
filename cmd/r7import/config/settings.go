// Package config holds all settings of a run and decides which values are in
// force: a flag overrides an environment variable, a variable overrides the
// configuration file, and the file overrides the default.
//
// A [Key] is one setting; flag, variable and file all use its one parser.
// [Register] adds flags for keys, [Resolve] sets the keys that no flag set and
// records where every value came from.
package config

import (
	"time"

	"r7import/importer/pace"
	"r7import/importer/policy"
	"r7import/importer/portal"
)

// Settings are the values in force, grouped by the parts of the program that
// read them. The zero value is not useful; see [Defaults].
type Settings struct {
	Target
	Caller
	Table
	MailLogins
	policy.Options // its Caller is filled in by package setup
	Results
	Keeping
	Messages
	Unattended

	// Settings that only single commands read.
	DryRun      bool
	ChangesExit bool          // exit code 10 when a plan has changes pending
	Disable     bool          // undo switches accounts off instead of deleting them
	Row         int           // row that runs resolve settles
	As          string        // outcome of that row as the user states it
	OlderThan   time.Duration // age of the runs that runs prune removes
	Detect      bool          // ask the DNS and the portal for servers
	CSV         bool
	Test        bool // send a test notification
	Proof       []string
	Follow      bool     // keep watching a run in progress
	OfFile      string   // input file whose runs are shown together
	Keep        []string // columns that redact leaves readable
}

// Target is the portal and how to reach it.
type Target struct {
	Portal       string
	Sandbox      bool
	CAFile       string
	InsecureHTTP bool
	State        string // state folder; empty means the user's own
	Rate         Rate
	Timeout      time.Duration
}

// Caller is the user who signs in for rows that name no owner.
type Caller struct {
	Token          string // reference, see [Key.Secret]
	TokenFile      string
	User           string
	Password       string
	PasswordFile   string
	TOTPSecret     string
	TOTPSecretFile string
}

// Table describes how an input file is read.
type Table struct {
	Mapping              string
	Set                  []string
	Preset               string
	Presets              string
	Sheet                string
	HeaderRow            int  // from 1; 0 means detect it
	Delimiter            rune // 0 means detect it
	Encoding             string
	Rows                 string
	Where                []string
	Identity             string
	Passphrase           string
	WorkbookPassword     string
	WorkbookPasswordFile string
	NumericPasswords     bool
	WithoutPasswords     bool
	FailedOf             string // run ID; only its failed rows are read
	AllowedHosts         []string
}

// MailLogins configures the logins to the mail servers from this machine.
type MailLogins struct {
	Preflight      bool // test logins before a run
	Sample         int  // number of rows tested for each pair of servers
	All            bool // test all rows, not just a sample
	Lockout        pace.Lockout
	Resolve        []string // host=ip
	MailCAFile     string
	AnyCertificate bool
}

// Results configures what a command outputs.
type Results struct {
	Report        []string
	Output        string // file that a command creates
	Force         bool   // overwrite the file if it exists
	JSON          bool
	Yes           bool
	Progress      string
	FailOnWarning bool
	Annotation
}

// Annotation configures the copy of the input that shows the outcome of each row.
type Annotation struct {
	Annotate    string // path of the copy, empty for none
	OnlyFailed  bool   // leave out the rows that are as they should be
	KeepSecrets bool   // include the passwords
}

// Keeping configures what lasts from one run to the next.
type Keeping struct {
	DataSet  string // name of the data set; empty means it follows from the file's name
	PlanFile string // saved plan with the changes that may be made
	Out      string // file that a plan is saved to
	KeepDays int    // days for which unattended runs keep runs and their reports
	KeepRuns int    // number of the latest runs kept regardless of age
}

// Unattended holds the settings of scheduled runs.
type Unattended struct {
	Input    []string      // files, patterns and folders to read
	InputAge time.Duration // how long a file in a folder must be unchanged

	NotifyOn     NotifyOn
	MailTo       []string
	MailFrom     string
	MailServer   string // host:port
	MailTLS      string // tls, starttls or off; empty means decide by the port
	MailUser     string
	MailPassword string // reference, see [Key.Secret]

	// Addresses to call, or references to them, see [Key.Called].
	Webhook, HeartbeatStart, HeartbeatEnd, HeartbeatFailure string

	WebhookToken string // reference, see [Key.Secret]
	MetricsFile  string
}

// NotifyOn selects the runs after which notifications are sent.
type NotifyOn string

// The values of NotifyOn. Each includes the ones before it.
const (
	OnFailure NotifyOn = "failure"
	OnChange  NotifyOn = "change" // also when accounts were created, changed or switched off
	Always    NotifyOn = "always"
)

// Messages configures the console output and the log.
type Messages struct {
	Lang      string
	Quiet     bool
	Verbose   bool
	NoColor   bool
	LogFile   string
	LogFormat string
}

// Defaults returns the settings of a run for which nothing is set. They put little
// load on the portal and on the mail servers.
func Defaults() Settings {
	return Settings{
		Target:    Target{Rate: 10, Timeout: portal.DefaultTimeout},
		Options:   policy.Defaults(),
		Results:   Results{Progress: "auto"},
		Messages:  Messages{LogFormat: "text"},
		Keeping:   Keeping{KeepDays: 90, KeepRuns: 20},
		OlderThan: 90 * day,

		Unattended: Unattended{InputAge: 10 * time.Second, NotifyOn: OnFailure},
		MailLogins: MailLogins{Sample: 3},
	}
}
