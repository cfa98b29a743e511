//! What a false page sends: sound every 20 ms, pictures every 40 ms, reports every second.
//! What is not here: what it receives, and what a bad peer does beside.

use core::time::Duration;

use forwarding::rtcp::{Compound, Item, SenderReport};
use model::{Codec, Instant, Now, ParticipantId, TrackId, TrackKind};

use super::source::Source;
use super::{BEAT, Ways};

/// Seconds from 1900 to 1970.
const NTP_EPOCH_SECONDS: u64 = 2_208_988_800;
/// Bytes of a sound packet's payload: Opus at 32 kbit/s.
const SOUND_BYTES: usize = 80;
/// Beats between two packets of a silent microphone with discontinuous transmission.
const QUIET_BEATS: u64 = 20;
/// Share of a page's picture rate each of three layers has, and the beats between its pictures.
const LAYERS: [(u32, u8); 3] = [(1, b'l'), (4, b'm'), (12, b'h')];

/// The sending side of a page.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    who: ParticipantId,
    pub(crate) sources: Vec<Source>,
    beats: u64,
    /// Whether it speaks now; else its sound is silence.
    pub(crate) speaks: bool,
    /// Sends nothing while silent but a packet now and then.
    pub(crate) pauses: bool,
    pub(crate) camera: bool,
    pub(crate) screen: bool,
    /// Highest layer that is sent; a browser stops the others when its line is thin.
    pub(crate) top_layer: usize,
    /// Picture rate, kbit/s.
    pub(crate) kbps: u32,
    /// How far its wall clock is ahead of the truth, µs, and how much faster it runs, ppm.
    pub(crate) clock_us: i64,
    pub(crate) clock_ppm: i64,
}

/// A packet on its way out: how long after now, what, and whether it is control.
pub(crate) type Outgoing = (Duration, Vec<u8>, bool);

impl Publisher {
    pub(crate) fn new(who: ParticipantId, kbps: u32) -> Self {
        Self {
            who,
            sources: Vec::new(),
            beats: u64::from(who.0),
            speaks: false,
            pauses: false,
            camera: true,
            screen: false,
            top_layer: LAYERS.len() - 1,
            kbps,
            clock_us: 0,
            clock_ppm: 0,
        }
    }

    /// A connection stands: new sources on its lines.
    pub(crate) fn connect(&mut self, connection: u32, ways: &Ways, drift: [i64; 2], seed: u32) {
        self.sources.clear();
        for kind in TrackKind::ALL {
            let track = TrackId::new(self.who, kind);
            let codec = if kind.is_sound() { Codec::Opus } else { ways.codec };
            let layered = ways.layers && kind == TrackKind::Camera;
            let layers = if layered { &LAYERS[..] } else { &LAYERS[2..] };
            for (layer, (_, rid)) in (0_u32..).zip(layers) {
                let mark = connection << 4 | if layered { layer + 1 } else { 0 };
                let ssrc = ssrc(self.who, connection, kind, layer);
                let seed = seed.wrapping_add(u32::from(*rid) * 77);
                let mut source = Source::new(track, codec, ssrc, mark, seed);
                source.drift_ppm = drift[usize::from(!kind.is_sound())];
                if ways.repair && !kind.is_sound() {
                    source.repair = Some(ssrc | 0x80);
                }
                self.sources.push(if layered { source.layer(*rid) } else { source });
            }
        }
    }

    /// Whether it sends this kind now.
    pub(crate) const fn sends(&self, kind: TrackKind) -> bool {
        match kind {
            TrackKind::Microphone => true,
            TrackKind::Camera => self.camera,
            TrackKind::Screen => self.screen,
        }
    }

    /// One beat: what goes out.
    pub(crate) fn beat(&mut self, now: Now) -> Vec<Outgoing> {
        self.beats += 1;
        let mut out = Vec::new();
        let quiet = self.pauses && !self.speaks && !self.beats.is_multiple_of(QUIET_BEATS);
        let layers = self.sources.iter().filter(|one| one.track.kind == TrackKind::Camera).count();
        let mut layer = 0;
        for source in &mut self.sources {
            let kind = source.track.kind;
            match kind {
                TrackKind::Microphone if !quiet => {
                    let level = if self.speaks { 20 } else { 127 };
                    let packet = source.sound(now.instant, SOUND_BYTES, level);
                    out.push((Duration::ZERO, packet, false));
                }
                TrackKind::Camera => {
                    let (share, of) = if layers > 1 { (LAYERS[layer].0, 17) } else { (1, 1) };
                    let sent = self.camera && (layers == 1 || layer <= self.top_layer);
                    layer += 1;
                    if sent && self.beats.is_multiple_of(2) {
                        let bytes = self.kbps * share * 5 / of;
                        push_picture(source, now.instant, bytes, &mut out);
                    }
                }
                TrackKind::Screen if self.screen && self.beats.is_multiple_of(10) => {
                    push_picture(source, now.instant, self.kbps * 25, &mut out);
                }
                TrackKind::Microphone | TrackKind::Screen => {}
            }
        }
        if self.beats.is_multiple_of(50) {
            out.push((BEAT / 2, self.reports(now), true));
        }
        out
    }

    /// Takes one statement of the server's control packets; what it wants again.
    pub(crate) fn take(&mut self, item: &Item) -> Option<Vec<u8>> {
        let find = |media: u32| move |source: &&mut Source| source.ssrc == media;
        if let Item::Keyframe { media } = *item
            && let Some(source) = self.sources.iter_mut().find(find(media))
        {
            source.wants_key = true;
        }
        if let Item::Missing { media, sequence } = *item {
            return self.sources.iter_mut().find(find(media))?.again(sequence);
        }
        None
    }

    /// What its clock shows, 32.32 fixed point.
    pub(crate) fn ntp(&self, now: Now) -> u64 {
        let ahead = i128::from(now.instant.0) * i128::from(self.clock_ppm) / 1_000_000;
        let start = i128::from(now.utc.0) * 1_000 + i128::from(now.instant.0 % 1_000);
        let micros = start + ahead + i128::from(self.clock_us);
        let micros = u64::try_from(micros).unwrap_or(0) + NTP_EPOCH_SECONDS * 1_000_000;
        ((micros / 1_000_000) << 32) | (((micros % 1_000_000) << 32) / 1_000_000)
    }

    fn reports(&self, now: Now) -> Vec<u8> {
        let mut compound = Compound::default();
        let ntp = self.ntp(now);
        for source in &self.sources {
            let (packets, octets) = source.sent();
            if packets > 0 && compound.fits(48) {
                let rtp_time = source.ticks(now.instant);
                let ssrc = source.ssrc;
                compound.sender_report(SenderReport { ssrc, ntp, rtp_time, packets, octets });
            }
        }
        compound.as_bytes().to_vec()
    }
}

/// The SSRC of a source, as the offer announces it.
pub(crate) const fn ssrc(who: ParticipantId, connection: u32, kind: TrackKind, layer: u32) -> u32 {
    who.0 << 24 | connection << 12 | (kind as u32 + 1) << 4 | layer
}

fn push_picture(source: &mut Source, now: Instant, bytes: u32, out: &mut Vec<Outgoing>) {
    let packets = source.picture(now, bytes as usize);
    for (packet, place) in packets.into_iter().zip(0..) {
        out.push((Duration::from_micros(300 * place), packet, false));
    }
}
