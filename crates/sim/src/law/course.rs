//! The phases of a hearing (court-domain §4.1) and whether one follows another.
//! What is not here: what must be done before a phase is left.

use model::{Phase, Procedure};

use super::Law;

impl Law {
    /// The phases of this course in order, each with whether it may be left out.
    fn phases(&self) -> Vec<(Phase, bool)> {
        let course = self.brief.course;
        let small = course.procedure == Procedure::SmallClaims;
        let later = course.procedure == Procedure::Ordinary;
        let all = [
            (Phase::Identity, true, false),
            (Phase::Rights, true, false),
            (Phase::Mediation, course.mediation_first, false),
            (Phase::Merged, course.merged, false),
            (Phase::Statements, !course.merged, false),
            (Phase::Issues, !course.merged, small),
            (Phase::Evidence, !course.merged, false),
            (Phase::Questions, !course.merged, true),
            (Phase::Debate, !course.merged, false),
            (Phase::LastWords, true, false),
            (Phase::Mediation, !course.mediation_first, true),
            (Phase::Deliberation, course.panel, false),
            (Phase::Judgment, true, later),
            (Phase::Closing, true, false),
        ];
        let here = all.into_iter().filter(|(_, here, _)| *here);
        here.map(|(phase, _, free)| (phase, free)).collect()
    }

    /// Whether a phase belongs to the course.
    pub(crate) fn has_phase(&self, phase: Phase) -> bool {
        self.brief.kind.has_phases() && self.phases().iter().any(|(known, _)| *known == phase)
    }

    /// Whether a phase is in turn: forward, and nothing in between that must not be left out.
    pub(crate) fn is_in_turn(&self, phase: Phase) -> bool {
        let phases = self.phases();
        let place = |wanted| phases.iter().position(|(known, _)| *known == wanted);
        let (Some(target), here) = (place(phase), self.phase.and_then(place)) else { return false };
        if here.is_some_and(|here| here >= target) {
            return false;
        }
        let first = here.map_or(0, |here| here + 1);
        phases
            .iter()
            .take(target)
            .skip(first)
            .all(|(known, free)| *free || self.done.contains(known))
    }

    /// Whether a person with special knowledge may be heard now.
    pub(crate) fn is_expert_topic(&self) -> bool {
        !self.brief.kind.has_phases()
            || matches!(self.phase, Some(Phase::Evidence | Phase::Questions | Phase::Merged))
    }
}
