//! One track on its way into segment files: when to begin, cut and end a file, what to call it, and
//! what was lost.
//!
//! What is not here: the disk. What comes out is bytes and facts, in the order in which they are
//! to be written.

use std::collections::VecDeque;
use std::time::Duration;

use model::limits::{SEGMENT_BYTES_MAX, SEGMENT_TIME_MAX};
use model::{Codec, Instant, Timestamp, TrackId};

use crate::depacketize::{Depacketized, Depacketizer, Frame};
use crate::entry::{LossCause, ReanchorCause};
use crate::reorder::{Ordered, Packet, Reorder};
use crate::timeline::{PersonClock, Timeline, TrackClock};
use crate::webm::{self, Block, CLUSTER_SPAN_MS_MAX, TrackHead};

/// A picture lasts this long where no next one says otherwise, ms.
const PICTURE_MS: u64 = 40;
/// Frames further apart than this stand in different pieces, so that pieces show the holes, ms.
const PIECE_HOLE_MS: u64 = 600;
/// A piece is cut at this size.
const PIECE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// A loss that goes on is written down at least this often.
const LOSS_NOTED_EVERY: Duration = Duration::from_secs(5);
/// A loss of which nothing is heard for this long is over: the publisher stopped sending.
const LOSS_OVER: Duration = Duration::from_secs(2);
/// Frames that wait for the clock at most.
const HELD_MAX: usize = 1_024;

/// What is to be written, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// A segment file begins with these bytes.
    Begin {
        /// File name.
        segment: String,
        /// Whose and what.
        track: TrackId,
        /// What its head says.
        head: TrackHead,
        /// The head.
        bytes: Vec<u8>,
    },
    /// The next cluster of a segment.
    Cluster {
        /// File name.
        segment: String,
        /// Whose and what.
        track: TrackId,
        /// Media time of the first frame, ms.
        from_ms: u64,
        /// Media time at which the last frame ends, ms.
        to_ms: u64,
        /// Frames.
        frames: u32,
        /// Whether the first frame can be decoded by itself.
        keyframe: bool,
        /// The cluster.
        bytes: Vec<u8>,
    },
    /// The segment gets no more.
    End {
        /// File name.
        segment: String,
    },
    /// Something is missing from the track.
    Lost {
        /// Which.
        track: TrackId,
        /// First moment missing.
        from: Timestamp,
        /// First moment present again.
        to: Timestamp,
        /// How.
        cause: LossCause,
        /// Packets, where they can be counted.
        packets: Option<u64>,
    },
    /// The track's time was set anew.
    Reanchor {
        /// Which.
        track: TrackId,
        /// Media time of the first frame under the new rule, ms.
        media_ms: u64,
        /// How far frames moved, ms.
        shift_ms: i64,
        /// Why.
        cause: ReanchorCause,
    },
}

/// The name of a track's `count`-th segment file, from 1.
pub fn segment_name(track: TrackId, codec: Codec, count: u32) -> String {
    let ending = if webm::doc_type(codec) == "webm" { "webm" } else { "mkv" };
    format!("{track}-{count:04}.{ending}")
}

#[derive(Debug)]
struct Source {
    number: u32,
    codec: Codec,
    reorder: Reorder,
    depacketizer: Depacketizer,
}

#[derive(Debug)]
struct Open {
    name: String,
    head: TrackHead,
    from_ms: u64,
    bytes: u64,
}

#[derive(Debug)]
struct Loss {
    from_ms: u64,
    since: Instant,
    /// When the last thing lost was noticed.
    last: Instant,
    cause: LossCause,
    packets: u64,
}

/// One track: packets in, clusters out.
#[derive(Debug)]
pub struct TrackReel {
    track: TrackId,
    /// Segment files of this track so far, those of earlier runs included.
    count: u32,
    source: Option<Source>,
    clock: TrackClock,
    held: VecDeque<Depacketized>,
    open: Option<Open>,
    cluster: Vec<Block>,
    cluster_bytes: usize,
    end_ms: u64,
    loss: Option<Loss>,
    /// The next hole is the tape's doing, not the network's.
    tape_lost: bool,
}

impl TrackReel {
    /// A track that has `count` segment files already, the last frame of which was at `last_ms`.
    pub const fn new(track: TrackId, count: u32, last_ms: Option<u64>) -> Self {
        Self {
            track,
            count,
            source: None,
            clock: TrackClock::new(90_000, last_ms),
            held: VecDeque::new(),
            open: None,
            cluster: Vec::new(),
            cluster_bytes: 0,
            end_ms: 0,
            loss: None,
            tape_lost: false,
        }
    }

    /// Segment files so far.
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Time of the last frame, ms.
    pub const fn last_ms(&self) -> Option<u64> {
        self.clock.last_ms()
    }

