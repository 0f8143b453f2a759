package account

// RelayPort is for mail between servers. Its connections begin in the clear.
const RelayPort = 25

// UsualPort is what follows from a well-known port of a mail server (RFC 8314).
// None of them means an unprotected connection.
type UsualPort struct {
	Encryption Encryption
	IMAP       bool // false is POP3; of no meaning for an outgoing server
}

// UsualIncoming returns what follows from the port of an incoming server, and false if nothing does.
func UsualIncoming(port int) (UsualPort, bool) {
	switch port {
	case 993:
		return UsualPort{TLS, true}, true
	case 143:
		return UsualPort{StartTLS, true}, true
	case 995:
		return UsualPort{TLS, false}, true
	case 110:
		return UsualPort{StartTLS, false}, true
	}
	return UsualPort{}, false
}

// UsualOutgoing returns what follows from the port of an outgoing server, and false if nothing does.
func UsualOutgoing(port int) (UsualPort, bool) {
	switch port {
	case 465:
		return UsualPort{Encryption: TLS}, true
	case 587:
		return UsualPort{Encryption: StartTLS}, true
	}
	return UsualPort{}, false
}
