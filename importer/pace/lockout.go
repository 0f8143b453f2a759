package pace

// Lockout is how often mail servers could refuse a login if every password were
// wrong: one account, and one address that logs in to one server. Servers count the
// former to lock accounts, and the latter to bar addresses.
type Lockout struct {
	Account int    `json:"account"`
	Address int    `json:"address"`
	Host    string `json:"host"` // the server at which the address would be refused most often
}

// MostRefused returns how many rows a mail server refuses at the most before it is
// left alone for good, if it refuses all of them: those that give it a rest, those
// that are under way then, and its probes of so many rests.
func MostRefused(perHost, rests int) int { return recent + perHost - 1 + rests*refusedProbes }
