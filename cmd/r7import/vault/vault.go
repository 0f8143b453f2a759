// Package vault keeps one token for each portal from one call of the program to
// the next: in the keyring of the system where there is one, else in a file that
// only its user can read.
package vault

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/durable"
	"r7import/importer/trust"
)

// Kept is a token with what is known of it.
type Kept struct {
	Token   account.Secret
	User    string    // whose it is
	Expires time.Time // zero if the portal does not say
}

// Vault keeps the token of one portal. It is not safe for concurrent use.
type Vault struct {
	Portal string // the portal's address in the one form that is used for it
	Folder string // where the file lies, made when it is needed
	// OnlyFile leaves the keyring alone: the user has said where everything is to lie.
	OnlyFile bool
	// Patience is how long the keyring may take. One that is locked asks the
	// person at the screen, who may not be there.
	Patience time.Duration
}

const (
	service  = "r7import" // the program's name in the keyring
	fileName = "token"
	// openName is for a portal that is talked to without encryption: a token that was
	// got over TLS is never sent there because somebody mistyped an address.
	openName = "http-token"
	largest  = 64 << 10
)

// stored is how a token is written down.
type stored struct {
	Token   string    `json:"token"`
	User    string    `json:"user,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// Put keeps a token in place of the one before and returns the file it is in,
// empty if the keyring has it.
func (v Vault) Put(k Kept) (file string, err error) {
	text, err := json.Marshal(stored{k.Token.Reveal(), k.User, k.Expires})
	if err != nil {
		return "", err
	}
	_, err = v.inKeyring(func() (string, error) { return "", keyring.Set(service, v.Portal, string(text)) })
	if err == nil {
		return "", v.removeFile()
	}
	return v.path(), v.writeFile(text)
}

// Get returns the token, and whether there is one. A file is there only if the
// keyring could not be used last, so it is asked first.
func (v Vault) Get() (Kept, bool, error) {
	text, err := v.readFile()
	if err != nil {
		return Kept{}, false, err
	}
	if text == "" {
		text, _ = v.inKeyring(func() (string, error) { return keyring.Get(service, v.Portal) })
	}
	var s stored
	if json.Unmarshal([]byte(text), &s) != nil || s.Token == "" {
		return Kept{}, false, nil // written by somebody else: a new sign-in replaces it
	}
	return Kept{account.NewSecret(s.Token), s.User, s.Expires}, true, nil
}

// Forget removes the token from wherever it is. That there is none is no error.
func (v Vault) Forget() error {
	_, _ = v.inKeyring(func() (string, error) { return "", keyring.Delete(service, v.Portal) }) // mostly because there is none
	return v.removeFile()
}

var errNoKeyring = errors.New("vault: no keyring")

func (v Vault) inKeyring(do func() (string, error)) (string, error) {
	if v.OnlyFile {
		return "", errNoKeyring
	}
	return inKeyring(v.Patience, do)
}

// inKeyring does something with the keyring. One that does not answer in time is
// left behind: the program is about to go on without it.
func inKeyring(patience time.Duration, do func() (string, error)) (string, error) {
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		text, err := do()
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		return a.text, a.err
	case <-time.After(patience):
		return "", errNoKeyring
	}
}

func (v Vault) path() string {
	if strings.HasPrefix(v.Portal, "http://") {
		return filepath.Join(v.Folder, openName)
	}
	return filepath.Join(v.Folder, fileName)
}

// writeFile replaces the file whole. A link in its place is not followed.
func (v Vault) writeFile(text []byte) error {
	if err := os.MkdirAll(v.Folder, 0o700); err != nil {
		return diagnosis.Wrap(err, diagnosis.TokenNotKept, "File", v.path())
	}
	if err := durable.Write(v.path(), text); err != nil {
		return diagnosis.Wrap(err, diagnosis.TokenNotKept, "File", v.path())
	}
	return nil
}

// readFile returns what is in the file, nothing if there is none.
func (v Vault) readFile() (string, error) {
	info, err := os.Lstat(v.path())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil || !info.Mode().IsRegular() {
		return "", diagnosis.Wrap(err, diagnosis.TokenUnreadable, "File", v.path())
	}
	if err := trust.Info(v.path(), info); err != nil {
		return "", err
	}
	f, err := os.Open(v.path())
	if err != nil {
		return "", diagnosis.Wrap(err, diagnosis.TokenUnreadable, "File", v.path())
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest))
	if err != nil {
		return "", diagnosis.Wrap(err, diagnosis.TokenUnreadable, "File", v.path())
	}
	return string(text), nil
}

func (v Vault) removeFile() error {
	if err := os.Remove(v.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diagnosis.Wrap(err, diagnosis.TokenUnreadable, "File", v.path())
	}
	return nil
}
