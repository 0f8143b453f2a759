package preflight

import (
	"net"
	"slices"
	"strings"

	"r7import/importer/diagnosis"
)

// reply is a server's word that it will not do what it was asked.
type reply struct {
	protocol Protocol
	code     string // "AUTHENTICATIONFAILED" in brackets of IMAP and POP3, "535" of SMTP
	text     string
	login    bool // it answers a login
}

// Error is for developers: the words of a server may repeat a secret.
func (r *reply) Error() string { return "preflight: " + string(r.protocol) + " " + r.code }

// meaning says what the words of a server mean. Where they tell little, its code tells more.
func (r *reply) meaning() diagnosis.Code {
	code := diagnosis.MailText(r.text)
	if code != diagnosis.MailDeclined && code != diagnosis.MailAuth {
		return code
	}
	switch r.code {
	case "UNAVAILABLE", "INUSE", "IN-USE", "LOGIN-DELAY", "SERVERBUG", "SYS/TEMP":
		return diagnosis.MailTemporary
	case "LIMIT":
		return diagnosis.MailTooMany
	case "EXPIRED":
		return diagnosis.MailLocked
	case "PRIVACYREQUIRED", "530":
		return diagnosis.TLSMode
	case "AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "AUTH", "535":
		return diagnosis.MailAuth
	}
	if r.protocol == SMTP && strings.HasPrefix(r.code, "4") {
		return diagnosis.MailTemporary
	}
	if !r.login {
		return diagnosis.MailConnect
	}
	return code
}

// refuse returns the reply of a line of IMAP or POP3 whose first word has been read.
func (s *session) refuse(words string) *reply {
	r := &reply{protocol: s.Protocol, text: words}
	if rest, bracket := strings.CutPrefix(words, "["); bracket {
		if code, text, closed := strings.Cut(rest, "]"); closed {
			r.code, r.text = strings.ToUpper(code), strings.TrimSpace(text)
		}
	}
	return r
}

// other is the problem of a server that greets as one of another kind.
func other(greeting string) error {
	found := ""
	switch {
	case strings.HasPrefix(greeting, "* "):
		found = string(IMAP)
	case strings.HasPrefix(greeting, "+OK"), strings.HasPrefix(greeting, "-ERR"):
		found = string(POP3)
	case strings.HasPrefix(greeting, "220"), strings.HasPrefix(greeting, "554"), strings.HasPrefix(greeting, "421"):
		found = string(SMTP)
	}
	return diagnosis.New(diagnosis.MailOtherService, "Found", found)
}

// greet reads the greeting and returns its words.
func (s *session) greet() (string, error) {
	first, err := s.text.ReadLine()
	if err != nil {
		return "", err
	}
	line := first
	if s.Protocol == SMTP {
		for len(line) > 3 && line[3] == '-' && strings.HasPrefix(line, "220") {
			if line, err = s.text.ReadLine(); err != nil {
				return "", err
			}
		}
	}
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case s.Protocol == IMAP && word == "*":
		state, text, _ := strings.Cut(rest, " ")
		if strings.EqualFold(state, "OK") || strings.EqualFold(state, "PREAUTH") {
			return diagnosis.CleanText(s.refuse(text).text), nil // without the capabilities in brackets
		}
		return "", s.refuse(text)
	case s.Protocol == POP3 && word == "+OK", s.Protocol == SMTP && word == "220":
		return diagnosis.CleanText(rest), nil
	case s.Protocol == POP3 && word == "-ERR":
		return "", s.refuse(rest)
	case s.Protocol == SMTP && (word == "421" || word == "554"):
		return "", &reply{protocol: SMTP, code: word, text: rest}
	}
	return "", other(first)
}

// ask reads the capabilities.
func (s *session) ask() error {
	switch s.Protocol {
	case IMAP:
		return s.askIMAP()
	case POP3:
		return s.askPOP3()
	}
	ip, _, _ := net.SplitHostPort(s.LocalAddr().String())
	literal := "[" + ip + "]"
	if strings.Contains(ip, ":") {
		literal = "[IPv6:" + ip + "]"
	}
	lines, err := s.smtp("EHLO " + literal)
	if err != nil {
		return err
	}
	s.able = s.able[:0]
	for _, line := range lines[1:] {
		s.able = append(s.able, strings.ToUpper(diagnosis.CleanText(line)))
	}
	return nil
}

// smtp sends a command and returns the lines of its answer, an error if that is not good.
func (s *session) smtp(command string) ([]string, error) {
	if err := s.send(command); err != nil {
		return nil, err
	}
	var lines []string
	for {
		line, err := s.text.ReadLine()
		switch {
		case err != nil:
			return nil, err
		case len(line) < 3:
			return nil, other(line)
		}
		lines = append(lines, line[min(len(line), 4):])
		if len(line) > 3 && line[3] == '-' {
			continue
		}
		if line[0] != '2' {
			return nil, &reply{protocol: SMTP, code: line[:3], text: strings.Join(lines, " ")}
		}
		return lines, nil
	}
}

func (s *session) askIMAP() error {
	lines, err := s.imap("a", "CAPABILITY")
	if err != nil {
		return err
	}
	s.able = s.able[:0]
	for _, line := range lines {
		if list, ok := strings.CutPrefix(strings.ToUpper(line), "* CAPABILITY "); ok {
			s.able = append(s.able, strings.Fields(diagnosis.CleanText(list))...)
		}
	}
	return nil
}

// imap sends a command and returns the lines before its end, an error if that is not good.
func (s *session) imap(tag, command string) (lines []string, err error) {
	if err := s.send(tag + " " + command); err != nil {
		return nil, err
	}
	for {
		line, err := s.text.ReadLine()
		if err != nil {
			return nil, err
		}
		rest, ended := strings.CutPrefix(line, tag+" ")
		if bye, ok := strings.CutPrefix(line, "* BYE "); ok {
			return nil, s.refuse(bye)
		}
		if !ended {
			lines = append(lines, line)
			continue
		}
		state, text, _ := strings.Cut(rest, " ")
		if !strings.EqualFold(state, "OK") {
			return nil, s.refuse(text)
		}
		return lines, nil
	}
}

// startTLS asks for encryption. A server that does not offer it is not asked.
func (s *session) startTLS() error {
	offer := "STARTTLS"
	if s.Protocol == POP3 {
		offer = "STLS"
	}
	if !slices.Contains(s.able, offer) {
		return diagnosis.New(diagnosis.MailNoStartTLS)
	}
	var err error
	switch s.Protocol {
	case IMAP:
		_, err = s.imap("b", "STARTTLS")
	case POP3:
		_, _, err = s.pop3("STLS")
	case SMTP:
		_, err = s.smtp("STARTTLS")
	}
	return err
}

// The ways of login beside those of SASL.
const (
	byLoginCommand = "LOGIN command"
	byUserPass     = "USER/PASS"
)

// mechanisms returns the ways of login that the server offers.
func (s *session) mechanisms() []string {
	found := []string{}
	for _, able := range s.able {
		switch words := strings.Fields(strings.Replace(able, "AUTH=", "AUTH ", 1)); {
		case len(words) == 0:
		case words[0] == "AUTH" && s.Protocol != POP3, words[0] == "SASL" && s.Protocol == POP3:
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
