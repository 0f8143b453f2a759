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

// roster tells for each row whose account it asks for. It is safe for concurrent use.
type roster struct {
	way       policy.OwnerWay
	caller    Identity // whoever the run signs in as
	holder    string   // the caller's address, if it is known
	tokenName func(account.Secret) string
}

func newRoster(way policy.OwnerWay, c policy.Caller, tokenName func(account.Secret) string) roster {
	r := roster{way: way, tokenName: tokenName}
	r.caller = Identity{Via: ByCaller, Login: account.Owner{User: c.User, Password: c.Password, Token: c.Token}}
	r.caller.Name = r.name(r.caller.Login)
	r.holder = cmp.Or(c.User, c.Holder)
	return r
}

// ownerOf names the person whose account the row asks for, empty if nobody knows yet.
func (r *roster) ownerOf(row *account.Row) string {
	who := r.of(row)
	if who.Via == ByCaller {
		return r.holder
	}
	return cmp.Or(row.Owner.User, who.Login.User)
}

// of says whose account the row asks for. What the row brings itself comes
// first, whatever the way, except where one person is to have everything.
func (r *roster) of(row *account.Row) Identity {
	own := row.Owner
	switch {
	case r.way == policy.OwnerSelf:
		return r.caller
	case !own.Token.Empty(), own.User != "" && !own.Password.Empty():
		return Identity{Via: ByOwn, Name: r.name(own), Login: own}
	case r.way == policy.OwnerImpersonate:
		if own.User == "" {
			own.User = row.Settings.Email
		}
		return Identity{Via: ByActing, Name: account.Address(own.User).Fold(), Login: account.Owner{User: own.User}}
	case own.Empty() && !r.caller.Login.Empty():
		return r.caller
	}
	return Identity{Via: ByNobody, Name: r.name(own)}
}

func (r *roster) name(o account.Owner) string {
	if o.User == "" && !o.Token.Empty() {
		return r.tokenName(o.Token)
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
