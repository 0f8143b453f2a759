package portalsim

import (
	"cmp"
	"strings"
	"sync"
)

// Provider is what the portal knows of a domain's servers. The port says how they are
// encrypted: 993, 995, 465 and any unusual one from the first byte, 143, 110, 587 and 25
// by STARTTLS.
type Provider struct {
	IMAP      string `yaml:"imap"`
	IMAPPort  int    `yaml:"imap_port"` // 993 when 0
	POP3      string `yaml:"pop3"`
	POP3Port  int    `yaml:"pop3_port"` // 995 when 0
	SMTP      string `yaml:"smtp"`
	SMTPPort  int    `yaml:"smtp_port"`  // 465 when 0
	Plain     bool   `yaml:"plain"`      // nothing is encrypted
	LocalPart bool   `yaml:"local_part"` // the login is the address up to the at sign
}

// shipped are the big names of the table that comes with the server
// (build/sql/onlyoffice.data.sql: 220 providers of 749 domains).
var shipped = []struct {
	domains string
	Provider
}{
	{"mail.ru bk.ru inbox.ru list.ru", Provider{IMAP: "imap.mail.ru", POP3: "pop.mail.ru", SMTP: "smtp.mail.ru"}},
	{"yandex.ru ya.ru narod.ru yandex.com yandex.by yandex.kz yandex.net yandex.ua", Provider{IMAP: "imap.yandex.ru", POP3: "pop.yandex.ru", SMTP: "smtp.yandex.ru"}},
	{"rambler.ru autorambler.ru lenta.ru myrambler.ru r0.ru ro.ru", Provider{IMAP: "imap.rambler.ru", POP3: "pop.rambler.ru", SMTP: "smtp.rambler.ru"}},
	{"qip.ru pochta.ru hotbox.ru front.ru land.ru", Provider{IMAP: "imap.qip.ru", IMAPPort: 143, POP3: "pop.qip.ru", POP3Port: 110, SMTP: "smtp.qip.ru", SMTPPort: 25, Plain: true}},
	{"gmail.com googlemail.com google.com", Provider{IMAP: "imap.googlemail.com", POP3: "pop.googlemail.com", SMTP: "smtp.googlemail.com"}},
	{"outlook.com hotmail.com live.com msn.com", Provider{IMAP: "imap-mail.outlook.com", POP3: "pop-mail.outlook.com", SMTP: "smtp-mail.outlook.com", SMTPPort: 587}},
	{"office365.com", Provider{IMAP: "outlook.office365.com", POP3: "outlook.office365.com", SMTP: "smtp.office365.com", SMTPPort: 587}},
	{"icloud.com me.com mac.com", Provider{IMAP: "imap.mail.me.com", SMTP: "smtp.mail.me.com", SMTPPort: 587, LocalPart: true}},
	{"yahoo.com rocketmail.com yahoo.co.uk yahoo.de yahoo.es yahoo.fr yahoo.it", Provider{IMAP: "imap.mail.yahoo.com", POP3: "pop.mail.yahoo.com", SMTP: "smtp.mail.yahoo.com"}},
	{"aol.com aim.com netscape.net", Provider{IMAP: "imap.aol.com", POP3: "pop.aol.com", SMTP: "smtp.aol.com", SMTPPort: 587}},
	{"att.net bellsouth.net sbcglobal.net", Provider{POP3: "pop.att.yahoo.com", SMTP: "smtp.att.yahoo.com"}},
	{"comcast.net", Provider{POP3: "mail.comcast.net", POP3Port: 110, SMTP: "smtp.comcast.net", SMTPPort: 587, LocalPart: true}},
	{"verizon.net", Provider{POP3: "incoming.verizon.net", SMTP: "outgoing.verizon.net", LocalPart: true}},
	{"gmx.net gmx.de gmx.at gmx.ch gmx.eu", Provider{IMAP: "imap.gmx.net", POP3: "pop.gmx.net", SMTP: "mail.gmx.net"}},
	{"web.de", Provider{IMAP: "imap.web.de", POP3: "pop3.web.de", SMTP: "smtp.web.de", SMTPPort: 587, LocalPart: true}},
	{"t-online.de", Provider{IMAP: "secureimap.t-online.de", POP3: "securepop.t-online.de", SMTP: "securesmtp.t-online.de", SMTPPort: 587}},
	{"1und1.de", Provider{IMAP: "imap.1und1.de", POP3: "pop.1und1.de", SMTP: "smtp.1und1.de", SMTPPort: 587}},
	{"mail.com", Provider{IMAP: "imap.mail.com", POP3: "pop.mail.com", SMTP: "smtp.mail.com"}},
	{"bluewin.ch", Provider{IMAP: "imaps.bluewin.ch", POP3: "pop3s.bluewin.ch", SMTP: "smtpauths.bluewin.ch", LocalPart: true}},
	{"laposte.net", Provider{IMAP: "imap.laposte.net", POP3: "pop.laposte.net", SMTP: "smtp.laposte.net", LocalPart: true}},
	{"orange.fr wanadoo.fr", Provider{IMAP: "imap.orange.fr", IMAPPort: 143, POP3: "pop.orange.fr", POP3Port: 110, SMTP: "smtp.orange.fr", SMTPPort: 587, Plain: true, LocalPart: true}},
	{"sfr.fr neuf.fr", Provider{IMAP: "imap.sfr.fr", IMAPPort: 143, POP3: "pop.sfr.fr", POP3Port: 110, SMTP: "smtp.sfr.fr", SMTPPort: 587, Plain: true}},
	{"alice.it", Provider{IMAP: "in.alice.it", IMAPPort: 143, POP3: "in.alice.it", POP3Port: 110, SMTP: "out.alice.it", SMTPPort: 587, Plain: true}},
	{"libero.it blu.it inwind.it iol.it", Provider{IMAP: "imapmail.libero.it", IMAPPort: 143, POP3: "popmail.libero.it", POP3Port: 110, SMTP: "smtp.libero.it", SMTPPort: 25, Plain: true}},
	{"tiscali.it", Provider{IMAP: "imap.tiscali.it", POP3: "pop.tiscali.it", SMTP: "smtp.tiscali.it"}},
	{"wp.pl", Provider{POP3: "pop3.wp.pl", SMTP: "smtp.wp.pl", SMTPPort: 587, LocalPart: true}},
	{"o2.pl go2.pl prokonto.pl tlen.pl", Provider{POP3: "poczta.o2.pl", SMTP: "poczta.o2.pl", LocalPart: true}},
	{"onet.pl onet.eu op.pl vp.pl", Provider{POP3: "pop3.poczta.onet.pl", SMTP: "smtp.poczta.onet.pl"}},
	{"xs4all.nl", Provider{POP3: "pops.xs4all.nl", SMTP: "smtps.xs4all.nl", LocalPart: true}},
	{"inbox.lv", Provider{POP3: "mail.inbox.lv", SMTP: "mail.inbox.lv", SMTPPort: 587, LocalPart: true}},
}

