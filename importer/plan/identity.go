package plan

import (
	"cmp"
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/policy"
	"r7import/mapping"
)

// Via is how the run becomes the person an account is for.
type Via uint8

const (
	ByCaller Via = iota // it is whoever the run signs in as
	ByOwn               // the row brings a password or a token of theirs
	ByActing            // an administrator acts as them
	ByNobody            // there is no way
)

// Identity is the person a row's account is for, as far as the file tells.
type Identity struct {
	Via Via
	// Name is what the journal knows the person by: the user as typed, in lower
	// case, or a keyed hash where there is only a token.
	Name  string
	Login account.Owner
}

// lacksCaller reports whether the run cannot begin because there is nobody to sign in as.
func (s *Scan) lacksCaller(way policy.OwnerWay) bool {
	return (way == policy.OwnerSelf || way == policy.OwnerImpersonate) && s.Options.Caller.Empty()
}

// OwnerOf names the person a row's account is for, empty if nobody knows yet.
func (p *Plan) OwnerOf(row *account.Row) string {
	who := p.Who(row)
	if who.Via == ByCaller {
		return p.holder
	}
	return cmp.Or(row.Owner.User, who.Login.User)
}

// Who says whose account a row asks for. What the row brings itself comes
// first, whatever the way, except where one person is to have everything.
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

// WayFor settles what [policy.OwnerAuto] means for a file with these columns; any other
// way stays what it is.
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
