//! One line of a subscriber: which track goes out on it, under which numbers, and what was sent.
//!
//! What is not here: choosing the track (`slots.rs`) and the arithmetic (`rewrite.rs`).

mod filling;
mod once;
mod writing;

use core::time::Duration;

use model::{Codec, Instant, TrackId, limits};

use crate::cache::{Body, Cache, Facts};
use crate::choice::Choice;
use crate::departure::{Beside, Parcel, Way};
use crate::figures::DropReason;
use crate::picture::{Descriptor, Pictures};
use crate::plan::SendLine;
use crate::red::{REPEATED_MAX, Repeated};
use crate::rewrite::Rewriter;
use crate::rtcp::{Block, SenderReport};

/// The `mid` goes along until the subscriber reports on the line, at most this many packets.
const MID_PACKETS: u64 = 100;
/// Repeats remembered, so that one packet is not repeated twice within a round trip.
const REPEATS: usize = 64;
/// Never repeat a packet sooner than this.
const REPEAT_MIN: Duration = Duration::from_millis(20);
/// Bytes of earlier sound beside a packet: the whole still fits a datagram.
const BESIDE_BYTES_MAX: usize = 600;
/// Codecs there are.
const CODECS: usize = Codec::Av1 as usize + 1;
/// Sender reports remembered to tell the round trip.
const REPORTS: usize = 4;

/// A line and its state.
#[derive(Debug)]
pub(crate) struct SendState {
    pub(crate) line: SendLine,
    /// Part of the present plan. A closed line keeps its numbers in case it comes back.
    pub(crate) open: bool,
    /// What the slots say goes here.
    pub(crate) track: Option<TrackId>,
    /// The place of `track` in the router's list.
    pub(crate) place: Option<usize>,
    pub(crate) rewriter: Rewriter,
    /// The layer that goes out.
    pub(crate) current: Option<usize>,
    /// The layer wanted here, or that will be from its next keyframe on; none: nothing goes out.
    pub(crate) target: Option<usize>,
    /// Where the choice of a layer stands.
    pub(crate) choice: Choice,
    pictures: Pictures,
    payload_types: [Option<u8>; CODECS],
    mid_until: u64,
    /// Sound is redundant from this number on.
    redundant_from: Option<u64>,
    packets: u32,
    octets: u64,
    /// Counts on whatever becomes of the line: no repair's number is used twice.
    repairs_sent: u64,
    repeats: Vec<(u64, Instant)>,
    reports: [(u32, Instant); REPORTS],
    told: Option<(u32, i32)>,
    /// It began anew: what its timestamps mean is to be told at once.
    pub(crate) unreported: bool,
}

/// A packet of a layer, as it is offered to each line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fresh<'a> {
    pub(crate) layer: usize,
    /// Which feed of the layer.
    pub(crate) generation: u64,
    pub(crate) facts: &'a Facts,
    /// A picture can start with it.
    pub(crate) starts: bool,
    /// A picture begins with it that needs nothing of what the line now carries beyond it: a line
    /// may come down to this layer here.
    pub(crate) eases: bool,
    /// The running numbers in its descriptor.
    pub(crate) descriptor: Option<Descriptor>,
    /// If the line changes to this layer with it: the line's timestamp for when it was captured.
    pub(crate) same_time: Option<u32>,
    /// When it came, or would have come in order.
    pub(crate) due_at: Instant,
    pub(crate) body: Body<'a>,
}

/// A packet that goes out on the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed<'a> {
    pub(crate) parcel: Parcel<'a>,
    /// The line starts with this packet: later ones that came before it must follow.
    pub(crate) started: bool,
}

impl SendState {
    pub(crate) fn new(line: SendLine) -> Self {
        let rewriter = Rewriter::new(line.ssrc);
        Self {
            payload_types: payload_types(&line),
            repairs_sent: u64::from(line.ssrc.wrapping_mul(0x85eb_ca6b) >> 17),
            line,
            open: true,
            track: None,
            place: None,
            mid_until: rewriter.next() + MID_PACKETS,
            redundant_from: None,
            rewriter,
            current: None,
            target: None,
            choice: Choice::default(),
            pictures: Pictures::default(),
            packets: 0,
            octets: 0,
            repeats: Vec::with_capacity(REPEATS),
            reports: [(0, Instant(0)); REPORTS],
            told: None,
            unreported: false,
        }
    }

