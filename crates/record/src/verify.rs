//! Checks a hearing's folder: every line, every piece, every file, and that nothing is missing at
//! the end.
//!
//! What is not here: the disk, and the files that hang on the seal (`verify/beside`). Bytes come through [`Files`], so the same check runs in a test, in
//! the server and in the command. Findings are plain sentences that name the entry or the file.

use std::collections::{BTreeMap, BTreeSet};

use model::TranscriptAct;
use model::archive::Verdict;
use model::limits::LEDGER_LINE_BYTES_MAX;

use crate::confirmation::CONFIRMATIONS_FILE;
use crate::digest::{Digester, Digests};
use crate::entry::{Entry, Line, Piece, Torn};
use crate::index::Index;
use crate::ledger::{LEDGER_FILE, Ledger, LineFault, Lines, parse};
use crate::seal::{SEAL_FILE, Seal, SealMaker};
use crate::signature::{PublicKey, SIGNATURE_FILE};
use crate::stamp::STAMP_FILE;
use crate::transcript::ACTS_FILE;

mod beside;
mod chain;
mod transcript;

/// Bytes read at once.
const READ_BYTES: usize = 256 * 1024;
/// Findings told at most; a last one says how many more there are.
const FINDINGS_MAX: usize = 200;
/// Bytes of a seal that is read.
const SEAL_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The folder under check.
pub trait Files {
    /// Why bytes could not be read.
    type Fault;

    /// Names of all files.
    ///
    /// # Errors
    /// When the folder cannot be read.
    fn names(&mut self) -> Result<Vec<String>, Self::Fault>;

    /// Reads bytes of a file from an offset into `into`: how many there were; 0 at the end.
    /// Nothing for a file that is not there.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn read(
        &mut self,
        name: &str,
        offset: u64,
        into: &mut [u8],
    ) -> Result<Option<usize>, Self::Fault>;
}

/// How a ledger that is not sealed is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    /// Nobody writes: bytes that no entry attests are a finding.
    AtRest,
    /// It may be growing: bytes behind the last attested one, and files not yet named, are not.
    Growing,
}

/// What the ledger says of one segment.
#[derive(Debug, Default)]
struct Claims {
    entry: u64,
    pieces: Vec<(u64, u64, u64, Digests)>,
    sealed: Option<(u64, u64, Digests)>,
}

#[derive(Debug, Default)]
struct Findings {
    told: Vec<String>,
    more: u64,
}

impl Findings {
    fn push(&mut self, finding: String) {
        if self.told.len() < FINDINGS_MAX {
            self.told.push(finding);
        } else {
            self.more += 1;
        }
    }
}

/// Checks a folder.
///
/// # Errors
/// When something cannot be read at all; what reads but is wrong is a finding.
pub fn verify<F: Files>(files: &mut F, liveness: Liveness) -> Result<Verdict, F::Fault> {
    verify_trusting(files, liveness, None)
}

/// Checks a folder, and that its seal is signed by a key that the caller trusts, if one is given.
///
/// # Errors
/// As [`verify`].
pub fn verify_trusting<F: Files>(
    files: &mut F,
    liveness: Liveness,
    trusted: Option<&PublicKey>,
) -> Result<Verdict, F::Fault> {
    let names: BTreeSet<String> = files.names()?.into_iter().collect();
    let mut check = Check { liveness, ..Check::default() };
    check.ledger(files)?;
    check.seal(files)?;
    check.beside(files, trusted)?;
    check.transcript(files)?;
    check.segments(files)?;
    check.torn(files)?;
    check.names(&names);
    let mut findings = check.findings.told;
    if check.findings.more > 0 {
        findings.push(format!("and {} more findings", check.findings.more));
    }
    Ok(Verdict {
        intact: findings.is_empty(),
        sealed: check.index.sealed,
        entries: check.chain.entries(),
        segments: check.claims.len() as u64,
        findings,
        remarks: check.remarks,
    })
}

