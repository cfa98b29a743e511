//! A false recorder room around the real record core: orders and tape in, a false disk below.
//! What is not here: the rules of ledger and segments; those are the core's.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::letters::{RecordNotice, RecordOrder, Tape, Unfinished};
use model::{HearingId, Instant, Minute, Now, RecordFault, Timestamp, TrackId, limits};
use record::digest::{Digester, Digests};
use record::entry::{Entry, LossCause, Piece, Torn};
use record::ledger::{LEDGER_FILE, Ledger};
use record::recovery::{Reader, SegmentCheck, Shape};
use record::reel::Reel;
use record::seal::SEAL_FILE;
use record::segment::Taken;

use super::disk::Disk;
use crate::dice::Dice;

/// Nothing arrives for this long while rolling: a fault.
const SILENCE: Duration = Duration::from_secs(3);
/// Tape from before the end of rolling may still be on its way for this long.
const LAST_TAPE: Duration = Duration::from_millis(100);
/// Things that wait for a failing disk; far more than the longest failure makes.
const BACKLOG_MAX: usize = 65_536;

/// The recorder room with one hearing at most.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// What outlives it.
    pub(crate) disk: Disk,
    open: Option<Open>,
    /// What it has to say.
    pub(crate) notices: Vec<RecordNotice>,
    /// What is wrong with it, against the rules of the house.
    pub(crate) wrong: Option<String>,
}

#[derive(Debug)]
struct Open {
    hearing: HearingId,
    ledger: Ledger,
    reader: Reader,
    reel: Reel,
    rolling: Option<Instant>,
    finish_at: Option<Instant>,
    seal_at: Option<Instant>,
    segments: BTreeMap<String, Segment>,
    /// Tracks confirmed since the order to roll was written; none while it does not roll.
    confirmed: Option<BTreeSet<TrackId>>,
    backlog: VecDeque<Work>,
    fault: Option<(RecordFault, Timestamp)>,
}

#[derive(Debug, Default)]
struct Segment {
    length: u64,
    pieces: u64,
    digester: Digester,
}

#[derive(Debug)]
enum Work {
    Minute(u64, Minute),
    Roll(bool, Timestamp, u64),
    Taken(Taken),
    Seal,
}

impl Recorder {
    /// Takes an order.
    pub(crate) fn order(&mut self, now: Now, order: RecordOrder) {
        match order {
            RecordOrder::Open { hearing, heading, brief, attendees, .. } => {
                if self.open.is_none() {
                    self.open = Some(Open::new(hearing, Reader::default()));
                    let software = "sim".to_owned();
                    let format = record::entry::FORMAT;
                    let entry =
                        Entry::Opened { format, software, hearing, heading, brief, attendees };
                    self.write(now, entry);
                }
                self.notices.push(RecordNotice::Opened { hearing });
            }
            RecordOrder::Minute { number, minute, .. } => {
                self.work(Work::Minute(number, minute));
            }
            RecordOrder::Roll { rolling, at, .. } => self.roll(now, rolling, at),
            RecordOrder::Close { .. } => {
                if let Some(open) = &mut self.open {
                    open.seal_at = Some(now.instant.plus(LAST_TAPE));
                }
            }
        }
        self.flush(now);
    }

    /// Takes a tape.
    pub(crate) fn tape(&mut self, tape: &Tape) {
        let mut taken = Vec::new();
        if let Some(open) = &mut self.open {
            open.reel.tape(tape, &mut taken);
            open.backlog.extend(taken.into_iter().map(Work::Taken));
        }
    }

    /// Does what a tick does: finishes, commits, looks for faults.
    pub(crate) fn tick(&mut self, now: Now) {
        let Some(open) = &mut self.open else { return };
        let mut taken = Vec::new();
        open.reel.take(now.instant, &mut taken);
        open.backlog.extend(taken.into_iter().map(Work::Taken));
        if open.finish_at.is_some_and(|at| at <= now.instant) {
            self.finish(now);
        }
        let Some(open) = &mut self.open else { return };
        if open.seal_at.take_if(|at| *at <= now.instant).is_some() {
            self.finish(now);
            self.work(Work::Seal);
        }
        self.look(now);
        self.flush(now);
    }