    /// Takes the line's new form after a renegotiation. Numbers go on.
    pub(crate) fn renew(&mut self, line: SendLine) {
        self.open = true;
        if line == self.line {
            return;
        }
        self.rewriter.forget_sent();
        self.mid_until = self.rewriter.next() + MID_PACKETS;
        self.payload_types = payload_types(&line);
        self.line = line;
    }

    /// Takes the line out of use. Its numbers are kept.
    pub(crate) fn close(&mut self) {
        self.open = false;
        self.assign(None);
    }

    /// Puts another track on the line, or none.
    pub(crate) fn assign(&mut self, track: Option<TrackId>) {
        if self.track != track {
            self.track = track;
            self.place = None;
            self.choice = Choice::default();
            self.aim(None);
        }
    }

    /// Wants another layer, or none. The present one goes on until the other has a keyframe.
    pub(crate) const fn aim(&mut self, target: Option<usize>) {
        self.target = target;
        if target.is_none() {
            self.current = None;
            self.rewriter.stop();
        }
    }

    /// Begins or ends redundancy, if the page takes it here. What was sent redundantly is not sent
    /// again on the same numbers: nobody keeps what stood beside it.
    pub(crate) fn make_redundant(&mut self, on: bool) {
        let takes = self.line.red.is_some() && self.takes(Codec::Opus);
        if on && takes {
            self.redundant_from.get_or_insert(self.rewriter.next());
        } else if self.redundant_from.take().is_some() {
            self.rewriter.forget_sent();
        }
    }

