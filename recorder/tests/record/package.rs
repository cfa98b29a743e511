//! The signature, the confirmations and the package: made by the recorder, checked by it, and by
//! tools that are not ours.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use model::archive::{Archive, Verdict};
use model::check_value::CheckValues;
use model::{ParticipantId, Private, Role, Timestamp};
use proptest::prelude::*;
use recorder::disk::RealDisk;
use recorder::{Algorithm, ArchiveFolder, ConfirmationDesk, CourtKey, PublicKey, RecorderConfig};

use crate::desk::{Desk, HEARING, folder};

const AT: Timestamp = Timestamp(1_796_000_000_000);
const PAGE: &[u8] = b"<!doctype html>";

fn key(algorithm: Algorithm) -> CourtKey {
    CourtKey::make(algorithm, &[11; 32]).expect("a key")
}

/// A sealed hearing whose check value one party confirmed.
async fn sealed(archive: &Path, key: Option<CourtKey>) {
    let mut config = RecorderConfig::new(archive.to_owned());
    config.free_min = 0;
    config.key.clone_from(&key);
    Desk::start_on(Arc::new(RealDisk), config, AT.0).whole_hearing().await;
    if let Some(key) = key {
        let desk = ConfirmationDesk::new(archive.to_owned(), key);
        let value = desk.state(HEARING).expect("sealed").sha256;
        let person = (ParticipantId(2), Role::Plaintiff, Private::from("张三"));
        assert!(desk.confirm(HEARING, &value, person, AT).expect("written").is_some());
    }
}

fn verdict(path: &Path, key: Option<&PublicKey>) -> Verdict {
    recorder::verify(path, key).expect("readable").remove(0).1
}

fn files(below: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(below).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[tokio::test(start_paused = true)]
async fn every_changed_byte_of_a_package_is_named() {
    let scratch = tempfile::tempdir().expect("a folder");
    let key = key(Algorithm::Ed25519);
    sealed(&scratch.path().join("archive"), Some(key.clone())).await;
    let bag = scratch.path().join("bag");
    let packed = recorder::pack(&folder(&scratch.path().join("archive")), &bag, PAGE, AT);
    assert!(packed.expect("written").is_some());
    let whole = verdict(&bag, Some(&key.public()));
    assert_eq!(whole.findings, Vec::<String>::new());
    assert!(whole.remarks.iter().any(|remark| remark.contains("signed by the given key")));
    assert!(whole.remarks.iter().any(|remark| remark.contains("confirmed 1 times")));
    let files = files(&bag);
    assert!(files.iter().any(|path| path.ends_with("verify.html")));
    let config =
        ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(file in 0..files.len(), at in any::<prop::sample::Index>(), bit in 0..8_u8)| {
        let path = &files[file];
        let before = std::fs::read(path).expect("read");
        let mut after = before.clone();
        after[at.index(before.len())] ^= 1 << bit;
        std::fs::write(path, after).expect("written");
        let found = verdict(&bag, None);
        std::fs::write(path, before).expect("written");
        let name = path.strip_prefix(&bag).expect("inside").display().to_string();
        // A list that was changed is named, or else the file it is then wrong about.
        prop_assert!(!found.intact && !found.findings.is_empty(), "{}", name);
        if !name.contains("manifest") {
            prop_assert!(found.findings.iter().any(|f| f.contains(&name)), "{name}: {:?}", found.findings);
        }
    });
    assert!(verdict(&bag, None).intact);
}

