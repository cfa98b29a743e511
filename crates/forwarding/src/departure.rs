//! The one way out: every RTP packet of a line leaves the router in [`Leg::depart`].
//!
//! What is not here: which packets leave, and their numbers (`send_line.rs`, `rewrite.rs`).

use model::Instant;

use crate::cache::Facts;
use crate::figures::RouterFigures;
use crate::leg::Leg;
use crate::outlet::Outlet;
use crate::red::{self, REPEATED_MAX, Repeated};
use crate::rewrite::Place;
use crate::vp8::Lead;

/// Why a packet leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// For the first time.
    First,
    /// Again, the same to the byte.
    Again,
    /// Again, as a repair (RFC 4588) under its own SSRC and numbers.
    Repair,
}

/// What goes along with a sound packet (RFC 2198).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beside<'a> {
    /// Payload type of the whole.
    pub(crate) payload_type: u8,
    /// Packets before it, the latest first.
    pub(crate) repeated: [Option<Repeated<'a>>; REPEATED_MAX],
}

/// A packet about to leave on a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel<'a> {
    pub(crate) way: Way,
    pub(crate) payload_type: u8,
    /// The numbers it has, or had, on the line.
    pub(crate) place: Place,
    pub(crate) facts: &'a Facts,
    /// The first bytes of the payload, if they go out otherwise than they came in.
    pub(crate) lead: Lead,
    pub(crate) beside: Option<Beside<'a>>,
    /// The rest of it.
    pub(crate) payload: &'a [u8],
}

impl Leg {
    /// Writes the header of a packet of line `line` and hands the packet out.
    pub(crate) fn depart(
        &mut self,
        now: Instant,
        line: usize,
        parcel: &Parcel<'_>,
        figures: &mut RouterFigures,
        out: &mut impl Outlet,
    ) {
        let number =
            self.send[line].is_counted().then(|| self.bandwidth.leaves(now, parcel.payload.len()));
        let header = self.send[line].header(parcel, number);
        let mut header = header.as_bytes();
        if let Some(beside) = &parcel.beside {
            self.scratch.clear();
            self.scratch.extend_from_slice(header);
            red::write(&beside.repeated, parcel.payload_type, &mut self.scratch);
            header = &self.scratch;
        }
        out.rtp(self.id, header, parcel.payload);
        self.traffic.bytes_down += (header.len() + parcel.payload.len()) as u64;
        figures.bytes_out += (parcel.lead.as_bytes().len() + parcel.payload.len()) as u64;
        match parcel.way {
            Way::First => figures.packets_out += 1,
            Way::Again => figures.packets_resent += 1,
            Way::Repair => {
                figures.packets_resent += 1;
                figures.repairs_out += 1;
            }
        }
    }
}
