//! The door to the shelf of a hearing's folder where frozen versions, files of signatures and the acts
//! of the review stand.
//!
//! What is not here: the disk.

use super::{ActEntry, SignatureFile};
use crate::archive::ArchiveFault;
use crate::id::{HearingId, ParticipantId};
use crate::private::Private;
use crate::time::Timestamp;

/// Digests of a frozen version, hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionDigests {
    /// SHA-256.
    pub sha256: String,
    /// SM3.
    pub sm3: String,
}

/// Who signed by certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateOf {
    /// The name in the certificate.
    pub subject: Private<String>,
    /// Who issued it, as the certificate writes it.
    pub issuer: String,
    /// Its serial number, hexadecimal.
    pub serial: String,
}

/// Why a signature by certificate is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// It cannot be read, or is not of one signer.
    Form,
    /// It is over other bytes.
    Text,
    /// No trusted authority stands behind the certificate, or it is not for signing.
    Untrusted,
    /// The certificate is not valid now.
    Expired,
    /// The court trusts no authority.
    Unused,
}

/// The shelf of a hearing's folder in which frozen versions and the acts of the review stand. Calls
/// block on the disk: call them off the event loop.
pub trait TranscriptShelf: Send + Sync {
    /// The acts so far.
    ///
    /// # Errors
    /// When the disk failed, or the chain is not what was written.
    fn acts(&self, hearing: HearingId) -> Result<Vec<ActEntry>, ArchiveFault>;

    /// Puts the canonical text of a version in place, whole or not at all; the same bytes again do
    /// no harm.
    ///
    /// # Errors
    /// `NotFound` while the hearing has no folder; or the disk failed.
    fn put(
        &self,
        hearing: HearingId,
        version: u32,
        text: &[u8],
    ) -> Result<VersionDigests, ArchiveFault>;

    /// Puts the part of a version that somebody signs in place, as [`TranscriptShelf::put`].
    ///
    /// # Errors
    /// As [`TranscriptShelf::put`].
    fn put_part(
        &self,
        hearing: HearingId,
        of: (u32, ParticipantId),
        text: &[u8],
    ) -> Result<VersionDigests, ArchiveFault>;

    /// Reads such a part.
    ///
    /// # Errors
    /// As [`TranscriptShelf::get`].
    fn part(
        &self,
        hearing: HearingId,
        version: u32,
        who: ParticipantId,
    ) -> Result<Vec<u8>, ArchiveFault>;

    /// Puts the file of a signature in place: the act it belongs to, what follows the dot of its
    /// name (`jpg`, `png`, `pdf`, `p7s`), its bytes.
    ///
    /// # Errors
    /// As [`TranscriptShelf::put`].
    fn put_file(
        &self,
        hearing: HearingId,
        of: (u64, &str),
        bytes: &[u8],
    ) -> Result<SignatureFile, ArchiveFault>;

    /// Reads the file of a signature by its name.
    ///
    /// # Errors
    /// `NotFound`, also for a name that is none of such a file; or the disk failed.
    fn file(&self, hearing: HearingId, name: &str) -> Result<Vec<u8>, ArchiveFault>;

    /// Checks a signature by certificate (CMS in DER) over a text; on the processor, not the disk.
    ///
    /// # Errors
    /// What is wrong with it.
    fn certificate(
        &self,
        signature: &[u8],
        text: &[u8],
        now: Timestamp,
    ) -> Result<CertificateOf, CertificateFault>;

    /// Reads a version.
    ///
    /// # Errors
    /// `NotFound`; or the disk failed.
    fn get(&self, hearing: HearingId, version: u32) -> Result<Vec<u8>, ArchiveFault>;

    /// Appends acts, each signed by the court's key, and syncs them.
    ///
    /// # Errors
    /// As [`TranscriptShelf::acts`].
    fn append(&self, hearing: HearingId, acts: &[ActEntry]) -> Result<(), ArchiveFault>;
}
