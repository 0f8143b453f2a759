package propose

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/mapping"
)

const (
	tries       = 3  // wrong answers after which a question stays open
	manyDomains = 12 // with more domains, one question covers all of them
)

// retry asks until take accepts an answer, the answer is empty, or tries is used up.
func (m *proposal) retry(ctx context.Context, take func(answer string) error, id string, facts ...any) error {
	for range tries {
		answer, err := m.Console.Ask(ctx, id, facts...)
		if err != nil || answer == "" {
			return err
		}
		err = take(answer)
		wrong, ok := errors.AsType[*diagnosis.Problem](err)
		if !ok || ctx.Err() != nil {
			return err
		}
		m.Console.Problem(wrong)
	}
	return nil
}

// askColumns asks for the columns of unfilled fields: the fields that every table has,
// and those for which a column is in doubt.
func (m *proposal) askColumns(ctx context.Context) error {
	columns := m.File.Columns()
	for f := range account.NumFields {
		always := f == account.Email || f == account.Password || f == account.PortalUser || f == account.PortalPassword
		if !m.unfilled.Has(f) || !always && len(m.Doubts[f]) == 0 {
			continue
		}
		var free []int
		for i, name := range m.surveyed.Binding.Columns() {
			if name == "" && strings.TrimSpace(columns[i].Header) != "" {
				free = append(free, i)
			}
		}
		if len(free) == 0 {
			return nil
		}
		m.Console.Print(m.Console.Text("proposal.columns"))
		for n, i := range free {
			line := "  " + strconv.Itoa(n+1) + "  " + strings.TrimSpace(columns[i].Header)
			if slices.Contains(m.Doubts[f], i) {
				line += " (" + f.String() + "?)"
			}
			m.Console.Print(line)
		}
		take := func(answer string) error {
			for n, i := range free {
				if answer == strconv.Itoa(n+1) || strings.EqualFold(answer, strings.TrimSpace(columns[i].Header)) {
					m.Mapping.Give(f, columns, i)
					return m.look(ctx)
				}
			}
			return diagnosis.New(diagnosis.AnswerNotOffered)
		}
		if err := m.retry(ctx, take, "ask.column", "Field", f); err != nil {
			return err
		}
	}
	return nil
}

// askServices asks for the mail service of the domains that are in no preset. It asks
// for each domain, or once for all if there are more than manyDomains.
func (m *proposal) askServices(ctx context.Context) error {
	uses := m.surveyed.Domains
	if len(uses) == 0 {
		return nil
	}
	choices := m.choices()
	if len(uses) > manyDomains {
		take := func(answer string) error {
			preset, err := m.choose(ctx, choices, answer)
			if err == nil {
				m.Mapping.Presets.Use = preset
			}
			return err
		}
		return errors.Join(m.retry(ctx, take, "ask.service.all", "Count", len(uses)), m.look(ctx))
	}
	for _, d := range uses {
		take := func(answer string) error {
			if answer == strconv.Itoa(len(choices)+1) {
				return m.askOwn(ctx, d.Domain)
			}
			preset, err := m.choose(ctx, choices, answer)
			if err == nil {
				m.Mapping.UsePreset(d.Domain, preset)
			}
			return err
		}
		if err := m.retry(ctx, take, "ask.service", "Domain", d.Domain, "Count", d.Rows); err != nil {
			return errors.Join(err, m.look(ctx))
		}
	}
	return m.look(ctx)
}

// choices shows a numbered list of presets and returns their names. Presets without
// domains come first, then public services with MX records, and own servers last.
func (m *proposal) choices() (names []string) {
	m.Console.Print(m.Console.Text("proposal.services"))
	for _, public := range []bool{false, true} {
		for _, p := range m.known() {
			if (len(p.Domains) > 0) == public && (!public || len(p.MX) > 0) {
				names = append(names, p.Name)
				m.Console.Print("  " + strconv.Itoa(len(names)) + "  " + p.Name + " — " + p.Title)
			}
		}
	}
	m.Console.Print("  " + strconv.Itoa(len(names)+1) + "  " + m.Console.Text("proposal.own"))
	return names
}

// choose returns the preset that an answer names by number, NAME or NAME=HOST. If
// the preset needs a host and the answer has none, choose asks for it.
func (m *proposal) choose(ctx context.Context, choices []string, answer string) (string, error) {
	if n, err := strconv.Atoi(answer); err == nil && 1 <= n && n <= len(choices) {
		answer = choices[n-1]
	}
	_, host, hasHost := strings.Cut(answer, "=")
	preset, err := m.known().Choose(answer)
	if wrong, ok := errors.AsType[*diagnosis.Problem](err); ok && wrong.Code == diagnosis.PresetHost && !hasHost {
		name := wrong.Args["Name"]
		if host, err = m.Console.Ask(ctx, "ask.host", "Name", name); err != nil {
			return "", err
		}
		preset, err = m.known().Choose(name + "=" + host)
	}
	switch {
	case err != nil:
		return "", err
	case host == "":
		return preset.Name, nil
	}
	return preset.Name + "=" + preset.Incoming[0].Host, nil
}

// askOwn asks for the servers of a domain that uses its own.
func (m *proposal) askOwn(ctx context.Context, domain string) error {
	text, err := m.Console.Ask(ctx, "ask.incoming", "Domain", domain)
	if err != nil {
		return err
	}
	incoming, err := mapping.ParseIncoming(text)
	if err != nil {
		return err
	}
	text, err = m.Console.Ask(ctx, "ask.outgoing", "Host", incoming.Host)
	if err != nil {
		return err
	}
	outgoing, err := mapping.ParseOutgoing(cmp.Or(text, incoming.Host))
	if err != nil {
		return err
	}
	m.Mapping.Presets.Own = append(m.Mapping.Presets.Own, mapping.OwnServers(domain, incoming, outgoing))
	return nil
}

// askValues asks for unfilled fields whose value can be the same in all rows.
func (m *proposal) askValues(ctx context.Context) error {
	for f := range m.unfilled.All() {
		if f.Secret() || f == account.Email || f == account.PortalUser {
			continue
		}
		take := func(answer string) error { return m.Mapping.Default(f, answer) }
		if err := m.retry(ctx, take, "ask.value", "Field", f); err != nil {
			return err
		}
	}
	return m.look(ctx)
}
