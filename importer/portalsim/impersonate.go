package portalsim

import (
	"slices"
	"strings"
	"time"
)

const textGUID = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."

var enableTypes = map[string]int32{"disableforadmins": 0, "enableforallfulladmins": 1, "enablewithlimits": 2}

// mayConfigure: the settings exist where the server's configuration has them, and for
// the owner only.
func (x *exchange) mayConfigure() *failure {
	switch {
	case !x.portal.impersonation.Load().Available:
		return security("Setting is not available")
	case !x.caller.Owner:
		return security("Setting available only for the owner")
	default:
		return nil
	}
}

func (x *exchange) impersonationSettings() (any, error) {
	if err := x.mayConfigure(); err != nil {
		return nil, err
	}
	return x.portal.impersonation.Load(), nil
}

func bindSetImpersonation(a *arguments) action {
	s := Impersonation{
		Available: true, Enabled: a.boolean("enable"), EnableType: int(a.enum("enableType", enableTypes)),
		OnlyForOwnGroups: a.boolean("onlyForOwnGroups"),
		AllowedAdmins:    a.params.of("allowedAdmins"), RestrictionUsers: a.params.of("restrictionUsers"), RestrictionGroups: a.params.of("restrictionGroups"),
	}
	return func(x *exchange) (any, error) {
		if err := x.mayConfigure(); err != nil {
			return nil, err
		}
		if !s.Enabled {
			s = Impersonation{Available: true}
		}
		x.portal.impersonation.Store(&s)
		return &s, nil
	}
}

// bindGUID reads the id of a user from the route.
func bindGUID(a *arguments, name string) string {
	id := a.text(name)
	if !isGUID(id) && a.err == nil {
		a.err = &failure{a.version.conversionStatus(), textGUID, hrFormat}
	}
	return id
}

func bindMayImpersonate(a *arguments) action {
	id := bindGUID(a, "userId")
	return func(x *exchange) (any, error) { return x.mayImpersonate(id), nil }
}

// bindImpersonate answers a token of the other person, as a string: count is its
// length. The answer sets cookies too; the second factor is skipped.
func bindImpersonate(a *arguments) action {
	id := bindGUID(a, "userId")
	return func(x *exchange) (any, error) {
		if !x.mayImpersonate(id) {
			return nil, security("Impossible to impersonate this user")
		}
		target := x.portal.people.id(id)
		if target.status != statusActive {
			return nil, internal("account") // the name of an argument (common/ASC.Core.Common/Context/SecurityContext.cs)
		}
		token := x.portal.sessions.open(target, time.Now().Add(x.portal.options.TokenLife))
		x.cookie = token
		x.portal.stats.impersonated(target.Email)
		return token, nil
	}
}

// mayImpersonate follows ImpersonationSettings.CanImpersonateUser.
func (x *exchange) mayImpersonate(id string) bool {
	settings, caller := x.portal.impersonation.Load(), x.caller
	target := x.portal.people.id(id)
	if target == nil || target == caller || target.Owner || !settings.admits(caller) {
		return false
	}
	if caller.Owner {
		return true
	}
	if target.Admin || names(settings.RestrictionUsers, target) || slices.ContainsFunc(target.Groups, settings.restricts) {
		return false
	}
	return !settings.OnlyForOwnGroups || slices.ContainsFunc(caller.Groups, func(g string) bool { return slices.Contains(target.Groups, g) })
}

// admits tells who may impersonate at all.
func (s *Impersonation) admits(caller *person) bool {
	switch {
	case !s.Available || !s.Enabled:
		return false
	case caller.Owner:
		return true
	case !caller.Admin || s.EnableType == 0:
		return false
	default:
		return s.EnableType == 1 || names(s.AllowedAdmins, caller)
	}
}

func (s *Impersonation) restricts(group string) bool {
	return slices.Contains(s.RestrictionGroups, group) || slices.Contains(s.RestrictionGroups, guidOf("group "+group))
}

// names tells whether one of the texts is the address or GUID of p.
func names(texts []string, p *person) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.EqualFold(s, p.ID) || strings.EqualFold(s, p.Email) })
}