#[derive(Debug)]
struct Check {
    liveness: Liveness,
    findings: Findings,
    remarks: Vec<String>,
    /// The key that signed the seal.
    signed_by: Option<PublicKey>,
    chain: Ledger,
    index: Index,
    maker: SealMaker,
    claims: BTreeMap<String, Claims>,
    torn: Vec<(u64, Torn)>,
    /// Acts of the transcript's review by their number, with the entry that says so.
    acts: BTreeMap<u64, (u64, TranscriptAct)>,
    /// Files of frozen transcripts that an act names.
    frozen: BTreeSet<String>,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            liveness: Liveness::AtRest,
            findings: Findings::default(),
            remarks: Vec::new(),
            signed_by: None,
            chain: Ledger::default(),
            index: Index::default(),
            maker: SealMaker::default(),
            claims: BTreeMap::new(),
            torn: Vec::new(),
            acts: BTreeMap::new(),
            frozen: BTreeSet::new(),
        }
    }
}

impl Check {
    fn ledger<F: Files>(&mut self, files: &mut F) -> Result<(), F::Fault> {
        let mut lines = Lines::default();
        let mut buffer = vec![0; READ_BYTES];
        let mut offset = 0;
        loop {
            let Some(count) = files.read(LEDGER_FILE, offset, &mut buffer)? else {
                self.findings.push(format!("{LEDGER_FILE}: is missing"));
                return Ok(());
            };
            if count == 0 {
                break;
            }
            offset += count as u64;
            lines.push(&buffer[..count]);
            while let Some(line) = lines.next_line() {
                self.line(line);
            }
        }
        let rest = lines.rest().len();
        if rest > 0 && self.liveness == Liveness::AtRest {
            let n = self.chain.entries();
            self.findings.push(format!("{LEDGER_FILE}: {rest} bytes of an unfinished entry {n}"));
        }
        if self.chain.entries() == 0 {
            self.findings.push(format!("{LEDGER_FILE}: has no entry"));
        }
        Ok(())
    }

    fn line(&mut self, bytes: &[u8]) {
        let n = self.chain.entries();
        let line = match self.chain.read(bytes) {
            Ok(line) => line,
            Err(fault) => {
                self.findings.push(format!("entry {n}: {fault}"));
                self.chain.step(bytes);
                // A line that cannot be placed still says what it attests.
                match (fault, parse(bytes)) {
                    (LineFault::Number { .. } | LineFault::Chain { .. }, Ok(line)) => line,
                    _ => return,
                }
            }
        };
        if self.index.sealed {
            self.findings.push(format!("entry {n}: follows the seal"));
        }
        let first = matches!(line.entry, Entry::Opened { .. });
        if first != (n == 0) {
            self.findings.push(format!("entry {n}: a ledger begins with `opened` and only once"));
        }
        self.claim(n, &line);
        self.claim_act(n, &line.entry);
        self.index.apply(&line);
        self.maker.apply(&line);
    }

