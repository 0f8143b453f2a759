//go:build unix

package main

import "golang.org/x/sys/unix"

// forbidCoreDumps switches core dumps off, so that a crash, including one with
// GOTRACEBACK=crash, writes no passwords to a file. It ignores an error, because
// nothing else can be done.
func forbidCoreDumps() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }

// noFollow makes os.OpenFile refuse a link and not wait for the reader of a pipe.
const noFollow = unix.O_NOFOLLOW | unix.O_NONBLOCK
