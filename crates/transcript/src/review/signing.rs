//! Signing, refusing to sign, and reading aloud.
//!
//! What is not here: what a code or a certificate is worth, which the shell checks before it asks;
//! here is only what a signature must stand on.

use model::limits::{NAME_CHARS_MAX, SIGNATURE_CHARS_MAX, TRANSCRIPT_REASON_CHARS_MAX};
use model::{
    LineId, ParticipantId, Private, Refusal, SignFor, SignatureProof, SigningMethod, TranscriptAct,
    TranscriptLine, TranscriptRoom,
};

use super::{Acting, Plan, Review, Setting, fits};
use crate::document::Document;

/// People a reading may name.
const HEARERS_MAX: usize = 64;

impl Review {
    /// Somebody signs by hand or by name; a typed name stands on a code or a password.
    pub(super) fn sign(
        &self,
        acting: &Acting,
        setting: Setting,
        (version, sha256): (u32, &str),
        (method, mark): (SigningMethod, &Private<String>),
    ) -> Result<Plan, Refusal> {
        self.may_sign(acting, setting, (version, sha256))?;
        fits(mark, SIGNATURE_CHARS_MAX)?;
        let proof = match (method, &acting.proved) {
            (SigningMethod::Typed, _) if mark.reveal().trim() != acting.name.reveal().trim() => {
                return Err(Refusal::NotPlausible);
            }
            (SigningMethod::Typed, Some(proof)) if is_factor(proof) => Some(proof.clone()),
            (SigningMethod::Typed, _) => return Err(Refusal::CodeNeeded),
            (SigningMethod::Handwritten, _) => None,
            (SigningMethod::OnPaper | SigningMethod::Certificate, _) => {
                return Err(Refusal::NotPlausible);
            }
        };
        Ok(signed((version, sha256), (method, mark.clone()), None, proof))
    }

    /// Somebody signs with a certificate that was checked against these very bytes.
    pub(super) fn sign_by_certificate(
        &self,
        acting: &Acting,
        setting: Setting,
        text: (u32, &str),
    ) -> Result<Plan, Refusal> {
        self.may_sign(acting, setting, text)?;
        let proof = acting.proved.clone();
        let subject = match &proof {
            Some(SignatureProof::Certificate { subject, .. }) => subject.clone(),
            Some(
                SignatureProof::Code { .. }
                | SignatureProof::Password {}
                | SignatureProof::Terminal {}
                | SignatureProof::Scan { .. },
            )
            | None => return Err(Refusal::CertificateForm),
        };
        fits(&subject, NAME_CHARS_MAX)?;
        Ok(signed(text, (SigningMethod::Certificate, subject), None, proof))
    }

    /// Clerk or judge note the signature of somebody without a page: of who sits in the courtroom,
    /// and once the session is over of anybody who signs at the court.
    pub(super) fn sign_for(
        &self,
        acting: &Acting,
        setting: Setting,
        who: ParticipantId,
        (version, sha256, how): (u32, &str, &SignFor),
    ) -> Result<Plan, Refusal> {
        self.must_keep(acting)?;
        self.must_be(version)?;
        if !self.signs(who) || who == acting.who {
            return Err(Refusal::NobodyThere);
        }
        let whom = acting.whom.filter(|whom| whom.who == who).ok_or(Refusal::NobodyThere)?;
        if whom.online {
            return Err(Refusal::SignsThemselves);
        }
        if !whom.in_court && setting.closed_at.is_none() {
            return Err(Refusal::NotInCourt);
        }
        self.must_be_silent(who)?;
        if sha256 != self.digest_for(who) {
            return Err(Refusal::SheetChanged);
        }
        let (method, mark, proof) = match how {
            // Paper that was signed in time may be noted later.
            SignFor::OnPaper { note, .. } => {
                fits(note, TRANSCRIPT_REASON_CHARS_MAX)?;
                let proof = acting.proved.clone();
                if !matches!(proof, Some(SignatureProof::Scan { .. })) {
                    return Err(Refusal::FileNotReadable);
                }
                (SigningMethod::OnPaper, note, proof)
            }
            SignFor::Here { mark } => {
                self.in_time(setting)?;
                fits(mark, SIGNATURE_CHARS_MAX)?;
                (SigningMethod::Handwritten, mark, Some(SignatureProof::Terminal {}))
            }
        };
        Ok(signed((version, sha256), (method, mark.clone()), Some(who), proof))
    }

