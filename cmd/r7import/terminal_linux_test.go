package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// onTerminal runs a command whose standard input and standard error are a
// terminal, types the lines of a file, and puts what the terminal showed into
// the file terminal:
//
//	terminal 0 typed.txt r7import run accounts.csv
func onTerminal(ts *testscript.TestScript, _ bool, args []string) {
	ours, theirs, err := openTerminal()
	ts.Check(err)
	defer ours.Close()
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	var stdout bytes.Buffer
	cmd := exec.Command(path, args[3:]...)
	cmd.Dir = ts.Getenv("WORK")
	cmd.Env = environmentOf(ts)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = theirs, &stdout, theirs
	ts.Check(cmd.Start())
	shown := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(ours) // ends with EIO when the last holder of the other end is gone
		shown <- string(text)
	}()
	_, err = io.WriteString(ours, ts.ReadFile(args[1]))
	ts.Check(err)
	code := exitCodeOf(cmd.Wait())
	ts.Check(theirs.Close())
	screen := <-shown
	ts.Logf("terminal:\n%s\nstdout:\n%s", screen, &stdout)
	ts.Check(os.WriteFile(ts.MkAbs("terminal"), []byte(strings.ReplaceAll(screen, "\r\n", "\n")), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("result"), stdout.Bytes(), 0o600))
	if itoa(code) != args[0] {
		ts.Fatalf("%s ended with %d, want exit code %s", strings.Join(args[2:], " "), code, args[0])
	}
}

// environmentOf returns the variables of the script that the program looks at.
func environmentOf(ts *testscript.TestScript) []string {
	var env []string
	for _, name := range []string{"PATH", "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "LC_ALL", "NO_COLOR", "R7IMPORT_LANG", "R7IMPORT_PORTAL"} {
		if value := ts.Getenv(name); value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// openTerminal returns both ends of a new pseudo-terminal.
func openTerminal() (ours, theirs *os.File, err error) {
	ours, err = os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(ours.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	return ours, theirs, err
}
