//! The check value (完整性校验值) of a sealed record and who confirmed it: plain data, and the door
//! between the archive and those who show it (庭审录音录像若干规定 art. 8–9).

use serde::{Deserialize, Serialize};

use crate::archive::ArchiveFault;
use crate::id::{HearingId, ParticipantId};
use crate::private::Private;
use crate::role::Role;
use crate::time::Timestamp;

/// A check value: digests of the record's `seal.json`, which anybody can compute again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CheckState {
    /// SHA-256, hexadecimal: the value that is shown and confirmed.
    pub sha256: String,
    /// The same by SM3.
    pub sm3: String,
    /// Fingerprint of the key that signed the seal, hexadecimal, where it is signed.
    pub fingerprint: Option<String>,
    /// Who confirmed it, in order.
    pub confirmed: Vec<Confirmed>,
}

/// One confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Confirmed {
    /// Who.
    pub who: ParticipantId,
    /// When, UTC ms.
    pub at: Timestamp,
}

/// The door to check values. Calls block on the disk: call them off the event loop.
pub trait CheckValues: Send + Sync {
    /// The value of a sealed record.
    ///
    /// # Errors
    /// `NotFound` while there is no seal; or the disk failed.
    fn state(&self, hearing: HearingId) -> Result<CheckState, ArchiveFault>;

    /// Writes down that somebody confirmed the value, and syncs it; once for each. `value` is what
    /// the person was shown, as [`CheckState::sha256`]. Nothing when the record's is another.
    ///
    /// # Errors
    /// As [`CheckValues::state`].
    fn confirm(
        &self,
        hearing: HearingId,
        value: &str,
        person: (ParticipantId, Role, Private<String>),
        at: Timestamp,
    ) -> Result<Option<CheckState>, ArchiveFault>;
}
