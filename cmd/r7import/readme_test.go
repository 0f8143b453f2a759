package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"r7import/cmd/r7import/config"
	"r7import/cmd/r7import/setup"
	"r7import/cmd/r7import/ui"
	"r7import/importer/lang"
	"r7import/importer/portalsim"
)

// readmes are the manuals, with the language their transcripts are in.
var readmes = []struct{ file, locale string }{{"README.md", "en_US.UTF-8"}, {"README.ru.md", "ru_RU.UTF-8"}}

// said is a command of a transcript and what it prints there.
type said struct{ command, want string }

// transcripts returns the blocks of a manual that begin with "$ ": indented ones,
// and those between fences.
func transcripts(manual string) (blocks [][]said) {
	var block []said
	end := func() {
		if len(block) > 0 {
			blocks = append(blocks, block)
		}
		block = nil
	}
	fenced, open := false, false // open: the command goes on in the next line
	for line := range strings.Lines(manual) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			end()
			continue
		}
		text, indented := strings.CutPrefix(line, "    ")
		if !indented && !fenced {
			end()
			continue
		}
		if fenced {
			text = line
		}
		command, begins := strings.CutPrefix(text, "$ ")
		switch {
		case open:
			block[len(block)-1].command += text
		case begins:
			block = append(block, said{command: command})
		case len(block) > 0:
			block[len(block)-1].want += text
			continue
		default:
			continue
		}
		open = strings.Count(block[len(block)-1].command, "'")%2 == 1
	}
	end()
	return blocks
}

// TestTranscripts calls the commands of the manuals, as their reader would, and
// compares what they print.
func TestTranscripts(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell to type the commands into")
	}
	for _, readme := range readmes {
		manual, err := os.ReadFile(filepath.Join("..", "..", readme.file))
		if err != nil {
			t.Fatal(err)
		}
		blocks := transcripts(string(manual))
		if len(blocks) < 3 {
			t.Errorf("%s has %d transcripts; it had at least 3", readme.file, len(blocks))
		}
		for n, block := range blocks {
			t.Run(fmt.Sprintf("%s/%d", readme.file, n+1), func(t *testing.T) {
				t.Parallel()
				s := newReader(t, readme.locale)
				for _, one := range block {
					s.enter(one)
				}
			})
		}
	}
}

// reader types commands into a shell, in a folder that holds the samples and with a
// simulated portal at the address that the manuals give.
type reader struct {
	t         *testing.T
	folder    string
	env       []string
	portal    string
	variables string            // of the shell, that were set
	ids       map[string]string // what stands in the manual for an id that is new each time
}

func newReader(t *testing.T, locale string) *reader {
	r := &reader{t: t, folder: t.TempDir(), ids: make(map[string]string)}
	if err := os.CopyFS(filepath.Join(r.folder, "samples"), os.DirFS(filepath.Join("..", "..", "samples"))); err != nil {
		t.Fatal(err)
	}
	sim := portalsim.New(portalsim.Options{})
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		server.Close()
		sim.Close()
	})
	r.portal = server.URL
	r.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + r.folder, "LC_ALL=" + locale, endAtOnce}
	return r
}

