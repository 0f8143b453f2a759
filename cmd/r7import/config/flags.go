package config

import (
	"maps"
	"slices"

	"github.com/spf13/pflag"

	"r7import/importer/diagnosis"
)

// Of returns the names of all keys of some groups.
func Of(groups ...Group) []string {
	var names []string
	for _, k := range Keys {
		if slices.Contains(groups, k.Group) {
			names = append(names, k.Name)
		}
	}
	return names
}

// Register makes flags of the named keys. Parsing them writes into s, which
// holds the defaults before.
func Register(flags *pflag.FlagSet, s *Settings, names ...string) {
	for _, name := range names {
		k, known := Named(name)
		if !known {
			panic("config: no key " + name)
		}
		short := k.Short
		if short != "" && flags.ShorthandLookup(short) != nil {
			short = "" // only where all keys there are become flags
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
		return "" // pflag asks a zero value
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

// named returns the problem with where the value was said.
func named(problem *diagnosis.Problem, name string) *diagnosis.Problem {
	facts := diagnosis.Args{"Name": name}
	maps.Copy(facts, problem.Args)
	return &diagnosis.Problem{Code: problem.Code, Args: facts}
}
