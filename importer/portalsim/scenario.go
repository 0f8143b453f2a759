package portalsim

import (
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
)

// maxScenario is far above what a scenario needs.
const maxScenario = 8 << 20

// ReadScenario reads options from YAML. A key nobody knows and a key said twice are
// errors, with line and column; the text of the file is not quoted.
func ReadScenario(r io.Reader) (Options, error) {
	var o Options
	text, err := io.ReadAll(io.LimitReader(r, maxScenario+1))
	if err != nil {
		return o, err
	}
	if len(text) > maxScenario {
		return o, fmt.Errorf("a scenario of more than %d bytes is none", maxScenario)
	}
	if err := decode(text, &o); err != nil {
		return o, err
	}
	return o, o.Validate()
}

// decode is strict; an empty document changes nothing. The YAML library panics on some
// broken documents (a tag of no name where a list belongs); that is an error too.
func decode(text []byte, v any) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the document is no YAML that can be read")
		}
	}()
	err = yaml.UnmarshalWithOptions(text, v, yaml.Strict())
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	return errors.New(yaml.FormatError(err, false, false))
}

// ReadPeople reads a YAML list of people, as strictly as a scenario.
func ReadPeople(r io.Reader) ([]Person, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxPeople+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxPeople {
		return nil, fmt.Errorf("a list of people of more than %d bytes is none", maxPeople)
	}
	var people []Person
	if err := decode(text, &people); err != nil {
		return nil, err
	}
	return people, each("people", people, (*Person).Validate)
}

// maxPeople is room for some 100,000 of them.
const maxPeople = 64 << 20