    /// Packets just before this one, to go along with it, the latest first: none from before the
    /// line began to carry their source.
    pub(crate) fn beside<'a>(&self, facts: &Facts, cache: &'a Cache) -> Option<Beside<'a>> {
        self.redundant_from?;
        let mut beside = Beside { payload_type: self.line.red?, repeated: [None; REPEATED_MAX] };
        let mut room = BESIDE_BYTES_MAX;
        for (back, place) in (1..).zip(&mut beside.repeated) {
            let before = cache.find(facts.sequence.checked_sub(back)?).filter(|(before, _)| {
                self.rewriter.peek(before.sequence, before.rtp_time).is_some()
            });
            let Some((before, Body { payload, .. })) = before else { break };
            let Some(left) = room.checked_sub(payload.len()) else { break };
            room = left;
            let ticks = facts.rtp_time.saturating_sub(before.rtp_time);
            *place = Repeated::new(ticks, payload);
        }
        beside.repeated[0].is_some().then_some(beside)
    }

    /// Whether packets of this layer are of any use here.
    pub(crate) fn uses(&self, layer: usize) -> bool {
        self.target == Some(layer) || (self.target.is_some() && self.current == Some(layer))
    }

    /// Takes a packet of the line's track that was not sent before.
    ///
    /// # Errors
    /// Why it does not go out here.
    pub(crate) fn pass<'a>(&mut self, fresh: &Fresh<'a>) -> Result<Passed<'a>, DropReason> {
        let Fresh { layer, generation, facts, starts, body, .. } = *fresh;
        if !self.uses(layer) {
            return Err(DropReason::OtherLayer);
        }
        let payload_type = self.payload_type(facts.codec).ok_or(DropReason::CodecNotTaken)?;
        let started = !self.rewriter.carries(generation);
        if started {
            if !starts && !fresh.eases {
                let goes_on = self.current.is_some_and(|current| current != layer);
                let other = DropReason::OtherLayer;
                return Err(if goes_on { other } else { DropReason::AwaitsKeyframe });
            }
            self.rewriter.start(generation, facts, fresh.due_at, fresh.same_time);
            self.current = Some(layer);
            self.unreported = true;
            // Pictures after a step down refer to those before it: their numbers go on as they are.
            if let Some(read) = fresh.descriptor.as_ref().filter(|_| starts || !fresh.eases) {
                self.pictures.start(read);
            }
        }
        let place = self
            .rewriter
            .place(facts.sequence, facts.rtp_time, facts.arrived)
            .ok_or(DropReason::BeforeSwitch)?;
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(body.payload.len() as u64);
        if let Some(read) = &fresh.descriptor {
            self.pictures.passed(read);
        }
        let parcel = self.parcel(Way::First, payload_type, place, facts, fresh.descriptor, body);
        Ok(Passed { parcel, started })
    }

    /// Which packet of the line's source is meant by `outgoing`.
    pub(crate) fn asked_again(&self, generation: u64, outgoing: u16) -> Option<u64> {
        self.rewriter.origin(outgoing).filter(|_| self.rewriter.carries(generation))
    }

    /// Whether the wish for a packet can be newer than its last sending: the wish must have
    /// travelled here after that sending had travelled there.
    pub(crate) fn may_repeat(
        &self,
        facts: &Facts,
        round_trip: Option<Duration>,
        now: Instant,
    ) -> bool {
        let wait = round_trip.map_or(REPEAT_MIN, |time| time * 3 / 4);
        let wait = wait.clamp(REPEAT_MIN, limits::CACHE_TIME / 4);
        let repeated = self.repeats.iter().find(|(repeated, _)| *repeated == facts.sequence);
        now.since(repeated.map_or(facts.arrived, |(_, at)| *at)) >= wait
    }

    /// How a packet that is asked for goes out once more: as a repair if the line has repairs, else
    /// under the numbers it had; not at all if it carried a transport-wide number, which it could
    /// not carry again.
    pub(crate) fn repeat<'a>(
        &mut self,
        facts: &'a Facts,
        body: Body<'a>,
        now: Instant,
    ) -> Option<Parcel<'a>> {
        let payload_type = self.payload_type(facts.codec)?;
        let place = self.rewriter.peek(facts.sequence, facts.rtp_time)?;
        if self.redundant_from.is_some_and(|from| place.sequence >= from) {
            return None;
        }
        let way = match self.repair_type(payload_type) {
            Some(_) => Way::Repair,
            None if self.is_counted() => return None,
            None => Way::Again,
        };
        self.repeats.retain(|(repeated, _)| *repeated != facts.sequence);
        if self.repeats.len() == REPEATS {
            self.repeats.remove(0);
        }
        self.repeats.push((facts.sequence, now));
        let read = Descriptor::read(facts.codec, body);
        Some(self.parcel(way, payload_type, place, facts, read, body))
    }

    /// A sender report for the moment that is `ntp` on the server's clock and `rtp_time` on the
    /// present source's; none while nothing of that source was sent.
    pub(crate) fn sender_report(
        &mut self,
        generation: u64,
        ntp: u64,
        rtp_time: u64,
        now: Instant,
    ) -> Option<SenderReport> {
        let rtp_time = self.rewriter.time_of(generation, rtp_time)?;
        self.reports.rotate_right(1);
        self.reports[0] = ((ntp >> 16 & 0xffff_ffff) as u32, now);
        Some(SenderReport {
            ssrc: self.line.ssrc,
            ntp,
            rtp_time,
            packets: self.packets,
            octets: (self.octets & 0xffff_ffff) as u32,
        })
    }

    /// The round trip a report block tells of (RFC 3550 §6.4.1): counted from when the report it
    /// answers was sent, so the clock written in that report need not be ours.
    pub(crate) fn round_trip(&self, block: &Block, now: Instant) -> Option<Duration> {
        if block.last_report == 0 {
            return None;
        }
        let (_, sent_at) = self.reports.iter().find(|(ntp, _)| *ntp == block.last_report)?;
        let held = Duration::from_micros(u64::from(block.delay) * 1_000_000 / 65_536);
        now.since(*sent_at).checked_sub(held)
    }

    /// Packets expected and lost at the subscriber since its last report.
    pub(crate) fn told_of(&mut self, block: &Block) -> Option<(u64, u64)> {
        self.mid_until = self.mid_until.min(self.rewriter.next());
        let (highest, lost) = self.told.replace((block.highest, block.lost))?;
        let expected = block.highest.wrapping_sub(highest);
        if expected >= 1 << 31 {
            return None;
        }
        let lost = u64::try_from(i64::from(block.lost) - i64::from(lost)).unwrap_or(0);
        Some((u64::from(expected), lost.min(u64::from(expected))))
    }

    /// Whether the page takes this codec here.
    pub(crate) const fn takes(&self, codec: Codec) -> bool {
        self.payload_type(codec).is_some()
    }

    const fn payload_type(&self, codec: Codec) -> Option<u8> {
        self.payload_types[codec as usize]
    }

    /// SSRC and payload type of repairs of this payload type.
    fn repair_type(&self, payload_type: u8) -> Option<(u32, u8)> {
        let repair = self.line.repair.as_ref()?;
        let own = repair.payloads.iter().find(|(media, _)| *media == payload_type);
        own.map(|(_, own)| (repair.ssrc, *own))
    }
}

