//! Bad peers: what a page does that no browser would.
//! What is not here: what follows for others; that is what plans are about.

use core::time::Duration;

use forwarding::rtcp::{Block, Compound};
use model::{Codec, Now, TrackKind};

use super::publisher::{Outgoing, ssrc};
use super::source::{payload_type, write};
use super::station::Station;
use crate::dice::Dice;

/// One kind of bad deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bad {
    /// Asks for keyframes of every line, ten times a beat.
    KeyframeStorm,
    /// Asks for everything that came lately, again and again.
    NackFlood,
    /// Receiver reports that cannot be true.
    AbsurdReports,
    /// REMB of 1 bit/s and of all the world.
    AbsurdRemb,
    /// Transport feedback about packets nobody sent.
    AbsurdTransport,
    /// Sender reports from everywhere in time, and goodbyes.
    AbsurdSender,
    /// Neither reads nor reports; its media goes on.
    Deaf,
    /// Bytes by chance, as media and as control.
    Noise,
    /// Ten times its picture rate.
    TenTimes,
    /// Sequence numbers jump, now near and now far.
    SequenceJumps,
    /// Timestamps jump.
    TimeJumps,
    /// Media under SSRCs of its other lines and of other people.
    Collisions,
    /// New `rid`s and SSRCs with every beat.
    RidChanges,
    /// Packets larger than any datagram.
    OverMtu,
    /// Everything it still holds is sent again.
    Replay,
}

/// A bad deed under way.
#[derive(Clone, Debug)]
pub(crate) struct Vice {
    bad: Bad,
    dice: Dice,
    beats: u32,
}

impl Vice {
    pub(crate) const fn new(bad: Bad, seed: u64) -> Self {
        Self { bad, dice: Dice::from_seed(seed), beats: 0 }
    }

    /// Whether it takes nothing that is sent to it.
    pub(crate) fn is_deaf(&self) -> bool {
        self.bad == Bad::Deaf
    }

    /// One beat of it.
    pub(crate) fn act(&mut self, now: Now, me: &mut Station, out: &mut Vec<Outgoing>) {
        self.beats += 1;
        match self.bad {
            Bad::KeyframeStorm => self.storm(me, out),
            Bad::NackFlood => self.flood(me, out),
            Bad::AbsurdReports => self.report(me, out),
            Bad::AbsurdRemb => self.remb(out),
            Bad::AbsurdTransport => self.transport(out),
            Bad::AbsurdSender => self.sender(me, out),
            Bad::Deaf => {}
            Bad::Noise => {
                for control in [false, true, false, true] {
                    let noise = self.noise();
                    out.push((Duration::ZERO, noise, control));
                }
            }
            Bad::TenTimes => self.ten_times(now, me, out),
            Bad::SequenceJumps if self.beats.is_multiple_of(25) => {
                let by = [40, 2_000, 10_000, 40_000][self.dice.roll(4) as usize];
                for source in &mut me.publisher.sources {
                    source.sequence = source.sequence.wrapping_add(by);
                }
            }
            Bad::TimeJumps if self.beats.is_multiple_of(25) => {
                for source in &mut me.publisher.sources {
                    let by = self.dice.roll(u32::MAX);
                    source.first_tick = source.first_tick.wrapping_add(by);
                }
            }
            Bad::SequenceJumps | Bad::TimeJumps => {}
            Bad::Collisions => self.collide(me, out),
            Bad::RidChanges => self.change_rid(out),
            Bad::OverMtu => self.over_mtu(me, out),
            Bad::Replay => {
                let old = me.publisher.sources.iter().flat_map(|source| source.old().take(6));
                out.extend(old.map(|bytes| (Duration::from_millis(2), bytes.clone(), false)));
            }
        }
    }

    fn storm(&self, me: &Station, out: &mut Vec<Outgoing>) {
        for _ in 0..10 {
            let mut compound = Compound::default();
            for ssrc in me.lines.keys() {
                if compound.fits(12) {
                    compound.keyframe_request(1, *ssrc);
                }
            }
            out.push((Duration::ZERO, compound.as_bytes().to_vec(), true));
        }
    }

    fn flood(&self, me: &Station, out: &mut Vec<Outgoing>) {
        for line in me.lines.values() {
            let mut recent: Vec<u16> = line.recent().collect();
            recent.reverse();
            recent.truncate(200);
            recent.reverse();
            let mut rest = &recent[..];
            while !rest.is_empty() {
                let mut compound = Compound::default();
                rest = compound.nack(1, line.ssrc, rest);
                out.push((Duration::ZERO, compound.as_bytes().to_vec(), true));
            }
        }
    }

