//! What a packet of a line goes out as: its numbers and its header.
//!
//! What is not here: which packets go out (`send_line.rs`).

use super::SendState;
use crate::cache::{Body, Facts};
use crate::departure::{Parcel, Way};
use crate::header::{Extension, Header};
use crate::picture::{Descriptor, Lead};
use crate::rewrite::Place;

impl SendState {
    /// A packet with this line's numbers.
    pub(super) fn parcel<'a>(
        &self,
        way: Way,
        payload_type: u8,
        place: Place,
        facts: &'a Facts,
        read: Option<Descriptor>,
        body: Body<'a>,
    ) -> Parcel<'a> {
        let (mut lead, mut described) = (Lead::default(), None);
        if let Some(read) = &read {
            lead = self.pictures.lead(read, body.payload);
            described = self.pictures.describe(read, body.described);
        }
        let payload = &body.payload[lead.as_bytes().len()..];
        Parcel { way, payload_type, place, facts, lead, described, beside: None, payload }
    }

    /// The header of a packet of this line. That of a packet that goes again is the same, byte for
    /// byte: the same numbers under the same key must never protect two different packets. Each
    /// repair has a number of its own. The transport-wide number is stamped when it leaves.
    pub(crate) fn header(&mut self, parcel: &Parcel<'_>) -> Header {
        let Parcel { place, facts, .. } = parcel;
        let sequence = (place.sequence & 0xffff) as u16;
        let repair = match parcel.way {
            Way::First | Way::Again => None,
            Way::Repair => self.repair_type(parcel.payload_type),
        };
        let mut header = match repair {
            None => Header::new(
                facts.marker,
                parcel.beside.map_or(parcel.payload_type, |beside| beside.payload_type),
                sequence,
                place.rtp_time,
                self.line.ssrc,
            ),
            Some((ssrc, own)) => {
                let number = (self.repairs_sent & 0xffff) as u16;
                self.repairs_sent += 1;
                Header::new(facts.marker, own, number, place.rtp_time, ssrc)
            }
        };
        let mid = self
            .line
            .extensions
            .mid
            .filter(|_| place.sequence < self.mid_until)
            .map(|id| Extension::new(id, self.line.mid.as_bytes()));
        let level = facts.level.map(|level| [level]);
        let level = self
            .line
            .extensions
            .level
            .zip(level.as_ref())
            .map(|(id, level)| Extension::new(id, level));
        let capture = facts.capture.map(u64::to_be_bytes);
        let capture = self
            .line
            .extensions
            .capture
            .zip(capture.as_ref())
            .map(|(id, capture)| Extension::new(id, capture));
        let counted = self.line.extensions.transport.filter(|_| self.is_counted());
        let transport = counted.map(|id| Extension::new(id, &[0, 0]));
        let described = self
            .line
            .extensions
            .dependency
            .zip(parcel.described.as_ref())
            .map(|(id, one)| Extension { id, value: &one.head, rest: one.rest });
        header.extend(&[transport, mid, level, capture, described]);
        if repair.is_some() {
            header.begin_payload(&sequence.to_be_bytes());
        }
        header.begin_payload(parcel.lead.as_bytes());
        header
    }
}
