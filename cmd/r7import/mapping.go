package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/propose"
	"r7import/cmd/r7import/setup"
	"r7import/importer/plan"
	"r7import/importer/policy"
	"r7import/importer/portal"
	"r7import/mapping"
)

func newMapping(p *program) *cobra.Command {
	return p.command("mapping", p.takes(1, "value.file"), func(cmd *cobra.Command, args []string) error {
		return proposeMapping(cmd.Context(), p.Process, &p.settings, args[0])
	}, append(without(config.Of(config.Reading), "mapping"), "portal", "ca-file", "insecure-http", "state", "token", "token-file", "user",
		"password", "password-file", "retry-refused", "timeout", "owner", "detect", "output", "force")...)
}

// proposeMapping writes a mapping file for a table.
func proposeMapping(ctx context.Context, p *setup.Process, s *config.Settings, path string) (err error) {
	if s.Output != "" {
		if err := p.CheckOutput(ctx, s.Output, path, s.Force); err != nil {
			return err
		}
	}
	file, fills, err := p.OpenTable(ctx, path, &s.Table)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	p.Warn(file.Notices()...)
	fills.OwnerColumns = s.Owner == policy.OwnerColumn
	about := &propose.Options{File: file, Path: path, Fills: fills, Detect: s.Detect, Output: s.Output}
	if s.Portal != "" {
		about.Session = func(ctx context.Context, binding *mapping.Binding) (*portal.Session, func(), error) {
			return sessionFor(ctx, p, s, plan.WayFor(s.Owner, binding) == policy.OwnerColumn)
		}
	}
	return propose.Propose(ctx, p, about)
}

// sessionFor signs in to the portal as a run of the file would. The session is nil if there
// is no caller. named reports whether the rows name their owners, so that a stored token is
// not used. done ends the session and the connection.
func sessionFor(ctx context.Context, p *setup.Process, s *config.Settings, named bool) (session *portal.Session, done func(), err error) {
	c, err := p.Connect(ctx, &s.Target, s.Workers, nil, "")
	if err != nil {
		return nil, nil, err
	}
	caller, err := p.Caller(ctx, c, &s.Caller, !named)
	end := func() {}
	if err == nil && !caller.Empty() {
		session, end, err = p.Session(ctx, c, caller, s.RetryRefused)
	}
	if err != nil {
		c.Close()
		return nil, nil, err
	}
	return session, func() {
		end()
		c.Close()
	}, nil
}
