package preflight

import (
	"encoding/base64"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"r7import/importer/diagnosis"
)

// tag stands before every command of IMAP, and before the end of its answer.
const tag = "a"

// commands are the commands of each protocol.
var commands = map[Protocol]struct{ ask, startTLS, auth, leave string }{
	IMAP: {ask: tag + " CAPABILITY", startTLS: tag + " STARTTLS", auth: tag + " AUTHENTICATE ", leave: tag + " LOGOUT"},
	POP3: {ask: "CAPA", startTLS: "STLS", auth: "AUTH ", leave: "QUIT"},
	SMTP: {ask: "EHLO ", startTLS: "STARTTLS", auth: "AUTH ", leave: "QUIT"},
}

// reply is a server's negative answer to a command.
type reply struct {
	protocol Protocol
	code     string // "AUTHENTICATIONFAILED" in brackets of IMAP and POP3, "535" of SMTP
	text     string
	login    bool // the answer to a login
}

// Error leaves out the server's words, because they may repeat a secret.
func (r *reply) Error() string { return "preflight: " + string(r.protocol) + " " + r.code }

// codes are the meanings of servers' codes, for answers whose words are not recognised.
var codes = map[string]diagnosis.Code{
	"UNAVAILABLE": diagnosis.MailTemporary, "INUSE": diagnosis.MailTemporary, "IN-USE": diagnosis.MailTemporary,
	"LOGIN-DELAY": diagnosis.MailTemporary, "SERVERBUG": diagnosis.MailTemporary, "SYS/TEMP": diagnosis.MailTemporary,
	"LIMIT":           diagnosis.MailTooMany,
	"EXPIRED":         diagnosis.MailLocked,
	"PRIVACYREQUIRED": diagnosis.TLSMode, "530": diagnosis.TLSMode,
	"AUTHENTICATIONFAILED": diagnosis.MailAuth, "AUTHORIZATIONFAILED": diagnosis.MailAuth,
	"AUTH": diagnosis.MailAuth, "535": diagnosis.MailAuth,
}

// meaning returns the meaning of a server's answer: by its words, else by its code.
func (r *reply) meaning() diagnosis.Code {
	code := diagnosis.MailText(r.text)
	switch {
	case code != diagnosis.MailDeclined && code != diagnosis.MailAuth:
		return code
	case codes[r.code] != "":
		return codes[r.code]
	case r.protocol == SMTP && strings.HasPrefix(r.code, "4"):
		return diagnosis.MailTemporary
	case !r.login:
		return diagnosis.MailConnect
	}
	return code
}

// declined returns a reply for words of IMAP or POP3. It splits off a code in brackets before them.
func (s *session) declined(words string) *reply {
	r := &reply{protocol: s.Protocol, text: words}
	if rest, bracket := strings.CutPrefix(words, "["); bracket {
		if code, text, closed := strings.Cut(rest, "]"); closed {
			r.code, r.text = strings.ToUpper(code), strings.TrimSpace(text)
		}
	}
	return r
}

// otherService returns the problem of a server that speaks another protocol, recognised by its line.
func otherService(line string) error {
	found := Protocol("")
	for start, protocol := range map[string]Protocol{"* ": IMAP, "+OK": POP3, "-ERR": POP3, "220": SMTP, "554": SMTP, "421": SMTP} {
		if strings.HasPrefix(line, start) {
			found = protocol
		}
	}
	return diagnosis.New(diagnosis.MailOtherService, "Found", found)
}

// answer reads a server's answer to a command, or its greeting. It returns the lines, the last one
// without its tag or code, and whether the server waits for more. The error is a *reply if the
// server declines.
func (s *session) answer(greeting bool) (lines []string, more bool, err error) {
	for {
		line, err := s.text.ReadLine()
		if err != nil {
			return nil, false, err
		}
		word, text, _ := strings.Cut(line, " ")
		switch s.Protocol {
		case IMAP:
			state, rest, _ := strings.Cut(text, " ")
			state = strings.ToUpper(state)
			switch ends := greeting && word == "*" || !greeting && word == tag; {
			case ends && (state == "OK" || greeting && state == "PREAUTH"):
				return append(lines, rest), false, nil
			case ends, word == "*" && state == "BYE":
				return nil, false, s.declined(rest)
			case greeting:
				return nil, false, otherService(line)
			case word == "+":
				return append(lines, text), true, nil
			}
			lines = append(lines, line)
		case POP3:
			switch {
			case word == "+OK", word == "+" && !greeting:
				return []string{text}, word == "+", nil
			case word == "-ERR":
				return nil, false, s.declined(text)
			}
			return nil, false, otherService(line)
		case SMTP:
			code := line[:min(len(line), 3)]
			if len(code) < 3 || greeting && !slices.Contains([]string{"220", "421", "554"}, code) {
				return nil, false, otherService(line)
			}
			text = line[min(len(line), 4):]
			if len(lines) > 0 { // each line repeats the status of RFC 2034
				status, _, _ := strings.Cut(lines[0], " ")
				text = strings.TrimPrefix(text, status+" ")
			}
			lines = append(lines, text)
			switch {
			case len(line) > 3 && line[3] == '-':
			case code[0] == '2', code == "334":
				return lines, code == "334", nil
			default:
				return nil, false, &reply{protocol: SMTP, code: code, text: strings.Join(lines, " ")}
			}
		}
	}
}

