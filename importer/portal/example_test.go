package portal_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"r7import/importer/account"
	"r7import/importer/portal"
	"r7import/importer/portalsim"
)

// A person signs in, looks whether an account is there, and creates it. Each call is
// one exchange, and the fate of its answer says what may follow.
func Example() {
	ctx := context.Background()
	server := httptest.NewServer(portalsim.New(portalsim.Options{}))
	defer server.Close()
	client, err := portal.New(portal.Options{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()

	token, answer := client.SignIn(ctx, "anna@example.org", account.NewSecret("birch-17"))
	fmt.Println("sign in:", answer.Fate)
	session := client.Session(token.Secret)
	_, there, answer := session.Find(ctx, "anna@example.org")
	fmt.Println("look:", answer.Fate, there)

	settings := account.Settings{
		Name: "Anna", Email: "anna@example.org", IMAP: true, SMTPAuth: true, Restrict: true,
		Incoming: account.Server{Host: "imap.example.org", Port: 993, Login: "anna@example.org", Password: account.NewSecret("maple-9"), Encryption: account.TLS, Auth: account.LoginCmd},
		Outgoing: account.Server{Host: "smtp.example.org", Port: 465, Login: "anna@example.org", Password: account.NewSecret("maple-9"), Encryption: account.TLS, Auth: account.LoginCmd},
	}
	answer = session.Create(ctx, &settings, nil)
	fmt.Println("create:", answer.Fate, answer.Status)
	mailbox, there, _ := session.Find(ctx, "anna@example.org")
	fmt.Println("look:", there, mailbox.Address)
	fmt.Println("sign out:", session.SignOut(ctx).Fate)
	// Output:
	// sign in: done
	// look: done false
	// create: done 201
	// look: true anna@example.org
	// sign out: done
}
