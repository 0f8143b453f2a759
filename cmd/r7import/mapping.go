package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/propose"
	"r7import/cmd/r7import/setup"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
	"r7import/mapping"
)

// mappingOptions is what mapping reads.
type mappingOptions struct {
	file    string
	table   config.Table
	target  config.Target
	caller  config.Caller
	retry   bool // a password the portal has refused is sent again
	owner   policy.OwnerWay
	workers int
	detect  bool
	output  string
	force   bool // overwrite it
}

func newMapping(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "mapping",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := &p.settings
			return proposeMapping(cmd.Context(), p.Process, &mappingOptions{
				file: args[0], table: s.Table, target: s.Target, caller: s.Caller, retry: s.RetryRefused,
				owner: s.Owner, workers: s.Workers, detect: s.Detect, output: s.Output, force: s.Force,
			})
		},
	}
	reading := slices.DeleteFunc(config.Of(config.Reading), func(name string) bool { return name == "mapping" })
	p.flags(cmd, reading...)
	p.flags(cmd, "portal", "ca-file", "insecure-http", "state", "token", "token-file", "user", "password", "password-file", "retry-refused", "timeout", "owner", "detect", "output", "force")
	return cmd
}

// proposeMapping proposes a mapping file for a table.
func proposeMapping(ctx context.Context, p *setup.Process, o *mappingOptions) (err error) {
	if o.output != "" {
		if err := p.CheckOutput(ctx, o.output, o.file, o.force); err != nil {
			return err
		}
	}
	file, fills, err := p.OpenTable(ctx, o.file, &o.table)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	p.Warn(file.Notices()...)
	fills.OwnerColumns = o.owner == policy.OwnerColumn
	about := &propose.Options{File: file, Path: o.file, Fills: fills, Detect: o.detect, Output: o.output}
	if o.target.Portal != "" {
		about.Session = func(ctx context.Context, binding *mapping.Binding) (*portal.Session, func(), error) {
			return sessionFor(ctx, p, o, binding)
		}
	}
	return propose.Propose(ctx, p, about)
}

// sessionFor signs in to the portal as whoever a run of the file would, nil if
// there is nobody. done ends what the sign-in began.
func sessionFor(ctx context.Context, p *setup.Process, o *mappingOptions, binding *mapping.Binding) (s *portal.Session, done func(), err error) {
	c, err := p.Connect(ctx, &o.target, o.workers, nil, "")
	if err != nil {
		return nil, nil, err
	}
	theirs := plan.WayFor(o.owner, binding) == policy.OwnerColumn
	caller, err := p.Caller(ctx, c, &o.caller, !theirs)
	end := func() {}
	if err == nil && !caller.Empty() {
		s, end, err = p.Session(ctx, c, caller, o.retry)
	}
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return s, func() { end(); c.Close() }, nil
}