// shippedFor are the same by domain.
var shippedFor = sync.OnceValue(func() map[string]Provider {
	all := map[string]Provider{}
	for _, one := range shipped {
		for domain := range strings.FieldsSeq(one.domains) {
			all[domain] = one.Provider
		}
	}
	return all
})

// provider is what the portal knows of a domain, by its options or as it was shipped.
func (p *Portal) provider(domain string) (Provider, bool) {
	domain = strings.ToLower(domain)
	if one, known := p.options.Providers[domain]; known {
		return one, true
	}
	one, known := shippedFor()[domain]
	return one, known
}

// settings are those of an address, for IMAP or POP3.
func (p *Provider) settings(address mailAddress, imap bool) settings {
	login := address.address()
	if p.LocalPart {
		login = address.local
	}
	side := func(host string, port int) server {
		encryption, known := usual[int32(port)]
		if !known {
			encryption = 1
		}
		if p.Plain {
			encryption = 0
		}
		return server{host: host, login: login, port: int32(port), encryption: encryption, auth: 1}
	}
	s := settings{email: address, imap: imap, restrict: true, in: side(p.POP3, cmp.Or(p.POP3Port, 995)), out: side(p.SMTP, cmp.Or(p.SMTPPort, 465))}
	if imap {
		s.in = side(p.IMAP, cmp.Or(p.IMAPPort, 993))
	}
	return s
}
