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

// Person is a person the portal knows. Only Email is needed.
type Person struct {
	Email     string   `yaml:"email" json:"email"`
	ID        string   `yaml:"id" json:"id"`                // a GUID; made from the address when empty, the same every time
	UserName  string   `yaml:"user_name" json:"userName"`   // the local part when empty
	FirstName string   `yaml:"first_name" json:"firstName"` // with LastName made from the local part when both are empty
	LastName  string   `yaml:"last_name" json:"lastName"`
	Password  string   `yaml:"password" json:"-"`     // any non-empty one when empty
	Status    string   `yaml:"status" json:"status"`  // active (also when empty), terminated or leave
	Admin     bool     `yaml:"admin" json:"admin"`    // a full administrator
	Owner     bool     `yaml:"owner" json:"owner"`    // the portal's owner, an administrator too
	Guest     bool     `yaml:"guest" json:"guest"`    // isVisitor: never has mail
	NoMail    bool     `yaml:"no_mail" json:"noMail"` // the mail product is off for this person
	LDAP      bool     `yaml:"ldap" json:"ldap"`
	SSO       bool     `yaml:"sso" json:"sso"`              // has no password: signing in with one is refused
	Culture   string   `yaml:"culture" json:"culture"`      // ru-RU or en-US; the portal's language when empty
	TwoFactor string   `yaml:"two_factor" json:"twoFactor"` // sms or app
	Phone     string   `yaml:"phone" json:"-"`              // where an SMS goes; without one there is nowhere to send it
	TFAReady  bool     `yaml:"tfa_ready" json:"tfaReady"`   // the authenticator app is connected already
	Code      string   `yaml:"code" json:"-"`               // the code that passes; 123456 when empty
	Groups    []string `yaml:"groups" json:"groups"`
}

// The values of EmployeeStatus (common/ASC.Core.Common/Users/EmployeeStatus.cs).
const (
	statusActive     = 1
	statusTerminated = 2
	statusLeave      = 4
)

var statuses = map[string]int{"": statusActive, "active": statusActive, "terminated": statusTerminated, "leave": statusLeave}

// person is a Person with what belongs to it. The phone and what stands below mu are
// guarded by it, the rest does not change after the person has been added.
type person struct {
	Person
	status int

	mu        sync.Mutex
	byAddress map[string][]*mailbox // live rows by lower-case address; more than one poisons the address
	rows      []*mailbox            // in the order of their ids, removed ones included
	byChoice  string                // the address of the default account
	list      []accountView         // what the list answers from memory
	listTill  time.Time
	tasks     []*task
}

// newPerson fills in what is missing.
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

// displayName is the full name in the order the portal's language has it
// (common/ASC.Core.Common/Users/UserFormatter.cs: Russian puts the last name first).
func (p *person) displayName(language string) string {
	if strings.HasPrefix(language, "ru") {
		return strings.TrimSpace(p.LastName + " " + p.FirstName)
	}
	return strings.TrimSpace(p.FirstName + " " + p.LastName)
}

// guidOf is a GUID of its own for each address, so that a simulator started again
// knows the same people.
func guidOf(email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(email)))
	sum[6] = sum[6]&0x0f | 0x50
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// nameOf makes "Ivan", "Petrov" of ivan.petrov.
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

// looksLikeEmail is what the sign-in takes for an address when it invents people.
func looksLikeEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, " \t\r\n,;<>")
}

// directory is everybody, by id, address and user name.
type directory struct {
	mu      sync.RWMutex
	byID    map[string]*person
	byEmail map[string]*person
	byName  map[string]*person
	sorted  []*person // by display name; nil when a person has come since
}

// add keeps the first of two with one address.
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

// having copies those whose status is in mask, by display name.
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

// person finds a person by address or GUID.
func (p *Portal) person(name string) *person {
	if found := p.people.email(name); found != nil {
		return found
	}
	return p.people.id(name)
}

// personOrNew makes up a person of whom only an address or GUID is known.
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

// invent returns n invented people, the same every time: 2,000 different names, then
// the same ones with a number in the address.
func invent(n int) (people []Person) {
	if n <= 0 {
		return nil // the names are not even read
	}
	type names [][2]string // in Russian and in an address
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
