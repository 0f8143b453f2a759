// Package licences has the licences of everything that is built into r7import.
package licences

import _ "embed"

//go:generate go run ./gen

// Text is what go generate has collected, for every system there is a release for.
//
//go:embed licences.txt
var Text string
