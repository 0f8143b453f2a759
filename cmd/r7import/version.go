package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/licences"
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

func (p *program) newVersion() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "version",
		Args:              p.takes(),
		PersistentPreRunE: alone,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if all, _ := cmd.Flags().GetBool("licences"); all {
				_, err := io.WriteString(p.out, licences.Text)
				return err
			}
			return p.printVersion()
		},
	}
	cmd.Flags().Bool("licences", false, "")
	return cmd
}

func (p *program) printVersion() error {
	_, err := fmt.Fprintf(p.out, "r7import %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
