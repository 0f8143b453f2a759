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
type rowHasher struct{ a, b maphash.Hash }

func newRowHasher() *rowHasher {
	h := new(rowHasher)
	h.a.SetSeed(maphash.MakeSeed())
	h.b.SetSeed(maphash.MakeSeed())
	return h
}

// of covers everything that decides what is sent for the row and under which number it is reported.
func (h *rowHasher) of(row *account.Row) rowHash {
	h.a.Reset()
	h.b.Reset()
	h.text(strconv.Itoa(row.Number))
	for f := range account.NumRequestFields {
		h.text(row.Settings.Text(f))
	}
	h.text(row.Owner.User)
	h.text(row.Owner.Password.Reveal())
	h.text(row.Owner.Token.Reveal())
	for i := range row.Problems {
		if row.Problems[i].Severity() == diagnosis.Error {
			h.text(string(row.Problems[i].Code))
		}
	}
	return rowHash{h.a.Sum64(), h.b.Sum64()}
}

func (h *rowHasher) text(s string) {
	_, _ = h.a.WriteString(s)
	_ = h.a.WriteByte(0)
	_, _ = h.b.WriteString(s)
	_ = h.b.WriteByte(0)
}
