//! Time-stamps of sealed records by an authority outside (RFC 3161): the door between the archive,
//! which keeps them, and those who carry requests and answers.

use crate::archive::ArchiveFault;
use crate::id::HearingId;

/// One request on its way to the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampRequest {
    /// Of whose record.
    pub hearing: HearingId,
    /// What ties the answer to it.
    pub chance: [u8; 8],
    /// The bytes to post (`application/timestamp-query`).
    pub bytes: Vec<u8>,
}

/// The door to time-stamps. Calls block on the disk: call them off the event loop.
pub trait Stamps: Send + Sync {
    /// Signed records without a time-stamp, by number.
    ///
    /// # Errors
    /// When the archive cannot be read.
    fn due(&self) -> Result<Vec<HearingId>, ArchiveFault>;

    /// Makes the request for one.
    ///
    /// # Errors
    /// `NotFound` when it is not sealed; or the disk failed.
    fn request(&self, hearing: HearingId) -> Result<StampRequest, ArchiveFault>;

    /// Checks the authority's answer and keeps it; the sentence says why it is not kept.
    ///
    /// # Errors
    /// As [`Stamps::request`].
    fn keep(
        &self,
        request: &StampRequest,
        answer: &[u8],
    ) -> Result<Result<(), String>, ArchiveFault>;
}
