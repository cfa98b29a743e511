//! What must hold after every step, whatever the dice do.
//! What is not here: procedure; that is compared with the reference in `procedure.rs`.

use std::collections::{BTreeMap, BTreeSet};

use forwarding::{LegId, packet};
use model::stage::Gap;
use model::{Grants, Instant, Now, ParticipantId, Timestamp, TrackId};

use super::mark::Mark;

/// The moment at which simulations begin.
const START: Timestamp = Timestamp(1_772_413_199_000);
/// Time between two sound packets, ms.
const BEAT_MS: i64 = 60;
/// Clocks of orders and tape differ by this much at the borders of the record, ms.
const BORDER_MS: i64 = 3;
/// The order to pause may wait this long in its queue, while the table that ends the track waits
/// in another; what the router takes until then is still granted, ms.
const QUEUED_MS: i64 = 40;
/// A gap in the ledger is as wide as the media around it, which is stamped a little off, ms.
const GAP_SLACK_MS: i64 = 700;

/// Everything seen that must fit together.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The table in force at the router.
    pub(crate) grants: Grants,
    /// The first thing that did not hold.
    pub(crate) wrong: Option<String>,
    /// Sound handed to the tape, and when it had arrived.
    pub(crate) taped: BTreeMap<Mark, Timestamp>,
    /// Everything handed to the tape, pictures too, with the sources it was taped under.
    pub(crate) taped_all: BTreeMap<Mark, BTreeSet<u32>>,
    /// Packets sent to pages.
    pub(crate) sent: u64,
    sequences: BTreeMap<(LegId, u32), Numbers>,
    sound_seen: BTreeSet<Mark>,
}

/// Sequence numbers of one line.
#[derive(Debug, Default)]
struct Numbers {
    by_sequence: BTreeMap<u16, Mark>,
    last: Option<(Mark, u16)>,
}

impl Watch {
    /// Notes what does not hold; the first thing stays.
    pub(crate) fn fail(&mut self, now: Instant, what: &str) {
        if self.wrong.is_none() {
            self.wrong = Some(format!("at {} ms: {what}", now.0 / 1_000));
        }
    }

    /// The node died: its legs and tables are gone.
    pub(crate) fn forget_node(&mut self) {
        self.grants = Grants::default();
        self.sequences.clear();
        self.sound_seen.clear();
    }

    /// The router sends a packet to somebody: under a grant, with a number of its own.
    pub(crate) fn sends(&mut self, now: Instant, leg: LegId, to: ParticipantId, bytes: &[u8]) {
        self.sent += 1;
        let Some(packet) = packet::Packet::read(bytes) else {
            return self.fail(now, "the router sent what is no packet");
        };
        let Some(mark) = Mark::of(packet.payload) else {
            return self.fail(now, "the router changed a payload");
        };
        if !self.grants.reaches(mark.track, to) {
            self.fail(now, &format!("{} reached {to} without a grant", mark.track));
        }
        let numbers = self.sequences.entry((leg, packet.ssrc)).or_default();
        let known = numbers.by_sequence.insert(packet.sequence, mark);
        let mut wrong = None;
        if known.is_some_and(|known| known != mark) {
            wrong = Some("a sequence number was used twice");
        }
        let fresh = known.is_none();
        if let Some((last, sequence)) = numbers.last.filter(|_| fresh) {
            let same = last.track == mark.track && last.source == mark.source;
            let ahead = packet.sequence.wrapping_sub(sequence);
            let rises = (1..0x8000).contains(&ahead);
            if same && mark.number > last.number && !rises {
                wrong = Some("sequence numbers fell while the packets rose");
            }
            if !same && !rises {
                wrong = Some("a slot changed hands and its numbers fell");
            }
        }
        let newest = numbers.last.is_none_or(|(last, _)| {
            last.track != mark.track || last.source != mark.source || mark.number > last.number
        });
        if fresh && newest {
            numbers.last = Some((mark, packet.sequence));
        }
        if let Some(wrong) = wrong {
            self.fail(now, &format!("{wrong}: {mark:?} to {to}"));
        }
    }

    /// The router hands a packet to the tape: it must be on the record, and be handed over once.
    ///
    /// Once for each source: a grant that was withdrawn begins a new one when it is given again,
    /// and a packet sent again may fall into both.
    pub(crate) fn tapes(&mut self, at: Now, track: TrackId, source: u32, payload: &[u8]) {
        let now = at.instant;
        let Some(mark) = Mark::of(payload) else {
            return self.fail(now, "the tape holds what nobody sent");
        };
        if mark.track != track {
            self.fail(now, "the tape names another track");
        }
        if !self.grants.record.contains(&track) {
            self.fail(now, &format!("{track} was taped off the record"));
        }
        if !self.taped_all.entry(mark).or_default().insert(source) {
            self.fail(now, &format!("{mark:?} was taped twice"));
        }
        if track.kind.is_sound() {
            self.taped.entry(mark).or_insert(at.utc);
        }
    }

