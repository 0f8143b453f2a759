package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/vault"
	"r7import/importer"
	"r7import/importer/diagnosis"
	"r7import/importer/journal"
	"r7import/importer/pace"
	"r7import/importer/portal"
)

// job is a file, a portal and a store brought together.
type job struct {
	*importer.Importer
	portal  string // as it is shown
	told    int    // notices about columns told before the rows were read
	closers []func() error
}

// close lets go of everything the job holds, the last thing first.
func (j *job) close() error {
	var errs []error
	for i := len(j.closers) - 1; i >= 0; i-- {
		errs = append(errs, j.closers[i]())
	}
	return errors.Join(errs...)
}

// prepare reads the file once; one without rows is refused.
func (j *job) prepare(ctx context.Context, kind journal.Kind) (*importer.Plan, error) {
	plan, err := j.Prepare(ctx, kind)
	if err == nil && plan.Rows == 0 {
		err = errors.Join(noRows(j.Input), j.Discard(ctx, plan))
	}
	return plan, err
}

// openJob brings together what a run or, if dry, an online dry run needs. The caller closes it.
func (p *program) openJob(ctx context.Context, path string, dry bool) (*job, error) {
	if err := p.whichPortal(); err != nil {
		return nil, err
	}
	j := &job{Importer: &importer.Importer{Version: version(), Settings: p.inForceNow()}, portal: p.settings.Portal}
	if err := p.fill(ctx, j, path, dry); err != nil {
		return nil, errors.Join(err, j.close())
	}
	return j, nil
}

// whichPortal sees to it that exactly one portal is meant.
func (p *program) whichPortal() error {
	portal, _ := config.Named("portal")
	sandbox, _ := config.Named("sandbox")
	switch {
	case p.settings.Sandbox && p.origins.Of(portal) == config.ByFlag && p.origins.Of(sandbox) == config.ByFlag:
		return diagnosis.New(diagnosis.FlagsTogether, "First", "--sandbox", "Second", "--portal")
	case p.settings.Sandbox:
		p.quicken()
		p.settings.Portal = ""
	case p.settings.Portal == "":
		return diagnosis.New(diagnosis.PortalMissing)
	}
	return nil
}

func (p *program) fill(ctx context.Context, j *job, path string, dry bool) error {
	input, err := p.openInput(ctx, path)
	if err != nil {
		return err
	}
	j.Input, j.told = input, len(input.Binding.Notices())
	j.closers = append(j.closers, input.File.Close)
	if err := p.connect(j); err != nil {
		return err
	}
	if err := p.openStores(j, dry); err != nil {
		return err
	}
	window, err := importer.ParseWindow(p.settings.Window)
	if err != nil {
		return err
	}
	caller, err := p.caller(ctx, j)
	j.Options = p.options(caller, window)
	j.Options.OnMissing = p.onMissing(path)
	return err
}

// connect makes the client. It connects to nothing yet.
func (p *program) connect(j *job) error {
	address := p.settings.Portal
	if p.settings.Sandbox {
		s, err := openSandbox()
		if err != nil {
			return err
		}
		j.closers = append(j.closers, func() error { s.close(); return nil })
		address = s.url
		j.portal = p.console.Text("sandbox.name")
	}
	j.Gate = importer.NewGate(p.settings.Workers, pace.New(float64(p.settings.Rate)))
	client, err := portal.New(portal.Options{
		URL: address, InsecureHTTP: p.settings.InsecureHTTP, RootsFile: p.settings.CAFile,
		Workers: p.settings.Workers, Timeout: p.settings.Timeout, UserAgent: "r7import/" + version(),
		Admit: j.Gate.Admit, Log: p.log,
	})
	if err != nil {
		return err
	}
	j.Client = client
	if !p.settings.Sandbox {
		j.portal = portal.Shown(client.URL())
	}
	j.closers = append(j.closers, func() error { client.Close(); return nil })
	if proxy := client.Proxy(); proxy != "" {
		p.console.Say("run.proxy", "Proxy", proxy)
	}
	return nil
}

