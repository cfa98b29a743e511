//! The phases of a hearing as the law runs them, in named variants (court-domain §4.1).
//! What is not here: what must be done before a phase may be left; that is `phase.rs`.

use std::collections::BTreeSet;

use model::{Course, Kind, Phase, Procedure, Refusal};

/// One phase of a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    /// Which.
    pub(crate) phase: Phase,
    /// Whether it may not be left out without a reason.
    pub(crate) mandatory: bool,
}

const fn must(phase: Phase) -> Leg {
    Leg { phase, mandatory: true }
}

const fn may(phase: Phase) -> Leg {
    Leg { phase, mandatory: false }
}

/// The phases of a course in order; none for kinds of sittings without phases.
///
/// Ordinary: 民事诉讼法 art. 140–151. Before the investigation, a mediation that comes first
/// (简易程序规定 art. 14); P4 to P8 in one by consent (民诉法解释 art. 230); the issues are summed
/// up in any procedure but small claims; judgment is given at once in the simplified procedures
/// (简易程序规定 art. 27) and may be given later in the ordinary one; only a panel deliberates.
pub(crate) fn legs(kind: Kind, course: Course) -> Vec<Leg> {
    if !kind.has_phases() {
        return Vec::new();
    }
    let simple = course.procedure != Procedure::Ordinary;
    let mut legs = vec![must(Phase::Identity), must(Phase::Rights)];
    if course.mediation_first {
        legs.push(must(Phase::Mediation));
    }
    if course.merged {
        legs.push(must(Phase::Merged));
    } else {
        legs.push(must(Phase::Statements));
        let issues = course.procedure != Procedure::SmallClaims;
        legs.push(Leg { phase: Phase::Issues, mandatory: issues });
        legs.extend([must(Phase::Evidence), may(Phase::Questions), must(Phase::Debate)]);
    }
    legs.push(must(Phase::LastWords));
    if !course.mediation_first {
        legs.push(may(Phase::Mediation));
    }
    if course.panel {
        legs.push(must(Phase::Deliberation));
    }
    legs.push(Leg { phase: Phase::Judgment, mandatory: simple });
    legs.push(must(Phase::Closing));
    legs
}

/// Whether going from one phase to another follows the course: forward, leaving out nothing
/// mandatory that was not gone through before.
///
/// # Errors
/// `AlreadyThere`, `PhaseNotInCourse` or `PhaseOutOfTurn`.
pub(crate) fn turn(
    legs: &[Leg],
    done: &BTreeSet<Phase>,
    from: Option<Phase>,
    to: Phase,
) -> Result<(), Refusal> {
    let place = |wanted: Phase| legs.iter().position(|leg| leg.phase == wanted);
    let Some(target) = place(to) else { return Err(Refusal::PhaseNotInCourse) };
    if from == Some(to) {
        return Err(Refusal::AlreadyThere);
    }
    let first = from.and_then(place).map_or(0, |here| here + 1);
    let Some(between) = legs.get(first..target) else { return Err(Refusal::PhaseOutOfTurn) };
    let left_out = between.iter().any(|leg| leg.mandatory && !done.contains(&leg.phase));
    if left_out { Err(Refusal::PhaseOutOfTurn) } else { Ok(()) }
}

/// The phase that follows by the course.
pub(crate) fn following(legs: &[Leg], from: Option<Phase>) -> Option<Phase> {
    let here = from.and_then(|from| legs.iter().position(|leg| leg.phase == from));
    legs.get(here.map_or(0, |here| here + 1)).map(|leg| leg.phase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phases(course: Course) -> Vec<Phase> {
        legs(Kind::Hearing, course).iter().map(|leg| leg.phase).collect()
    }

    #[test]
    fn ordinary_has_every_phase_but_the_merged_and_the_panels() {
        let mut all = Phase::ALL.to_vec();
        all.retain(|phase| !matches!(phase, Phase::Merged | Phase::Deliberation));
        assert_eq!(phases(Course::default()), all);
    }

    #[test]
    fn every_variant_begins_with_identity_and_ends_with_closing_and_names_no_phase_twice() {
        for bits in 0..48_u8 {
            let procedure = match bits / 16 {
                0 => Procedure::Ordinary,
                1 => Procedure::Simplified,
                _ => Procedure::SmallClaims,
            };
            let course = Course {
                procedure,
                mediation_first: bits & 1 != 0,
                merged: bits & 2 != 0,
                told_before: bits & 4 != 0,
                panel: bits & 8 != 0,
            };
            let phases = phases(course);
            let apart: BTreeSet<_> = phases.iter().copied().collect();
            assert_eq!(apart.len(), phases.len(), "{course:?}");
            assert_eq!(phases.first(), Some(&Phase::Identity));
            assert_eq!(phases.last(), Some(&Phase::Closing));
            assert_eq!(apart.contains(&Phase::Deliberation), course.panel);
            assert_eq!(apart.contains(&Phase::Merged), course.merged);
            assert_ne!(apart.contains(&Phase::Merged), apart.contains(&Phase::Debate));
            let mediation = phases.iter().position(|phase| *phase == Phase::Mediation);
            let words = phases.iter().position(|phase| *phase == Phase::LastWords);
            assert_eq!(mediation < words, course.mediation_first);
            // Rights of the parties are never optional (在线诉讼规则 art. 22).
            let legs = legs(Kind::Hearing, course);
            for phase in [Phase::Identity, Phase::Rights, Phase::LastWords, Phase::Closing] {
                assert!(legs.contains(&must(phase)), "{course:?}");
            }
        }
    }

    #[test]
    fn forward_over_what_is_optional_and_over_what_was_done() {
        let legs = legs(Kind::Hearing, Course::default());
        let none = BTreeSet::new();
        let go = |done: &BTreeSet<Phase>, from, to| turn(&legs, done, Some(from), to);
        assert_eq!(go(&none, Phase::Identity, Phase::Rights), Ok(()));
        assert_eq!(go(&none, Phase::Evidence, Phase::Debate), Ok(()));
        assert_eq!(go(&none, Phase::Identity, Phase::Statements), Err(Refusal::PhaseOutOfTurn));
        assert_eq!(go(&none, Phase::Debate, Phase::Evidence), Err(Refusal::PhaseOutOfTurn));
        assert_eq!(go(&none, Phase::Debate, Phase::Debate), Err(Refusal::AlreadyThere));
        assert_eq!(go(&none, Phase::Debate, Phase::Merged), Err(Refusal::PhaseNotInCourse));
        let done = BTreeSet::from([Phase::Debate]);
        assert_eq!(go(&done, Phase::Evidence, Phase::LastWords), Ok(()));
        assert_eq!(following(&legs, Some(Phase::LastWords)), Some(Phase::Mediation));
        assert_eq!(following(&legs, Some(Phase::Closing)), None);
    }
}
