package portalsim

import (
	"slices"
	"strings"
)

var enableTypes = map[string]int{"disableforadmins": 0, "enableforallfulladmins": 1, "enablewithlimits": 2}

// mayConfigure returns a failure unless the server's configuration has the settings and
// the caller is the owner.
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

func (x *exchange) setImpersonation() action {
	s := Impersonation{
		Available: true, Enabled: x.boolean("enable"), EnableType: x.enum("enableType", enableTypes),
		OnlyForOwnGroups: x.boolean("onlyForOwnGroups"), AllowedAdmins: x.params.of("allowedAdmins"),
		RestrictionUsers: x.params.of("restrictionUsers"), RestrictionGroups: x.params.of("restrictionGroups"),
	}
	return func() (any, error) {
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

func (x *exchange) canImpersonate() action {
	id := x.guid("userId")
	return func() (any, error) { return x.mayImpersonate(x.portal.people.id(id)), nil }
}

// impersonate answers a token of the other person as a string, so count is its length.
// The answer sets the cookie too. The second factor is skipped.
func (x *exchange) impersonate() action {
	id := x.guid("userId")
	return func() (any, error) {
		target := x.portal.people.id(id)
		if !x.mayImpersonate(target) {
			return nil, security("Impossible to impersonate this user")
		}
		if target.status != statusActive {
			return nil, internal("account") // the server's text is the name of an argument (common/ASC.Core.Common/Context/SecurityContext.cs)
		}
		x.cookie, _ = x.portal.openToken(target)
		x.portal.stats.signIn(target.Email, func(s *SignIns) { s.Impersonated++ })
		return x.cookie, nil
	}
}

// mayImpersonate reports whether the caller may act as target, as ImpersonationSettings.CanImpersonateUser does.
func (x *exchange) mayImpersonate(target *person) bool {
	s, caller := x.portal.impersonation.Load(), x.caller
	if !s.Available || !s.Enabled || target == nil || target == caller || target.Owner {
		return false
	}
	if caller.Owner {
		return true
	}
	may := caller.Admin && (s.EnableType == 1 || s.EnableType != 0 && names(s.AllowedAdmins, caller))
	restricted := slices.ContainsFunc(target.Groups, func(group string) bool {
		return slices.Contains(s.RestrictionGroups, group) || slices.Contains(s.RestrictionGroups, guidOf("group "+group))
	})
	if !may || target.Admin || names(s.RestrictionUsers, target) || restricted {
		return false
	}
	return !s.OnlyForOwnGroups || slices.ContainsFunc(caller.Groups, func(g string) bool { return slices.Contains(target.Groups, g) })
}

// names reports whether one of the texts is the address or GUID of p.
func names(texts []string, p *person) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.EqualFold(s, p.ID) || strings.EqualFold(s, p.Email) })
}
