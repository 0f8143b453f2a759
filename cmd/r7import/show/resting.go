package show

import (
	"log/slog"
	"slices"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
)

// tellResting tells, once each, of mail servers whose rows begin to wait, of the
// rows that tried in vain whether one is well again, and of those that are.
func tellResting(c *ui.Console, log *slog.Logger, before, now []importer.HostRest) {
	for _, rest := range now {
		until := rest.Until.Local().Format(time.TimeOnly)
		switch was := slices.IndexFunc(before, sameHost(rest)); {
		case was < 0:
			log.Warn("problem", "code", rest.Why)
			c.Problem(diagnosis.New(rest.Why, "Host", rest.Host, "Until", until, "Here", rest.Here))
		case before[was].Tries < rest.Tries:
			log.Warn("mail host", "host", rest.Host, "tries", rest.Tries)
			c.Say("host.still", "Host", rest.Host, "Until", until)
		}
	}
	for _, rest := range before {
		if !slices.ContainsFunc(now, sameHost(rest)) {
			log.Info("mail host is well", "host", rest.Host)
			c.Say("host.back", "Host", rest.Host)
		}
	}
}

func sameHost(as importer.HostRest) func(importer.HostRest) bool {
	return func(rest importer.HostRest) bool { return rest.Host == as.Host }
}

// hostEvents tells the same to machines.
func hostEvents(before, now []importer.HostRest) (events []ui.Event) {
	event := func(rest importer.HostRest, state string) {
		events = append(events, ui.Event{Event: "host", Host: rest.Host, Code: rest.Why, State: state, Until: rest.Until, Tries: rest.Tries})
	}
	for _, rest := range now {
		switch was := slices.IndexFunc(before, sameHost(rest)); {
		case was < 0:
			event(rest, "begins")
		case before[was].Tries < rest.Tries:
			event(rest, "goes_on")
		}
	}
	for _, rest := range before {
		if !slices.ContainsFunc(now, sameHost(rest)) {
			rest.Until = time.Time{}
			event(rest, "ends")
		}
	}
	return events
}
