//! Hours by clocks that run fast and slow: the light and the tone of two people must come out of
//! recorder and film together, at the end as at the beginning.
//!
//! What is not here: packets that are late or lost, see `films.rs` and `media.rs`.
//!
//! `ASSIZE_DRIFT_MINUTES=180` plays so many minutes by sound cards that are wrong by 80 millionths, and
//! shows its figures with `--nocapture`; without it a minute by sound cards that are a hundred times
//! as wrong.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use model::letters::{RecordNotice, Tape, TapeItem};
use model::{Instant, TrackKind};
use recorder::make_film;

use crate::desk::{Desk, HEARING, Publisher, folder};
use crate::films::{TOGETHER_MS, onsets, order};
use crate::media::{ffmpeg, ivf_frames, ogg_packets, vp8_payloads};

/// One picture of the film, ms.
const PICTURE_MS: i64 = 40;
/// What is looked for is no further than this from where it should be, ms.
const NEAR_MS: i64 = 1_000;
/// The publisher's clock at the start, seconds.
const NTP: u64 = 3_976_000_000;
/// How far apart packets arrive of what was one moment at the publisher, µs: less than a packet's
/// time, so that none overtakes another.
const JITTER_US: u64 = 15_000;

/// What is played: how often there is light and tone, how often in all, and how wrong sound cards are,
/// millionths.
struct Course {
    period_s: u64,
    periods: u64,
    wrong: u64,
}

impl Course {
    fn chosen() -> Self {
        match std::env::var("ASSIZE_DRIFT_MINUTES") {
            Ok(minutes) => {
                Self { period_s: 60, periods: minutes.parse().expect("a number"), wrong: 80 }
            }
            Err(_) => Self { period_s: 10, periods: 6, wrong: 8_000 },
        }
    }

    /// Parts of the film that are looked at, seconds from and to: beginning, middle and end.
    fn looks(&self) -> Vec<(u64, u64)> {
        let end = self.period_s * self.periods;
        let part = 3 * self.period_s;
        if end <= 3 * part {
            return vec![(0, end)];
        }
        let middle = (end / 2).next_multiple_of(self.period_s);
        vec![(0, part), (middle, middle + part), (end - part, end)]
    }
}

/// One person: a period of sound and picture, over and over. The sound card's clock is wrong; the
/// picture has the clock of the reports, which is right, or without reports the sound card's.
struct Person {
    sound: Publisher,
    picture: Publisher,
    packets: Vec<Vec<u8>>,
    frames: Vec<Vec<u8>>,
    /// True time takes so many millionths more than the sound card says.
    clock: u64,
    /// Second of the period at which there is light and tone.
    at_s: u64,
    /// Sends sender reports; then the picture may come later than the sound.
    reports: bool,
    sent: [u64; 3],
}

impl Person {
    fn new(who: u32, course: &Course, clock: u64, at_s: u64, reports: bool) -> Self {
        let (period, end) = (course.period_s, format!("{at_s}.08"));
        let when = format!("gte(t,{at_s})*lt(t,{end})");
        let light = format!(
            "color=c=black:s=160x90:r=25:d={period},drawbox=c=white:t=fill:enable='{when}'"
        );
        let picture = ["-pix_fmt", "yuv420p", "-g", "250", "-c:v", "libvpx", "-deadline"];
        let rest = ["realtime", "-auto-alt-ref", "0", "-b:v", "200k", "-f", "ivf"];
        let ivf = ffmpeg(&[&["-f", "lavfi", "-i", &light][..], &picture, &rest].concat());
        let tone = format!("aevalsrc='0.5*{when}*sin(2*PI*1000*t)':d={period}:s=48000");
        let sound = ["-c:a", "libopus", "-b:a", "32k", "-f", "ogg"];
        let ogg = ffmpeg(&[&["-f", "lavfi", "-i", &tone][..], &sound].concat());
        let (mut packets, mut frames) = (ogg_packets(&ogg), ivf_frames(&ivf));
        packets.truncate(usize::try_from(period * 50).expect("few"));
        frames.truncate(usize::try_from(period * 25).expect("few"));
        let publisher = |kind| Publisher::new(who, kind);
        let (sound, picture) = (publisher(TrackKind::Microphone), publisher(TrackKind::Camera));
        Self { sound, picture, packets, frames, clock, at_s, reports, sent: [0; 3] }
    }

