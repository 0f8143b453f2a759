//go:build unix

package main

import "golang.org/x/sys/unix"

// noFollow opens no link and waits for no reader of a pipe.
const noFollow = unix.O_NOFOLLOW | unix.O_NONBLOCK
