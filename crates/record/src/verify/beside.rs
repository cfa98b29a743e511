//! Checks what stands beside the seal: the court's signature, the time-stamp, the confirmations.
//!
//! What is not here: whether the seal itself agrees with the ledger (`verify`).

use crate::confirmation::{CONFIRMATIONS_FILE, Confirmations};
use crate::digest::Digests;
use crate::seal::SEAL_FILE;
use crate::signature::{PublicKey, SIGNATURE_FILE, SealSignature};
use crate::stamp::{self, STAMP_FILE, Stamp};

use super::{Check, Files, read_whole};

impl Check {
    /// Checks every file that hangs on the seal's bytes.
    pub(super) fn beside<F: Files>(
        &mut self,
        files: &mut F,
        trusted: Option<&PublicKey>,
    ) -> Result<(), F::Fault> {
        let seal = read_whole(files, SEAL_FILE)?;
        self.signature(files, seal.as_deref(), trusted)?;
        self.stamp(files, seal.as_deref())?;
        self.confirmations(files, seal.as_deref())
    }

    fn signature<F: Files>(
        &mut self,
        files: &mut F,
        seal: Option<&[u8]>,
        trusted: Option<&PublicKey>,
    ) -> Result<(), F::Fault> {
        let Some(found) = read_whole(files, SIGNATURE_FILE)? else {
            match (trusted, seal) {
                (Some(_), Some(_)) => self.findings.push(format!(
                    "{SIGNATURE_FILE}: is missing; the seal is not signed by the given key"
                )),
                (None, Some(_)) => self.remarks.push(format!(
                    "{SIGNATURE_FILE}: there is none; the seal was made without a signature, or it \
                     was taken away"
                )),
                (_, None) => {}
            }
            return Ok(());
        };
        let Some(seal) = seal else {
            // The signature is put in place first, so for a moment there is no seal yet.
            if self.liveness == super::Liveness::AtRest {
                self.findings.push(format!("{SIGNATURE_FILE}: there is no seal that it signs"));
            }
            return Ok(());
        };
        let Some(SealSignature { by, .. }) = SealSignature::from_bytes(&found) else {
            self.findings.push(format!("{SIGNATURE_FILE}: cannot be read"));
            return Ok(());
        };
        let Some(key) = by.key() else {
            self.findings.push(format!(
                "{SIGNATURE_FILE}: its public key is none, or not the one of its fingerprint"
            ));
            return Ok(());
        };
        if !by.verifies(seal) {
            self.findings.push(format!("{SIGNATURE_FILE}: is not a signature of this seal"));
            return Ok(());
        }
        let (algorithm, fingerprint) = (by.algorithm, by.fingerprint);
        match trusted {
            Some(trusted) if *trusted != key => self.findings.push(format!(
                "{SIGNATURE_FILE}: signed by another key than the given one: {algorithm}, \
                 fingerprint {fingerprint}"
            )),
            Some(_) => self.remarks.push(format!(
                "{SIGNATURE_FILE}: signed by the given key ({algorithm}, fingerprint {fingerprint})"
            )),
            None => self.remarks.push(format!(
                "{SIGNATURE_FILE}: signed ({algorithm}); compare the key's fingerprint with the \
                 court's: {fingerprint}"
            )),
        }
        self.signed_by = Some(key);
        Ok(())
    }

    fn stamp<F: Files>(&mut self, files: &mut F, seal: Option<&[u8]>) -> Result<(), F::Fault> {
        let Some(found) = read_whole(files, STAMP_FILE)? else { return Ok(()) };
        let digests = Digests::of(seal.unwrap_or_default());
        match stamp::read(&found, &digests, None) {
            Ok(Stamp { at, imprint }) => self.remarks.push(format!(
                "{STAMP_FILE}: a time-stamp of this seal by {imprint} says {} ms UTC; the \
                 authority's own signature was not checked here: openssl ts -verify -data \
                 {SEAL_FILE} -in {STAMP_FILE} -CAfile <its certificate>",
                at.0
            )),
            Err(fault) => self.findings.push(format!("{STAMP_FILE}: {fault}")),
        }
        Ok(())
    }

    fn confirmations<F: Files>(
        &mut self,
        files: &mut F,
        seal: Option<&[u8]>,
    ) -> Result<(), F::Fault> {
        let mut chain = Confirmations::new(Digests::of(seal.unwrap_or_default()));
        let bytes = self.chain(files, CONFIRMATIONS_FILE, &mut chain, |_, _, _| ())?;
        if seal.is_none() && bytes > 0 {
            self.findings.push(format!("{CONFIRMATIONS_FILE}: there is no seal to confirm"));
        } else if !chain.is_empty() {
            let n = chain.len();
            self.remarks
                .push(format!("{CONFIRMATIONS_FILE}: the check value was confirmed {n} times"));
        }
        Ok(())
    }
}
