package portal_test

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

// With Dial a client needs no network, so its time-outs can be waited for on the clock
// of a bubble.
func TestClientInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := portalsim.New(portalsim.Options{
			Latency: time.Minute,
			Faults: []portalsim.Fault{
				{Method: "POST", Path: "mail/accounts", Only: []string{"silent@*"}, Do: portalsim.Silence},
				{Method: "POST", Path: "mail/accounts", Only: []string{"lost@*"}, Do: portalsim.Reset, Processed: true},
			},
		})
		listener := portalsim.Listen()
		server := &http.Server{Handler: sim}
		var serving sync.WaitGroup
		serving.Go(func() { _ = server.Serve(listener) })
		client, err := portal.New(portal.Options{URL: "http://localhost", Dial: listener.Dial})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			client.Close()
			_ = server.Close()
			serving.Wait()
			sim.Close()
		}()
		token, answer := client.SignIn(t.Context(), "ivan@example.org", account.NewSecret("portal-canary-1"))
		if answer.Fate != diagnosis.Done || answer.Took != time.Minute {
			t.Fatalf("SignIn = %+v", answer)
		}
		session := client.Session(token.Secret)
		if made := session.Create(t.Context(), settings("ivan@example.org"), nil); made.Fate != diagnosis.Done || made.Took != time.Minute {
			t.Errorf("Create = %+v", made)
		}
		if made := session.Create(t.Context(), settings("lost@example.org"), nil); made.Fate != diagnosis.Unclear || made.Took != time.Minute {
			t.Errorf("Create whose answer is lost = %+v", made)
		}
		if made := session.Create(t.Context(), settings("silent@example.org"), nil); made.Fate != diagnosis.Unclear || made.Took != portal.DefaultTimeout {
			t.Errorf("Create without an answer = %+v", made)
		}
	})
}
