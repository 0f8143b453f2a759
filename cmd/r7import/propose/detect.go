package propose

import (
	"context"
	"errors"
	"net"
	"time"

	"r7import/importer"
	"r7import/mapping"
)

// mostDetected bounds the domains that are asked about, those with the most rows first.
const mostDetected = 200

// detect asks the DNS, and the portal if there is one and somebody to ask as,
// which mail services the domains have, and writes the answers down with who gave them.
func (m *proposal) detect(ctx context.Context) (err error) {
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
	var domains []string
	for _, d := range m.survey.Domains[:min(mostDetected, len(m.survey.Domains))] {
		domains = append(domains, d.Domain)
	}
	found, err := detector.Detect(ctx, domains)
	for i := range found {
		m.Warn(found[i].Problem)
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
		m.Mapping.UsePreset(found.Domain, found.Preset.Name)
	} else {
		m.addPreset(found.Preset)
	}
	m.told = append(m.told, time.Now().Format(time.DateOnly)+" "+m.Console.Lang.Problem(&found.Problem))
}

// addPreset writes a preset into the mapping file itself.
func (m *proposal) addPreset(preset *mapping.Preset) {
	m.Mapping.Presets.Own = append(m.Mapping.Presets.Own, preset)
}
