//! Reading, objection, correction, signature and refusal of frozen versions (民事诉讼法 art. 150,
//! 庭审录音录像若干规定 art. 6–7), changed by acts alone.
//!
//! What is not here: the disk and digests. Making a version is the shell's: it freezes what the
//! document holds, and tells the act that names it.

use model::limits::{
    TRANSCRIPT_ACTS_MAX, TRANSCRIPT_LINE_CHARS_MAX, TRANSCRIPT_READING,
    TRANSCRIPT_REASON_CHARS_MAX, TRANSCRIPT_VERSIONS_MAX,
};
use model::review::{
    Objection, ObjectionAnswer, TranscriptReading, TranscriptRefusal, TranscriptSignature,
};
use model::{
    ActEntry, FrozenPart, LineId, ParticipantId, Private, Refusal, ReviewAsk, ReviewView, Role,
    SignatureProof, Timestamp, TranscriptAct, TranscriptLine, TranscriptRoom,
};

use crate::document::Document;

mod signing;

/// Who does something in the review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// Who.
    pub who: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name, as it must be typed out.
    pub name: Private<String>,
    /// Whether they keep the transcript.
    pub keeps: bool,
    /// What they proved besides, by a code, a password or a certificate.
    pub proved: Option<SignatureProof>,
    /// Whom they do it for, where the ask names somebody.
    pub whom: Option<Whom>,
    /// On which terminal.
    pub terminal: String,
}

/// Somebody for whom something is noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whom {
    /// Who.
    pub who: ParticipantId,
    /// Whether they sit in the courtroom.
    pub in_court: bool,
    /// Whether they have a page of their own before them now.
    pub online: bool,
}

/// When it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Now.
    pub now: Timestamp,
    /// When the session ended; none while it lasts.
    pub closed_at: Option<Timestamp>,
}

/// What an ask comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// One act.
    Act(TranscriptAct),
    /// The document as it stands becomes this version.
    Freeze {
        /// Which.
        version: u32,
    },
    /// The line gets new words, then the document becomes this version.
    Correct {
        /// Which objection is answered.
        number: u32,
        /// Which line.
        line: LineId,
        /// The words before.
        before: Private<String>,
        /// The words from now on.
        after: Private<String>,
        /// Which version.
        version: u32,
    },
}

/// The review as the acts left it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    acts: u64,
    view: ReviewView,
}

impl Review {
    /// How many acts there were.
    pub const fn acts(&self) -> u64 {
        self.acts
    }

    /// Whether a version is being read and signed, so that nobody writes.
    pub const fn is_frozen(&self) -> bool {
        self.view.frozen
    }

    /// The last frozen version; 0 for none.
    pub const fn version(&self) -> u32 {
        self.view.version
    }

    /// The review as it is shown.
    pub fn view(&self, closed_at: Option<Timestamp>) -> ReviewView {
        let mut view = self.view.clone();
        view.until = self.until(closed_at);
        let said = |who: &ParticipantId| {
            view.signed.iter().any(|signed| signed.who == *who)
                || view.refused.iter().any(|refused| refused.who == *who)
        };
        let theirs = || view.parts.iter().map(|part| &part.who);
        view.settled = view.frozen && view.signers.iter().chain(theirs()).all(said);
        view
    }

    /// The review as somebody who was called is shown it: their own part, what was said of lines
    /// they know, and nothing else (在线诉讼规则 art. 26).
    pub fn view_of_part(
        &self,
        closed_at: Option<Timestamp>,
        who: ParticipantId,
        knows: impl Fn(&LineId) -> bool,
    ) -> ReviewView {
        let mut view = self.view(closed_at);
        let Some(part) = self.part_of(who).cloned() else { return ReviewView::default() };
        view.sha256.clone_from(&part.sha256);
        view.sm3.clone_from(&part.sm3);
        view.signers = vec![who];
        view.parts = vec![part];
        view.signed.retain(|signature| signature.who == who);
        view.refused.retain(|refusal| refusal.who == who);
        view.objections.retain(|objection| knows(&objection.line));
        view.read_aloud.retain(|read| read.by == who || read.to.contains(&who));
        for read in &mut view.read_aloud {
            read.to.retain(|to| *to == who);
        }
        view.settled = view.signed.len() + view.refused.len() > 0;
        view
    }

    /// The part of the newest version that somebody signs.
    pub fn part_of(&self, who: ParticipantId) -> Option<&FrozenPart> {
        self.view.parts.iter().find(|part| part.who == who)
    }

    /// The digest of what somebody signs: the version, or their own part of it.
    pub fn digest_for(&self, who: ParticipantId) -> &str {
        self.part_of(who).map_or(&self.view.sha256, |part| &part.sha256)
    }

