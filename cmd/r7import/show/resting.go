package show

import (
	"log/slog"
	"slices"
	"time"

	"r7import/cmd/r7import/ui"
	"r7import/importer"
	"r7import/importer/diagnosis"
)

// changed gives f the mail servers whose rows begin to wait, those of which a row
// tried in vain whether they are well again, and those that are, with the word that
// machines are told.
func changed(before, now []importer.HostRest, f func(rest importer.HostRest, state string)) {
	for _, rest := range now {
		switch was := slices.IndexFunc(before, sameHost(rest)); {
		case was < 0:
			f(rest, "begins")
		case before[was].Tries < rest.Tries:
			f(rest, "goes_on")
		}
	}
	for _, rest := range before {
		if !slices.ContainsFunc(now, sameHost(rest)) {
			rest.Until = time.Time{}
			f(rest, "ends")
		}
	}
}

func sameHost(as importer.HostRest) func(importer.HostRest) bool {
	return func(rest importer.HostRest) bool { return rest.Host == as.Host }
}

// tellResting tells people, once each, what has [changed].
func tellResting(c *ui.Console, log *slog.Logger, before, now []importer.HostRest) {
	changed(before, now, func(rest importer.HostRest, state string) {
		until := rest.Until.Local().Format(time.TimeOnly)
		switch state {
		case "begins":
			log.Warn("problem", "code", rest.Why)
			c.Problem(diagnosis.New(rest.Why, "Host", rest.Host, "Until", until, "Here", rest.Here))
		case "goes_on":
			log.Warn("mail host", "host", rest.Host, "tries", rest.Tries)
			c.Say("host.still", "Host", rest.Host, "Until", until)
		case "ends":
			log.Info("mail host is well", "host", rest.Host)
			c.Say("host.back", "Host", rest.Host)
		}
	})
}

// hostEvents tells the same to machines.
func hostEvents(before, now []importer.HostRest) (events []ui.Event) {
	changed(before, now, func(rest importer.HostRest, state string) {
		events = append(events, ui.Event{Event: "host", Host: rest.Host, Code: rest.Why, State: state, Until: rest.Until, Tries: rest.Tries})
	})
	return events
}
