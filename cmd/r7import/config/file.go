package config

import (
	"cmp"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"r7import/importer/diagnosis"
	"r7import/importer/trust"
	"r7import/importer/typo"
	"r7import/importer/yamltree"
)

// File is a configuration file that was read. The zero value sets nothing.
type File struct {
	Path string
	// Variable is the environment variable that named the file, empty if none did. If one
	// did, guarded values are refused here as they are in a variable.
	Variable string
	// Name is the job whose part of the file this is, empty for the part that all jobs share.
	Name   string
	values map[string][]located
	jobs   []File
}

// Jobs returns the names of the jobs in the file.
func (f *File) Jobs() []string {
	names := make([]string, len(f.jobs))
	for i, job := range f.jobs {
		names[i] = job.Name
	}
	return names
}

// Job returns the part of the file that belongs to a job. variable is the environment
// variable that named the job, empty if none did, see Variable.
func (f *File) Job(name, variable string) (File, error) {
	for _, job := range f.jobs {
		if job.Name == name {
			job.Variable = cmp.Or(f.Variable, variable)
			return job, nil
		}
	}
	return File{}, diagnosis.New(diagnosis.JobUnknown, "Name", name, "File", f.Path, "Near", typo.Nearest(name, f.Jobs()), "Jobs", f.Jobs())
}

// located is a value and its position in the file.
type located struct {
	text string
	at   *token.Position
}

// Open reads a configuration file. It checks the keys and the form of the values;
// Resolve and Check parse the values. A file that other users may change is refused. The error is
// a *diagnosis.Problem or the diagnosis.Problems of the file. It never quotes the file's text.
func Open(path string) (File, error) {
	if err := trust.File(path); err != nil {
		return File{}, err
	}
	text, err := yamltree.ReadFile(path)
	if err != nil {
		return File{}, diagnosis.Wrap(err, diagnosis.ConfigUnreadable, "File", path)
	}
	return Parse(path, text)
}

// Parse reads the text of a configuration file: one mapping of keys to values.
func Parse(path string, text []byte) (File, error) {
	f := File{Path: path, values: make(map[string][]located)}
	d := yamltree.Read(path, text)
	switch root := d.Root().(type) {
	case nil, *ast.MappingNode, *ast.MappingValueNode, *ast.NullNode, *ast.CommentGroupNode:
		for _, pair := range d.Pairs(root) {
			f.readEntry(d, pair)
		}
	default:
		d.Wrong(root, diagnosis.ConfigNotKeys)
	}
	if err := d.Err(); err != nil {
		return File{}, err
	}
	return f, nil
}

// readEntry reads a key with its value, or with a list of them.
func (f *File) readEntry(d *yamltree.Document, pair yamltree.Pair) {
	if pair.Key == "jobs" && f.Name == "" {
		for _, job := range d.Pairs(pair.Value) {
			f.readJob(d, job)
		}
		return
	}
	// Keys may be written with underscores instead of hyphens.
	name := strings.ReplaceAll(pair.Key, "_", "-")
	k, known := Named(name)
	if !known {
		d.Wrong(pair.At, diagnosis.ConfigKeyUnknown, "Near", typo.Nearest(name, Of(Groups...)))
		return
	}
	items := []ast.Node{pair.Value}
	if sequence, ok := pair.Value.(*ast.SequenceNode); ok && k.List {
		items = sequence.Values
	}
	for _, item := range items {
		switch text, ok := yamltree.Scalar(item); {
		case !ok:
			d.Wrong(item, diagnosis.ConfigValueForm, "Key", k.Name)
		case item != nil && item.Type() != ast.NullType:
			f.values[k.Name] = append(f.values[k.Name], located{text, item.GetToken().Position})
		}
	}
}

// readJob reads the settings of a job. The job's name becomes part of file names.
func (f *File) readJob(d *yamltree.Document, pair yamltree.Pair) {
	notInName := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' }
	if pair.Key == "" || strings.ContainsFunc(pair.Key, notInName) {
		d.Wrong(pair.At, diagnosis.JobName)
		return
	}
	job := File{Path: f.Path, Name: pair.Key, values: make(map[string][]located)}
	for _, setting := range d.Pairs(pair.Value) {
		job.readEntry(d, setting)
	}
	f.jobs = append(f.jobs, job)
}