// openStores opens what earlier runs have left and what takes the new one. A
// sandbox remembers nothing, and a dry run leaves nothing behind.
func (p *program) openStores(j *job, dry bool) error {
	if p.settings.Sandbox {
		err := scratch(&j.Ledger, j)
		j.History = j.Ledger
		return err
	}
	folder, err := p.stateFolder()
	if err != nil {
		return err
	}
	store, err := journal.Open(folder, j.Client.URL(), p.storeOptions(dry))
	if err != nil {
		return err
	}
	j.closers = append(j.closers, store.Close)
	j.History, j.Ledger = store, store
	if dry {
		return scratch(&j.Ledger, j)
	}
	unlock, err := store.Lock()
	if err != nil {
		return err
	}
	j.closers = append(j.closers, func() error { unlock(); return nil })
	return nil
}

// storeOptions says where the key of a store lies: in the keyring, unless a folder
// was named for everything.
func (p *program) storeOptions(readOnly bool) journal.Options {
	return journal.Options{ReadOnly: readOnly, Keyring: vault.Keys{Patience: p.patience()}, KeyInFile: p.settings.State != ""}
}

// scratch opens a store that leaves no trace.
func scratch(into **journal.Store, j *job) error {
	store, err := journal.Scratch()
	if err != nil {
		return err
	}
	j.closers = append(j.closers, store.Close)
	*into = store
	return nil
}

// stateFolder returns the folder of the state: the one asked for, else the user's own.
func (p *program) stateFolder() (string, error) {
	if p.settings.State != "" {
		return p.settings.State, nil
	}
	folder := config.StateFolder(runtime.GOOS, p.env)
	if folder == "" {
		return "", diagnosis.New(diagnosis.FolderUnknown)
	}
	return folder, nil
}

// caller finds who the run signs in as where a row names nobody. What login has
// kept is used only where the rows have no people of their own: nobody gets an
// account because a cell was left empty and somebody happens to be signed in.
func (p *program) caller(ctx context.Context, j *job) (importer.Caller, error) {
	theirs := importer.WayFor(importer.OwnerWay(p.settings.Owner), j.Input.Binding) == importer.OwnerColumn
	return p.callerOf(ctx, j.Client.URL(), !theirs)
}

// callerOf finds who to sign in as where a row names nobody. A flag goes before a
// variable, a token before a user; what login has kept comes last, if it may be used.
func (p *program) callerOf(ctx context.Context, portalURL string, kept bool) (importer.Caller, error) {
	s := &p.settings
	switch {
	case s.TokenFile != "" && s.User != "":
		return importer.Caller{}, diagnosis.New(diagnosis.FlagsTogether, "First", "--token-file", "Second", "--user")
	case s.User != "":
		password, err := p.secret(ctx, secret{flag: "--password-file", file: s.PasswordFile, variable: passwordVariable, question: p.unlessSandbox("ask.password")})
		if s.Sandbox && password.Empty() {
			password = visitor.Password
		}
		return importer.Caller{User: s.User, Password: password}, err
	}
	token, err := p.secret(ctx, secret{flag: "--token-file", file: s.TokenFile, variable: tokenVariable})
	switch {
	case err != nil || !token.Empty():
	case s.Sandbox:
		return visitor, nil
	case kept:
		token, err = p.keptToken(portalURL, time.Now())
	}
	return importer.Caller{Token: token}, err
}

// unlessSandbox returns a question, or none in a sandbox, which takes any password.
func (p *program) unlessSandbox(question string) string {
	if p.settings.Sandbox {
		return ""
	}
	return question
}

func (p *program) options(caller importer.Caller, window importer.Window) importer.Options {
	s, usual := &p.settings, importer.Defaults()
	return importer.Options{
		Caller: caller, Owner: importer.OwnerWay(s.Owner), MaxPerOwner: s.MaxPerOwner, AllowMismatch: s.AllowOwnerMismatch,
		OnExisting: importer.Policy(s.OnExisting), OnChanged: importer.Policy(s.OnChanged), RetryRefused: s.RetryRefused,
		MaxFailures: importer.Share(s.MaxFailures), MaxChanges: importer.Share(s.MaxChanges), Recheck: s.Recheck,
		Canary: s.Canary, Window: window,
		Workers: s.Workers, PerHost: s.PerHost,
		Settle: s.Settle, Waits: usual.Waits, PortalWait: s.PortalWait, HostWait: s.HostWait, Grace: s.Grace,
	}
}
