// Package propose is the conversation that ends with a mapping file: what a table
// tells by itself, what flags, the DNS and the portal add, and what the person at
// the terminal knows, in this order.
package propose

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/show"
	"r7import/importer"
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
	// Session signs in to the portal as whoever the run would. It returns nil if that
	// is no person; done ends what it began.
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
	m.warn(m.Notices)
	if err := m.complete(ctx); err != nil {
		return err
	}
	m.warn(m.survey.Binding.Notices())
	m.preview()
	if err := m.write(m.Mapping.Encode(m.comments())); err != nil {
		return err
	}
	return m.missing()
}

// proposal is a mapping file while the command works at it.
type proposal struct {
	*setup.Process
	*plan.Draft
	asked    *Options
	services []string       // comments about mail services
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

// warn shows notices about the file with its name in their places.
func (m *proposal) warn(notices diagnosis.Problems) {
	if placed, ok := errors.AsType[diagnosis.Problems](setup.Within(m.File, notices)); ok {
		m.Warn(placed...)
	}
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

// curable are the problems of rows that a mapping can cure.
var curable = []diagnosis.Code{
	diagnosis.ValueMissing, diagnosis.ValueVoid, diagnosis.ProtocolMissing, diagnosis.EncryptionMissing, diagnosis.PortalUserMissing,
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
			case slices.Contains(curable, p.Code):
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

// mostDetected bounds the domains that are asked about, those with the most rows first.
const mostDetected = 200

// detect asks the DNS, and the portal if there is one and a person to sign in as,
// which mail services the domains have, and writes the answers down with who gave them.
func (m *proposal) detect(ctx context.Context) error {
	detector := importer.Detector{DNS: net.DefaultResolver, Known: m.known()}
	if m.asked.Session != nil {
		session, done, err := m.asked.Session(ctx, m.survey.Binding)
		if err != nil {
			return err
		}
		defer done()
		if session != nil {
			detector.Portal = session
		}
	}
	found, err := detector.Detect(ctx, domains(m.survey.Domains, mostDetected))
	for i := range found {
		service := &found[i]
		m.Warn(service.Problem)
		switch {
		case service.Preset == nil:
			continue
		case detector.Known.Named(service.Preset.Name) == service.Preset:
			m.Mapping.UsePreset(service.Domain, service.Preset.Name)
		default:
			m.Mapping.Presets.Own = append(m.Mapping.Presets.Own, service.Preset)
		}
		m.services = append(m.services, time.Now().Format(time.DateOnly)+" "+m.Console.Lang.Problem(&service.Problem))
	}
	return errors.Join(err, m.look(ctx))
}

// domains returns the names of the first domains.
func domains(uses []plan.DomainUse, most int) (names []string) {
	for _, d := range uses[:min(most, len(uses))] {
		names = append(names, d.Domain)
	}
	return names
}

// write writes the mapping file, or the stream of results if it has no name.
func (m *proposal) write(text []byte) error {
	if m.asked.Output == "" {
		_, _ = m.Out.Write(text)
		return nil
	}
	written, err := report.Publish(m.asked.Output, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err == nil {
		m.Console.Say("proposal.written", "Path", show.Quote(written, runtime.GOOS), "File", show.Quote(m.asked.Path, runtime.GOOS))
	}
	return err
}

// domainsShown bounds the domains that are shown.
const domainsShown = 20

// missing says what is still missing, and why.
func (m *proposal) missing() error {
	m.findings.Show(m.Console)
	if m.others > 0 {
		m.Console.Say("proposal.other", "Count", m.others)
	}
	uses := m.survey.Domains
	for _, d := range uses[:min(domainsShown, len(uses))] {
		m.Warn(*diagnosis.New(diagnosis.ProposalDomain, "Domain", d.Domain, "Count", d.Rows))
	}
	if m.lacking != 0 {
		m.Warn(*diagnosis.New(diagnosis.ProposalLacks, "Fields", m.lacking))
	}
	if m.lacking != 0 || len(uses) > 0 || !m.findings.None() {
		return diagnosis.New(diagnosis.ProposalIncomplete)
	}
	return nil
}

// comments say in the file itself where it comes from, what it still needs, and which
// columns are ignored although they may be those of missing fields.
func (m *proposal) comments() map[string]string {
	text := m.Console.Text
	top := []string{text("proposal.comment.title", "File", filepath.Base(m.asked.Path))}
	if m.lacking != 0 {
		top = append(top, text("proposal.comment.lacks", "Fields", m.lacking))
	}
	if names := domains(m.survey.Domains, domainsShown); len(names) > 0 {
		if len(m.survey.Domains) > domainsShown {
			names = append(names, "…")
		}
		top = append(top, text("proposal.comment.domains", "Domains", names))
	}
	var doubts []string
	for f := range m.lacking.All() {
		for _, column := range m.Doubts[f] {
			doubts = append(doubts, f.String()+": "+strings.TrimSpace(m.File.Columns()[column].Header))
		}
	}
	if len(doubts) > 0 {
		doubts = slices.Insert(doubts, 0, text("proposal.comment.doubts"))
	}
	lines := func(list []string) string { return strings.Join(list, "\n") }
	return map[string]string{"version": lines(top), "ignore": lines(doubts), "presets": lines(m.services)}
}
