package portalsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// newest is the version simulated when none is asked for.
const newest = "12.7.1"

// published completes a short version to the release that was published under it.
var published = map[string]string{
	"9.6": "9.6.2", "10.5": "10.5.1", "11": "11.0.0", "11.0": "11.0.0", "11.5": "11.5.2", "11.6": "11.6.0",
	"12": "12.0.0", "12.0": "12.0.0", "12.1": "12.1.0", "12.5": "12.5.2", "12.6": "12.6.0", "12.7": newest, "": newest,
}

// version is a server version; it answers for what changed between releases.
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

// conversionStatus is the HTTP status of an argument that cannot be converted
// (API/Impl/ApiHttpHandler.cs; the separate handler came with 11.0).
func (v version) conversionStatus() int {
	if v.since(11, 0, 0) {
		return 400
	}
	return 500
}

// hasNTLM: SaslMechanism.Ntlm came with 12.5 (MAIL/Enums/SaslMechanism.cs).
func (v version) hasNTLM() bool { return v.since(12, 5, 0) }

// hasImpersonation: SecurityApi.ImpersonateUser came with 12.5 (module/ASC.Api/ASC.Api.Security/SecurityApi.cs).
func (v version) hasImpersonation() bool { return v.since(12, 5, 0) }

// hasConnections: sessions can be listed and ended from 12.0 on.
func (v version) hasConnections() bool { return v.since(12, 0, 0) }

// hasDateCreated: MailAccountData.DateCreated came with 12.0 (MAIL/Data/Contracts/MailAccountData.cs).
func (v version) hasDateCreated() bool { return v.since(12, 0, 0) }

// putTellsEnabled: before 11.5.2 an update answered enabled:false whatever was stored
// (MAIL/Core/Engine/AccountEngine.cs, UpdateAccount).
func (v version) putTellsEnabled() bool { return v.since(11, 5, 2) }

// singleRefusesHosted: 10.5.1 did not show a mailbox of the portal's own mail server.
func (v version) singleRefusesHosted() bool { return !v.since(11, 0, 0) }

// countsSignIns: the brute-force counter came with 10.0 (web/core/ASC.Web.Core/BruteForceLoginManager.cs).
func (v version) countsSignIns() bool { return v.since(10, 0, 0) }

// countsByAddress: from 12.5 on the client's address is part of what is counted.
func (v version) countsByAddress() bool { return v.since(12, 5, 0) }

// connectTimeout of the login test was fixed before 11.0 (MAIL/Defines.cs).
func (v version) connectTimeout() time.Duration {
	if v.since(11, 0, 0) {
		return 15 * time.Second
	}
	return 10 * time.Second
}
