package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/mapping"
)

func newPresets(p *program) *cobra.Command {
	return p.command("presets", p.takes(1), func(_ *cobra.Command, args []string) error {
		return listPresets(p.Process, &p.settings, strings.Join(args, ""))
	}, "presets", "json")
}

// listPresets lists all presets of mail services, or the named one.
func listPresets(p *setup.Process, s *config.Settings, name string) error {
	own, err := setup.OwnPresets(s.Presets)
	if err != nil {
		return err
	}
	known := append(own, mapping.BuiltinPresets()...)
	if name != "" {
		one := known.Named(name)
		if one == nil {
			if one, err = known.Choose(name); err != nil {
				return err
			}
		}
		known = mapping.Presets{one}
	}
	if s.JSON {
		return presetsJSON(p.Out, known)
	}
	for _, preset := range known {
		show.Line(p.Out, preset.Name+" — "+preset.Title)
		showPreset(p.Console, preset, func(line string) { show.Line(p.Out, "    "+line) })
	}
	return nil
}

// showPreset writes the domains, servers and notes of a preset, each as a line.
func showPreset(c *ui.Console, preset *mapping.Preset, line func(text string)) {
	if len(preset.Domains) > 0 {
		line(c.Text("presets.domains", "Domains", preset.Domains))
	}
	switch {
	case preset.NeedsHost():
		line(c.Text("presets.host", "Name", preset.Name))
	case len(preset.MX) > 0:
		line(c.Text("presets.mx", "Name", preset.Name, "Hosts", preset.MX))
	case len(preset.Domains) == 0:
		line(c.Text("presets.name", "Name", preset.Name))
	}
	for _, ways := range [][]way{waysTo(preset.Incoming, "imap"), waysTo(preset.Outgoing, "smtp")} {
		texts := make([]string, len(ways))
		for i, w := range ways {
			texts[i] = fmt.Sprintf("%s %s:%d %s", strings.ToUpper(w.Protocol), cmp.Or(w.Host, c.Text("value.host")), w.Port, w.Encryption)
		}
		line(strings.Join(texts, ", "))
	}
	for _, note := range preset.Notes {
		line(c.Text("preset.note." + string(note)))
	}
	if preset.Help != "" {
		line(c.Text("presets.help", "Help", preset.Help))
	}
}

// way is the protocol, address and encryption of a mail server.
type way struct {
	Protocol   string `json:"protocol"`
	Host       string `json:"host,omitempty"`
	Port       int    `json:"port"`
	Encryption string `json:"encryption"`
}

// waysTo returns the ways to a server, the best first.
func waysTo(endpoints []mapping.Endpoint, protocol string) []way {
	ways := make([]way, len(endpoints))
	for i, e := range endpoints {
		ways[i] = way{protocol, e.Host, e.Port, e.Encryption.String()}
		if e.POP3 {
			ways[i].Protocol = "pop3"
		}
	}
	return ways
}

// presetsJSON writes the presets as JSON. Fields may be added but not changed.
func presetsJSON(out io.Writer, presets mapping.Presets) error {
	type entry struct {
		Name    string         `json:"name"`
		Title   string         `json:"title"`
		Domains []string       `json:"domains"`
		MX      []string       `json:"mx"`
		Servers []way          `json:"servers"`
		Notes   []mapping.Note `json:"notes"`
		Help    string         `json:"help,omitempty"`
	}
	all := make([]entry, 0, len(presets))
	for _, preset := range presets {
		all = append(all, entry{
			Name: preset.Name, Title: preset.Title, Help: preset.Help, // lists are never null
			Domains: append([]string{}, preset.Domains...), MX: append([]string{}, preset.MX...), Notes: append([]mapping.Note{}, preset.Notes...),
			Servers: append(waysTo(preset.Incoming, "imap"), waysTo(preset.Outgoing, "smtp")...),
		})
	}
	return json.NewEncoder(out).Encode(map[string]any{"presets": all})
}
