//go:build !unix

package trust

import "io/fs"

func ofUser(fs.FileInfo) bool           { return true }
func ofUserOrRoot(fs.FileInfo) bool     { return true }
func writableByOthers(fs.FileInfo) bool { return false }
func writableByAll(fs.FileInfo) bool    { return false }
func readableByOthers(fs.FileInfo) bool { return false }
