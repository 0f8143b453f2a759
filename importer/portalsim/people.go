package portalsim

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// Person is a person of the portal. Only Email is required.
type Person struct {
	Email     string   `yaml:"email" json:"email"`
	ID        string   `yaml:"id" json:"id"`                // a GUID; derived from the address when empty
	UserName  string   `yaml:"user_name" json:"userName"`   // the local part of the address when empty
	FirstName string   `yaml:"first_name" json:"firstName"` // derived like LastName from the local part when both are empty
	LastName  string   `yaml:"last_name" json:"lastName"`
	Password  string   `yaml:"password" json:"-"`     // when empty, any non-empty one is accepted
	Status    string   `yaml:"status" json:"status"`  // active (also when empty), terminated or leave
	Admin     bool     `yaml:"admin" json:"admin"`    // a full administrator
	Owner     bool     `yaml:"owner" json:"owner"`    // the portal's owner, an administrator too
	Guest     bool     `yaml:"guest" json:"guest"`    // isVisitor: never has mail
	NoMail    bool     `yaml:"no_mail" json:"noMail"` // the mail product is off for this person
	LDAP      bool     `yaml:"ldap" json:"ldap"`
	SSO       bool     `yaml:"sso" json:"sso"`              // has no password: a sign-in with one is refused
	Culture   string   `yaml:"culture" json:"culture"`      // ru-RU or en-US; the portal's language when empty
	TwoFactor string   `yaml:"two_factor" json:"twoFactor"` // sms or app; none when empty
	Phone     string   `yaml:"phone" json:"-"`              // receives SMS; when empty, none can be sent
	TFAReady  bool     `yaml:"tfa_ready" json:"tfaReady"`   // the authenticator app is already connected
	Code      string   `yaml:"code" json:"-"`               // the code that is accepted; 123456 when empty
	Groups    []string `yaml:"groups" json:"groups"`
}

// The values of EmployeeStatus (common/ASC.Core.Common/Users/EmployeeStatus.cs).
const (
	statusActive     = 1
	statusTerminated = 2
	statusLeave      = 4
)

var statuses = map[string]int{"": statusActive, "active": statusActive, "terminated": statusTerminated, "leave": statusLeave}

// person is a Person with its mailboxes. The fields below mu and Phone are guarded by mu;
// the others do not change after the person is added to the directory.
type person struct {
	Person
	status int

	mu        sync.Mutex
	byAddress map[string][]*mailbox // live rows by lower-case address; with two, look-ups of the address fail
	rows      []*mailbox            // in the order of their ids, including removed ones
	byChoice  string                // the address of the default account
	list      []accountView         // the cached list, nil if there is none
	listUntil time.Time
	tasks     []*task
}

// newPerson returns a person with defaults for the empty fields.
func newPerson(p Person) *person {
	local, _, _ := strings.Cut(p.Email, "@")
	p.ID = strings.ToLower(cmp.Or(p.ID, guidOf(p.Email)))
	p.UserName = cmp.Or(p.UserName, local)
	p.Code = cmp.Or(p.Code, "123456")
	if p.FirstName == "" && p.LastName == "" {
		p.FirstName, p.LastName = nameOf(local)
	}
	p.Admin = p.Admin || p.Owner
	return &person{Person: p, status: statuses[p.Status], byAddress: map[string][]*mailbox{}}
}

func (p *person) phoneNumber() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.Phone
}

// displayName returns the full name in the order of the portal's language
// (common/ASC.Core.Common/Users/UserFormatter.cs): last name first in Russian.
func (p *person) displayName(language string) string {
	if strings.HasPrefix(language, "ru") {
		return strings.TrimSpace(p.LastName + " " + p.FirstName)
	}
	return strings.TrimSpace(p.FirstName + " " + p.LastName)
}

