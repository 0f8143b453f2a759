package main

import (
	"bytes"
	"testing"

	"r7import/cmd/r7import/licences"
)

func TestLicencesAreUpToDate(t *testing.T) {
	want, err := collect()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal([]byte(licences.Text), want) {
		t.Error("licences.txt is not what the modules say: run go generate ./cmd/r7import/licences")
	}
}
