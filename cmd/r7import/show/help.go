package show

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
)

// The width of help in columns: that of the terminal within bounds, or usual without a terminal.
const (
	narrowest = 60
	widest    = 110
	usual     = 80
)

// ID returns the catalogue's ID of a text about a command: "cmd.runs.show.short".
func ID(cmd *cobra.Command, what string) string {
	path := strings.ReplaceAll(cmd.CommandPath(), " ", ".")
	return "cmd" + strings.TrimPrefix(path, "r7import") + "." + what
}

// Help writes the help of a command in lines of about width columns, or of the
// usual width if that is 0. For a command with many flags it lists only the everyday
// flags, unless all is set.
func Help(out io.Writer, c *ui.Console, cmd *cobra.Command, width int, all bool) {
	h := helpPage{c, out, usual}
	if width > 0 {
		h.width = min(max(narrowest, width), widest)
	}
	about := func(what string) string {
		if id := ID(cmd, what); c.Lang.Has(id) {
			return c.Text(id)
		}
		return ""
	}
	h.paragraph(about("short"))
	if examples := about("examples"); examples != "" {
		h.printf("\n%s\n", c.Text("help.examples"))
		for example := range strings.SplitSeq(examples, "\n") {
			h.printf("  %s\n", example)
		}
	}
	h.printf("\n%s\n  %s\n", c.Text("help.usage"), strings.TrimSpace(cmd.CommandPath()+" "+about("args")))
	if long := about("long"); long != "" {
		h.printf("\n")
		h.paragraph(long)
	}
	var way, commands [][2]string
	for _, name := range []string{"template", "validate", "plan", "run", "verify", "undo"} { // in the order of a migration
		way = append(way, [2]string{"r7import " + c.Text("help.way."+name), c.Text("help.way." + name + ".what")})
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			commands = append(commands, [2]string{sub.Name(), c.Text(ID(sub, "short"))})
		}
	}
	if !cmd.HasParent() {
		h.section("help.way", way)
	}
	h.section("help.commands", commands)
	h.flags(cmd, all)
	if !cmd.HasParent() {
		h.printf("\n")
		h.paragraph(c.Text("help.more", "Pages", strings.Join(c.Lang.Pages(), ", ")))
	}
}

// everyday holds the flags that help lists for a command with many flags.
var everyday = map[string]bool{
	"portal": true, "sandbox": true, "token-file": true, "owner": true, "mapping": true, "set": true, "preset": true, "sheet": true,
	"rows": true, "on-existing": true, "canary": true, "report": true, "yes": true,
	"dry-run": true, "disable": true, "proof": true, "output": true, "detect": true, "keep": true, "without-passwords": true,
}

// manyFlags is the largest number of own flags for which the help of a command lists
// all flags.
const manyFlags = 16

// helpPage writes text of a given width. It ignores write errors.
type helpPage struct {
	console *ui.Console
	out     io.Writer
	width   int
}

func (h helpPage) printf(format string, args ...any) { _, _ = fmt.Fprintf(h.out, format, args...) }

// flags lists the flags by the group of their keys, the general ones last.
func (h helpPage) flags(cmd *cobra.Command, all bool) {
	cmd.Flags().AddFlagSet(cmd.InheritedFlags())
	groups := make(map[config.Group][][2]string)
	list := func(group config.Group, flag *pflag.Flag, value, about string) {
		text := "    --" + flag.Name
		if flag.Shorthand != "" {
			text = "-" + flag.Shorthand + ", --" + flag.Name
		}
		groups[group] = append(groups[group], [2]string{strings.TrimRight(text+" "+value, " "), about})
	}
	own, left := 0, 0
	for _, k := range config.Keys {
		if k.Group != config.General && cmd.Flags().Lookup(k.Name) != nil {
			own++
		}
	}
	all = all || own <= manyFlags
	defaults := config.Defaults()
	for _, k := range config.Keys {
		flag := cmd.Flags().Lookup(k.Name)
		if flag == nil || flag.Hidden {
			continue
		}
		if !all && !everyday[k.Name] {
			left++
			continue
		}
		value, about := strings.Join(k.Choices, "|"), h.console.Text("flag."+k.Name)
		if value == "" && k.Value != "" {
			value = h.console.Text("value." + k.Value)
		}
		if usual := k.Show(&defaults); k.Value != "" && usual != "" {
			about += " (" + usual + ")"
		}
		list(k.Group, flag, value, about)
	}
	for _, name := range []string{"config", "job", "help", "help-all", "version"} { // flags without a key
		flag := cmd.Flags().Lookup(name)
		if flag == nil || !all {
			continue
		}
		value := map[string]string{"config": "value.file", "job": "value.job"}[name]
		list(config.General, flag, h.console.Text(value), flag.Usage)
	}
	for _, group := range config.Groups {
		h.section("help.group."+string(group), groups[group])
	}
	if !all {
		h.printf("\n")
		h.paragraph(h.console.Text("help.all", "Command", cmd.CommandPath(), "Count", left))
	}
}

// section writes a heading and rows of two columns, the second column wrapped.
func (h helpPage) section(heading string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	const deepest = 34
	column := 0
	for _, row := range rows {
		if w := runewidth.StringWidth(row[0]) + 4; w <= deepest {
			column = max(column, w)
		}
	}
	if column == 0 {
		column = deepest
	}
	h.printf("\n%s\n", h.console.Text(heading))
	for _, row := range rows {
		lead := "  " + row[0]
		if runewidth.StringWidth(lead)+2 > column {
			h.printf("%s\n", lead)
			lead = ""
		}
		for _, line := range ui.Wrap(row[1], h.width-column) {
			h.printf("%s%s\n", runewidth.FillRight(lead, column), line)
			lead = ""
		}
	}
}

func (h helpPage) paragraph(text string) {
	for _, line := range ui.Wrap(text, h.width) {
		h.printf("%s\n", line)
	}
}

// ManualName returns the name of a command's manual page: r7import-runs-show.
func ManualName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// manualWidth leaves room for the indent of man within the 80 columns of a terminal.
const manualWidth = 72

// Manual writes the help of a command as a manual page. Indented lines of the help keep
// their form, the others are filled.
func Manual(out io.Writer, c *ui.Console, cmd *cobra.Command, date, version string) {
	var help strings.Builder
	Help(&help, c, cmd, manualWidth, true)
	page := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	page(".TH %s 1 \"%s\" \"%s\"\n", roff(strings.ToUpper(ManualName(cmd))), date, roff(version))
	page(".SH %s\n%s \\- %s\n", c.Text("man.name"), roff(ManualName(cmd)), roff(strings.TrimSuffix(c.Text(ID(cmd, "short")), ".")))
	page(".SH %s\n", c.Text("man.description"))
	kept := false
	_, rest, _ := strings.Cut(help.String(), "\n\n") // the first paragraph is already in the NAME section
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

// roff escapes a line so that roff does not read it as a command.
func roff(line string) string {
	line = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(line)
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		line = `\&` + line
	}
	return line
}
