package importer

import (
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/mapping"
)

// via is how the run becomes the person an account is for.
type via uint8

const (
	viaCaller via = iota // it is whoever the run signs in as
	viaOwn               // the row brings a password or a token of theirs
	viaActing            // an administrator acts as them
	viaNobody            // there is no way
)

// identity is the person a row's account is for, as far as the file tells.
type identity struct {
	via via
	// name is what the journal knows the person by: the user as typed, in lower
	// case, or a keyed hash where there is only a token.
	name  string
	login account.Owner
}

// roster tells for each row whose account it asks for. It is safe for concurrent use.
type roster struct {
	way       OwnerWay
	caller    identity // whoever the run signs in as
	tokenName func(account.Secret) string
}

func (im *Importer) roster(way OwnerWay) roster {
	c := im.Options.Caller
	r := roster{way: way, tokenName: im.History.TokenName}
	r.caller = identity{via: viaCaller, login: account.Owner{User: c.User, Password: c.Password, Token: c.Token}}
	r.caller.name = r.name(r.caller.login)
	return r
}

// of says whose account the row asks for. What the row brings itself comes
// first, whatever the way, except where one person is to have everything.
func (r *roster) of(row *account.Row) identity {
	own := row.Owner
	switch {
	case r.way == OwnerSelf:
		return r.caller
	case !own.Token.Empty(), own.User != "" && !own.Password.Empty():
		return identity{via: viaOwn, name: r.name(own), login: own}
	case r.way == OwnerImpersonate:
		if own.User == "" {
			own.User = row.Settings.Email
		}
		return identity{via: viaActing, name: foldAddress(own.User), login: account.Owner{User: own.User}}
	case own.Empty() && !r.caller.login.Empty():
		return r.caller
	}
	return identity{via: viaNobody, name: r.name(own)}
}

func (r *roster) name(o account.Owner) string {
	if o.User == "" && !o.Token.Empty() {
		return r.tokenName(o.Token)
	}
	return strings.ToLower(o.User)
}

// WayFor settles what [OwnerAuto] means for a file with these columns; any other
// way stays what it is.
func WayFor(asked OwnerWay, binding *mapping.Binding) OwnerWay {
	if asked != OwnerAuto {
		return asked
	}
	columns := binding.Columns()
	has := func(f account.Field) bool { return slices.Contains(columns, f.String()) }
	if has(account.PortalToken) || has(account.PortalUser) && has(account.PortalPassword) {
		return OwnerColumn
	}
	return OwnerSelf
}
