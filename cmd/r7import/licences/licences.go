// Package licences holds the licences of all code that is built into r7import.
package licences

import _ "embed"

//go:generate go run ./gen

// Text holds the licences that go generate has collected for every released system.
//
//go:embed licences.txt
var Text string
