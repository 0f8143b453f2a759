package ui

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// understandsColour switches the console to escape sequences and reports whether it supports them.
func understandsColour(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	var mode uint32
	console := windows.Handle(f.Fd())
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
