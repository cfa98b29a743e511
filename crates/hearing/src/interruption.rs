//! 技术中断: by the judge, or by rule when a link that is needed is gone; the record keeps running.
//! What is not here: any verdict on why somebody is gone. Facts are noted in `link.rs`; the finding
//! is the judge's, noted here and apart from them (在线诉讼规则 art. 25).

use model::{
    AbsenceFinding, Actor, Attendance, Fact, Instant, ParticipantId, Place, Private, Refusal,
    Stage, limits,
};

use crate::Hearing;
use crate::order::check_reason;
use crate::turn::{Turn, by};

impl Hearing {
    /// The judge interrupts.
    pub(crate) fn interrupt(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        reason: Private<String>,
    ) -> Result<(), Refusal> {
        check_reason(&reason)?;
        self.note_spoken(turn);
        self.excuse_the_lost();
        self.minute(turn, by(judge), Fact::Interrupted { who: None, reason });
        Ok(())
    }

    /// Interrupts by rule when somebody who is needed is gone for long.
    pub(crate) fn interrupt_by_rule(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now.instant;
        let Some(who) = self.missed().filter(|(_, at)| *at <= now).map(|(who, _)| who).next()
        else {
            return;
        };
        self.note_spoken(turn);
        self.excuse_the_lost();
        let fact = Fact::Interrupted { who: Some(who), reason: Private::default() };
        self.minute(turn, Actor::Server, fact);
    }

    /// Who is needed and gone, and when that interrupts the hearing: who leads it and the parties,
    /// online, in session, unless it went on over their absence.
    pub(crate) fn missed(&self) -> impl Iterator<Item = (ParticipantId, Instant)> {
        let sitting = &self.durable.sitting;
        let matters = self.durable.stage == Stage::InSession && sitting.kind.step().is_some();
        let gone = self.durable.seats.iter().filter(move |(_, seat)| {
            matters
                && seat.place == Place::InHearing
                && seat.attendance == Attendance::Online
                && seat.lost_since.is_some()
                && (seat.role.leads(sitting.kind) || seat.role.is_party())
        });
        gone.filter_map(|(who, _)| {
            let link = self.live.links.get(who).filter(|link| !link.excused)?;
            Some((*who, link.lost_at?.plus(limits::INTERRUPT_AFTER)))
        })
    }

    /// Whoever is gone now interrupts no more until they were back: the judge knows of it.
    pub(crate) fn excuse_the_lost(&mut self) {
        for (who, link) in &mut self.live.links {
            let seat = self.durable.seats.get(who);
            link.excused |= seat.is_some_and(|seat| seat.lost_since.is_some());
        }
    }

    /// The judge's finding on an absence.
    pub(crate) fn find_absence(
        &mut self,
        turn: &mut Turn<'_>,
        judge: ParticipantId,
        who: ParticipantId,
        finding: AbsenceFinding,
        note: Private<String>,
    ) -> Result<(), Refusal> {
        self.someone_not_of_the_court(who)?;
        check_reason(&note)?;
        self.minute(turn, by(judge), Fact::AbsenceFound { who, finding, note });
        Ok(())
    }
}
