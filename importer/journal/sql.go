package journal

import "strings"

// The statements that read and write the store, in portable SQL; what is specific to
// SQLite is in sqlite.go. Times are milliseconds since 1970, UTC. Empty texts, empty
// blobs and zeros are NULL in columns that allow it. The id of an entry is the number
// of its run times 2^32 plus its index, so the rows of a run are adjacent and in the
// order of the file.
//
// An entry has the intent of a write to its account from before the write is sent
// until its outcome is stored. Otherwise the columns of the intent are NULL.

// entriesPerRun is the distance between the entry ids of two runs.
const entriesPerRun = 1 << 32

// addEntries adds entriesAtOnce rows, in half the time that single inserts take.
var addEntries = addEntry + strings.Repeat(entryValues+", ", entriesAtOnce-1) + entryValues

const entriesAtOnce = 32

// eachRow are the statements that each row uses; they are prepared once.
var eachRow = []string{addEntries, setEntry, addIntent, settleEntry, saveAccount}

// Statements that find quick hashes and replace them.
const (
	setCost  = `UPDATE store SET hash_passes = ?, hash_memory = ?`
	readCost = `SELECT hash_passes, hash_memory FROM store`

	quickPrints    = `SELECT id, address, owner_id, fingerprint FROM accounts WHERE fingerprint IS NOT NULL`
	rewritePrint   = `UPDATE accounts SET fingerprint = ? WHERE id = ?`
	quickRefusals  = `SELECT id, address, owner_id, refused FROM accounts WHERE refused IS NOT NULL`
	rewriteRefused = `UPDATE accounts SET refused = ? WHERE id = ?`
	quickIntents   = `SELECT id, address, owner_id, fingerprint FROM intents WHERE fingerprint IS NOT NULL` // intents had a table then
	rewriteIntent  = `UPDATE intents SET fingerprint = ? WHERE id = ?`
	quickOwners    = `SELECT name, name, '', refused FROM owners WHERE refused IS NOT NULL`
	rewriteOwner   = `UPDATE owners SET refused = ? WHERE name = ?`
	plainDigests   = `SELECT number, digest, '', '' FROM runs WHERE digest <> ''`
	rewriteDigest  = `UPDATE runs SET digest = ? WHERE number = ?`
)

