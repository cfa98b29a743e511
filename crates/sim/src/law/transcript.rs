//! The law of the transcript a second time: who writes it and among whom, who reads
//! which line, who signs what, when the recording stands in its place.
//! What is not here: the text, and what a signature stands on.

use model::{ParticipantId, Procedure, Role, Stage, Step, TranscriptRoom};

use super::{At, Figure, Law};

impl Law {
    /// Among whom somebody writes now; none for who does not write.
    pub(crate) fn writes(&self, who: ParticipantId) -> Option<TranscriptRoom> {
        use model::Ground::{NonPublicEvidence, UnrecordedMediation};
        let figure = self.people.get(&who)?;
        if !self.notes_paper(figure.role) || figure.at != At::Inside {
            return None;
        }
        if matches!(self.stage, Stage::Scheduled | Stage::Deliberation | Stage::Closed) {
            return None;
        }
        if let Some(side) = self.caucus {
            return Some(TranscriptRoom::Caucus { side });
        }
        let closed = [NonPublicEvidence, UnrecordedMediation]
            .into_iter()
            .any(|ground| self.stage == Stage::Recess { ground });
        Some(if closed { TranscriptRoom::Closed {} } else { TranscriptRoom::Court {} })
    }

    /// Whether somebody in session reads a line that was written in a room, before these called
    /// people.
    pub(crate) fn reads(
        &self,
        who: ParticipantId,
        room: TranscriptRoom,
        called: &[ParticipantId],
    ) -> bool {
        let Some(figure) = self.people.get(&who) else { return false };
        let role = figure.role;
        let outside =
            role.only_watches() || matches!(role, Role::Attendant | Role::Visitor | Role::Adviser);
        if figure.at != At::Inside || outside {
            return false;
        }
        match room {
            TranscriptRoom::Caucus { side } => {
                !role.is_called() && (self.manages(role) || self.side(who) == Some(side))
            }
            TranscriptRoom::Court {} | TranscriptRoom::Closed {} => {
                !role.is_called() || called.contains(&who)
            }
        }
    }

    /// Who signs the whole text.
    pub(crate) fn signs_transcript(&self, figure: &Figure) -> bool {
        let role = figure.role;
        let here = matches!(figure.at, At::Inside | At::Expelled) && !figure.absent;
        let court = self.leads(role)
            || role.is_bench()
            || matches!(role, Role::Clerk | Role::Mediator | Role::ChairMediator);
        let interprets = matches!(role, Role::Interpreter | Role::SignInterpreter);
        here && (court || interprets || role.is_party() || role.is_for_party())
    }

    /// Who signs their own part.
    pub(crate) fn signs_part(figure: &Figure) -> bool {
        figure.role.is_called() && !figure.absent
    }

    /// Whether the recording stands in the transcript's place.
    pub(crate) fn recording_stands_for_it(&self) -> bool {
        let procedure = self.brief.course.procedure;
        if !matches!(procedure, Procedure::Simplified | Procedure::SmallClaims) {
            return false;
        }
        let step = Step::RecordForTranscript;
        let mut parties = 0;
        for (party, figure) in self.people.iter().filter(|(_, figure)| figure.role.is_party()) {
            parties += 1;
            let agreed = self.voices_of(*party).any(|voice| {
                self.people.get(&voice).is_some_and(|figure| figure.consents.contains(&step))
            });
            if figure.declined.contains(&step) || !agreed {
                return false;
            }
        }
        parties > 0
    }
}
