package report_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"r7import/importer/lang"
	"r7import/report"
)

// missing skips a test for which the machine has not what it needs. Where everything
// is to be tested (R7_CI=1) that is a failure.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("R7_CI") == "1" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// browser starts a headless Chromium that knows nothing of earlier ones.
func browser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		missing(t, "no Chromium in PATH: the page was not opened")
	}
	o := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.WindowSize(1400, 900)}
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "disable-dev-shm-usage",
	} {
		o = append(o, chromedp.Flag(flag, true))
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), o...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	if err := chromedp.Run(ctx, network.Enable(), log.Enable()); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// fuss collects what a page must not do: ask for anything, complain, open a dialog.
type fuss struct {
	mu   sync.Mutex
	says []string
}

func listen(ctx context.Context) *fuss {
	f := &fuss{}
	chromedp.ListenTarget(ctx, func(event any) {
		f.mu.Lock()
		defer f.mu.Unlock()
		switch e := event.(type) {
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, "file://") || e.Type != network.ResourceTypeDocument {
				f.says = append(f.says, "asks for "+e.Request.URL)
			}
		case *runtime.EventConsoleAPICalled:
			f.says = append(f.says, fmt.Sprintf("console.%s", e.Type))
		case *runtime.EventExceptionThrown:
			f.says = append(f.says, e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			f.says = append(f.says, fmt.Sprintf("log: %s", e.Entry.Text))
		case *page.EventJavascriptDialogOpening:
			f.says = append(f.says, "opens a dialog")
		}
	})
	return f
}

func (f *fuss) check(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, what := range f.says {
		t.Errorf("the page %s", what)
	}
	f.says = nil
}

func address(path, fragment string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(path), Fragment: fragment}).String()
}

// nightPage writes the report of a night and returns its path.
func nightPage(t *testing.T, language string, rows int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	if _, err := report.Write(t.Context(), path, night(rows), nightSummary(rows), report.Options{Printer: printer(t, language)}); err != nil {
		t.Fatal(err)
	}
	return path
}

