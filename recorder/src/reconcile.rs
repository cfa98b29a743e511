//! Reconciliation: every hearing has its files, every file its hearing, and the second copy has what
//! the archive has.
//!
//! What is not here: reading every byte, which is verification; a reconciliation reads the ledgers
//! and compares names, lengths, seals and the ends of both ledgers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::{HearingId, Timestamp};
use prometheus::Registry;
use record::ledger::LEDGER_FILE;
use record::recovery::{Reader, Shape};
use record::seal::SEAL_FILE;
use record::verify::Files;
use serde::Serialize;
use tokio::runtime::Handle;

use crate::copy::{CopyFiles, locks};
use crate::folder::{FolderFiles, doing, hearings, read_ledger};
use crate::metrics::ReconcileMetrics;
use crate::store::{Store, StoreFault};
use crate::{RecorderFault, keeping};

/// Findings that are told one by one; more are counted.
const FINDINGS_MAX: usize = 1_000;
/// Bytes compared of the ends of two ledgers that grow.
const END_BYTES: u64 = 1024 * 1024;

/// What the docket says of a hearing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Which.
    pub hearing: HearingId,
    /// It is over.
    pub closed: bool,
    /// It was opened, so there must be a record.
    pub opened: bool,
    /// A hold is on its record.
    pub held: bool,
}

/// What is compared.
#[derive(Debug)]
pub struct Compared<'a> {
    /// The folder that holds one folder per hearing.
    pub archive: &'a Path,
    /// The second copy, if there is one.
    pub store: Option<&'a Store>,
    /// Hearings of the docket, if it is at hand.
    pub listed: Option<&'a [Listed]>,
    /// Hearings that are going on: still growing.
    pub live: &'a BTreeSet<HearingId>,
}

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// The docket has a hearing that was opened; the archive has no record.
    RecordMissing,
    /// The archive has a record of a hearing that the docket does not have.
    HearingUnknown,
    /// A ledger cannot be read to its end.
    LedgerDamaged,
    /// The hearing is over and its record is not sealed.
    Unsealed,
    /// A file that the ledger names is missing or has another length.
    FileDiffers,
    /// The second copy has nothing of the hearing, or not all of it.
    CopyBehind,
    /// The second copy is another than the archive's record.
    CopyDiffers,
    /// Only the second copy has the hearing.
    CopyAlone,
    /// An object of the second copy is not locked as it should be, as far as the proof says.
    CopyUnlocked,
}

impl Wrong {
    /// In Chinese and English, for the command line.
    pub const fn named(self) -> &'static str {
        match self {
            Self::RecordMissing => "缺少卷宗 no record",
            Self::HearingUnknown => "排期中没有该庭审 no such hearing",
            Self::LedgerDamaged => "账本损坏 damaged ledger",
            Self::Unsealed => "已结束未封存 not sealed",
            Self::FileDiffers => "文件不符 file differs",
            Self::CopyBehind => "副本不全 copy incomplete",
            Self::CopyDiffers => "副本不符 copy differs",
            Self::CopyAlone => "仅副本有 only in the copy",
            Self::CopyUnlocked => "副本未锁定 copy not locked",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The hearing.
    pub hearing: HearingId,
    /// What is wrong.
    pub wrong: Wrong,
    /// Which file, and how.
    pub detail: String,
}

/// What a reconciliation came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// When it ended, UTC ms.
    pub at: Timestamp,
    /// Records gone through.
    pub records: usize,
    /// Hearings gone through in the second copy.
    pub copies: usize,
    /// What was found, at most 1,000.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: usize,
    /// Hearings erased on purpose whose second copy is still there.
    pub erased: Vec<HearingId>,
    /// Sealed hearings whose copy is to be locked, each with whether a hold is on it.
    #[serde(skip)]
    pub unlocked: Vec<(HearingId, bool)>,
}

impl Report {
    /// All findings, those not told one by one too.
    pub const fn count(&self) -> usize {
        self.findings.len() + self.more
    }

    /// Hearings whose second copy is to be made or completed.
    pub fn behind(&self) -> BTreeSet<HearingId> {
        let behind = |finding: &&Finding| finding.wrong == Wrong::CopyBehind;
        self.findings.iter().filter(behind).map(|finding| finding.hearing).collect()
    }

    fn locks(
        &mut self,
        store: &Store,
        runtime: &Handle,
        hearing: HearingId,
        known: Option<&Listed>,
    ) -> Result<(), StoreFault> {
        let held = known.map(|known| known.held);
        let unproven = locks::unproven(store, runtime, hearing, held)?;
        let Some(first) = unproven.first() else { return Ok(()) };
        let detail = format!("{first}: no lock is written down; {} objects", unproven.len());
        self.push(hearing, Wrong::CopyUnlocked, detail);
        self.unlocked.push((hearing, held.unwrap_or_default()));
        Ok(())
    }

