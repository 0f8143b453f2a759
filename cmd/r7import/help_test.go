package main

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/lang"
)

// TestEveryCommandHasExamples looks for the two examples that the help of a command
// begins with, and parses them by the flags of the command.
func TestEveryCommandHasExamples(t *testing.T) {
	for _, language := range lang.Languages {
		printer, err := lang.New(language)
		if err != nil {
			t.Fatal(err)
		}
		var check func(*cobra.Command)
		check = func(cmd *cobra.Command) {
			for _, sub := range cmd.Commands() {
				check(sub)
			}
			if cmd.Hidden || !cmd.Runnable() || !cmd.HasParent() {
				return
			}
			examples := strings.Split(printer.Text(show.ID(cmd, "examples")), "\n")
			if len(examples) != 2 {
				t.Errorf("%s in %s has %d examples, want 2", cmd.CommandPath(), language, len(examples))
				return
			}
			for _, example := range examples {
				args, ours := strings.CutPrefix(example, cmd.CommandPath())
				if !ours || len(example) > 78 {
					t.Errorf("%s in %s: %q is no example of it, or too long", cmd.CommandPath(), language, example)
					continue
				}
				parse(t, language, append(strings.Fields(cmd.CommandPath())[1:], strings.Fields(args)...))
			}
		}
		check(newRoot(manualProgram(t)))
	}
}

// otherPrograms are the lines of pages that call other programs.
var otherPrograms = regexp.MustCompile(`(?m)^ +(systemctl|schtasks|crontab|cmdkey|secret-tool|chmod|kubectl) .*$`)

// TestPagesOfHelp looks for what each page is there to tell.
func TestPagesOfHelp(t *testing.T) {
	wants := make(map[string][]string)
	for f := range account.NumFields {
		wants["columns"] = append(wants["columns"], f.String())
	}
	for _, way := range []string{"auto", "column", "impersonate", "self"} {
		wants["owners"] = append(wants["owners"], "--owner "+way)
	}
	for _, status := range diagnosis.Statuses {
		wants["states"] = append(wants["states"], string(status))
	}
	for _, code := range []int{
		exitDone, exitError, exitUsage, exitFile, exitRows, exitPortal, exitUnfinished, exitBusy, exitChanges, exitInterrupt, exitTerminated,
	} {
		wants["exit-codes"] = append(wants["exit-codes"], itoa(code))
	}
	for _, language := range lang.Languages {
		printer, err := lang.New(language)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range printer.Pages() {
			page, ok := printer.Page(name)
			if !ok {
				t.Errorf("there is no page %s in %s", name, language)
			}
			for line := range strings.Lines(page) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
					t.Errorf("%s in %s has a line of %d columns: %s", name, language, n, line)
				}
			}
			for _, want := range wants[name] {
				if !regexp.MustCompile(`(?m)(^|[^\w-])` + regexp.QuoteMeta(strings.TrimSpace(want)) + `([^\w-]|$)`).MatchString(page) {
					t.Errorf("%s in %s says nothing of %q", name, language, want)
				}
			}
			for _, found := range flagInText.FindAllStringSubmatch(otherPrograms.ReplaceAllString(page, ""), -1) {
				if _, ok := config.Named(strings.TrimPrefix(found[2], "--")); !ok && found[2] != "--help" && found[2] != "--config" && found[2] != "--job" {
					t.Errorf("%s in %s: there is no flag %s", name, language, found[2])
				}
			}
		}
	}
}
