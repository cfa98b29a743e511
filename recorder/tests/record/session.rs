//! Ordinary hearings: what is told, what is written, what the archive shows.

use std::time::Duration;

use model::archive::{Archive, ArchiveFault};
use model::letters::{RecordNotice, Tape, TapeItem};
use model::{Fact, ParticipantId, TrackKind};
use recorder::ArchiveFolder;

use crate::desk::{Desk, HEARING, Publisher, folder, kinds, people};

#[tokio::test(start_paused = true)]
async fn a_hearing_is_recorded_sealed_listed_and_verified() {
    let archive = tempfile::tempdir().expect("a folder");
    Desk::start(archive.path()).whole_hearing().await;

    let verdicts = recorder::verify(archive.path(), None).expect("readable");
    let [(hearing, verdict)] = verdicts.as_slice() else { panic!("{verdicts:?}") };
    assert_eq!(*hearing, HEARING);
    assert_eq!(verdict.findings, Vec::<String>::new());
    assert!(verdict.intact && verdict.sealed);
    assert_eq!(verdict.segments, 8, "two people, two tracks, two sittings");

    let door = ArchiveFolder::new(archive.path().to_owned());
    let lines = door.list().expect("listed");
    assert_eq!(lines.len(), 1);
    assert!(lines[0].sealed && lines[0].opened_at.is_some() && lines[0].closed_at.is_some());
    let record = door.record(HEARING).expect("there");
    assert_eq!(record.line, lines[0]);
    assert_eq!(record.minutes.len(), 3);
    assert_eq!(record.stretches.len(), 8, "{:?}", record.stretches);
    assert_eq!(record.gaps, []);
    assert!((6_900..7_300).contains(&record.media_ms), "{}", record.media_ms);
    assert!(door.verify(HEARING).expect("there").intact);
    assert_eq!(door.record(model::HearingId(9)), Err(ArchiveFault::NotFound));
    let who = ParticipantId(1);
    assert_eq!(door.playable(HEARING, who, true), Err(ArchiveFault::NotFound));
}

#[tokio::test(start_paused = true)]
async fn ranges_of_the_playable_file_make_the_whole() {
    let archive = tempfile::tempdir().expect("a folder");
    Desk::start(archive.path()).whole_hearing().await;
    let door = ArchiveFolder::new(archive.path().to_owned());
    let who = ParticipantId(2);
    let file = door.playable(HEARING, who, false).expect("recorded");
    assert_eq!(file.media_type, "video/webm");
    let whole = door.read(HEARING, who, false, 0..file.bytes).expect("readable");
    assert_eq!(whole.len() as u64, file.bytes);
    let step = 37;
    let mut joined = Vec::new();
    for start in (0..file.bytes + 2 * step).step_by(37) {
        joined.extend(door.read(HEARING, who, false, start..start + step).expect("readable"));
    }
    assert!(joined == whole, "parts differ from the whole");
}

