//! The evidence lists of the docket: rows of names and digests.
//! What is not here: the files (`crate::evidence`), and who may see or do what (`http/evidence.rs`).

use std::collections::BTreeSet;

use model::{EvidenceForm, EvidenceId, EvidenceItem, EvidenceKind, HearingId, ParticipantId};
use model::{Private, Refusal, Side, Timestamp};
use protocol::EvidenceChange;

use super::{Docket, DocketFault};

/// A piece of evidence whose file is in place.
#[derive(Clone, Debug)]
pub(crate) struct NewEvidence {
    pub(crate) side: Option<Side>,
    pub(crate) name: Private<String>,
    pub(crate) kind: EvidenceKind,
    pub(crate) purpose: Private<String>,
    pub(crate) form: EvidenceForm,
    pub(crate) media_type: &'static str,
    pub(crate) pages: u16,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) sm3: String,
}

/// Who changes something, and when: every change is written down with it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hand {
    pub(crate) hearing: HearingId,
    pub(crate) who: ParticipantId,
    /// Whether it is the court's hand, which may change what was exchanged.
    pub(crate) court: bool,
    pub(crate) at: Timestamp,
}

impl Docket {
    /// The list of a hearing, by side and number.
    pub(crate) async fn evidence_of(
        &self,
        hearing: HearingId,
    ) -> Result<Vec<EvidenceItem>, DocketFault> {
        self.sqlite.evidence_of(hearing).await
    }

    /// One piece.
    pub(crate) async fn evidence(
        &self,
        hearing: HearingId,
        item: EvidenceId,
    ) -> Result<Option<EvidenceItem>, DocketFault> {
        self.sqlite.evidence(hearing, item).await
    }

    /// Digests (SHA-256) of every file any list names.
    pub(crate) async fn evidence_files(&self) -> Result<BTreeSet<String>, DocketFault> {
        self.sqlite.evidence_files().await
    }

    /// Whether some list names the file with this digest.
    pub(crate) async fn is_evidence(&self, sha256: &str) -> Result<bool, DocketFault> {
        self.sqlite.is_evidence(sha256).await
    }

    /// Puts a piece at the end of its side's list.
    pub(crate) async fn add_evidence(
        &self,
        hand: Hand,
        new: &NewEvidence,
    ) -> Result<Result<EvidenceItem, Refusal>, DocketFault> {
        self.sqlite.add_evidence(hand, new).await
    }

    /// Changes what the list says of a piece.
    pub(crate) async fn change_evidence(
        &self,
        hand: Hand,
        item: EvidenceId,
        change: &EvidenceChange,
    ) -> Result<Result<EvidenceItem, Refusal>, DocketFault> {
        self.sqlite.change_evidence(hand, item, change).await
    }

    /// Hands a piece to the other sides.
    pub(crate) async fn exchange_evidence(
        &self,
        hand: Hand,
        item: EvidenceId,
    ) -> Result<Result<EvidenceItem, Refusal>, DocketFault> {
        self.sqlite.exchange_evidence(hand, item).await
    }

    /// Takes a piece off the list that was not exchanged.
    pub(crate) async fn remove_evidence(
        &self,
        hand: Hand,
        item: EvidenceId,
    ) -> Result<Result<EvidenceItem, Refusal>, DocketFault> {
        self.sqlite.remove_evidence(hand, item).await
    }

    /// Takes a whole list away, after its time; gives the digests (SHA-256) it named.
    pub(crate) async fn forget_evidence(
        &self,
        hearing: HearingId,
    ) -> Result<BTreeSet<String>, DocketFault> {
        self.sqlite.forget_evidence(hearing).await
    }
}
