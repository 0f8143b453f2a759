// Package config holds everything that can be set about a run and finds out
// what is in force: a flag goes before a variable of the environment, a variable
// before the configuration file, the file before the default.
//
// A [Key] is one thing that can be set; all three ways go through its one parser.
// [Register] makes flags of keys, [Resolve] fills in what no flag said and
// remembers where every value came from.
package config

import (
	"time"

	"r7import/importer/pace"
	"r7import/importer/policy"
	"r7import/importer/portal"
)

// Settings are the values in force, in the groups that the parts of the program
// read. The zero value is not useful; see [Defaults].
type Settings struct {
	Target
	Caller
	Table
	MailLogins
	policy.Options // whose Caller is found by those that sign in
	Results
	Keeping
	Messages
	Unattended

	// What single commands read.
	DryRun      bool
	ChangesExit bool          // exit code 10 when a plan has changes pending
	Disable     bool          // undo only switches off
	Row         int           // that runs resolve is about
	As          string        // what has become of it by the word of the user
	OlderThan   time.Duration // what runs prune removes
	Detect      bool          // ask the DNS and the portal
	CSV         bool
	Test        bool // send a test notification
	Proof       []string
	Follow      bool     // a run that goes on
	OfFile      string   // whose runs are shown together
	Keep        []string // columns that redact shows
}

// Target is the portal, and how it is reached.
type Target struct {
	Portal       string
	Sandbox      bool
	CAFile       string
	InsecureHTTP bool
	State        string // folder; empty is the user's own
	Rate         Rate
	Timeout      time.Duration
}

// Caller is who signs in where a row names nobody.
type Caller struct {
	Token          string // where it is, see [Key.Secret]
	TokenFile      string
	User           string
	Password       string
	PasswordFile   string
	TOTPSecret     string
	TOTPSecretFile string
}

// Table is how a file is read.
type Table struct {
	Mapping              string
	Set                  []string
	Preset               string
	Presets              string
	Sheet                string
	HeaderRow            int  // 0 is to be found
	Delimiter            rune // 0 is to be found
	Encoding             string
	Rows                 string
	Where                []string
	Identity             string
	Passphrase           string
	WorkbookPassword     string
	WorkbookPasswordFile string
	NumericPasswords     bool
	WithoutPasswords     bool
	FailedOf             string // run whose failed rows alone are read
	AllowedHosts         []string
}

// MailLogins are the logins to the mail servers from this machine.
type MailLogins struct {
	Preflight      bool // before a run
	Sample         int  // rows of each pair of servers
	All            bool // rows, and not just a sample
	Lockout        pace.Lockout
	Resolve        []string // host=ip
	MailCAFile     string
	AnyCertificate bool
}

// Results are what a command makes, and for whom.
type Results struct {
	Report        []string
	Output        string // file that a command makes
	Force         bool   // overwrite it
	JSON          bool
	Yes           bool
	Progress      string
	FailOnWarning bool
	Annotation
}

// Annotation is the copy of the input with what became of its rows.
type Annotation struct {
	Annotate    string // where it goes, empty for none
	OnlyFailed  bool   // without the rows that are as they should be
	KeepSecrets bool   // with the passwords
}

// Keeping is what goes on from run to run.
type Keeping struct {
	DataSet  string // what the rows are called; empty is by the file's name
	PlanFile string // holds the changes that may be made
	Out      string // file that a plan is saved to
	KeepDays int    // runs and their reports are kept for so long by unattended runs,
	KeepRuns int    // and the latest of them however old they are
}

// Unattended are the settings of a run that nobody watches.
type Unattended struct {
	Input    []string      // files, patterns and folders to read
	InputAge time.Duration // that a file in a folder must have rested

	NotifyOn     NotifyOn
	MailTo       []string
	MailFrom     string
	MailServer   string // host:port
	MailTLS      string // tls, starttls or off; empty goes by the port
	MailUser     string
	MailPassword string // where it is, see [Key.Secret]

	// Addresses to call, or where these are.
	Webhook, HeartbeatStart, HeartbeatEnd, HeartbeatFailure string

	WebhookToken string // where it is
	MetricsFile  string
}

// NotifyOn says after which runs notifications are sent.
type NotifyOn string

// Each of them includes the ones before it.
const (
	OnFailure NotifyOn = "failure"
	OnChange  NotifyOn = "change" // or when accounts were made, changed or switched off
	Always    NotifyOn = "always"
)

// Messages are the talk to the person and to the log.
type Messages struct {
	Lang      string
	Quiet     bool
	Verbose   bool
	NoColor   bool
	LogFile   string
	LogFormat string
}

// Defaults returns the settings of a run about which nothing was said. They are
// gentle to the portal and to the mail servers.
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