    /// Until when a version may be read, objected to and signed: five days from the end of the
    /// session, or from its freezing where that came later.
    fn until(&self, closed_at: Option<Timestamp>) -> Option<Timestamp> {
        let from = closed_at?.max(self.view.frozen_at.unwrap_or(Timestamp(0)));
        Some(from.plus(TRANSCRIPT_READING))
    }

    /// What an ask comes to.
    ///
    /// # Errors
    /// Why it is not allowed.
    pub fn plan(
        &self,
        document: &Document,
        acting: &Acting,
        setting: Setting,
        ask: &ReviewAsk,
    ) -> Result<Plan, Refusal> {
        if self.acts >= TRANSCRIPT_ACTS_MAX {
            return Err(Refusal::Full);
        }
        match ask {
            ReviewAsk::Freeze {} => self.freeze(document, acting),
            ReviewAsk::Reopen { reason } => {
                self.must_keep(acting)?;
                self.must_be_frozen()?;
                if setting.closed_at.is_some() {
                    return Err(Refusal::WrongStage);
                }
                fits(reason, TRANSCRIPT_REASON_CHARS_MAX)?;
                Ok(Plan::Act(TranscriptAct::Reopened { reason: reason.clone() }))
            }
            ReviewAsk::Object { version, line, text } => {
                self.object(document, acting, setting, (*version, line, text))
            }
            ReviewAsk::Correct { number, text } => self.correct(document, acting, *number, text),
            ReviewAsk::Decline { number, reason } => {
                self.must_keep(acting)?;
                self.unanswered(*number)?;
                fits(reason, TRANSCRIPT_REASON_CHARS_MAX)?;
                let answer = ObjectionAnswer::Refused { reason: reason.clone() };
                Ok(Plan::Act(TranscriptAct::Answered { number: *number, answer }))
            }
            ReviewAsk::Sign { version, sha256, method, mark, .. } => {
                self.sign(acting, setting, (*version, sha256), (*method, mark))
            }
            ReviewAsk::SignCertificate { version, sha256, .. } => {
                self.sign_by_certificate(acting, setting, (*version, sha256))
            }
            ReviewAsk::SignFor { who, version, sha256, how } => {
                self.sign_for(acting, setting, *who, (*version, sha256, how))
            }
            ReviewAsk::ReadAloud { version, first, last, to } => {
                self.read_aloud(document, acting, *version, (first, last, to))
            }
            ReviewAsk::Refuse { who, version, reason } => {
                self.refuse(acting, setting, *who, (*version, reason))
            }
        }
    }

    fn freeze(&self, document: &Document, acting: &Acting) -> Result<Plan, Refusal> {
        self.must_keep(acting)?;
        if self.view.frozen {
            return Err(Refusal::TranscriptFrozen);
        }
        let seen = |line: &&TranscriptLine| !matches!(line.room, TranscriptRoom::Caucus { .. });
        let mut lines = document.lines().iter().filter(seen);
        if lines.clone().all(|line| line.text.reveal().trim().is_empty()) {
            return Err(Refusal::NotPlausible);
        }
        if lines.any(|line| line.draft.as_ref().is_some_and(|draft| draft.open)) {
            return Err(Refusal::DraftsUnchecked);
        }
        Ok(Plan::Freeze { version: self.next_version()? })
    }

    fn object(
        &self,
        document: &Document,
        acting: &Acting,
        setting: Setting,
        (version, line, text): (u32, &LineId, &Private<String>),
    ) -> Result<Plan, Refusal> {
        self.must_sign(acting)?;
        if acting.keeps {
            return Err(Refusal::NotYourRight);
        }
        self.must_be(version)?;
        self.in_time(setting)?;
        let called = self.part_of(acting.who).is_some();
        let known = |line: &TranscriptLine| {
            !matches!(line.room, TranscriptRoom::Caucus { .. })
                && (!called || line.called.contains(&acting.who))
        };
        document.line(line).filter(|line| known(line)).ok_or(Refusal::NotFound)?;
        fits(text, TRANSCRIPT_REASON_CHARS_MAX)?;
        let number = u32::try_from(self.view.objections.len()).unwrap_or(u32::MAX) + 1;
        let (line, text) = (line.clone(), text.clone());
        Ok(Plan::Act(TranscriptAct::Objected { number, version, line, text }))
    }

    fn correct(
        &self,
        document: &Document,
        acting: &Acting,
        number: u32,
        text: &Private<String>,
    ) -> Result<Plan, Refusal> {
        self.must_keep(acting)?;
        let objection = self.unanswered(number)?;
        fits(text, TRANSCRIPT_LINE_CHARS_MAX)?;
        let line = document.line(&objection.line).ok_or(Refusal::NotFound)?;
        if line.text == *text {
            return Err(Refusal::NotPlausible);
        }
        Ok(Plan::Correct {
            number,
            line: line.id.clone(),
            before: line.text.clone(),
            after: text.clone(),
            version: self.next_version()?,
        })
    }

