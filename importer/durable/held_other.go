//go:build !unix

package durable

import (
	"io/fs"
	"os"
	"time"
)

// hold does nothing and reports true: the system does not remove open files.
func hold(*os.File) bool { return true }

// abandoned reports whether a file is older than a minute:
// a file that is about to be moved is no longer open.
func abandoned(_ string, info fs.FileInfo) bool { return time.Since(info.ModTime()) > time.Minute }
