// Package vault stores one token for each portal between calls of the program. It
// uses the system's keyring where there is one, else a file that only its user can
// read.
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

// Kept is a stored token with its user and expiry.
type Kept struct {
	Token   account.Secret
	User    string    // user the token belongs to
	Expires time.Time // zero if the portal does not say
}

// Vault stores the token of one portal. It is not safe for concurrent use.
type Vault struct {
	Portal string // the portal's address in its normal form
	Folder string // folder of the file, created when needed
	// OnlyFile means not to use the keyring, because the user has named a folder for all state.
	OnlyFile bool
	// Patience is the time limit of the keyring. A locked keyring asks the person
	// at the screen, who may be absent.
	Patience time.Duration
}

const (
	fileName = "token"
	// openName is the file for a portal reached without encryption, so that a mistyped
	// address never sends a token obtained over TLS in the clear.
	openName = "http-token"
	largest  = 64 << 10

	remindName  = "token-told" // file whose modification time is that of the last reminder
	remindEvery = 7 * 24 * time.Hour
)

// stored is the JSON form of a token.
type stored struct {
	Token   string    `json:"token"`
	User    string    `json:"user,omitempty"`
	Expires time.Time `json:"expires,omitzero"`
}

// Put stores a token in place of the previous one. It returns the path of the file
// that holds it, empty if it is in the keyring.
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
		err = durable.Write(v.path(), text) // replaces a link instead of following it
	}
	if err != nil {
		return "", diagnosis.Wrap(err, diagnosis.TokenNotKept, "File", v.path())
	}
	return v.path(), nil
}

// Get returns the token and whether there is one. It reads the file first, which
// exists only if the keyring could not be used for the last Put.
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

// Forget removes the token from the keyring and the file. A missing token is not an error.
func (v Vault) Forget() error {
	_, _ = v.inKeyring(func() (string, error) { return "", keyring.Delete(service, v.Portal) }) // usually fails because there is no token
	return v.removeFile()
}

// Remind reports whether the last reminder of the token's expiry is at least a week old,
// and if so records one now. If that cannot be recorded, it reports true each time.
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

// readFile returns the content of the file. It refuses a link in its place.
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
