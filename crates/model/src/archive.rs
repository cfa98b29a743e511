//! What the archive shows to signaling: plain data, and the one door between the two rooms.

use core::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::brief::{Attendance, Brief, Power, Side, SiteId, Step};
use crate::id::{HearingId, ParticipantId};
use crate::minute::Minute;
use crate::private::Private;
use crate::recording::{Erasure, PartMade, PartOrder, RecordFacts, Tombstone};
use crate::role::Role;
use crate::stage::Gap;
use crate::time::Timestamp;
use crate::track::TrackKind;
use crate::view::Heading;

/// One person of a hearing as written at the head of its ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Attendee {
    /// Who.
    pub id: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// Which side, where the role does not say it.
    #[serde(default)]
    pub side: Option<Side>,
    /// For whom an agent, representative, interpreter or attendant is here.
    #[serde(default)]
    pub acts_for: Option<ParticipantId>,
    /// What an agent may do, as the papers say.
    #[serde(default)]
    pub power: Option<Power>,
    /// How the person attends.
    #[serde(default)]
    pub attendance: Attendance,
    /// At which place of the court's list.
    #[serde(default)]
    pub site: Option<SiteId>,
    /// Name of that place.
    #[serde(default)]
    pub site_name: String,
    /// Steps the person agreed beforehand to hold online.
    #[serde(default)]
    pub consents: Vec<Step>,
}

impl Attendee {
    /// Somebody of whom nothing but role and name is known.
    pub const fn new(id: ParticipantId, role: Role, name: Private<String>) -> Self {
        Self {
            id,
            role,
            name,
            side: None,
            acts_for: None,
            power: None,
            attendance: Attendance::Online,
            site: None,
            site_name: String::new(),
            consents: Vec::new(),
        }
    }

    /// The side the person belongs to.
    pub fn side(&self) -> Option<Side> {
        self.side.or(self.role.side())
    }
}

/// One line of the archive list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ArchiveLine {
    /// The hearing.
    pub hearing: HearingId,
    /// Court, case number, cause, due time.
    pub heading: Heading,
    /// What was settled beforehand.
    pub brief: Brief,
    /// Who was on the docket.
    pub attendees: Vec<Attendee>,
    /// When it was opened, if it was.
    pub opened_at: Option<Timestamp>,
    /// When it was closed, if it was.
    pub closed_at: Option<Timestamp>,
    /// Whether the ledger is sealed.
    pub sealed: bool,
    /// Bytes of media kept.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub bytes: u64,
}

/// Everything about one archived hearing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ArchiveRecord {
    /// The line of the list.
    pub line: ArchiveLine,
    /// Zero of the media time line: UTC of media millisecond 0.
    pub media_zero: Option<Timestamp>,
    /// Length of the media time line, ms.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub media_ms: u64,
    /// Each person's stretches of sound and picture, ms on the media time line.
    pub stretches: Vec<Stretch>,
    /// When somebody spoke, as far as the sizes of their sound tell; empty where they do not.
    pub voices: Vec<Stretch>,
    /// What is missing.
    pub gaps: Vec<Gap>,
    /// The procedure.
    pub minutes: Vec<Minute>,
    /// Digest of the ledger's last entry, hexadecimal SHA-256.
    pub head_sha256: String,
    /// The same, SM3.
    pub head_sm3: String,
}

/// A stretch of one track without a hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Stretch {
    /// Whose.
    pub who: ParticipantId,
    /// What.
    pub kind: TrackKind,
    /// Start, ms.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub from_ms: u64,
    /// End, ms.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub to_ms: u64,
}

/// A minute with the ledger line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Number of the entry, from 0.
    pub number: u64,
    /// Digest of its line, hexadecimal SHA-256.
    pub sha256: String,
    /// The same, SM3.
    pub sm3: String,
    /// The minute.
    pub minute: Minute,
}

/// All minutes of one hearing, each with the ledger line it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proofs {
    /// The line of the list; what it says of media is not filled in.
    pub line: ArchiveLine,
    /// The minutes, in order.
    pub minutes: Vec<Proof>,
    /// Whether every line follows the one before it, to the end.
    pub whole: bool,
    /// Entries read.
    pub entries: u64,
    /// Digest of the ledger's last entry, hexadecimal SHA-256.
    pub head_sha256: String,
    /// The same, SM3.
    pub head_sm3: String,
}

/// What `assize verify` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Verdict {
    /// Whether everything is intact.
    pub intact: bool,
    /// Whether the ledger is sealed.
    pub sealed: bool,
    /// Entries checked.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub entries: u64,
    /// Segments checked.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub segments: u64,
    /// Each thing found wrong, naming the entry or file.
    pub findings: Vec<String>,
    /// What else is to be known: who signed, when it was stamped, who confirmed, what was not
    /// checked.
    pub remarks: Vec<String>,
}

