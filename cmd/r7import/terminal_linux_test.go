package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// onTerminal runs a command whose standard input and standard error are a
// terminal and answers each question with the next line of a file, and with the
// end of the input when there are no more lines. What the
// terminal showed goes into the file terminal, what came out into the file result:
//
//	terminal 0 answers.txt r7import run accounts.csv
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
	screen := watchScreen(ours, strings.Split(strings.TrimSuffix(ts.ReadFile(args[1]), "\n"), "\n"))
	code := exitCodeOf(cmd.Wait())
	ts.Check(theirs.Close())
	shown := strings.ReplaceAll(<-screen, "\r\n", "\n")
	ts.Logf("terminal:\n%s\nstdout:\n%s", shown, &stdout)
	ts.Check(os.WriteFile(ts.MkAbs("terminal"), []byte(shown), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("result"), stdout.Bytes(), 0o600))
	if itoa(code) != args[0] {
		ts.Fatalf("%s ended with %d, want exit code %s", strings.Join(args[2:], " "), code, args[0])
	}
}

// watchScreen answers what stands on the screen as a question, a line that ends
// in a blank, and gives all that was shown when the other end is closed.
func watchScreen(terminal *os.File, answers []string) <-chan string {
	shown := make(chan string, 1)
	go func() {
		var screen []byte
		buffer := make([]byte, 4096)
		for {
			n, err := terminal.Read(buffer)
			screen = append(screen, buffer[:n]...)
			if err != nil { // EIO: nobody holds the other end any more
				shown <- string(screen)
				return
			}
			asked := bytes.HasSuffix(screen, []byte(": ")) || bytes.HasSuffix(screen, []byte("] "))
			if !asked {
				continue
			}
			time.Sleep(100 * time.Millisecond) // people answer later than the echo is off
			answer := endOfInput
			if len(answers) > 0 {
				answer, answers = answers[0]+"\n", answers[1:]
			}
			_, _ = io.WriteString(terminal, answer)
		}
	}()
	return shown
}

const endOfInput = "\x04" // Ctrl-D

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
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 100})
	}
	if err == nil {
		theirs, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	return ours, theirs, err
}