    /// Takes a packet.
    #[expect(clippy::too_many_arguments, reason = "a packet with its place and its clocks")]
    pub fn packet(
        &mut self,
        line: &Timeline,
        person: &PersonClock,
        number: u32,
        codec: Codec,
        sequence: u64,
        packet: Packet,
        out: &mut Vec<Taken>,
    ) {
        let now = packet.arrived;
        match &self.source {
            Some(source) if number < source.number => return,
            Some(source) if number == source.number && codec == source.codec => {}
            Some(_) => {
                self.drain(line, person, now, true, out);
                self.begin_source(number, codec, now);
            }
            None => self.begin_source(number, codec, now),
        }
        let Some(source) = &mut self.source else { return };
        let rtp_time = packet.rtp_time;
        if source.reorder.push(sequence, packet) {
            self.clock.arrival(line, now, rtp_time);
        }
    }

    fn begin_source(&mut self, number: u32, codec: Codec, now: Instant) {
        let first = self.source.is_none();
        self.source = Some(Source {
            number,
            codec,
            reorder: Reorder::new(now),
            depacketizer: Depacketizer::new(codec),
        });
        if first && self.clock.last_ms().is_none() {
            self.clock = TrackClock::new(codec.clock_hz(), None);
        } else {
            self.clock.restart(codec.clock_hz(), now);
        }
    }

    /// Takes a sender report.
    pub fn report(
        &mut self,
        line: &Timeline,
        person: &mut PersonClock,
        number: u32,
        arrived: Instant,
        ntp: u64,
        rtp_time: u64,
    ) {
        if self.source.as_ref().is_some_and(|source| source.number == number) {
            self.clock.report(line, person, arrived, ntp, rtp_time);
        }
    }

    /// Packets that arrived were lost on the way to the recorder: the next hole is theirs.
    pub const fn tape_lost(&mut self) {
        self.tape_lost = true;
    }

    /// What was handed out could not be kept: pictures are of no use before a keyframe.
    pub const fn need_keyframe(&mut self) {
        if let Some(source) = &mut self.source {
            source.depacketizer.need_keyframe();
        }
    }

    /// Moves on what is due by `now`; with `anyhow`, everything.
    pub fn drain(
        &mut self,
        line: &Timeline,
        person: &PersonClock,
        now: Instant,
        anyhow: bool,
        out: &mut Vec<Taken>,
    ) {
        let mut whole = Vec::new();
        if let Some(source) = &mut self.source {
            while let Some(ordered) =
                if anyhow { source.reorder.pop_anyhow() } else { source.reorder.pop(now) }
            {
                match ordered {
                    Ordered::Packet(packet) => source.depacketizer.push(packet, &mut whole),
                    Ordered::Hole { packets } => {
                        let tape = core::mem::take(&mut self.tape_lost);
                        let cause = if tape { LossCause::Tape } else { LossCause::Network };
                        source.depacketizer.hole(cause, packets, now, &mut whole);
                    }
                }
            }
        }
        self.held.extend(whole);
        if self.clock.is_settling(now) && !anyhow && self.held.len() < HELD_MAX {
            return;
        }
        while let Some(item) = self.held.pop_front() {
            match item {
                Depacketized::Frame(frame) => self.frame(line, person, frame, out),
                Depacketized::Missing { cause, packets, at } => {
                    self.missing(line, at, cause, packets);
                }
            }
        }
    }

    fn missing(&mut self, line: &Timeline, at: Instant, cause: LossCause, packets: u64) {
        let from_ms = if self.end_ms > 0 { self.end_ms } else { line.media_ms(at) };
        let fresh = Loss { from_ms, since: at, last: at, cause, packets: 0 };
        let loss = self.loss.get_or_insert(fresh);
        loss.packets += packets;
        loss.last = loss.last.max(at);
        if loss.cause == LossCause::Keyframe {
            loss.cause = cause;
        }
    }

    fn frame(&mut self, line: &Timeline, person: &PersonClock, frame: Frame, out: &mut Vec<Taken>) {
        let jump = self.clock.settle(person);
        let before = self.clock.last_ms();
        let at_ms = self.clock.stamp(line, person, frame.arrived, frame.rtp_time);
        if let Some(jump) = jump {
            let (track, media_ms) = (self.track, at_ms);
            let (shift_ms, cause) = (jump.shift_ms, jump.cause);
            out.push(Taken::Reanchor { track, media_ms, shift_ms, cause });
        }
        self.end_loss(line, at_ms, out);
        self.cut(at_ms, &frame, out);
        if self.open.is_none() && !self.begin(line, at_ms, &frame, out) {
            return;
        }
        let codec_hz = self.source.as_ref().map_or(90_000, |source| source.codec.clock_hz());
        let lasts_ms = match (frame.ticks, before) {
            (Some(ticks), _) => u64::from(ticks) * 1_000 / u64::from(codec_hz.max(1)),
            (None, Some(before)) if at_ms - before <= 2 * PICTURE_MS => at_ms - before,
            (None, _) => PICTURE_MS,
        };
        self.end_ms = at_ms + lasts_ms.max(1);
        self.cluster_bytes += frame.bytes.len();
        self.cluster.push(Block { at_ms, keyframe: frame.keyframe, bytes: frame.bytes });
    }

