package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/metrics"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

func newNotify(p *program) *cobra.Command {
	return p.command("notify", p.takes(0), func(cmd *cobra.Command, _ []string) error {
		if !p.settings.Test {
			return cmd.Help()
		}
		return testNotifier(cmd.Context(), p)
	}, append(without(config.Of(config.Alone), "input", "input-age"), "ca-file")...)
}

// testNotifier sends a test over every configured channel, and shows which channels work.
func testNotifier(ctx context.Context, p *program) error {
	n, err := newNotifier(ctx, p)
	if err != nil {
		return err
	}
	n.test = true
	notice := show.Notice{Test: true, Job: p.job.Name, Version: p.Version, StartedAt: time.Now(), EndedAt: time.Now()}
	n.beat(ctx, "heartbeat-start", n.voices.Start)
	n.beat(ctx, "heartbeat-failure", n.voices.Failure)
	n.send(ctx, &notice)
	n.beat(ctx, "heartbeat-end", n.voices.End)
	if n.reached == 0 && len(n.failed) == 0 {
		return diagnosis.New(diagnosis.NobodyToTell)
	}
	return errors.Join(n.failed...)
}

// notifier sends the result of an unattended run. A failure to send is shown and has no
// other effect.
type notifier struct {
	*setup.Process
	voices  *setup.Voices
	to      config.Unattended
	test    bool
	reached int
	failed  []error
}

func newNotifier(ctx context.Context, p *program) (*notifier, error) {
	voices, err := setup.OpenVoices(ctx, p.Process, &p.settings.Unattended, p.settings.CAFile)
	return &notifier{Process: p.Process, voices: voices, to: p.settings.Unattended}, err
}

// tell reports the end of a run. It sends mail and the webhook if the settings or the exit
// code ask for it, sends the heartbeat, and writes the metrics.
func (n *notifier) tell(ctx context.Context, notice *show.Notice, ends []ending) {
	for _, end := range ends {
		notice.Files = append(notice.Files, show.NoticeFile{
			File: end.file, ExitCode: end.code(), Result: end.result, Problems: sentences(n.Console, end.err),
		})
	}
	if n.Kept != nil && n.Kept.Warning != nil {
		notice.Problems = append(notice.Problems, show.Tell(n.Console, n.Kept.Warning))
	}
	due := n.Kept != nil && n.Kept.Due(time.Now())
	worth := n.to.NotifyOn == config.Always && len(ends) > 0 || n.to.NotifyOn == config.OnChange && notice.Changed()
	if due || worth || notice.ExitCode != exitDone {
		n.send(ctx, notice)
	}
	if notice.ExitCode == exitDone {
		n.beat(ctx, "heartbeat-end", n.voices.End)
	} else {
		n.beat(ctx, "heartbeat-failure", n.voices.Failure)
	}
	if n.to.MetricsFile != "" {
		if err := metrics.Write(n.to.MetricsFile, n.figures(notice, ends)); err != nil {
			n.Warn(*diagnosis.Wrap(err, diagnosis.MetricsFailed, "File", n.to.MetricsFile))
		}
	}
}

// send sends mail and calls the webhook.
func (n *notifier) send(ctx context.Context, notice *show.Notice) {
	notice.Machine, _ = os.Hostname() // empty if the machine has no name
	notice.Compose(n.Console)
	if n.voices.Mail != nil {
		n.note("mail-to "+strings.Join(n.to.MailTo, ", "), n.voices.Mail.Send(ctx, notice.Subject, notice.Text))
	}
	if !n.voices.Webhook.Empty() {
		n.note("webhook", n.voices.Caller.Post(ctx, n.voices.Webhook, n.voices.Token, notice))
	}
}

func (n *notifier) beat(ctx context.Context, name string, address account.Secret) {
	if !address.Empty() {
		n.note(name, n.voices.Caller.Beat(ctx, address))
	}
}

// note counts a channel that worked, and records and shows one that did not.
func (n *notifier) note(who string, err error) {
	switch {
	case err == nil:
		n.reached++
		n.Log.Info("told", "who", who)
		if n.test {
			n.Console.Say("notify.sent", "Who", who)
		}
	case n.test:
		n.failed = append(n.failed, diagnosis.Wrap(err, diagnosis.NotifyRefused, "Who", who, "Cause", err.Error()))
	default:
		n.failed = append(n.failed, err)
		n.Warn(*diagnosis.Wrap(err, diagnosis.NotifyFailed, "Who", who, "Cause", err.Error()))
	}
}

// figures returns the metrics of the run, summed over all files.
func (n *notifier) figures(notice *show.Notice, ends []ending) *metrics.Figures {
	f := &metrics.Figures{
		Job: notice.Job, ExitCode: notice.ExitCode, Started: notice.StartedAt, Ended: notice.EndedAt, Untold: len(n.failed),
		Rows: make(map[diagnosis.Status]int), Requests: make(map[string]float64), Waits: map[string]float64{"pause": 0, "away": 0, "rest": 0},
	}
	if n.Kept != nil {
		f.TokenExpires = n.Kept.Expires
	}
	for _, end := range ends {
		for fate, count := range end.requests {
			f.Requests[strings.ReplaceAll(fate.String(), " ", "_")] += float64(count)
		}
		if end.result == nil {
			continue
		}
		for status, rows := range end.result.Statuses {
			f.Rows[status] += rows
		}
		for _, e := range end.result.Timeline.Events {
			until := e.End
			if until.IsZero() {
				until = end.result.EndedAt
			}
			f.Waits[e.Kind] += until.Sub(e.Start).Seconds()
		}
	}
	return f
}