    fn push(&mut self, hearing: HearingId, wrong: Wrong, detail: impl Into<String>) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(Finding { hearing, wrong, detail: detail.into() });
        } else {
            self.more += 1;
        }
    }
}

/// Where reports are shown.
#[derive(Debug)]
pub struct ReportBoard {
    metrics: ReconcileMetrics,
    file: PathBuf,
}

impl ReportBoard {
    /// Reports go to `file` (JSON, the last one only), to the log and to the metrics.
    ///
    /// # Errors
    /// When the metrics cannot be registered.
    pub fn new(registry: &Registry, file: PathBuf) -> Result<Self, RecorderFault> {
        let metrics = ReconcileMetrics::new(registry).map_err(|fault| RecorderFault {
            doing: "register the figures of the reconciliation".to_owned(),
            source: std::io::Error::other(fault),
        })?;
        Ok(Self { metrics, file })
    }

    /// Shows a report.
    pub fn show(&self, report: &Report) {
        for Finding { hearing, wrong, detail } in &report.findings {
            tracing::error!(%hearing, ?wrong, detail, "reconciliation");
        }
        let (records, copies, findings) = (report.records, report.copies, report.count());
        tracing::info!(records, copies, findings, "reconciled");
        self.metrics.findings.set(i64::try_from(findings).unwrap_or(i64::MAX));
        self.metrics.at.set(report.at.0 / 1_000);
        let written = serde_json::to_vec_pretty(report)
            .map_err(std::io::Error::other)
            .and_then(|bytes| std::fs::write(&self.file, bytes));
        if let Err(fault) = written {
            tracing::error!(%fault, file = %self.file.display(), "the report cannot be written");
        }
    }
}

/// Compares. Blocks, for as long as reading all ledgers takes.
///
/// # Errors
/// When the archive or the store cannot be listed at all; what is wrong with one hearing is a
/// finding.
pub fn reconcile(
    compared: &Compared<'_>,
    runtime: &Handle,
    now: impl Fn() -> Timestamp,
) -> Result<Report, keeping::KeepFault> {
    let Compared { archive, store, listed, live } = *compared;
    let records = hearings(archive)?;
    let copies = store.map(|store| keeping::copied(store, runtime)).transpose()?;
    let mut report = Report {
        at: now(),
        records: records.len(),
        copies: copies.as_ref().map_or(0, Vec::len),
        findings: Vec::new(),
        more: 0,
        erased: Vec::new(),
        unlocked: Vec::new(),
    };
    let there: BTreeSet<HearingId> = records.iter().copied().collect();
    for hearing in &records {
        let record = Record::look(&archive.join(hearing.to_string()), !live.contains(hearing));
        let record = match record {
            Ok(record) => record,
            Err(fault) => {
                report.push(*hearing, Wrong::LedgerDamaged, fault.to_string());
                continue;
            }
        };
        for (wrong, detail) in &record.wrong {
            report.push(*hearing, *wrong, detail.clone());
        }
        let known = listed.and_then(|all| all.iter().find(|line| line.hearing == *hearing));
        if let Some(store) = store.filter(|_| !live.contains(hearing)) {
            match compare(store, runtime, *hearing, &record) {
                Ok(found) => found.into_iter().for_each(|(w, d)| report.push(*hearing, w, d)),
                Err(fault @ StoreFault::Away { .. }) => return Err(fault.into()),
                Err(fault) => report.push(*hearing, Wrong::CopyDiffers, fault.to_string()),
            }
            if record.sealed {
                report.locks(store, runtime, *hearing, known)?;
            }
        }
        if listed.is_some() {
            match known {
                None => report.push(*hearing, Wrong::HearingUnknown, "not on the docket"),
                Some(line) if line.closed && !record.sealed && !live.contains(hearing) => {
                    report.push(*hearing, Wrong::Unsealed, "over, and not sealed");
                }
                Some(_) => {}
            }
        }
    }
    for line in listed.into_iter().flatten() {
        let erased = keeping::is_erased(archive, line.hearing);
        if line.opened && !erased && !there.contains(&line.hearing) {
            report.push(line.hearing, Wrong::RecordMissing, "opened, and no record");
        }
    }
    for hearing in copies.into_iter().flatten() {
        if keeping::is_erased(archive, hearing) {
            report.erased.push(hearing);
        } else if !there.contains(&hearing) {
            report.push(hearing, Wrong::CopyAlone, "the archive has no such folder");
        }
    }
    report.at = now();
    Ok(report)
}

