package mapping

import (
	"fmt"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// remarkCodes are the remarks about cells whose meaning was inferred, in the
// order of the notices: words for no value, blanks around a value, a port after a
// host, SSL or TLS read as STARTTLS, an answer to SSL read as the port implies.
var remarkCodes = [...]diagnosis.Code{
	diagnosis.ValuesVoid, diagnosis.ValuesTrimmed, diagnosis.HostPortSplit, diagnosis.EncryptionStartTLS, diagnosis.EncryptionByPort,
}

// remarks counts the rows with each remark.
type remarks [len(remarkCodes)]struct {
	rows   int
	fields account.Fields
	here   account.Fields // in the row that is being read
}

// record records a remark about a field of the current row.
func (r *remarks) record(code diagnosis.Code, f account.Field) {
	here := &r[slices.Index(remarkCodes[:], code)].here
	*here = here.With(f)
}

// endRow ends the current row and adds it to the counts.
func (r *remarks) endRow() {
	for i := range r {
		if r[i].here != 0 {
			r[i].rows++
			r[i].fields, r[i].here = r[i].fields|r[i].here, 0
		}
	}
}

func (r *remarks) notices() (notices []diagnosis.Problem) {
	for i := range r {
		if r[i].rows > 0 {
			notices = append(notices, *diagnosis.New(remarkCodes[i], "Count", r[i].rows, "Fields", r[i].fields))
		}
	}
	return notices
}

// tally counts filled-in values, so that a value
// that is the same in all rows is reported once.
type tally struct {
	rows  [account.NumFields][account.FromRule + 1]int
	first account.Settings
	seen  account.Fields
	mixed account.Fields // fields whose filled values differ between rows, or come from templates
}

// count adds the filled values of one row.
func (t *tally) count(row *account.Row) {
	for f, fill := range row.Fills {
		if fill == account.NotFilled {
			continue
		}
		f := account.Field(f)
		t.rows[f][fill]++
		switch {
		case fill == account.FromRow || f >= account.NumRequestFields || t.mixed.Has(f):
		case !t.seen.Has(f):
			t.seen = t.seen.With(f)
			t.first.Take(f, &row.Settings)
		case !equal(f, &t.first, &row.Settings):
			t.mixed = t.mixed.With(f)
		}
	}
}

// equal compares one field of two settings.
func equal(f account.Field, a, b *account.Settings) bool {
	switch value := a.At(f).(type) {
	case *string:
		return *value == *b.At(f).(*string)
	case *int:
		return *value == *b.At(f).(*int)
	case *bool:
		return *value == *b.At(f).(*bool)
	case *account.Encryption:
		return *value == *b.At(f).(*account.Encryption)
	}
	return a.Text(f) == b.Text(f)
}

// notices reports what was filled in, by source and number of rows: fields,
// with their values if these are the same in all rows and not secret.
func (t *tally) notices() (notices []diagnosis.Problem) {
	for fill := account.FromMapping; fill <= account.FromRule; fill++ {
		values, counts := make(map[int][]string), []int(nil)
		for f := range account.NumFields {
			n := t.rows[f][fill]
			if n == 0 {
				continue
			}
			value := f.String()
			if fill != account.FromRow && !f.Secret() && f < account.NumRequestFields && !t.mixed.Has(f) {
				value += " = " + Shown(f, &t.first)
			}
			if values[n] == nil {
				counts = append(counts, n)
			}
			values[n] = append(values[n], value)
		}
		for _, n := range counts {
			notices = append(notices, *diagnosis.New(diagnosis.Filled, "Fill", fill, "Count", n, "Values", values[n]))
		}
	}
	return notices
}

// Mask replaces a secret where it is shown or written into redacted copies.
const Mask = "***"

// Shown returns the value of a request field for display. Secrets are masked.
func Shown(f account.Field, s *account.Settings) string {
	if f.Secret() {
		return Mask
	}
	if word, ok := s.At(f).(fmt.Stringer); ok { // a kind of encryption or login
		return word.String()
	}
	return s.Text(f)
}
