//! What rooms say to each other. Rooms never import rooms: `src/serve.rs` joins them by bounded
//! channels that carry these values.

use std::net::IpAddr;

use crate::archive::Attendee;
use crate::brief::Brief;
use crate::grants::Grants;
use crate::health::Health;
use crate::id::{HearingId, ParticipantId};
use crate::line::{Line, PictureUse, SlotCount, SlotUse, Tile};
use crate::minute::Minute;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::stage::{LinkCause, RecordFault};
use crate::time::{Instant, Timestamp};
use crate::track::{Codec, TrackId};
use crate::view::Heading;

/// Signaling to sfu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// A hearing exists: give it a router.
    Open {
        /// Which.
        hearing: HearingId,
    },
    /// The table changed.
    Grants {
        /// Whose.
        hearing: HearingId,
        /// The whole table.
        grants: Grants,
    },
    /// A page offers a connection, or changes one. Answered by `Notice::Answer` or
    /// `Notice::OfferRefused` with the same `request`.
    Offer {
        /// Hearing.
        hearing: HearingId,
        /// Who.
        participant: ParticipantId,
        /// Correlates the answer.
        request: u64,
        /// The page's connection number: a higher one replaces the old connection (make before
        /// break: the old one stays until the new one carries media or 20 s have passed).
        connection: u32,
        /// The offer.
        sdp: Private<String>,
        /// Who makes the offer.
        form: OfferForm,
        /// What its lines are for; empty unless a page offers.
        lines: Vec<Line>,
        /// The address by which the page reached the server: announced as a candidate.
        reached: Private<IpAddr>,
    },
    /// How large a page draws each picture line: the whole list. A picture line that is not listed
    /// is not shown. A page that never said is taken to show everything at full size.
    Tiles {
        /// Hearing.
        hearing: HearingId,
        /// Whose page.
        participant: ParticipantId,
        /// Lines that are shown.
        tiles: Vec<Tile>,
    },
    /// End a participant's connection.
    Drop {
        /// Hearing.
        hearing: HearingId,
        /// Who.
        participant: ParticipantId,
    },
    /// End the hearing's router and all its connections.
    Close {
        /// Which.
        hearing: HearingId,
    },
}

/// Who makes an offer, and so how its lines get their purpose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum OfferForm {
    /// A page of ours: it declares its lines.
    #[default]
    Page,
    /// An encoder (WHIP, RFC 9725): the first sound line is the microphone, the first picture line
    /// the camera.
    Encoder,
    /// A plain viewer (WHEP): the first sound and the first picture line are the stage.
    Viewer,
}

/// Sfu to signaling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The answer to an offer.
    Answer {
        /// Hearing.
        hearing: HearingId,
        /// Who.
        participant: ParticipantId,
        /// From the offer.
        request: u64,
        /// From the offer.
        connection: u32,
        /// The answer.
        sdp: Private<String>,
    },
    /// An offer that cannot be used.
    OfferRefused {
        /// Hearing.
        hearing: HearingId,
        /// Who.
        participant: ParticipantId,
        /// From the offer.
        request: u64,
        /// Why.
        why: Refusal,
    },
    /// Who is in which slot of a participant's connection: the whole list, at every change.
    Slots {
        /// Hearing.
        hearing: HearingId,
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
        /// Hearing.
        hearing: HearingId,
        /// Whose connection.
        participant: ParticipantId,
        /// Picture lines in use.
        pictures: Vec<PictureUse>,
    },
    /// Nothing came over a connection for `limits::FALTER_WAIT`, or `limits::FALTER_WAIT_IDLE`
    /// where nothing flowed: the page should restart ICE. Told again every `limits::FALTER_WAIT`
    /// until something comes or the connection ends.
    Faltering {
        /// Hearing.
        hearing: HearingId,
        /// Whose connection.
        participant: ParticipantId,
    },
    /// ICE and DTLS are done: media can flow.
    Connected {
        /// Hearing.
        hearing: HearingId,
        /// Who.
        participant: ParticipantId,
        /// From the offer to here, ms.
        join_ms: u32,
    },
    /// A connection ended.
    Disconnected {
        /// Hearing.
        hearing: HearingId,
        /// Who.
        participant: ParticipantId,
        /// What is known.
        cause: LinkCause,
    },
    /// Packets of a granted track began (again) to arrive.
    TrackLive {
        /// Hearing.
        hearing: HearingId,
        /// Which track.
        track: TrackId,
    },
    /// No packet of a live track for 3 s.
    TrackSilent {
        /// Hearing.
        hearing: HearingId,
        /// Which track.
        track: TrackId,
    },
    /// Who is speaking now, loudest first; sent at change, at most every 300 ms.
    Speaking {
        /// Hearing.
        hearing: HearingId,
        /// Speakers.
        who: Vec<ParticipantId>,
    },
    /// Figures of one participant, every 2 s.
    Health {
        /// Hearing.
        hearing: HearingId,
        /// Who.
        participant: ParticipantId,
        /// The figures.
        health: Health,
    },
}

