package config

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"r7import/importer/diagnosis"
	"r7import/importer/typo"
)

// Origin is the place a value came from.
type Origin string

// The origins, weakest first.
const (
	ByDefault     Origin = "default"
	ByFile        Origin = "file"
	ByJob         Origin = "job"
	ByEnvironment Origin = "environment"
	ByFlag        Origin = "flag"
)

var strength = []Origin{ByDefault, ByFile, ByJob, ByEnvironment, ByFlag}

// Origins maps the names of keys to the origins of their values. A key without an entry has its default.
type Origins map[string]Origin

// Of returns the origin of a key's value.
func (o Origins) Of(k *Key) Origin { return cmp.Or(o[k.Name], ByDefault) }

// Environment is a set of environment variables. An empty variable counts as not set.
type Environment map[string]string

// NewEnvironment returns the variables of a list in the form of os.Environ.
func NewEnvironment(list []string) Environment {
	env := make(Environment, len(list))
	for _, pair := range list {
		if name, text, ok := strings.Cut(pair, "="); ok && text != "" {
			env[name] = text
		}
	}
	return env
}

// Get returns the value of a variable, empty if it is not set.
func (e Environment) Get(name string) string { return e[name] }

// Register adds a flag for each named key. Parsing the flags writes into s, which
// must hold the defaults before. It panics if a name is not that of a key.
func Register(flags *pflag.FlagSet, s *Settings, names ...string) {
	for _, name := range names {
		k, known := Named(name)
		if !known {
			panic("config: no key " + name)
		}
		short := k.Short
		if short != "" && flags.ShorthandLookup(short) != nil {
			short = "" // happens only where all keys become flags
		}
		flag := flags.VarPF(&value{key: k, settings: s}, k.Name, short, "")
		if k.Value == "" {
			flag.NoOptDefVal = "true"
		}
	}
}

// value lets pflag set a key.
type value struct {
	key      *Key
	settings *Settings
}

// Set implements pflag.Value. Its error is a *diagnosis.Problem.
func (v *value) Set(text string) error {
	if problem := v.key.set(v.settings, text); problem != nil {
		return named(problem, "--"+v.key.Name)
	}
	return nil
}

func (v *value) String() string {
	if v.key == nil {
		return "" // pflag calls String on a zero value
	}
	return v.key.Show(v.settings)
}

// Type implements pflag.Value; the shell completions of cobra look for "bool".
func (v *value) Type() string {
	if v.key.Value == "" {
		return "bool"
	}
	return v.key.Value
}

// named returns the problem with the name of the flag, variable or line that set the value.
func named(problem *diagnosis.Problem, name string) *diagnosis.Problem {
	facts := diagnosis.Args{"Name": name}
	maps.Copy(facts, problem.Args)
	return &diagnosis.Problem{Code: problem.Code, Args: facts}
}

// Resolve sets in s every key that has a flag in flags and was not given as a flag. The
// value comes from the environment, or else from the first of the files that sets the key.
// Each line of a list's variable is one item. Resolve returns all problems at once, as
// diagnosis.Problems.
func Resolve(flags *pflag.FlagSet, s *Settings, env Environment, files ...File) (Origins, error) {
	origins, from := make(Origins), make(map[string]*File)
	for _, k := range Keys {
		flag := flags.Lookup(k.Name)
		file := slices.IndexFunc(files, func(f File) bool { return f.values[k.Name] != nil })
		switch {
		case flag == nil:
		case flag.Changed:
			origins[k.Name] = ByFlag
		case env.Get(k.Variable()) != "":
			origins[k.Name] = ByEnvironment
		case file >= 0 && files[file].Name != "":
			origins[k.Name], from[k.Name] = ByJob, &files[file]
		case file >= 0:
			origins[k.Name], from[k.Name] = ByFile, &files[file]
		}
	}
	problems := origins.decide()
	for _, k := range Keys {
		switch origin := origins[k.Name]; {
		case origin == ByEnvironment && k.Secret():
			_ = k.set(s, InEnvironment+":"+k.Variable()) // cannot fail: the form is right
		case origin == ByEnvironment:
			problems = append(problems, fromVariable(k, s, env.Get(k.Variable()))...)
		case origin != "" && from[k.Name] != nil:
			problems = append(problems, from[k.Name].apply(k, s)...)
		}
	}
	if len(problems) > 0 {
		return origins, problems
	}
	return origins, nil
}

// decide keeps, of keys that exclude each other, the one with the strongest origin. Two
// with the same origin are a problem, and both are removed.
func (o Origins) decide() (problems diagnosis.Problems) {
	for i, k := range Keys {
		for _, rival := range Keys[i+1:] {
			if k.Either == "" || rival.Either != k.Either || o[k.Name] == "" || o[rival.Name] == "" {
				continue
			}
			switch stronger := slices.Index(strength, o[k.Name]) - slices.Index(strength, o[rival.Name]); {
			case stronger > 0:
				delete(o, rival.Name)
			case stronger < 0:
				delete(o, k.Name)
			default:
				problems = append(problems, *diagnosis.New(diagnosis.FlagsTogether, "First", "--"+k.Name, "Second", "--"+rival.Name))
				delete(o, k.Name)
				delete(o, rival.Name)
			}
		}
	}
	return problems
}

func fromVariable(k *Key, s *Settings, text string) (problems diagnosis.Problems) {
	if k.Guarded != nil && k.Guarded(text) {
		return diagnosis.Problems{*diagnosis.New(diagnosis.GuardInEnvironment, "Variable", k.Variable(), "Name", "--"+k.Name)}
	}
	items := []string{text}
	if k.List {
		items = slices.DeleteFunc(strings.Split(text, "\n"), func(item string) bool { return strings.TrimSpace(item) == "" })
	}
	for _, item := range items {
		if problem := k.set(s, item); problem != nil {
			problems = append(problems, *named(problem, k.Variable()))
		}
	}
	return problems
}

func (f *File) apply(k *Key, s *Settings) (problems diagnosis.Problems) {
	for _, v := range f.values[k.Name] {
		if f.Variable != "" && k.Guarded != nil && k.Guarded(v.text) {
			problems = append(problems, *diagnosis.New(diagnosis.GuardInFile, "Name", "--"+k.Name, "File", f.Path, "Variable", f.Variable))
			continue
		}
		if problem := k.set(s, v.text); problem != nil {
			where := fmt.Sprintf("%s [%d:%d] %s", f.Path, v.at.Line, v.at.Column, k.Name)
			problems = append(problems, *named(problem, where))
		}
	}
	return problems
}

// Check parses every value of a file and of its jobs, including values that a flag or a
// variable overrides. It returns all problems at once, as diagnosis.Problems.
func (f *File) Check() error {
	var problems diagnosis.Problems
	for _, part := range append([]File{*f}, f.jobs...) {
		scratch := Defaults()
		for _, k := range Keys {
			problems = append(problems, part.apply(k, &scratch)...)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// Text returns the first value that a file gives a key, empty if it gives none.
func (f *File) Text(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[0].text
	}
	return ""
}

// Strangers returns a warning for each variable that has the program's prefix but is unknown.
// others are variables that the program knows in addition to those of its keys.
func Strangers(env Environment, others ...string) []diagnosis.Problem {
	known := slices.Clone(others)
	for _, k := range Keys {
		known = append(known, k.Variable())
	}
	var warnings []diagnosis.Problem
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if strings.HasPrefix(name, prefix) && !slices.Contains(known, name) {
			warnings = append(warnings, *diagnosis.New(diagnosis.VariableUnknown, "Variable", name, "Near", typo.Nearest(name, known)))
		}
	}
	return warnings
}
