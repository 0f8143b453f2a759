package portalsim

import (
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

// maxScenario is far above what a scenario needs, maxPeople room for some 100,000 of them.
const (
	maxScenario = 8 << 20
	maxPeople   = 64 << 20
)

// ReadScenario reads options from YAML. A key nobody knows and a key said twice are
// errors, with line and column; the text of the file is not quoted.
func ReadScenario(r io.Reader) (Options, error) {
	o, err := read[Options](r, maxScenario)
	if err != nil {
		return o, err
	}
	return o, o.Validate()
}

// ReadPeople reads a YAML list of people, as strictly as a scenario.
func ReadPeople(r io.Reader) ([]Person, error) {
	people, err := read[[]Person](r, maxPeople)
	if err != nil {
		return nil, err
	}
	return people, each("people", people, (*Person).Validate)
}

// read is strict; an empty document changes nothing. The YAML library panics on some
// broken documents (a tag of no name where a list belongs); that is an error too.
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
