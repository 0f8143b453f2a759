//go:build !unix

package trust

import "io/fs"

// owner returns no user: the system keeps owners elsewhere.
func owner(fs.FileInfo) (uid int, known bool) { return 0, false }

// grants reports false: modes do not show it here.
func grants(fs.FileInfo, fs.FileMode) bool { return false }
