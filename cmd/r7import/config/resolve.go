package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"r7import/importer/diagnosis"
	"r7import/importer/typo"
)

// Origin says where a value came from.
type Origin string

// The origins, the strongest last.
const (
	ByDefault     Origin = "default"
	ByFile        Origin = "file"
	ByJob         Origin = "job"
	ByEnvironment Origin = "environment"
	ByFlag        Origin = "flag"
)

var strength = []Origin{ByDefault, ByFile, ByJob, ByEnvironment, ByFlag}

// Origins tells the origin of every key's value; a key that is not in it has its default.
type Origins map[string]Origin

// Of returns the origin of a key's value.
func (o Origins) Of(k *Key) Origin {
	if origin, ok := o[k.Name]; ok {
		return origin
	}
	return ByDefault
}

// Environment is a set of variables. A variable that is empty counts as not set.
type Environment map[string]string

// NewEnvironment takes variables in the form of os.Environ.
func NewEnvironment(list []string) Environment {
	env := make(Environment, len(list))
	for _, pair := range list {
		if name, text, ok := strings.Cut(pair, "="); ok && text != "" {
			env[name] = text
		}
	}
	return env
}

// Get returns a variable, empty if it is not set.
func (e Environment) Get(name string) string { return e[name] }

// layers are what may say something about a key, the strongest first.
type layers struct {
	flags *pflag.FlagSet
	env   Environment
	files []File // with the origin each stands for
}

// origin returns the strongest that says something about a key, and which file that is.
func (l *layers) origin(k *Key) (Origin, *File) {
	flag := l.flags.Lookup(k.Name)
	switch {
	case flag == nil:
		return ByDefault, nil
	case flag.Changed:
		return ByFlag, nil
	case l.env.Get(k.Variable()) != "":
		return ByEnvironment, nil
	}
	for i := range l.files {
		if l.files[i].values[k.Name] != nil {
			return l.files[i].origin(), &l.files[i]
		}
	}
	return ByDefault, nil
}

// rival returns the key, if any, that takes the place of k, and whether both were
// said equally loud.
func (l *layers) rival(k *Key, said Origin) (other *Key, equal bool) {
	for _, other := range Keys {
		if k.Either == "" || other == k || other.Either != k.Either {
			continue
		}
		origin, _ := l.origin(other)
		switch loud := slices.Index(strength, origin) - slices.Index(strength, said); {
		case loud > 0:
			return other, false
		case loud == 0 && said != ByDefault:
			return other, true
		}
	}
	return nil, false
}

// Resolve gives every key that has a flag in flags, but was not given as one, its
// value from the environment or else from the first of the files that has it. All
// problems are told at once, as diagnosis.Problems. The lines of a variable are the
// items of a list.
func Resolve(flags *pflag.FlagSet, s *Settings, env Environment, files ...File) (Origins, error) {
	l := layers{flags, env, files}
	origins := make(Origins)
	var problems diagnosis.Problems
	for _, k := range Keys {
		origin, file := l.origin(k)
		if origin == ByDefault {
			continue
		}
		if rival, equal := l.rival(k, origin); rival != nil {
			if equal && slices.Index(Keys, k) < slices.Index(Keys, rival) {
				problems = append(problems, *diagnosis.New(diagnosis.FlagsTogether, "First", "--"+k.Name, "Second", "--"+rival.Name))
			}
			continue
		}
		origins[k.Name] = origin
		switch {
		case origin == ByEnvironment && k.Secret():
			_ = k.set(s, InEnvironment+":"+k.Variable()) // the form of which is right
		case origin == ByEnvironment:
			problems = append(problems, fromVariable(k, s, env.Get(k.Variable()))...)
		case file != nil:
			problems = append(problems, file.apply(k, s)...)
		}
	}
	if len(problems) > 0 {
		return origins, problems
	}
	return origins, nil
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

// Check judges every value of a file and of its jobs, also those that a flag or a
// variable goes before. All problems are told at once, as diagnosis.Problems.
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

// Text returns what a file says about a key, empty if nothing.
func (f *File) Text(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[0].text
	}
	return ""
}

// Strangers returns a warning for each variable that begins like ours and is none of ours.
// others are variables that the program knows besides those of its keys.
func Strangers(env Environment, others ...string) []diagnosis.Problem {
	known := slices.Clone(others)
	for _, k := range Keys {
		known = append(known, k.Variable())
	}
	var warnings []diagnosis.Problem
	for name := range env {
		if strings.HasPrefix(name, prefix) && !slices.Contains(known, name) {
			warnings = append(warnings, *diagnosis.New(diagnosis.VariableUnknown, "Variable", name, "Near", typo.Nearest(name, known)))
		}
	}
	slices.SortFunc(warnings, func(a, b diagnosis.Problem) int { return strings.Compare(a.Args["Variable"], b.Args["Variable"]) })
	return warnings
}