    /// The node dies, in the middle of a write now and then.
    pub(crate) fn die(&mut self, dice: &mut Dice) {
        let Some(open) = self.open.take() else { return };
        self.disk.failing = false;
        self.notices.clear();
        let segments: Vec<_> = open.segments.into_keys().collect();
        if let Some(segment) = dice.pick(&segments).filter(|_| dice.clone().chance(500)) {
            self.disk.append(segment, b"torn off in the middle of a clu");
        }
        if dice.chance(500) && !open.reader.index.sealed {
            self.disk.append(LEDGER_FILE, b"{\"n\":77,\"at\":17724132000");
        }
    }

    /// After the node started again: cuts what is torn, and says what is left.
    pub(crate) fn recover(&mut self, now: Now) -> Option<Unfinished> {
        let bytes = self.disk.files.get(LEDGER_FILE)?;
        let mut reader = Reader::default();
        reader.push(bytes);
        let mut torn = Vec::new();
        match reader.shape() {
            Shape::Whole => {}
            Shape::Torn { at } => torn.extend(self.keep_torn(LEDGER_FILE, at, &reader)),
            Shape::Damaged => self.wrong = Some("a crash damaged the ledger".to_owned()),
        }
        let unfinished = reader.unfinished()?;
        let last = reader.index.last;
        let rolling = reader.index.rolling_since.is_some();
        let left: Vec<_> = reader.open.iter().map(|(name, p)| (name.clone(), p.clone())).collect();
        // What stands behind the last whole line is no line of this chain.
        let mut whole = Reader::default();
        whole.push(self.disk.files.get(LEDGER_FILE)?);
        let sealed = whole.index.sealed;
        self.open = Some(Open::new(unfinished.hearing, whole));
        if sealed {
            return Some(unfinished);
        }
        let mut ends = Vec::new();
        for (name, pieces) in left {
            let mut check = SegmentCheck::new(&pieces);
            let attested = check.attested();
            if self.disk.files.get(&name).is_some_and(|file| file.len() as u64 > attested) {
                torn.extend(self.keep_torn(&name, attested, &reader));
            }
            let mut rest = self.disk.files.get(&name).map(Vec::as_slice).unwrap_or_default();
            while let wants @ 1.. = usize::try_from(check.wants()).unwrap_or(usize::MAX)
                && let Some((bytes, after)) = rest.split_at_checked(wants)
            {
                check.push(bytes);
                rest = after;
            }
            let (digests, intact) = check.finish();
            if !intact {
                self.wrong = Some(format!("a crash took attested bytes of {name}"));
            }
            let count = pieces.len() as u64 - 1;
            ends.push(Entry::SegmentSealed {
                segment: name,
                length: attested,
                pieces: count,
                digests,
            });
        }
        if rolling || !ends.is_empty() {
            // Media that had arrived was waiting for its order and for the next commit.
            let waiting = i64::try_from(limits::RECORD_LOSS_MAX.as_millis()).unwrap_or(i64::MAX);
            let from = Timestamp(last.0 - waiting);
            let cause = LossCause::Restart;
            self.write(now, Entry::Lost { track: None, from, to: last, cause, packets: None });
        }
        let damaged = Vec::new();
        self.write(now, Entry::Recovered { from: last, to: now.utc, torn, damaged });
        for end in ends {
            self.write(now, end);
        }
        Some(unfinished)
    }

