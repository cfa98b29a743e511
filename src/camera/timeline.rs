//! Sequence numbers, timestamps and sender reports that go on when the camera begins anew.
//!
//! What is not here: clocks; the time comes in as an argument.

use std::time::Duration;

/// Packets that a camera's network may lose before the hole is closed instead of kept.
const HOLE_MAX: u16 = 100;
/// A jump of the camera's time against ours beyond this is the camera's restart, not its pause.
const JUMP_MAX: Duration = Duration::from_secs(10);
/// Seconds from the epoch of NTP (1900) to that of Unix (RFC 5905 §6).
const NTP_UNIX_SECONDS: u64 = 2_208_988_800;
/// A camera's clock that moves more than this against ours was set.
const SET_MAX_MICROS: i64 = 1_000_000;
const MICROS: i64 = 1_000_000;

/// Numbers of one track: in one session of the camera they are the camera's own, moved by a
/// constant; over an outage they go on where they stood.
#[derive(Debug)]
pub(super) struct Numbering {
    hz: u32,
    sequence: u16,
    /// What is added to the camera's timestamps in this session.
    moved: Option<u32>,
    /// The last timestamp sent, and when.
    last: Option<(u32, Duration)>,
}

impl Numbering {
    /// Numbers of a track whose clock has `hz`.
    pub(super) const fn new(hz: u32) -> Self {
        Self { hz, sequence: 0, moved: None, last: None }
    }

    /// Another session of the camera begins.
    pub(super) const fn begin(&mut self) {
        self.moved = None;
    }

    /// The timestamp to send for the camera's, seen at `now` (any epoch that does not jump).
    pub(super) fn timestamp(&mut self, camera: u32, now: Duration) -> u32 {
        if let (Some(moved), Some((last, at))) = (self.moved, self.last) {
            let passed = ticks(now.saturating_sub(at), self.hz);
            let ahead = camera.wrapping_add(moved).wrapping_sub(last).wrapping_sub(passed);
            if i64::from(ahead.cast_signed()).unsigned_abs() > u64::from(ticks(JUMP_MAX, self.hz)) {
                self.moved = None;
            }
        }
        let moved = *self.moved.get_or_insert_with(|| match self.last {
            None => 0,
            Some((last, at)) => {
                let passed = ticks(now.saturating_sub(at), self.hz).max(1);
                last.wrapping_add(passed).wrapping_sub(camera)
            }
        });
        let sent = camera.wrapping_add(moved);
        self.last = Some((sent, now));
        sent
    }

    /// A timestamp of the camera as it is sent, without counting as a packet.
    pub(super) fn place(&self, camera: u32) -> Option<u32> {
        self.moved.map(|moved| camera.wrapping_add(moved))
    }

    /// The next sequence number, after a hole of `lost` packets: what the camera's network lost
    /// stays lost, so that nobody decodes around it.
    pub(super) fn sequence(&mut self, lost: u16) -> u16 {
        let hole = if lost <= HOLE_MAX { lost } else { 0 };
        self.sequence = self.sequence.wrapping_add(1).wrapping_add(hole);
        self.sequence
    }
}

/// Ticks of a clock in a time; both wrap.
fn ticks(time: Duration, hz: u32) -> u32 {
    let ticks = time.as_micros() * u128::from(hz) / 1_000_000;
    u32::try_from(ticks & u128::from(u32::MAX)).unwrap_or_default()
}

/// Which of a camera's tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    /// Sound.
    Sound,
    /// Picture.
    Picture,
}

#[derive(Clone, Copy, Debug)]
struct Track {
    hz: u32,
    /// A timestamp and what the camera's clock showed, µs; from a sender report or, without one,
    /// from the first packet.
    anchor: Option<(u32, i64)>,
    reported: bool,
    /// What is added to the camera's clock to have ours, µs: the quickest packet counts.
    ours: Option<i64>,
}

