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
	fileName = "token"
	// openName is for a portal that is talked to without encryption: a token that was
	// got over TLS is never sent there because of a mistyped address.
	openName = "http-token"
	largest  = 64 << 10

	remindName  = "token-told" // whose time is that of the last reminder
	remindEvery = 7 * 24 * time.Hour
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
	err = os.MkdirAll(v.Folder, 0o700)
	if err == nil {
		err = durable.Write(v.path(), text) // a link in its place is not followed
	}
	if err != nil {
		return "", diagnosis.Wrap(err, diagnosis.TokenNotKept, "File", v.path())
	}
	return v.path(), nil
}

// Get returns the token, and whether there is one. A file is there only if the
// keyring could not be used last, so it is asked first.
func (v Vault) Get() (Kept, bool, error) {
	text, err := v.readFile()
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(text) == 0:
		kept, _ := v.inKeyring(func() (string, error) { return keyring.Get(service, v.Portal) })
		text = []byte(kept)
	case err != nil:
		return Kept{}, false, diagnosis.Or(err, diagnosis.TokenUnreadable, "File", v.path())
	}
	var s stored
	if json.Unmarshal(text, &s) != nil || s.Token == "" {
		return Kept{}, false, nil // written by another program: a new sign-in replaces it
	}
	return Kept{account.NewSecret(s.Token), s.User, s.Expires}, true, nil
}

// Forget removes the token from wherever it is. That there is none is no error.
func (v Vault) Forget() error {
	_, _ = v.inKeyring(func() (string, error) { return "", keyring.Delete(service, v.Portal) }) // mostly because there is none
	return v.removeFile()
}

// Remind reports whether the last reminder of the token's end is a week old, and notes
// that there is one now. Where that cannot be noted it reports true each time.
func (v Vault) Remind(now time.Time) bool {
	path := filepath.Join(v.Folder, remindName)
	if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) < remindEvery {
		return false
	}
	_ = durable.Write(path, nil)
	return true
}

func (v Vault) inKeyring(do func() (string, error)) (string, error) {
	if v.OnlyFile {
		return "", errNoKeyring
	}
	return inKeyring(v.Patience, do)
}

func (v Vault) path() string {
	if strings.HasPrefix(v.Portal, "http://") {
		return filepath.Join(v.Folder, openName)
	}
	return filepath.Join(v.Folder, fileName)
}

// readFile returns what is in the file. A link in its place is not followed.
func (v Vault) readFile() ([]byte, error) {
	info, err := os.Lstat(v.path())
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file of its own")
	}
	if err := trust.Info(v.path(), info); err != nil {
		return nil, err
	}
	f, err := os.Open(v.path())
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, largest))
}

func (v Vault) removeFile() error {
	if err := os.Remove(v.path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return diagnosis.Wrap(err, diagnosis.TokenUnreadable, "File", v.path())
	}
	return nil
}