/// The tar file itself is checked as the bag in it is: to the end, with what is wrong named alike.
fn packed_as_unpacked(tar: &Path, bag: &Path, whole: &[u8]) {
    assert_eq!(verdict(tar, None), verdict(bag, None));
    assert!(verdict(tar, None).intact);
    let damaged = tar.with_extension("damaged.tar");
    let ledger = b"\"kind\":\"minute\"";
    let at = whole.windows(ledger.len()).position(|bytes| bytes == ledger).expect("a minute");
    let mut bytes = whole.to_vec();
    bytes[at + ledger.len() + 20] ^= 1;
    std::fs::write(&damaged, &bytes).expect("written");
    let found = verdict(&damaged, None);
    assert!(!found.intact);
    assert!(found.findings.iter().any(|line| line.contains("ledger.jsonl")), "{found:?}");
    std::fs::write(&damaged, &whole[..whole.len() / 2]).expect("written");
    assert!(recorder::verify(&damaged, None).map_or(true, |found| !found[0].1.intact));
    std::fs::write(&damaged, b"no package").expect("written");
    assert!(recorder::verify(&damaged, None).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_package_is_a_bag_and_a_tar_file_to_other_tools() {
    let scratch = tempfile::tempdir().expect("a folder");
    let archive = scratch.path().join("archive");
    sealed(&archive, Some(key(Algorithm::Sm2))).await;
    let door = ArchiveFolder::new(archive.clone()).with_page(PAGE.to_vec());
    let package = door.package(HEARING, AT, Vec::new()).expect("sealed");
    let whole = package.read(0..package.bytes()).expect("read");
    assert_eq!(whole.len() as u64, package.bytes());
    let mut parts = Vec::new();
    for from in (0..package.bytes()).step_by(1_000) {
        parts.extend(package.read(from..from + 1_000).expect("read"));
    }
    assert!(parts == whole, "parts differ from the whole");
    let tar = scratch.path().join(package.name());
    std::fs::write(&tar, &whole).expect("written");
    let done = Command::new("tar").arg("-xf").arg(&tar).arg("-C").arg(scratch.path()).status();
    assert!(done.expect("tar runs").success());
    let bag = scratch.path().join(format!("assize-{HEARING}"));
    assert_eq!(verdict(&bag, None).findings, Vec::<String>::new());
    packed_as_unpacked(&tar, &bag, &whole);
    for list in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let mut check = Command::new("sha256sum");
        check.args(["--check", "--strict", "--quiet", list]).current_dir(&bag);
        assert!(check.status().expect("sha256sum runs").success(), "{list}");
    }
    let listed = std::fs::read_to_string(bag.join("manifest-sm3.txt")).expect("read");
    assert_eq!(listed.lines().count(), files(&bag.join("data")).len());
    for line in listed.lines() {
        let (digest, path) = line.split_once("  ").expect("a line");
        let mut openssl = Command::new("openssl");
        let output = openssl.args(["dgst", "-sm3", "-r", path]).current_dir(&bag).output();
        let output = String::from_utf8(output.expect("openssl runs").stdout).expect("text");
        assert_eq!(output.split(' ').next(), Some(digest), "{path}");
    }
    let payload = files(&bag.join("data"));
    let oxum: u64 = payload.iter().map(|file| file.metadata().expect("there").len()).sum();
    let info = std::fs::read_to_string(bag.join("bag-info.txt")).expect("read");
    let count = listed.lines().count();
    assert!(info.contains(&format!("Payload-Oxum: {oxum}.{count}\n")), "{info}");
    assert!(info.contains("Bagging-Date: 2026-11-30\n"), "{info}");
    // The same, written by the command.
    let again = scratch.path().join("again.tar");
    recorder::pack(&folder(&archive), &again, PAGE, AT).expect("written").expect("sealed");
    assert!(std::fs::read(&again).expect("read") == whole);
    assert!(recorder::pack(&folder(&archive), &again, PAGE, AT).is_err(), "never over another");
}

#[tokio::test(start_paused = true)]
async fn openssl_finds_the_signatures_good() {
    for algorithm in [Algorithm::Ed25519, Algorithm::Sm2] {
        let scratch = tempfile::tempdir().expect("a folder");
        let key = key(algorithm);
        sealed(scratch.path(), Some(key.clone())).await;
        let folder = folder(scratch.path());
        let text = std::fs::read_to_string(folder.join("seal.sig.json")).expect("read");
        let hex = text.split("\"signature\": \"").nth(1).and_then(|rest| rest.split('"').next());
        let hex = hex.expect("a signature").as_bytes();
        let digit = |c: u8| char::from(c).to_digit(16).expect("hexadecimal");
        let bytes: Vec<u8> = hex
            .chunks(2)
            .map(|pair| u8::try_from(digit(pair[0]) * 16 + digit(pair[1])).expect("a byte"))
            .collect();
        let (sig, pem) = (scratch.path().join("sig"), scratch.path().join("key.pem"));
        std::fs::write(&sig, bytes).expect("written");
        std::fs::write(&pem, key.public().to_pem()).expect("written");
        let mut openssl = Command::new("openssl");
        openssl.args(["pkeyutl", "-verify", "-pubin", "-rawin", "-inkey"]).arg(&pem);
        openssl.arg("-in").arg(folder.join("seal.json")).arg("-sigfile").arg(&sig);
        if algorithm == Algorithm::Sm2 {
            openssl.args(["-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]);
        }
        let output = openssl.output().expect("openssl runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{algorithm}: {said}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_key_and_no_signature_are_told_apart() {
    let scratch = tempfile::tempdir().expect("a folder");
    let own = key(Algorithm::Ed25519);
    sealed(scratch.path(), Some(own.clone())).await;
    let folder = folder(scratch.path());
    let other = key(Algorithm::Sm2).public();
    let found = verdict(&folder, Some(&other));
    assert!(found.findings[0].contains("signed by another key"), "{:?}", found.findings);
    assert!(found.findings[0].contains(&own.public().fingerprint().to_string()));
    let signature = folder.join("seal.sig.json");
    std::fs::remove_file(&signature).expect("removed");
    std::fs::remove_file(folder.join("confirmations.jsonl")).expect("removed");
    let plain = verdict(&folder, None);
    assert!(plain.intact, "an older build signed nothing: {:?}", plain.findings);
    assert!(plain.remarks[0].contains("there is none"), "{:?}", plain.remarks);
    assert!(verdict(&folder, Some(&own.public())).findings[0].contains("is missing"));
    // What is found without a signature stays without one: nobody knows any more what was sealed.
    recorder::recover(scratch.path(), AT, Some(&own)).expect("looked at");
    assert!(!signature.exists());
}

#[tokio::test(start_paused = true)]
async fn a_crash_before_the_seal_loses_neither_seal_nor_signature() {
    let scratch = tempfile::tempdir().expect("a folder");
    let own = key(Algorithm::Ed25519);
    sealed(scratch.path(), Some(own.clone())).await;
    let folder = folder(scratch.path());
    let read = |name: &str| std::fs::read(folder.join(name)).expect("read");
    let (seal, signature) = (read("seal.json"), read("seal.sig.json"));
    for gone in [&["seal.json"][..], &["seal.json", "seal.sig.json"]] {
        for name in gone {
            std::fs::remove_file(folder.join(name)).expect("removed");
        }
        recorder::recover(scratch.path(), AT, Some(&own)).expect("looked at");
        assert!(read("seal.json") == seal && read("seal.sig.json") == signature, "{gone:?}");
    }
    assert!(verdict(&folder, Some(&own.public())).intact);
}

#[tokio::test(start_paused = true)]
async fn what_comes_beside_the_record_is_under_the_lists_of_the_package() {
    let scratch = tempfile::tempdir().expect("a folder");
    let archive = scratch.path().join("archive");
    sealed(&archive, Some(key(Algorithm::Ed25519))).await;
    let door = ArchiveFolder::new(archive.clone()).with_page(PAGE.to_vec());
    let beside = vec![("explanation.html".to_owned(), b"<p>signed</p>".to_vec())];
    let package = door.package(HEARING, AT, beside).expect("sealed");
    let tar = scratch.path().join(package.name());
    std::fs::write(&tar, package.read(0..package.bytes()).expect("read")).expect("written");
    let done = Command::new("tar").arg("-xf").arg(&tar).arg("-C").arg(scratch.path()).status();
    assert!(done.expect("tar runs").success());
    let bag = scratch.path().join(format!("assize-{HEARING}"));
    assert_eq!(verdict(&bag, None).findings, Vec::<String>::new());
    std::fs::write(bag.join("explanation.html"), b"<p>altered</p>").expect("written");
    let findings = verdict(&bag, None).findings;
    assert!(findings.iter().any(|of| of.contains("explanation.html")), "{findings:?}");
}
