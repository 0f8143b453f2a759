//go:build !unix

package durable

import (
	"io/fs"
	"os"
	"time"
)

// hold has nothing to do: the system removes no open file.
func hold(*os.File) bool { return true }

// abandoned reports whether a file has been left for a while: one that is about to
// be moved is not open any more.
func abandoned(_ string, info fs.FileInfo) bool { return time.Since(info.ModTime()) > time.Minute }
