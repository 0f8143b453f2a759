package portal

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"r7import/importer/diagnosis"
)

// Address returns the address of a portal in the canonical form of [Client.URL]. The
// error is a *diagnosis.Problem about the command line.
func Address(text string) (string, error) {
	u, err := canonical(text, true) // plain http is allowed: nothing is sent there
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// Root cuts the address of a page of a portal, such as one copied from a browser,
// https://portal.example.org/addons/mail/#inbox, to the address of the portal. It returns
// any other address, and one with a user or a password in it, unchanged.
func Root(text string) (root string, cut bool) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.User != nil {
		return text, false
	}
	steps := strings.Split(u.EscapedPath()+"/", "/")
	for i, step := range steps {
		step = strings.ToLower(step)
		if step == "products" || step == "addons" || strings.HasSuffix(step, ".aspx") || step == "api" && steps[i+1] == "2.0" {
			return u.Scheme + "://" + u.Host + strings.Join(steps[:i], "/"), true
		}
	}
	return text, false
}

// canonical parses the address of a portal. It refuses one with a password and does not repeat it.
func canonical(text string, insecure bool) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, diagnosis.New(diagnosis.PortalURL)
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") {
		return nil, diagnosis.New(diagnosis.PortalURLExtra)
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip, notIP := netip.ParseAddr(u.Hostname())
	switch foreign := strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf }); {
	case notIP == nil:
		host = ip.String()
	case foreign: // not for ASCII: idna refuses underscores, which are common inside companies
		if host, err = idna.Lookup.ToASCII(strings.TrimSuffix(u.Hostname(), ".")); err != nil {
			return nil, diagnosis.New(diagnosis.PortalURL)
		}
	}
	if u.Scheme == "http" && !insecure && host != "localhost" && !ip.IsLoopback() {
		return nil, diagnosis.New(diagnosis.PortalURLPlain, "Host", host)
	}
	clean := &url.URL{Scheme: u.Scheme, Host: host}
	if strings.Contains(host, ":") {
		clean.Host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		clean.Host += ":" + port
	}
	if path := strings.TrimRight(u.Path, "/"); path != "" {
		clean = clean.JoinPath(path)
	}
	return clean, nil
}

// Shown returns the address of a portal as people read it: the host name in its own
// letters, followed by its punycode in parentheses, because letters of different
// alphabets look alike. An address that has no such name is returned unchanged.
func Shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	host, err := idna.Display.ToUnicode(u.Hostname())
	if err != nil || host == u.Hostname() {
		return address
	}
	return strings.Replace(address, u.Hostname(), host, 1) + " (" + u.Hostname() + ")"
}
