package journal

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"r7import/importer/diagnosis"
	"r7import/importer/durable"
)

const keyLength = 32

// Keyring keeps the keys of stores outside their folders, so that a copy of a folder has no key.
type Keyring interface {
	// Key returns the key with that name, nil if there is none.
	Key(name string) []byte
	// Keep stores a key under a name and reports whether it did.
	Keep(name string, key []byte) bool
}

// KeyFiles returns the files under a state folder that hold keys of stores. A copy
// of such a folder includes the key.
func KeyFiles(dir string) []string {
	files, _ := filepath.Glob(filepath.Join(dir, "*", keyFile)) // the pattern is valid
	return files
}

// readKey returns the key in a store's key file, nil if there is none or it is incomplete.
func readKey(folder string) ([]byte, error) {
	path := filepath.Join(folder, keyFile)
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, unusable(err, path)
	}
	if len(key) != keyLength {
		return nil, nil
	}
	return key, nil
}

// makeKey creates the key of a new store, unless an earlier attempt has left one in
// the file. It stores the key in the keyring, or in a file if that fails.
func (s *Store) makeKey() (err error) {
	if s.folder == "" {
		s.key = newKey()
		return nil
	}
	if s.key, err = readKey(s.folder); s.key != nil || err != nil {
		return err
	}
	s.key = newKey()
	if !s.keep() {
		return s.writeKey()
	}
	return nil
}

// keep stores the key in the keyring, if there is one and KeyInFile is not set, and
// reports whether it did.
func (s *Store) keep() bool {
	if s.keyring == nil || s.keyInFile {
		return false
	}
	name := keyName(keyCheck(s.key))
	return s.keyring.Keep(name, s.key) && hmac.Equal(s.keyring.Key(name), s.key)
}

// putAway moves the key of an older store from its file to the keyring, if keep succeeds.
func (s *Store) putAway() error {
	if !s.keep() {
		return nil
	}
	path := s.path(keyFile)
	if err := os.Remove(path); err != nil {
		return unusable(err, path)
	}
	return unusable(durable.SyncFolder(s.folder), s.folder)
}

func (s *Store) writeKey() error {
	path := s.path(keyFile)
	return unusable(durable.Write(path, s.key), path)
}

// checkKey checks that the key is the one the store was made with. Without a key
// file it reads the key from the keyring, and writes it to a file if KeyInFile is
// set.
func (s *Store) checkKey(db *sql.DB) (err error) {
	var stored []byte
	if err := db.QueryRow("SELECT key_check FROM store").Scan(&stored); err != nil {
		return err
	}
	if s.key == nil { // another process may have made it in the meantime
		if s.key, err = readKey(s.folder); err != nil {
			return err
		}
	}
	if s.key == nil && s.keyring != nil {
		s.key = s.keyring.Key(keyName(stored))
		if s.keyInFile && !s.readOnly && hmac.Equal(stored, keyCheck(s.key)) {
			return s.writeKey()
		}
	}
	if s.key == nil || !hmac.Equal(stored, keyCheck(s.key)) {
		return diagnosis.New(diagnosis.StateKey, "Path", s.path(keyFile))
	}
	return nil
}

func keyCheck(key []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("r7import store"))
	return mac.Sum(nil)
}

// keyName returns the name of a key in the keyring. It reveals nothing about the key.
func keyName(check []byte) string { return hex.EncodeToString(check[:min(len(check), 8)]) }

func newKey() []byte {
	key := make([]byte, keyLength)
	_, _ = rand.Read(key) // never fails
	return key
}