// guidOf returns a GUID derived from an address, so that people have the same GUIDs after
// the simulator is started again.
func guidOf(email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(email)))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// nameOf derives "Ivan", "Petrov" from ivan.petrov.
func nameOf(local string) (first, last string) {
	words := strings.FieldsFunc(local, func(r rune) bool { return !unicode.IsLetter(r) })
	for i, word := range words {
		r, size := utf8.DecodeRuneInString(word)
		words[i] = string(unicode.ToUpper(r)) + word[size:]
	}
	if len(words) == 0 {
		return local, ""
	}
	return words[0], strings.Join(words[1:], " ")
}

var isGUID = regexp.MustCompile(`^(?i:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$`).MatchString

// looksLikeEmail reports whether s has the rough form of an address; sign-in creates people only for such names.
func looksLikeEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " \t\r\n,;<>")
}

// directory holds all people by id, address and user name.
type directory struct {
	mu      sync.RWMutex
	byID    map[string]*person
	byEmail map[string]*person
	byName  map[string]*person
	sorted  []*person // by display name; nil after a person was added
}

// add adds p and returns it, or returns the person who already has its address.
func (d *directory) add(p *person) *person {
	d.mu.Lock()
	defer d.mu.Unlock()
	email := strings.ToLower(p.Email)
	if there := d.byEmail[email]; there != nil {
		return there
	}
	d.byEmail[email] = p
	d.byID[p.ID] = p
	if name := strings.ToLower(p.UserName); d.byName[name] == nil {
		d.byName[name] = p
	}
	d.sorted = nil
	return p
}

func (d *directory) email(s string) *person { return d.find(d.byEmail, s) }
func (d *directory) id(s string) *person    { return d.find(d.byID, s) }

func (d *directory) find(in map[string]*person, name string) *person {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return in[strings.ToLower(name)]
}

// having returns the people whose status is in mask, sorted by display name, in a new slice.
func (d *directory) having(mask int) []*person {
	d.mu.Lock()
	if d.sorted == nil {
		d.sorted = slices.SortedFunc(maps.Values(d.byID), func(a, b *person) int {
			return cmp.Or(cmp.Compare(a.displayName(""), b.displayName("")), cmp.Compare(a.ID, b.ID))
		})
	}
	sorted := d.sorted
	d.mu.Unlock()
	found := make([]*person, 0, len(sorted))
	for _, p := range sorted {
		if p.status&mask != 0 {
			found = append(found, p)
		}
	}
	return found
}

// person returns the person with an address or GUID, nil if there is none.
func (p *Portal) person(name string) *person {
	if found := p.people.email(name); found != nil {
		return found
	}
	return p.people.id(name)
}

// personOrNew returns the person with an address or GUID, and adds one if there is none.
func (p *Portal) personOrNew(name string) *person {
	if found := p.person(name); found != nil {
		return found
	}
	if isGUID(name) {
		return p.people.add(newPerson(Person{ID: name, Email: strings.ToLower(name[:8]) + "@example.org"}))
	}
	return p.people.add(newPerson(Person{Email: name}))
}

//go:embed names.yaml
var inventedNames []byte

// invent returns n invented people, always the same: 2,000 different names, then the
// same names again with a number in the address.
func invent(n int) (people []Person) {
	if n <= 0 {
		return nil // the names need not be parsed
	}
	type names [][2]string // each in Russian and as in an address
	all, err := read[map[string]names](bytes.NewReader(inventedNames), maxScenario)
	if err != nil {
		panic("portalsim: names.yaml: " + err.Error())
	}
	families := all["families"]
	for i := range n {
		firsts, ending := all["men"], [2]string{}
		if i%2 == 1 {
			firsts, ending = all["women"], [2]string{"а", "a"}
		}
		k := i / 2
		first, family := firsts[k%len(firsts)], families[k/len(firsts)%len(families)]
		local := first[1] + "." + family[1] + ending[1]
		if round := k / (len(firsts) * len(families)); round > 0 {
			local += strconv.Itoa(round + 1)
		}
		people = append(people, Person{Email: local + "@example.org", FirstName: first[0], LastName: family[0] + ending[0]})
	}
	return people
}
