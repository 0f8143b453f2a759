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

// Draft is an unfinished mapping file for a spreadsheet. It is not safe for
// concurrent use.
type Draft struct {
	File    *source.File
	Mapping *mapping.FileMapping
	Options mapping.Options // how the columns are bound, apart from the mapping file
	Notices []diagnosis.Problem
	Doubts  map[account.Field][]int // columns that only a person can assign to the field
}

// NewDraft proposes a mapping file from the header row and the first rows.
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
	// sampleRows is the number of rows read to recognise columns by their content.
	sampleRows = 100
	// sampleColumns is the widest table of which sampleRows rows are read. Finding a
	// cell takes time in proportion to the columns, so fewer rows of wider tables are read.
	sampleColumns = 1000
)

// Sample returns the first rows of a file, with all their columns.
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

// Lacking returns the required fields that have no source. The error is any other
// problem of the mapping.
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

// bind binds the columns by the draft as it is. If open, required fields may be missing.
func (d *Draft) bind(open bool) (*mapping.Binding, error) {
	o := d.Options
	o.File, o.Draft = d.Mapping, open
	return mapping.Bind(d.File.Columns(), o)
}

// Survey is the result of reading the rows of a file under a draft.
type Survey struct {
	Binding *mapping.Binding
	Rows    int
	First   []account.Row // the first rows, to show
	Domains []DomainUse   // domains without known servers, the most used first
}

// followsAddress are the fields that can be filled from an address.
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

// Survey reads and checks all rows under the draft as it is, and calls look with each.
// Problems that only say that a field in lacking, or one that follows from a lacking
// address, is missing are left out.
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