// The manuals leave out what is new each time, or long, by dots: an id keeps its beginning.
var (
	dots   = regexp.MustCompile(`…`)
	id     = regexp.MustCompile(`[0-9A-Za-z-]{6,}…`)
	moment = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.+Z-]+`)
	speed  = regexp.MustCompile(`\d+\.\d requests/s|запросов/с: \d+\.\d`)
)

// enter gives one command and compares what comes.
func (r *reader) enter(one said) {
	r.t.Helper()
	command := strings.ReplaceAll(one.command, "go run ./cmd/r7import", "r7import")
	command = strings.ReplaceAll(command, "http://127.0.0.1:8090", r.portal)
	for short, whole := range r.ids {
		command = strings.ReplaceAll(command, short, whole)
	}
	if one.want == "" {
		r.variables += command
		return
	}
	want, shorts := pattern(one.want)
	reads := !strings.Contains(command, "-d ") && !strings.Contains(command, "-X ") && strings.Contains(command, "curl")
	var got string
	for began := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		got = r.shell(command, strings.Contains(one.want, "r7import: "))
		if match := want.FindStringSubmatch(got); match != nil {
			for i, short := range shorts {
				r.ids[short] = match[i+1]
			}
			return
		}
		if !reads || time.Since(began) > 10*time.Second { // what a portal still works at is asked for again
			break
		}
	}
	r.t.Errorf("%s: want -, got +\n%s", command, cmp.Diff(one.want, got))
}

// pattern returns what output must match, and which ids of the manual its groups are.
func pattern(text string) (*regexp.Regexp, []string) {
	text = speed.ReplaceAllString(moment.ReplaceAllString(text, "…"), "…")
	var shorts []string
	var b strings.Builder
	at := 0
	for _, found := range id.FindAllStringIndex(text, -1) {
		shorts = append(shorts, text[found[0]:found[1]])
		b.WriteString(dots.ReplaceAllString(regexp.QuoteMeta(text[at:found[0]]), ".*") + `([0-9A-Za-z-]+)`)
		at = found[1]
	}
	b.WriteString(dots.ReplaceAllString(regexp.QuoteMeta(text[at:]), ".*"))
	return regexp.MustCompile(`^` + b.String() + `$`), shorts
}

// shell returns the results of a command, with its messages if they are shown, too.
func (r *reader) shell(command string, messages bool) string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", r.variables+command)
	cmd.Dir, cmd.Env = r.folder, r.env
	var out, rest bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &rest
	if messages {
		cmd.Stderr = &out
	}
	if err := cmd.Run(); err != nil {
		r.t.Errorf("%s: %v\n%s%s", command, err, &out, &rest)
	}
	text := out.String()
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text
}

// curl is as much of that program as the manuals use.
func curl() {
	flags := pflag.NewFlagSet("curl", pflag.ExitOnError)
	_ = flags.BoolP("silent", "s", false, "")
	headers := flags.StringArrayP("header", "H", nil, "")
	body := flags.StringP("data", "d", "", "")
	method := flags.StringP("request", "X", "GET", "")
	_ = flags.Parse(os.Args[1:])
	if *body != "" && !flags.Changed("request") {
		*method = "POST"
	}
	request, err := http.NewRequest(*method, flags.Arg(0), strings.NewReader(*body))
	if err == nil {
		for _, header := range *headers {
			name, value, _ := strings.Cut(header, ": ")
			request.Header.Set(name, value)
		}
		var response *http.Response
		if response, err = http.DefaultClient.Do(request); err == nil {
			_, err = io.Copy(os.Stdout, response.Body)
			_ = response.Body.Close()
		}
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

var (
	comment     = regexp.MustCompile(` +# .*`)
	codeSpan    = regexp.MustCompile("`[^`\n]+`")
	flagInText  = regexp.MustCompile(`(^| )(--[a-z][a-z-]*)`)
	placeholder = map[string]string{"N": "1", "created|absent": "created", "bash|zsh|fish|powershell": "bash", "URL": "https://portal.example.org", "АДРЕС": "https://portal.example.org"}
)

// TestCommandLinesOfTheManuals parses every command line of the manuals that is no
// transcript by the program's own flags, and looks for every flag that they name.
func TestCommandLinesOfTheManuals(t *testing.T) {
	known := make(map[string]bool)
	var gather func(*cobra.Command)
	gather = func(cmd *cobra.Command) {
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
		cmd.PersistentFlags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
		for _, sub := range cmd.Commands() {
			gather(sub)
		}
	}
	gather(newRoot(manualProgram(t)))
	for _, readme := range readmes {
		text, err := os.ReadFile(filepath.Join("..", "..", readme.file))
		if err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range strings.Lines(string(text)) {
			var commands []string
			if indented, ok := strings.CutPrefix(line, "    "); ok {
				commands = []string{strings.TrimSpace(comment.ReplaceAllString(indented, ""))}
			} else {
				for _, span := range codeSpan.FindAllString(line, -1) {
					commands = append(commands, strings.Trim(span, "`"))
				}
			}
			for _, command := range commands {
				args, ours := strings.CutPrefix(strings.Replace(command, "go run ./cmd/r7import", "r7import", 1), "r7import ")
				if ours {
					lines++
					parse(t, readme.file, strings.Fields(args))
				}
			}
		}
		for section := range strings.SplitSeq(string(text), "\n## ") {
			if strings.Contains(section, "./cmd/portalsim") {
				continue // that program checks its flags by itself
			}
			for _, span := range codeSpan.FindAllString(section, -1) {
				for _, found := range flagInText.FindAllStringSubmatch(strings.Trim(span, "`"), -1) {
					if name := found[2]; !known[name] {
						t.Errorf("%s: %s: no command has a flag %s", readme.file, span, name)
					}
				}
			}
		}
		if lines < 20 {
			t.Errorf("%s has %d command lines; it had at least 20", readme.file, lines)
		}
	}
}

func manualProgram(t *testing.T) *program {
	t.Helper()
	printer, err := lang.New("en")
	if err != nil {
		t.Fatal(err)
	}
	out := &results{to: io.Discard}
	return &program{
		Process:  &setup.Process{Out: out, Console: &ui.Console{Err: io.Discard, Lang: printer}},
		results:  out,
		settings: config.Defaults(),
	}
}

// parse checks a command line without doing what it says.
func parse(t *testing.T, file string, args []string) {
	t.Helper()
	for i, arg := range args {
		if value, ok := placeholder[arg]; ok {
			args[i] = value
		}
	}
	if slices.Contains(args, "…") {
		return
	}
	cmd, rest, err := newRoot(manualProgram(t)).Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil && cmd.HasParent() {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil {
		t.Errorf("%s: r7import %s: %v", file, strings.Join(args, " "), err)
	}
}
