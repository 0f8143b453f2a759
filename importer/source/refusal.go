package source

import (
	"strconv"
	"strings"

	"r7import/importer/diagnosis"
)

func tooLarge(name string, limit int64) error {
	return diagnosis.New(diagnosis.FileTooLarge, "File", name, "Limit", strconv.FormatInt(limit>>20, 10))
}

func joined(names []string) string { return strings.Join(names, ", ") }
