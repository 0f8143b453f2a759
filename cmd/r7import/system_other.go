//go:build !unix

package main

// forbidCoreDumps has nothing to do: the system writes dumps only where an administrator has switched them on.
func forbidCoreDumps() {}

const noFollow = 0
