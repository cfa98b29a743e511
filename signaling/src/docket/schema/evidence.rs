//! The step that adds evidence.
//! What is not here: what the rows mean.

/// The step of the schema that adds evidence.
pub(super) const STEP: &str = "
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hearing INTEGER NOT NULL REFERENCES hearings (id) ON DELETE CASCADE,
  side TEXT,
  handed_in_by INTEGER NOT NULL,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  purpose TEXT NOT NULL,
  form TEXT NOT NULL,
  media_type TEXT NOT NULL,
  pages INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  sm3 TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  exchanged_at INTEGER
) STRICT;
CREATE INDEX evidence_by_hearing ON evidence (hearing);
CREATE INDEX evidence_by_file ON evidence (sha256);
CREATE TABLE evidence_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  hearing INTEGER NOT NULL,
  item INTEGER NOT NULL,
  by_participant INTEGER NOT NULL,
  what TEXT NOT NULL,
  piece TEXT NOT NULL
) STRICT;
CREATE INDEX evidence_changes_by_hearing ON evidence_changes (hearing);
";
