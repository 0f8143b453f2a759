// Package propose is the conversation that ends with a mapping file: what a table
// tells by itself, what flags, the DNS and the portal add, and what the person at
// the terminal knows, in this order.
package propose

import (
	"context"
	"errors"
	"io"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/plan"
	"r7import/importer/portal"
	"r7import/importer/source"
	"r7import/mapping"
	"r7import/report"
)

// Options say what is proposed, and who may be asked.
type Options struct {
	File   *source.File
	Path   string // of the file as it was named
	Fills  mapping.Options
	Detect bool // ask the DNS, and the portal if Session is there
	// Session signs in to the portal as whoever the run would. It returns nil for
	// nobody; done ends what it began.
	Session func(context.Context, *mapping.Binding) (s *portal.Session, done func(), err error)
	Output  string // the mapping file, empty is the stream of results
}

// Propose proposes a mapping file for a table.
func Propose(ctx context.Context, p *setup.Process, o *Options) error {
	draft, err := plan.NewDraft(ctx, o.File, o.Fills)
	if err != nil {
		return err
	}
	m := &proposal{Process: p, Draft: draft, asked: o}
	if err := m.takeFlags(); err != nil {
		return err
	}
	m.Warn(m.placed(m.Notices)...)
	if err := m.complete(ctx); err != nil {
		return err
	}
	return m.finish()
}

// proposal is a mapping file while the command works at it.
type proposal struct {
	*setup.Process
	*plan.Draft
	asked    *Options
	told     []string       // comments about mail services
	lacking  account.Fields // needed fields that nothing gives
	survey   plan.Survey
	findings *show.Findings // what rows lack
	others   int            // rows with other mistakes
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
	if len(notices) > 0 && errors.As(setup.Within(m.File, diagnosis.Problems(notices)), &many) {
		return many
	}
	return notices
}

// complete finds out what is missing, and gets it where it can.
func (m *proposal) complete(ctx context.Context) error {
	if err := m.look(ctx); err != nil {
		return err
	}
	if m.Console.Terminal() && m.lacking != 0 {
		if err := m.askColumns(ctx); err != nil {
			return err
		}
	}
	if m.asked.Detect && len(m.survey.Domains) > 0 {
		if err := m.detect(ctx); err != nil {
			return err
		}
	}
	if !m.Console.Terminal() {
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
	m.findings, m.others = show.NewFindings(), 0
	m.survey, err = m.Survey(ctx, m.lacking, func(row *account.Row) {
		other := false
		for i := range row.Problems {
			switch p := &row.Problems[i]; {
			case wanting(p.Code):
				m.findings.Add(p)
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
	m.Warn(m.placed(m.survey.Binding.Notices())...)
	m.preview()
	text := m.Mapping.Encode(m.comments())
	if m.asked.Output == "" {
		_, _ = m.Out.Write(text)
	} else if err := m.write(text); err != nil {
		return err
	}
	return m.missing()
}

// domainsShown bounds the domains that are told.
const domainsShown = 20

// missing says what is still missing, and why.
func (m *proposal) missing() error {
	m.findings.Show(m.Console)
	if m.others > 0 {
		m.Console.Say("proposal.other", "Count", m.others)
	}
	domains := m.survey.Domains
	for _, d := range domains[:min(domainsShown, len(domains))] {
		m.Warn(*diagnosis.New(diagnosis.ProposalDomain, "Domain", d.Domain, "Count", d.Rows))
	}
	if m.lacking != 0 {
		m.Warn(*diagnosis.New(diagnosis.ProposalLacks, "Fields", m.lacking))
	}
	if m.lacking != 0 || len(domains) > 0 || !m.findings.None() {
		return diagnosis.New(diagnosis.ProposalIncomplete)
	}
	return nil
}

func (m *proposal) write(text []byte) error {
	written, err := report.Publish(m.asked.Output, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err == nil {
		m.Console.Say("proposal.written", "Path", show.Quote(written, runtime.GOOS), "File", show.Quote(m.asked.Path, runtime.GOOS))
	}
	return err
}

// comments say in the file itself where it comes from and what it still needs.
func (m *proposal) comments() map[string]string {
	top := []string{m.Console.Text("proposal.comment.title", "File", filepath.Base(m.asked.Path))}
	if m.lacking != 0 {
		top = append(top, m.Console.Text("proposal.comment.lacks", "Fields", m.lacking))
	}
	if domains := m.survey.Domains; len(domains) > 0 {
		var list []string
		for _, d := range domains[:min(domainsShown, len(domains))] {
			list = append(list, d.Domain)
		}
		if len(domains) > domainsShown {
			list = append(list, "…")
		}
		top = append(top, m.Console.Text("proposal.comment.domains", "Domains", list))
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
	return m.Console.Text("proposal.comment.doubts") + "\n" + strings.Join(list, "\n")
}
