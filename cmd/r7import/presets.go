package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/ui"
	"r7import/mapping"
)

func (p *program) newPresets() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "presets",
		Args: takesOne,
		RunE: func(_ *cobra.Command, args []string) error { return p.presets(args) },
	}
	p.flags(cmd, "presets", "json")
	return cmd
}

// presets lists what is known of mail services, or tells all about one.
func (p *program) presets(args []string) error {
	own, err := p.ownPresets()
	if err != nil {
		return err
	}
	known := append(own, mapping.BuiltinPresets()...)
	if len(args) > 0 {
		one := known.Named(args[0])
		if one == nil {
			if one, err = known.Choose(args[0]); err != nil {
				return err
			}
		}
		known = mapping.Presets{one}
	}
	if p.settings.JSON {
		return p.presetsJSON(known)
	}
	for _, preset := range known {
		_, _ = fmt.Fprintf(p.out, "%s — %s\n", preset.Name, ui.Clean(preset.Title))
		for _, line := range p.aboutPreset(preset) {
			_, _ = fmt.Fprintf(p.out, "    %s\n", ui.Clean(line))
		}
	}
	return nil
}

// aboutPreset says who a preset is for, where its servers are, and what to know about it.
func (p *program) aboutPreset(preset *mapping.Preset) []string {
	var lines []string
	if len(preset.Domains) > 0 {
		lines = append(lines, p.console.Text("presets.domains", "Domains", strings.Join(preset.Domains, ", ")))
	}
	switch {
	case preset.NeedsHost():
		lines = append(lines, p.console.Text("presets.host", "Name", preset.Name))
	case len(preset.MX) > 0:
		lines = append(lines, p.console.Text("presets.mx", "Name", preset.Name, "Hosts", strings.Join(preset.MX, ", ")))
	case len(preset.Domains) == 0:
		lines = append(lines, p.console.Text("presets.name", "Name", preset.Name))
	}
	lines = append(lines, p.ways(preset.Incoming, "IMAP"), p.ways(preset.Outgoing, "SMTP"))
	for _, note := range preset.Notes {
		lines = append(lines, p.console.Text("preset.note."+string(note)))
	}
	if preset.Help != "" {
		lines = append(lines, p.console.Text("presets.help", "Help", preset.Help))
	}
	return lines
}

// ways writes the ways to a server, the best first: "IMAP imap.example.org:993 ssl".
func (p *program) ways(endpoints []mapping.Endpoint, protocol string) string {
	texts := make([]string, len(endpoints))
	for i, e := range endpoints {
		name := protocol
		if e.POP3 {
			name = "POP3"
		}
		texts[i] = fmt.Sprintf("%s %s:%d %s", name, cmp.Or(e.Host, p.console.Text("value.host")), e.Port, e.Encryption)
	}
	return strings.Join(texts, ", ")
}

// presetsJSON writes the presets for scripts. Fields are only ever added.
func (p *program) presetsJSON(presets mapping.Presets) error {
	type way struct {
		Protocol   string `json:"protocol"`
		Host       string `json:"host,omitempty"`
		Port       int    `json:"port"`
		Encryption string `json:"encryption"`
	}
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
		e := entry{
			Name: preset.Name, Title: preset.Title, Help: preset.Help, // lists are never null
			Domains: append([]string{}, preset.Domains...), MX: append([]string{}, preset.MX...), Notes: append([]mapping.Note{}, preset.Notes...),
		}
		for _, in := range preset.Incoming {
			protocol := "imap"
			if in.POP3 {
				protocol = "pop3"
			}
			e.Servers = append(e.Servers, way{protocol, in.Host, in.Port, in.Encryption.String()})
		}
		for _, out := range preset.Outgoing {
			e.Servers = append(e.Servers, way{"smtp", out.Host, out.Port, out.Encryption.String()})
		}
		all = append(all, e)
	}
	return json.NewEncoder(p.out).Encode(struct {
		Presets []entry `json:"presets"`
	}{all})
}