// look waits until an expression of the page is as wanted.
func look(t *testing.T, ctx context.Context, what, expression, want string) {
	t.Helper()
	var got string
	for range 100 {
		if err := chromedp.Run(ctx, chromedp.Evaluate("String("+expression+")", &got)); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got == want {
			return
		}
		if err := chromedp.Run(ctx, chromedp.Sleep(50*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	t.Errorf("%s: %s = %q, want %q", what, expression, got, want)
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action) {
	t.Helper()
	if err := chromedp.Run(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

// tabTo presses Tab until the element with the focus is the one wanted.
func tabTo(t *testing.T, ctx context.Context, condition string) {
	t.Helper()
	for range 100 {
		do(t, ctx, chromedp.KeyEvent(kb.Tab))
		var is bool
		do(t, ctx, chromedp.Evaluate("document.activeElement.matches("+quoted(condition)+")", &is))
		if is {
			return
		}
	}
	t.Fatalf("Tab does not lead to %s", condition)
}

func quoted(text string) string {
	literal, _ := json.Marshal(text)
	return string(literal)
}

const (
	shownText = `document.getElementById("shown").textContent`
	firstRow  = `document.querySelector("table.rows tbody tr").cells`
)

// TestPageInABrowser goes through the page as its reader does, by the keyboard.
func TestPageInABrowser(t *testing.T) {
	ctx := browser(t)
	path := nightPage(t, "ru", 2000)
	f := listen(ctx)
	do(t, ctx, chromedp.Navigate(address(path, "")))
	look(t, ctx, "opened", shownText, "Показано строк: 2000 из 2000.")
	look(t, ctx, "only what is in view is drawn", `document.querySelectorAll("table.rows tbody tr").length <= 300`, "true")

	tabTo(t, ctx, "input[name=q]")
	do(t, ctx, chromedp.KeyEvent("журавлева алена")) // е stands for ё, capitals do not matter
	look(t, ctx, "search", shownText, "Показано строк: 36 из 2000.")
	look(t, ctx, "address of a search", `new URLSearchParams(location.hash.slice(1)).get("q")`, "журавлева алена")
	look(t, ctx, "focus while searching", `document.activeElement.name`, "q")
	do(t, ctx, chromedp.KeyEvent(" нетТакого"))
	look(t, ctx, "nothing found", shownText, "Показано строк: 0 из 2000. Ничего не подошло: измените поиск или нажмите «Показать все».")
	tabTo(t, ctx, "button[type=reset]")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	look(t, ctx, "reset", shownText, "Показано строк: 2000 из 2000.")

	do(t, ctx, chromedp.Focus("select[name=status]"), chromedp.KeyEvent("не удалось"))
	look(t, ctx, "filter by status", shownText, "Показано строк: 213 из 2000.")
	look(t, ctx, "address of a filter", "location.hash", "#status=failed")
	do(t, ctx, chromedp.Focus("select[name=side]"), chromedp.KeyEvent("исходящая"))
	look(t, ctx, "filter by side, too", shownText, "Показано строк: 17 из 2000.")

	do(t, ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(address(path, "status=failed&sort=-row")))
	look(t, ctx, "an address opened", shownText, "Показано строк: 213 из 2000.")
	look(t, ctx, "sorted by the address", firstRow+`[0].textContent > "1900"`, "true")
	tabTo(t, ctx, "[data-column=host]")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	look(t, ctx, "sort by host", firstRow+"[4].textContent", "imap.example.org")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	look(t, ctx, "sort backwards", firstRow+"[4].textContent", "smtp.example.org")
	look(t, ctx, "said to those who do not see", `document.querySelector("th.host").getAttribute("aria-sort")`, "descending")

	tabTo(t, ctx, "td.row button")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	look(t, ctx, "details", `document.querySelector("tr.details").textContent.includes("500 login test")`, "true")
	do(t, ctx, chromedp.KeyEvent(kb.Enter))
	look(t, ctx, "details closed", `document.querySelectorAll("tr.details").length`, "0")

	do(t, ctx, chromedp.Focus("table.causes a"), chromedp.KeyEvent(kb.Enter))
	look(t, ctx, "a cause leads to its rows", shownText, "Показано строк: 143 из 2000.")
	look(t, ctx, "and to the table", "document.activeElement.id", "rows")
	do(t, ctx, chromedp.Focus(`a[href="#all"]`), chromedp.KeyEvent(kb.Enter))
	look(t, ctx, "the total leads to all rows", shownText, "Показано строк: 2000 из 2000.")
	do(t, ctx, chromedp.Evaluate("scrollTo(0, document.body.scrollHeight)", nil))
	look(t, ctx, "more rows as they come into view", `document.querySelectorAll("table.rows tbody tr").length > 150`, "true")
	f.check(t)
}

// TestPageIsAccessible runs axe-core over the pages in both languages and colour
// schemes. R7_AXE names its script. R7_SHOTS names a folder for pictures of what was looked at.
func TestPageIsAccessible(t *testing.T) {
	axe, err := os.ReadFile(os.Getenv("R7_AXE"))
	if err != nil {
		missing(t, "R7_AXE does not name axe.min.js of axe-core: "+err.Error())
	}
	ctx := browser(t)
	f := listen(ctx)
	for _, language := range lang.Languages {
		paths := map[string]string{"report": nightPage(t, language, 2000), "proof": filepath.Join(t.TempDir(), "proof.html")}
		if _, err := report.WriteProof(paths["proof"], nightProof(), report.Options{Printer: printer(t, language)}); err != nil {
			t.Fatal(err)
		}
		for name, path := range paths {
			for _, scheme := range []string{"light", "dark"} {
				media := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}})
				do(t, ctx, media, chromedp.Navigate("about:blank"), chromedp.Navigate(address(path, "sort=-started_at")))
				do(t, ctx, chromedp.Evaluate(`for (const d of document.querySelectorAll("details")) d.open = true; document.querySelector("td.row button")?.click()`, nil))
				var found []struct {
					ID    string
					Help  string
					Nodes []struct{ HTML string }
				}
				do(t, ctx, chromedp.Evaluate(string(axe)+`;0`, nil), chromedp.Evaluate(`axe.run().then((r) => r.violations)`, &found,
					func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
				for _, v := range found {
					t.Errorf("%s in %s, %s: %s: %s, for example %s", name, language, scheme, v.ID, v.Help, v.Nodes[0].HTML)
				}
				if dir := os.Getenv("R7_SHOTS"); dir != "" {
					var picture []byte
					do(t, ctx, chromedp.FullScreenshot(&picture, 100))
					if err := os.WriteFile(filepath.Join(dir, strings.Join([]string{name, language, scheme}, "-")+".png"), picture, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				f.check(t)
			}
		}
	}
}
