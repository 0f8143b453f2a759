package main

import (
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"r7import/cmd/r7import/config"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
	"r7import/mapping"
	"r7import/report"
)

func (p *program) newMapping() *cobra.Command {
	cmd := &cobra.Command{
		Use:  "mapping",
		Args: p.takes("value.file"),
		RunE: func(cmd *cobra.Command, args []string) error { return p.mapping(cmd.Context(), args[0]) },
	}
	reading := slices.DeleteFunc(config.Of(config.Reading), func(name string) bool { return name == "mapping" })
	p.flags(cmd, reading...)
	p.flags(cmd, "portal", "ca-file", "insecure-http", "token-file", "user", "password-file", "timeout", "owner", "detect", "output", "force")
	return cmd
}

// mapping proposes a mapping file for a table: what it can tell by itself, by the
// flags, by the DNS and the portal, and by asking, in this order.
func (p *program) mapping(ctx context.Context, path string) (err error) {
	if out := p.settings.Output; out != "" {
		if err := p.checkOutput(ctx, out, path); err != nil {
			return err
		}
	}
	file, options, err := p.openTable(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	p.warn(file.Notices()...)
	m := &proposal{program: p, path: path}
	if m.Draft, err = plan.NewDraft(ctx, file, options); err != nil {
		return err
	}
	if err := m.takeFlags(); err != nil {
		return err
	}
	p.warn(m.placed(m.Notices)...)
	if err := m.complete(ctx); err != nil {
		return err
	}
	return m.finish()
}

// proposal is a mapping file while the command works at it.
type proposal struct {
	*program
	*plan.Draft
	path     string         // of the table
	told     []string       // comments about mail services
	lacking  account.Fields // needed fields that nothing gives
	survey   plan.Survey
	findings *findings // what rows lack
	others   int       // rows with other mistakes
}

// takeFlags writes down what --set and --preset say.
func (m *proposal) takeFlags() error {
	var errs []error
	for _, f := range slices.Sorted(maps.Keys(m.Options.Set)) {
		errs = append(errs, m.Mapping.Default(f, m.Options.Set[f]))
	}
	if preset := m.Options.Preset; preset != "" {
		_, err := m.known().Choose(preset)
		errs = append(errs, err)
		m.Mapping.Presets.Use = preset
	}
	m.Options.Set, m.Options.Preset = nil, ""
	return errors.Join(errs...)
}

// known are the presets there are.
func (m *proposal) known() mapping.Presets {
	return slices.Concat(m.Options.Presets, mapping.BuiltinPresets())
}

// placed puts the file into the places of notices.
func (m *proposal) placed(notices []diagnosis.Problem) []diagnosis.Problem {
	var many diagnosis.Problems
	if len(notices) > 0 && errors.As(within(m.File, diagnosis.Problems(notices)), &many) {
		return many
	}
	return notices
}

// complete finds out what is missing, and gets it where it can.
func (m *proposal) complete(ctx context.Context) error {
	if err := m.look(ctx); err != nil {
		return err
	}
	if m.console.Terminal() && m.lacking != 0 {
		if err := m.askColumns(ctx); err != nil {
			return err
		}
	}
	if m.settings.Detect && len(m.survey.Domains) > 0 {
		if err := m.detect(ctx); err != nil {
			return err
		}
	}
	if !m.console.Terminal() {
		return nil
	}
	if err := m.askServices(ctx); err != nil {
		return err
	}
	return m.askValues(ctx)
}

// look reads the table as the mapping stands.
func (m *proposal) look(ctx context.Context) (err error) {
	if m.lacking, err = m.Lacking(); err != nil {
		return err
	}
	m.findings, m.others = newFindings(), 0
	m.survey, err = m.Survey(ctx, m.lacking, func(row *account.Row) {
		other := false
		for i := range row.Problems {
			switch p := &row.Problems[i]; {
			case wanting(p.Code):
				m.findings.addProblem(p)
			case p.Code == diagnosis.ServersUnknown: // the survey has its domain
			case p.Severity() == diagnosis.Error:
				other = true
			}
		}
		if other {
			m.others++
		}
	})
	return err
}

// wanting reports whether a mapping can cure what is wrong with a row.
func wanting(code diagnosis.Code) bool {
	return slices.Contains([]diagnosis.Code{
		diagnosis.ValueMissing, diagnosis.ValueVoid, diagnosis.ProtocolMissing, diagnosis.EncryptionMissing, diagnosis.PortalUserMissing,
	}, code)
}

// finish shows what the rows come to and writes the file.
func (m *proposal) finish() error {
	m.warn(m.placed(m.survey.Binding.Notices())...)
	m.preview()
	text := m.Mapping.Encode(m.comments())
	if m.settings.Output == "" {
		_, _ = m.out.Write(text)
	} else if err := m.write(text); err != nil {
		return err
	}
	return m.missing()
}

// domainsShown bounds the domains that are told.
const domainsShown = 20

// missing says what is still missing, and why.
func (m *proposal) missing() error {
	m.tell(m.findings)
	if m.others > 0 {
		m.console.Say("proposal.other", "Count", strconv.Itoa(m.others))
	}
	domains := m.survey.Domains
	for _, d := range domains[:min(domainsShown, len(domains))] {
		m.warn(*diagnosis.New(diagnosis.ProposalDomain, "Domain", d.Domain, "Count", strconv.Itoa(d.Rows)))
	}
	if m.lacking != 0 {
		m.warn(*diagnosis.New(diagnosis.ProposalLacks, "Fields", m.lacking.String()))
	}
	if m.lacking != 0 || len(domains) > 0 || len(m.findings.order) > 0 {
		return diagnosis.New(diagnosis.ProposalIncomplete)
	}
	return nil
}

func (m *proposal) write(text []byte) error {
	written, err := report.Publish(m.settings.Output, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err == nil {
		m.console.Say("proposal.written", "Path", quote(written, runtime.GOOS), "File", quote(m.path, runtime.GOOS))
	}
	return err
}

// comments say in the file itself where it comes from and what it still needs.
func (m *proposal) comments() map[string]string {
	top := []string{m.console.Text("proposal.comment.title", "File", filepath.Base(m.path))}
	if m.lacking != 0 {
		top = append(top, m.console.Text("proposal.comment.lacks", "Fields", m.lacking.String()))
	}
	if domains := m.survey.Domains; len(domains) > 0 {
		var list []string
		for _, d := range domains[:min(domainsShown, len(domains))] {
			list = append(list, d.Domain)
		}
		if len(domains) > domainsShown {
			list = append(list, "…")
		}
		top = append(top, m.console.Text("proposal.comment.domains", "Domains", strings.Join(list, ", ")))
	}
	return map[string]string{"version": strings.Join(top, "\n"), "ignore": m.doubtful(), "presets": strings.Join(m.told, "\n")}
}

// doubtful lists the columns that are ignored only because nobody has said that
// they are those of fields that are missing.
func (m *proposal) doubtful() string {
	var list []string
	for f := range m.lacking.All() {
		for _, column := range m.Doubts[f] {
			list = append(list, f.String()+": "+strings.TrimSpace(m.File.Columns()[column].Header))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return m.console.Text("proposal.comment.doubts") + "\n" + strings.Join(list, "\n")
}
