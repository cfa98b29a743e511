//! Disks that fail: told in time, tried again, and what is missing stands in the ledger.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

use model::archive::Archive;
use model::letters::RecordNotice;
use model::{Fact, RecordFault, TrackKind};
use recorder::disk::{Disk, DiskFile, RealDisk};
use recorder::{ArchiveFolder, RecorderConfig};

use crate::desk::{Desk, HEARING, Publisher, folder, kinds, people};

const WELL: u8 = 0;
const FULL: u8 = 1;
const BROKEN: u8 = 2;
const HALF: u8 = 3;
const STUCK: u8 = 4;

/// A real disk that can be told to fail.
#[derive(Clone, Debug)]
struct FaultyDisk {
    mood: Arc<AtomicU8>,
    free: Arc<AtomicU64>,
}

impl FaultyDisk {
    fn new() -> Self {
        Self { mood: Arc::default(), free: Arc::new(AtomicU64::new(u64::MAX)) }
    }

    fn set(&self, mood: u8) {
        self.mood.store(mood, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        while self.mood.load(Ordering::SeqCst) == STUCK {
            std::thread::yield_now();
        }
        match self.mood.load(Ordering::SeqCst) {
            WELL => Ok(()),
            FULL | HALF => Err(io::ErrorKind::StorageFull.into()),
            _ => Err(io::Error::other("input/output error")),
        }
    }
}

#[derive(Debug)]
struct FaultyFile {
    disk: FaultyDisk,
    file: Arc<dyn DiskFile>,
}

impl Disk for FaultyDisk {
    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.check()?;
        RealDisk.make_folder(path)
    }

    fn create(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.check()?;
        Ok(Arc::new(FaultyFile { disk: self.clone(), file: RealDisk.create(path)? }))
    }

    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.check()?;
        Ok(Arc::new(FaultyFile { disk: self.clone(), file: RealDisk.open(path)? }))
    }

    fn place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.check()?;
        RealDisk.place(path, bytes)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.check()?;
        RealDisk.sync_folder(path)
    }

    fn free_bytes(&self, _path: &Path) -> io::Result<u64> {
        Ok(self.free.load(Ordering::SeqCst))
    }
}

impl DiskFile for FaultyFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if self.disk.mood.load(Ordering::SeqCst) == HALF {
            self.file.write_at(&bytes[..bytes.len() / 2], offset)?;
        }
        self.disk.check()?;
        self.file.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.check()?;
        self.file.sync()
    }

    fn cut(&self, length: u64) -> io::Result<()> {
        self.file.cut(length)
    }

    fn check_name(&self, path: &Path) -> io::Result<()> {
        self.file.check_name(path)
    }
}

fn is_fault(wanted: RecordFault) -> impl Fn(&RecordNotice) -> bool {
    move |notice| matches!(notice, RecordNotice::Fault { fault, .. } if *fault == wanted)
}

async fn start(disk: &FaultyDisk, archive: &Path, pending_bytes_max: usize) -> Desk {
    let mut config = RecorderConfig::new(archive.to_owned());
    config.pending_bytes_max = pending_bytes_max;
    let mut desk = Desk::start_on(Arc::new(disk.clone()), config, 1_790_000_000_000);
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    desk
}

async fn seal(mut desk: Desk, archive: &Path) -> model::archive::ArchiveRecord {
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;
    let verdict = recorder::verify(&folder(archive), None).expect("readable").remove(0).1;
    assert_eq!(verdict.findings, Vec::<String>::new());
    assert!(verdict.sealed);
    ArchiveFolder::new(archive.to_owned()).record(HEARING).expect("there")
}

