//! The docket: accounts, sessions, hearings, people, join codes and seat passes, kept on disk.
//!
//! What is not here: SQL (`docket/sqlite.rs` and the files below it) and what happens in a hearing,
//! which stands in its ledger.

use std::io;
use std::path::Path;
use std::time::Duration;

use ::docket::Closing;
use model::limits::{JOIN_CODE_LIFE, JOIN_CODE_LIFE_MAX, SEAT_PASS_LIFE, SESSION_LIFE};
use model::{HearingId, ParticipantId, Private, Timestamp};
use protocol::{CodeIssued, SeatPass, StaffKind};
use tokio::sync::watch;

use crate::numbers::NumberKey;
use crate::secrets::{CodeHash, Secrets, TokenHash, password_fits};

mod audit;
mod cards;
mod catalogue;
mod custody;
pub(crate) mod desk;
mod entry;
pub(crate) mod evidence;
mod glossary;
mod look;
mod outbound;
mod papers;
mod places;
mod real_names;
mod schema;
mod sessions;
mod sqlite;

pub(crate) use audit::{AuditSearch, NewAudit};
pub(crate) use cards::CodeOpens;
pub(crate) use catalogue::phases;
pub use catalogue::{Found, Search};
pub(crate) use custody::{Decision, Signed};
pub use entry::{Entry, HearingLine, Mode, NewHearing, NewPerson, Seated};
pub use look::{DatabaseLook, look_at_database};
pub(crate) use sessions::{Change, Revision, Wanted};
use sqlite::Sqlite;

/// The database in the data folder.
const DOCKET_FILE: &str = "docket.sqlite";
/// A new code is drawn at most so often when it is taken already.
const CODE_DRAWS_MAX: u32 = 16;

/// Our docket failed: what was being done, and what the database said.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing}: {fault}")]
pub struct DocketFault {
    /// What was being done.
    pub doing: &'static str,
    /// What went wrong; never a value of a row.
    pub fault: String,
}

impl DocketFault {
    fn file(doing: &'static str, fault: &io::Error) -> Self {
        Self { doing, fault: fault.to_string() }
    }
}

/// Names an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountId(pub i64);

/// One staff account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Name shown.
    pub shown_name: Private<String>,
    /// What it is for.
    pub kind: StaffKind,
}

/// A staff account to be made or changed.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Name to sign in with.
    pub name: String,
    /// Name shown.
    pub shown_name: Private<String>,
    /// What it is for.
    pub kind: StaffKind,
}

/// What became of a join code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CodeUse {
    /// The device has the seat now; the token goes into its cookie.
    Seated { pass: SeatPass, token: Private<String> },
    /// No such code.
    Unknown,
    /// Used before.
    Used,
    /// Too old, or the hearing is closed.
    Expired,
}

/// The docket of this court.
#[derive(Debug)]
pub struct Docket {
    sqlite: Sqlite,
    secrets: Secrets,
    /// Enciphers and finds numbers of identity documents.
    numbers: NumberKey,
    /// A hash no password fits, so that unknown names take as long as known ones.
    nobody: String,
    /// Number of the last line of the audit log.
    audited: watch::Sender<i64>,
}

impl Docket {
    /// Opens the docket kept in `folder`, making it and the key of real names when there are none.
    ///
    /// # Errors
    /// As [`Docket::open_with`].
    pub async fn open(folder: &Path) -> Result<Self, DocketFault> {
        Self::open_with(folder, None).await
    }

