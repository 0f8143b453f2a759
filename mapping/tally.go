package mapping

import (
	"fmt"
	"slices"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// remarkCodes are the remarks about cells that do not say what they mean in plain
// words, in the order of the notices: words for no value, blanks around a value,
// a port behind a host, SSL or TLS read as STARTTLS, an answer to SSL read as the port says.
var remarkCodes = [...]diagnosis.Code{
	diagnosis.ValuesVoid, diagnosis.ValuesTrimmed, diagnosis.HostPortSplit, diagnosis.EncryptionStartTLS, diagnosis.EncryptionByPort,
}

// remarks count the rows that each remark is about.
type remarks [len(remarkCodes)]struct {
	rows   int
	fields account.Fields
	here   account.Fields // of the row that is being read
}

// add makes a remark about a field of the row that is being read.
func (r *remarks) add(code diagnosis.Code, f account.Field) {
	here := &r[slices.Index(remarkCodes[:], code)].here
	*here = here.With(f)
}

// count ends a row.
func (r *remarks) count() {
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

// tally counts what was filled in, so that a value that is the same in all rows
// is said once.
type tally struct {
	rows  [account.NumFields][account.FromRule + 1]int
	first account.Settings
	seen  account.Fields
	mixed account.Fields // fields whose filled values differ between rows, or are made of cells
}

// count takes the filled values of one row.
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

// notices says for each source and number of rows what was filled in: fields, and
// their values where these are the same in all rows and no secret.
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

// Mask is shown, and written into redacted copies, in place of a secret.
const Mask = "***"

// Shown writes the value of a request field as a person would. Secrets are masked.
func Shown(f account.Field, s *account.Settings) string {
	if f.Secret() {
		return Mask
	}
	if word, is := s.At(f).(fmt.Stringer); is { // a kind of encryption or login
		return word.String()
	}
	return s.Text(f)
}
