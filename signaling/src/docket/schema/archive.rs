//! The step that adds what is kept beside the archive: its index, holds, explanations, bookmarks,
//! requests, links, and the audit log.
//! What is not here: what the rows mean.

/// The step of the schema that adds it. What begins with `archived` or `passages` follows from the
/// ledgers and can be made anew; the rest cannot.
pub(super) const STEP: &str = "
CREATE TABLE archived (
  hearing INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  cases TEXT NOT NULL,
  sealed INTEGER NOT NULL,
  faults INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  line TEXT NOT NULL
) STRICT;
CREATE INDEX archived_by_time ON archived (at, hearing);
CREATE TABLE archived_people (
  hearing INTEGER NOT NULL,
  bench INTEGER NOT NULL,
  site INTEGER,
  name TEXT NOT NULL
) STRICT;
CREATE INDEX archived_people_by_hearing ON archived_people (hearing);
CREATE TABLE archived_phases (
  hearing INTEGER NOT NULL,
  phase TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX archived_phases_by_hearing ON archived_phases (hearing, phase);
CREATE TABLE passages (
  id INTEGER PRIMARY KEY,
  hearing INTEGER NOT NULL,
  what TEXT NOT NULL,
  at_ms INTEGER,
  words TEXT NOT NULL,
  folded TEXT NOT NULL
) STRICT;
CREATE INDEX passages_by_hearing ON passages (hearing);
CREATE VIRTUAL TABLE passages_words USING fts5 (
  folded, content = 'passages', content_rowid = 'id', tokenize = 'trigram'
);
CREATE TRIGGER passages_in AFTER INSERT ON passages BEGIN
  INSERT INTO passages_words (rowid, folded) VALUES (new.id, new.folded);
END;
CREATE TRIGGER passages_out AFTER DELETE ON passages BEGIN
  INSERT INTO passages_words (passages_words, rowid, folded) VALUES ('delete', old.id, old.folded);
END;
CREATE TABLE holds (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hearing INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by_name TEXT NOT NULL,
  reason TEXT NOT NULL,
  lifted_at INTEGER,
  lifted_by TEXT NOT NULL DEFAULT '',
  lift_reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX one_hold_at_once ON holds (hearing) WHERE lifted_at IS NULL;
CREATE TABLE explanations (
  hearing INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  account INTEGER NOT NULL,
  text TEXT NOT NULL,
  signature TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  faults INTEGER NOT NULL
) STRICT;
CREATE TABLE bookmarks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hearing INTEGER NOT NULL,
  account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  at_ms INTEGER NOT NULL,
  label TEXT NOT NULL
) STRICT;
CREATE INDEX bookmarks_by_hearing ON bookmarks (hearing, account);
CREATE TABLE copy_requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hearing INTEGER NOT NULL,
  participant INTEGER NOT NULL,
  what TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  state TEXT NOT NULL,
  decided_at INTEGER,
  decided_by TEXT NOT NULL DEFAULT '',
  decision TEXT NOT NULL DEFAULT '',
  until INTEGER
) STRICT;
CREATE INDEX copy_requests_by_hearing ON copy_requests (hearing, participant);
CREATE TABLE view_links (
  token BLOB PRIMARY KEY,
  hearing INTEGER NOT NULL,
  participant INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE audit (
  n INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  hearing INTEGER NOT NULL,
  participant INTEGER,
  by_name TEXT NOT NULL,
  act TEXT NOT NULL,
  detail TEXT NOT NULL,
  result TEXT NOT NULL,
  prev TEXT NOT NULL,
  sha256 TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_hearing ON audit (hearing, n);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is appended to, never changed');
END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is appended to, never shortened');
END;
";
