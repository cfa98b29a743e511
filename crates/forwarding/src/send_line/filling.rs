//! What a line gives to fill a probe with.
//!
//! What is not here: when a probe is filled (`router/sending.rs`).

use super::SendState;
use crate::header::{Extension, Header};

impl SendState {
    /// Whether padding may go out here: something granted does, and there is a source for it.
    pub(crate) const fn fills(&self) -> bool {
        self.open && self.place.is_some() && self.line.repair.is_some()
    }

    /// The header of a counted packet of padding alone, on the source of repairs.
    pub(crate) fn padding_header(&mut self) -> Option<Header> {
        let id = self.line.extensions.transport?;
        let repair = self.line.repair.as_ref()?;
        let (_, own) = *repair.payloads.first()?;
        let number = (self.repairs_sent & 0xffff) as u16;
        let mut header = Header::new(false, own, number, 0, repair.ssrc);
        self.repairs_sent += 1;
        header.padded();
        let mid = self.line.extensions.mid;
        let mid = mid.map(|id| Extension::new(id, self.line.mid.as_bytes()));
        header.extend(&[Some(Extension::new(id, &[0, 0])), mid]);
        Some(header)
    }

    /// Which packet of which feed went out on the line so many packets before the latest.
    pub(crate) fn sent_before(&self, back: u64) -> Option<(u64, u64)> {
        let outgoing = self.rewriter.next().checked_sub(1 + back)?;
        let sequence = self.rewriter.origin((outgoing & 0xffff) as u16)?;
        Some((self.rewriter.generation()?, sequence))
    }
}
