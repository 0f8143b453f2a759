package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	codeSpan = regexp.MustCompile("`[^`\n]+`")
	flagText = regexp.MustCompile(`(^| )--([a-z][a-z-]*)`)
	// Flags of r7import that the section about portalsim names as well.
	importers = []string{"user", "owner"}
)

// TestFlagsOfTheManuals parses the command lines of the manuals and looks for the
// flags that they name.
func TestFlagsOfTheManuals(t *testing.T) {
	for _, name := range []string{"README.md", "README.ru.md"} {
		manual, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for section := range strings.SplitSeq(string(manual), "\n## ") {
			if !strings.Contains(section, "./cmd/portalsim") {
				continue
			}
			for _, line := range append(codeSpan.FindAllString(section, -1), strings.Split(section, "\n")...) {
				args, ours := strings.CutPrefix(strings.Trim(line, "` "), "go run ./cmd/portalsim")
				if ours {
					found++
					if err := new(settings).define(english).Parse(strings.Fields(args)); err != nil {
						t.Errorf("%s: %s: %v", name, line, err)
					}
				}
				if !strings.HasPrefix(line, "`") {
					continue
				}
				for _, flag := range flagText.FindAllStringSubmatch(strings.Trim(line, "`"), -1) {
					if !slices.Contains(importers, flag[2]) && new(settings).define(english).Lookup(flag[2]) == nil {
						t.Errorf("%s: %s: there is no flag --%s", name, line, flag[2])
					}
				}
			}
		}
		if found < 1 {
			t.Errorf("%s has no command line of portalsim", name)
		}
	}
}
