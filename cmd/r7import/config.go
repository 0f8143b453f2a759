package main

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"runtime"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/ui"
	"r7import/importer/account"
)

func newConfig(p *program) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Args: noCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(newConfigShow(p), newConfigCheck(p))
	return cmd
}

func newConfigShow(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "show",
		Args: p.takes(),
		RunE: func(*cobra.Command, []string) error { return configShow(p) },
	}
	hiddenFlags(p, cmd)
	return cmd
}

func newConfigCheck(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "check",
		Args: p.takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return configCheck(cmd.Context(), p) },
	}
	hiddenFlags(p, cmd)
	return cmd
}

func configCheck(ctx context.Context, p *program) error {
	if p.file.Path == "" {
		p.Console.Say("config.none", "Path", config.DefaultFile(runtime.GOOS, p.Env))
		return nil
	}
	if err := p.file.Check(); err != nil {
		return err
	}
	p.Console.Say("config.good", "Path", p.file.Path)
	checkJobs(ctx, p)
	return nil
}

// hiddenFlags gives a command every flag there is, so that the values of all
// keys are put together and judged; help does not list them.
func hiddenFlags(p *program, cmd *cobra.Command) {
	for _, name := range config.Of(config.Where, config.Who, config.SignIn, config.Reading, config.Policy, config.Pace, config.Output, config.Alone) {
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
func configShow(p *program) error {
	setup.WarnOfKeyFiles(p.Process, &p.settings.Target)
	if p.settings.JSON {
		return configJSON(p)
	}
	w := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	for _, k := range config.Keys {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", k.Name, ui.Clean(k.Show(&p.settings)), p.originText(k))
	}
	for variable, secret := range secretsSet(p.Env) {
		_, _ = fmt.Fprintf(w, "%s\t%v\t%s\n", variable, secret, p.Console.Text("origin.environment", "Variable", variable))
	}
	return w.Flush()
}

func configJSON(p *program) error {
	var all []inForce
	for _, k := range config.Keys {
		all = append(all, inForce{k.Name, k.Show(&p.settings), p.origins.Of(k), k.Variable()})
	}
	for variable, secret := range secretsSet(p.Env) {
		all = append(all, inForce{"", fmt.Sprint(secret), config.ByEnvironment, variable})
	}
	return json.NewEncoder(p.Out).Encode(struct {
		File string    `json:"file"`
		Keys []inForce `json:"keys"`
	}{p.file.Path, all})
}

// secretsSet yields the variables that hold a secret.
func secretsSet(env config.Environment) iter.Seq2[string, account.Secret] {
	return func(yield func(string, account.Secret) bool) {
		for _, variable := range config.SecretVariables() {
			if text := env.Get(variable); text != "" && !yield(variable, account.NewSecret(text)) {
				return
			}
		}
	}
}

func (p *program) originText(k *config.Key) string {
	return p.Console.Text("origin."+string(p.origins.Of(k)), "File", p.file.Path, "Job", p.job.Name, "Variable", k.Variable(), "Flag", "--"+k.Name)
}
