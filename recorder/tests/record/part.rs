//! Parts handed out with their proof, what a ledger says of its making, and deleting after the time.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use model::archive::{Archive, ArchiveFault};
use model::recording::{Erasure, PartOrder};
use model::{ParticipantId, Timestamp};
use record::digest::Digests;
use recorder::ArchiveFolder;
use serde_json::Value;

use crate::desk::{Desk, HEARING, folder};

fn order(who: &[u32], from_ms: u64, to_ms: u64) -> PartOrder {
    PartOrder {
        hearing: HEARING,
        who: who.iter().copied().map(ParticipantId).collect(),
        from_ms,
        to_ms,
        by: "书记员".into(),
        reason: "处置扰乱法庭秩序".into(),
        at: Timestamp(7),
        archived: true,
        subtitles: "WEBVTT\n".into(),
    }
}

fn file_of(zip: &mut zip::ZipArchive<File>, name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    zip.by_name(name).expect("it is in the part").read_to_end(&mut bytes).expect("whole");
    bytes
}

/// Every piece of the proof, hashed where it stands; how many.
fn check(path: &Path) -> usize {
    let mut zip = zip::ZipArchive::new(File::open(path).expect("made")).expect("a ZIP file");
    let proof: Value = serde_json::from_slice(&file_of(&mut zip, "proof.json")).expect("JSON");
    let ledger = file_of(&mut zip, "ledger.jsonl");
    let lines: Vec<&[u8]> = ledger.split(|byte| *byte == b'\n').collect();
    let pieces = proof["pieces"].as_array().expect("a list");
    for piece in pieces {
        let number =
            |name: &str| usize::try_from(piece[name].as_u64().expect("a number")).expect("small");
        let bytes = file_of(&mut zip, piece["file"].as_str().expect("a name"));
        let at = number("at");
        let found = Digests::of(&bytes[at..at + number("length")]);
        let named: Digests = serde_json::from_value(piece["digests"].clone()).expect("digests");
        assert_eq!(found, named, "{piece}");
        // The same digests stand in the ledger's entry.
        let line = String::from_utf8_lossy(lines[number("entry")]);
        assert!(line.contains(&named.sha256.to_string()), "{line}");
    }
    assert_eq!(
        file_of(&mut zip, "seal.json"),
        std::fs::read(folder(path.parent().expect("a folder")).join("seal.json")).expect("sealed")
    );
    pieces.len()
}

#[tokio::test(start_paused = true)]
async fn a_part_proves_itself_against_the_ledger() {
    let archive = tempfile::tempdir().expect("a folder");
    Desk::start(archive.path()).whole_hearing().await;
    let door = ArchiveFolder::new(archive.path().to_owned());
    let (whole, some) = (archive.path().join("whole.zip"), archive.path().join("some.zip"));
    let made = door.part(&order(&[], 0, 60_000), &whole).expect("made");
    assert_eq!(made.bytes, std::fs::metadata(&whole).unwrap().len());
    let all = check(&whole);
    assert_eq!(made.pieces, all as u64);
    door.part(&order(&[1], 1_000, 2_000), &some).expect("made");
    let few = check(&some);
    assert!(few > 1 && few < all / 2, "{few} of {all}");
    let mut zip = zip::ZipArchive::new(File::open(&some).unwrap()).unwrap();
    assert!(zip.by_name("p2-camera.webm").is_err(), "somebody who was not asked for");
    let tape = file_of(&mut zip, "p1-camera.webm");
    assert_eq!(&tape[..4], &[0x1A, 0x45, 0xDF, 0xA3], "a Matroska file");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_handed_out_is_refused() {
    let archive = tempfile::tempdir().expect("a folder");
    Desk::start(archive.path()).whole_hearing().await;
    let door = ArchiveFolder::new(archive.path().to_owned());
    let into = archive.path().join("part.zip");
    let beyond = door.part(&order(&[], 600_000, 700_000), &into);
    assert_eq!(beyond, Err(ArchiveFault::NotFound));
    let nobody = door.part(&order(&[9], 0, 60_000), &into);
    assert_eq!(nobody, Err(ArchiveFault::NotFound));
    assert!(!into.exists());
    std::fs::remove_file(folder(archive.path()).join("seal.json")).unwrap();
    assert_eq!(door.part(&order(&[], 0, 60_000), &into), Err(ArchiveFault::NotSealed));
}

#[tokio::test(start_paused = true)]
async fn a_ledger_says_how_it_was_made() {
    let archive = tempfile::tempdir().expect("a folder");
    Desk::start(archive.path()).whole_hearing().await;
    let facts = ArchiveFolder::new(archive.path().to_owned()).facts(HEARING).expect("there");
    assert!(facts.whole && facts.line.sealed);
    assert_eq!((facts.minutes.len(), facts.rolls.len()), (3, 2));
    assert_eq!(facts.to_explain().count(), 0, "{:?}", facts.events);
    assert!(facts.rolls.iter().all(|roll| roll.to.is_some_and(|to| to > roll.from)));
    assert_eq!(facts.software.len(), 1);
    assert!(facts.line.bytes > 0);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_record_leaves_a_tombstone_and_nothing_else() {
    let archive = tempfile::tempdir().expect("a folder");
    Desk::start(archive.path()).whole_hearing().await;
    let door = ArchiveFolder::new(archive.path().to_owned());
    let head = door.record(HEARING).expect("there").head_sha256;
    let erasure = Erasure {
        hearing: HEARING,
        by: "管理员".into(),
        at: Timestamp(9),
        reason: "期满".into(),
        kept_until: Timestamp(8),
    };
    let seal = folder(archive.path()).join("seal.json");
    let sealed = std::fs::read(&seal).unwrap();
    std::fs::remove_file(&seal).unwrap();
    assert_eq!(door.erase(&erasure), Err(ArchiveFault::NotSealed));
    std::fs::write(&seal, sealed).unwrap();
    let stone = door.erase(&erasure).expect("deleted");
    assert_eq!((stone.head_sha256.as_str(), stone.kept_until), (head.as_str(), Timestamp(8)));
    assert!(!folder(archive.path()).exists());
    assert_eq!(door.record(HEARING), Err(ArchiveFault::NotFound));
    assert_eq!(door.hearings(), Ok(Vec::new()));
    assert_eq!(door.tombstones(), Ok(vec![stone.clone()]));
    // Once more is answered with what stayed.
    assert_eq!(door.erase(&erasure), Ok(stone));

    // A crash between the tombstone and the last file: the next start goes on with it.
    let going = archive.path().join("erased").join(format!("{HEARING}.going"));
    std::fs::create_dir(&going).unwrap();
    std::fs::write(going.join("ledger.jsonl"), "x").unwrap();
    let other = archive.path().join("erased").join("h99.going");
    std::fs::create_dir(&other).unwrap();
    recorder::recover(archive.path(), Timestamp(10), None).expect("readable");
    assert!(!going.exists(), "what has a tombstone goes");
    assert!(other.exists(), "what has none stays");
}
