package main

import (
	"context"
	"errors"
	"net"
	"time"

	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/mapping"
)

// mostDetected bounds the domains that are asked about, those with the most rows first.
const mostDetected = 200

// detect asks the DNS, and the portal if there is one and somebody to ask as,
// which mail services the domains have, and writes the answers down with who gave them.
func (m *proposal) detect(ctx context.Context) (err error) {
	detector := importer.Detector{DNS: net.DefaultResolver, Known: m.known()}
	if m.settings.Portal != "" {
		session, done, err := m.session(ctx)
		if err != nil {
			return err
		}
		defer done()
		if session != nil {
			detector.Portal = session
		}
	}
	var domains []string
	for _, d := range m.survey.Domains[:min(mostDetected, len(m.survey.Domains))] {
		domains = append(domains, d.Domain)
	}
	found, err := detector.Detect(ctx, domains)
	for i := range found {
		m.warn(found[i].Problem)
		m.use(&found[i])
	}
	return errors.Join(err, m.look(ctx))
}

// use writes down what was found out about a domain.
func (m *proposal) use(found *importer.Detected) {
	if found.Preset == nil {
		return
	}
	if m.known().Named(found.Preset.Name) == found.Preset {
		m.Mapping.Serve(found.Domain, found.Preset.Name)
	} else {
		m.serveOwn(found.Preset)
	}
	m.told = append(m.told, time.Now().Format(time.DateOnly)+" "+m.console.Lang.Problem(&found.Problem))
}

// serveOwn writes a preset down that stands in the mapping file itself.
func (m *proposal) serveOwn(preset *mapping.Preset) {
	m.Mapping.Presets.Own = append(m.Mapping.Presets.Own, preset)
}

// session signs in to the portal as whoever the run would, nil if there is nobody.
// done ends what the sign-in began.
func (m *proposal) session(ctx context.Context) (s *portal.Session, done func(), err error) {
	j := &job{Importer: &importer.Importer{Input: &importer.Input{File: m.File, Binding: m.survey.Binding}}}
	if err := m.connect(j); err != nil {
		return nil, nil, err
	}
	done = func() { _ = j.close() }
	caller, err := m.caller(ctx, j)
	switch {
	case err != nil || caller.Empty():
		return nil, done, err
	case !caller.Token.Empty():
		return j.Client.Session(caller.Token), done, nil
	}
	token, answer := j.Client.SignIn(ctx, caller.User, caller.Password)
	if answer.Fate != diagnosis.Done {
		done()
		problem := answer.Problem()
		return nil, nil, &problem
	}
	s = j.Client.Session(token.Secret, caller.Password)
	done = func() {
		s.SignOut(context.WithoutCancel(ctx)) // a token that is left ends by itself
		_ = j.close()
	}
	return s, done, nil
}
