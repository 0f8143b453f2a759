package vault

import (
	"os"
	"path/filepath"
	"time"

	"r7import/importer/durable"
)

const (
	remindName  = "token-told" // whose time is that of the last reminder
	remindEvery = 7 * 24 * time.Hour
)

// Remind reports whether nobody has been reminded of the token's end for a week, and
// notes that somebody is now. Where that cannot be noted it is said each time.
func (v Vault) Remind(now time.Time) bool {
	path := filepath.Join(v.Folder, remindName)
	if info, err := os.Stat(path); err == nil && now.Sub(info.ModTime()) < remindEvery {
		return false
	}
	_ = durable.Write(path, nil)
	return true
}