// say sends a line and returns the server's answer.
func (s *session) say(line string) (lines []string, more bool, err error) {
	if _, err := io.WriteString(s.Conn, line+"\r\n"); err != nil {
		return nil, false, err
	}
	return s.answer(false)
}

// command is [session.say] for a command of one line: a request for more is an error.
func (s *session) command(line string) ([]string, error) {
	lines, more, err := s.say(line)
	if more {
		return nil, otherService("")
	}
	return lines, err
}

// greet reads the greeting and returns its words.
func (s *session) greet() (string, error) {
	lines, _, err := s.answer(true)
	if err != nil {
		return "", err
	}
	text := lines[len(lines)-1]
	if s.Protocol == IMAP { // capabilities may come before the words
		text = s.declined(text).text
	}
	return diagnosis.CleanText(text), nil
}

// ask reads the capabilities. They are nil for a POP3 server without CAPA (RFC 2449).
func (s *session) ask() error {
	command := commands[s.Protocol].ask
	if s.Protocol == SMTP {
		ip, _, _ := net.SplitHostPort(s.LocalAddr().String())
		if strings.Contains(ip, ":") {
			ip = "IPv6:" + ip
		}
		command += "[" + ip + "]"
	}
	s.able = nil
	lines, err := s.command(command)
	if _, none := errors.AsType[*reply](err); none && s.Protocol == POP3 {
		return nil
	}
	if err == nil && s.Protocol == POP3 {
		lines, err = s.text.ReadDotLines()
	}
	if err != nil {
		return err
	}
	s.able = []string{}
	for i, line := range lines {
		line = strings.ToUpper(diagnosis.CleanText(line))
		list, listed := strings.CutPrefix(line, "* CAPABILITY ")
		switch {
		case s.Protocol == IMAP && listed:
			s.able = append(s.able, strings.Fields(list)...)
		case s.Protocol == POP3, s.Protocol == SMTP && i > 0:
			s.able = append(s.able, line)
		}
	}
	return nil
}

// startTLS asks for encryption. It returns MailNoStartTLS if the server does not offer it.
func (s *session) startTLS() error {
	command := commands[s.Protocol].startTLS
	if !slices.Contains(s.able, strings.TrimPrefix(command, tag+" ")) {
		return diagnosis.New(diagnosis.MailNoStartTLS)
	}
	_, err := s.command(command)
	return err
}

// The login mechanisms that are not SASL.
const (
	byLoginCommand = "LOGIN command"
	byUserPass     = "USER/PASS"
)

// mechanisms returns the login mechanisms that the server offers.
func (s *session) mechanisms() []string {
	offer := "AUTH"
	if s.Protocol == POP3 {
		offer = "SASL"
	}
	found := []string{}
	for _, able := range s.able {
		if words := strings.Fields(strings.Replace(able, "AUTH=", "AUTH ", 1)); len(words) > 0 && words[0] == offer {
			found = append(found, words[1:]...)
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	switch {
	case s.Protocol == IMAP && !slices.Contains(s.able, "LOGINDISABLED"):
		found = append(found, byLoginCommand)
	case s.Protocol == POP3 && (s.able == nil || slices.Contains(s.able, "USER")):
		found = append(found, byUserPass)
	}
	return found
}

// authenticate logs in by a SASL mechanism (RFC 3501, 4954, 5034). answerTo returns the answer to
// each challenge of the server, in turn, and false if there is no further answer.
func (s *session) authenticate(mechanism string, answerTo func(challenge []byte) (string, bool)) error {
	line := commands[s.Protocol].auth + mechanism
	if mechanism == saslPlain && s.Protocol == SMTP { // some servers take it in one line only
		answer, _ := answerTo(nil)
		line += " " + base64.StdEncoding.EncodeToString([]byte(answer))
	}
	lines, more, err := s.say(line)
	for err == nil && more {
		challenge, broken := base64.StdEncoding.DecodeString(lines[len(lines)-1])
		answer, ok := answerTo(challenge)
		if broken != nil || !ok {
			return errors.New("preflight: a challenge that nothing can answer")
		}
		lines, more, err = s.say(base64.StdEncoding.EncodeToString([]byte(answer)))
	}
	return err
}

// loginCommand logs in by the LOGIN command of IMAP. It sends texts that cannot be quoted as literals.
func (s *session) loginCommand(user, password string) error {
	line := tag + " LOGIN"
	for _, text := range []string{user, password} {
		if !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			line += ` "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
			continue
		}
		_, more, err := s.say(line + " {" + strconv.Itoa(len(text)) + "}")
		switch {
		case err != nil:
			return err
		case !more:
			return otherService("")
		}
		line = text
	}
	_, err := s.command(line)
	return err
}
