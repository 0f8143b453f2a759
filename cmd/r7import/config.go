package main

import (
	"encoding/json"
	"fmt"
	"iter"
	"runtime"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

func (p *program) newConfig() *cobra.Command {
	cmd := &cobra.Command{Use: "config", Args: p.noCommand, RunE: showHelp}
	cmd.AddCommand(p.newConfigShow(), p.newConfigCheck())
	return cmd
}

func (p *program) newConfigShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "show",
		Args: p.takes(),
		RunE: func(*cobra.Command, []string) error { return p.configShow() },
	}
	p.hiddenFlags(cmd)
	return cmd
}

func (p *program) newConfigCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "check",
		Args: p.takes(),
		RunE: func(*cobra.Command, []string) error { return p.configCheck() },
	}
	p.hiddenFlags(cmd)
	return cmd
}

func (p *program) configCheck() error {
	if p.file.Path == "" {
		p.console.Say("config.none", "Path", config.DefaultFile(runtime.GOOS, p.env))
		return nil
	}
	if err := p.file.Check(); err != nil {
		return err
	}
	p.console.Say("config.good", "Path", p.file.Path)
	return nil
}

// hiddenFlags gives a command every flag there is, so that the values of all
// keys are put together and judged; help does not list them.
func (p *program) hiddenFlags(cmd *cobra.Command) {
	for _, name := range config.Of(config.Where, config.Who, config.SignIn, config.Reading, config.Policy, config.Pace, config.Output) {
		p.flags(cmd, name)
		cmd.Flags().Lookup(name).Hidden = name != "json"
	}
}

// inForce is a value as `config show --json` tells it. Fields are only ever added.
type inForce struct {
	Key      string        `json:"key"`
	Value    string        `json:"value"`
	Origin   config.Origin `json:"origin"`
	Variable string        `json:"variable"`
}

// configShow lists every key with its value and where that came from. Of a
// secret it tells that it is there.
func (p *program) configShow() error {
	p.warnOfKeyFiles()
	if p.settings.JSON {
		return p.configJSON()
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, k := range config.Keys {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", k.Name, ui.Clean(k.Show(&p.settings)), p.originText(k))
	}
	for variable, secret := range p.secretsSet() {
		_, _ = fmt.Fprintf(w, "%s\t%v\t%s\n", variable, secret, p.console.Text("origin.environment", "Variable", variable))
	}
	return w.Flush()
}

// warnOfKeyFiles tells which stores have their key beside them.
func (p *program) warnOfKeyFiles() {
	folder, err := p.stateFolder()
	if err != nil {
		return
	}
	for _, file := range journal.KeyFiles(folder) {
		p.warn(*diagnosis.New(diagnosis.StateKeyFile, "Path", file))
	}
}

func (p *program) configJSON() error {
	var all []inForce
	for _, k := range config.Keys {
		all = append(all, inForce{k.Name, k.Show(&p.settings), p.origins.Of(k), k.Variable()})
	}
	for variable, secret := range p.secretsSet() {
		all = append(all, inForce{"", fmt.Sprint(secret), config.ByEnvironment, variable})
	}
	return json.NewEncoder(p.out).Encode(struct {
		File string    `json:"file"`
		Keys []inForce `json:"keys"`
	}{p.file.Path, all})
}

// secretsSet yields the variables that hold a secret.
func (p *program) secretsSet() iter.Seq2[string, account.Secret] {
	return func(yield func(string, account.Secret) bool) {
		for _, variable := range secretVariables {
			if text := p.env.Get(variable); text != "" && !yield(variable, account.NewSecret(text)) {
				return
			}
		}
	}
}

func (p *program) originText(k *config.Key) string {
	return p.console.Text("origin."+string(p.origins.Of(k)), "File", p.file.Path, "Variable", k.Variable(), "Flag", "--"+k.Name)
}