    fn next_version(&self) -> Result<u32, Refusal> {
        let next = self.view.version + 1;
        if next > TRANSCRIPT_VERSIONS_MAX { Err(Refusal::Full) } else { Ok(next) }
    }

    const fn must_keep(&self, acting: &Acting) -> Result<(), Refusal> {
        if acting.keeps { Ok(()) } else { Err(Refusal::NotYourRight) }
    }

    const fn must_be_frozen(&self) -> Result<(), Refusal> {
        if self.view.frozen { Ok(()) } else { Err(Refusal::TranscriptOpen) }
    }

    fn must_be(&self, version: u32) -> Result<(), Refusal> {
        self.must_be_frozen()?;
        if version == self.view.version { Ok(()) } else { Err(Refusal::SheetChanged) }
    }

    fn must_sign(&self, acting: &Acting) -> Result<(), Refusal> {
        if self.signs(acting.who) { Ok(()) } else { Err(Refusal::NotYourRight) }
    }

    fn signs(&self, who: ParticipantId) -> bool {
        self.view.signers.contains(&who) || self.part_of(who).is_some()
    }

    /// Signed or refused: that signing is closed for them.
    fn must_be_silent(&self, who: ParticipantId) -> Result<(), Refusal> {
        let said = self.view.signed.iter().any(|signed| signed.who == who)
            || self.view.refused.iter().any(|refused| refused.who == who);
        if said { Err(Refusal::AlreadyThere) } else { Ok(()) }
    }

    fn in_time(&self, setting: Setting) -> Result<(), Refusal> {
        let over = self.until(setting.closed_at).is_some_and(|until| setting.now > until);
        if over { Err(Refusal::ReadingOver) } else { Ok(()) }
    }

    fn unanswered(&self, number: u32) -> Result<&Objection, Refusal> {
        self.must_be_frozen()?;
        let found = self.view.objections.iter().find(|objection| objection.number == number);
        let objection = found.ok_or(Refusal::NotFound)?;
        if objection.answer.is_some() { Err(Refusal::AlreadyThere) } else { Ok(objection) }
    }

    /// Takes an act in; false when it does not follow.
    pub fn apply(&mut self, entry: &ActEntry) -> bool {
        if entry.n != self.acts {
            return false;
        }
        self.acts += 1;
        let view = &mut self.view;
        match &entry.act {
            TranscriptAct::Frozen { version, sha256, sm3, signers, parts, .. } => {
                view.version = *version;
                view.frozen = true;
                view.sha256.clone_from(sha256);
                view.sm3.clone_from(sm3);
                view.signers.clone_from(signers);
                view.parts.clone_from(parts);
                view.frozen_at = Some(entry.at);
                view.signed.clear();
                view.refused.clear();
            }
            TranscriptAct::Reopened { .. } => {
                view.frozen = false;
                view.signed.clear();
                view.refused.clear();
            }
            TranscriptAct::Objected { number, version, line, text } => {
                view.objections.push(Objection {
                    number: *number,
                    version: *version,
                    line: line.clone(),
                    who: entry.by,
                    at: entry.at,
                    text: text.clone(),
                    answer: None,
                });
            }
            TranscriptAct::Answered { number, answer } => {
                let found = view.objections.iter_mut().find(|each| each.number == *number);
                if let Some(objection) = found {
                    objection.answer = Some(answer.clone());
                }
            }
            TranscriptAct::Signed { method, mark, who, proof, .. } => {
                view.signed.push(TranscriptSignature {
                    who: who.unwrap_or(entry.by),
                    at: entry.at,
                    method: *method,
                    mark: mark.clone(),
                    noted_by: who.map(|_| entry.by),
                    proof: proof.clone(),
                });
            }
            TranscriptAct::ReadAloud { version, first, last, lines, to, terminal } => {
                view.read_aloud.push(TranscriptReading {
                    at: entry.at,
                    by: entry.by,
                    version: *version,
                    first: first.clone(),
                    last: last.clone(),
                    lines: *lines,
                    to: to.clone(),
                    terminal: terminal.clone(),
                });
            }
            TranscriptAct::Refused { who, reason, .. } => view.refused.push(TranscriptRefusal {
                who: *who,
                at: entry.at,
                reason: reason.clone(),
            }),
        }
        true
    }
}

fn fits(text: &Private<String>, max: usize) -> Result<(), Refusal> {
    if text.reveal().trim().is_empty() {
        return Err(Refusal::NotPlausible);
    }
    if text.reveal().chars().count() > max { Err(Refusal::TextTooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
