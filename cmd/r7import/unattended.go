package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/job"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/cmd/r7import/ui"
	"r7import/importer/diagnosis"
)

// The placeholders in the path of a report for the file's stem and the run's ID.
const (
	ofFile = "{name}"
	ofRun  = "{run}"
)

// onFile is the work of run or plan on one file.
type onFile func(context.Context, *setup.Process, *runOptions) (ending, error)

// runAll makes the portal agree with every input file, moves the files of a drop folder
// away, and sends notifications. In the sandbox it does only the first.
func runAll(cmd *cobra.Command, p *program, args []string) error {
	if p.settings.Sandbox {
		_, err := forEach(cmd, p, args, runFile)
		return err
	}
	ctx := cmd.Context()
	n, err := newNotifier(ctx, p)
	if err != nil {
		return err
	}
	n.beat(ctx, "heartbeat-start", n.voices.Start)
	notice := show.Notice{Job: p.job.Name, Version: p.Version, StartedAt: time.Now()}
	ends, err := forEach(cmd, p, args, func(ctx context.Context, p *setup.Process, o *runOptions) (ending, error) {
		end, err := runFile(ctx, p, o)
		if o.from.Dropped() {
			err = errors.Join(err, putAway(ctx, p, o, end, err))
		}
		return end, err
	})
	whole := p.ending
	whole.err, whole.signal = err, signalOf(ctx)
	notice.ExitCode, notice.EndedAt, notice.Problems = whole.code(), time.Now(), sentences(p.Console, err)
	n.tell(context.WithoutCancel(ctx), &notice, ends)
	return err
}

// forEach calls do with each file that the arguments or the inputs name, one after
// the other, and returns how each ended. It stops after a file that ended for a
// reason that the others share.
func forEach(cmd *cobra.Command, p *program, args []string, do onFile) (ends []ending, err error) {
	ctx := cmd.Context()
	files, err := p.files(cmd, args)
	var codes []int
	for _, file := range files {
		if !file.Waits() {
			continue // another process has moved or rewritten it
		}
		p.results.begun = false // each file has a JSON object of its own
		o, err := p.runOn(file)
		if err == nil {
			p.ending, err = do(ctx, p.Process, o)
		}
		p.conclude(ctx, err)
		p.ending.file = file.Path
		ends, codes = append(ends, p.ending), append(codes, p.ending.code())
		p.ending = ending{}
		if slices.Contains([]int{exitInterrupt, exitTerminated, exitBusy, exitUsage, exitPortal}, codes[len(codes)-1]) {
			break
		}
	}
	p.ending.others = codes
	return ends, err
}

// files returns the files to read: the one in the arguments, else the inputs of the
// settings. A folder or a pattern without files is not an error.
func (p *program) files(cmd *cobra.Command, args []string) ([]job.File, error) {
	s := &p.settings
	if len(args) > 0 {
		return []job.File{{Path: args[0]}}, nil
	}
	if len(s.Input) == 0 {
		return nil, diagnosis.New(diagnosis.InputMissing, "Command", cmd.CommandPath())
	}
	inputs := job.Inputs{Places: s.Input, Age: s.InputAge}
	files, restless, err := inputs.Files(cmd.Context())
	if restless > 0 {
		p.Console.Say("job.restless", "Count", restless)
	}
	made := slices.Clone(s.Report)
	if s.Annotate != "" {
		made = append(made, s.Annotate)
	}
	if i := slices.IndexFunc(made, shared); err == nil && i >= 0 && len(files) > 1 {
		return nil, diagnosis.New(diagnosis.ReportShared, "File", made[i])
	}
	return files, err
}

// shared reports whether the reports of all files would go to one path.
func shared(path string) bool {
	return !strings.Contains(path, ofFile) && !strings.Contains(path, ofRun)
}

// folderFor returns the folder for a dropped file by its exit code. It is empty if the file
// stays, because the same command may succeed the next time.
func folderFor(code int) string {
	switch code {
	case exitDone:
		return job.Done
	case exitFile, exitRows:
		return job.Failed
	}
	return ""
}

// besideFile returns the paths of the reports. Without --report they go to the folder that
// a dropped file is moved to.
func (o *runOptions) besideFile(reports []string, code int) []string {
	folder := folderFor(code)
	if !o.from.Dropped() || o.Target.Sandbox || o.Dry || len(o.Report) > 0 || folder == "" {
		return reports
	}
	aside, err := o.from.Aside(folder)
	if err != nil {
		return reports // the error is shown when the file is put away
	}
	beside := make([]string, len(reports))
	for i, path := range reports {
		beside[i] = filepath.Join(aside, filepath.Base(path))
	}
	return beside
}

// putAway moves a dropped file to the folder for its exit code. If the file has no result,
// putAway writes a text file beside it with the reason.
func putAway(ctx context.Context, p *setup.Process, o *runOptions, end ending, err error) error {
	end.err, end.signal = err, signalOf(ctx)
	folder, tag := folderFor(end.code()), time.Now().UTC().Format("20060102-150405")
	if folder == "" {
		return nil
	}
	if end.result != nil {
		tag = end.result.Run
	}
	at, problem := o.from.PutAway(folder, tag)
	if problem == nil && at != "" && end.result == nil {
		var why strings.Builder
		for _, one := range ui.Problems(err) {
			why.WriteString(p.Console.Lang.Located(&one) + "\n" + p.Console.Lang.Hint(&one) + "\n")
		}
		problem = os.WriteFile(at+".why.txt", []byte(why.String()), 0o600)
	}
	if problem != nil {
		return diagnosis.Or(problem, diagnosis.InputStays, "File", o.File, "Folder", folder)
	}
	if at != "" {
		p.Console.Say("job.away", "File", o.File, "Place", at)
	}
	return nil
}
