//go:build unix

package trust

import (
	"io/fs"
	"syscall"
)

// owner returns the user that a file belongs to.
func owner(info fs.FileInfo) (uid int, known bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(stat.Uid), true
}

// grants reports whether the mode of a file grants any of the permissions in what.
func grants(info fs.FileInfo, what fs.FileMode) bool { return info.Mode().Perm()&what != 0 }
