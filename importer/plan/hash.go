package plan

import (
	"hash/maphash"
	"strconv"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// rowHash is what the scan remembers of a row, so that the second reading can
// tell whether the row is still the same.
type rowHash [2]uint64

// rowHasher makes row hashes with keys of its own: nothing can be learned from
// a hash, and none outlives the process.
type rowHasher struct {
	seeds [2]maphash.Seed
	text  []byte // of the latest row
}

// of covers everything that decides what is sent for the row and under which number it is reported.
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
