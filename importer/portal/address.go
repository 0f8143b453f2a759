package portal

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"r7import/importer/diagnosis"
)

// Address returns the address of a portal in the one form that is used for it,
// see [Client.URL]. A problem is one of the command line.
func Address(text string) (string, error) {
	u, err := canonical(text, true) // nothing is sent there
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// Root cuts an address copied from a browser that shows a page of a portal, such as
// https://portal.example.org/addons/mail/#inbox, to the address of the portal itself.
// Any other address stays as it is, and so does one with a user or a password in it.
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

// canonical reads the address of a portal. A password in it is refused and not repeated.
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
	case foreign: // else an underscore is no domain name to idna, and is common inside companies
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

// Shown returns the address of a portal as people read it: the name of the host in
// its own letters, with the form that is used for it behind, because letters of
// different alphabets look alike.
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
