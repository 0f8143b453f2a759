package account

// RelayPort is for mail between servers. Its connections begin in the clear.
const RelayPort = 25

// UsualPort is what follows from a well-known port of a mail server (RFC 8314).
// None of them means an unprotected connection.
type UsualPort struct {
	Encryption Encryption
	IMAP       bool // false is POP3; of no meaning for an outgoing server
}

var (
	incomingPorts = map[int]UsualPort{993: {TLS, true}, 143: {StartTLS, true}, 995: {TLS, false}, 110: {StartTLS, false}}
	outgoingPorts = map[int]UsualPort{465: {Encryption: TLS}, 587: {Encryption: StartTLS}}
)

// UsualIncoming returns what follows from the port of an incoming server, and false if nothing does.
func UsualIncoming(port int) (UsualPort, bool) {
	usual, known := incomingPorts[port]
	return usual, known
}

// UsualOutgoing returns what follows from the port of an outgoing server, and false if nothing does.
func UsualOutgoing(port int) (UsualPort, bool) {
	usual, known := outgoingPorts[port]
	return usual, known
}
