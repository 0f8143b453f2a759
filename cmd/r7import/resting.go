package main

import (
	"slices"
	"time"

	"r7import/importer"
	"r7import/importer/diagnosis"
)

// tellResting tells, once each, of mail servers whose rows begin to wait, of the
// rows that tried in vain whether one is well again, and of those that are.
func (p *program) tellResting(before, now []importer.HostRest) {
	for _, rest := range now {
		until := rest.Until.Local().Format(time.TimeOnly)
		switch was := slices.IndexFunc(before, sameHost(rest)); {
		case was < 0:
			p.warn(*diagnosis.New(rest.Why, "Host", rest.Host, "Until", until))
		case before[was].Tries < rest.Tries:
			p.log.Warn("mail host", "host", rest.Host, "tries", rest.Tries)
			p.console.Say("host.still", "Host", rest.Host, "Until", until)
		}
	}
	for _, rest := range before {
		if !slices.ContainsFunc(now, sameHost(rest)) {
			p.log.Info("mail host is well", "host", rest.Host)
			p.console.Say("host.back", "Host", rest.Host)
		}
	}
}

func sameHost(as importer.HostRest) func(importer.HostRest) bool {
	return func(rest importer.HostRest) bool { return rest.Host == as.Host }
}
