package setup

import (
	"time"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/ui"
	"r7import/cmd/r7import/vault"
	"r7import/importer/account"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
)

const (
	// keyringPatience is for a keyring that is locked and asks the person at the screen.
	keyringPatience = time.Minute
	// keyringGlance is for commands that nobody may be watching.
	keyringGlance = 5 * time.Second
)

// Vault returns where the token of a portal is kept. Who names a folder for the
// state wants everything in there.
func (p *Process) Vault(t *config.Target) (vault.Vault, error) {
	state, address, err := p.place(t)
	if err != nil {
		return vault.Vault{}, err
	}
	folder, err := journal.Folder(state, address)
	return vault.Vault{Portal: address, Folder: folder, OnlyFile: t.State != "", Patience: patience(p.Console)}, err
}

// patience is how long the keyring may take.
func patience(console *ui.Console) time.Duration {
	if console.Terminal() {
		return keyringPatience
	}
	return keyringGlance
}

// keptToken returns the token kept for a portal, nothing if there is none or it has expired.
func (p *Process) keptToken(t *config.Target) (account.Secret, error) {
	const soon = 30 * 24 * time.Hour // before the end, which is then warned of
	vault, err := p.Vault(t)
	if err != nil {
		return account.Secret{}, err
	}
	kept, ok, err := vault.Get()
	if err != nil || !ok || kept.Expires.IsZero() {
		return kept.Token, err
	}
	p.Kept = &Kept{Expires: kept.Expires, vault: vault}
	code, left := diagnosis.TokenExpires, time.Until(kept.Expires)
	if left >= soon {
		return kept.Token, nil
	}
	if left <= 0 {
		code, kept.Token = diagnosis.TokenExpired, account.Secret{}
	}
	p.Kept.Warning = diagnosis.New(code, "User", kept.User, "Date", Date(kept.Expires), "Portal", vault.Portal)
	p.Warn(*p.Kept.Warning)
	return kept.Token, nil
}

// Kept is what is known of the end of the token that login has kept.
type Kept struct {
	Expires time.Time
	Warning *diagnosis.Problem // that it is near or past, nil while it is far

	vault vault.Vault
}

// Due reports whether people are to be told of the end, and notes that they are: once a week.
func (k *Kept) Due(now time.Time) bool { return k.Warning != nil && k.vault.Remind(now) }

// Date writes a day as everybody reads it the same way, nothing for no day.
func Date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateOnly)
}
