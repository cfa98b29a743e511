//! The archive package: a BagIt bag (RFC 8493) with SHA-256 and SM3 manifests.
//!
//! What is not here: the disk, and what stands in the hearing's folder (`verify`). The bag's text
//! files are made here and read again; nothing else of the format is.

use std::collections::BTreeMap;

use model::limits::BAG_MANIFEST_BYTES_MAX;
use model::{HearingId, Timestamp};

use crate::digest::{Digests, Hex32, bytes_from_hex};
use crate::verify::Files;

/// The declaration (RFC 8493 §2.1.1).
pub const DECLARATION_FILE: &str = "bagit.txt";
/// Its bytes.
const DECLARATION: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// What the bag is (RFC 8493 §2.2.2).
pub const INFO_FILE: &str = "bag-info.txt";
/// The page that checks a bag without network or server.
pub const PAGE_FILE: &str = "verify.html";
/// Folder of the payload.
pub const PAYLOAD: &str = "data/";
/// Manifests of the payload and of the other files, both digests each.
const MANIFESTS: [[&str; 2]; 2] = [
    ["manifest-sha256.txt", "manifest-sm3.txt"],
    ["tagmanifest-sha256.txt", "tagmanifest-sm3.txt"],
];

/// Files by their path from the bag's folder, with length and digests.
pub type Listed = BTreeMap<String, (u64, Digests)>;

/// The small files of a bag, by path: declaration, info, the page, and all manifests.
pub fn tag_files(
    hearing: HearingId,
    packed_at: Timestamp,
    payload: &Listed,
    beside: Vec<(String, Vec<u8>)>,
) -> BTreeMap<String, Vec<u8>> {
    let bytes: u64 = payload.values().map(|(length, _)| length).sum();
    let info = format!(
        "Source-Organization: Assize\nExternal-Identifier: {hearing}\nBagging-Date: {}\n\
         Payload-Oxum: {bytes}.{}\nBag-Software-Agent: assize {}\n",
        date(packed_at),
        payload.len(),
        env!("CARGO_PKG_VERSION"),
    );
    let mut files = BTreeMap::from([
        (DECLARATION_FILE.to_owned(), DECLARATION.as_bytes().to_vec()),
        (INFO_FILE.to_owned(), info.into_bytes()),
    ]);
    files.extend(beside.into_iter().filter(|(_, bytes)| !bytes.is_empty()));
    let digests = payload.iter().map(|(path, (_, digests))| (path.as_str(), *digests)).collect();
    add_manifests(&mut files, MANIFESTS[0], &digests);
    let tags = files.clone();
    let digests = tags.iter().map(|(path, bytes)| (path.as_str(), Digests::of(bytes))).collect();
    add_manifests(&mut files, MANIFESTS[1], &digests);
    files
}

fn add_manifests(
    files: &mut BTreeMap<String, Vec<u8>>,
    names: [&str; 2],
    digests: &BTreeMap<&str, Digests>,
) {
    let [sha256, sm3] = names;
    files.insert(sha256.to_owned(), manifest(digests, |digests| digests.sha256));
    files.insert(sm3.to_owned(), manifest(digests, |digests| digests.sm3));
}

fn manifest(digests: &BTreeMap<&str, Digests>, which: impl Fn(&Digests) -> Hex32) -> Vec<u8> {
    let lines =
        digests.iter().map(|(path, digests)| format!("{}  {}\n", which(digests), escaped(path)));
    lines.collect::<String>().into_bytes()
}

/// A path as a manifest writes it (RFC 8493 §2.1.3).
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

