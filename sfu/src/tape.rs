//! Media of one hearing on its way to the recorder: gathered for a short while, then handed over
//! whole.
//!
//! What is not here: what is on the record; the router asks for tape only where grants say so.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::letters::{Tape, TapeItem};
use model::{HearingId, Instant, TrackId, limits};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use crate::metrics::Metrics;

/// A tape of this many bytes is handed over before its time.
const TAPE_BYTES: usize = 1024 * 1024;

/// Gathers the tape of one hearing. Nothing is lost in silence: what the recorder has no room for
/// is a `Lost` item at the head of the next tape it takes.
pub(crate) struct TapeBox {
    hearing: HearingId,
    door: Sender<Tape>,
    metrics: Arc<Metrics>,
    items: Vec<TapeItem>,
    bytes: Vec<u8>,
    since: Option<Instant>,
    lost: BTreeMap<TrackId, Loss>,
}

#[derive(Clone, Copy)]
struct Loss {
    from: Instant,
    to: Instant,
    packets: u32,
}

impl TapeBox {
    pub(crate) const fn new(hearing: HearingId, door: Sender<Tape>, metrics: Arc<Metrics>) -> Self {
        Self {
            hearing,
            door,
            metrics,
            items: Vec::new(),
            bytes: Vec::new(),
            since: None,
            lost: BTreeMap::new(),
        }
    }

    /// Takes one item; a packet's payload is copied and found by `start` and `end`.
    pub(crate) fn push(&mut self, now: Instant, mut item: TapeItem, payload: &[u8]) {
        if let TapeItem::Packet { start, end, .. } = &mut item {
            *start = place(self.bytes.len());
            self.bytes.extend_from_slice(payload);
            *end = place(self.bytes.len());
        }
        self.items.push(item);
        self.since.get_or_insert(now);
    }

    /// When the tape must be handed over.
    pub(crate) fn due(&self) -> Option<Instant> {
        let since = self.since?;
        let full = self.bytes.len() >= TAPE_BYTES;
        Some(if full { since } else { since.plus(limits::TAPE_FLUSH) })
    }

    /// Hands the tape over if it is due, or at once when `all`.
    pub(crate) fn flush(&mut self, now: Instant, all: bool) {
        let due = self.due().is_some_and(|due| all || due <= now);
        if !due {
            return;
        }
        self.since = None;
        let mut items = Vec::with_capacity(self.items.len() + self.lost.len());
        for (track, loss) in std::mem::take(&mut self.lost) {
            let Loss { from, to, packets } = loss;
            items.push(TapeItem::Lost { track, from, to, packets });
        }
        let room = self.items.len();
        items.append(&mut self.items);
        self.items = Vec::with_capacity(room);
        let bytes_room = self.bytes.len();
        let bytes = std::mem::replace(&mut self.bytes, Vec::with_capacity(bytes_room));
        let tape = Tape { hearing: self.hearing, items, bytes };
        match self.door.try_send(tape) {
            Ok(()) => (),
            Err(TrySendError::Full(tape) | TrySendError::Closed(tape)) => {
                let packets =
                    tape.items.iter().filter(|item| matches!(item, TapeItem::Packet { .. }));
                self.metrics.tape_lost.inc_by(packets.count() as u64);
                for item in &tape.items {
                    self.mourn(item);
                }
                // The next hand-over is tried even if no further packet comes.
                self.since = Some(now);
            }
        }
    }

    fn mourn(&mut self, item: &TapeItem) {
        let (track, from, to, packets) = match *item {
            TapeItem::Packet { track, arrived, .. } => (track, arrived, arrived, 1),
            TapeItem::Lost { track, from, to, packets } => (track, from, to, packets),
            TapeItem::SenderReport { .. } => return,
        };
        let loss = self.lost.entry(track).or_insert(Loss { from, to, packets: 0 });
        loss.from = loss.from.min(from);
        loss.to = loss.to.max(to);
        loss.packets = loss.packets.saturating_add(packets);
    }
}

fn place(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("a tape is handed over long before it holds 4 GiB")
}

#[cfg(test)]
mod tests {
    use model::{Codec, ParticipantId, TrackKind};
    use prometheus::Registry;
    use tokio::sync::mpsc;

    use super::*;

    const TRACK: TrackId = TrackId::new(ParticipantId(4), TrackKind::Camera);

    fn packet(sequence: u64, arrived: u64) -> TapeItem {
        TapeItem::Packet {
            track: TRACK,
            codec: Codec::Vp8,
            arrived: Instant(arrived),
            sequence,
            rtp_time: 0,
            source: 1,
            marker: false,
            start: 0,
            end: 0,
        }
    }

    fn tape_box(room: usize) -> (TapeBox, mpsc::Receiver<Tape>, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::new(&Registry::new()).unwrap());
        let (door, inside) = mpsc::channel(room);
        (TapeBox::new(HearingId(1), door, Arc::clone(&metrics)), inside, metrics)
    }

    #[test]
    fn packets_wait_for_their_time_and_find_their_bytes() {
        let (mut tape, mut inside, _) = tape_box(4);
        tape.push(Instant(1_000), packet(1, 1_000), b"one");
        tape.push(Instant(2_000), packet(2, 2_000), b"two!");
        tape.flush(Instant(20_999), false);
        assert!(inside.try_recv().is_err(), "not yet");
        assert_eq!(tape.due(), Some(Instant(21_000)));
        tape.flush(Instant(21_000), false);
        let handed = inside.try_recv().unwrap();
        let texts: Vec<&[u8]> = handed
            .items
            .iter()
            .filter_map(|item| match item {
                TapeItem::Packet { start, end, .. } => {
                    handed.bytes.get(*start as usize..*end as usize)
                }
                TapeItem::SenderReport { .. } | TapeItem::Lost { .. } => None,
            })
            .collect();
        assert_eq!(texts, [b"one".as_slice(), b"two!"]);
        assert_eq!(tape.due(), None);
    }

    #[test]
    fn what_the_recorder_has_no_room_for_is_told_by_the_next_tape() {
        let (mut tape, mut inside, metrics) = tape_box(1);
        for round in 0..4 {
            tape.push(Instant(round * 100), packet(round, round * 100), b"x");
            tape.flush(Instant(round * 100), true);
        }
        assert_eq!(inside.try_recv().unwrap().items, [packet_at(0, 0, 0, 1)]);
        assert_eq!(metrics.tape_lost.get(), 3);
        tape.flush(Instant(500), true);
        let told = inside.try_recv().unwrap();
        let lost =
            TapeItem::Lost { track: TRACK, from: Instant(100), to: Instant(300), packets: 3 };
        assert_eq!(told.items, [lost], "even if nothing more is taped");
    }

    fn packet_at(sequence: u64, arrived: u64, from: u32, to: u32) -> TapeItem {
        let TapeItem::Packet { track, codec, rtp_time, source, marker, .. } = packet(0, 0) else {
            unreachable!("it is a packet")
        };
        TapeItem::Packet {
            track,
            codec,
            arrived: Instant(arrived),
            sequence,
            rtp_time,
            source,
            marker,
            start: from,
            end: to,
        }
    }
}
