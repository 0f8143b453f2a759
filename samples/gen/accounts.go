package main

// table is a file before it is written: a header and rows of texts, numbers and
// what else a cell can be.
type table struct {
	title  []string // above the header, with an empty line between; only CSV files have one
	header []string
	rows   [][]any
	footer []string  // below the rows, likewise
	widths []float64 // of the columns, for a workbook
	secret []string  // headers of the columns with passwords
}

// accounts are mailboxes of an organisation, as its personnel office lists them.
func accounts() *table {
	t := &table{
		header: []string{
			"ФИО", "Почта", "Логин", "Пароль", "Протокол", "Сервер IMAP", "Порт IMAP", "Шифрование", "Тип авторизации",
			"Логин SMTP", "Пароль SMTP", "Сервер SMTP", "Порт SMTP", "Шифрование SMTP", "Авторизация SMTP", "Тип авторизации SMTP",
			"Только за 30 дней", "Пользователь портала", "Пароль портала",
		},
		widths: []float64{42, 34, 34, 26, 11, 20, 11, 14, 18, 34, 26, 20, 11, 18, 18, 22, 19, 34, 24},
		secret: []string{"Пароль", "Пароль SMTP", "Пароль портала"},
	}
	for i := range people {
		p := &people[i]
		t.rows = append(t.rows, mailbox(len(t.rows), p, p.site))
		if p.second != nil {
			t.rows = append(t.rows, mailbox(len(t.rows), p, p.second))
		}
	}
	return t
}

// mailbox is the row of one mailbox of a person. Cells that the sheet leaves
// empty are filled by the import: the outgoing login from the incoming one.
func mailbox(number int, p *person, at *site) []any {
	address := p.local + "@" + at.domain
	login := address
	if at.bareLogin {
		login = p.local
	}
	password := plainPassword(address)
	if number < len(hardPasswords) {
		password = hardPasswords[number]
	}
	var smtpLogin, smtpPassword string
	if at.ownSMTP {
		smtpLogin, smtpPassword = login, password
	}
	lastMonth := "да"
	if number%7 == 3 {
		lastMonth = "нет"
	}
	return []any{
		p.name, address, login, password, at.protocol, at.imapHost, at.imapPort, at.encryption, at.auth,
		smtpLogin, smtpPassword, at.smtpHost, at.smtpPort, at.smtpSecurity, "да", at.smtpAuth,
		lastMonth, p.local + "@" + portalDomain, plainPassword("portal " + p.local),
	}
}

// oneOwner are the mailboxes of the person who signs in, under the names of the
// portal's own fields.
func oneOwner() *table {
	t := &table{header: []string{
		"name", "email", "account", "password", "port", "server", "smtp_account", "smtp_password", "smtp_port", "smtp_server",
		"smtp_auth", "imap", "restrict", "incoming_encryption_type", "outcoming_encryption_type", "auth_type_in", "auth_type_smtp",
	}}
	for _, box := range []struct {
		domain, imapHost, smtpHost string
		imapPort, smtpPort         int
		imap, restrict             bool
		incoming, outgoing         int
	}{
		{"example.org", "imap.example.org", "smtp.example.org", 993, 465, true, true, 1, 1},
		{"example.com", "mail.example.com", "mail.example.com", 143, 587, true, true, 2, 2},
		{"example.net", "imap.example.net", "smtp.example.net", 993, 587, true, true, 1, 2},
		{"atelier.test", "pop.atelier.test", "smtp.atelier.test", 995, 465, false, false, 1, 1},
		{"archive.test", "imap.archive.test", "smtp.archive.test", 993, 465, true, false, 1, 1},
	} {
		address := "admin@" + box.domain
		password := plainPassword(address)
		t.rows = append(t.rows, []any{
			"Nina Petrova", address, address, password, box.imapPort, box.imapHost, address, password, box.smtpPort, box.smtpHost,
			true, box.imap, box.restrict, box.incoming, box.outgoing, 1, 1,
		})
	}
	return t
}