    fn keep_torn(&mut self, file: &str, at: u64, reader: &Reader) -> Option<Torn> {
        let bytes = self.disk.cut(file, at);
        let kept_as = format!("torn-{}-{file}", reader.ledger.entries());
        self.disk.append(&kept_as, &bytes);
        let (length, digests) = (bytes.len() as u64, Digests::of(&bytes));
        Some(Torn { file: file.to_owned(), kept_as, length, digests })
    }

    fn roll(&mut self, now: Now, rolling: bool, at: Timestamp) {
        let instant = Instant(
            now.instant.0.saturating_sub(u64::try_from(now.utc.since(at).as_micros()).unwrap_or(0)),
        );
        let Some(open) = &mut self.open else { return };
        if !rolling && open.rolling.is_none() {
            return;
        }
        if rolling {
            self.finish(now);
        }
        let Some(open) = &mut self.open else { return };
        let written = open.reader.media_ms(at);
        let media_ms = open.reel.media_ms(instant).unwrap_or(written);
        self.work(Work::Roll(rolling, at, media_ms));
        let Some(open) = &mut self.open else { return };
        if rolling {
            open.rolling = Some(instant);
            let zero = open.reader.index.zero.unwrap_or(at);
            let mut taken = Vec::new();
            open.reel.start(zero, instant, media_ms, &mut taken);
            open.backlog.extend(taken.into_iter().map(Work::Taken));
        } else {
            open.rolling = None;
            open.reel.stop(instant);
            open.finish_at = Some(now.instant.plus(LAST_TAPE));
        }
    }

    fn finish(&mut self, now: Now) {
        let Some(open) = &mut self.open else { return };
        open.finish_at = None;
        open.rolling = None;
        let mut taken = Vec::new();
        open.reel.finish(now.instant, &mut taken);
        open.backlog.extend(taken.into_iter().map(Work::Taken));
    }

    /// Looks whether the record is at risk, or no longer.
    fn look(&mut self, now: Now) {
        let Some(open) = self.open.as_mut().filter(|open| !open.reader.index.sealed) else {
            return;
        };
        let quiet = open.rolling.is_some_and(|since| {
            let last = open.reel.last_packet().unwrap_or(since).max(since);
            now.instant.since(last) > SILENCE
        });
        let fault = match (self.disk.failing, quiet) {
            (true, _) => Some(RecordFault::DiskFull),
            (false, true) => Some(RecordFault::NoFrames),
            (false, false) => None,
        };
        let was = open.fault.map(|(fault, _)| fault);
        if fault == was {
            return;
        }
        let hearing = open.hearing;
        let before = core::mem::replace(&mut open.fault, fault.map(|fault| (fault, now.utc)));
        if let Some((fault, since)) = before.filter(|_| !self.disk.failing) {
            self.write(now, Entry::Fault { fault, since });
            self.write(now, Entry::Mended { fault, since });
        }
        self.notices.push(match fault {
            Some(fault) => RecordNotice::Fault { hearing, fault },
            None => RecordNotice::Mended { hearing },
        });
    }

    fn work(&mut self, work: Work) {
        if let Some(open) = &mut self.open {
            open.backlog.push_back(work);
            if open.backlog.len() > BACKLOG_MAX {
                self.wrong = Some("the recorder's backlog is over its limit".to_owned());
            }
        }
    }

    /// Writes what waits, as long as the disk takes it.
    fn flush(&mut self, now: Now) {
        while !self.disk.failing
            && let Some(work) = self.open.as_mut().and_then(|open| open.backlog.pop_front())
        {
            match work {
                Work::Minute(number, minute) => {
                    self.write(now, Entry::Minute { minute });
                    if let Some(open) = &self.open {
                        let hearing = open.hearing;
                        self.notices.push(RecordNotice::Written { hearing, number });
                    }
                }
                Work::Roll(rolling, ordered_at, media_ms) => {
                    if let Some(open) = &mut self.open {
                        open.confirmed = rolling.then(BTreeSet::new);
                    }
                    self.write(now, Entry::Roll { rolling, ordered_at, media_ms });
                }
                Work::Taken(taken) => self.take(now, taken),
                Work::Seal => self.seal(now),
            }
        }
    }

