//go:build !windows

package ui

import "io"

// understandsColour: every terminal outside Windows has understood these sequences for decades.
func understandsColour(io.Writer) bool { return true }
