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

// voiceFlags are those of who is told how a run went.
var voiceFlags = []string{
	"notify-on", "mail-to", "mail-from", "mail-server", "mail-tls", "mail-user", "mail-password", "webhook", "webhook-token",
	"heartbeat-start", "heartbeat-end", "heartbeat-failure", "metrics-file",
}

func newNotify(p *program) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "notify",
		Args: p.takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !p.settings.Test {
				return cmd.Help()
			}
			return testVoices(cmd.Context(), p)
		},
	}
	p.flags(cmd, "test", "ca-file")
	p.flags(cmd, voiceFlags...)
	return cmd
}

// testVoices sends to everybody who is told of runs, and says who was reached.
func testVoices(ctx context.Context, p *program) error {
	voices, err := setup.OpenVoices(ctx, p.Process, &p.settings.Unattended, p.settings.CAFile)
	if err != nil {
		return err
	}
	t := &teller{Process: p.Process, voices: voices, to: p.settings.Unattended, test: true}
	notice := show.Notice{Test: true, Job: p.job.Name, Version: p.Version, StartedAt: time.Now(), EndedAt: time.Now()}
	t.beat(ctx, "heartbeat-start", voices.Start)
	t.beat(ctx, "heartbeat-failure", voices.Failure)
	t.send(ctx, &notice)
	t.beat(ctx, "heartbeat-end", voices.End)
	if t.reached == 0 && len(t.failed) == 0 {
		return diagnosis.New(diagnosis.NobodyToTell)
	}
	return errors.Join(t.failed...)
}

// teller tells those who are not there how a run went. That somebody cannot be
// reached is said and changes nothing else.
type teller struct {
	*setup.Process
	voices  *setup.Voices
	to      config.Unattended
	test    bool
	reached int
	failed  []error
}

// tell ends a run: letters and calls if there is something to say, the heartbeat, and
// the figures.
func (t *teller) tell(ctx context.Context, n *show.Notice, outcomes []outcome) {
	for i := range outcomes {
		n.Files = append(n.Files, outcomes[i].NoticeFile)
	}
	due := t.Kept != nil && t.Kept.Due(time.Now())
	if t.Kept != nil && t.Kept.Warning != nil {
		n.Problems = append(n.Problems, show.Tell(t.Console, t.Kept.Warning))
	}
	switch worth := len(n.Files) > 0 && t.to.NotifyOn == config.Always; {
	case n.ExitCode != exitDone, due, worth, n.Changed() && t.to.NotifyOn == config.OnChange:
		t.send(ctx, n)
	}
	if n.ExitCode == exitDone {
		t.beat(ctx, "heartbeat-end", t.voices.End)
	} else {
		t.beat(ctx, "heartbeat-failure", t.voices.Failure)
	}
	t.measure(n, outcomes)
}

// send sends a letter and calls the webhook.
func (t *teller) send(ctx context.Context, n *show.Notice) {
	n.Machine, _ = os.Hostname() // one without a name is called so
	n.Compose(t.Console)
	if t.voices.Mail != nil {
		t.heard("mail-to "+strings.Join(t.to.MailTo, ", "), t.voices.Mail.Send(ctx, n.Subject, n.Text))
	}
	if !t.voices.Webhook.Empty() {
		t.heard("webhook", t.voices.Caller.Post(ctx, t.voices.Webhook, t.voices.Token, n))
	}
}

func (t *teller) beat(ctx context.Context, name string, address account.Secret) {
	if !address.Empty() {
		t.heard(name, t.voices.Caller.Beat(ctx, address))
	}
}

// heard notes whether somebody was reached.
func (t *teller) heard(who string, err error) {
	switch {
	case err == nil:
		t.reached++
		t.Log.Info("told", "who", who)
		if t.test {
			t.Console.Say("notify.sent", "Who", who)
		}
	case t.test:
		t.failed = append(t.failed, diagnosis.Wrap(err, diagnosis.NotifyRefused, "Who", who, "Cause", err.Error()))
	default:
		t.failed = append(t.failed, err)
		t.Warn(*diagnosis.Wrap(err, diagnosis.NotifyFailed, "Who", who, "Cause", err.Error()))
	}
}

// measure writes the figures of the run for Prometheus.
func (t *teller) measure(n *show.Notice, outcomes []outcome) {
	if t.to.MetricsFile == "" {
		return
	}
	f := &metrics.Figures{
		Job: n.Job, ExitCode: n.ExitCode, Started: n.StartedAt, Ended: n.EndedAt, Untold: len(t.failed),
		Rows: make(map[diagnosis.Status]int), Requests: make(map[string]int64), Waits: map[string]float64{"pause": 0, "away": 0, "rest": 0},
	}
	for _, o := range outcomes {
		for fate, count := range o.requests {
			f.Requests[strings.ReplaceAll(fate.String(), " ", "_")] += count
		}
		if o.Result == nil {
			continue
		}
		for status, rows := range o.Result.Statuses {
			f.Rows[status] += rows
		}
		for _, e := range o.Result.Timeline.Events {
			until := e.End
			if until.IsZero() {
				until = o.Result.EndedAt
			}
			f.Waits[e.Kind] += until.Sub(e.Start).Seconds()
		}
	}
	if t.Kept != nil {
		f.TokenExpires = t.Kept.Expires
	}
	if err := metrics.Write(t.to.MetricsFile, f); err != nil {
		t.Warn(*diagnosis.Wrap(err, diagnosis.MetricsFailed, "File", t.to.MetricsFile))
	}
}
