package main

// person is somebody of the sample organisation. The portal knows them by their
// address at portalDomain or by another one given here.
type person struct {
	name   string // surname, given name, patronymic, as a personnel office lists them
	local  string // local part of the address, the same everywhere
	site   *site  // where the mailbox is
	second *site  // where a second mailbox is, nil for most
}

// site is one mail server of the organisation with the words its people use for
// its settings.
type site struct {
	domain       string
	imapHost     string
	imapPort     int
	smtpHost     string
	smtpPort     int
	protocol     string
	encryption   string
	smtpSecurity string
	auth         string
	smtpAuth     string
	bareLogin    bool // logs in with the local part
	ownSMTP      bool // the sheet says login and password of the outgoing server
}

var (
	office = &site{
		domain: "example.org", imapHost: "imap.example.org", imapPort: 993, smtpHost: "smtp.example.org", smtpPort: 465,
		protocol: "IMAP", encryption: "SSL/TLS", smtpSecurity: "SSL/TLS", auth: "обычный пароль", smtpAuth: "обычный пароль", ownSMTP: true,
	}
	trade = &site{
		domain: "example.com", imapHost: "mail.example.com", imapPort: 143, smtpHost: "mail.example.com", smtpPort: 587,
		protocol: "IMAP", encryption: "STARTTLS", smtpSecurity: "STARTTLS", bareLogin: true,
	}
	works = &site{
		domain: "zavod.test", imapHost: "pop.zavod.test", imapPort: 995, smtpHost: "smtp.zavod.test", smtpPort: 465,
		protocol: "POP3", encryption: "SSL", smtpSecurity: "SSL", auth: "обычный пароль", smtpAuth: "обычный пароль",
	}
	depot = &site{
		domain: "sklad.test", imapHost: "imap.sklad.test", imapPort: 993, smtpHost: "relay.sklad.test", smtpPort: 587,
		protocol: "IMAP", encryption: "SSL", smtpSecurity: "STARTTLS", auth: "CRAM-MD5", smtpAuth: "CRAM-MD5", ownSMTP: true,
	}
)

// portalDomain is where the portal's own addresses are.
const portalDomain = "example.org"

var people = []person{
	{"Абрамов Пётр Всеволодович", "p.abramov", office, nil},
	{"Алёхина Ксения Юрьевна", "k.alyohina", office, nil},
	{"Артёмьев Семён Артёмович", "s.artemyev", office, depot},
	{"Багрянцева Фёкла Мстиславовна", "f.bagryantseva", office, nil},
	{"Белозёрова Анна-Мария Игоревна", "a.belozyorova", office, nil},
	{"Борщёв Лев Ильич", "l.borschyov", office, nil},
	{"Верхоглядов Святослав Благославович", "s.verhoglyadov", office, nil},
	{"Воробьёв Фёдор Андреевич", "f.vorobyov", office, nil},
	{"Гёдель-Лыкова Эмилия Рудольфовна", "e.gedel-lykova", office, nil},
	{"Грачёв Олег Семёнович", "o.grachyov", office, nil},
	{"Дроздова-Камышова Ольга Константиновна", "o.drozdova", office, trade},
	{"Ёлкина Таисия Прохоровна", "t.yolkina", office, nil},
	{"Ефремов Николай Аполлинарьевич", "n.efremov", office, nil},
	{"Жаворонков Матвей Егорович", "m.zhavoronkov", office, nil},
	{"Зяблицев Тимофей Ростиславович", "t.zyablitsev", office, nil},
	{"Иволгина Любовь Вячеславовна", "l.ivolgina", office, nil},

	{"Каштанов Глеб Дмитриевич", "gleb.kashtanov", trade, nil},
	{"Клёнова Марфа Аристарховна", "marfa.klyonova", trade, nil},
	{"Королёв-Озёрский Виктор Львович", "viktor.korolyov", trade, nil},
	{"Лебедева Вера Павловна", "vera.lebedeva", trade, nil},
	{"Лисицын Роман Эдуардович", "roman.lisitsyn", trade, nil},
	{"Малахитова Инга Валерьевна", "inga.malahitova", trade, nil},
	{"Маслёнкин Захар Филиппович", "zahar.maslyonkin", trade, nil},
	{"Незабудкина Полина Олеговна", "polina.nezabudkina", trade, nil},
	{"Осинин Геннадий Тарасович", "gennadiy.osinin", trade, nil},
	{"Пескарёва Дарья Никитична", "darya.peskaryova", trade, nil},
	{"Подберёзкин Аркадий Лукич", "arkadiy.podberyozkin", trade, nil},
	{"Рябинина-Вяземская Софья Александровна", "sofya.ryabinina", trade, nil},

	{"Самоцветов Игнат Кузьмич", "samocvetov", works, nil},
	{"Сорокин Юлий Цезаревич", "sorokin", works, nil},
	{"Степнова Раиса Харитоновна", "stepnova", works, nil},
	{"Стрижёв Денис Вадимович", "strizhyov", works, nil},
	{"Сычёва Нина Гавриловна", "sychyova", works, nil},
	{"Тополёв Анатолий Иннокентьевич", "topolyov", works, office},
	{"Ужов Яков Борисович", "uzhov", works, nil},
	{"Фиалкова Зоя Ефимовна", "fialkova", works, nil},
	{"Хвощёв Макар Трофимович", "hvoschyov", works, nil},

	{"Цаплин Рустам Ильдарович", "r.tsaplin", depot, nil},
	{"Чибисова Алёна Геннадьевна", "a.chibisova", depot, nil},
	{"Шишкин-Боров Елисей Саввич", "e.shishkin", depot, nil},
	{"Щеглова Варвара Михайловна", "v.scheglova", depot, nil},
	{"Щучкин Пантелеймон Никанорович", "p.schuchkin", depot, nil},
	{"Эдельвейс Маргарита Теодоровна", "m.edelveys", depot, nil},
	{"Юнгов Ян Всеволодович", "ya.yungov", depot, nil},
	{"Яблоков Кирилл Святославович", "k.yablokov", depot, nil},
	{"Ягодкина Ирина Фёдоровна", "i.yagodkina", depot, nil},
	{"Ясенева Ульяна Степановна", "u.yaseneva", depot, nil},
}
