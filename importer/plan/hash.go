package plan

import (
	"hash/maphash"
	"strconv"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// rowHash is the hash of a row in the first reading. The second reading compares
// it to notice a changed row.
type rowHash [2]uint64

// rowHasher makes row hashes with random keys: a hash tells nothing about its row
// and is useless after the process has ended.
type rowHasher struct {
	seeds [2]maphash.Seed
	text  []byte // of the latest row
}

// of returns the hash of all that decides what is sent for the row, and of its number in the report.
func (h *rowHasher) of(row *account.Row) rowHash {
	text := strconv.AppendInt(h.text[:0], int64(row.Number), 10)
	add := func(s string) { text = append(append(text, 0), s...) }
	for f := range account.NumRequestFields {
		add(row.Settings.Text(f))
	}
	add(row.Owner.User)
	add(row.Owner.Password.Reveal())
	add(row.Owner.Token.Reveal())
	for i := range row.Problems {
		if row.Problems[i].Severity() == diagnosis.Error {
			add(string(row.Problems[i].Code))
		}
	}
	h.text = text
	return rowHash{maphash.Bytes(h.seeds[0], text), maphash.Bytes(h.seeds[1], text)}
}