    fn claim(&mut self, n: u64, line: &Line) {
        match &line.entry {
            Entry::Segment { segment, length, digests, .. } => {
                let pieces = vec![(n, 0, *length, *digests)];
                let claims = Claims { entry: n, pieces, sealed: None };
                if self.claims.insert(segment.clone(), claims).is_some() {
                    self.findings.push(format!("entry {n}: {segment} begins twice"));
                }
            }
            Entry::Commit { pieces } => pieces.iter().for_each(|piece| self.claim_piece(n, piece)),
            Entry::SegmentSealed { segment, length, digests, pieces } => {
                let Some(claims) = self.claims.get_mut(segment) else {
                    self.findings.push(format!("entry {n}: {segment} was never begun"));
                    return;
                };
                claims.sealed = Some((n, *length, *digests));
                if *pieces + 1 != claims.pieces.len() as u64 {
                    let has = claims.pieces.len() - 1;
                    self.findings.push(format!(
                        "entry {n}: {segment} has {has} pieces, the entry says {pieces}"
                    ));
                }
            }
            Entry::Recovered { torn, .. } => {
                self.torn.extend(torn.iter().map(|torn| (n, torn.clone())));
            }
            Entry::Sealed { segments, pieces, bytes } => {
                let has = (self.index.segments.len() as u64, self.index.pieces());
                let sum: u64 = self.index.segments.iter().map(|segment| segment.length).sum();
                if (has.0, has.1, sum) != (*segments, *pieces, *bytes) {
                    self.findings.push(format!("entry {n}: counts do not agree with the ledger"));
                }
            }
            Entry::Opened { .. }
            | Entry::Reopened { .. }
            | Entry::Minute { .. }
            | Entry::Roll { .. }
            | Entry::Lost { .. }
            | Entry::Reanchor { .. }
            | Entry::Fault { .. }
            | Entry::Mended { .. } => {}
        }
    }

    fn claim_piece(&mut self, n: u64, piece: &Piece) {
        let Piece { segment, offset, length, digests, .. } = piece;
        let Some(claims) = self.claims.get_mut(segment) else {
            self.findings.push(format!("entry {n}: {segment} was never begun"));
            return;
        };
        let end = claims.pieces.last().map_or(0, |&(_, offset, length, _)| offset + length);
        if *offset != end || claims.sealed.is_some() || offset.checked_add(*length).is_none() {
            self.findings.push(format!("entry {n}: {segment} does not go on at byte {offset}"));
            return;
        }
        claims.pieces.push((n, *offset, *length, *digests));
    }

    fn seal<F: Files>(&mut self, files: &mut F) -> Result<(), F::Fault> {
        let found = read_whole(files, SEAL_FILE)?;
        let wanted = self.maker.seal(&self.chain);
        match (found, wanted) {
            (None, None) => {}
            (None, Some(_)) => {
                self.findings.push(format!("{SEAL_FILE}: is missing, though the ledger is sealed"));
            }
            (Some(found), wanted) => {
                let has = self.chain.entries();
                if wanted.is_some_and(|wanted| wanted.to_bytes() == found) {
                    return Ok(());
                }
                self.findings.push(match Seal::from_bytes(&found) {
                    Some(seal) if seal.entries > has => format!(
                        "{SEAL_FILE}: counts {} entries, the ledger has {has}: its end was cut off",
                        seal.entries
                    ),
                    Some(seal) if seal.head != self.chain.head() => format!(
                        "{SEAL_FILE}: the ledger's last entry, {}, is another than was sealed",
                        has.saturating_sub(1)
                    ),
                    Some(_) => format!("{SEAL_FILE}: does not agree with the ledger"),
                    None => format!("{SEAL_FILE}: cannot be read"),
                });
            }
        }
        Ok(())
    }

    fn segments<F: Files>(&mut self, files: &mut F) -> Result<(), F::Fault> {
        let sealed: BTreeMap<Digests, String> = self
            .claims
            .iter()
            .filter_map(|(name, claims)| Some((claims.sealed?.2, name.clone())))
            .collect();
        let claims = core::mem::take(&mut self.claims);
        for (name, claims) in &claims {
            self.segment(files, name, claims, &sealed)?;
        }
        self.claims = claims;
        Ok(())
    }

