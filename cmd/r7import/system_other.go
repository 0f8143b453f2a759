//go:build !unix

package main

// forbidCoreDumps does nothing: the system writes dumps only if an administrator has switched them on.
func forbidCoreDumps() {}

const noFollow = 0