impl Track {
    const fn new(hz: u32) -> Self {
        Self { hz, anchor: None, reported: false, ours: None }
    }

    /// What the camera's clock showed at a timestamp.
    fn micros(&self, timestamp: u32) -> Option<i64> {
        let (at, micros) = self.anchor?;
        let ahead = i64::from(timestamp.wrapping_sub(at).cast_signed());
        Some(micros + ahead * MICROS / i64::from(self.hz))
    }
}

/// When the camera's sound and picture were taken, on our clock.
///
/// With sender reports on both tracks they share one distance between the camera's clock and
/// ours, so that lips stay with words; without, each track is placed by its quickest packet.
#[derive(Debug)]
pub(super) struct Capture {
    sound: Track,
    picture: Track,
}

impl Capture {
    /// Tracks with these clocks, Hz.
    pub(super) const fn new(sound_hz: u32, picture_hz: u32) -> Self {
        Self { sound: Track::new(sound_hz), picture: Track::new(picture_hz) }
    }

    const fn of(&mut self, medium: Medium) -> &mut Track {
        match medium {
            Medium::Sound => &mut self.sound,
            Medium::Picture => &mut self.picture,
        }
    }

    /// A packet with the camera's timestamp came at `now`, the time since 1970.
    pub(super) fn packet(&mut self, medium: Medium, timestamp: u32, now: Duration) {
        let now = micros_of(now);
        let track = self.of(medium);
        if track.anchor.is_none() {
            track.anchor = Some((timestamp, 0));
        }
        let Some(shown) = track.micros(timestamp) else { return };
        // Far from its anchor a timestamp would wrap.
        if let Some((at, _)) = track.anchor
            && timestamp.wrapping_sub(at) > u32::MAX / 4
            && timestamp.wrapping_sub(at) < u32::MAX / 2
        {
            track.anchor = Some((timestamp, shown));
        }
        let ours = now - shown;
        track.ours = Some(match track.ours {
            Some(before) if (ours - before).abs() <= SET_MAX_MICROS => before.min(ours),
            Some(_) | None => ours,
        });
    }

    /// The camera's sender report: its clock (NTP, RFC 3550 §6.4.1) at a timestamp.
    pub(super) fn report(&mut self, medium: Medium, ntp: u64, timestamp: u32) {
        let track = self.of(medium);
        let shown = ntp_micros(ntp);
        let before = track.micros(timestamp);
        track.anchor = Some((timestamp, shown));
        let set = before.is_none_or(|before| (before - shown).abs() > SET_MAX_MICROS);
        if !track.reported || set {
            track.ours = None;
        }
        track.reported = true;
    }

    /// When the camera took what has this timestamp, since 1970 on our clock.
    pub(super) fn taken_at(&mut self, medium: Medium, timestamp: u32) -> Option<Duration> {
        let shared = (self.sound.reported && self.picture.reported)
            .then(|| Some(self.sound.ours?.min(self.picture.ours?)))
            .flatten();
        let track = self.of(medium);
        let micros = track.micros(timestamp)? + shared.or(track.ours)?;
        Some(Duration::from_micros(u64::try_from(micros).ok()?))
    }
}

fn micros_of(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX / 4)
}

fn ntp_micros(ntp: u64) -> i64 {
    let (seconds, fraction) = (ntp >> 32, ntp & 0xffff_ffff);
    let micros = seconds * 1_000_000 + ((fraction * 1_000_000) >> 32);
    i64::try_from(micros).expect("32 bits of seconds are far from 63 bits of microseconds")
}

/// A time since 1970 as NTP writes it (RFC 5905 §6).
pub(super) fn ntp_of(time: Duration) -> u64 {
    let seconds = time.as_secs().wrapping_add(NTP_UNIX_SECONDS);
    let fraction = (u64::from(time.subsec_micros()) << 32) / 1_000_000;
    (seconds << 32) | fraction
}

#[cfg(test)]
mod tests;
