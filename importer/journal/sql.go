package journal

// The whole of the SQL is in this file. Times are milliseconds since 1970, UTC;
// an empty text and an empty blob are NULL. The id of an entry is the number of
// its run times 2^32 plus its index, so that the rows of a run lie together in
// the order of the file.

const (
	// applicationID marks a database as ours ("r7im").
	applicationID = 0x7237696d
	// entriesPerRun is the distance between the entry ids of two runs.
	entriesPerRun = 1 << 32
)

// migrations lead from one version of the schema to the next. The version of a
// database is how many have been applied. None is ever changed, only added to.
var migrations = []string{`
	CREATE TABLE store (
		key_check BLOB NOT NULL -- tells whether the key file is the one this store was made with
	);

	CREATE TABLE runs (
		number  INTEGER PRIMARY KEY,
		id      TEXT NOT NULL UNIQUE,
		kind    TEXT NOT NULL,
		state   TEXT NOT NULL,
		file    TEXT NOT NULL,
		digest  TEXT NOT NULL,
		sheet   TEXT NOT NULL,
		portal  TEXT NOT NULL,
		version TEXT NOT NULL,
		args    TEXT NOT NULL,
		started INTEGER NOT NULL,
		ended   INTEGER NOT NULL DEFAULT 0,
		rows    INTEGER NOT NULL DEFAULT 0,
		removed INTEGER NOT NULL DEFAULT 0 -- its entries are gone; an account still names it
	);

	CREATE TABLE entries (
		id         INTEGER PRIMARY KEY, -- runs.number * 2^32 + index
		row        INTEGER NOT NULL,
		sheet      TEXT,
		name       TEXT,
		email      TEXT,
		owner      TEXT,
		owner_id   TEXT,
		status     TEXT NOT NULL,
		code       TEXT,
		side       TEXT,
		host       TEXT,
		problems   TEXT, -- JSON
		mailbox_id INTEGER,
		filled     TEXT,
		attempts   INTEGER,
		started    INTEGER,
		took       INTEGER,
		evidence   TEXT
	);

	CREATE TABLE intents ( -- only those without an outcome
		id          INTEGER PRIMARY KEY,
		entry       INTEGER NOT NULL,
		address     TEXT NOT NULL,
		owner_id    TEXT NOT NULL,
		kind        TEXT NOT NULL,
		at          INTEGER NOT NULL,
		fingerprint BLOB,
		mailbox_id  INTEGER
	);

	CREATE TABLE accounts (
		id           INTEGER PRIMARY KEY, -- in the order of their making; see accountIndex for how they are found
		address      TEXT NOT NULL,
		owner_id     TEXT NOT NULL,
		mailbox_id   INTEGER,
		made         INTEGER NOT NULL DEFAULT 0,
		status       TEXT,
		fingerprint  BLOB,
		refused      BLOB,
		refused_code TEXT,
		run          INTEGER,
		checked      INTEGER
	);

	CREATE TABLE owners (
		name          TEXT PRIMARY KEY,
		id            TEXT,
		email         TEXT,
		refused       BLOB,
		refused_code  TEXT,
		attempts      INTEGER,
		last_attempt  INTEGER,
		blocked_until INTEGER,
		sms           INTEGER,
		checked       INTEGER
	) WITHOUT ROWID;
`, `
	-- What a slow hash of a secret takes, see account.Cost. The hashes of the secrets
	-- themselves are made slow by Store.slowDown.
	ALTER TABLE store ADD COLUMN hash_passes INTEGER NOT NULL DEFAULT 0;
	ALTER TABLE store ADD COLUMN hash_memory INTEGER NOT NULL DEFAULT 0;
`, `
	CREATE TABLE IF NOT EXISTS run_events ( -- what held a run up
		run   INTEGER NOT NULL,
		kind  TEXT NOT NULL,
		host  TEXT NOT NULL,
		code  TEXT,
		began INTEGER NOT NULL,
		ended INTEGER,
		count INTEGER NOT NULL,
		PRIMARY KEY (run, began, kind, host)
	);
` + setTables}

// The versions of the schema from which something more than tables is missing.
const (
	withoutKey       = 0 // and without anything else
	withQuickSecrets = 1 // secrets have quick hashes, by which passwords can be guessed
)

// The rewriting of quick hashes.
const (
	setCost        = `UPDATE store SET hash_passes = ?, hash_memory = ?`
	readCost       = `SELECT hash_passes, hash_memory FROM store`
	quickAccounts  = `SELECT id, address, owner_id, fingerprint, refused FROM accounts WHERE fingerprint IS NOT NULL OR refused IS NOT NULL`
	rewriteAccount = `UPDATE accounts SET fingerprint = ?, refused = ? WHERE id = ?`
	quickIntents   = `SELECT id, address, owner_id, fingerprint FROM intents WHERE fingerprint IS NOT NULL`
	rewriteIntent  = `UPDATE intents SET fingerprint = ? WHERE id = ?`
	quickOwners    = `SELECT name, refused FROM owners WHERE refused IS NOT NULL`
	plainDigests   = `SELECT number, digest FROM runs WHERE digest <> ''`
	rewriteDigest  = `UPDATE runs SET digest = ? WHERE number = ?`
	rewriteOwner   = `UPDATE owners SET refused = ? WHERE name = ?`
)

