//go:build unix

package main

import "golang.org/x/sys/unix"

// forbidCoreDumps keeps the passwords in memory out of a file that a crash,
// also one asked for by GOTRACEBACK=crash, would leave. If the system refuses
// there is nothing better to do.
func forbidCoreDumps() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) }

// noFollow opens no link and waits for no reader of a pipe.
const noFollow = unix.O_NOFOLLOW | unix.O_NONBLOCK
