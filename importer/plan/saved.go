package plan

import (
	"bufio"
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"slices"
	"sync"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

const (
	savedSchema = "r7import.plan/1"
	// SavedLasts is how long a saved plan can be carried out.
	SavedLasts = 30 * 24 * time.Hour
	// longestChange bounds a line of a saved plan.
	longestChange = 1 << 20
)

// Saved is a plan that a person can read and approve, and that a run then carries
// out, in whole or in part. It holds no secret. As a file it is JSON lines: a line
// with the fields of Saved, then a line for each change.
type Saved struct {
	Schema  string    `json:"schema"`
	ID      string    `json:"id"` // of the run that found the changes
	Made    time.Time `json:"made_at"`
	Program string    `json:"program"`
	Portal  string    `json:"portal"`
	DataSet string    `json:"data_set"` // name of the data set, else of the file
	Sheet   string    `json:"sheet,omitempty"`
	Mapping string    `json:"mapping"` // digest of the mapping of columns
	Rows    int       `json:"rows"`    // of the file
	Size    int64     `json:"size"`    // of the file, 0 if unknown
	// Guard is the code that stopped the run that found the changes, empty if none did.
	Guard diagnosis.Code `json:"guard,omitempty"`
	Salt  string         `json:"salt"` // of the digests, random for each plan
	Count int            `json:"changes"`

	Approved time.Time `json:"approved_at,omitzero"`
	SpentBy  string    `json:"spent_by,omitempty"` // the run that carries it out

	Changes []Change `json:"-"`
}

// Change is one change that a run would make to an account.
type Change struct {
	Row     int              `json:"row"` // 0 for an account that no row names any more
	Email   string           `json:"email"`
	Owner   string           `json:"owner,omitempty"`
	OwnerID string           `json:"owner_id"`
	Status  diagnosis.Status `json:"status"`           // as in a dry run
	Fields  string           `json:"fields,omitempty"` // fields in which account and row differ
	// Digest identifies the change: it covers the account and its owner, its present
	// settings, the action, and every field that is sent except passwords. Whether
	// passwords change shows in Fields.
	Digest string `json:"digest"`
}

func (c *Change) key() account.Key { return account.NewKey(c.OwnerID, c.Email) }

// Encode writes the plan to w. It sets Schema and Count.
func (s *Saved) Encode(w io.Writer) error {
	s.Schema, s.Count = savedSchema, len(s.Changes)
	encoder := json.NewEncoder(w)
	err := encoder.Encode(s)
	for i := range s.Changes {
		err = cmp.Or(err, encoder.Encode(&s.Changes[i]))
	}
	return err
}

// ReadSaved reads a plan to its end. The error is a *diagnosis.Problem.
func ReadSaved(r io.Reader) (*Saved, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestChange)
	s := new(Saved)
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), s) != nil || s.Schema != savedSchema || s.ID == "" {
		return nil, diagnosis.Wrap(lines.Err(), diagnosis.PlanForm)
	}
	for lines.Scan() {
		var c Change
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, diagnosis.Wrap(err, diagnosis.PlanForm)
		}
		s.Changes = append(s.Changes, c)
	}
	if len(s.Changes) != s.Count || lines.Err() != nil {
		return nil, diagnosis.Wrap(lines.Err(), diagnosis.PlanForm)
	}
	return s, nil
}

// Expired reports whether the plan is older than SavedLasts.
func (s *Saved) Expired(now time.Time) bool { return now.Sub(s.Made) > SavedLasts }

// Consent says what a run may change: everything, or the changes of a plan. It also
// collects the changes that wait for consent. A nil Consent allows everything and
// collects nothing. It is safe for concurrent use.
type Consent struct {
	salt     string
	approved map[account.Key]string // digests of changes; nil allows everything

	mu      sync.Mutex
	changes []Change
}

// NewConsent returns the consent to the changes of approved, or to everything if it is nil.
func NewConsent(approved *Saved) *Consent {
	if approved == nil {
		return &Consent{salt: rand.Text()}
	}
	c := &Consent{salt: approved.Salt, approved: make(map[account.Key]string, len(approved.Changes))}
	for i := range approved.Changes {
		c.approved[approved.Changes[i].key()] = approved.Changes[i].Digest
	}
	return c
}

// Sign sets the digest of a change. before are the account's settings, after those that
// are sent; both may be nil.
func (c *Consent) Sign(change *Change, mailbox int64, before, after *account.Settings) {
	if c == nil {
		return
	}
	mac := hmac.New(sha256.New, []byte(c.salt))
	var text []byte
	add := func(s string) { text = append(binary.AppendUvarint(text, uint64(len(s))), s...) }
	key := change.key()
	add(key.OwnerID)
	add(key.Address)
	add(string(change.Status))
	add(change.Fields)
	text = binary.AppendVarint(text, mailbox)
	for _, s := range []*account.Settings{before, after} {
		for f := range account.NumRequestFields {
			if s != nil && !f.Secret() {
				add(s.Text(f))
			}
		}
	}
	mac.Write(text)
	change.Digest = hex.EncodeToString(mac.Sum(nil)[:16])
}

// Bars returns why a change may not be made, nil if it may.
func (c *Consent) Bars(change *Change) *diagnosis.Problem {
	if c == nil || c.approved == nil {
		return nil
	}
	switch digest, ok := c.approved[change.key()]; {
	case !ok:
		return diagnosis.New(diagnosis.PlanNew)
	case digest != change.Digest:
		return diagnosis.New(diagnosis.PlanStale)
	}
	return nil
}

// Await collects a change that is not made without consent.
func (c *Consent) Await(change Change) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes = append(c.changes, change)
}

// Waiting sets the salt and the changes of s to the collected changes, in the order of the file.
func (c *Consent) Waiting(s *Saved) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Salt, s.Changes = c.salt, slices.Clone(c.changes)
	slices.SortFunc(s.Changes, func(a, b Change) int { // accounts without a row come last
		return cmp.Or(cmp.Compare(uint(a.Row)-1, uint(b.Row)-1), cmp.Compare(a.Email, b.Email))
	})
}

// MappingDigest returns a digest of the texts that define the meaning of the columns.
func MappingDigest(texts ...[]byte) string {
	h := sha256.New()
	for _, text := range texts {
		_ = binary.Write(h, binary.BigEndian, uint64(len(text)))
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
