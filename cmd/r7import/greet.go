package main

import (
	"strconv"

	"r7import/importer"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
)

// greet tells what the run has learnt of the portal, and then who it signed in as.
func (p *program) greet(g importer.Greeting) {
	switch {
	case g.Person.ID == "":
		p.log.Info("portal", "version", g.Version, "ldap", g.LDAP, "sso", g.SSO)
		p.console.Say("greet.portal", "Version", g.Version, "LDAP", yes(g.LDAP), "SSO", yes(g.SSO))
	case g.Acting:
		p.console.Say("greet.acting", "Person", personText(g.Person))
	case g.Mail:
		p.console.Say("greet.self", "Person", personText(g.Person))
	}
}

// personText names a person of the portal: "Anna Petrova <anna@example.org>".
func personText(person account.Person) string {
	switch {
	case person.Name == "":
		return person.Email
	case person.Email == "":
		return person.Name
	}
	return person.Name + " <" + person.Email + ">"
}

// tellSessions tells of sessions the run could not close.
func (p *program) tellSessions(left int) {
	if left > 0 {
		p.warn(*diagnosis.New(diagnosis.SessionsLeft, "Count", strconv.Itoa(left)))
	}
}