    /// Ends cluster and segment where this frame must not join them.
    fn cut(&mut self, at_ms: u64, frame: &Frame, out: &mut Vec<Taken>) {
        let Some(first) = self.cluster.first().map(|block| block.at_ms) else {
            self.rotate(at_ms, frame, out);
            return;
        };
        let picture = frame.picture.is_some();
        if picture
            || at_ms > self.end_ms + PIECE_HOLE_MS
            || at_ms - first > CLUSTER_SPAN_MS_MAX
            || self.cluster_bytes > PIECE_BYTES_MAX
        {
            self.take_cluster(out);
        }
        self.rotate(at_ms, frame, out);
    }

    fn rotate(&mut self, at_ms: u64, frame: &Frame, out: &mut Vec<Taken>) {
        let codec = self.source.as_ref().map(|source| source.codec);
        let Some(open) = &self.open else { return };
        let old = u128::from(at_ms.saturating_sub(open.from_ms)) >= SEGMENT_TIME_MAX.as_millis();
        let full = open.bytes >= SEGMENT_BYTES_MAX;
        let other = codec.is_some_and(|codec| codec != open.head.codec);
        if other || ((old || full) && frame.keyframe) {
            self.end_segment(out);
        }
    }

    /// Begins a segment with this frame; a picture must say its size for that.
    fn begin(&mut self, line: &Timeline, at_ms: u64, frame: &Frame, out: &mut Vec<Taken>) -> bool {
        let Some(source) = &self.source else { return false };
        let head = match (&frame.picture, source.codec) {
            (None, Codec::Opus) => TrackHead::opus(self.track.kind),
            (Some(picture), codec) => TrackHead {
                kind: self.track.kind,
                codec,
                private: picture.private.clone(),
                width: picture.width,
                height: picture.height,
            },
            (None, _) => return false,
        };
        self.count += 1;
        let name = segment_name(self.track, source.codec, self.count);
        let bytes = webm::segment_head(&head, Some(line.zero));
        out.push(Taken::Begin {
            segment: name.clone(),
            track: self.track,
            head: head.clone(),
            bytes: bytes.clone(),
        });
        self.open = Some(Open { name, head, from_ms: at_ms, bytes: bytes.len() as u64 });
        true
    }

    fn end_loss(&mut self, line: &Timeline, to_ms: u64, out: &mut Vec<Taken>) {
        let Some(loss) = self.loss.take() else { return };
        out.push(Taken::Lost {
            track: self.track,
            from: line.utc(loss.from_ms.min(to_ms)),
            to: line.utc(to_ms),
            cause: loss.cause,
            packets: (loss.packets > 0).then_some(loss.packets),
        });
    }

    fn take_cluster(&mut self, out: &mut Vec<Taken>) {
        let Some(open) = &mut self.open else { return };
        let Some(first) = self.cluster.first() else { return };
        let bytes = webm::cluster(open.head.number(), &self.cluster);
        open.bytes += bytes.len() as u64;
        out.push(Taken::Cluster {
            segment: open.name.clone(),
            track: self.track,
            from_ms: first.at_ms,
            to_ms: self.end_ms,
            frames: u32::try_from(self.cluster.len()).unwrap_or(u32::MAX),
            keyframe: first.keyframe,
            bytes,
        });
        self.cluster.clear();
        self.cluster_bytes = 0;
    }

    fn end_segment(&mut self, out: &mut Vec<Taken>) {
        self.take_cluster(out);
        if let Some(open) = self.open.take() {
            out.push(Taken::End { segment: open.name });
        }
    }

    /// A commit tick: hands out what is gathered, and writes down a loss that goes on.
    pub fn tick(&mut self, line: &Timeline, now: Instant, out: &mut Vec<Taken>) {
        self.take_cluster(out);
        let Some(loss) = &self.loss else { return };
        let last_ms = line.media_ms(loss.last);
        if now.since(loss.last) >= LOSS_OVER {
            self.end_loss(line, last_ms, out);
        } else if now.since(loss.since) >= LOSS_NOTED_EVERY && last_ms > loss.from_ms {
            let (last, cause) = (loss.last, loss.cause);
            self.end_loss(line, last_ms, out);
            self.loss = Some(Loss { from_ms: last_ms, since: now, last, cause, packets: 0 });
        }
    }

    /// Recording stops: hands out everything and ends the segment.
    pub fn finish(
        &mut self,
        line: &Timeline,
        person: &PersonClock,
        now: Instant,
        out: &mut Vec<Taken>,
    ) {
        self.drain(line, person, now, true, out);
        let lost_ms = self.loss.as_ref().map_or(0, |loss| line.media_ms(loss.last));
        self.end_loss(line, lost_ms, out);
        self.end_segment(out);
        self.source = None;
    }
}
