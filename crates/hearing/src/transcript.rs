//! The transcript as the procedure sees it: who writes it and among whom, who reads which line, who
//! signs it, and its review as minutes.
//!
//! What is not here: the text and the review's own rules (crate `transcript`).

use model::review::{TranscriptAway, TranscriptMinute};
use model::{
    ActEntry, Attendance, Fact, Ground, ParticipantId, Phase, Place, Procedure, Refusal, Role,
    Side, Stage, Step, TranscriptRoom,
};

use crate::Hearing;
use crate::state::{Durable, Seat};
use crate::turn::{Turn, by};

/// With what somebody writes now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pen {
    /// Among whom.
    pub room: TranscriptRoom,
    /// In which phase.
    pub phase: Option<Phase>,
    /// Called people who are in the courtroom.
    pub called: Vec<ParticipantId>,
}

/// Who reads a transcript.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub who: ParticipantId,
    /// In which role.
    pub role: Role,
    /// On which side.
    pub side: Option<Side>,
    /// Whether they keep, judge or mediate: such people know what was said with one side alone.
    pub manages: bool,
}

impl Reader {
    /// Whether the reader may know any line at all, and so what became of it.
    pub const fn reads_any(&self) -> bool {
        !self.role.only_watches()
            && !matches!(self.role, Role::Attendant | Role::Visitor | Role::Adviser)
    }

    /// Whether the reader may know a line.
    ///
    /// Who watches, helps at a station or advises reads none. Who is called knows what was said
    /// while they were in the courtroom and nothing before (在线诉讼规则 art. 26). What was said
    /// with one side alone is for that side and those who mediate.
    pub fn may_read(&self, room: TranscriptRoom, called: &[ParticipantId]) -> bool {
        if !self.reads_any() {
            return false;
        }
        if self.role.is_called() {
            return !matches!(room, TranscriptRoom::Caucus { .. }) && called.contains(&self.who);
        }
        match room {
            TranscriptRoom::Court {} | TranscriptRoom::Closed {} => true,
            TranscriptRoom::Caucus { side } => self.manages || self.side == Some(side),
        }
    }
}

impl Hearing {
    /// With what somebody writes now.
    ///
    /// # Errors
    /// `NotYourRight` for who does not do the clerk's work; `WrongStage` before check-in, after
    /// closing and while the panel deliberates, whose record is another.
    pub fn pen(&self, who: ParticipantId) -> Result<Pen, Refusal> {
        let durable = &self.durable;
        let seat = durable.seats.get(&who).ok_or(Refusal::NotYourRight)?;
        if !durable.notes_paper(seat) || seat.place != Place::InHearing {
            return Err(Refusal::NotYourRight);
        }
        self.pen_of_all()
    }

    /// With what is drafted now, whoever it is shown to.
    ///
    /// # Errors
    /// `WrongStage` as [`Hearing::pen`].
    pub fn pen_of_all(&self) -> Result<Pen, Refusal> {
        let durable = &self.durable;
        let room = match (durable.caucus, durable.stage) {
            (_, Stage::Scheduled | Stage::Closed | Stage::Deliberation) => {
                return Err(Refusal::WrongStage);
            }
            (Some(side), _) => TranscriptRoom::Caucus { side },
            (
                None,
                Stage::Recess { ground: Ground::NonPublicEvidence | Ground::UnrecordedMediation },
            ) => TranscriptRoom::Closed {},
            (
                None,
                Stage::CheckIn
                | Stage::PreTrial
                | Stage::Opening
                | Stage::InSession
                | Stage::TechInterrupted
                | Stage::Recess { ground: Ground::Recess },
            ) => TranscriptRoom::Court {},
        };
        let called = durable
            .seats
            .iter()
            .filter(|(_, seat)| seat.role.is_called() && seat.place == Place::InHearing)
            .map(|(who, _)| *who)
            .collect();
        Ok(Pen { room, phase: durable.sitting.phase, called })
    }

    /// As what somebody in session reads along; none for who waits, left or is not of the sitting.
    pub fn reads_along(&self, who: ParticipantId) -> Option<Reader> {
        let seat = self.durable.seats.get(&who)?;
        (seat.place == Place::InHearing).then(|| self.durable.reader(who, seat))
    }

    /// As what somebody of the sitting reads it afterwards.
    pub fn reads_later(&self, who: ParticipantId) -> Option<Reader> {
        let seat = self.durable.seats.get(&who)?;
        Some(self.durable.reader(who, seat))
    }