#[tokio::test(start_paused = true)]
async fn a_short_fault_loses_nothing() {
    for mood in [FULL, BROKEN, HALF] {
        let archive = tempfile::tempdir().expect("a folder");
        let disk = FaultyDisk::new();
        let mut desk = start(&disk, archive.path(), 1 << 20).await;
        desk.roll(true).await;
        let mut publishers = people();
        desk.play(&mut publishers, Duration::from_secs(2)).await;
        disk.set(mood);
        let since = desk.now().instant;
        desk.play(&mut publishers, Duration::from_secs(1)).await;
        let kind = if mood == BROKEN { RecordFault::Unwritable } else { RecordFault::DiskFull };
        desk.expect(is_fault(kind)).await;
        assert!(desk.now().instant.since(since) <= Duration::from_secs(3));
        desk.minute(Fact::RecordMended).await;
        desk.play(&mut publishers, Duration::from_secs(1)).await;
        disk.set(WELL);
        desk.play(&mut publishers, Duration::from_secs(2)).await;
        desk.expect(|notice| matches!(notice, RecordNotice::Written { .. })).await;
        desk.expect(|notice| matches!(notice, RecordNotice::Mended { .. })).await;
        let record = seal(desk, archive.path()).await;
        assert_eq!(record.gaps, [], "memory held it");
        assert_eq!(record.stretches.len(), 4);
        let kinds = kinds(archive.path());
        assert!(kinds.contains(&"fault".to_owned()) && kinds.contains(&"mended".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_fault_is_a_named_loss() {
    let archive = tempfile::tempdir().expect("a folder");
    let disk = FaultyDisk::new();
    let mut desk = start(&disk, archive.path(), 4_000).await;
    desk.roll(true).await;
    let mut publishers = people();
    desk.play(&mut publishers, Duration::from_secs(2)).await;
    disk.set(FULL);
    desk.play(&mut publishers, Duration::from_secs(10)).await;
    desk.expect(is_fault(RecordFault::DiskFull)).await;
    disk.set(WELL);
    desk.play(&mut publishers, Duration::from_secs(3)).await;
    desk.expect(|notice| matches!(notice, RecordNotice::Mended { .. })).await;
    let record = seal(desk, archive.path()).await;
    for publisher in &publishers {
        // What was dropped and what could not be decoded after it may overlap.
        let (mut lost, mut end) = (0, 0);
        let mut gaps: Vec<_> =
            record.gaps.iter().map(|gap| (gap.from.0, gap.to.0, gap.track)).collect();
        gaps.sort();
        for (from, to, track) in gaps {
            if track == Some(publisher.track) {
                lost += (to - end.max(from)).max(0);
                end = end.max(to);
            }
        }
        let kept: u64 = record
            .stretches
            .iter()
            .filter(|stretch| stretch.who == publisher.track.participant)
            .filter(|stretch| stretch.kind == publisher.track.kind)
            .map(|stretch| stretch.to_ms - stretch.from_ms)
            .sum();
        assert!(lost > 5_000, "{} lost {lost}", publisher.track);
        let all = lost + i64::try_from(kept).expect("small");
        assert!((14_500..15_500).contains(&all), "{}: {lost} + {kept}", publisher.track);
    }
}

#[tokio::test(start_paused = true)]
async fn little_free_space_is_told_before_it_is_none() {
    let archive = tempfile::tempdir().expect("a folder");
    let disk = FaultyDisk::new();
    let mut desk = start(&disk, archive.path(), 1 << 20).await;
    disk.free.store(1, Ordering::SeqCst);
    desk.expect(is_fault(RecordFault::DiskFull)).await;
    disk.free.store(u64::MAX, Ordering::SeqCst);
    desk.expect(|notice| matches!(notice, RecordNotice::Mended { .. })).await;
    seal(desk, archive.path()).await;
}

#[tokio::test(start_paused = true)]
async fn a_folder_taken_away_is_noticed_and_found_again() {
    let archive = tempfile::tempdir().expect("a folder");
    let disk = FaultyDisk::new();
    let mut desk = start(&disk, archive.path(), 1 << 20).await;
    desk.roll(true).await;
    let mut publishers = people();
    desk.play(&mut publishers, Duration::from_secs(2)).await;
    let away = archive.path().join("away");
    std::fs::rename(folder(archive.path()), &away).expect("moved");
    let since = desk.now().instant;
    desk.play(&mut publishers, Duration::from_secs(2)).await;
    desk.expect(is_fault(RecordFault::Unwritable)).await;
    assert!(desk.now().instant.since(since) <= Duration::from_secs(3));
    std::fs::rename(&away, folder(archive.path())).expect("moved back");
    desk.play(&mut publishers, Duration::from_secs(2)).await;
    desk.expect(|notice| matches!(notice, RecordNotice::Mended { .. })).await;
    let record = seal(desk, archive.path()).await;
    assert_eq!(record.gaps, []);
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_cannot_be_made_is_a_fault_at_once() {
    let archive = tempfile::tempdir().expect("a folder");
    let blocked = archive.path().join("file");
    std::fs::write(&blocked, b"not a folder").expect("written");
    let mut desk = Desk::start(&blocked.join("archive"));
    desk.open().await;
    desk.expect(is_fault(RecordFault::Unwritable)).await;
    desk.stop().await;
}

#[tokio::test(start_paused = true)]
async fn silence_on_the_record_is_told() {
    let archive = tempfile::tempdir().expect("a folder");
    let disk = FaultyDisk::new();
    let mut desk = start(&disk, archive.path(), 1 << 20).await;
    desk.roll(true).await;
    let mut judge = [Publisher::new(1, TrackKind::Microphone)];
    desk.play(&mut judge, Duration::from_secs(1)).await;
    let since = desk.now().instant;
    desk.expect(is_fault(RecordFault::NoFrames)).await;
    let told = desk.now().instant.since(since);
    assert!(told <= Duration::from_millis(3_600), "{told:?}");
    desk.play(&mut judge, Duration::from_secs(1)).await;
    desk.expect(|notice| matches!(notice, RecordNotice::Mended { .. })).await;
    desk.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_does_not_answer_is_told_while_it_does_not() {
    let archive = tempfile::tempdir().expect("a folder");
    let disk = FaultyDisk::new();
    let mut desk = start(&disk, archive.path(), 1 << 20).await;
    desk.roll(true).await;
    let mut publishers = people();
    desk.play(&mut publishers, Duration::from_secs(1)).await;
    disk.set(STUCK);
    let since = desk.now().instant;
    // Time stands still while a call to the disk is under way, so it is moved by hand.
    let mut told = false;
    for _ in 0..300 {
        tokio::time::advance(Duration::from_millis(10)).await;
        while let Ok(notice) = desk.notices.try_recv() {
            told |= is_fault(RecordFault::DiskSlow)(&notice);
        }
        if told {
            break;
        }
    }
    assert!(told, "within 3 s");
    assert!(desk.now().instant.since(since) > Duration::from_secs(2));
    disk.set(WELL);
    desk.expect(|notice| matches!(notice, RecordNotice::Mended { .. })).await;
    seal(desk, archive.path()).await;
}