// Runs.
const (
	addRun = `INSERT INTO runs (id, kind, state, file, digest, sheet, portal, version, args, started)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
	endRun = `UPDATE runs SET state = ?, ended = ? WHERE number = ?`
	// interruptRuns marks runs whose process has died.
	interruptRuns = `UPDATE runs SET state = 'interrupted' WHERE state = 'running'`
	growRun       = `UPDATE runs SET rows = rows + ? WHERE number = ?`
	measureRun    = `UPDATE runs SET in_file = ? WHERE number = ?`

	selectRuns = `SELECT number, id, kind, state, file, digest, sheet, portal, version, args, started, ended, rows, in_file FROM runs `
	listRuns   = selectRuns + `WHERE removed = 0 ORDER BY number`
	runsLike   = selectRuns + `WHERE removed = 0 AND substr(id, 1, ?) = ? ORDER BY number LIMIT 2`
	latestRun  = selectRuns + `WHERE removed = 0 ORDER BY number DESC LIMIT 1`
	// latestWrites finds the runs to measure the duration of a write on.
	latestWrites = selectRuns + `WHERE removed = 0 AND kind = 'run' AND state <> 'running' ORDER BY number DESC LIMIT 10`
	runNumber    = `SELECT number FROM runs WHERE id = ?`

	// unfinishedRuns leaves out runs that a finished run of the same file follows.
	unfinishedRuns = selectRuns + `AS r WHERE removed = 0 AND state <> 'finished' AND NOT EXISTS (
		SELECT 1 FROM runs l WHERE l.number > r.number AND l.state = 'finished'
			AND l.kind = r.kind AND l.file = r.file AND l.sheet = r.sheet) ORDER BY number`
	// prunableRuns leaves out runs with open intents and running ones.
	prunableRuns = selectRuns + `AS r WHERE removed = 0 AND started < ? AND state <> 'running' AND NOT EXISTS (
		SELECT 1 FROM entries e WHERE e.intent IS NOT NULL AND e.id / 4294967296 = r.number) ORDER BY number`
	runHasSent = `SELECT EXISTS (SELECT 1 FROM entries WHERE id BETWEEN ? AND ? AND (attempts > 0 OR intent IS NOT NULL))`
	runInDoubt = `SELECT EXISTS (SELECT 1 FROM entries WHERE id BETWEEN ? AND ? AND intent IS NOT NULL)`

	removeEntries = `DELETE FROM entries WHERE id BETWEEN ? AND ?`
	removeEvents  = `DELETE FROM run_events WHERE run = ?`
	removeRun     = `UPDATE runs SET removed = 1 WHERE number = ?`
	// forgetRuns deletes the removed runs that no account refers to.
	forgetRuns = `DELETE FROM runs WHERE removed = 1 AND number NOT IN (SELECT run FROM accounts WHERE run IS NOT NULL)`
)

// Events.
const (
	noteEvent = `INSERT INTO run_events (run, kind, host, code, began, until, ended, count) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (run, began, kind, host) DO UPDATE SET code = excluded.code, until = excluded.until, ended = excluded.ended, count = excluded.count`
	runEvents = `SELECT kind, host, coalesce(code, ''), began, coalesce(until, 0), coalesce(ended, 0), count FROM run_events WHERE run = ? ORDER BY began, kind, host`
)

// Entries and their intents.
const (
	// addEntry is followed by one or more of entryValues.
	addEntry = `INSERT INTO entries (id, row, sheet, name, email, owner, owner_id, status, code, side, host,
		problems, mailbox_id, filled, attempts, started, took, evidence) VALUES `
	entryValues = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	outcomeOf   = `UPDATE entries SET owner_id = ?, status = ?, code = ?, side = ?, host = ?, problems = ?, mailbox_id = ?,
		attempts = ?, started = ?, took = ?, evidence = ?`
	setEntry = outcomeOf + ` WHERE id = ?`

	noIntent    = `intent = NULL, intent_at = NULL, intent_owner = NULL, intent_address = NULL, intent_print = NULL, intent_mailbox = NULL`
	settleEntry = outcomeOf + `, ` + noIntent + ` WHERE id = ? AND intent IS NOT NULL`
	// settleEarlier sets the outcome of a row of an earlier run that this run has settled.
	settleEarlier = `UPDATE entries SET status = ?, code = ?, side = ?, host = ?, problems = ?, mailbox_id = ?, ` + noIntent + `
		WHERE id = ? AND intent IS NOT NULL`
	addIntent = `UPDATE entries SET intent = ?, intent_at = ?, intent_owner = ?, intent_address = ?, intent_print = ?, intent_mailbox = ?
		WHERE id = ?`
	renewIntent = `UPDATE entries SET intent_at = ? WHERE id = ? AND intent IS NOT NULL`
	closeIntent = `UPDATE entries SET ` + noIntent + ` WHERE id = ? AND intent IS NOT NULL`
	// undoubtEntry resets a row whose write had no effect.
	undoubtEntry = `UPDATE entries SET status = 'not_tried', code = NULL, side = NULL, host = NULL, problems = NULL
		WHERE id = ? AND status = 'unknown'`
	openIntents = `SELECT e.id, r.id, e.intent_owner, e.intent_address, e.intent, e.intent_at, e.intent_print, coalesce(e.intent_mailbox, 0)
		FROM entries e JOIN runs r ON r.number = e.id / 4294967296 WHERE e.intent IS NOT NULL ORDER BY e.intent_at, e.id`
	intentKey = `SELECT intent_address, intent_owner FROM entries WHERE id = ? AND intent IS NOT NULL`

	// writeTimes counts the sent rows of a run and adds up their durations.
	writeTimes = `SELECT count(*), coalesce(sum(took), 0) FROM entries WHERE id BETWEEN ? AND ? AND attempts > 0`
	// countEntries counts the rows by status; rows without an outcome have the status ''.
	countEntries = `SELECT CASE WHEN intent IS NOT NULL OR status = 'not_tried' AND code IS NULL THEN '' ELSE status END, count(*)
		FROM entries WHERE id BETWEEN ? AND ? GROUP BY 1`
	readEntries = `SELECT id, row, coalesce(sheet, ''), coalesce(name, ''), coalesce(email, ''),
		coalesce(owner, (SELECT o.email FROM owners o WHERE o.id = owner_id AND o.email <> '' LIMIT 1), ''),
		coalesce(owner_id, ''), status, coalesce(code, ''), coalesce(side, ''), coalesce(host, ''), problems,
		coalesce(mailbox_id, 0), coalesce(filled, ''), coalesce(attempts, 0), coalesce(started, 0), coalesce(took, 0),
		coalesce(evidence, ''), intent IS NOT NULL
		FROM entries WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?`
)

// Accounts and owners.
const (
	saveAccount = `INSERT INTO accounts (address, owner_id, mailbox_id, made, status, fingerprint, refused, refused_code, run, checked)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (address, owner_id) DO UPDATE SET mailbox_id = excluded.mailbox_id, made = excluded.made, status = excluded.status,
			fingerprint = excluded.fingerprint, refused = excluded.refused, refused_code = excluded.refused_code,
			run = excluded.run, checked = excluded.checked`
	refuseAccount = `INSERT INTO accounts (address, owner_id, refused, refused_code, run) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (address, owner_id) DO UPDATE SET refused = excluded.refused, refused_code = excluded.refused_code`
	listAccounts = `SELECT a.address, a.owner_id, coalesce(a.mailbox_id, 0), a.made, coalesce(a.status, ''), a.fingerprint,
		a.refused, coalesce(a.refused_code, ''), coalesce((SELECT id FROM runs WHERE number = a.run), ''), coalesce(a.checked, 0)
		FROM accounts a`
	readAccount = listAccounts + ` WHERE a.address = ? AND a.owner_id = ?`
	hasLogins   = `SELECT EXISTS (SELECT 1 FROM accounts WHERE owner_id = '')` // see loginKey

	accountsMadeFrom = `SELECT a.address, a.owner_id FROM accounts a JOIN runs r ON r.number = a.run
		WHERE a.made = 1 AND a.mailbox_id <> 0 AND coalesce(a.status, '') <> 'disabled' AND r.file = ? AND r.sheet = ?
		AND (a.address, a.owner_id) > (?, ?) ORDER BY a.address, a.owner_id LIMIT ?`
	// askedElsewhere scans all entries, so it is used only when accounts seem to be
	// missing. %s is a list of placeholders for addresses.
	askedElsewhere = `SELECT lower(e.email), max(CASE WHEN r.file = ? AND r.sheet = ? THEN r.number ELSE 0 END), max(r.number)
		FROM entries e JOIN runs r ON r.number = e.id / 4294967296
		WHERE r.kind = 'run' AND lower(e.email) IN (%s) GROUP BY lower(e.email)`

	saveOwner = `INSERT INTO owners (name, id, email, refused, refused_code, attempts, last_attempt, blocked_until, sms, checked)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET id = excluded.id, email = excluded.email, refused = excluded.refused,
			refused_code = excluded.refused_code, attempts = excluded.attempts, last_attempt = excluded.last_attempt,
			blocked_until = excluded.blocked_until, sms = excluded.sms, checked = excluded.checked`
	listOwners = `SELECT name, coalesce(id, ''), coalesce(email, ''), refused, coalesce(refused_code, ''), coalesce(attempts, 0),
		coalesce(last_attempt, 0), coalesce(blocked_until, 0), coalesce(sms, 0), coalesce(checked, 0) FROM owners`
	readOwner     = listOwners + ` WHERE name = ?`
	ownersWithIDs = `SELECT name, id, coalesce(email, '') FROM owners WHERE lower(id) IN (%s) ORDER BY name`
)
