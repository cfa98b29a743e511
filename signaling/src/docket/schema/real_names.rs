//! The step that adds real names, and who entered when.
//! What is not here: what the rows mean; numbers arrive here enciphered.

/// The step of the schema that adds them. A number belongs to one account at one court, a seat has
/// one account, and an account one seat of a sitting: the database holds to it.
pub(in crate::docket) const STEP: &str = "
CREATE TABLE real_names (
  id INTEGER PRIMARY KEY,
  court TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  number_index BLOB NOT NULL,
  number BLOB NOT NULL,
  made_at INTEGER NOT NULL,
  UNIQUE (court, number_index)
) STRICT;
CREATE TABLE real_name_seats (
  participant INTEGER PRIMARY KEY REFERENCES participants (id) ON DELETE CASCADE,
  hearing INTEGER NOT NULL REFERENCES hearings (id) ON DELETE CASCADE,
  real_name INTEGER NOT NULL REFERENCES real_names (id),
  by_court INTEGER NOT NULL,
  at INTEGER NOT NULL,
  own TEXT,
  own_at INTEGER,
  UNIQUE (hearing, real_name)
) STRICT;
CREATE INDEX real_name_seats_by_account ON real_name_seats (real_name);
CREATE TABLE entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  participant INTEGER NOT NULL REFERENCES participants (id) ON DELETE CASCADE,
  way TEXT NOT NULL,
  address TEXT NOT NULL,
  device TEXT NOT NULL,
  at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  times INTEGER NOT NULL
) STRICT;
CREATE INDEX entries_by_participant ON entries (participant, id);
";