/// `2026-11-30`, in UTC.
fn date(at: Timestamp) -> String {
    // Days to a date by the proleptic Gregorian calendar, in eras of 400 years.
    let days = at.0.div_euclid(86_400_000) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, from_march) = (day - (153 * month + 2) / 5 + 1, month);
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Reads a manifest as [`tag_files`] writes them.
///
/// # Errors
/// The number, from 1, of the first line that is not one, or repeats a path.
pub fn read_manifest(bytes: &[u8]) -> Result<BTreeMap<String, Hex32>, usize> {
    let mut listed = BTreeMap::new();
    let text = core::str::from_utf8(bytes).map_err(|fault| {
        bytes[..fault.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1
    })?;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let read = || {
            let (digest, path) = line.strip_suffix('\n')?.split_once("  ")?;
            let digest = bytes_from_hex(digest)?.try_into().ok().map(Hex32)?;
            let plain = path.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%");
            let kept = escaped(&plain) == path && is_inside(&plain);
            kept.then_some((plain, digest))
        };
        let (path, digest) = read().ok_or(at + 1)?;
        if listed.insert(path, digest).is_some() {
            return Err(at + 1);
        }
    }
    Ok(listed)
}

/// Whether a path stays in its folder and is written plainly.
pub fn is_inside(path: &str) -> bool {
    let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\\', '\0']);
    path.split('/').all(plain)
}

/// Checks a bag's own files: what it lists is there as listed, and it lists what is there. What
/// the hearing's folder in it says is checked by `verify`.
///
/// # Errors
/// When something cannot be read at all.
pub fn check<F: Files>(files: &mut F) -> Result<Vec<String>, F::Fault> {
    let mut findings = Vec::new();
    let names: Vec<String> = files.names()?;
    if whole(files, DECLARATION_FILE)?.is_none_or(|bytes| bytes != DECLARATION.as_bytes()) {
        findings.push(format!("{DECLARATION_FILE}: is missing or not what a bag declares"));
    }
    let mut known = BTreeMap::new();
    for (kind, pair) in MANIFESTS.iter().enumerate() {
        for (at, manifest) in pair.iter().enumerate() {
            let Some(bytes) = whole(files, manifest)? else {
                findings.push(format!("{manifest}: is missing"));
                continue;
            };
            let listed = match read_manifest(&bytes) {
                Ok(listed) => listed,
                Err(line) => {
                    findings.push(format!("{manifest}: line {line} cannot be read"));
                    continue;
                }
            };
            for (path, digest) in listed {
                if path.starts_with(PAYLOAD) == (kind == 0) {
                    known.entry(path).or_insert([None, None])[at] = Some(digest);
                } else {
                    findings.push(format!("{manifest}: {path} has no place in this list"));
                }
            }
        }
    }
    compare(files, &names, &known, &mut findings)?;
    Ok(findings)
}

fn compare<F: Files>(
    files: &mut F,
    names: &[String],
    known: &BTreeMap<String, [Option<Hex32>; 2]>,
    findings: &mut Vec<String>,
) -> Result<(), F::Fault> {
    for (path, [sha256, sm3]) in known {
        let Some(has) = digests_of(files, path)? else {
            findings.push(format!("{path}: is missing, though the package lists it"));
            continue;
        };
        let wrong: Vec<&str> = [(*sha256, has.sha256, "SHA-256"), (*sm3, has.sm3, "SM3")]
            .into_iter()
            .filter_map(|(listed, has, name)| (listed != Some(has)).then_some(name))
            .collect();
        if !wrong.is_empty() {
            let wrong = wrong.join(" and ");
            findings.push(format!("{path}: is not the file the package lists ({wrong})"));
        }
    }
    for name in names {
        let manifest = MANIFESTS[1].contains(&name.as_str());
        if !manifest && !known.contains_key(name) {
            findings.push(format!("{name}: the package does not list this file"));
        }
    }
    Ok(())
}

