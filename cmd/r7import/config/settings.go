// Package config holds everything that can be set about a run and finds out
// what is in force: a flag goes before a variable of the environment, a variable
// before the configuration file, the file before the default.
//
// A [Key] is one thing that can be set; all three ways go through its one parser.
// [Register] makes flags of keys, [Resolve] fills in what no flag said and
// remembers where every value came from.
package config

import "time"

// Settings are the values in force. The zero value is not useful; see [Defaults].
type Settings struct {
	// Where to.
	Portal       string
	Sandbox      bool
	CAFile       string
	InsecureHTTP bool
	State        string // folder; empty is the user's own
	AllowedHosts []string

	// As whom.
	TokenFile          string
	User               string
	PasswordFile       string
	Owner              string
	MaxPerOwner        int
	AllowOwnerMismatch bool
	TOTPSecretFile     string

	// Reading.
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
	WorkbookPasswordFile string
	NumericPasswords     bool
	WithoutPasswords     bool

	// What to do with what is found.
	OnExisting    string
	OnChanged     string
	OnMissing     string
	RetryRefused  bool
	MaxFailures   Share
	MaxChanges    Share
	Canary        int           // rows that go first, on trial; 0 is none
	Disable       bool          // undo only switches off
	Row           int           // that runs resolve is about
	As            string        // what somebody says has become of it
	OlderThan     time.Duration // what runs prune removes
	FailOnWarning bool
	DryRun        bool
	ChangesExit   bool // exit code 10 when a plan has changes pending

	// Pace.
	Rate       Rate
	Workers    int
	PerHost    int
	Timeout    time.Duration
	Settle     time.Duration
	PortalWait time.Duration
	HostWait   time.Duration
	Grace      time.Duration
	Recheck    time.Duration // 0 is never
	Window     string        // 22:00-06:00; empty is always open

	// Out.
	Detect    bool     // ask the DNS and the portal
	Output    string   // file that a command makes
	Force     bool     // overwrite it
	Keep      []string // columns that redact shows
	CSV       bool
	Report    []string
	Proof     string
	JSON      bool
	Yes       bool
	Lang      string
	Quiet     bool
	Verbose   bool
	NoColor   bool
	Progress  string
	LogFile   string
	LogFormat string
}

// Defaults returns the settings of a run about which nothing was said. They are
// gentle to the portal and to the mail servers.
func Defaults() Settings {
	return Settings{
		Owner:       "auto",
		MaxPerOwner: 5,
		OnExisting:  "skip",
		OnChanged:   "update",
		OnMissing:   "report",
		OlderThan:   90 * day,
		Rate:        10,
		Workers:     4,
		PerHost:     2,
		Timeout:     180 * time.Second,
		Settle:      10 * time.Minute,
		PortalWait:  30 * time.Minute,
		HostWait:    5 * time.Minute,
		Grace:       25 * time.Second,
		Progress:    "auto",
		LogFormat:   "text",
	}
}
