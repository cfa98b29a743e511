//! Which consents a person is asked for before the sitting, each by itself.
//!
//! What is not here: the ledger of what was said (room `signaling`).

use model::{Attendance, Brief, Kind, Procedure, Role, Step};

/// Steps somebody is asked about on their own page, the most important first. Who takes no part in
/// the dispute is asked nothing.
pub fn asked(brief: &Brief, role: Role, attendance: Attendance) -> Vec<Step> {
    let Some(step) = brief.kind.step() else { return Vec::new() };
    if !role.is_party() && !role.is_for_party() {
        return Vec::new();
    }
    let mut steps = Vec::new();
    // Who comes to court holds nothing online (在线诉讼规则 art. 4).
    if attendance == Attendance::Online {
        steps.push(step);
    }
    steps.push(Step::Service);
    match brief.kind {
        // 庭审录音录像规定 art. 8: the simplified procedure, with consent.
        Kind::Hearing if brief.course.procedure != Procedure::Ordinary => {
            steps.push(Step::RecordForTranscript);
        }
        // 在线调解规则 art. 22.
        Kind::Mediation => steps.push(Step::Recording),
        Kind::Hearing
        | Kind::EvidenceExchange
        | Kind::Inquiry
        | Kind::Lecture
        | Kind::Consultation
        | Kind::Call => {}
    }
    steps
}

#[cfg(test)]
mod tests {
    use model::Course;

    use super::*;

    fn of(kind: Kind, procedure: Procedure, role: Role, attendance: Attendance) -> Vec<Step> {
        let course = Course { procedure, ..Course::default() };
        asked(&Brief { kind, course, ..Brief::default() }, role, attendance)
    }

    #[test]
    fn each_kind_asks_for_its_own() {
        let online = |kind, procedure, role| of(kind, procedure, role, Attendance::Online);
        assert_eq!(
            online(Kind::Hearing, Procedure::Ordinary, Role::Plaintiff),
            [Step::Hearing, Step::Service]
        );
        assert_eq!(
            online(Kind::Hearing, Procedure::Simplified, Role::Agent),
            [Step::Hearing, Step::Service, Step::RecordForTranscript]
        );
        assert_eq!(
            online(Kind::Mediation, Procedure::Ordinary, Role::Defendant),
            [Step::Mediation, Step::Service, Step::Recording]
        );
        assert_eq!(online(Kind::Lecture, Procedure::Ordinary, Role::Plaintiff), []);
        assert_eq!(online(Kind::Hearing, Procedure::Ordinary, Role::Witness), []);
    }

    #[test]
    fn who_comes_to_court_is_not_asked_to_do_it_online() {
        let asked = of(Kind::Hearing, Procedure::Ordinary, Role::Plaintiff, Attendance::InCourt);
        assert_eq!(asked, [Step::Service]);
    }
}