/// Reads a file of a bag that is small; nothing when it is missing. What is longer than any that
/// is written is cut, and so never right.
fn whole<F: Files>(files: &mut F, name: &str) -> Result<Option<Vec<u8>>, F::Fault> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    while bytes.len() < BAG_MANIFEST_BYTES_MAX {
        match files.read(name, bytes.len() as u64, &mut buffer)? {
            None => return Ok(None),
            Some(0) => break,
            Some(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
    Ok(Some(bytes))
}

/// Digests of a whole file; nothing when it is missing.
///
/// # Errors
/// When it cannot be read.
pub fn digests_of<F: Files>(files: &mut F, name: &str) -> Result<Option<Digests>, F::Fault> {
    let mut digester = crate::digest::Digester::default();
    let mut buffer = vec![0; 256 * 1024];
    let mut at = 0;
    loop {
        match files.read(name, at, &mut buffer)? {
            None => return Ok(None),
            Some(0) => return Ok(Some(digester.finish())),
            Some(count) => {
                digester.update(&buffer[..count]);
                at += count as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use core::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone)]
    struct Bag(BTreeMap<String, Vec<u8>>);

    impl Files for Bag {
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
            let Some(bytes) = self.0.get(name) else { return Ok(None) };
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
            let count = into.len().min(bytes.len() - from);
            into[..count].copy_from_slice(&bytes[from..from + count]);
            Ok(Some(count))
        }
    }

    fn bag() -> Bag {
        let payload = BTreeMap::from([
            ("data/h1/ledger.jsonl".to_owned(), b"{}\n".to_vec()),
            ("data/h1/p1-microphone-0001.webm".to_owned(), vec![7; 100]),
            ("data/h1/odd %name\n.torn".to_owned(), vec![8; 3]),
        ]);
        let listed = payload
            .iter()
            .map(|(path, bytes)| (path.clone(), (bytes.len() as u64, Digests::of(bytes))))
            .collect();
        let beside = vec![(PAGE_FILE.to_owned(), b"<html>".to_vec())];
        let mut files = tag_files(HearingId(1), Timestamp(1_796_000_000_000), &listed, beside);
        files.extend(payload);
        Bag(files)
    }

    #[test]
    fn a_bag_is_whole_and_every_changed_byte_is_named() {
        let whole = bag();
        assert_eq!(check(&mut whole.clone()), Ok(Vec::new()));
        for (name, bytes) in &whole.0 {
            for at in 0..bytes.len() {
                for bit in [1, 0x20, 0x80] {
                    let mut other = whole.clone();
                    other.0.get_mut(name).expect("it is there")[at] ^= bit;
                    let Ok(found) = check(&mut other);
                    assert!(!found.is_empty(), "byte {at} of {name}");
                }
            }
        }
    }

    #[test]
    fn what_is_missing_or_more_is_named() {
        let whole = bag();
        for name in whole.0.keys() {
            let mut other = whole.clone();
            other.0.remove(name);
            let Ok(found) = check(&mut other);
            assert!(found.iter().any(|finding| finding.contains(name.as_str())), "{name}");
        }
        let mut other = whole;
        other.0.insert("data/h1/more.webm".to_owned(), Vec::new());
        let Ok(found) = check(&mut other);
        assert_eq!(found, ["data/h1/more.webm: the package does not list this file"]);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (ms, text) in [
            (0, "1970-01-01"),
            (951_782_400_000, "2000-02-29"),
            (1_796_000_000_000, "2026-11-30"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date(Timestamp(ms)), text);
        }
    }

    #[test]
    fn paths_that_lead_out_are_refused() {
        for path in ["../x", "/x", "data/../../x", "data//x", "data\\x", ""] {
            assert!(!is_inside(path), "{path}");
            let line = format!("{}  {path}\n", "0".repeat(64));
            assert_eq!(read_manifest(line.as_bytes()), Err(1), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(listed) = read_manifest(&bytes) {
                prop_assert!(listed.keys().all(|path| is_inside(path)));
            }
        }

        #[test]
        fn what_is_written_is_read(paths in proptest::collection::btree_set("[ -~\n\r]{1,20}", 0..5)) {
            let digest = Digests::of(b"x");
            let paths: Vec<_> = paths.into_iter().filter(|path| is_inside(path)).collect();
            let digests = paths.iter().map(|path| (path.as_str(), digest)).collect();
            let read = read_manifest(&manifest(&digests, |digests| digests.sm3));
            prop_assert_eq!(read.map(|read| read.len()), Ok(paths.len()));
        }
    }
}