    /// The true time, µs, of what the sound card takes for `us`.
    fn true_us(&self, us: u64) -> u64 {
        us * self.clock / 1_000_000
    }

    /// What arrived up to `now` and was not handed over yet.
    fn step(&mut self, start: Instant, now: Instant, tape: &mut Tape) {
        let upto = u64::try_from(now.since(start).as_micros()).expect("days");
        loop {
            let (n, arrived) = self.next(0, 20_000, 20_000);
            if arrived > upto {
                break;
            }
            self.sound.rtp_time = 77_777 + n * 960;
            let packet = &self.packets[index(n, self.packets.len())];
            self.sound.packet(start.plus(Duration::from_micros(arrived)), true, packet, tape);
            self.sent[0] += 1;
        }
        let way = if self.reports { 80_000 } else { 20_000 };
        loop {
            let (n, arrived) = self.next(1, 40_000, way);
            if arrived > upto {
                break;
            }
            let us = if self.reports { self.true_us(n * 40_000) } else { n * 40_000 };
            self.picture.rtp_time = 900_000 + us * 9 / 100;
            let frame = &self.frames[index(n, self.frames.len())];
            let payloads = vp8_payloads(index(n, 0x8000), frame);
            for (part, payload) in payloads.iter().enumerate() {
                let last = part + 1 == payloads.len();
                let arrived = start.plus(Duration::from_micros(arrived));
                self.picture.packet(arrived, last, payload, tape);
            }
            self.sent[1] += 1;
        }
        while self.reports && self.sent[2] * 1_000_000 + 20_000 <= upto {
            let us = self.sent[2] * 1_000_000;
            let arrived = start.plus(Duration::from_micros(us + 20_000));
            let sound = us * 1_000_000 / self.clock;
            for (publisher, rtp_time) in [
                (&self.sound, 77_777 + sound * 48 / 1_000),
                (&self.picture, 900_000 + us * 9 / 100),
            ] {
                let (track, source) = (publisher.track, publisher.source);
                let ntp = (NTP << 32) + us / 1_000_000 * (1 << 32);
                tape.items.push(TapeItem::SenderReport { track, source, arrived, ntp, rtp_time });
            }
            self.sent[2] += 1;
        }
    }

    /// Number of the next packet of a track, and when it arrives, µs after the start.
    fn next(&self, track: usize, every_us: u64, way_us: u64) -> (u64, u64) {
        let n = self.sent[track];
        let jitter = n.wrapping_mul(6_364_136_223_846_793_005) >> 33;
        (n, self.true_us(n * every_us) + way_us + jitter % JITTER_US)
    }
}

fn index(n: u64, length: usize) -> usize {
    usize::try_from(n % length as u64).expect("small")
}

/// Records the people for as long as the course takes, and seals.
async fn record(archive: &Path, course: &Course, people: &mut [Person]) {
    let mut desk = Desk::start(archive);
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    desk.roll(true).await;
    let start = desk.now().instant;
    let end = start.plus(Duration::from_secs(course.period_s * course.periods));
    while desk.now().instant < end {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = desk.now().instant;
        let mut tape = Tape { hearing: HEARING, items: Vec::new(), bytes: Vec::new() };
        for person in &mut *people {
            person.step(start, now, &mut tape);
        }
        desk.tapes.send(tape).await.expect("taken");
        while desk.notices.try_recv().is_ok() {}
    }
    desk.roll(false).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;
    let verdict = recorder::verify(&folder(archive), None).expect("readable").remove(0).1;
    assert_eq!(verdict.findings, Vec::<String>::new());
}

