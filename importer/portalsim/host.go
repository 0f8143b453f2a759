package portalsim

import (
	"net/http"
	"net/netip"
	"os"
	"strings"
)

// OnlyHere passes on requests that mean this machine by an address, as localhost
// or by its own name. A web page whose name has been turned to point here would
// otherwise read what its visitor rehearses with.
func OnlyHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := strings.Trim(hostOnly(r.Host), "[]")
		own, _ := os.Hostname()
		if _, err := netip.ParseAddr(host); err != nil && !strings.EqualFold(host, "localhost") && (own == "" || !strings.EqualFold(host, own)) {
			http.Error(w, http.StatusText(http.StatusMisdirectedRequest), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
