//! What a robot sends and hears, shared by its task and its connections.
//!
//! What is not here: the packets themselves.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::{Instant, SystemTime};

use model::{HearingId, ParticipantId, TrackKind};

use super::stamp::{Stamp, Tally};

/// What a robot sends and hears, over all its connections.
#[derive(Debug)]
pub(super) struct Gauge {
    hearing: HearingId,
    me: ParticipantId,
    heard: Mutex<Heard>,
    on: [AtomicBool; 3],
    sent: [AtomicU64; 3],
    /// Whether the server asked for a keyframe since this was last looked at.
    pub(super) keyframe_wanted: AtomicBool,
}

/// What a robot heard.
#[derive(Debug)]
pub(super) struct Heard {
    /// Packets by sender.
    pub(super) tally: Tally,
    /// When the first sound came since it was reset.
    pub(super) first_sound: Option<Instant>,
    /// When the first picture came since it was reset.
    pub(super) first_picture: Option<Instant>,
}

const fn place_of(kind: TrackKind) -> usize {
    match kind {
        TrackKind::Microphone => 0,
        TrackKind::Camera => 1,
        TrackKind::Screen => 2,
    }
}

impl Gauge {
    /// A gauge at zero.
    pub(super) fn new(hearing: HearingId, me: ParticipantId) -> Self {
        Self {
            hearing,
            me,
            heard: Mutex::new(Heard {
                tally: Tally::new(hearing),
                first_sound: None,
                first_picture: None,
            }),
            on: Default::default(),
            sent: Default::default(),
            keyframe_wanted: AtomicBool::new(false),
        }
    }

    /// What was heard so far.
    pub(super) fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().expect("no holder panics: it only counts")
    }

    /// Switches a track on or off at this end.
    pub(super) fn switch(&self, kind: TrackKind, on: bool) {
        self.on[place_of(kind)].store(on, Ordering::Relaxed);
    }

    /// Packets of a kind sent so far.
    pub(super) fn sent(&self, kind: TrackKind) -> u64 {
        self.sent[place_of(kind)].load(Ordering::Relaxed)
    }

    /// Whether a track is switched on.
    pub(super) fn is_on(&self, kind: TrackKind) -> bool {
        self.on[place_of(kind)].load(Ordering::Relaxed)
    }

    /// Writes the next stamp of a track into a payload that is about to be sent.
    pub(super) fn stamp(&self, kind: TrackKind, payload: &mut [u8]) {
        let sequence = self.sent[place_of(kind)].fetch_add(1, Ordering::Relaxed);
        Stamp { hearing: self.hearing, from: self.me, kind, sequence, sent_ns: now_ns() }
            .write(payload);
    }

    /// Counts a payload that arrived.
    pub(super) fn take(&self, payload: &[u8]) {
        let now = Instant::now();
        let mut heard = self.heard();
        match heard.tally.take(payload, now, now_ns()) {
            Some((_, TrackKind::Microphone)) => _ = heard.first_sound.get_or_insert(now),
            Some((_, TrackKind::Camera | TrackKind::Screen)) => {
                _ = heard.first_picture.get_or_insert(now);
            }
            None => (),
        }
    }
}

/// The wall clock, nanoseconds since 1970-01-01 UTC.
pub(super) fn now_ns() -> u64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .expect("the clock of a court stands after 1970");
    u64::try_from(since.as_nanos()).expect("nanoseconds fit until the year 2554")
}
