package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/licences"
)

// build is the build information of the program. Commit and date are empty if it was
// not built from a checkout.
type build struct {
	Version  string `json:"version"` // the commit's tag, or a number derived from its date
	Commit   string `json:"commit"`
	Date     string `json:"date"` // date of the commit
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func thisBuild() build {
	b := build{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if tag, ok := strings.CutPrefix(info.Main.Version, "v"); ok {
		b.Version = tag
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func newVersion(p *program) *cobra.Command {
	cmd := p.command("version", p.takes(0), func(cmd *cobra.Command, _ []string) error {
		if all, _ := cmd.Flags().GetBool("licences"); all {
			_, err := io.WriteString(p.Out, licences.Text)
			return err
		}
		if asJSON, _ := cmd.Flags().GetBool("json"); asJSON {
			return json.NewEncoder(p.Out).Encode(thisBuild())
		}
		return printVersion(p.Out)
	})
	cmd.PersistentPreRunE = anyConfiguration
	cmd.Flags().Bool("licences", false, "")
	cmd.Flags().Bool("json", false, "")
	return cmd
}

func printVersion(out io.Writer) error {
	b := thisBuild()
	_, err := fmt.Fprintf(out, "r7import %s (%s, %s)\n", b.Version, b.Go, b.Platform)
	return err
}
