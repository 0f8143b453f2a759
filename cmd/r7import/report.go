package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/report"
)

// reportAgainOptions is what report reads.
type reportAgainOptions struct {
	setup.Input // the file of the run, if a copy of it is wanted
	target      config.Target
	run         string
	paths       []string
	force       bool // what is there is overwritten
	config.Annotation
}

func newReport(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "report",
		Args: cobra.MatchAll(p.takesMany("value.run"), func(cmd *cobra.Command, args []string) error { return tooMany(cmd, len(args)-2) }),
		RunE: func(cmd *cobra.Command, args []string) error {
			s := &p.settings
			o := &reportAgainOptions{target: s.Target, run: args[0], paths: s.Report, force: s.Force, Annotation: s.Annotation}
			o.Input = setup.Input{Table: s.Table, Harmless: true}
			o.WithoutPasswords = true // only read to be copied
			if len(args) > 1 {
				o.File = args[1]
			}
			return reportAgain(cmd.Context(), p.Process, o)
		},
	}
	p.flags(cmd, "portal", "state", "report", "force")
	p.flags(cmd, annotationFlags...)
	p.flags(cmd, "mapping", "sheet", "header-row", "delimiter", "encoding", "identity", "workbook-password-file")
	return cmd
}

// reportAgain writes the report of a run again. Nothing is sent.
func reportAgain(ctx context.Context, p *setup.Process, o *reportAgainOptions) (err error) {
	switch {
	case len(o.paths) == 0 && o.Annotate == "":
		return diagnosis.New(diagnosis.ReportNowhere, "Run", o.run)
	case o.Annotate != "" && o.File == "":
		return diagnosis.New(diagnosis.AnnotateNoFile, "Run", o.run)
	case o.Annotate == "" && (o.File != "" || o.OnlyFailed || o.KeepSecrets):
		return diagnosis.New(diagnosis.AnnotateNothing)
	}
	paths, err := setup.ReportPaths(o.paths, "")
	if err != nil {
		return err
	}
	store, err := p.ReadState(&o.target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Run(ctx, o.run)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := p.MayWrite(ctx, path, o.force); err != nil {
			return err
		}
	}
	rows, about := outcomesOf(store, run.ID), aboutRun(run)
	if about.Timeline.Events, err = eventsOf(ctx, store, run.ID); err != nil {
		return err
	}
	if o.Annotate != "" {
		if err := annotateAgain(ctx, p, o, store, run); err != nil {
			return err
		}
	}
	summary, err := rows.summary(ctx, about)
	if err != nil {
		return err
	}
	written, err := rows.write(ctx, paths, summary, report.Options{Printer: p.Console.Lang, Excel: p.Console.Lang.Name() == "ru"})
	for _, path := range written {
		p.Console.Say("summary.report", "Path", path)
	}
	return err
}

// annotateAgain writes the copy of the file of a run with what became of its rows.
func annotateAgain(ctx context.Context, p *setup.Process, o *reportAgainOptions, store *journal.Store, run journal.Run) (err error) {
	input, err := p.OpenInput(ctx, &o.Input)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, input.File.Close()) }()
	if err := checkAnnotation(&o.Annotation, input, o.File, o.paths); err != nil {
		return err
	}
	if err := p.MayWrite(ctx, o.Annotate, o.force); err != nil {
		return err
	}
	written, err := outcomesOf(store, run.ID).annotate(ctx, p, input, &o.Annotation, func(digest string) bool { return store.FileDigest(digest) == run.FileDigest })
	if err == nil {
		p.Console.Say("summary.annotated", "Path", written)
	}
	return err
}
