package preflight

import (
	"encoding/base64"
	"strings"

	"github.com/emersion/go-sasl"

	"r7import/importer/diagnosis"
)

// pop3 sends a command and returns the words that answer it, an error if they are no
// good ones. more says that the server waits for more.
func (s *session) pop3(command string) (words string, more bool, err error) {
	if err := s.send(command); err != nil {
		return "", false, err
	}
	line, err := s.text.ReadLine()
	if err != nil {
		return "", false, err
	}
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "+OK":
		return rest, false, nil
	case "+":
		return rest, true, nil
	case "-ERR":
		return "", false, s.refuse(rest)
	}
	return "", false, other(line)
}

// askPOP3 reads the capabilities. A server may know none (RFC 2449).
func (s *session) askPOP3() error {
	s.able = nil
	_, _, err := s.pop3("CAPA")
	if _, refused := err.(*reply); refused {
		return nil
	}
	if err != nil {
		return err
	}
	lines, err := s.text.ReadDotLines()
	s.able = make([]string, len(lines))
	for i, line := range lines {
		s.able[i] = strings.ToUpper(diagnosis.CleanText(line))
	}
	return err
}

// userPass logs in with the two oldest commands.
func (s *session) userPass(user, password string) error {
	if _, _, err := s.pop3("USER " + user); err != nil {
		return err
	}
	_, _, err := s.pop3("PASS " + password)
	return err
}

// authPOP3 logs in by SASL (RFC 5034).
func (s *session) authPOP3(client sasl.Client) error {
	mechanism, answer, err := client.Start()
	if err != nil {
		return err
	}
	words, more, err := s.pop3("AUTH " + mechanism)
	for err == nil && more {
		if answer == nil {
			var challenge []byte
			if challenge, err = base64.StdEncoding.DecodeString(words); err != nil {
				return err
			}
			if answer, err = client.Next(challenge); err != nil {
				return err
			}
		}
		words, more, err = s.pop3(base64.StdEncoding.EncodeToString(answer))
		answer = nil
	}
	return err
}
