//! Reads a file of lines that follow each other and are signed one by one: the confirmations, and
//! the acts of a transcript's review.
//!
//! What is not here: what a line says.

use core::fmt::Display;

use super::{Check, Files, Liveness, READ_BYTES};
use crate::confirmation::{ConfirmationFault, ConfirmationLine, Confirmations};
use crate::ledger::Lines;
use crate::signature::Signature;
use crate::transcript::{ActFault, Acts, ReadAct};

/// A chain of signed lines.
pub(super) trait Chain {
    /// A line that was read.
    type Line;
    /// What is wrong with one.
    type Fault: Display;

    /// Lines gone past.
    fn count(&self) -> u64;
    /// Reads the next line.
    fn read_line(&mut self, bytes: &[u8]) -> Result<Self::Line, Self::Fault>;
    /// Goes past a line that does not fit.
    fn skip(&mut self, bytes: &[u8]);
    /// The signature of a line.
    fn by(line: &Self::Line) -> &Signature;
}

impl Chain for Acts {
    type Line = ReadAct;
    type Fault = ActFault;

    fn count(&self) -> u64 {
        self.len()
    }

    fn read_line(&mut self, bytes: &[u8]) -> Result<ReadAct, ActFault> {
        self.read(bytes)
    }

    fn skip(&mut self, bytes: &[u8]) {
        self.step(bytes);
    }

    fn by(line: &ReadAct) -> &Signature {
        &line.by
    }
}

impl Chain for Confirmations {
    type Line = ConfirmationLine;
    type Fault = ConfirmationFault;

    fn count(&self) -> u64 {
        self.len()
    }

    fn read_line(&mut self, bytes: &[u8]) -> Result<ConfirmationLine, ConfirmationFault> {
        self.read(bytes)
    }

    fn skip(&mut self, bytes: &[u8]) {
        self.step(bytes);
    }

    fn by(line: &ConfirmationLine) -> &Signature {
        &line.by
    }
}

impl Check {
    /// Reads a chain to its end and names every line that does not hold; `each` gets the number of
    /// every line that does, and the line. How many bytes the file has.
    pub(super) fn chain<F: Files, C: Chain>(
        &mut self,
        files: &mut F,
        file: &str,
        chain: &mut C,
        mut each: impl FnMut(&mut Self, u64, C::Line),
    ) -> Result<u64, F::Fault> {
        let (mut lines, mut buffer, mut at) = (Lines::default(), vec![0; READ_BYTES], 0);
        while let Some(count) = files.read(file, at, &mut buffer)? {
            if count == 0 {
                break;
            }
            at += count as u64;
            lines.push(&buffer[..count]);
            while let Some(line) = lines.next_line() {
                let n = chain.count();
                match chain.read_line(line) {
                    Ok(read) => {
                        if self.signed_by.is_some() && C::by(&read).key() != self.signed_by {
                            self.findings.push(format!(
                                "{file}: line {n} is signed by another key than the seal"
                            ));
                        }
                        each(self, n, read);
                    }
                    Err(fault) => {
                        self.findings.push(format!("{file}: line {n} {fault}"));
                        chain.skip(line);
                    }
                }
            }
        }
        if !lines.rest().is_empty() && self.liveness == Liveness::AtRest {
            let n = chain.count();
            self.findings.push(format!("{file}: line {n} is unfinished"));
        }
        Ok(at)
    }
}
