//! A false participant: a page that asks, a browser that sends numbered media and checks what it
//! receives.
//! What is not here: when it does what, which the dice say in `house.rs`.

use std::collections::BTreeMap;

use forwarding::rtcp::{Compound, Item, SenderReport};
use forwarding::{LegId, packet, rtcp};
use model::{Instant, Now, ParticipantId, Role, TrackId, TrackKind, View};

use super::mark::Mark;

/// Sound packets last 60 ms; a camera sends every third beat, a screen every fifth.
const SOUND_TICKS: u32 = 2_880;
/// Packets kept for repair.
const KEPT: usize = 256;

/// One participant.
#[derive(Debug)]
pub(crate) struct Station {
    pub(crate) who: ParticipantId,
    pub(crate) role: Role,
    /// Sends whatever it likes, allowed or not.
    pub(crate) rogue: bool,
    /// Which page this is: counts up with each load.
    pub(crate) page: u32,
    /// Whether the page believes to be connected.
    pub(crate) online: bool,
    pub(crate) view: Option<View>,
    /// Counts up with each offer.
    pub(crate) connection: u32,
    pub(crate) offered: bool,
    /// When, and whether from inside the hearing: from outside one gets no slots.
    pub(crate) offer: (Instant, bool),
    pub(crate) leg: Option<LegId>,
    /// Requests of this page that have no answer yet.
    pub(crate) unanswered: BTreeMap<u32, String>,
    pub(crate) next_request: u32,
    /// Packets received of each track, counted anew at will.
    pub(crate) heard: BTreeMap<TrackId, u32>,
    sources: [Source; 3],
    lines: BTreeMap<u32, Heard>,
    beats: u32,
}

#[derive(Debug, Default)]
struct Source {
    connection: u32,
    ssrc: u32,
    sequence: u16,
    rtp_time: u32,
    number: u32,
    octets: u32,
    keyframe: bool,
    kept: BTreeMap<u16, Vec<u8>>,
}

#[derive(Debug, Default)]
struct Heard {
    highest: Option<u16>,
    missing: Vec<u16>,
    picture_broken: bool,
}

impl Station {
    pub(crate) fn new(who: ParticipantId, role: Role, rogue: bool) -> Self {
        Self {
            who,
            role,
            rogue,
            page: 0,
            online: false,
            view: None,
            connection: 0,
            offered: false,
            offer: (Instant(0), false),
            leg: None,
            unanswered: BTreeMap::new(),
            next_request: 0,
            heard: BTreeMap::new(),
            sources: Default::default(),
            lines: BTreeMap::new(),
            beats: 0,
        }
    }

    /// The page is gone, and the media with it.
    pub(crate) fn drop_page(&mut self) {
        self.online = false;
        self.view = None;
        self.unanswered.clear();
        self.drop_media();
    }

    /// The media connection is gone.
    pub(crate) fn drop_media(&mut self) {
        self.leg = None;
        self.offered = false;
    }

    /// A connection stands: new sources, new lines.
    pub(crate) fn connect(&mut self, leg: LegId, first_sequence: u16) {
        self.leg = Some(leg);
        self.lines.clear();
        for (kind, source) in self.sources.iter_mut().enumerate() {
            let number = u32::try_from(kind).unwrap_or(0);
            *source = Source {
                connection: self.connection,
                ssrc: Self::ssrc(self.who, self.connection, number),
                sequence: first_sequence,
                rtp_time: self.connection.wrapping_mul(0x4000_0001),
                keyframe: true,
                ..Source::default()
            };
        }
    }

    /// The SSRC of a sending line, as the offer announces it.
    pub(crate) const fn ssrc(who: ParticipantId, connection: u32, kind: u32) -> u32 {
        (who.0 << 24) | (connection << 4) | (kind + 1)
    }

    /// One beat of 60 ms: the packets that go out, control packets marked.
    pub(crate) fn beat(&mut self, now: Now) -> Vec<(Vec<u8>, bool)> {
        if self.leg.is_none() {
            return Vec::new();
        }
        self.beats += 1;
        let mut out = Vec::new();
        for kind in TrackKind::ALL {
            let every = match kind {
                TrackKind::Microphone => 1,
                TrackKind::Camera => 3,
                TrackKind::Screen => 5,
            };
            let allowed =
                self.view.as_ref().is_some_and(|view| view.me.may_publish.contains(&kind));
            if (allowed || self.rogue) && self.beats.is_multiple_of(every) {
                let track = TrackId::new(self.who, kind);
                out.push((self.sources[kind as usize].packet(track, every), false));
            }
        }
        if self.beats.is_multiple_of(8) {
            out.push((self.reports(now), true));
        }
        let wishes = self.wishes();
        out.extend((!wishes.is_empty()).then_some((wishes, true)));
        out
    }

