package portalsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// newest is the version that is simulated by default.
const newest = "12.7.1"

// published maps a short version to the full version of its published release.
var published = map[string]string{
	"9.6": "9.6.2", "10.5": "10.5.1", "11": "11.0.0", "11.0": "11.0.0", "11.5": "11.5.2", "11.6": "11.6.0",
	"12": "12.0.0", "12.0": "12.0.0", "12.1": "12.1.0", "12.5": "12.5.2", "12.6": "12.6.0", "12.7": newest, "": newest,
}

// version is a server version. Its methods report what the version has.
type version struct {
	text  string
	parts [3]int // major, minor, patch
}

func parseVersion(s string) (version, error) {
	if full, ok := published[s]; ok {
		s = full
	}
	v := version{text: s}
	parts := strings.Split(s, ".")
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || len(parts) != len(v.parts) {
			return version{}, fmt.Errorf("version %q is not of the form 12.7 or 12.7.1", s)
		}
		v.parts[i] = n
	}
	return v, nil
}

func (v version) since(major, minor, patch int) bool {
	return slices.Compare(v.parts[:], []int{major, minor, patch}) >= 0
}

// hasNTLM reports whether SaslMechanism.Ntlm exists, from 12.5 on (MAIL/Enums/SaslMechanism.cs).
func (v version) hasNTLM() bool { return v.since(12, 5, 0) }

// hasImpersonation reports whether SecurityApi.ImpersonateUser exists, from 12.5 on (module/ASC.Api/ASC.Api.Security/SecurityApi.cs).
func (v version) hasImpersonation() bool { return v.since(12, 5, 0) }

// hasConnections reports whether sessions can be listed and ended, from 12.0 on.
func (v version) hasConnections() bool { return v.since(12, 0, 0) }

// hasDateCreated reports whether MailAccountData.DateCreated exists, from 12.0 on (MAIL/Data/Contracts/MailAccountData.cs).
func (v version) hasDateCreated() bool { return v.since(12, 0, 0) }