// Runs.
const (
	addRun = `INSERT INTO runs (id, kind, state, file, digest, sheet, portal, version, args, started)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
	endRun = `UPDATE runs SET state = ?, ended = ? WHERE number = ?`
	// interruptRuns is for those whose process died.
	interruptRuns = `UPDATE runs SET state = 'interrupted' WHERE state = 'running'`
	growRun       = `UPDATE runs SET rows = rows + ? WHERE number = ?`

	selectRuns = `SELECT number, id, kind, state, file, digest, sheet, portal, version, args, started, ended, rows FROM runs `
	listRuns   = selectRuns + `WHERE NOT removed ORDER BY number`
	runsLike   = selectRuns + `WHERE NOT removed AND substr(id, 1, length(?1)) = ?1 ORDER BY number LIMIT 2`
	// latestWrites are the runs that tell how long a write takes.
	latestWrites = selectRuns + `WHERE NOT removed AND kind = 'run' AND state <> 'running' ORDER BY number DESC LIMIT 10`
	latestRun    = selectRuns + `WHERE NOT removed ORDER BY number DESC LIMIT 1`
	runNumber    = `SELECT number FROM runs WHERE id = ?`

	// unfinishedRuns leaves out those that a later run of the same file has finished.
	unfinishedRuns = selectRuns + `AS r WHERE NOT removed AND state <> 'finished' AND NOT EXISTS (
		SELECT 1 FROM runs l WHERE l.number > r.number AND l.state = 'finished'
			AND l.kind = r.kind AND l.file = r.file AND l.sheet = r.sheet) ORDER BY number`

	runHasSent = `SELECT EXISTS (SELECT 1 FROM runs r JOIN entries e ON e.id BETWEEN r.number << 32 AND r.number << 32 | 4294967295
			WHERE r.id = ?1 AND e.attempts > 0)
		OR EXISTS (SELECT 1 FROM runs r JOIN intents i ON i.entry >> 32 = r.number WHERE r.id = ?1)`

	// prunableRuns leaves out those in doubt and those that are going on.
	prunableRuns = selectRuns + `AS r WHERE NOT removed AND started < ? AND state <> 'running' AND NOT EXISTS (
		SELECT 1 FROM intents i WHERE i.entry >> 32 = r.number) ORDER BY number`
	runInDoubt    = `SELECT EXISTS (SELECT 1 FROM intents WHERE entry >> 32 = ?)`
	removeEntries = `DELETE FROM entries WHERE id BETWEEN ? AND ?`
	removeEvents  = `DELETE FROM run_events WHERE run = ?`
	removeRun     = `UPDATE runs SET removed = 1 WHERE number = ?`
	// forgetRuns deletes the removed runs that no account names.
	forgetRuns = `DELETE FROM runs WHERE removed AND number NOT IN (SELECT run FROM accounts WHERE run IS NOT NULL)`
)

// Entries.
const (
	addEntry = `INSERT INTO entries (id, row, sheet, name, email, owner, owner_id, status, code, side, host,
		problems, mailbox_id, filled, attempts, started, took, evidence)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	setEntry = `UPDATE entries SET owner_id = ?, status = ?, code = ?, side = ?, host = ?, problems = ?, mailbox_id = ?,
		attempts = ?, started = ?, took = ?, evidence = ? WHERE id = ?`
	// setEarlier gives the row of an earlier run the outcome that this run found out.
	setEarlier = `UPDATE entries SET status = ?, code = ?, side = ?, host = ?, problems = ?, mailbox_id = ? WHERE id = ?`
	// undoubtEntry is for a row whose write turned out to have done nothing.
	undoubtEntry = `UPDATE entries SET status = 'not_tried', code = NULL, side = NULL, host = NULL, problems = NULL
		WHERE id = ? AND status = 'unknown'`

	// writeTimes sums up the latest rows of a run that were sent.
	writeTimes = `SELECT count(*), coalesce(sum(took), 0) FROM (
		SELECT took FROM entries WHERE id BETWEEN ? AND ? AND attempts > 0 ORDER BY id DESC LIMIT ?)`

	inDoubt     = `id IN (SELECT entry FROM intents)`
	readEntries = `SELECT id, row, coalesce(sheet, ''), coalesce(name, ''), coalesce(email, ''),
		coalesce(owner, (SELECT o.email FROM owners o WHERE o.id = owner_id AND o.email <> '' LIMIT 1), ''),
		coalesce(owner_id, ''), status, coalesce(code, ''), coalesce(side, ''), coalesce(host, ''), problems,
		coalesce(mailbox_id, 0), coalesce(filled, ''), coalesce(attempts, 0), coalesce(started, 0), coalesce(took, 0),
		coalesce(evidence, ''), ` + inDoubt + `
		FROM entries WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?`
)