/// A playable file: one person's sound and picture (or shared screen) over the whole time line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Playable {
    /// `video/webm`, `video/x-matroska` or `audio/webm`.
    pub media_type: &'static str,
    /// Total length in bytes.
    pub bytes: u64,
}

/// Why the archive could not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveFault {
    /// No such hearing or no such track.
    NotFound,
    /// The record is not sealed: it still belongs to the hearing.
    NotSealed,
    /// What was asked for is larger than may be made at once.
    TooLarge,
    /// The disk said no; the text names what was being done, never a name of a person.
    Disk(String),
}

/// The door from signaling to the archive. Calls block on the disk: call them off the event loop.
pub trait Archive: Send + Sync {
    /// Every hearing that has a ledger, newest first, at most `limits::ARCHIVE_LIST_MAX`.
    ///
    /// # Errors
    /// When the archive folder cannot be read.
    fn list(&self) -> Result<Vec<ArchiveLine>, ArchiveFault>;

    /// The list's line of one hearing, as it stands now.
    ///
    /// # Errors
    /// As [`Archive::record`].
    fn line(&self, hearing: HearingId) -> Result<ArchiveLine, ArchiveFault>;

    /// One hearing.
    ///
    /// # Errors
    /// When there is no such hearing or the disk fails.
    fn record(&self, hearing: HearingId) -> Result<ArchiveRecord, ArchiveFault>;

    /// The minutes with the ledger lines they stand in, read anew and checked as a chain.
    ///
    /// # Errors
    /// As [`Archive::record`].
    fn proofs(&self, hearing: HearingId) -> Result<Proofs, ArchiveFault>;

    /// The playable file of one person: camera with microphone, or the screen alone.
    ///
    /// # Errors
    /// When nothing was recorded of that person or the disk fails.
    fn playable(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        screen: bool,
    ) -> Result<Playable, ArchiveFault>;

    /// Bytes of the playable file; never more than `limits::ARCHIVE_READ_MAX` at once.
    ///
    /// # Errors
    /// As [`Archive::playable`].
    fn read(
        &self,
        hearing: HearingId,
        who: ParticipantId,
        screen: bool,
        range: Range<u64>,
    ) -> Result<Vec<u8>, ArchiveFault>;

    /// Checks every byte.
    ///
    /// # Errors
    /// When there is no such hearing or the disk fails.
    fn verify(&self, hearing: HearingId) -> Result<Verdict, ArchiveFault>;

    /// Every hearing that has a folder, by rising number.
    ///
    /// # Errors
    /// When the archive folder cannot be read.
    fn hearings(&self) -> Result<Vec<HearingId>, ArchiveFault>;

    /// What the ledger says of how the record was made, read anew and checked as a chain.
    ///
    /// # Errors
    /// As [`Archive::record`].
    fn facts(&self, hearing: HearingId) -> Result<RecordFacts, ArchiveFault>;

    /// Makes a part of a sealed record into a new file at `into`: the pieces as they were attested,
    /// the ledger, the seal, and which piece stands where.
    ///
    /// # Errors
    /// `NotSealed`, `NotFound` when nothing was recorded then, `TooLarge` above
    /// `limits::PART_BYTES_MAX`, or when the disk fails.
    fn part(&self, order: &PartOrder, into: &Path) -> Result<PartMade, ArchiveFault>;

    /// Deletes a sealed record and leaves a tombstone. One that was deleted already is answered
    /// with the tombstone it left.
    ///
    /// # Errors
    /// `NotSealed`, `NotFound`, or when the disk fails.
    fn erase(&self, erasure: &Erasure) -> Result<Tombstone, ArchiveFault>;

    /// What stays of deleted records, by rising number.
    ///
    /// # Errors
    /// When the disk fails.
    fn tombstones(&self) -> Result<Vec<Tombstone>, ArchiveFault>;

    /// Settles the archive package of a sealed hearing; `beside` are files that come with it, by name.
    ///
    /// # Errors
    /// `NotFound` when there is none or it is not sealed; or the disk fails.
    fn package(
        &self,
        hearing: HearingId,
        packed_at: Timestamp,
        beside: Vec<(String, Vec<u8>)>,
    ) -> Result<Arc<dyn Package>, ArchiveFault>;
}

/// An archive package as one file that is made while it is read.
pub trait Package: Send + Sync {
    /// Its file name.
    fn name(&self) -> String;

    /// Its length in bytes.
    fn bytes(&self) -> u64;

    /// Bytes of it; never more than `limits::ARCHIVE_READ_MAX` at once.
    ///
    /// # Errors
    /// When the disk fails.
    fn read(&self, range: Range<u64>) -> Result<Vec<u8>, ArchiveFault>;
}
