package plan

import (
	"cmp"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/policy"
	"r7import/mapping"
)

// Via is how the run signs in as the person an account is for.
type Via uint8

const (
	ByCaller Via = iota // with the credentials of the run
	ByOwn               // with a password or token in the row
	ByActing            // an administrator acts as them
	ByNobody            // no way to sign in
)

// Identity is the person a row's account is for, according to the file.
type Identity struct {
	Via Via
	// Name identifies the person in the journal: the user in lower case, or a keyed
	// hash of the token if there is no user.
	Name  string
	Login account.Owner
}

// lacksCaller reports whether the run cannot begin because it has no credentials.
func (s *Scan) lacksCaller(way policy.OwnerWay) bool {
	return (way == policy.OwnerSelf || way == policy.OwnerImpersonate) && s.Options.Caller.Empty()
}

// OwnerOf names the person a row's account is for, empty if not known yet.
func (p *Plan) OwnerOf(row *account.Row) string {
	who := p.Who(row)
	if who.Via == ByCaller {
		return p.holder
	}
	return cmp.Or(row.Owner.User, who.Login.User)
}

// Who returns the person whose account a row asks for. Credentials in the row come
// first, whatever the way, except that OwnerSelf gives one person all accounts.
func (p *Plan) Who(row *account.Row) Identity {
	own := row.Owner
	switch {
	case p.Way == policy.OwnerSelf:
		return p.Caller
	case !own.Token.Empty(), own.User != "" && !own.Password.Empty():
		return Identity{Via: ByOwn, Name: p.name(own), Login: own}
	case p.Way == policy.OwnerImpersonate:
		return actingAs(cmp.Or(own.User, row.Settings.Email))
	case own.Empty() && !p.Caller.Login.Empty():
		return p.Caller
	}
	return Identity{Via: ByNobody, Name: p.name(own)}
}

func actingAs(user string) Identity {
	return Identity{Via: ByActing, Name: account.Address(user).Fold(), Login: account.Owner{User: user}}
}

func (p *Plan) name(o account.Owner) string {
	if o.User == "" && !o.Token.Empty() {
		return p.tokenName(o.Token)
	}
	return strings.ToLower(o.User)
}

// WayFor returns the way that [policy.OwnerAuto] means for a file with these columns.
// Any other way is returned as it is.
func WayFor(asked policy.OwnerWay, binding *mapping.Binding) policy.OwnerWay {
	if asked != policy.OwnerAuto {
		return asked
	}
	columns := binding.Columns()
	has := func(f account.Field) bool { return slices.Contains(columns, f.String()) }
	if has(account.PortalToken) || has(account.PortalUser) && has(account.PortalPassword) {
		return policy.OwnerColumn
	}
	return policy.OwnerSelf
}
