//! Checks the frozen transcripts of a folder and the chain of their review, against each other and
//! against the minutes of the ledger.
//!
//! What is not here: what a transcript says.

use std::collections::BTreeSet;

use model::{Fact, TranscriptAct};

use super::{Check, Files, read_whole};
use crate::digest::Digests;
use crate::entry::Entry;
use crate::transcript::{ACTS_FILE, Acts, version_file};

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
        let mut versions = Vec::new();
        self.chain(files, ACTS_FILE, &mut chain, |check, n, read| {
            check.compare(n, &read.entry.act);
            if let TranscriptAct::Frozen { version, sha256, sm3, .. } = read.entry.act {
                versions.push((n, version, sha256, sm3));
            }
        })?;
        for (act, (n, _)) in self.acts.range(chain.len()..) {
            self.findings
                .push(format!("{ACTS_FILE}: line {act}, which entry {n} names, is missing"));
        }
        self.versions(files, versions)
    }

    /// A minute and the line of the same number say the same.
    fn compare(&mut self, n: u64, act: &TranscriptAct) {
        if let Some((entry, said)) = self.acts.get(&n)
            && said != act
        {
            self.findings.push(format!("{ACTS_FILE}: line {n} is not what entry {entry} says"));
        }
    }

    fn versions<F: Files>(
        &mut self,
        files: &mut F,
        versions: Vec<(u64, u32, String, String)>,
    ) -> Result<(), F::Fault> {
        let mut known = BTreeSet::new();
        let count = versions.len();
        for (n, version, sha256, sm3) in versions {
            let name = version_file(version);
            let Some(bytes) = read_whole(files, &name)? else {
                self.findings.push(format!("{name}: is missing; act {n} froze it"));
                continue;
            };
            let digests = Digests::of(&bytes);
            if (digests.sha256.to_string(), digests.sm3.to_string()) != (sha256, sm3) {
                self.findings.push(format!("{name}: is not the text that act {n} froze"));
            }
            known.insert(name);
        }
        if count > 0 {
            self.remarks.push(format!("{ACTS_FILE}: the transcript was frozen {count} times"));
        }
        self.frozen = known;
        Ok(())
    }
}
