package main

import "strconv"

// colleague is somebody of a small organisation, in an export of another program.
type colleague struct {
	surname, given, patronymic string
	login                      string
	unit, post                 string
	whole                      bool // wants all of their mail, not the last month's
}

var colleagues = []colleague{
	{"Абрикосова", "Дина", "Марковна", "abrikosova.dm", "Бухгалтерия", "Главный бухгалтер", true},
	{"Берестов", "Илья", "Фомич", "berestov.if", "Склад", "Заведующий", false},
	{"Вишняков", "Пётр", "Савельевич", "vishnyakov.ps", "Склад", "Кладовщик", false},
	{"Голубева", "Ася", "Львовна", "golubeva.al", "Отдел продаж", "Менеджер", true},
	{"Дубравин", "Егор", "Ефремович", "dubravin.ee", "Отдел продаж", "Менеджер", false},
	{"Жёлудева", "Инна", "Гордеевна", "zheludeva.ig", "Отдел кадров", "Инспектор", false},
}

// personnel is a list as a Russian accounting program exports it: a title above,
// a sum below, words and columns of its own.
func personnel() *table {
	t := &table{
		title: []string{"Список сотрудников организации на 02.02.2026"},
		header: []string{
			"Табельный номер", "Физлицо.Фамилия", "Физлицо.Имя", "Физлицо.Отчество", "Подразделение", "Должность",
			"Дата приёма", "Учётная запись AD", "Пароль ящика", "Переносить почту", "Состояние",
		},
		footer: []string{"Итого", strconv.Itoa(len(colleagues))},
	}
	for i, c := range colleagues {
		period := "за месяц"
		if c.whole {
			period = "полностью"
		}
		t.rows = append(t.rows, []any{
			"00" + strconv.Itoa(137+i), c.surname, c.given, c.patronymic, c.unit, c.post,
			"0" + strconv.Itoa(1+i) + ".09.2021", c.login, plainPassword("1c " + c.login), period, "Работа",
		})
	}
	return t
}

// workspace is the list of users that the administrator of a Google Workspace
// downloads, with a column of application passwords added by hand.
func workspace() *table {
	t := &table{header: []string{
		"First Name [Required]", "Last Name [Required]", "Email Address [Required]", "Password [Required]", "Password Hash Function [UPLOAD ONLY]",
		"Org Unit Path [Required]", "New Primary Email [UPLOAD ONLY]", "Status [READ ONLY]", "Last Sign In [READ ONLY]",
		"Recovery Email", "Home Secondary Email", "Work Secondary Email", "Recovery Phone [MUST BE IN THE E.164 FORMAT]", "Work Phone", "Mobile Phone",
		"Work Address", "Employee ID", "Employee Title", "Manager Email", "Department", "2sv Enrolled [READ ONLY]",
		"Email Usage [READ ONLY]", "Change Password at Next Sign-In", "App Password",
	}}
	for i, c := range []struct {
		given, surname, title, unit string
		suspended                   bool
	}{
		{"Alice", "Appleby", "Accountant", "Finance", false},
		{"Bruno", "Birch", "Store Manager", "Logistics", false},
		{"Clara", "Cherrywood", "Sales Representative", "Sales", false},
		{"Derek", "Dogwood", "Sales Representative", "Sales", true},
		{"Edith", "Elmhurst", "HR Officer", "People", false},
	} {
		local := string(c.given[0]|0x20) + "." + lower(c.surname)
		status := "Active"
		if c.suspended {
			status = "Suspended"
		}
		t.rows = append(t.rows, []any{
			c.given, c.surname, local + "@example.net", "****", "", "/" + c.unit, "", status, "2026/01/3" + strconv.Itoa(i%2) + " 09:15:00",
			local + "@home.test", "", "", "", "+1 555 010" + strconv.Itoa(i), "", "", strconv.Itoa(1001 + i), c.title, "e.elmhurst@example.net", c.unit, "True",
			"1." + strconv.Itoa(i) + "GB", "FALSE", plainPassword("google " + local),
		})
	}
	return t
}

func lower(name string) string { return string(name[0]|0x20) + name[1:] }