    /// Whether somebody keeps the transcript: freezes it, corrects it, answers objections.
    pub fn keeps_transcript(&self, who: ParticipantId) -> bool {
        self.durable.seats.get(&who).is_some_and(|seat| self.durable.notes_paper(seat))
    }

    /// Who signs the transcript: each party who was here, who acted for one, interpreters, and the
    /// court with its clerk (民事诉讼法 art. 150); in a mediation the mediators too. Who was called
    /// signs their own part ([`Hearing::called_signers`]).
    pub fn transcript_signers(&self) -> Vec<ParticipantId> {
        let durable = &self.durable;
        let signs = |seat: &Seat| {
            let was_here = matches!(seat.place, Place::InHearing | Place::Left | Place::Removed)
                && !seat.absent;
            let court = seat.role.is_bench()
                || durable.is_leader(seat)
                || matches!(seat.role, Role::Clerk | Role::Mediator | Role::ChairMediator);
            let interprets = matches!(seat.role, Role::Interpreter | Role::SignInterpreter);
            was_here && (seat.role.is_party() || seat.role.is_for_party() || interprets || court)
        };
        durable.seats.iter().filter(|(_, seat)| signs(seat)).map(|(who, _)| *who).collect()
    }

    /// Who was called: witnesses, appraisers, inspectors and people with special knowledge sign
    /// what was written while they were in the courtroom, and no more (在线诉讼规则 art. 26).
    pub fn called_signers(&self) -> Vec<ParticipantId> {
        let called = |seat: &Seat| seat.role.is_called() && !seat.absent;
        let seats = self.durable.seats.iter();
        seats.filter(|(_, seat)| called(seat)).map(|(who, _)| *who).collect()
    }

    /// Whether somebody sits in the courtroom.
    pub fn sits_in_court(&self, who: ParticipantId) -> bool {
        let seat = self.durable.seats.get(&who);
        seat.is_some_and(|seat| seat.attendance == Attendance::InCourt)
    }

    /// Whether somebody has a page of their own before them.
    pub fn has_page(&self, who: ParticipantId) -> bool {
        self.is_online(who)
    }

    /// Why somebody cannot sign on a page of their own now; none while they can, and after the
    /// session, when everybody has one by their link.
    pub fn transcript_away(&self, who: ParticipantId) -> Option<TranscriptAway> {
        let seat = self.durable.seats.get(&who)?;
        if self.is_online(who) {
            return None;
        }
        if seat.absent {
            return Some(TranscriptAway::Absent);
        }
        if seat.attendance == Attendance::InCourt {
            return Some(TranscriptAway::NoPage);
        }
        match seat.place {
            Place::Removed => Some(TranscriptAway::Removed),
            Place::InHearing if self.durable.stage != Stage::Closed => Some(TranscriptAway::CutOff),
            Place::InHearing | Place::Left => Some(TranscriptAway::Left),
            Place::Expected | Place::Waiting => seat.called.then_some(TranscriptAway::Left),
        }
    }

    /// Whether the recording takes the transcript's place: in the simplified procedure alone, with
    /// the consent of every party (庭审录音录像若干规定 art. 8).
    pub fn recording_replaces_transcript(&self) -> bool {
        let simplified = matches!(
            self.docket.brief.course.procedure,
            Procedure::Simplified | Procedure::SmallClaims
        );
        let durable = &self.durable;
        let agreed = |party: ParticipantId, seat: &Seat| {
            let said = |seat: &Seat| seat.consents.contains(&Step::RecordForTranscript);
            let for_them = |other: &Seat| {
                other.role.is_for_party() && other.acts_for == Some(party) && said(other)
            };
            !seat.declined.contains(&Step::RecordForTranscript)
                && (said(seat) || durable.seats.values().any(for_them))
        };
        let mut parties = durable.seats.iter().filter(|(_, seat)| seat.role.is_party()).peekable();
        simplified && parties.peek().is_some() && parties.all(|(who, seat)| agreed(*who, seat))
    }

    /// The review went on. While the ledger is open each act is a minute, once; what came before a
    /// crash could write it is written now.
    pub(crate) fn transcribed(&mut self, turn: &mut Turn<'_>, entry: ActEntry) {
        let ActEntry { n, by: who, act, .. } = entry;
        if self.is_minuted() && n >= self.durable.transcript_acts {
            self.minute(turn, by(who), Fact::Transcript(TranscriptMinute { n, done: act }));
        }
    }
}

impl Durable {
    fn reader(&self, who: ParticipantId, seat: &Seat) -> Reader {
        Reader { who, role: seat.role, side: self.side_of(seat), manages: self.manages(seat) }
    }