#[tokio::test(start_paused = true)]
async fn minutes_and_first_frames_are_told_when_durable() {
    let archive = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::start(archive.path());
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    assert_eq!(kinds(archive.path()), ["opened"]);
    desk.minute(Fact::CheckInOpened).await;
    desk.expect(|notice| *notice == RecordNotice::Written { hearing: HEARING, number: 1 }).await;
    assert_eq!(kinds(archive.path()), ["opened", "minute"]);
    desk.roll(true).await;
    let before = desk.now().instant;
    let mut judge = [Publisher::new(1, TrackKind::Microphone)];
    desk.play(&mut judge, Duration::from_millis(1_500)).await;
    let track = judge[0].track;
    desk.expect(|notice| *notice == RecordNotice::FirstFrames { hearing: HEARING, track }).await;
    assert!(desk.now().instant.since(before) <= Duration::from_millis(1_600));
    assert!(kinds(archive.path()).contains(&"commit".to_owned()));
    let figures = desk.registry.gather();
    let bytes = figures.iter().find(|f| f.name() == "assize_recorder_media_bytes_total");
    assert!(bytes.expect("registered").get_metric()[0].get_counter().get_value() > 500.0);
    desk.stop().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_off_the_record_is_not_written() {
    let archive = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::start(archive.path());
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    let mut publishers = people();
    desk.play(&mut publishers, Duration::from_secs(1)).await;
    desk.roll(true).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    desk.play(&mut publishers, Duration::from_secs(2)).await;
    desk.roll(false).await;
    tokio::time::sleep(Duration::from_millis(5)).await;
    desk.play(&mut publishers, Duration::from_secs(2)).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;

    let record = ArchiveFolder::new(archive.path().to_owned()).record(HEARING).expect("there");
    for stretch in &record.stretches {
        assert!(stretch.to_ms <= 2_060, "{stretch:?}");
    }
    assert!(record.stretches.iter().any(|stretch| stretch.to_ms > 1_900));
}

#[tokio::test(start_paused = true)]
async fn tape_that_comes_before_the_order_is_not_lost() {
    let archive = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::start(archive.path());
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    let at = desk.now().utc;
    let mut publishers = people();
    desk.play(&mut publishers, Duration::from_millis(400)).await;
    desk.order(model::letters::RecordOrder::Roll { hearing: HEARING, rolling: true, at }).await;
    desk.play(&mut publishers, Duration::from_secs(1)).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;
    let record = ArchiveFolder::new(archive.path().to_owned()).record(HEARING).expect("there");
    assert_eq!(record.stretches.len(), 4);
    for stretch in &record.stretches {
        assert!(stretch.from_ms < 30 && stretch.to_ms > 1_380, "{stretch:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_is_named() {
    let archive = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::start(archive.path());
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    desk.roll(true).await;
    let mut judge = [Publisher::new(1, TrackKind::Microphone)];
    desk.play(&mut judge, Duration::from_secs(1)).await;
    // A tenth of a second is lost on the network.
    judge[0].sequence += 5;
    judge[0].rtp_time += 5 * 960;
    tokio::time::sleep(Duration::from_millis(100)).await;
    desk.play(&mut judge, Duration::from_secs(1)).await;
    // And something on the way from the sfu.
    let now = desk.now().instant;
    let item = TapeItem::Lost { track: judge[0].track, from: now, to: now, packets: 3 };
    let tape = Tape { hearing: HEARING, items: vec![item], bytes: Vec::new() };
    desk.tapes.send(tape).await.expect("taken");
    desk.expect(|notice| {
        matches!(notice, RecordNotice::Fault { fault: model::RecordFault::TapeLost, .. })
    })
    .await;
    desk.play(&mut judge, Duration::from_secs(2)).await;
    desk.expect(|notice| matches!(notice, RecordNotice::Mended { .. })).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;

    let record = ArchiveFolder::new(archive.path().to_owned()).record(HEARING).expect("there");
    let spans: Vec<u128> =
        record.gaps.iter().map(|gap| gap.to.since(gap.from).as_millis()).collect();
    assert_eq!(spans.len(), 2, "{:?}", record.gaps);
    assert!((99..=101).contains(&spans[0]), "{spans:?}");
    assert!(recorder::verify(&folder(archive.path()), None).expect("readable")[0].1.intact);
}

#[tokio::test(start_paused = true)]
async fn a_camera_that_joins_between_keyframes_loses_only_what_came() {
    let archive = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::start(archive.path());
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    let mut camera = [Publisher::new(1, TrackKind::Camera)];
    for sitting in 0..2 {
        desk.roll(true).await;
        // A keyframe is due after half a second only; then the camera is switched off in a hole.
        camera[0].steps = 25;
        camera[0].source = sitting;
        desk.play(&mut camera, Duration::from_secs(2)).await;
        camera[0].sequence += 3;
        desk.play(&mut camera, Duration::from_millis(100)).await;
        tokio::time::sleep(Duration::from_secs(20)).await;
        desk.roll(false).await;
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;
    let record = ArchiveFolder::new(archive.path().to_owned()).record(HEARING).expect("there");
    let spans: Vec<u128> =
        record.gaps.iter().map(|gap| gap.to.since(gap.from).as_millis()).collect();
    assert_eq!(spans.len(), 4, "{:?}", record.gaps);
    for pair in spans.chunks(2) {
        assert!((450..=550).contains(&pair[0]) && pair[1] <= 600, "{spans:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_jumps_moves_nothing_on_the_media_time_line() {
    let archive = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::start(archive.path());
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    let mut publishers = people();
    desk.roll(true).await;
    desk.play(&mut publishers, Duration::from_secs(2)).await;
    for by_ms in [-3_600_000, 7_200_000, -3_600_000] {
        desk.set_clock(by_ms);
        desk.minute(Fact::Resumed).await;
        desk.play(&mut publishers, Duration::from_secs(2)).await;
    }
    desk.roll(false).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;

    let door = ArchiveFolder::new(archive.path().to_owned());
    let record = door.record(HEARING).expect("there");
    assert_eq!(record.gaps, [], "nothing is missing");
    assert!((7_800..8_400).contains(&record.media_ms), "{}", record.media_ms);
    assert_eq!(record.stretches.len(), 4, "one stretch a track: {:?}", record.stretches);
    assert_eq!(record.minutes.len(), 3);
    assert!(door.verify(HEARING).expect("there").intact);
}