    fn take(&mut self, now: Now, taken: Taken) {
        let Some(open) = &mut self.open else { return };
        let entry = match taken {
            Taken::Begin { segment, track, head, bytes } => {
                self.disk.append(&segment, &bytes);
                let digests = open.segments.entry(segment.clone()).or_default().add(&bytes);
                let (codec, number) = (head.codec, head.number());
                let private = head.private.iter().map(|byte| format!("{byte:02x}")).collect();
                let (width, height) = (head.width, head.height);
                let length = bytes.len() as u64;
                Entry::Segment {
                    segment,
                    track,
                    codec,
                    number,
                    private,
                    width,
                    height,
                    length,
                    digests,
                }
            }
            Taken::Cluster { segment, track, from_ms, to_ms, frames, keyframe, bytes } => {
                self.disk.append(&segment, &bytes);
                let known = open.segments.entry(segment.clone()).or_default();
                let (offset, length) = (known.length, bytes.len() as u64);
                let digests = known.add(&bytes);
                known.pieces += 1;
                if open.confirmed.as_mut().is_some_and(|confirmed| confirmed.insert(track)) {
                    self.notices.push(RecordNotice::FirstFrames { hearing: open.hearing, track });
                }
                let piece =
                    Piece { segment, offset, length, from_ms, to_ms, frames, keyframe, digests };
                Entry::Commit { pieces: vec![piece] }
            }
            Taken::End { segment } => {
                let known = open.segments.remove(&segment).unwrap_or_default();
                let digests = known.digester.finish();
                let (length, pieces) = (known.length, known.pieces);
                Entry::SegmentSealed { segment, length, pieces, digests }
            }
            Taken::Lost { track, from, to, cause, packets } => {
                Entry::Lost { track: Some(track), from, to, cause, packets }
            }
            Taken::Reanchor { track, media_ms, shift_ms, cause } => {
                Entry::Reanchor { track, media_ms, shift_ms, cause }
            }
        };
        self.write(now, entry);
    }

    fn seal(&mut self, now: Now) {
        let Some(open) = &self.open else { return };
        let hearing = open.hearing;
        if !open.reader.index.sealed {
            let entry = open.reader.maker.last_entry();
            self.write(now, entry);
        }
        let Some(open) = &self.open else { return };
        let head = open.ledger.head();
        if let Some(seal) = open.reader.maker.seal(&open.ledger) {
            self.disk.files.insert(SEAL_FILE.to_owned(), seal.to_bytes());
        }
        let (head_sha256, head_sm3) = (head.sha256.to_string(), head.sm3.to_string());
        self.notices.push(RecordNotice::Sealed { hearing, head_sha256, head_sm3 });
    }

    fn write(&mut self, now: Now, entry: Entry) {
        let Some(open) = &mut self.open else { return };
        if open.reader.index.sealed {
            self.wrong = Some(format!("an entry after the seal: {entry:?}"));
            return;
        }
        let mut line = Vec::new();
        open.ledger.append(now.utc, entry, &mut line);
        open.reader.push(&line);
        self.disk.append(LEDGER_FILE, &line);
    }
}

impl Open {
    fn new(hearing: HearingId, reader: Reader) -> Self {
        Self {
            hearing,
            ledger: reader.ledger.clone(),
            reel: Reel::new(reader.before()),
            reader,
            rolling: None,
            finish_at: None,
            seal_at: None,
            segments: BTreeMap::new(),
            confirmed: None,
            backlog: VecDeque::new(),
            fault: None,
        }
    }
}

impl Segment {
    fn add(&mut self, bytes: &[u8]) -> Digests {
        self.digester.update(bytes);
        self.length += bytes.len() as u64;
        Digests::of(bytes)
    }
}
