// Command gen makes the sample files beside it:
//
//	go run ./samples/gen
//
// The same source always makes the same files; a test compares them with those
// in the repository. All people, companies and passwords are invented, all
// domains are those RFC 2606 keeps for examples.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := generate("samples"); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// generate writes all samples into a folder.
func generate(dir string) error {
	good := accounts()
	for _, sample := range []struct {
		name  string
		write func(path string) error
	}{
		{"accounts.xlsx", func(path string) error { return writeWorkbook(path, good) }},
		{"accounts.csv", func(path string) error { return writeRussianCSV(path, good) }},
		{"one-owner.csv", func(path string) error { return writeCSV(path, oneOwner()) }},
		{"personnel-1c.csv", func(path string) error { return writeRussianCSV(path, personnel()) }},
		{"google-workspace.csv", func(path string) error { return writeCSV(path, workspace()) }},
		{"mistakes.xlsx", func(path string) error { return writeWorkbook(path, mistakes()) }},
	} {
		if err := sample.write(filepath.Join(dir, sample.name)); err != nil {
			return fmt.Errorf("%s: %w", sample.name, err)
		}
	}
	return nil
}
