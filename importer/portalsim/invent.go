package portalsim

import (
	"strconv"
	"strings"
)

// name is a name in Russian and as it stands in an address.
type name struct{ russian, latin string }

var (
	menFirst = []name{
		{"Александр", "alexander"}, {"Алексей", "alexey"}, {"Андрей", "andrey"}, {"Артём", "artem"}, {"Борис", "boris"},
		{"Виктор", "viktor"}, {"Дмитрий", "dmitry"}, {"Евгений", "evgeny"}, {"Иван", "ivan"}, {"Игорь", "igor"},
		{"Кирилл", "kirill"}, {"Максим", "maxim"}, {"Михаил", "mikhail"}, {"Никита", "nikita"}, {"Николай", "nikolay"},
		{"Олег", "oleg"}, {"Павел", "pavel"}, {"Пётр", "petr"}, {"Роман", "roman"}, {"Сергей", "sergey"},
	}
	womenFirst = []name{
		{"Алина", "alina"}, {"Анастасия", "anastasia"}, {"Анна", "anna"}, {"Валентина", "valentina"}, {"Вера", "vera"},
		{"Виктория", "viktoria"}, {"Галина", "galina"}, {"Дарья", "daria"}, {"Екатерина", "ekaterina"}, {"Елена", "elena"},
		{"Ирина", "irina"}, {"Ксения", "ksenia"}, {"Людмила", "lyudmila"}, {"Мария", "maria"}, {"Надежда", "nadezhda"},
		{"Наталья", "natalia"}, {"Ольга", "olga"}, {"Светлана", "svetlana"}, {"Татьяна", "tatiana"}, {"Юлия", "yulia"},
	}
	families = []name{
		{"Иванов", "ivanov"}, {"Петров", "petrov"}, {"Сидоров", "sidorov"}, {"Смирнов", "smirnov"}, {"Кузнецов", "kuznetsov"},
		{"Попов", "popov"}, {"Васильев", "vasiliev"}, {"Соколов", "sokolov"}, {"Михайлов", "mikhailov"}, {"Новиков", "novikov"},
		{"Фёдоров", "fedorov"}, {"Морозов", "morozov"}, {"Волков", "volkov"}, {"Алексеев", "alekseev"}, {"Лебедев", "lebedev"},
		{"Семёнов", "semenov"}, {"Егоров", "egorov"}, {"Павлов", "pavlov"}, {"Козлов", "kozlov"}, {"Степанов", "stepanov"},
		{"Николаев", "nikolaev"}, {"Орлов", "orlov"}, {"Андреев", "andreev"}, {"Макаров", "makarov"}, {"Никитин", "nikitin"},
		{"Захаров", "zakharov"}, {"Зайцев", "zaitsev"}, {"Соловьёв", "soloviev"}, {"Борисов", "borisov"}, {"Яковлев", "yakovlev"},
		{"Григорьев", "grigoriev"}, {"Романов", "romanov"}, {"Воробьёв", "vorobiev"}, {"Сергеев", "sergeev"}, {"Кузьмин", "kuzmin"},
		{"Фролов", "frolov"}, {"Александров", "alexandrov"}, {"Дмитриев", "dmitriev"}, {"Королёв", "korolev"}, {"Гусев", "gusev"},
		{"Киселёв", "kiselev"}, {"Ильин", "ilyin"}, {"Максимов", "maximov"}, {"Поляков", "polyakov"}, {"Сорокин", "sorokin"},
		{"Виноградов", "vinogradov"}, {"Ковалёв", "kovalev"}, {"Белов", "belov"}, {"Медведев", "medvedev"}, {"Антонов", "antonov"},
	}
)

// invent is the nth invented person, the same every time: 2,000 different names, then
// the same ones with a number in the address.
func invent(n int) Person {
	firsts, ending := menFirst, [2]string{}
	if n%2 == 1 {
		firsts, ending = womenFirst, [2]string{"а", "a"}
	}
	k := n / 2
	first, family := firsts[k%len(firsts)], families[k/len(firsts)%len(families)]
	round := k / (len(firsts) * len(families))
	local := first.latin + "." + family.latin + ending[1]
	if round > 0 {
		local += strconv.Itoa(round + 1)
	}
	return Person{Email: strings.ToLower(local) + "@example.org", FirstName: first.russian, LastName: family.russian + ending[0]}
}