    fn report(&mut self, me: &Station, out: &mut Vec<Outgoing>) {
        let blocks: Vec<_> = me
            .lines
            .keys()
            .take(31)
            .map(|ssrc| Block {
                about: *ssrc,
                fraction_lost: 255,
                lost: if self.dice.chance(500) { 0x7f_ffff } else { -0x80_0000 },
                highest: self.dice.roll(u32::MAX),
                jitter: u32::MAX,
                last_report: self.dice.roll(u32::MAX),
                delay: self.dice.roll(u32::MAX),
            })
            .collect();
        let mut compound = Compound::default();
        compound.receiver_report(1, &blocks);
        out.push((Duration::ZERO, compound.as_bytes().to_vec(), true));
    }

    fn remb(&self, out: &mut Vec<Outgoing>) {
        let rate = if self.beats.is_multiple_of(2) { [0, 1] } else { [0xff, 0xff] };
        let mut bytes = vec![0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0];
        bytes.extend_from_slice(b"REMB");
        bytes.extend_from_slice(&[1, 0xff, rate[0], rate[1], 0, 0, 0, 9]);
        out.push((Duration::ZERO, bytes, true));
    }

    fn transport(&mut self, out: &mut Vec<Outgoing>) {
        let mut bytes = vec![0x8f, 205, 0, 8, 0, 0, 0, 1, 0, 0, 0, 2];
        for _ in 0..6 {
            bytes.extend_from_slice(&self.dice.roll(u32::MAX).to_be_bytes());
        }
        out.push((Duration::ZERO, bytes, true));
    }

    fn sender(&mut self, me: &Station, out: &mut Vec<Outgoing>) {
        let mut compound = Compound::default();
        for source in &me.publisher.sources {
            if compound.fits(60) {
                compound.sender_report(forwarding::rtcp::SenderReport {
                    ssrc: source.ssrc,
                    ntp: u64::from(self.dice.roll(u32::MAX)) << 32,
                    rtp_time: self.dice.roll(u32::MAX),
                    packets: u32::MAX,
                    octets: u32::MAX,
                });
            }
        }
        let mut bytes = compound.as_bytes().to_vec();
        if self.beats.is_multiple_of(20) {
            let mine = me.publisher.sources.first().map_or(1, |source| source.ssrc);
            bytes.extend_from_slice(&[0x81, 203, 0, 1]);
            bytes.extend_from_slice(&mine.to_be_bytes());
        }
        out.push((Duration::ZERO, bytes, true));
    }

    fn ten_times(&self, now: Now, me: &mut Station, out: &mut Vec<Outgoing>) {
        let bytes = me.publisher.kbps as usize * 45;
        let cameras =
            me.publisher.sources.iter_mut().filter(|one| one.track.kind == TrackKind::Camera);
        for source in cameras.filter(|_| self.beats.is_multiple_of(2)) {
            for (packet, place) in source.picture(now.instant, bytes).into_iter().zip(0..) {
                out.push((Duration::from_micros(3_000 + 100 * place), packet, false));
            }
        }
    }

    fn collide(&mut self, me: &Station, out: &mut Vec<Outgoing>) {
        let victim = model::ParticipantId(1 + self.dice.roll(4));
        let kind = TrackKind::ALL[self.dice.roll(3) as usize];
        let theirs = ssrc(victim, 1, kind, 0);
        let mine = me.publisher.sources.get(1).map_or(1, |source| source.ssrc);
        let received = me.lines.keys().next().copied().unwrap_or(1);
        for ssrc in [theirs, mine, received, 0] {
            let sequence = u16::try_from(self.dice.roll(65_536)).unwrap_or(0);
            let head = (true, payload_type::of(Codec::Opus), sequence, 7, ssrc);
            out.push((Duration::ZERO, write(head, &[(4, b"s0")], &[0xf8; 40]), false));
        }
    }

    fn change_rid(&self, out: &mut Vec<Outgoing>) {
        let rid = [b'a' + (self.beats % 26) as u8];
        let head = (true, payload_type::of(Codec::Vp8), 1, 2, 0x7700_0000 + self.beats);
        out.push((Duration::ZERO, write(head, &[(4, b"s1"), (10, &rid)], &[0; 40]), false));
    }

    fn over_mtu(&self, me: &Station, out: &mut Vec<Outgoing>) {
        let mine = me.publisher.sources.get(1).map_or(1, |source| source.ssrc);
        let sequence = 1 + (self.beats & 0xffff) as u16;
        let head = (true, payload_type::of(Codec::Vp8), sequence, 7, mine ^ 0xf);
        out.push((Duration::ZERO, write(head, &[(4, b"s1")], &[0; 9_000]), false));
    }

    fn noise(&mut self) -> Vec<u8> {
        let len = self.dice.roll(200);
        let mut bytes: Vec<_> = (0..len).map(|_| byte(&mut self.dice)).collect();
        if let Some(first) = bytes.first_mut().filter(|_| self.dice.chance(800)) {
            *first = 0x80 | *first & 0x3f;
        }
        bytes
    }
}

fn byte(dice: &mut Dice) -> u8 {
    u8::try_from(dice.roll(256)).unwrap_or(0)
}
