package mapping

import (
	"slices"
	"strings"

	"r7import/importer/account"
	"r7import/importer/source"
)

var (
	// harmless are whole headers of columns that feed no field and hold no secret. None
	// is a word for notes or numbers of any kind, which are where people keep passwords.
	harmless = foldAll([]string{
		"отдел", "подразделение", "департамент", "управление", "служба", "отделение", "группа", "филиал", "организация", "компания", "юрлицо",
		"должность", "руководитель", "начальник", "город", "регион", "область", "страна", "офис", "здание", "этаж", "кабинет", "комната",
		"телефон", "рабочий телефон", "мобильный", "мобильный телефон", "внутренний телефон", "табельный номер", "таб номер", "№", "№ п/п", "п/п",
		"отчество", "дата приема", "дата увольнения",
		"department", "dept", "division", "unit", "team", "branch", "organization", "organisation", "company", "job title", "title", "position",
		"role", "manager", "city", "region", "state", "country", "office", "building", "floor", "room",
		"phone", "phone number", "work phone", "mobile", "mobile phone", "employee id", "employee number", "staff number", "middle name", "hire date",
	})
)

// OwnColumns are those of an annotated copy.
var OwnColumns = []string{"r7_status", "r7_code", "r7_message", "r7_hint", "r7_mailbox_id"}

// Harmless returns the columns that are known to hold no secret: those of fields that
// are none, those of which a template makes such a field, and those with a header
// that names something else. Any other may hold passwords under a name nobody foresaw.
func (b *Binding) Harmless(columns []source.Column) []bool {
	known := make([]bool, len(columns))
	secret := b.Secrets(columns)
	parts := slices.Concat(harmless, headers().surname, headers().given)
	for i, c := range columns {
		switch {
		case secret[i]:
		case b.names[i] != "":
			known[i] = true
		default:
			known[i] = slices.Contains(parts, fold(c.Header)) || slices.Contains(OwnColumns, strings.ToLower(clean(c.Header)))
		}
	}
	return known
}

// FeedsSecret reports whether a column is that of a password or a token, or one that
// only secrets are made of: its header alone may tell of something else.
func (b *Binding) FeedsSecret(column int) bool {
	f, isField := account.FieldNamed(b.names[column])
	return isField && f.Secret() || !isField && b.names[column] != "" && b.onlyForSecrets(b.names[column])
}
