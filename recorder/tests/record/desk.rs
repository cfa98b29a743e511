//! A recorder under test: real rooms and files, false time, publishers that make tape.
//!
//! What is not here: tests.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use model::archive::Attendee;
use model::letters::{RecordNotice, RecordOrder, Tape, TapeItem};
use model::view::Heading;
use model::{
    Actor, Brief, Codec, Fact, HearingId, Instant, Minute, Now, ParticipantId, Private, Role,
    Timestamp, TrackId, TrackKind,
};
use prometheus::Registry;
use recorder::disk::{Disk, RealDisk};
use recorder::{Doors, RecorderConfig, RecorderFault};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

pub(crate) const HEARING: HearingId = HearingId(17);
const START: i64 = 1_790_000_000_000;

pub(crate) struct Desk {
    pub(crate) orders: mpsc::Sender<RecordOrder>,
    pub(crate) notices: mpsc::Receiver<RecordNotice>,
    pub(crate) tapes: mpsc::Sender<Tape>,
    pub(crate) registry: Registry,
    stop: watch::Sender<bool>,
    room: JoinHandle<Result<(), RecorderFault>>,
    clock: Arc<dyn Fn() -> Now + Send + Sync>,
    /// How far somebody has set the wall clock, ms.
    set_by: Arc<AtomicI64>,
    minutes: u64,
}

impl Desk {
    pub(crate) fn start(archive: &Path) -> Self {
        let mut config = RecorderConfig::new(archive.to_owned());
        config.free_min = 0;
        Self::start_on(Arc::new(RealDisk), config, START)
    }

    /// A recorder whose wall clock stands at `utc`.
    pub(crate) fn start_on(disk: Arc<dyn Disk>, config: RecorderConfig, utc: i64) -> Self {
        Self::start_falling(disk, config, utc, Arc::default())
    }

    /// A recorder whose next look at the clock, once `falls`, is a bug.
    pub(crate) fn falling(
        disk: Arc<dyn Disk>,
        config: RecorderConfig,
        falls: Arc<AtomicBool>,
    ) -> Self {
        Self::start_falling(disk, config, START, falls)
    }

    fn start_falling(
        disk: Arc<dyn Disk>,
        config: RecorderConfig,
        utc: i64,
        falls: Arc<AtomicBool>,
    ) -> Self {
        let zero = tokio::time::Instant::now();
        let set_by = Arc::new(AtomicI64::new(0));
        let set = Arc::clone(&set_by);
        let clock: Arc<dyn Fn() -> Now + Send + Sync> = Arc::new(move || {
            let elapsed = zero.elapsed();
            let utc = Timestamp(utc + set.load(Ordering::Relaxed));
            Now { instant: Instant(7_000_000), utc }.plus(elapsed)
        });
        let (orders, orders_in) = mpsc::channel(64);
        let (notices_out, notices) = mpsc::channel(1_024);
        let (tapes, tapes_in) = mpsc::channel(1_024);
        let (stop, stopped) = watch::channel(false);
        let registry = Registry::new();
        let doors = Doors { orders: orders_in, notices: notices_out, tapes: tapes_in };
        let sound = Arc::clone(&clock);
        let theirs: Arc<dyn Fn() -> Now + Send + Sync> = Arc::new(move || {
            assert!(!falls.swap(false, Ordering::SeqCst), "the bug of this test");
            sound()
        });
        let run = recorder::run_on(disk, config, theirs, doors, registry.clone(), stopped);
        let room = tokio::spawn(run);
        Self { orders, notices, tapes, registry, stop, room, clock, set_by, minutes: 0 }
    }