fn payload_types(line: &SendLine) -> [Option<u8>; CODECS] {
    let mut types = [None; CODECS];
    for &(codec, payload_type) in &line.payloads {
        types[codec as usize].get_or_insert(payload_type);
    }
    types
}

#[cfg(test)]
mod tests {
    use model::{LinePurpose, Medium};

    use super::*;
    use crate::header::Header;
    use crate::packet::Packet;
    use crate::plan::{Mid, RepairLine};

    fn line() -> SendState {
        let mut line = SendState::new(plain());
        line.aim(Some(0));
        line
    }

    fn plain() -> SendLine {
        SendLine {
            purpose: LinePurpose::Seat { slot: 0, medium: Medium::Sound },
            mid: Mid::new(b"4").unwrap(),
            ssrc: 99,
            payloads: vec![(Codec::Opus, 111)],
            repair: None,
            red: None,
            extensions: crate::plan::Extensions {
                mid: Some(1),
                level: Some(2),
                ..crate::plan::Extensions::default()
            },
        }
    }

    const TEN: Facts = facts(10);
    const ELEVEN: Facts = facts(11);

    const fn facts(sequence: u64) -> Facts {
        Facts {
            sequence,
            rtp_time: sequence * 960,
            arrived: Instant(sequence * 20_000),
            marker: false,
            codec: Codec::Opus,
            level: Some(30),
            capture: None,
        }
    }