    /// Opens the docket kept in `folder`, with the key of real names in a file of its own.
    ///
    /// # Errors
    /// When the folder cannot be written, the database is damaged or newer than this program, or the
    /// key cannot be read or is not the one numbers were enciphered with.
    pub async fn open_with(folder: &Path, numbers: Option<&Path>) -> Result<Self, DocketFault> {
        std::fs::create_dir_all(folder)
            .map_err(|fault| DocketFault::file("make the data folder", &fault))?;
        let secrets = Secrets::open(folder)
            .map_err(|fault| DocketFault::file("open join-codes.key", &fault))?;
        let numbers = NumberKey::open(folder, numbers)
            .map_err(|fault| DocketFault::file("open the key of real names", &fault))?;
        let sqlite = Sqlite::open(&folder.join(DOCKET_FILE)).await?;
        let nobody = secrets.password_hash(secrets.token().reveal());
        let audited = watch::Sender::new(0);
        let docket = Self { sqlite, secrets, numbers, nobody, audited };
        docket.check_numbers().await?;
        Ok(docket)
    }

    /// Makes an account, or gives it a new password and ends its sessions; answers the password.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_account(
        &self,
        account: NewAccount,
    ) -> Result<(AccountId, Private<String>), DocketFault> {
        let password = self.secrets.readable_password();
        let hash = self.secrets.password_hash(password.reveal());
        let id = self.sqlite.set_account(&account, &hash).await?;
        Ok((id, password))
    }

    /// Puts a hearing on the docket as it is, without asking whether it makes sense or whether
    /// place and people are free.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_hearing(
        &self,
        hearing: &NewHearing,
        now: Timestamp,
    ) -> Result<HearingId, DocketFault> {
        self.sqlite.add_hearing(hearing, now).await
    }

    /// One hearing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entry(&self, hearing: HearingId) -> Result<Option<Entry>, DocketFault> {
        self.sqlite.entry(hearing).await
    }

    /// Hearings in which an account sits, by due time; open ones first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn entries_of(&self, account: AccountId) -> Result<Vec<Entry>, DocketFault> {
        self.sqlite.entries_of(account).await
    }

    /// Every hearing there is, for reconciling it with the records.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all_hearings(&self) -> Result<Vec<HearingLine>, DocketFault> {
        self.sqlite.all_hearings().await
    }

    /// Marks a hearing as closed, with how it ended and what came of it; its unused codes stop
    /// working.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close(&self, hearing: HearingId, closing: &Closing) -> Result<(), DocketFault> {
        self.sqlite.close(hearing, closing).await
    }

    /// Issues a new join code, good until a day after the sitting is due; the former code and the
    /// former device's pass stop working. None when nobody by that number comes to that hearing
    /// with a code.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn issue_code(
        &self,
        hearing: HearingId,
        participant: ParticipantId,
        now: Timestamp,
    ) -> Result<Option<CodeIssued>, DocketFault> {
        let Some(entry) = self.entry(hearing).await? else { return Ok(None) };
        let due = entry.heading.scheduled_at.max(now);
        let expires_at = due.plus(JOIN_CODE_LIFE).min(now.plus(JOIN_CODE_LIFE_MAX));
        for _ in 0..CODE_DRAWS_MAX {
            let code = self.secrets.code();
            let hash = self.secrets.code_hash(code.reveal());
            match self.sqlite.issue_code(hearing, participant, &hash, expires_at).await? {
                sqlite::Issued::Done => return Ok(Some(CodeIssued { code, expires_at })),
                sqlite::Issued::Nobody => return Ok(None),
                sqlite::Issued::Taken => {}
            }
        }
        Err(DocketFault { doing: "issue a join code", fault: "every code drawn is taken".into() })
    }

    /// Exchanges a join code for a seat.
    pub(crate) async fn use_code(
        &self,
        code: &str,
        now: Timestamp,
    ) -> Result<CodeUse, DocketFault> {
        self.exchange(code, self.secrets.token(), now, SEAT_PASS_LIFE).await
    }

    /// The seat of a device without a page that shows a join code each time it comes. The code is
    /// exchanged at its first use, and stays that device's credential for as long as it was good.
    pub(crate) async fn use_code_for_device(
        &self,
        code: &str,
        now: Timestamp,
    ) -> Result<CodeUse, DocketFault> {
        let token = self.secrets.device_token(code);
        match self.seat(token.reveal(), now).await? {
            Some(pass) => Ok(CodeUse::Seated { pass, token }),
            None => self.exchange(code, token, now, JOIN_CODE_LIFE).await,
        }
    }

    async fn exchange(
        &self,
        code: &str,
        token: Private<String>,
        now: Timestamp,
        life: Duration,
    ) -> Result<CodeUse, DocketFault> {
        let hash: CodeHash = self.secrets.code_hash(code);
        let pass = TokenHash::of(token.reveal());
        match self.sqlite.use_code(&hash, &pass, now, life).await? {
            sqlite::Used::Seated(pass) => Ok(CodeUse::Seated { pass, token }),
            sqlite::Used::Unknown => Ok(CodeUse::Unknown),
            sqlite::Used::Before => Ok(CodeUse::Used),
            sqlite::Used::Expired => Ok(CodeUse::Expired),
        }
    }

    /// The seat a token stands for.
    pub(crate) async fn seat(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<SeatPass>, DocketFault> {
        self.sqlite.seat(&TokenHash::of(token), now).await
    }

    /// A new token, for something that nobody may guess.
    pub(crate) fn token(&self) -> Private<String> {
        self.secrets.token()
    }

    /// Gives a seat's pass back.
    pub(crate) async fn end_seat(&self, token: &str) -> Result<(), DocketFault> {
        self.sqlite.end_seat(&TokenHash::of(token)).await
    }

    /// Signs in: the account and a session token, or none when name or password is wrong. Takes as
    /// long for unknown names as for known ones.
    pub(crate) async fn sign_in(
        &self,
        name: &str,
        password: Private<String>,
        now: Timestamp,
    ) -> Result<Option<(Account, Private<String>)>, DocketFault> {
        let found = self.sqlite.account(name).await?;
        let (account, kept) = match found {
            Some((account, kept)) => (Some(account), kept),
            None => (None, self.nobody.clone()),
        };
        let fits = tokio::task::spawn_blocking(move || password_fits(password.reveal(), &kept))
            .await
            .map_err(|fault| DocketFault { doing: "check a password", fault: fault.to_string() })?;
        let Some(account) = account.filter(|_| fits) else { return Ok(None) };
        let token = self.secrets.token();
        let until = now.plus(SESSION_LIFE);
        self.sqlite.open_session(account.id, &TokenHash::of(token.reveal()), now, until).await?;
        Ok(Some((account, token)))
    }

    /// The account with a name, for a line of the audit log: what strangers type is not kept, it may
    /// be a password.
    pub(crate) async fn account_named(&self, name: &str) -> Result<Option<Account>, DocketFault> {
        Ok(self.sqlite.account(name).await?.map(|(account, _)| account))
    }

    /// Whether a password is an account's own, given once more by who is signed in.
    pub(crate) async fn is_password(
        &self,
        account: AccountId,
        password: Private<String>,
    ) -> Result<bool, DocketFault> {
        let found = self.sqlite.password_of(account).await?;
        let kept = found.unwrap_or_else(|| self.nobody.clone());
        tokio::task::spawn_blocking(move || password_fits(password.reveal(), &kept))
            .await
            .map_err(|fault| DocketFault { doing: "check a password", fault: fault.to_string() })
    }

    /// A new one-time code for a signature: six digits, and what is remembered of it.
    pub(crate) fn signing_code(&self) -> (Private<String>, CodeHash) {
        let code: String = self.secrets.code().reveal().chars().take(6).collect();
        let hash = self.signing_code_hash(&code);
        (Private::new(code), hash)
    }

    /// What is remembered of a one-time code.
    pub(crate) fn signing_code_hash(&self, code: &str) -> CodeHash {
        self.secrets.code_hash(&format!("sign {code}"))
    }

    /// The account of a session.
    pub(crate) async fn session(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<Account>, DocketFault> {
        self.sqlite.session(&TokenHash::of(token), now).await
    }

    /// Ends a session.
    pub(crate) async fn end_session(&self, token: &str) -> Result<(), DocketFault> {
        self.sqlite.end_session(&TokenHash::of(token)).await
    }
}

#[cfg(test)]
mod tests;
