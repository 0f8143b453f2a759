//go:build unix

package trust

import (
	"io/fs"
	"os"
	"syscall"
)

func ofUser(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(stat.Uid) == os.Geteuid()
}

func ofUserOrRoot(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ofUser(info) || ok && stat.Uid == 0
}

func writableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o022 != 0 }

func writableByAll(info fs.FileInfo) bool {
	return info.Mode().Perm()&0o002 != 0 && info.Mode()&fs.ModeSticky == 0
}

func readableByOthers(info fs.FileInfo) bool { return info.Mode().Perm()&0o044 != 0 }
