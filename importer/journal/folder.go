package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/net/idna"

	"r7import/importer/diagnosis"
	"r7import/importer/trust"
)

// The files of a store.
const (
	databaseFile = "state.db"
	walFile      = databaseFile + "-wal"
	shmFile      = databaseFile + "-shm"
	rollbackFile = databaseFile + "-journal"
	keyFile      = "key"
	lockFile     = "lock"
	pidFile      = "pid"
)

// folderName returns the name of the folder for a portal: its host, to be readable,
// and a hash of host, port and path. http or https, a final slash and the case of
// the host make no difference.
func folderName(portalURL string) (string, error) {
	u, err := url.Parse(portalURL)
	if err != nil {
		return "", fmt.Errorf("journal: address of the portal: %w", err)
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if host == "" {
		return "", errors.New("journal: address of the portal without a host")
	}
	port := u.Port()
	if u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		port = ""
	}
	sum := sha256.Sum256([]byte(host + "\n" + port + "\n" + strings.Trim(u.EscapedPath(), "/")))
	name := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, host)
	if port != "" {
		name += "_" + port
	}
	return name[:min(len(name), 80)] + "_" + hex.EncodeToString(sum[:4]), nil
}

// Folder returns the path of a portal's folder under dir, which holds its store and
// other files of that portal. It creates nothing.
func Folder(dir, portalURL string) (string, error) {
	name, err := folderName(portalURL)
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, name), nil
}

// makeFolders creates a folder and its missing parents with access for the user only,
// whatever the umask. Existing folders stay as they are.
func makeFolders(path string) error {
	if info, err := os.Stat(path); err == nil {
		if !info.IsDir() {
			return diagnosis.New(diagnosis.StateUnusable, "Path", path)
		}
		return nil
	}
	if parent := filepath.Dir(path); parent != path {
		if err := makeFolders(parent); err != nil {
			return err
		}
	}
	return makeFolder(path)
}

func makeFolder(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return unusable(err, path)
	}
	return unusable(os.Chmod(path, 0o700), path)
}

// checkKind reports whether path exists. It refuses what is not of the expected
// kind, links above all, because writes through a link go elsewhere. It also refuses
// what belongs to another user.
func checkKind(path string, kind fs.FileMode) (exists bool, err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, unusable(err, path)
	}
	if info.Mode().Type() != kind {
		return true, diagnosis.New(diagnosis.StateLink, "Path", path)
	}
	return true, trust.Own(path)
}

// makePrivate creates an empty file if there is none, and restricts access to the
// user.
func makePrivate(path string) error {
	exists, err := checkKind(path, 0)
	if err != nil {
		return err
	}
	if !exists {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return unusable(err, path)
		}
		if err == nil {
			_ = f.Close()
		}
	}
	return unusable(os.Chmod(path, 0o600), path)
}

// checkFolder refuses links in place of the portal's folder and its files. It reports
// whether there is a store: the folder may hold only a token.
func checkFolder(folder string) (exists bool, err error) {
	if err := trust.Folder(filepath.Dir(folder)); err != nil {
		return false, err
	}
	if there, err := checkKind(folder, fs.ModeDir); err != nil || !there {
		return false, err
	}
	for _, name := range []string{databaseFile, walFile, shmFile, rollbackFile, keyFile, lockFile, pidFile} {
		there, err := checkKind(filepath.Join(folder, name), 0)
		if err != nil {
			return true, err
		}
		exists = exists || there
	}
	return exists, nil
}

// unusable wraps an error of the operating system about a file of the store. Nil stays nil.
func unusable(err error, path string) error {
	if err == nil {
		return nil
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		path = pathError.Path
	}
	return diagnosis.Wrap(err, diagnosis.StateUnusable, "Path", path)
}