/// A record of the archive as it stands on disk.
struct Record {
    folder: PathBuf,
    sealed: bool,
    /// Files by name, with their lengths.
    files: BTreeMap<String, u64>,
    wrong: Vec<(Wrong, String)>,
}

impl Record {
    /// Looks at a folder; `still`: nobody writes there.
    fn look(folder: &Path, still: bool) -> Result<Self, RecorderFault> {
        let mut reader = Reader::default();
        let mut wrong = Vec::new();
        if read_ledger(folder, 0, &mut reader)?.is_none() {
            wrong.push((Wrong::LedgerDamaged, format!("{LEDGER_FILE}: is missing")));
        }
        let torn = matches!(reader.shape(), Shape::Torn { .. });
        if reader.shape() == Shape::Damaged || (torn && still) {
            let n = reader.ledger.entries();
            wrong.push((Wrong::LedgerDamaged, format!("entry {n} does not follow")));
        }
        let mut files = BTreeMap::new();
        for name in FolderFiles::new(folder.to_owned()).names()? {
            let path = folder.join(&name);
            let length = std::fs::metadata(&path).map_err(doing("look at", &path))?.len();
            files.insert(name, length);
        }
        for segment in &reader.index.segments {
            let (name, want) = (&segment.name, segment.length);
            match files.get(name) {
                None => wrong.push((Wrong::FileDiffers, format!("{name}: is missing"))),
                Some(&has) if has < want || (still && has != want) => {
                    let text = format!("{name}: has {has} bytes, the ledger attests {want}");
                    wrong.push((Wrong::FileDiffers, text));
                }
                Some(_) => {}
            }
        }
        let sealed = reader.index.sealed;
        if still && sealed {
            let seal = reader.maker.seal(&reader.ledger).map(|seal| seal.to_bytes());
            let found = std::fs::read(folder.join(SEAL_FILE)).ok();
            if found != seal {
                let text = format!("{SEAL_FILE}: is missing or does not agree with the ledger");
                wrong.push((Wrong::FileDiffers, text));
            }
        }
        for torn in reader.torn.iter().filter(|torn| !files.contains_key(*torn)) {
            wrong.push((Wrong::FileDiffers, format!("{torn}: is missing")));
        }
        Ok(Self { folder: folder.to_owned(), sealed, files, wrong })
    }
}

/// What the second copy lacks of a record at rest, or has otherwise.
fn compare(
    store: &Store,
    runtime: &Handle,
    hearing: HearingId,
    record: &Record,
) -> Result<Vec<(Wrong, String)>, StoreFault> {
    let mut copy = CopyFiles::open(store, runtime, hearing)?;
    let lengths = copy.lengths();
    let mut wrong = Vec::new();
    for (name, &has) in &record.files {
        // Of a record that goes on, the seal and what nothing attests yet are not copied.
        match lengths.get(name) {
            None if record.sealed || name == LEDGER_FILE => {
                wrong.push((Wrong::CopyBehind, format!("{name}: is not in the copy")));
            }
            None => {}
            Some(&there) if there > has => {
                let text = format!("{name}: has {there} bytes in the copy, {has} in the archive");
                wrong.push((Wrong::CopyDiffers, text));
            }
            Some(&there) if there < has && (record.sealed || name == LEDGER_FILE) => {
                let text = format!("{name}: has {there} bytes in the copy, {has} in the archive");
                wrong.push((Wrong::CopyBehind, text));
            }
            Some(_) => {}
        }
    }
    for name in lengths.keys().filter(|name| !record.files.contains_key(*name)) {
        wrong.push((Wrong::FileDiffers, format!("{name}: is in the copy alone")));
    }
    for name in [LEDGER_FILE, SEAL_FILE] {
        let (Some(&ours), Some(&theirs)) = (record.files.get(name), lengths.get(name)) else {
            continue;
        };
        let to = ours.min(theirs);
        let from = to.saturating_sub(END_BYTES);
        let here = end(&mut FolderFiles::new(record.folder.clone()), name, from, to);
        let there = end(&mut copy, name, from, to)?;
        if here.ok() != Some(there) {
            wrong.push((Wrong::CopyDiffers, format!("{name}: is another in the copy")));
        }
    }
    Ok(wrong)
}

fn end<F: Files>(files: &mut F, name: &str, from: u64, to: u64) -> Result<Vec<u8>, F::Fault> {
    let mut bytes = vec![0; usize::try_from(to - from).unwrap_or(0)];
    let mut done = 0;
    while done < bytes.len() {
        let at = from + done as u64;
        match files.read(name, at, &mut bytes[done..])? {
            Some(count) if count > 0 => done += count,
            Some(_) | None => break,
        }
    }
    bytes.truncate(done);
    Ok(bytes)
}