    /// Whoever knows a version had it read aloud.
    pub(super) fn read_aloud(
        &self,
        document: &Document,
        acting: &Acting,
        version: u32,
        (first, last, to): (&LineId, &LineId, &[ParticipantId]),
    ) -> Result<Plan, Refusal> {
        if !acting.keeps {
            self.must_sign(acting)?;
        }
        self.must_be(version)?;
        let called = self.part_of(acting.who).is_some();
        let known = |line: &&TranscriptLine| {
            !matches!(line.room, TranscriptRoom::Caucus { .. })
                && !line.text.reveal().trim().is_empty()
                && (!called || line.called.contains(&acting.who))
        };
        let lines: Vec<_> = document.lines().iter().filter(known).collect();
        let at = |id: &LineId| lines.iter().position(|line| line.id == *id);
        let (from, until) = (at(first).zip(at(last))).ok_or(Refusal::NotFound)?;
        if until < from || to.len() > HEARERS_MAX {
            return Err(Refusal::NotPlausible);
        }
        let mut to: Vec<_> = to.to_vec();
        // Who keeps it reads to those present; everybody else hears it alone.
        if !acting.keeps {
            to.clear();
        }
        if !acting.keeps && !to.contains(&acting.who) {
            to.push(acting.who);
        }
        to.sort_unstable();
        to.dedup();
        if to.is_empty() {
            return Err(Refusal::NobodyThere);
        }
        Ok(Plan::Act(TranscriptAct::ReadAloud {
            version,
            first: first.clone(),
            last: last.clone(),
            lines: u32::try_from(until - from + 1).unwrap_or(u32::MAX),
            to,
            terminal: acting.terminal.clone(),
        }))
    }

    pub(super) fn refuse(
        &self,
        acting: &Acting,
        setting: Setting,
        who: Option<ParticipantId>,
        (version, reason): (u32, &Private<String>),
    ) -> Result<Plan, Refusal> {
        let whose = who.unwrap_or(acting.who);
        if acting.keeps && whose == acting.who {
            return Err(Refusal::NotYourRight);
        }
        if whose == acting.who {
            self.must_sign(acting)?;
            self.in_time(setting)?;
        } else {
            // Who left before signing, or will not, is noted by the court, also after the days.
            self.must_keep(acting)?;
        }
        self.must_be(version)?;
        if !self.signs(whose) {
            return Err(Refusal::NobodyThere);
        }
        self.must_be_silent(whose)?;
        fits(reason, TRANSCRIPT_REASON_CHARS_MAX)?;
        Ok(Plan::Act(TranscriptAct::Refused { who: whose, version, reason: reason.clone() }))
    }

    fn may_sign(
        &self,
        acting: &Acting,
        setting: Setting,
        (version, sha256): (u32, &str),
    ) -> Result<(), Refusal> {
        self.must_sign(acting)?;
        self.must_be(version)?;
        self.in_time(setting)?;
        self.must_be_silent(acting.who)?;
        if sha256 == self.digest_for(acting.who) { Ok(()) } else { Err(Refusal::SheetChanged) }
    }
}

/// Whether a proof is a second factor of a typed name.
const fn is_factor(proof: &SignatureProof) -> bool {
    match proof {
        SignatureProof::Code { .. } | SignatureProof::Password {} => true,
        SignatureProof::Terminal {}
        | SignatureProof::Scan { .. }
        | SignatureProof::Certificate { .. } => false,
    }
}

fn signed(
    (version, sha256): (u32, &str),
    (method, mark): (SigningMethod, Private<String>),
    who: Option<ParticipantId>,
    proof: Option<SignatureProof>,
) -> Plan {
    let sha256 = sha256.to_owned();
    Plan::Act(TranscriptAct::Signed { version, sha256, method, mark, who, proof })
}
