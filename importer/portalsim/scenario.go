package portalsim

import (
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

// Size limits in bytes. A scenario needs far less than maxScenario; maxPeople holds some 100,000 people.
const (
	maxScenario = 8 << 20
	maxPeople   = 64 << 20
)

// ReadScenario reads options from YAML and validates them. An unknown key and a repeated
// key are errors with line and column; errors do not quote the text of the file.
func ReadScenario(r io.Reader) (Options, error) {
	o, err := read[Options](r, maxScenario)
	if err != nil {
		return o, err
	}
	return o, o.Validate()
}

// ReadPeople reads a YAML list of people, with the same errors as [ReadScenario].
func ReadPeople(r io.Reader) ([]Person, error) {
	people, err := read[[]Person](r, maxPeople)
	if err != nil {
		return nil, err
	}
	return people, each("people", people, (*Person).Validate)
}

// read decodes YAML strictly; an empty document gives the zero value. The YAML library
// panics on some broken documents (an unnamed tag in place of a list); read returns an error.
func read[T any](r io.Reader, most int64) (v T, err error) {
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return v, err
	}
	if int64(len(text)) > most {
		return v, fmt.Errorf("the document has more than %d bytes", most)
	}
	defer func() {
		if recover() != nil {
			err = errors.New("the document is no YAML that can be read")
		}
	}()
	if err := yaml.UnmarshalWithOptions(text, &v, yaml.Strict()); err != nil && !errors.Is(err, io.EOF) {
		return v, errors.New(yaml.FormatError(err, false, false))
	}
	return v, nil
}