/// Signaling to recorder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordOrder {
    /// Make the hearing's ledger. Answered by `RecordNotice::Opened` or `Fault`.
    Open {
        /// Hearing.
        hearing: HearingId,
        /// What stands on the door.
        heading: Heading,
        /// What was settled beforehand.
        brief: Brief,
        /// Who is on the docket.
        attendees: Vec<Attendee>,
        /// Now.
        at: Timestamp,
    },
    /// Write a minute and sync it. Answered by `RecordNotice::Written` with the same number.
    Minute {
        /// Hearing.
        hearing: HearingId,
        /// Counts up from 1 within the hearing and process.
        number: u64,
        /// The fact.
        minute: Minute,
    },
    /// Tape is expected from now on (`rolling`) or no more: open segments are sealed.
    Roll {
        /// Hearing.
        hearing: HearingId,
        /// On or off.
        rolling: bool,
        /// Now.
        at: Timestamp,
    },
    /// Seal everything. Answered by `RecordNotice::Sealed`.
    Close {
        /// Hearing.
        hearing: HearingId,
        /// Now.
        at: Timestamp,
    },
}

/// Recorder to signaling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordNotice {
    /// The ledger exists on disk.
    Opened {
        /// Hearing.
        hearing: HearingId,
    },
    /// A minute is durable.
    Written {
        /// Hearing.
        hearing: HearingId,
        /// From the order.
        number: u64,
    },
    /// The first frames of a track since `Roll` are durable.
    FirstFrames {
        /// Hearing.
        hearing: HearingId,
        /// Which track.
        track: TrackId,
    },
    /// The record is at risk since now; sent within 3 s of the cause.
    Fault {
        /// Hearing.
        hearing: HearingId,
        /// What is wrong.
        fault: RecordFault,
    },
    /// Writing works again; what is missing stands in the ledger.
    Mended {
        /// Hearing.
        hearing: HearingId,
    },
    /// Everything is sealed.
    Sealed {
        /// Hearing.
        hearing: HearingId,
        /// Head of the ledger, hexadecimal.
        head_sha256: String,
        /// Head of the ledger, hexadecimal.
        head_sm3: String,
    },
}

/// Sfu to recorder: media on the way to disk, a batch at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tape {
    /// Hearing.
    pub hearing: HearingId,
    /// What happened, in order.
    pub items: Vec<TapeItem>,
    /// Payload bytes of all packets, back to back; items point into it.
    pub bytes: Vec<u8>,
}

/// One thing on a tape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TapeItem {
    /// An RTP packet, header taken off, padding removed; in arrival order, repairs included.
    Packet {
        /// Which track.
        track: TrackId,
        /// What it carries.
        codec: Codec,
        /// When it arrived.
        arrived: Instant,
        /// Extended sequence number; starts anywhere, rises by one per packet sent. A new
        /// `source` starts a new count.
        sequence: u64,
        /// Extended RTP timestamp, in the codec's clock.
        rtp_time: u64,
        /// Counts up each time the publisher starts a new RTP source for the track.
        source: u32,
        /// The RTP marker bit.
        marker: bool,
        /// Payload in `Tape::bytes`: start.
        start: u32,
        /// Payload in `Tape::bytes`: end.
        end: u32,
    },
    /// A sender report (RFC 3550 §6.4.1): the publisher's clock against the RTP clock.
    SenderReport {
        /// Which track.
        track: TrackId,
        /// As in packets.
        source: u32,
        /// When it arrived.
        arrived: Instant,
        /// The publisher's NTP time, 32.32 fixed point.
        ntp: u64,
        /// Extended RTP timestamp of the same moment.
        rtp_time: u64,
    },
    /// Packets that were on the record but could not be handed over.
    Lost {
        /// Which track.
        track: TrackId,
        /// From.
        from: Instant,
        /// To.
        to: Instant,
        /// How many.
        packets: u32,
    },
}

/// A hearing found unfinished on disk when the node starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Hearing.
    pub hearing: HearingId,
    /// What stands on the door.
    pub heading: Heading,
    /// What was settled beforehand.
    pub brief: Brief,
    /// Who is on the docket.
    pub attendees: Vec<Attendee>,
    /// Its minutes, in order, the recovery not among them.
    pub minutes: Vec<Minute>,
    /// The last moment the ledger knows.
    pub last: Timestamp,
}