    /// Takes a media packet of the house; what it carries.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Option<Mark> {
        let packet = packet::Packet::read(bytes)?;
        let mark = Mark::of(packet.payload)?;
        *self.heard.entry(mark.track).or_default() += 1;
        let line = self.lines.entry(packet.ssrc).or_default();
        line.missing.retain(|sequence| *sequence != packet.sequence);
        let highest = *line.highest.get_or_insert(packet.sequence);
        let ahead = packet.sequence.wrapping_sub(highest);
        if (1..0x8000).contains(&ahead) {
            let passed = (1..ahead).take(64).map(|step| highest.wrapping_add(step));
            line.missing.extend(passed);
            line.picture_broken |= ahead > 1 && !mark.track.kind.is_sound();
            line.highest = Some(packet.sequence);
        }
        Some(mark)
    }

    /// Takes a control packet of the house; packets it wants again.
    pub(crate) fn take_control(&mut self, compound: &[u8]) -> Vec<Vec<u8>> {
        let mut again = Vec::new();
        let sources = &mut self.sources;
        let whole = rtcp::read(compound, |item| match item {
            Item::Keyframe { media } => {
                if let Some(source) = sources.iter_mut().find(|source| source.ssrc == media) {
                    source.keyframe = true;
                }
            }
            Item::Missing { media, sequence } => {
                let source = sources.iter().find(|source| source.ssrc == media);
                again.extend(source.and_then(|source| source.kept.get(&sequence)).cloned());
            }
            Item::Sender(_) | Item::Block(_) | Item::Bye { .. } | Item::Limit { .. } => {}
        });
        assert!(whole, "the house sends well-formed control packets");
        again
    }

    fn reports(&self, now: Now) -> Vec<u8> {
        let mut compound = Compound::default();
        let millis = u64::try_from(now.utc.0).unwrap_or(0) + 2_208_988_800_000;
        let ntp = ((millis / 1_000) << 32) | (((millis % 1_000) << 32) / 1_000);
        for source in self.sources.iter().filter(|source| source.number > 0) {
            compound.sender_report(SenderReport {
                ssrc: source.ssrc,
                ntp,
                rtp_time: source.rtp_time,
                packets: source.number,
                octets: source.octets,
            });
        }
        if compound.is_empty() {
            compound.receiver_report(self.sources[0].ssrc, &[]);
        }
        compound.as_bytes().to_vec()
    }

    /// Asks for what is missing, each packet once, and for keyframes where a picture is broken.
    fn wishes(&mut self) -> Vec<u8> {
        let mut compound = Compound::default();
        let mine = self.sources[0].ssrc;
        for (ssrc, line) in &mut self.lines {
            if core::mem::take(&mut line.picture_broken) && compound.fits(16) {
                compound.keyframe_request(mine, *ssrc);
            }
            if !line.missing.is_empty() && compound.fits(64) {
                line.missing.sort_unstable();
                line.missing.truncate(16);
                compound.nack(mine, *ssrc, &line.missing);
                line.missing.clear();
            }
        }
        compound.as_bytes().to_vec()
    }
}

impl Source {
    fn packet(&mut self, track: TrackId, beats: u32) -> Vec<u8> {
        let sound = track.kind.is_sound();
        let keyframe = core::mem::take(&mut self.keyframe);
        self.number += 1;
        let mark = Mark { track, source: self.connection, number: self.number };
        let payload = mark.payload(keyframe);
        let payload_type = if sound { 111 } else { 96 };
        self.sequence = self.sequence.wrapping_add(1);
        let ticks = if sound { SOUND_TICKS } else { beats * 5_400 };
        self.rtp_time = self.rtp_time.wrapping_add(ticks);
        let mut bytes = vec![0x80, payload_type | if sound { 0 } else { 0x80 }];
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        bytes.extend_from_slice(&self.rtp_time.to_be_bytes());
        bytes.extend_from_slice(&self.ssrc.to_be_bytes());
        bytes.extend_from_slice(&payload);
        self.octets = self.octets.wrapping_add(u32::try_from(payload.len()).unwrap_or(0));
        self.kept.insert(self.sequence, bytes.clone());
        if self.kept.len() > KEPT {
            let old = self.sequence.wrapping_sub(u16::try_from(KEPT).unwrap_or(0));
            self.kept.remove(&old);
        }
        bytes
    }
}
