//! The docket's tables, step by step.
//!
//! What is not here: what the rows mean, and reading or writing them.

mod archive;
mod evidence;
mod real_names;

/// Each step of the schema, applied once and in order; `user_version` counts them. A step that
/// went out is never changed: what is new is a new step.
pub(super) const STEPS: [&str; 8] = [
    "
CREATE TABLE accounts (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  shown_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  password TEXT NOT NULL
) STRICT;
CREATE TABLE sessions (
  token BLOB PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account);
CREATE TABLE hearings (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  court TEXT NOT NULL,
  case_number TEXT NOT NULL,
  cause TEXT NOT NULL,
  scheduled_at INTEGER NOT NULL,
  closed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE participants (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hearing INTEGER NOT NULL REFERENCES hearings (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  account INTEGER REFERENCES accounts (id),
  code BLOB UNIQUE,
  code_expires_at INTEGER NOT NULL DEFAULT 0,
  code_used INTEGER NOT NULL DEFAULT 0,
  pass BLOB UNIQUE,
  pass_expires_at INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX participants_by_hearing ON participants (hearing);
CREATE INDEX participants_by_account ON participants (account);
",
    "
CREATE TABLE tribunals (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  court TEXT NOT NULL
) STRICT;
CREATE TABLE sites (
  id INTEGER PRIMARY KEY,
  tribunal INTEGER NOT NULL REFERENCES tribunals (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE,
  address TEXT NOT NULL DEFAULT '',
  capacity INTEGER NOT NULL DEFAULT 0,
  contact TEXT NOT NULL DEFAULT '',
  phone TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX sites_by_tribunal ON sites (tribunal);
ALTER TABLE hearings ADD COLUMN brief TEXT NOT NULL DEFAULT '{}';
ALTER TABLE hearings ADD COLUMN minutes INTEGER NOT NULL DEFAULT 120;
ALTER TABLE hearings ADD COLUMN mode TEXT NOT NULL DEFAULT 'online';
ALTER TABLE hearings ADD COLUMN tribunal INTEGER REFERENCES tribunals (id);
ALTER TABLE hearings ADD COLUMN site INTEGER REFERENCES sites (id);
ALTER TABLE hearings ADD COLUMN external_id TEXT;
ALTER TABLE hearings ADD COLUMN opened_at INTEGER;
ALTER TABLE hearings ADD COLUMN ended_at INTEGER;
ALTER TABLE hearings ADD COLUMN ending TEXT;
ALTER TABLE hearings ADD COLUMN outcome TEXT;
ALTER TABLE hearings ADD COLUMN reason TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX hearings_by_external ON hearings (external_id);
CREATE INDEX hearings_by_time ON hearings (scheduled_at);
ALTER TABLE participants ADD COLUMN side TEXT;
ALTER TABLE participants ADD COLUMN acts_for INTEGER;
ALTER TABLE participants ADD COLUMN power TEXT;
ALTER TABLE participants ADD COLUMN attendance TEXT NOT NULL DEFAULT 'online';
ALTER TABLE participants ADD COLUMN site INTEGER REFERENCES sites (id);
ALTER TABLE participants ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE participants ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE participants ADD COLUMN seat_order INTEGER NOT NULL DEFAULT 0;
CREATE TABLE consents (
  id INTEGER PRIMARY KEY,
  participant INTEGER NOT NULL REFERENCES participants (id) ON DELETE CASCADE,
  step TEXT NOT NULL,
  given INTEGER NOT NULL,
  form TEXT NOT NULL,
  told TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL,
  account INTEGER REFERENCES accounts (id)
) STRICT;
CREATE INDEX consents_by_participant ON consents (participant);
CREATE TABLE notices (
  id INTEGER PRIMARY KEY,
  participant INTEGER NOT NULL REFERENCES participants (id) ON DELETE CASCADE,
  channel TEXT NOT NULL,
  text TEXT NOT NULL,
  state TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  sent_at INTEGER,
  delivered_at INTEGER,
  confirmed_at INTEGER,
  confirmed_how TEXT NOT NULL DEFAULT '',
  fault TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX notices_by_participant ON notices (participant);
CREATE TABLE changes (
  id INTEGER PRIMARY KEY,
  hearing INTEGER NOT NULL REFERENCES hearings (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  account INTEGER REFERENCES accounts (id),
  what TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX changes_by_hearing ON changes (hearing);
CREATE TABLE applications (
  id INTEGER PRIMARY KEY,
  external_id TEXT UNIQUE,
  tribunal INTEGER REFERENCES tribunals (id),
  state TEXT NOT NULL,
  application TEXT NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;
CREATE TABLE webhooks (
  id INTEGER PRIMARY KEY,
  url TEXT NOT NULL UNIQUE,
  secret TEXT NOT NULL,
  events TEXT NOT NULL
) STRICT;
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY,
  webhook INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  event TEXT NOT NULL,
  body TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting',
  status INTEGER,
  fault TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX deliveries_by_state ON deliveries (state, due_at);
CREATE TABLE api_tokens (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  token BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE working_days (
  day TEXT PRIMARY KEY,
  working INTEGER NOT NULL
) STRICT;
",
    evidence::STEP,
    super::sqlite::desk::STEP,
    super::cards::STEP,
    archive::STEP,
    real_names::STEP,
    super::glossary::STEP,
];
