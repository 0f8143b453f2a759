package portal

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

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
	steps := strings.Split(strings.ToLower(u.EscapedPath()), "/")
	for i, step := range steps {
		own := step == "products" || step == "addons" || strings.HasSuffix(step, ".aspx") ||
			step == "api" && i+1 < len(steps) && steps[i+1] == "2.0"
		if own {
			path := strings.Join(strings.Split(u.EscapedPath(), "/")[:i], "/")
			return u.Scheme + "://" + u.Host + path, true
		}
	}
	return text, false
}

// canonical reads the address of a portal. A password in it is refused and not repeated.
func canonical(text string, insecure bool) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, diagnosis.New(diagnosis.PortalURL)
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") {
		return nil, diagnosis.New(diagnosis.PortalURLExtra)
	}
	host, err := canonicalHost(u.Hostname())
	if err != nil {
		return nil, diagnosis.New(diagnosis.PortalURL)
	}
	if u.Scheme == "http" && !insecure && !loopback(host) {
		return nil, diagnosis.New(diagnosis.PortalURLPlain, "Host", host)
	}
	port := u.Port()
	if u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		port = ""
	}
	clean := &url.URL{Scheme: u.Scheme, Host: joinHost(host, port)}
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

func canonicalHost(host string) (string, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.String(), nil
	}
	host = strings.TrimSuffix(host, ".")
	if isASCII(host) { // an underscore is common inside companies, and no domain name to idna
		return strings.ToLower(host), nil
	}
	return idna.Lookup.ToASCII(host)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r >= 0x80 }) < 0
}

func joinHost(host, port string) string {
	switch {
	case port != "":
		return net.JoinHostPort(host, port)
	case strings.Contains(host, ":"):
		return "[" + host + "]"
	}
	return host
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
