package importer_test

import (
	"testing"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	signedin "r7import/importer/people"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	staff := []portalsim.Person{
		{Email: "anna@example.org", FirstName: "Анна", LastName: "Иванова", ID: "11111111-2222-3333-4444-555555555555"},
		{Email: "p.sidorov@example.org", FirstName: "Пётр", LastName: "Сидоров"},
		{Email: "ivan1@example.org", FirstName: "Иван", LastName: "Петров"},
		{Email: "ivan2@example.org", FirstName: "Иван", LastName: "Петров"},
		{Email: "gone@example.org", FirstName: "Олег", LastName: "Уволенный", Status: "terminated"},
		{Email: "back.old@example.org", FirstName: "Инна", LastName: "Новикова", Status: "terminated"},
		{Email: "back@example.org", FirstName: "Инна", LastName: "Новикова"},
		{Email: "guest@example.org", FirstName: "Гость", LastName: "Гостев", Guest: true},
		{Email: "leave@example.org", FirstName: "Ольга", LastName: "Отпускная", Status: "leave"},
		{Email: "olga@example.org", FirstName: "Ольга", LastName: "Отпускная"},
		{Email: "mail@пример.рф", FirstName: "Кира", LastName: "Доменова"},
	}
	w := acting(t, portalsim.Options{People: staff}, owner)
	client, err := portal.New(portal.Options{URL: w.server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	directory, answer := signedin.ReadDirectory(t.Context(), client.Session(account.NewSecret("admin-token")), nil)
	if answer.Fate != diagnosis.Done {
		t.Fatal(answer)
	}
	for _, tc := range []struct {
		name               string
		user, email, given string
		want               string // address, empty for nobody
		problem            diagnosis.Code
		usable             bool
	}{
		{"by address", "", "Anna@Example.org", "Кто-то Другой", "anna@example.org", "", true},
		{"by address in punycode", "", "mail@xn--e1afmkfd.xn--p1ai", "", "mail@пример.рф", "", true},
		{"by portal user", "ivan2@example.org", "anna@example.org", "Анна Иванова", "ivan2@example.org", "", true},
		{"by GUID", "11111111-2222-3333-4444-555555555555", "x@example.org", "", "anna@example.org", "", true},
		{"portal user that is not there", "nobody@example.org", "anna@example.org", "", "", diagnosis.OwnerUnknown, false},
		{"by name", "", "sidorov@other.example", "Сидоров Петр Иванович", "p.sidorov@example.org", diagnosis.OwnerByName, true},
		{"two of the name", "", "petrov@other.example", "Петров Иван", "", diagnosis.OwnerAmbiguous, false},
		{"one word is no name", "", "x@other.example", "Сидоров", "", diagnosis.OwnerUnknown, false},
		{"dismissed", "", "gone@example.org", "", "gone@example.org", diagnosis.OwnerDisabled, false},
		{"dismissed, by name", "", "x@other.example", "Олег Уволенный", "gone@example.org", diagnosis.OwnerDisabled, false},
		{"came back, by name", "", "x@other.example", "Инна Новикова", "back@example.org", diagnosis.OwnerByName, true},
		{"guest", "", "guest@example.org", "", "guest@example.org", diagnosis.OwnerGuest, false},
		{"on leave", "", "leave@example.org", "", "leave@example.org", diagnosis.OwnerOnLeave, false},
		{"on leave, of two with the name", "", "x@other.example", "Отпускная Ольга", "olga@example.org", diagnosis.OwnerByName, true},
		{"nobody", "", "x@other.example", "Никто Никтоев", "", diagnosis.OwnerUnknown, false},
		{"nothing", "", "", "", "", diagnosis.OwnerUnknown, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			row := &account.Row{Owner: account.Owner{User: tc.user}, Settings: account.Settings{Email: tc.email, Name: tc.given}}
			m := directory.Match(row)
			var code diagnosis.Code
			if m.Problem != nil {
				code = m.Problem.Code
			}
			if m.Person.Email != tc.want || code != tc.problem || m.Usable() != tc.usable {
				t.Errorf("Match = %q, %s, usable %v; want %q, %s, %v", m.Person.Email, code, m.Usable(), tc.want, tc.problem, tc.usable)
			}
		})
	}
}