    /// A sound packet came in that the router did not drop: if it is on the record, it was taped.
    pub(crate) fn came_in(&mut self, now: Instant, bytes: &[u8], dropped: bool) {
        let mark = packet::Packet::read(bytes).and_then(|packet| Mark::of(packet.payload));
        let Some(mark) = mark.filter(|mark| mark.track.kind.is_sound()) else { return };
        let fresh = self.sound_seen.insert(mark);
        let granted = self.grants.record.contains(&mark.track);
        if fresh && !dropped && granted && !self.taped.contains_key(&mark) {
            self.fail(now, &format!("{mark:?} was on the record and is not on the tape"));
        }
    }

    /// The finished record: every taped sound packet on disk or named as lost, nothing else on
    /// disk. Gives back how many are recorded and how many named.
    ///
    /// A packet due before the first one that came after recording of the track began (again) is
    /// not owed: nobody can tell that it was on the record.
    pub(crate) fn compare(
        &mut self,
        now: Instant,
        on_disk: &BTreeMap<Mark, u32>,
        rolled: &[(Timestamp, Timestamp)],
        gaps: &[Gap],
    ) -> (u64, u64) {
        let (mut recorded, mut named) = (0, 0);
        for (mark, times) in on_disk {
            let taped = self.taped_all.get(mark).map_or(0, BTreeSet::len);
            if usize::try_from(*times).unwrap_or(usize::MAX) > taped {
                let what = format!("{mark:?} stands {times} times on the record, taped {taped}");
                self.fail(now, &what);
            }
        }
        let taped = core::mem::take(&mut self.taped);
        for (mark, arrived) in &taped {
            let hardly = rolled
                .iter()
                .any(|(from, to)| arrived.0 >= from.0 - BORDER_MS && arrived.0 <= to.0 + QUEUED_MS);
            if on_disk.contains_key(mark) {
                recorded += 1;
                if !hardly {
                    let story = story(&taped, *mark, on_disk, rolled, gaps);
                    self.fail(now, &format!("{mark:?} was recorded off the record: {story}"));
                }
                continue;
            }
            let sent = sent_about(&taped, *mark);
            let lost = gaps.iter().any(|gap| {
                let within =
                    |at: i64| at >= gap.from.0 - GAP_SLACK_MS && at <= gap.to.0 + GAP_SLACK_MS;
                gap.track.is_none_or(|track| track == mark.track)
                    && (within(arrived.0) || within(sent))
            });
            let owed = rolled.iter().any(|(from, to)| {
                let surely = |at: i64| at > from.0 + BORDER_MS && at < to.0 - BORDER_MS;
                let began = on_disk.keys().any(|other| {
                    let at = taped.get(other).is_some_and(|at| surely(at.0));
                    at && other.track == mark.track
                        && other.source == mark.source
                        && other.number < mark.number
                        && self.taped_all.get(other) == self.taped_all.get(mark)
                });
                surely(arrived.0) && surely(sent) && began
            });
            named += u64::from(lost);
            if owed && !lost {
                let story = story(&taped, *mark, on_disk, rolled, gaps);
                self.fail(now, &format!("{mark:?} is missing and not named: {story}"));
            }
        }
        self.taped = taped;
        (recorded, named)
    }
}

/// When a sound packet was due, had it come as its neighbours did. What comes seconds late, asked
/// for again and again, is named as missing where it was due.
fn sent_about(taped: &BTreeMap<Mark, Timestamp>, mark: Mark) -> i64 {
    let numbers = mark.number.saturating_sub(8)..=mark.number + 8;
    numbers
        .filter_map(|number| {
            let at = taped.get(&Mark { number, ..mark })?;
            Some(at.0 + (i64::from(mark.number) - i64::from(number)) * BEAT_MS)
        })
        .min()
        .unwrap_or(i64::MAX)
}

/// What is known around a missing packet, in ms since the beginning.
fn story(
    taped: &BTreeMap<Mark, Timestamp>,
    mark: Mark,
    on_disk: &BTreeMap<Mark, u32>,
    rolled: &[(Timestamp, Timestamp)],
    gaps: &[Gap],
) -> String {
    let ms = |at: Timestamp| at.0 - START.0;
    let around: Vec<_> = (mark.number.saturating_sub(6)..=mark.number + 6)
        .filter_map(|number| {
            let other = Mark { number, ..mark };
            Some((number, ms(*taped.get(&other)?), on_disk.contains_key(&other)))
        })
        .collect();
    let rolled: Vec<_> = rolled.iter().map(|(from, to)| (ms(*from), ms(*to))).collect();
    let gaps: Vec<_> = gaps
        .iter()
        .filter(|gap| gap.track.is_none_or(|track| track == mark.track))
        .map(|gap| (ms(gap.from), ms(gap.to)))
        .collect();
    format!("number, arrival, on disk {around:?}; rolled {rolled:?}; gaps {gaps:?}")
}
