package mapping

import (
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// tally counts what was filled in, so that a value that is the same in all rows
// is said once.
type tally struct {
	rows  [account.NumFields][account.FromRule + 1]int
	first account.Settings
	mixed account.Fields // fields whose filled values differ between rows, or are made of cells
	seen  account.Fields
}

// remarks count what was made of cells that do not say what they mean in plain words.
type remarks [len(remarkCodes)]remark

// remark is one kind of remark: the rows it is about, and their fields.
type remark struct {
	rows   int
	fields account.Fields
	here   account.Fields // of the row that is being read
}

const (
	voidRead     = iota // words for no value, read as empty
	blanksCut           // blanks and invisible characters around a value
	portSplit           // a port behind a host
	startTLSRead        // SSL or TLS, read as STARTTLS
	byPortRead          // yes or no to SSL, read as the port says
)

// remarkCodes are told in this order.
var remarkCodes = [...]diagnosis.Code{
	voidRead: diagnosis.ValuesVoid, blanksCut: diagnosis.ValuesTrimmed, portSplit: diagnosis.HostPortSplit,
	startTLSRead: diagnosis.EncryptionStartTLS, byPortRead: diagnosis.EncryptionByPort,
}

// add makes a remark about a field of the row that is being read.
func (r *remarks) add(kind int, f account.Field) { r[kind].here = r[kind].here.With(f) }

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

// notices says for each source and number of rows what was filled in.
func (t *tally) notices() (notices []diagnosis.Problem) {
	for fill := account.FromMapping; fill <= account.FromRule; fill++ {
		byCount, counts := make(map[int][]string), []int(nil)
		for f := range account.NumFields {
			n := t.rows[f][fill]
			if n == 0 {
				continue
			}
			if byCount[n] == nil {
				counts = append(counts, n)
			}
			byCount[n] = append(byCount[n], t.value(f, fill))
		}
		for _, n := range counts {
			notices = append(notices, *diagnosis.New(diagnosis.Filled,
				"Fill", fill, "Count", n, "Values", byCount[n]))
		}
	}
	return notices
}

// value writes a field, with its value if that is the same in all rows and no secret.
func (t *tally) value(f account.Field, fill account.Fill) string {
	if fill == account.FromRow || f.Secret() || f >= account.NumRequestFields || t.mixed.Has(f) {
		return f.String()
	}
	return f.String() + " = " + Shown(f, &t.first)
}

// Mask is shown, and written into redacted copies, in place of a secret.
const Mask = "***"

// Shown writes the value of a request field as a person would. Secrets are masked.
func Shown(f account.Field, s *account.Settings) string {
	if f.Secret() {
		return Mask
	}
	switch f {
	case account.IncomingEncryption:
		return s.Incoming.Encryption.String()
	case account.OutgoingEncryption:
		return s.Outgoing.Encryption.String()
	case account.AuthIn:
		return s.Incoming.Auth.String()
	case account.AuthSMTP:
		return s.Outgoing.Auth.String()
	}
	return s.Text(f)
}

// equal compares one field of two settings without making texts of numbers.
func equal(f account.Field, a, b *account.Settings) bool {
	switch f {
	case account.Port:
		return a.Incoming.Port == b.Incoming.Port
	case account.SMTPPort:
		return a.Outgoing.Port == b.Outgoing.Port
	case account.IncomingEncryption:
		return a.Incoming.Encryption == b.Incoming.Encryption
	case account.OutgoingEncryption:
		return a.Outgoing.Encryption == b.Outgoing.Encryption
	case account.AuthIn:
		return a.Incoming.Auth == b.Incoming.Auth
	case account.AuthSMTP:
		return a.Outgoing.Auth == b.Outgoing.Auth
	case account.SMTPAuth:
		return a.SMTPAuth == b.SMTPAuth
	case account.IMAP:
		return a.IMAP == b.IMAP
	case account.Restrict:
		return a.Restrict == b.Restrict
	}
	return a.Text(f) == b.Text(f)
}
