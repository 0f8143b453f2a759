// Package propose creates a mapping file for a table. It uses the table itself,
// then flags, then the DNS and the portal, and finally the answers of the person
// at the terminal.
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

// Options name the table and the sources that Propose may ask.
type Options struct {
	File   *source.File
	Path   string // path of the file as the user gave it
	Fills  mapping.Options
	Detect bool // ask the DNS, and the portal if Session is there
	// Session signs in to the portal as the run would. It returns a nil session if
	// nobody can sign in; done ends the session.
	Session func(context.Context, *mapping.Binding) (s *portal.Session, done func(), err error)
	Output  string // path of the mapping file, empty for the stream of results
}

// Propose writes a mapping file for a table. It returns an error if the file is incomplete.
func Propose(ctx context.Context, p *setup.Process, o *Options) error {
	draft, err := plan.NewDraft(ctx, o.File, o.Fills)
	if err != nil {
		return err
	}
	m := &proposal{Process: p, Draft: draft, asked: o}
	if err := m.takeFlags(); err != nil {
		return err
	}
	m.warnFile(m.Notices)
	if err := m.complete(ctx); err != nil {
		return err
	}
	m.warnFile(m.surveyed.Binding.Notices())
	m.preview()
	if err := m.write(m.Mapping.Encode(m.comments())); err != nil {
		return err
	}
	return m.missing()
}

// proposal is a mapping file in preparation.
type proposal struct {
	*setup.Process
	*plan.Draft
	asked    *Options
	services []string       // comments about mail services
	unfilled account.Fields // needed fields without a source
	surveyed plan.Survey
	findings *show.Findings // problems of rows that a mapping can cure
	others   int            // number of rows with other errors
}

// takeFlags copies the values of --set and --preset into the mapping.
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

// known returns the user's presets, then the built-in ones.
func (m *proposal) known() mapping.Presets {
	return slices.Concat(m.Options.Presets, mapping.BuiltinPresets())
}

// warnFile shows notices about the file, with its name as their place.
func (m *proposal) warnFile(notices diagnosis.Problems) {
	if placed, ok := errors.AsType[diagnosis.Problems](setup.Within(m.File, notices)); ok {
		m.Warn(placed...)
	}
}

// complete finds out what is missing and asks the DNS, the portal and the person for it.
func (m *proposal) complete(ctx context.Context) error {
	if err := m.look(ctx); err != nil {
		return err
	}
	if m.Console.Terminal() && m.unfilled != 0 {
		if err := m.askColumns(ctx); err != nil {
			return err
		}
	}
	if m.asked.Detect && len(m.surveyed.Domains) > 0 {
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

// look reads the table with the current mapping and updates unfilled, surveyed and findings.
func (m *proposal) look(ctx context.Context) (err error) {
	if m.unfilled, err = m.Lacking(); err != nil {
		return err
	}
	m.findings, m.others = show.NewFindings(), 0
	m.surveyed, err = m.Survey(ctx, m.unfilled, func(row *account.Row) {
		other := false
		for i := range row.Problems {
			switch p := &row.Problems[i]; {
			case slices.Contains(curable, p.Code):
				m.findings.Add(p)
			case p.Code == diagnosis.ServersUnknown: // the survey lists the domain
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

// mostDetected is the maximum number of domains to look up, those with the most rows first.
const mostDetected = 200

// detect asks the DNS, and the portal if there is a session, which mail services the
// domains have. It adds the answers to the mapping, and their source to its comments.
func (m *proposal) detect(ctx context.Context) error {
	detector := importer.Detector{DNS: net.DefaultResolver, Known: m.known()}
	if m.asked.Session != nil {
		session, done, err := m.asked.Session(ctx, m.surveyed.Binding)
		if err != nil {
			return err
		}
		defer done()
		if session != nil {
			detector.Portal = session
		}
	}
	found, err := detector.Detect(ctx, domains(m.surveyed.Domains, mostDetected))
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

// domains returns the names of the first domains, at most that many.
func domains(uses []plan.DomainUse, most int) (names []string) {
	for _, d := range uses[:min(most, len(uses))] {
		names = append(names, d.Domain)
	}
	return names
}

// write writes the mapping file, or the stream of results if Output is empty.
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

// domainsShown is the maximum number of domains shown.
const domainsShown = 20

// missing shows what is still missing, and returns an error if anything is.
func (m *proposal) missing() error {
	m.findings.Show(m.Console)
	if m.others > 0 {
		m.Console.Say("proposal.other", "Count", m.others)
	}
	uses := m.surveyed.Domains
	for _, d := range uses[:min(domainsShown, len(uses))] {
		m.Warn(*diagnosis.New(diagnosis.ProposalDomain, "Domain", d.Domain, "Count", d.Rows))
	}
	if m.unfilled != 0 {
		m.Warn(*diagnosis.New(diagnosis.ProposalLacks, "Fields", m.unfilled))
	}
	if m.unfilled != 0 || len(uses) > 0 || !m.findings.None() {
		return diagnosis.New(diagnosis.ProposalIncomplete)
	}
	return nil
}

// comments returns the comments of the mapping file by key: which table it is for, what it
// still needs, and which ignored columns may belong to missing fields.
func (m *proposal) comments() map[string]string {
	text := m.Console.Text
	top := []string{text("proposal.comment.title", "File", filepath.Base(m.asked.Path))}
	if m.unfilled != 0 {
		top = append(top, text("proposal.comment.lacks", "Fields", m.unfilled))
	}
	if names := domains(m.surveyed.Domains, domainsShown); len(names) > 0 {
		if len(m.surveyed.Domains) > domainsShown {
			names = append(names, "…")
		}
		top = append(top, text("proposal.comment.domains", "Domains", names))
	}
	var doubts []string
	for f := range m.unfilled.All() {
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