    pub(crate) const fn apply_transcript(&mut self, minute: &TranscriptMinute) {
        self.transcript_acts = minute.n + 1;
    }
}

#[cfg(test)]
mod tests {
    use model::{Ask, Kind, Minute, TranscriptAct};

    use super::*;
    use crate::Event;
    use crate::scene::*;

    const COURT: TranscriptRoom = TranscriptRoom::Court {};

    #[test]
    fn clerk_and_judge_write_and_nobody_else() {
        let scene = Scene::in_session(brief(Kind::Hearing));
        for who in [JUDGE, CLERK] {
            assert_eq!(scene.hearing.pen(who).map(|pen| pen.room), Ok(COURT));
        }
        for who in [ANNA, BO, LAWYER, WEN] {
            assert_eq!(scene.hearing.pen(who), Err(Refusal::NotYourRight));
        }
    }

    #[test]
    fn who_waits_reads_nothing_and_who_is_called_what_they_heard() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        assert!(scene.hearing.reads_along(WEN).is_none());
        scene.must(JUDGE, Ask::Admit { who: WEN });
        let reader = scene.hearing.reads_along(WEN).expect("inside");
        assert!(!reader.may_read(COURT, &[]), "what came before");
        let pen = scene.hearing.pen(CLERK).expect("in session");
        assert_eq!(pen.called, [WEN]);
        assert!(reader.may_read(pen.room, &pen.called));
        assert!(scene.hearing.reads_along(ANNA).expect("inside").may_read(COURT, &[]));
    }

    #[test]
    fn what_is_said_with_one_side_is_read_by_that_side() {
        let mut scene = Scene::in_session(brief(Kind::Mediation));
        scene.must(JUDGE, Ask::Caucus { side: Some(Side::Plaintiff) });
        let pen = scene.hearing.pen(JUDGE).expect("with one side");
        assert_eq!(pen.room, TranscriptRoom::Caucus { side: Side::Plaintiff });
        let reads = |who| {
            let reader = scene.hearing.reads_along(who).expect("inside");
            reader.may_read(pen.room, &pen.called)
        };
        assert!(reads(ANNA) && reads(JUDGE) && reads(CLERK));
        assert!(!reads(BO) && !reads(AGENT));
    }

    #[test]
    fn interpreters_sign_and_who_was_called_signs_apart() {
        let scene = Scene::in_session(brief(Kind::Hearing));
        assert_eq!(scene.hearing.called_signers(), [WEN, XU, EXPERT]);
        assert!(!scene.hearing.transcript_signers().contains(&WEN));
        assert!(scene.hearing.has_page(ANNA) && scene.hearing.transcript_away(ANNA).is_none());
    }

    #[test]
    fn nothing_is_written_while_the_panel_deliberates() {
        let scene = Scene::withdrawn();
        assert_eq!(scene.hearing.pen(CLERK), Err(Refusal::WrongStage));
    }

    #[test]
    fn the_recording_replaces_the_transcript_in_the_simplified_procedure_with_everybodys_consent() {
        let given = |who| Event::Asked {
            who,
            request: 1,
            ask: Ask::Consent { step: Step::RecordForTranscript, given: true },
        };
        for (procedure, replaces) in [(Procedure::Simplified, true), (Procedure::Ordinary, false)] {
            let mut brief = brief(Kind::Hearing);
            brief.course.procedure = procedure;
            let mut scene = Scene::in_session(brief);
            assert!(!scene.hearing.recording_replaces_transcript());
            scene.event(given(ANNA));
            assert!(!scene.hearing.recording_replaces_transcript(), "one party is not enough");
            scene.event(given(BO));
            assert_eq!(scene.hearing.recording_replaces_transcript(), replaces);
        }
    }

    #[test]
    fn an_act_of_the_review_is_one_minute_even_after_a_crash() {
        let mut scene = Scene::in_session(brief(Kind::Hearing));
        let act = TranscriptAct::Reopened { reason: "more".into() };
        let at = model::Timestamp(5);
        let entry = ActEntry { n: 0, at, by: CLERK, role: Role::Clerk, act };
        for _ in 0..2 {
            scene.event(Event::Transcribed { entry: entry.clone() });
        }
        scene.crash();
        scene.event(Event::Transcribed { entry });
        let is_act = |minute: &&Minute| matches!(minute.fact, Fact::Transcript(_));
        assert_eq!(scene.minutes().iter().filter(is_act).count(), 1);
    }
}
