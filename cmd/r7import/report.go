package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/importer/diagnosis"
)

func newReport(p *program) *cobra.Command {
	keys := append([]string{"portal", "state", "report", "force"}, annotationFlags...)
	return p.command("report", p.takes(2, "value.run"), func(cmd *cobra.Command, args []string) error {
		p.settings.WithoutPasswords = true // the file is only copied
		o := &setup.Input{Table: p.settings.Table, Harmless: true}
		if len(args) > 1 {
			o.File = args[1]
		}
		return reportAgain(cmd.Context(), p.Process, &p.settings, args[0], o)
	}, append(keys, "mapping", "sheet", "header-row", "delimiter", "encoding", "identity", "workbook-password-file")...)
}

// reportAgain writes the report of a run again and, if --annotate is set, the annotated copy
// of its file. It sends nothing.
func reportAgain(ctx context.Context, p *setup.Process, s *config.Settings, name string, o *setup.Input) (err error) {
	switch {
	case len(s.Report) == 0 && s.Annotate == "":
		return diagnosis.New(diagnosis.ReportNowhere, "Run", name)
	case s.Annotate != "" && o.File == "":
		return diagnosis.New(diagnosis.AnnotateNoFile, "Run", name)
	case s.Annotate == "" && (o.File != "" || s.OnlyFailed || s.KeepSecrets):
		return diagnosis.New(diagnosis.AnnotateNothing)
	}
	paths, err := setup.ReportPaths(s.Report, "")
	if err != nil {
		return err
	}
	store, err := p.ReadState(&s.Target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	run, err := store.Run(ctx, name)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := p.MayWrite(ctx, path, s.Force); err != nil {
			return err
		}
	}
	about := aboutRun(run)
	if about.Timeline.Events, err = eventsOf(ctx, store, run.ID); err != nil {
		return err
	}
	rows := outcomesOf(ctx, store, run.ID)
	if s.Annotate != "" {
		input, err := p.OpenInput(ctx, o)
		if err != nil {
			return err
		}
		defer input.File.Close()
		if err := checkAnnotation(&s.Annotation, input, o.File, s.Report); err != nil {
			return err
		}
		if err := p.MayWrite(ctx, s.Annotate, s.Force); err != nil {
			return err
		}
		written, err := rows.annotate(ctx, p, input, &s.Annotation, store.FileDigest, run.FileDigest)
		if err != nil {
			return err
		}
		p.Console.Say("summary.annotated", "Path", written)
	}
	return rows.publish(ctx, p, paths, about)
}
