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

// Help writes the help of a command in lines of at most width columns, or of the
// usual width if that is 0. Of a command with many flags it lists those of every day,
// unless all are asked for.
func Help(out io.Writer, c *ui.Console, cmd *cobra.Command, width int, all bool) {
	h := helpPage{console: c, out: out, width: usual}
	if width > 0 {
		h.width = min(max(narrowest, width), widest)
	}
	h.call(cmd)
	if !cmd.HasParent() {
		h.way()
	}
	h.commands(cmd)
	h.flags(cmd, all)
	if !cmd.HasParent() {
		h.printf("\n")
		h.paragraph(c.Text("help.more", "Pages", strings.Join(c.Lang.Pages(), ", ")))
	}
}

// everyday are the flags that the help of a command with many begins with.
var everyday = map[string]bool{
	"portal": true, "sandbox": true, "token-file": true, "owner": true, "mapping": true, "set": true, "preset": true, "sheet": true,
	"rows": true, "on-existing": true, "canary": true, "report": true, "yes": true,
	"dry-run": true, "disable": true, "proof": true, "output": true, "detect": true, "keep": true, "without-passwords": true,
}

// manyFlags is how many flags of its own a command may have before its help shows only
// those of every day.
const manyFlags = 16

// helpPage is a text of a certain width. That nobody reads it is no error.
type helpPage struct {
	console *ui.Console
	out     io.Writer
	width   int
}

const (
	narrowest = 60
	widest    = 110
	usual     = 80
)

func (h helpPage) printf(format string, args ...any) { _, _ = fmt.Fprintf(h.out, format, args...) }

// ID returns where the catalogue keeps a text about a command: "cmd.runs.show.short".
func ID(cmd *cobra.Command, what string) string {
	path := strings.ReplaceAll(cmd.CommandPath(), " ", ".")
	return "cmd" + strings.TrimPrefix(path, "r7import") + "." + what
}

// call writes what the command is for and how it is called.
func (h helpPage) call(cmd *cobra.Command) {
	h.paragraph(h.console.Text(ID(cmd, "short")))
	line := cmd.CommandPath()
	if arguments := ID(cmd, "args"); h.console.Lang.Has(arguments) {
		line += " " + h.console.Text(arguments)
	}
	if examples := ID(cmd, "examples"); h.console.Lang.Has(examples) {
		h.printf("\n%s\n", h.console.Text("help.examples"))
		for example := range strings.Lines(h.console.Text(examples)) {
			h.printf("  %s\n", strings.TrimSuffix(example, "\n"))
		}
	}
	h.printf("\n%s\n  %s\n", h.console.Text("help.usage"), line)
	if long := ID(cmd, "long"); h.console.Lang.Has(long) {
		h.printf("\n")
		h.paragraph(h.console.Text(long))
	}
}

// way writes the commands of a migration in the order in which they are given.
func (h helpPage) way() {
	var rows [][2]string
	for _, name := range []string{"template", "validate", "plan", "run", "verify", "undo"} {
		rows = append(rows, [2]string{"r7import " + h.console.Text("help.way."+name), h.console.Text("help.way." + name + ".what")})
	}
	h.section("help.way", rows)
}

func (h helpPage) commands(cmd *cobra.Command) {
	var rows [][2]string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			rows = append(rows, [2]string{c.Name(), h.console.Text(ID(c, "short"))})
		}
	}
	h.section("help.commands", rows)
}

// flags lists the flags in the groups of their keys, those of every command last.
func (h helpPage) flags(cmd *cobra.Command, all bool) {
	groups := make(map[config.Group][][2]string)
	cmd.Flags().AddFlagSet(cmd.InheritedFlags())
	own := 0
	for _, k := range config.Keys {
		if k.Group != config.General && cmd.Flags().Lookup(k.Name) != nil {
			own++
		}
	}
	left := 0
	all = all || own <= manyFlags
	for _, k := range config.Keys {
		flag := cmd.Flags().Lookup(k.Name)
		switch {
		case flag == nil || flag.Hidden:
		case all || everyday[k.Name]:
			groups[k.Group] = append(groups[k.Group], [2]string{h.keyFlag(k), h.about(k)})
		default:
			left++
		}
	}
	if !all {
		for _, group := range config.Groups {
			h.section("help.group."+string(group), groups[group])
		}
		h.printf("\n")
		h.paragraph(h.console.Text("help.all", "Command", cmd.CommandPath(), "Count", left))
		return
	}
	for _, name := range []string{"config", "job", "help", "help-all", "version"} {
		if flag := cmd.Flags().Lookup(name); flag != nil {
			groups[config.General] = append(groups[config.General], [2]string{h.ownFlag(flag), flag.Usage})
		}
	}
	for _, group := range config.Groups {
		h.section("help.group."+string(group), groups[group])
	}
}

// ownFlag writes how a flag is given that is no key.
func (h helpPage) ownFlag(flag *pflag.Flag) string {
	switch flag.Name {
	case "help":
		return "-h, --help"
	case "config":
		return "    --config " + h.console.Text("value.file")
	case "job":
		return "    --job " + h.console.Text("value.job")
	}
	return "    --" + flag.Name
}

// keyFlag writes how a flag is given: "-o, --report FILE".
func (h helpPage) keyFlag(k *config.Key) string {
	text := "    --" + k.Name
	if k.Short != "" {
		text = "-" + k.Short + ", --" + k.Name
	}
	switch {
	case len(k.Choices) > 0:
		text += " " + strings.Join(k.Choices, "|")
	case k.Value != "":
		text += " " + h.console.Text("value."+k.Value)
	}
	return text
}

// about says what a flag is for, and its default.
func (h helpPage) about(k *config.Key) string {
	text := h.console.Text("flag." + k.Name)
	defaults := config.Defaults()
	if value := k.Show(&defaults); k.Value != "" && value != "" {
		text += " (" + value + ")"
	}
	return text
}

// section writes a heading and rows of two columns, the second one wrapped.
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
