//! Evidence stands by itself: whatever is changed in a sealed folder, the check finds it and names
//! it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;

use model::archive::Verdict;
use proptest::prelude::*;
use record::verify::{Files, Liveness, verify};

use crate::desk::{Desk, folder};

/// A folder in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(pub(crate) BTreeMap<String, Vec<u8>>);

impl Memory {
    pub(crate) fn load(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            let name = path.file_name().expect("named").to_string_lossy().into_owned();
            files.insert(name, std::fs::read(&path).expect("readable"));
        }
        Self(files)
    }

    fn verdict(&mut self) -> Verdict {
        let Ok(verdict) = verify(self, Liveness::AtRest);
        verdict
    }
}

impl Files for Memory {
    type Fault = Infallible;

    fn names(&mut self) -> Result<Vec<String>, Infallible> {
        Ok(self.0.keys().cloned().collect())
    }

    fn read(
        &mut self,
        name: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Option<usize>, Infallible> {
        Ok(self.0.get(name).map(|bytes| {
            let rest = &bytes[bytes.len().min(usize::try_from(offset).expect("small"))..];
            let count = rest.len().min(into.len());
            into[..count].copy_from_slice(&rest[..count]);
            count
        }))
    }
}

/// A sealed hearing, made by the recorder.
fn sealed() -> Memory {
    let archive = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async { Desk::start(archive.path()).whole_hearing().await });
    Memory::load(&folder(archive.path()))
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Whether a finding names the file, or an entry of the ledger when that was changed.
fn names(verdict: &Verdict, file: &str) -> bool {
    let ledger = file == "ledger.jsonl";
    verdict.findings.iter().any(|finding| {
        finding.contains(file)
            || (ledger && (finding.contains("entry ") || finding.contains("seal.json")))
    })
}

#[test]
fn any_flipped_bit_is_found_and_its_file_named() {
    let memory = sealed();
    assert_eq!(memory.clone().verdict().findings, Vec::<String>::new());
    let files: Vec<String> = memory.0.keys().cloned().collect();
    proptest!(config(400), |(file in 0..files.len(), at in any::<prop::sample::Index>(), bit in 0..8_u8)| {
        let mut changed = memory.clone();
        let bytes = changed.0.get_mut(&files[file]).expect("a file");
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let verdict = changed.verdict();
        prop_assert!(!verdict.intact);
        prop_assert!(names(&verdict, &files[file]), "{} byte {at}: {:?}", files[file], verdict.findings);
    });
}

#[test]
fn every_byte_of_ledger_and_seal_counts() {
    let memory = sealed();
    for file in ["ledger.jsonl", "seal.json"] {
        // Every byte near both ends, and some in between.
        let length = memory.0[file].len();
        let ends = (0..200).chain(length - 600..length).chain((200..length - 600).step_by(41));
        for at in ends {
            let mut changed = memory.clone();
            changed.0.get_mut(file).expect("a file")[at] ^= 0x20;
            let verdict = changed.verdict();
            assert!(!verdict.intact, "{file} byte {at}");
        }
    }
}

#[test]
fn any_cut_tail_is_found() {
    let memory = sealed();
    let files: Vec<String> = memory.0.keys().cloned().collect();
    proptest!(config(200), |(file in 0..files.len(), at in any::<prop::sample::Index>())| {
        let mut changed = memory.clone();
        let bytes = changed.0.get_mut(&files[file]).expect("a file");
        bytes.truncate(at.index(bytes.len()));
        let verdict = changed.verdict();
        prop_assert!(!verdict.intact);
        prop_assert!(names(&verdict, &files[file]), "{}: {:?}", files[file], verdict.findings);
    });
}

#[test]
fn a_ledger_cut_at_a_line_is_found_by_the_seal() {
    let mut memory = sealed();
    let ledger = memory.0.get_mut("ledger.jsonl").expect("a ledger");
    for _ in 0..3 {
        ledger.pop();
        let end = ledger.iter().rposition(|&byte| byte == b'\n').expect("lines") + 1;
        ledger.truncate(end);
    }
    let verdict = memory.verdict();
    assert!(verdict.findings.iter().any(|finding| finding.contains("its end was cut off")));
}

#[test]
fn exchanged_missing_and_foreign_files_are_named() {
    let memory = sealed();
    let (one, two) = ("p1-camera-0001.webm", "p2-camera-0001.webm");
    let mut changed = memory.clone();
    let (a, b) = (changed.0[one].clone(), changed.0[two].clone());
    assert_ne!(a, b);
    changed.0.insert(one.to_owned(), b);
    changed.0.insert(two.to_owned(), a);
    let verdict = changed.verdict();
    for (name, other) in [(one, two), (two, one)] {
        let wanted = format!("{name}: holds the bytes of {other}");
        assert!(verdict.findings.iter().any(|f| f.starts_with(&wanted)), "{:?}", verdict.findings);
    }
    for name in memory.0.keys() {
        let mut changed = memory.clone();
        changed.0.remove(name);
        let verdict = changed.verdict();
        assert!(verdict.findings.iter().any(|finding| finding.contains(name)), "{name}");
    }
    let mut changed = memory.clone();
    changed.0.insert("p9-camera-0001.webm".to_owned(), Vec::new());
    assert_eq!(changed.verdict().findings, ["p9-camera-0001.webm: no entry names this file"]);
    let mut changed = memory;
    changed.0.get_mut(one).expect("a file").push(0);
    let verdict = changed.verdict();
    assert!(verdict.findings[0].contains("attested by no entry"), "{:?}", verdict.findings);
}

#[test]
fn exchanged_lines_are_named() {
    let memory = sealed();
    let text = String::from_utf8(memory.0["ledger.jsonl"].clone()).expect("text");
    let count = text.lines().count();
    for at in 1..count - 1 {
        let mut lines: Vec<&str> = text.lines().collect();
        lines.swap(at, at + 1);
        let mut changed = memory.clone();
        changed.0.insert("ledger.jsonl".to_owned(), (lines.join("\n") + "\n").into_bytes());
        let verdict = changed.verdict();
        let wanted = format!("entry {at}: carries number {}", at + 1);
        assert!(verdict.findings.contains(&wanted), "{:?}", verdict.findings);
    }
}
