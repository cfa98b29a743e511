//! The one way out: every RTP packet leaves the router here, at once or when its turn comes.
//!
//! What is not here: which packets leave, and their numbers (`send_line.rs`, `rewrite.rs`).

use model::Instant;

use crate::bandwidth::Held;
use crate::cache::Facts;
use crate::figures::RouterFigures;
use crate::leg::Leg;
use crate::outlet::Outlet;
use crate::picture::{Described, Lead};
use crate::red::{self, REPEATED_MAX, Repeated};
use crate::rewrite::Place;

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
    /// Its frame's dependencies, if they are known.
    pub(crate) described: Option<Described<'a>>,
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
        let state = &mut self.send[line];
        let once = state.sends_once(parcel.payload_type);
        let mut header = state.header(parcel);
        if state.is_counted() {
            let picture = parcel.way == Way::First && !parcel.facts.codec.is_sound();
            if picture && self.bandwidth.is_busy(now) {
                let held = Held {
                    header,
                    line,
                    generation: state.rewriter.generation().unwrap_or(0),
                    sequence: parcel.facts.sequence,
                    payload_bytes: parcel.payload.len(),
                };
                if self.bandwidth.hold(now, held) {
                    figures.packets_paced += 1;
                    return;
                }
            }
            header.stamp(self.bandwidth.leaves(now, parcel.payload.len()));
            self.bandwidth.spend(now, parcel.payload.len());
        }
        let mut header = header.as_bytes();
        if let Some(beside) = &parcel.beside {
            self.scratch.clear();
            self.scratch.extend_from_slice(header);
            red::write(&beside.repeated, parcel.payload_type, &mut self.scratch);
            header = &self.scratch;
        }
        if once {
            out.rtp_once(self.id, header, parcel.payload);
        } else {
            out.rtp(self.id, header, parcel.payload);
        }
        self.traffic.bytes_down += (header.len() + parcel.payload.len()) as u64;
        figures.bytes_out += (parcel.lead.as_bytes().len() + parcel.payload.len()) as u64;
        match parcel.way {
            Way::First => {
                self.packets_down += 1;
                figures.packets_out += 1;
            }
            Way::Again => figures.packets_resent += 1,
            Way::Repair => {
                figures.packets_resent += 1;
                figures.repairs_out += 1;
            }
        }
    }

    /// Hands out a picture packet whose turn has come.
    pub(crate) fn release(
        &mut self,
        now: Instant,
        held: &Held,
        payload: &[u8],
        figures: &mut RouterFigures,
        out: &mut impl Outlet,
    ) {
        let mut header = held.header;
        header.stamp(self.bandwidth.leaves(now, payload.len()));
        let header = header.as_bytes();
        // Only what is counted waits.
        out.rtp_once(self.id, header, payload);
        self.traffic.bytes_down += (header.len() + payload.len()) as u64;
        figures.bytes_out += payload.len() as u64;
        self.packets_down += 1;
        figures.packets_out += 1;
    }

    /// Sends padding alone on the repair source of a line. Says whether it could.
    pub(crate) fn pad(
        &mut self,
        now: Instant,
        line: usize,
        padding: &[u8],
        out: &mut impl Outlet,
    ) -> bool {
        let Some(mut header) = self.send[line].padding_header() else { return false };
        header.stamp(self.bandwidth.leaves(now, padding.len()));
        self.bandwidth.spend(now, padding.len());
        out.rtp(self.id, header.as_bytes(), padding);
        self.traffic.bytes_down += (header.as_bytes().len() + padding.len()) as u64;
        true
    }
}
