//! Recorders that end without warning: what was attested stays, what was torn is kept beside, and
//! the hearing goes on in the same chain.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::archive::Archive;
use model::letters::RecordNotice;
use model::{Fact, Timestamp};
use proptest::prelude::*;
use recorder::disk::RealDisk;
use recorder::{ArchiveFolder, RecorderConfig};

use crate::desk::{Desk, HEARING, folder, kinds, people};
use crate::evidence::Memory;

const LATER: i64 = 1_790_000_060_000;

/// A folder as it stands while a hearing is being recorded: what a kill leaves behind.
fn in_session() -> Memory {
    let archive = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut desk = Desk::start(archive.path());
        desk.open().await;
        desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
        desk.roll(true).await;
        let mut publishers = people();
        desk.play(&mut publishers, Duration::from_secs(2)).await;
        desk.minute(Fact::Opened).await;
        desk.play(&mut publishers, Duration::from_secs(2)).await;
        let memory = Memory::load(&folder(archive.path()));
        desk.stop().await;
        memory
    })
}

fn put(memory: &Memory, archive: &Path) {
    let folder = folder(archive);
    std::fs::create_dir_all(&folder).expect("made");
    for (name, bytes) in &memory.0 {
        std::fs::write(folder.join(name), bytes).expect("written");
    }
}

/// Bytes attested by the ledger, by segment.
fn attested(memory: &Memory) -> Vec<(String, u64)> {
    let mut reader = record::recovery::Reader::default();
    reader.push(&memory.0["ledger.jsonl"]);
    let segments = &reader.index.segments;
    segments.iter().map(|segment| (segment.name.clone(), segment.length)).collect()
}

#[test]
fn torn_ends_of_every_kind_are_cut_kept_and_named() {
    let memory = in_session();
    let names: Vec<String> = memory.0.keys().cloned().collect();
    let config =
        ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() };
    let tails = prop::collection::vec((0..names.len(), 1..700_usize, any::<bool>()), 0..4);
    proptest!(config, |(tails in tails, cut in 0..900_usize)| {
        let mut torn = memory.clone();
        // The ledger loses its end, somewhere; it may end in zeros or half lines.
        let ledger = torn.0.get_mut("ledger.jsonl").expect("a ledger");
        let whole = ledger.len() - cut;
        ledger.truncate(whole);
        for (file, length, zeros) in tails {
            let bytes = torn.0.get_mut(&names[file]).expect("a file");
            if zeros || names[file] == "ledger.jsonl" {
                bytes.resize(bytes.len() + length, 0);
            } else {
                bytes.extend((0..=250_u8).cycle().take(length));
            }
        }
        let archive = tempfile::tempdir().expect("a folder");
        put(&torn, archive.path());
        let before = attested(&torn);

        let recovery = recorder::recover(archive.path(), Timestamp(LATER), None).expect("repaired");
        prop_assert_eq!(recovery.damaged, []);
        prop_assert_eq!(recovery.unfinished.len(), 1);
        let verdict = recorder::verify(archive.path(), None).expect("readable").remove(0).1;
        prop_assert_eq!(verdict.findings, Vec::<String>::new());
        prop_assert!(!verdict.sealed);
        // Nothing attested is lost, and every other byte is kept somewhere.
        let after = Memory::load(&folder(archive.path()));
        for (name, length) in before {
            let length = usize::try_from(length).expect("small");
            prop_assert_eq!(&after.0[&name][..], &torn.0[&name][..length]);
        }
        let bytes = |memory: &Memory| -> usize {
            let media = memory.0.iter().filter(|(name, _)| !name.starts_with("ledger.jsonl"));
            media.map(|(_, bytes)| bytes.len()).sum()
        };
        prop_assert_eq!(bytes(&after), bytes(&torn));
        // A second look finds nothing more to do.
        recorder::recover(archive.path(), Timestamp(LATER + 1), None).expect("repaired");
        prop_assert_eq!(Memory::load(&folder(archive.path())).0, after.0);
    });
}

#[tokio::test(start_paused = true)]
async fn a_hearing_goes_on_in_the_same_chain() {
    let archive = tempfile::tempdir().expect("a folder");
    let memory = tokio::task::spawn_blocking(in_session).await.expect("made");
    put(&memory, archive.path());
    let recovery = recorder::recover(archive.path(), Timestamp(LATER), None).expect("repaired");
    let unfinished = &recovery.unfinished[0];
    assert_eq!(unfinished.hearing, HEARING);
    assert_eq!(unfinished.attendees.len(), 2);
    let facts: Vec<&Fact> = unfinished.minutes.iter().map(|minute| &minute.fact).collect();
    assert_eq!(facts, [&Fact::Opened]);
    assert!(unfinished.last < Timestamp(LATER));

    let mut config = RecorderConfig::new(archive.path().to_owned());
    config.free_min = 0;
    let mut desk = Desk::start_on(Arc::new(RealDisk), config, LATER);
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    desk.minute(Fact::NodeRestarted).await;
    desk.roll(true).await;
    let mut publishers = people();
    desk.play(&mut publishers, Duration::from_secs(2)).await;
    desk.roll(false).await;
    desk.minute(Fact::closed()).await;
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;

    let verdict = recorder::verify(archive.path(), None).expect("readable").remove(0).1;
    assert_eq!(verdict.findings, Vec::<String>::new());
    assert!(verdict.sealed);
    assert!(folder(archive.path()).join("p1-camera-0002.webm").exists());
    let record = ArchiveFolder::new(archive.path().to_owned()).record(HEARING).expect("there");
    assert_eq!(record.gaps.len(), 1, "{:?}", record.gaps);
    assert_eq!(record.gaps[0].track, None);
    assert_eq!(record.gaps[0].to, Timestamp(LATER));
    assert!((60_000..64_000).contains(&record.media_ms), "{}", record.media_ms);
    let kinds = kinds(archive.path());
    assert!(kinds.contains(&"reopened".to_owned()) && kinds.contains(&"recovered".to_owned()));
}

#[test]
fn a_ledger_changed_in_the_middle_is_left_alone() {
    let memory = in_session();
    let mut changed = memory.clone();
    let ledger = changed.0.get_mut("ledger.jsonl").expect("a ledger");
    let middle = ledger.len() / 2;
    ledger[middle] ^= 1;
    let archive = tempfile::tempdir().expect("a folder");
    put(&changed, archive.path());
    let recovery = recorder::recover(archive.path(), Timestamp(LATER), None).expect("looked at");
    assert_eq!(recovery.damaged, [HEARING]);
    assert_eq!(recovery.unfinished, []);
    assert_eq!(Memory::load(&folder(archive.path())).0, changed.0);

    // Media without a ledger is not written over either.
    let mut bare = memory;
    bare.0.remove("ledger.jsonl");
    let archive = tempfile::tempdir().expect("a folder");
    put(&bare, archive.path());
    let recovery = recorder::recover(archive.path(), Timestamp(LATER), None).expect("looked at");
    assert_eq!(recovery.damaged, [HEARING]);
    assert_eq!(Memory::load(&folder(archive.path())).0, bare.0);
}

#[test]
fn a_seal_that_was_not_placed_is_placed() {
    let archive = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async { Desk::start(archive.path()).whole_hearing().await });
    let before = Memory::load(&folder(archive.path()));
    std::fs::remove_file(folder(archive.path()).join("seal.json")).expect("removed");
    let recovery = recorder::recover(archive.path(), Timestamp(LATER), None).expect("repaired");
    assert_eq!(recovery.unfinished, []);
    assert_eq!(Memory::load(&folder(archive.path())).0, before.0);
}