// Events.
const (
	noteEvent = `INSERT INTO run_events (run, kind, host, code, began, ended, count) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (run, began, kind, host) DO UPDATE SET code = excluded.code, ended = excluded.ended, count = excluded.count`
	runEvents = `SELECT kind, host, coalesce(code, ''), began, coalesce(ended, 0), count FROM run_events WHERE run = ? ORDER BY began, kind, host`
)

// Intents.
const (
	addIntent = `INSERT INTO intents (id, entry, address, owner_id, kind, at, fingerprint, mailbox_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`
	renewIntent = `UPDATE intents SET at = ? WHERE id = ?`
	closeIntent = `DELETE FROM intents WHERE id = ?`
	openIntents = `SELECT i.id, r.id, i.entry, i.owner_id, i.address, i.kind, i.at, i.fingerprint, coalesce(i.mailbox_id, 0)
		FROM intents i JOIN runs r ON r.number = i.entry >> 32 ORDER BY i.id`
)

// Accounts and owners.
const (
	// saveAccount and refuseAccount change nothing if the id is another account's.
	saveAccount = `INSERT INTO accounts (id, address, owner_id, mailbox_id, made, status, fingerprint, refused, refused_code, run, checked)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET mailbox_id = excluded.mailbox_id, made = excluded.made, status = excluded.status,
			fingerprint = excluded.fingerprint, refused = excluded.refused, refused_code = excluded.refused_code,
			run = excluded.run, checked = excluded.checked
			WHERE address = excluded.address AND owner_id = excluded.owner_id`
	refuseAccount = `INSERT INTO accounts (id, address, owner_id, refused, refused_code, run) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET refused = excluded.refused, refused_code = excluded.refused_code
			WHERE address = excluded.address AND owner_id = excluded.owner_id`
	selectAccounts = `SELECT a.address, a.owner_id, coalesce(a.mailbox_id, 0), a.made, coalesce(a.status, ''), a.fingerprint,
		a.refused, coalesce(a.refused_code, ''), coalesce((SELECT id FROM runs WHERE number = a.run), ''), coalesce(a.checked, 0)
		FROM accounts a `
	readAccount  = selectAccounts + `WHERE a.id = ?`
	listAccounts = selectAccounts + `ORDER BY a.id`
	accountKeys  = `SELECT id, address, owner_id FROM accounts WHERE id > ? ORDER BY id`

	accountsMadeFrom = `SELECT a.address, a.owner_id FROM accounts a JOIN runs r ON r.number = a.run
		WHERE a.made AND a.mailbox_id AND coalesce(a.status, '') <> 'disabled' AND r.file = ? AND r.sheet = ?
		ORDER BY a.address, a.owner_id`
	// askedElsewhere goes through all rows there are: it is asked only when accounts seem to be missing.
	askedElsewhere = `SELECT address FROM (
		SELECT lower(e.email) AS address, max(r.number) FILTER (WHERE r.file = ?2 AND r.sheet = ?3) AS here,
			max(r.number) FILTER (WHERE r.file <> ?2 OR r.sheet <> ?3) AS elsewhere
		FROM entries e JOIN runs r ON r.number = e.id >> 32
		WHERE r.kind = 'run' AND lower(e.email) IN (SELECT value FROM json_each(?1)) GROUP BY address)
		WHERE elsewhere > coalesce(here, 0)`

	saveOwner = `INSERT INTO owners (name, id, email, refused, refused_code, attempts, last_attempt, blocked_until, sms, checked)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO UPDATE SET id = excluded.id, email = excluded.email, refused = excluded.refused,
			refused_code = excluded.refused_code, attempts = excluded.attempts, last_attempt = excluded.last_attempt,
			blocked_until = excluded.blocked_until, sms = excluded.sms, checked = excluded.checked`
	readOwner = `SELECT coalesce(id, ''), coalesce(email, ''), refused, coalesce(refused_code, ''), coalesce(attempts, 0),
		coalesce(last_attempt, 0), coalesce(blocked_until, 0), coalesce(sms, 0), coalesce(checked, 0) FROM owners WHERE name = ?`
	listOwners = `SELECT name, coalesce(id, ''), coalesce(email, ''), refused, coalesce(refused_code, ''), coalesce(attempts, 0),
		coalesce(last_attempt, 0), coalesce(blocked_until, 0), coalesce(sms, 0), coalesce(checked, 0) FROM owners ORDER BY name`
	ownersWithIDs = `SELECT name, id, coalesce(email, '') FROM owners WHERE lower(id) IN (SELECT value FROM json_each(?)) ORDER BY name`
)
