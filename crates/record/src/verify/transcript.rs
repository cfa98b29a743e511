//! Checks the frozen transcripts of a folder and the chain of their review, against each other and
//! against the minutes of the ledger.
//!
//! What is not here: what a transcript says.

use std::collections::BTreeSet;

use model::review::SignatureFile;
use model::{Fact, SignatureProof, TranscriptAct};

use super::{Check, Files, read_whole};
use crate::certificate;
use crate::digest::Digests;
use crate::entry::Entry;
use crate::transcript::{ACTS_FILE, Acts, part_file, version_file};

/// A file that an act names: the act, the file, its digests.
type Named = (u64, String, String, String);

/// A signature's file, and what it is over where it is one by certificate.
type Kept = (u64, SignatureFile, Option<(u32, String)>);

/// What the acts of a review name.
#[derive(Default)]
struct Claimed {
    /// How often it was frozen.
    frozen: usize,
    texts: Vec<Named>,
    files: Vec<Kept>,
}

impl Check {
    /// Remembers what a minute says of the review.
    pub(super) fn claim_act(&mut self, n: u64, entry: &Entry) {
        if let Entry::Minute { minute, .. } = entry
            && let Fact::Transcript(minute) = &minute.fact
        {
            self.acts.insert(minute.n, (n, minute.done.clone()));
        }
    }

    /// Checks chain and versions.
    pub(super) fn transcript<F: Files>(&mut self, files: &mut F) -> Result<(), F::Fault> {
        let Some(hearing) = self.index.hearing() else { return Ok(()) };
        let mut chain = Acts::new(hearing);
        let mut claimed = Claimed::default();
        self.chain(files, ACTS_FILE, &mut chain, |check, n, read| {
            check.compare(n, &read.entry.act);
            claimed.take(n, read.entry.act);
        })?;
        for (act, (n, _)) in self.acts.range(chain.len()..) {
            self.findings
                .push(format!("{ACTS_FILE}: line {act}, which entry {n} names, is missing"));
        }
        self.versions(files, &claimed)?;
        self.signatures(files, &claimed)
    }

    /// A minute and the line of the same number say the same.
    fn compare(&mut self, n: u64, act: &TranscriptAct) {
        if let Some((entry, said)) = self.acts.get(&n)
            && said != act
        {
            self.findings.push(format!("{ACTS_FILE}: line {n} is not what entry {entry} says"));
        }
    }

    fn versions<F: Files>(&mut self, files: &mut F, claimed: &Claimed) -> Result<(), F::Fault> {
        let mut known = BTreeSet::new();
        for (n, name, sha256, sm3) in &claimed.texts {
            let Some(bytes) = read_whole(files, name)? else {
                self.findings.push(format!("{name}: is missing; act {n} froze it"));
                continue;
            };
            if !is(&bytes, sha256, sm3) {
                self.findings.push(format!("{name}: is not the text that act {n} froze"));
            }
            known.insert(name.clone());
        }
        if claimed.frozen > 0 {
            let count = claimed.frozen;
            self.remarks.push(format!("{ACTS_FILE}: the transcript was frozen {count} times"));
        }
        self.frozen = known;
        Ok(())
    }

    /// Pictures of pages signed on paper, and signatures by certificate: those are over the text
    /// they name. Whether an authority stands behind a certificate was asked when it was taken.
    fn signatures<F: Files>(&mut self, files: &mut F, claimed: &Claimed) -> Result<(), F::Fault> {
        for (n, file, over) in &claimed.files {
            let name = &file.name;
            let Some(bytes) = read_whole(files, name)? else {
                self.findings.push(format!("{name}: is missing; act {n} names it"));
                continue;
            };
            self.frozen.insert(name.clone());
            if bytes.len() as u64 != file.bytes || !is(&bytes, &file.sha256, &file.sm3) {
                self.findings.push(format!("{name}: is not the file that act {n} names"));
                continue;
            }
            if let Some((version, sha256)) = over {
                let text = claimed.texts.iter().find(|(_, text, digest, _)| {
                    digest == sha256 && text.starts_with(&format!("transcript-{version}"))
                });
                let text = match text {
                    Some((_, text, ..)) => read_whole(files, text)?,
                    None => None,
                };
                if !text.is_some_and(|text| certificate::is_over(&bytes, &text)) {
                    self.findings.push(format!("{name}: is no signature over what act {n} signs"));
                }
            }
        }
        Ok(())
    }
}

impl Claimed {
    fn take(&mut self, n: u64, act: TranscriptAct) {
        match act {
            TranscriptAct::Frozen { version, sha256, sm3, parts, .. } => {
                self.frozen += 1;
                self.texts.push((n, version_file(version), sha256, sm3));
                for part in parts {
                    let name = part_file(version, part.who);
                    self.texts.push((n, name, part.sha256, part.sm3));
                }
            }
            TranscriptAct::Signed { version, sha256, proof: Some(proof), .. } => match proof {
                SignatureProof::Scan { file } => self.files.push((n, file, None)),
                SignatureProof::Certificate { file, .. } => {
                    self.files.push((n, file, Some((version, sha256))));
                }
                SignatureProof::Code { .. }
                | SignatureProof::Password {}
                | SignatureProof::Terminal {} => {}
            },
            TranscriptAct::Signed { proof: None, .. }
            | TranscriptAct::Reopened { .. }
            | TranscriptAct::Objected { .. }
            | TranscriptAct::Answered { .. }
            | TranscriptAct::ReadAloud { .. }
            | TranscriptAct::Refused { .. } => {}
        }
    }
}

/// Whether bytes have these digests.
fn is(bytes: &[u8], sha256: &str, sm3: &str) -> bool {
    let digests = Digests::of(bytes);
    (digests.sha256.to_string().as_str(), digests.sm3.to_string().as_str()) == (sha256, sm3)
}