/// Moments of light and of tone in a part of the film, ms of the film.
fn seen(film: &Path, (from, to): (u64, u64)) -> [Vec<i64>; 2] {
    let file = film.to_str().expect("plain");
    let (at, long) = (from.to_string(), (to - from).to_string());
    let part = ["-ss", &at, "-t", &long, "-i", file];
    let picture = ["-vf", "scale=1:1:flags=area", "-f", "rawvideo", "-pix_fmt", "gray"];
    let luma = ffmpeg(&[&part[..], &picture].concat());
    let mut sorted = luma.clone();
    sorted.sort_unstable();
    let dark = sorted[sorted.len() / 2];
    let light: Vec<bool> = luma.iter().map(|&luma| luma > dark.saturating_add(15)).collect();
    let samples = ffmpeg(&[&part[..], &["-ac", "1", "-ar", "8000", "-f", "s16le"]].concat());
    let samples = samples.as_chunks::<2>().0.iter();
    let loud: Vec<bool> =
        samples.map(|of| i16::from_le_bytes(*of).unsigned_abs() > 2_000).collect();
    let from_ms = i64::try_from(from * 1_000).expect("hours");
    let shifted = |onsets: Vec<i64>| onsets.into_iter().map(|at| at + from_ms).collect();
    [shifted(onsets(&light, 25, 5)), shifted(onsets(&loud, 8_000, 2_000))]
}

/// How much later the light is than the tone at each moment of one person in a part of the film.
fn apart(person: &Person, course: &Course, look: (u64, u64), seen: &[Vec<i64>; 2]) -> Vec<i64> {
    let ms = |s: u64| i64::try_from(s * 1_000).expect("hours");
    let moments = (0..course.periods).map(|n| {
        let at = person.true_us((n * course.period_s + person.at_s) * 1_000_000) / 1_000;
        i64::try_from(at).expect("hours")
    });
    let inside = |at: &i64| ms(look.0) + NEAR_MS < *at && *at + NEAR_MS < ms(look.1);
    moments
        .filter(inside)
        .map(|at| {
            let near = |all: &Vec<i64>| {
                let near = all.iter().copied().find(|of| of.abs_diff(at) < NEAR_MS.unsigned_abs());
                near.unwrap_or_else(|| panic!("nothing at {at} ms: {all:?}"))
            };
            near(&seen[0]) - near(&seen[1])
        })
        .collect()
}

#[tokio::test(start_paused = true)]
async fn light_and_tone_stay_together_by_clocks_that_run_wrong() {
    let archive = tempfile::tempdir().expect("a folder");
    let course = Course::chosen();
    let mut people = [
        Person::new(1, &course, 1_000_000 - course.wrong, course.period_s / 5, true),
        Person::new(2, &course, 1_000_000 + course.wrong, course.period_s * 7 / 10, false),
    ];
    record(archive.path(), &course, &mut people).await;
    let film = archive.path().join("film.mp4");
    make_film(&order(archive.path(), &film), &AtomicBool::new(false), &mut |_| {}).expect("a film");

    let looks = course.looks();
    let seen: Vec<[Vec<i64>; 2]> = looks.iter().map(|look| seen(&film, *look)).collect();
    let mut told = String::new();
    for person in &people {
        let parts: Vec<Vec<i64>> = looks
            .iter()
            .zip(&seen)
            .map(|(look, seen)| apart(person, &course, *look, seen))
            .collect();
        let who = person.sound.track.participant.0;
        told.push_str(&format!("person {who}, light after tone, ms: {parts:?}\n"));
        let all: Vec<i64> = parts.concat();
        assert!(all.len() >= 4, "{told}");
        assert!(all.iter().all(|apart| apart.abs() <= TOGETHER_MS), "{told}");
        // Each light is a picture early or late by chance: several make one figure.
        let middle =
            |some: &[i64]| some.iter().sum::<i64>() / i64::try_from(some.len()).expect("few");
        let third = (all.len() / 3).max(2);
        let drift = middle(&all[all.len() - third..]) - middle(&all[..third]);
        told.push_str(&format!("person {who}, drift, ms: {drift}\n"));
        assert!(drift.abs() <= PICTURE_MS, "{told}");
    }
    // Seen with `--nocapture`.
    assert!(std::io::Write::write_all(&mut std::io::stdout(), told.as_bytes()).is_ok());
}
