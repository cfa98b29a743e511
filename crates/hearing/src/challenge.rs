//! 回避: a challenge suspends the hearing until it is decided (民事诉讼法 art. 47–50).
//! What is not here: who decides it, which the judge says in the reason.

use model::{Actor, Fact, Ground, ParticipantId, Private, Refusal, Role, Stage};

use crate::Hearing;
use crate::order::check_reason;
use crate::turn::{Turn, by};

impl Hearing {
    /// A party challenges somebody; the hearing recesses by rule.
    pub(crate) fn challenge(
        &mut self,
        turn: &mut Turn<'_>,
        party: ParticipantId,
        whom: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        let seat = self.durable.seats.get(&whom).ok_or(Refusal::NobodyThere)?;
        if !is_challengeable(seat.role) {
            return Err(Refusal::NotChallengeable);
        }
        check_reason(&reason)?;
        if self.durable.sitting.challenges.contains(&(party, whom)) {
            return Err(Refusal::AlreadyThere);
        }
        self.note_spoken(turn);
        self.minute(turn, by(party), Fact::Challenged { by: party, whom, reason });
        let ground = Ground::Recess;
        if self.durable.stage != (Stage::Recess { ground }) {
            self.minute(turn, Actor::Server, Fact::RecessCalled { ground });
            self.roll(turn, false);
        }
        Ok(())
    }

    /// The judge says what was decided.
    pub(crate) fn dispose_challenge(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        upheld: bool,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        check_reason(&reason)?;
        self.minute(turn, by(judge), Fact::ChallengeDisposed { upheld, reason });
        Ok(())
    }
}

/// Who may be challenged (民事诉讼法 art. 47, 50).
pub(crate) const fn is_challengeable(role: Role) -> bool {
    role.is_bench()
        || matches!(
            role,
            Role::JudgeAssistant
                | Role::Clerk
                | Role::ChairMediator
                | Role::Mediator
                | Role::Interpreter
                | Role::SignInterpreter
                | Role::Appraiser
                | Role::Inspector
        )
}