    fn fresh(facts: &Facts) -> Fresh<'_> {
        Fresh {
            layer: 0,
            generation: 1,
            facts,
            starts: true,
            eases: false,
            descriptor: None,
            same_time: None,
            due_at: facts.arrived,
            body: Body::default(),
        }
    }

    /// The bytes a packet goes out with.
    fn header(line: &mut SendState, passed: &Passed<'_>) -> Header {
        line.header(&passed.parcel)
    }

    fn mid_of(header: &Header) -> Option<Vec<u8>> {
        Packet::read(header.as_bytes())?.extension(1).map(<[u8]>::to_vec)
    }

    #[test]
    fn the_mid_goes_along_until_the_subscriber_reports() {
        let mut line = line();
        let first = line.pass(&fresh(&TEN)).unwrap();
        assert!(first.started);
        let first = header(&mut line, &first);
        assert_eq!(mid_of(&first), Some(b"4".to_vec()));
        line.told_of(&Block::default());
        let second = line.pass(&fresh(&ELEVEN)).unwrap();
        let second = header(&mut line, &second);
        assert_eq!(mid_of(&second), None);
        let fact = facts(10);
        let again = line.repeat(&fact, Body::default(), Instant(0)).unwrap();
        assert_eq!(again.way, Way::Again);
        let again = line.header(&again);
        assert_eq!(again.as_bytes(), first.as_bytes(), "a repeat is the same to the byte");
    }

    #[test]
    fn a_repeat_waits_for_a_round_trip() {
        let mut line = line();
        let first = line.pass(&fresh(&TEN)).unwrap();
        let number = u16::try_from(first.parcel.place.sequence).unwrap();
        let at = |ms: u64| Instant((200 + ms) * 1_000);
        assert_eq!(line.asked_again(1, number), Some(10));
        assert_eq!(line.asked_again(2, number), None, "another source");
        assert!(!line.may_repeat(&facts(10), None, at(19)), "the first sending is under way");
        assert!(line.may_repeat(&facts(10), None, at(20)));
        assert!(line.repeat(&facts(10), Body::default(), at(20)).is_some());
        assert!(!line.may_repeat(&facts(10), None, at(39)));
        assert!(line.may_repeat(&facts(10), None, at(40)));
        let slow = Some(Duration::from_millis(80));
        assert!(!line.may_repeat(&facts(10), slow, at(79)));
        assert!(line.may_repeat(&facts(10), slow, at(80)));
    }

    #[test]
    fn a_changed_line_never_repeats_old_numbers_under_a_new_header() {
        let mut line = line();
        let first = line.pass(&fresh(&TEN)).unwrap();
        let number = u16::try_from(first.parcel.place.sequence).unwrap();
        let mut changed = line.line.clone();
        changed.payloads = vec![(Codec::Opus, 96)];
        line.renew(changed);
        assert_eq!(line.asked_again(1, number), None);
        let next = line.pass(&fresh(&ELEVEN)).unwrap();
        let bytes = header(&mut line, &next);
        let read = Packet::read(bytes.as_bytes()).unwrap();
        assert_eq!((read.sequence, read.payload_type), (number.wrapping_add(1), 96));
        assert!(!next.started);
    }

    #[test]
    fn a_codec_the_page_does_not_take_is_not_sent() {
        let picture = Facts { codec: Codec::Vp8, ..facts(1) };
        assert_eq!(line().pass(&fresh(&picture)).unwrap_err(), DropReason::CodecNotTaken);
    }

    #[test]
    fn loss_and_round_trip_come_from_reports() {
        let mut line = line();
        line.pass(&fresh(&TEN)).unwrap();
        let sent = line.sender_report(1, 0x0001_0002_0003_0004, 9_600, Instant(1_000_000)).unwrap();
        assert_eq!(sent.packets, 1);
        let block = Block {
            highest: 100,
            lost: 1,
            last_report: 0x0002_0003,
            delay: 32_768,
            ..Block::default()
        };
        let round_trip = line.round_trip(&block, Instant(1_580_000));
        assert_eq!(round_trip, Some(Duration::from_millis(80)));
        assert_eq!(line.told_of(&block), None, "nothing to compare with yet");
        assert_eq!(line.told_of(&Block { highest: 150, lost: 6, ..block }), Some((50, 5)));
        assert_eq!(line.told_of(&Block { highest: 160, lost: 2, ..block }), Some((10, 0)));
    }

    #[test]
    fn a_line_with_repairs_answers_there_under_new_numbers() {
        let mut plain = plain();
        plain.repair = Some(RepairLine { ssrc: 98, payloads: vec![(111, 112)] });
        let mut line = SendState::new(plain);
        line.aim(Some(0));
        let first = line.pass(&fresh(&TEN)).unwrap();
        let sent = header(&mut line, &first);
        let sent = Packet::read(sent.as_bytes()).unwrap().sequence;
        let numbers = [1, 2].map(|_| {
            let fact = facts(10);
            let parcel = line.repeat(&fact, Body::default(), Instant(0)).unwrap();
            let header = line.header(&parcel);
            let read = Packet::read(header.as_bytes()).unwrap();
            assert_eq!(
                (read.ssrc, read.payload_type, read.rtp_time),
                (98, 112, first.parcel.place.rtp_time)
            );
            assert_eq!(read.payload, sent.to_be_bytes(), "the number it had comes first");
            read.sequence
        });
        assert_eq!(numbers[1], numbers[0].wrapping_add(1));
        line.renew(SendLine { repair: None, ..line.line.clone() });
        line.renew(SendLine {
            repair: Some(RepairLine { ssrc: 98, payloads: vec![(111, 112)] }),
            ..line.line.clone()
        });
        let next = line.pass(&fresh(&ELEVEN)).unwrap();
        let fact = facts(11);
        let parcel = line.repeat(&fact, Body::default(), Instant(0)).unwrap();
        assert_eq!((parcel.way, next.started), (Way::Repair, false));
        let header = line.header(&parcel);
        let number = Packet::read(header.as_bytes()).unwrap().sequence;
        assert_eq!(number, numbers[1].wrapping_add(1), "never the same number twice");
    }
}
