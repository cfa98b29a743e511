//! Which packets of a line are counted, and which never go out twice under one number.
//!
//! What is not here: sending again (`send_line.rs`).

use model::{LinePurpose, Medium};

use super::SendState;

impl SendState {
    /// Whether its packets carry transport-wide numbers: sound, and what has repairs. Elsewhere a
    /// packet may have to go out again the same to the byte.
    pub(crate) fn is_counted(&self) -> bool {
        let sound = matches!(
            self.line.purpose,
            LinePurpose::Seat { medium: Medium::Sound, .. }
                | LinePurpose::Stage { medium: Medium::Sound }
        );
        self.line.extensions.transport.is_some() && (sound || self.line.repair.is_some())
    }

    /// Whether no packet of this payload type goes out again under its number: a repeat has a number
    /// of its own, or there is none.
    pub(crate) fn sends_once(&self, payload_type: u8) -> bool {
        self.is_counted() || self.repair_type(payload_type).is_some()
    }
}
