package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/ui"
)

// ManualName is what man knows a command by: r7import-runs-show.
func ManualName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manualWidth and the indent of man are the 80 columns of a terminal.
const manualWidth = 72

// Manual writes the help of a command as a page for man. What is indented in the help
// stays as it is, the rest flows.
func Manual(out io.Writer, c *ui.Console, cmd *cobra.Command, date, version string) {
	var help strings.Builder
	Help(&help, c, cmd, manualWidth, true)
	page := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	page(".TH %s 1 \"%s\" \"%s\"\n", roff(strings.ToUpper(ManualName(cmd))), date, roff(version))
	page(".SH %s\n%s \\- %s\n", c.Text("man.name"), roff(ManualName(cmd)), roff(strings.TrimSuffix(c.Text(ID(cmd, "short")), ".")))
	page(".SH %s\n", c.Text("man.description"))
	kept := false
	_, rest, _ := strings.Cut(help.String(), "\n\n") // the name says what the first paragraph does
	lines := strings.Split(strings.TrimSpace(rest), "\n")
	for i, line := range lines {
		indented := strings.HasPrefix(line, " ")
		if indented != kept && line != "" {
			page("%s\n", map[bool]string{true: ".nf", false: ".fi"}[indented])
			kept = indented
		}
		switch {
		case line == "":
			page(".PP\n")
		case !indented && strings.HasSuffix(line, ":") && i+1 < len(lines) && strings.HasPrefix(lines[i+1], " "):
			page(".SS %s\n", roff(strings.TrimSuffix(line, ":")))
		default:
			page("%s\n", roff(line))
		}
	}
	if kept {
		page(".fi\n")
	}
	var related []string
	if cmd.HasParent() {
		related = append(related, ManualName(cmd.Parent()))
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			related = append(related, ManualName(sub))
		}
	}
	page(".SH %s\n", c.Text("man.see"))
	for i, name := range related {
		page(".BR %s (1)%s\n", roff(name), map[bool]string{true: ","}[i+1 < len(related)])
	}
}

// roff keeps a line from being taken for commands.
func roff(line string) string {
	line = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	return line
}
