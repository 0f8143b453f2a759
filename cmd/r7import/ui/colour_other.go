//go:build !windows

package ui

import "io"

// understandsColour returns true: outside Windows every terminal understands the colour sequences.
func understandsColour(io.Writer) bool { return true }
