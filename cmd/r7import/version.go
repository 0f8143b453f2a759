package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/licences"
	"r7import/cmd/r7import/setup"
)

// release is set by the linker when a release is built.
var release string

// version returns the release, or else what the build knows of the commit.
func version() string {
	if release != "" {
		return release
	}
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	text, changed := "devel", ""
	for _, s := range build.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			text = "devel-" + s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+"
		}
	}
	return text + changed
}

func newVersion(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:               "version",
		Args:              p.takes(),
		PersistentPreRunE: alone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all, _ := cmd.Flags().GetBool("licences"); all {
				_, err := io.WriteString(p.Out, licences.Text)
				return err
			}
			return printVersion(p.Process)
		},
	}
	cmd.Flags().Bool("licences", false, "")
	return cmd
}

func printVersion(p *setup.Process) error {
	_, err := fmt.Fprintf(p.Out, "r7import %s (%s, %s/%s)\n", p.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