    fn segment<F: Files>(
        &mut self,
        files: &mut F,
        name: &str,
        claims: &Claims,
        sealed: &BTreeMap<Digests, String>,
    ) -> Result<(), F::Fault> {
        let mut buffer = vec![0; READ_BYTES];
        if files.read(name, 0, &mut buffer[..1])?.is_none() {
            self.findings.push(format!("{name}: is missing; entry {} began it", claims.entry));
            return Ok(());
        }
        let mut whole = Digester::default();
        let mut end = 0;
        for &(n, offset, length, digests) in &claims.pieces {
            let mut piece = Digester::default();
            while end < offset + length {
                let want = (offset + length - end).min(READ_BYTES as u64);
                let want = usize::try_from(want).unwrap_or(READ_BYTES);
                let count = files.read(name, end, &mut buffer[..want])?.unwrap_or(0);
                if count == 0 {
                    self.findings.push(format!(
                        "{name}: ends at byte {end}, entry {n} attests up to {}",
                        offset + length
                    ));
                    return Ok(());
                }
                piece.update(&buffer[..count]);
                whole.update(&buffer[..count]);
                end += count as u64;
            }
            if piece.finish() != digests {
                let last = offset + length;
                self.findings.push(format!(
                    "{name}: bytes {offset} to {last} are not those entry {n} attests"
                ));
            }
        }
        let more = self.count_more(files, name, end, &mut whole)?;
        let whole = whole.finish();
        if let Some((n, length, digests)) = claims.sealed {
            if length != end {
                self.findings.push(format!("entry {n}: {name} has {end} bytes, not {length}"));
            } else if more == 0 && whole != digests {
                let other = sealed.get(&whole).filter(|other| *other != name);
                self.findings.push(match other {
                    Some(other) => format!("{name}: holds the bytes of {other} (entry {n})"),
                    None => format!("{name}: is not the file entry {n} sealed"),
                });
            }
        }
        if more > 0 && (claims.sealed.is_some() || self.liveness == Liveness::AtRest) {
            self.findings.push(format!("{name}: {more} bytes at the end are attested by no entry"));
        }
        Ok(())
    }

    /// Reads on behind the last attested byte: how many bytes are there.
    fn count_more<F: Files>(
        &self,
        files: &mut F,
        name: &str,
        end: u64,
        whole: &mut Digester,
    ) -> Result<u64, F::Fault> {
        let mut buffer = vec![0; READ_BYTES];
        let mut more = 0;
        while let Some(count) = files.read(name, end + more, &mut buffer)? {
            if count == 0 {
                break;
            }
            whole.update(&buffer[..count]);
            more += count as u64;
        }
        Ok(more)
    }

    fn torn<F: Files>(&mut self, files: &mut F) -> Result<(), F::Fault> {
        for (n, torn) in core::mem::take(&mut self.torn) {
            let mut whole = Digester::default();
            let length = self.count_more(files, &torn.kept_as, 0, &mut whole)?;
            if length != torn.length || whole.finish() != torn.digests {
                let name = &torn.kept_as;
                self.findings.push(format!("{name}: is not what entry {n} kept"));
            }
            self.torn.push((n, torn));
        }
        Ok(())
    }

    fn names(&mut self, names: &BTreeSet<String>) {
        if self.liveness == Liveness::Growing && !self.index.sealed {
            return;
        }
        for name in names {
            let known =
                [LEDGER_FILE, SEAL_FILE, SIGNATURE_FILE, STAMP_FILE, CONFIRMATIONS_FILE, ACTS_FILE]
                    .contains(&name.as_str())
                    || self.frozen.contains(name)
                    || self.claims.contains_key(name)
                    || self.torn.iter().any(|(_, torn)| torn.kept_as == *name);
            if !known {
                self.findings.push(format!("{name}: no entry names this file"));
            }
        }
    }
}

/// Reads a small file whole.
fn read_whole<F: Files>(files: &mut F, name: &str) -> Result<Option<Vec<u8>>, F::Fault> {
    let mut bytes = Vec::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match files.read(name, bytes.len() as u64, &mut buffer)? {
            None => return Ok(None),
            Some(count) if count > 0 && (bytes.len() as u64) < SEAL_BYTES_MAX => {
                bytes.extend_from_slice(&buffer[..count]);
            }
            Some(_) => return Ok(Some(bytes)),
        }
    }
}

const _: () = assert!(READ_BYTES <= LEDGER_LINE_BYTES_MAX, "lines are taken as they come");