    /// Sets the wall clock forward, or back; the monotonic one goes on as it did.
    pub(crate) fn set_clock(&self, by_ms: i64) {
        self.set_by.fetch_add(by_ms, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Now {
        (self.clock)()
    }

    pub(crate) async fn order(&self, order: RecordOrder) {
        self.orders.send(order).await.expect("the recorder takes orders");
    }

    pub(crate) async fn open(&self) {
        let heading = Heading {
            court: "Court".to_owned(),
            case_number: Private::from("(2026) 1"),
            cause: Private::from("loan"),
            scheduled_at: Timestamp(START),
        };
        let attendees = (1..=2)
            .map(|n| {
                let role = if n == 1 { Role::PresidingJudge } else { Role::Plaintiff };
                Attendee::new(ParticipantId(n), role, Private::from("name"))
            })
            .collect();
        let at = self.now().utc;
        self.order(RecordOrder::Open {
            hearing: HEARING,
            heading,
            brief: Brief::default(),
            attendees,
            at,
        })
        .await;
    }

    pub(crate) async fn minute(&mut self, fact: Fact) {
        self.minutes += 1;
        let minute = Minute { at: self.now().utc, by: Actor::Server, fact };
        let number = self.minutes;
        self.order(RecordOrder::Minute { hearing: HEARING, number, minute }).await;
    }

    pub(crate) async fn roll(&self, rolling: bool) {
        let at = self.now().utc;
        self.order(RecordOrder::Roll { hearing: HEARING, rolling, at }).await;
    }

    pub(crate) async fn close(&self) {
        self.order(RecordOrder::Close { hearing: HEARING, at: self.now().utc }).await;
    }

    /// The next notice that `wanted` accepts, within a minute of false time.
    pub(crate) async fn expect(&mut self, wanted: impl Fn(&RecordNotice) -> bool) -> RecordNotice {
        let mut seen = Vec::new();
        let search = async {
            loop {
                let notice = self.notices.recv().await.expect("the recorder is there");
                if wanted(&notice) {
                    return notice;
                }
                seen.push(notice);
            }
        };
        match tokio::time::timeout(Duration::from_secs(60), search).await {
            Ok(notice) => notice,
            Err(_) => panic!("not told; instead: {seen:?}"),
        }
    }

    /// Sends the packets of `publishers` as they would arrive over `time`.
    pub(crate) async fn play(&self, publishers: &mut [Publisher], time: Duration) {
        let steps = time.as_millis() / 20;
        for _ in 0..steps {
            let now = self.now().instant;
            let mut tape = Tape { hearing: HEARING, items: Vec::new(), bytes: Vec::new() };
            for publisher in &mut *publishers {
                publisher.step(now, &mut tape);
            }
            self.tapes.send(tape).await.expect("the recorder takes tape");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sends so many pictures of so many bytes, one every 20 ms.
    pub(crate) async fn play_large(&self, camera: &mut Publisher, pictures: u32, bytes: usize) {
        for n in 0..pictures {
            let mut tape = Tape { hearing: HEARING, items: Vec::new(), bytes: Vec::new() };
            let mut payload = if n % 50 == 0 {
                vec![0x10, 0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01, 7]
            } else {
                vec![0x10, 0x11]
            };
            payload.extend((0..bytes).map(|at| u8::try_from(at % 251).expect("small")));
            camera.rtp_time += 1_800;
            camera.packet(self.now().instant, true, &payload, &mut tape);
            self.tapes.send(tape).await.expect("the recorder takes tape");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn stop(self) {
        self.stop.send(true).expect("the recorder listens");
        self.room.await.expect("no bug").expect("no fault");
    }

    /// A whole small hearing: two people, sound and picture, one recess, sealed.
    pub(crate) async fn whole_hearing(mut self) {
        self.open().await;
        self.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
        self.minute(Fact::CheckInOpened).await;
        self.roll(true).await;
        let mut publishers = people();
        self.play(&mut publishers, Duration::from_secs(2)).await;
        self.minute(Fact::Opened).await;
        self.roll(false).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
        self.roll(true).await;
        self.play(&mut publishers, Duration::from_secs(2)).await;
        self.roll(false).await;
        self.minute(Fact::closed()).await;
        self.close().await;
        self.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
        self.stop().await;
    }
}

/// One track of one person: small false frames on their own RTP clock.
#[derive(Clone, Debug)]
pub(crate) struct Publisher {
    pub(crate) track: TrackId,
    pub(crate) codec: Codec,
    pub(crate) source: u32,
    pub(crate) sequence: u64,
    pub(crate) rtp_time: u64,
    pub(crate) steps: u64,
}

impl Publisher {
    pub(crate) fn new(who: u32, kind: TrackKind) -> Self {
        let codec = if kind.is_sound() { Codec::Opus } else { Codec::Vp8 };
        let track = TrackId::new(ParticipantId(who), kind);
        Self { track, codec, source: 1, sequence: 1_000, rtp_time: 77_777, steps: 0 }
    }

    fn step(&mut self, now: Instant, tape: &mut Tape) {
        let n = self.steps;
        self.steps += 1;
        self.rtp_time += u64::from(self.codec.clock_hz()) / 50;
        let mut payload = match self.codec {
            Codec::Opus => {
                let mut payload = vec![0xFC];
                payload.extend(n.to_be_bytes());
                payload
            }
            Codec::Vp8 | Codec::H264 | Codec::Vp9 | Codec::Av1 if n.is_multiple_of(50) => {
                vec![0x10, 0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0x68, 0x01, 7]
            }
            Codec::Vp8 | Codec::H264 | Codec::Vp9 | Codec::Av1 => {
                let mut payload = vec![0x10, 0x11];
                payload.extend(n.to_be_bytes());
                payload
            }
        };
        // No two people say the same.
        payload.extend(self.track.participant.0.to_be_bytes());
        self.packet(now, true, &payload, tape);
    }

    pub(crate) fn packet(&mut self, now: Instant, marker: bool, payload: &[u8], tape: &mut Tape) {
        let start = u32::try_from(tape.bytes.len()).expect("small");
        tape.bytes.extend_from_slice(payload);
        let end = u32::try_from(tape.bytes.len()).expect("small");
        tape.items.push(TapeItem::Packet {
            track: self.track,
            codec: self.codec,
            arrived: now,
            sequence: self.sequence,
            rtp_time: self.rtp_time,
            source: self.source,
            marker,
            start,
            end,
        });
        self.sequence += 1;
    }
}

pub(crate) fn people() -> Vec<Publisher> {
    let kinds = [TrackKind::Microphone, TrackKind::Camera];
    (1..=2).flat_map(|who| kinds.map(|kind| Publisher::new(who, kind))).collect()
}

pub(crate) fn folder(archive: &Path) -> PathBuf {
    archive.join(HEARING.to_string())
}

/// The entries of the ledger, as their kinds, in order.
pub(crate) fn kinds(archive: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(folder(archive).join("ledger.jsonl")).expect("a ledger");
    let kind = |line: &str| {
        let (_, rest) = line.split_once("\"entry\":{\"kind\":\"").expect("an entry");
        rest.split_once('"').expect("a kind").0.to_owned()
    };
    text.lines().map(kind).collect()
}
