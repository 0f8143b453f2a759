package plan

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/source"
	"r7import/importer/validate"
	"r7import/mapping"
)

// Draft is a mapping file for a spreadsheet while it is put together. It is not
// safe for concurrent use.
type Draft struct {
	File    *source.File
	Mapping *mapping.FileMapping
	Options mapping.Options // how it will be bound, without the mapping file
	Notices []diagnosis.Problem
	Doubts  map[account.Field][]int // columns that only a person can give to a field
}

// NewDraft proposes a mapping file by the header row and a look at the first rows.
func NewDraft(ctx context.Context, file *source.File, o mapping.Options) (*Draft, error) {
	rows, err := Sample(ctx, file)
	if err != nil {
		return nil, err
	}
	proposal := mapping.Propose(file.Columns(), rows)
	o.Sample = func() [][]string { return rows }
	return &Draft{File: file, Mapping: proposal.File, Options: o, Notices: proposal.Notices, Doubts: proposal.Doubts}, nil
}

const (
	// sampleRows are looked at to tell columns by what they hold.
	sampleRows = 100
	// sampleColumns is how many columns that many rows may have: a cell is found by
	// going through the names of all, so of a wider table fewer rows are looked at.
	sampleColumns = 1000
)

// Sample returns the first rows of a file, every column of them.
func Sample(ctx context.Context, file *source.File) (rows [][]string, err error) {
	names := make([]string, len(file.Columns()))
	for i := range names {
		names[i] = strconv.Itoa(i)
	}
	wider := max(1, len(names)/sampleColumns)
	most := max(1, sampleRows/(wider*wider))
	for record, err := range file.Records(ctx, names) {
		if err != nil {
			return nil, err
		}
		cells := make([]string, len(names))
		for i, name := range names {
			cells[i] = record.Other(name)
		}
		if rows = append(rows, cells); len(rows) == most {
			break
		}
	}
	return rows, nil
}

// Lacking returns the needed fields that nothing gives. The error is anything else
// that is wrong with the mapping.
func (d *Draft) Lacking() (account.Fields, error) {
	_, err := d.bind(false)
	var problems diagnosis.Problems
	if !errors.As(err, &problems) {
		return 0, err
	}
	var lacking account.Fields
	for _, p := range problems {
		switch p.Code {
		case diagnosis.HeaderNone:
			lacking = lacking.With(account.Email).With(account.Password)
		case diagnosis.ColumnsMissing:
			for name := range strings.SplitSeq(p.Args["Fields"], ", ") {
				f, _ := account.FieldNamed(name)
				lacking = lacking.With(f)
			}
		default:
			return 0, problems
		}
	}
	return lacking, nil
}

// bind binds the columns by the draft as it is, where all fields may be missing if open.
func (d *Draft) bind(open bool) (*mapping.Binding, error) {
	o := d.Options
	o.File, o.Draft = d.Mapping, open
	return mapping.Bind(d.File.Columns(), o)
}

// Survey is what the rows of a file come to under a draft.
type Survey struct {
	Binding *mapping.Binding
	Rows    int
	First   []account.Row // as many as a person looks at
	Domains []DomainUse   // domains whose servers nobody names, the most used first
}

// followsAddress are the fields that could be filled if there were an address.
var followsAddress = []account.Field{
	account.Account, account.ServerHost, account.Port, account.SMTPAccount, account.SMTPServer, account.SMTPPort,
}

// DomainUse is a mail domain with its number of rows.
type DomainUse struct {
	Domain string
	Rows   int
}

// firstRows is how many rows a survey keeps.
const firstRows = 3

// Survey reads all rows under the draft as it is. Each is given to look as well,
// checked; what is missing because a needed field has no column is not among its
// problems.
func (d *Draft) Survey(ctx context.Context, lacking account.Fields, look func(*account.Row)) (Survey, error) {
	binding, err := d.bind(true)
	if err != nil {
		return Survey{}, err
	}
	survey := Survey{Binding: binding}
	domains := make(map[string]int)
	rules := validate.Rules{WithoutPasswords: d.Options.WithoutPasswords || lacking.Has(account.Password)}
	input := Input{File: d.File, Binding: binding, Rules: rules}
	for row, err := range input.Rows(ctx) {
		if err != nil {
			return survey, err
		}
		survey.Rows++
		if len(survey.First) < firstRows {
			survey.First = append(survey.First, *row)
		}
		row.Problems = slices.DeleteFunc(row.Problems, func(p diagnosis.Problem) bool {
			f, ok := account.FieldNamed(p.Field)
			follows := lacking.Has(account.Email) && slices.Contains(followsAddress, f)
			return ok && (p.Code == diagnosis.ValueMissing || p.Code == diagnosis.ValueVoid) && (lacking.Has(f) || follows)
		})
		for _, p := range row.Problems {
			if p.Code == diagnosis.ServersUnknown {
				domains[p.Args["Domain"]]++
			}
		}
		look(row)
	}
	for domain, rows := range domains {
		survey.Domains = append(survey.Domains, DomainUse{domain, rows})
	}
	slices.SortFunc(survey.Domains, func(a, b DomainUse) int { return cmp.Or(b.Rows-a.Rows, strings.Compare(a.Domain, b.Domain)) })
	return survey, nil
}
