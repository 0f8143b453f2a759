package people

import (
	"context"
	"strings"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
)

// listLasts is how long the list of a person's accounts is used before it is read again.
const listLasts = 10 * time.Minute

// listing is the list of a person's accounts, read once for many rows.
type listing struct {
	lock     chan struct{} // a mutex that can be waited for with a context
	at       time.Time
	accounts map[string]account.Mailbox
}

// Listed looks up an address, in lower case, in the list of the person's accounts. It
// reads the list again when it is older than listLasts; other rows wait meanwhile. An
// answer that is not Done says why there is no list.
func (s *Session) Listed(ctx context.Context, address string) (account.Mailbox, bool, portal.Answer) {
	l := &s.of.list
	select {
	case l.lock <- struct{}{}:
	case <-ctx.Done():
		return account.Mailbox{}, false, portal.Answer{Fate: diagnosis.NotSent, Code: diagnosis.RequestNotSent, Err: ctx.Err()}
	}
	defer func() { <-l.lock }()
	if l.accounts == nil || time.Since(l.at) > listLasts {
		mailboxes, answer := s.Accounts(ctx)
		if answer.Fate != diagnosis.Done {
			return account.Mailbox{}, false, answer
		}
		l.accounts, l.at = make(map[string]account.Mailbox, len(mailboxes)), time.Now()
		for _, m := range mailboxes {
			l.accounts[strings.ToLower(m.Address)] = m
		}
	}
	m, there := l.accounts[address]
	return m, there, portal.Answer{Fate: diagnosis.Done}
}
