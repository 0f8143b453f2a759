package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"r7import/importer/preflight/mailtest"
)

// TestMailScripts runs whole commands that log in to real mail servers.
func TestMailScripts(t *testing.T) {
	servers := mailtest.Start(t)
	testscript.Run(t, scripts("testdata/mail",
		"GOOD="+servers.Good, "EXPIRED="+servers.Expired, "WRONGNAME="+servers.WrongName, "CRAM="+servers.CRAMMD5, "CA="+servers.CAFile))
}
