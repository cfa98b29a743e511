//! The way out of the router: packets, reports, tape and notices leave here at once.
//!
//! What is not here: queues and sealing. The shell implements [`Outlet`] and owns both.

use model::letters::TapeItem;
use model::{Health, ParticipantId, PictureUse, SlotCount, SlotUse, TrackId};

use crate::plan::LegId;

/// Takes what the router sends. Nothing comes back: a leg that is gone swallows its packets.
pub trait Outlet {
    /// Sends an RTP packet: `header` is complete, extensions included. Where the payload begins
    /// otherwise than it came in, those bytes stand at the end of `header`. A packet of a probe may
    /// be padding alone; others are without.
    fn rtp(&mut self, leg: LegId, header: &[u8], payload: &[u8]);

    /// As [`Self::rtp`]; the packet will never be sent again under its number, so that it may be
    /// padded on its way (RFC 3550 §5.1).
    fn rtp_once(&mut self, leg: LegId, header: &[u8], payload: &[u8]) {
        self.rtp(leg, header, payload);
    }

    /// Sends a compound RTCP packet (RFC 3550 §6.1).
    fn rtcp(&mut self, leg: LegId, compound: &[u8]);

    /// Hands media to the recorder; `start` and `end` of a packet are 0 here and filled by the
    /// shell when it appends `payload` to the tape's bytes.
    fn tape(&mut self, item: TapeItem, payload: &[u8]);

    /// Tells signaling.
    fn tell(&mut self, notice: RouterNotice);
}

/// What the router has to say to signaling about its hearing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouterNotice {
    /// Who is in which slot of a participant's connection: the whole list, at every change.
    Slots {
        /// Whose connection.
        participant: ParticipantId,
        /// Filled slots.
        slots: Vec<SlotUse>,
        /// How many slots would be needed to show everything granted.
        wanted: SlotCount,
    },
    /// What is forwarded on each picture line of a participant's connection, and why: the whole
    /// list, at change, at most twice a second.
    Pictures {
        /// Whose connection.
        participant: ParticipantId,
        /// Picture lines in use.
        pictures: Vec<PictureUse>,
    },
    /// Packets of a granted track began (again) to arrive.
    TrackLive {
        /// Which track.
        track: TrackId,
    },
    /// No packet of a live track for `limits::TRACK_SILENT`, or its grant or leg is gone.
    TrackSilent {
        /// Which track.
        track: TrackId,
    },
    /// Who is speaking now, loudest first; at change, at most every 300 ms.
    Speaking {
        /// Speakers.
        who: Vec<ParticipantId>,
    },
    /// Figures of one participant, every `limits::HEALTH_EVERY`.
    Health {
        /// Who.
        participant: ParticipantId,
        /// The figures.
        health: Health,
    },
}
