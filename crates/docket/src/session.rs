//! Whether a sitting somebody wants to put on the docket makes sense: every field and person.
//!
//! What is not here: whether places and people are free (`booking`), and what the sitting is
//! allowed to do once it is live (crate `hearing`).

use model::limits::{
    FURTHER_CASES_MAX, GALLERY_SEATS_MAX, NAME_CHARS_MAX, PARTICIPANTS_MAX, SHIELDS_MAX,
    SITTING_AHEAD_MAX, SITTING_BACKDATED_MAX, SITTING_MINUTES_MAX, SITTING_MINUTES_MIN,
    TEXT_CHARS_MAX,
};
use model::view::Heading;
use model::{Attendance, Brief, Kind, Power, Procedure, Publicity, Role, Side, Timestamp};

use crate::api::ShieldForm;
use crate::problem::{FieldFault, Problem, check_text};
use crate::words::Mode;

/// One person of the sitting, as far as the rules look at them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sitter<'a> {
    /// In which role.
    pub role: Role,
    /// Name.
    pub name: &'a str,
    /// Which side.
    pub side: Option<Side>,
    /// For whom: the place in the list.
    pub acts_for: Option<usize>,
    /// What an agent may do.
    pub power: Option<Power>,
    /// How they attend.
    pub attendance: Attendance,
    /// The account that sits there.
    pub account: Option<i64>,
    /// Telephone.
    pub phone: &'a str,
    /// E-mail address.
    pub email: &'a str,
    /// From whom their picture or voice is kept.
    pub shields: &'a [ShieldForm],
}

/// The sitting.
#[derive(Clone, Debug)]
pub struct Session<'a> {
    /// What stands on the door.
    pub heading: &'a Heading,
    /// What is settled.
    pub brief: &'a Brief,
    /// For how long, minutes.
    pub minutes: u16,
    /// How it is held.
    pub mode: Mode,
    /// Who belongs to it.
    pub people: Vec<Sitter<'a>>,
}

/// Everything that is wrong with a sitting; empty when it may stand on the docket.
pub fn check(session: &Session<'_>, now: Timestamp) -> Vec<Problem> {
    let mut problems = Vec::new();
    heading(session, now, &mut problems);
    course(session, &mut problems);
    publicity(session, &mut problems);
    leads(session, &mut problems);
    sides(session, &mut problems);
    if session.people.len() > PARTICIPANTS_MAX {
        problems.push(Problem::new("people", FieldFault::TooMany));
    } else {
        for place in 0..session.people.len() {
            person(session, place, &mut problems);
        }
    }
    problems
}

fn heading(session: &Session<'_>, now: Timestamp, problems: &mut Vec<Problem>) {
    let Session { heading, brief, minutes, .. } = session;
    check_text("heading.court", &heading.court, NAME_CHARS_MAX, true, problems);
    let number = heading.case_number.reveal();
    // A lecture or a talk has no case; everything else is found under its number.
    let needs_case = brief.kind.step().is_some();
    if needs_case && number.trim().is_empty() {
        problems.push(Problem::new("heading.case_number", FieldFault::CaseNumberMissing));
    } else {
        check_text("heading.case_number", number, NAME_CHARS_MAX, false, problems);
    }
    check_text("heading.cause", heading.cause.reveal(), NAME_CHARS_MAX, true, problems);
    if now.since(heading.scheduled_at) > SITTING_BACKDATED_MAX {
        problems.push(Problem::new("heading.scheduled_at", FieldFault::InThePast));
    } else if heading.scheduled_at.since(now) > SITTING_AHEAD_MAX {
        problems.push(Problem::new("heading.scheduled_at", FieldFault::OutOfBounds));
    }
    if !(SITTING_MINUTES_MIN..=SITTING_MINUTES_MAX).contains(minutes) {
        problems.push(Problem::new("minutes", FieldFault::OutOfBounds));
    }
    if brief.further_cases.len() > FURTHER_CASES_MAX {
        problems.push(Problem::new("brief.further_cases", FieldFault::TooMany));
        return;
    }
    for (place, case) in brief.further_cases.iter().enumerate() {
        let field = |name: &str| format!("brief.further_cases.{place}.{name}");
        let further = case.case_number.reveal();
        check_text(&field("case_number"), further, NAME_CHARS_MAX, true, problems);
        check_text(&field("cause"), case.cause.reveal(), NAME_CHARS_MAX, true, problems);
        let others = brief.further_cases.iter().take(place).map(|case| case.case_number.reveal());
        if further == number || others.into_iter().any(|other| other == further) {
            problems.push(Problem::new(field("case_number"), FieldFault::Twice));
        }
    }
    let approved = brief.elsewhere_approved.reveal();
    check_text("brief.elsewhere_approved", approved, TEXT_CHARS_MAX, false, problems);
}

fn course(session: &Session<'_>, problems: &mut Vec<Problem>) {
    let Brief { kind, course, .. } = session.brief;
    let simplified = course.procedure != Procedure::Ordinary;
    let hearing = *kind == Kind::Hearing;
    if course.panel && simplified {
        problems.push(Problem::new("brief.course.panel", FieldFault::SoleJudgeOnly));
    }
    if course.panel && !hearing {
        problems.push(Problem::new("brief.course.panel", FieldFault::VariantUnfit));
    }
    // Mediation first and rights told before belong to the simplified procedure
    // (简易程序规定 art. 14, 19); merging investigation and debate only needs consent
    // (民诉法解释 art. 230).
    for (set, needs_simplified, field) in [
        (course.mediation_first, true, "brief.course.mediation_first"),
        (course.told_before, true, "brief.course.told_before"),
        (course.merged, false, "brief.course.merged"),
    ] {
        if set && (!hearing || (needs_simplified && !simplified)) {
            problems.push(Problem::new(field, FieldFault::VariantUnfit));
        }
    }
    let bench = session.people.iter().filter(|sitter| sitter.role.is_bench()).count();
    if hearing && course.panel && (bench < 3 || bench.is_multiple_of(2)) {
        problems.push(Problem::new("people", FieldFault::PanelSize));
    }
    if hearing && !course.panel && bench > 1 {
        problems.push(Problem::new("people", FieldFault::NoPanel));
    }
    let shields = session.people.iter().map(|sitter| sitter.shields.len()).sum::<usize>();
    if shields > SHIELDS_MAX {
        problems.push(Problem::new("people", FieldFault::TooMany));
    }
}

fn publicity(session: &Session<'_>, problems: &mut Vec<Problem>) {
    let Brief { kind, publicity, gallery_seats, .. } = session.brief;
    let public = *publicity == Publicity::Public;
    if *gallery_seats > GALLERY_SEATS_MAX {
        problems.push(Problem::new("brief.gallery_seats", FieldFault::OutOfBounds));
    }
    let gallery = session.people.iter().any(|s| matches!(s.role, Role::Gallery | Role::Media));
    if !public && (*gallery_seats > 0 || gallery) {
        problems.push(Problem::new("brief.gallery_seats", FieldFault::GalleryInClosed));
    }
    // 民诉法解释 art. 146.
    if *kind == Kind::Mediation && public {
        problems.push(Problem::new("brief.publicity", FieldFault::MediationPublic));
    }
}

fn leads(session: &Session<'_>, problems: &mut Vec<Problem>) {
    let leaders = session.people.iter().filter(|s| s.role.leads(session.brief.kind)).count();
    match leaders {
        0 => problems.push(Problem::new("people", FieldFault::NobodyLeads)),
        1 => {}
        _ => problems.push(Problem::new("people", FieldFault::TwoLead)),
    }
}

fn sides(session: &Session<'_>, problems: &mut Vec<Problem>) {
    let has = |role| session.people.iter().any(|sitter| sitter.role == role);
    let both = match session.brief.kind {
        Kind::Hearing | Kind::Mediation | Kind::EvidenceExchange => {
            has(Role::Plaintiff) && has(Role::Defendant)
        }
        Kind::Inquiry => session.people.iter().any(|sitter| !sitter.role.is_court()),
        Kind::Lecture | Kind::Consultation | Kind::Call => true,
    };
    if !both {
        problems.push(Problem::new("people", FieldFault::SideMissing));
    }
}

/// Whether a role has anything to do in a sitting of this kind.
pub fn fits(role: Role, kind: Kind) -> bool {
    let helper =
        matches!(role, Role::Attendant | Role::Interpreter | Role::SignInterpreter | Role::Clerk);
    let for_case = role.is_party() || role.is_for_party();
    match kind {
        Kind::Hearing | Kind::EvidenceExchange | Kind::Inquiry => !matches!(
            role,
            Role::ChairMediator
                | Role::Mediator
                | Role::Lecturer
                | Role::Adviser
                | Role::Visitor
                | Role::Learner
        ),
        Kind::Mediation => {
            for_case
                || helper
                || matches!(
                    role,
                    Role::ChairMediator
                        | Role::Mediator
                        | Role::PresidingJudge
                        | Role::JudgeAssistant
                        | Role::Adviser
                        | Role::RecordingOfficer
                        | Role::Appraiser
                        | Role::Expert
                        | Role::Gallery
                )
        }
        Kind::Lecture => {
            helper
                || matches!(
                    role,
                    Role::Lecturer
                        | Role::PresidingJudge
                        | Role::Judge
                        | Role::JudgeAssistant
                        | Role::Learner
                        | Role::Gallery
                        | Role::Media
                        | Role::RecordingOfficer
                )
        }
        Kind::Consultation | Kind::Call => {
            for_case
                || helper
                || matches!(
                    role,
                    Role::PresidingJudge
                        | Role::Judge
                        | Role::JudgeAssistant
                        | Role::Mediator
                        | Role::ChairMediator
                        | Role::Visitor
                )
        }
    }
}

fn person(session: &Session<'_>, place: usize, problems: &mut Vec<Problem>) {
    let Some(sitter) = session.people.get(place) else { return };
    let field = |name: &str| format!("people.{place}.{name}");
    let mut wrong = |name: &str, fault| problems.push(Problem::new(field(name), fault));
    if !fits(sitter.role, session.brief.kind) {
        wrong("role", FieldFault::RoleNotHere);
    }
    if let Some(account) = sitter.account {
        let twice = session.people.iter().take(place).any(|other| other.account == Some(account));
        if twice {
            wrong("account", FieldFault::AccountTwice);
        }
        if !sitter.role.is_court() {
            wrong("account", FieldFault::AccountUnfit);
        }
    }
    let party = sitter.acts_for.and_then(|party| session.people.get(party));
    if sitter.role.is_for_party() && sitter.acts_for.is_none() {
        wrong("acts_for", FieldFault::ActsForMissing);
    }
    if sitter.acts_for.is_some() {
        match party {
            None => wrong("acts_for", FieldFault::NoSuchThing),
            Some(party) if !party.role.is_party() => wrong("acts_for", FieldFault::NotAParty),
            Some(party) if sitter.side.is_some() && sitter.side != party.role.side() => {
                wrong("side", FieldFault::SideUnfit);
            }
            Some(_) => {}
        }
    }
    if sitter.role.side().is_some() && sitter.side.is_some() && sitter.side != sitter.role.side() {
        wrong("side", FieldFault::SideUnfit);
    }
    match (sitter.role, sitter.power) {
        (Role::Agent, None) => wrong("power", FieldFault::PowerMissing),
        (Role::Agent, Some(_)) | (_, None) => {}
        (_, Some(_)) => wrong("power", FieldFault::PowerUnfit),
    }
    if sitter.attendance == Attendance::InCourt && session.mode == Mode::Online {
        wrong("attendance", FieldFault::NobodyInCourt);
    }
    shields(session, place, sitter, problems);
    check_text(&field("name"), sitter.name, NAME_CHARS_MAX, true, problems);
    telephone(&field("phone"), sitter.phone, problems);
    email(&field("email"), sitter.email, problems);
}

/// Special measures: of people who are there, from people who are there, and never from the court
/// or of who judges (在线诉讼规则 art. 24).
fn shields(session: &Session<'_>, place: usize, sitter: &Sitter<'_>, problems: &mut Vec<Problem>) {
    for (number, shield) in sitter.shields.iter().enumerate() {
        let field = format!("people.{place}.shields.{number}.from");
        let from = session.people.get(usize::from(shield.from));
        let twice = sitter.shields.iter().take(number).any(|other| other.from == shield.from);
        let always_seen = sitter.role.is_bench() || sitter.role.leads(session.brief.kind);
        let fault = match from {
            None => FieldFault::NoSuchThing,
            Some(_) if twice => FieldFault::Twice,
            Some(from) if from.role.is_court() || usize::from(shield.from) == place => {
                FieldFault::ShieldUnfit
            }
            Some(_) if always_seen => FieldFault::ShieldUnfit,
            Some(_) if !shield.picture && !shield.sound => FieldFault::Empty,
            Some(_) => continue,
        };
        problems.push(Problem::new(field, fault));
    }
}

/// Digits with what people put between them.
fn telephone(field: &str, text: &str, problems: &mut Vec<Problem>) {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let known =
        text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '+' | '(' | ')'));
    if !text.is_empty() && (!known || !(5..=15).contains(&digits)) {
        problems.push(Problem::new(field, FieldFault::BadText));
    }
}

fn email(field: &str, text: &str, problems: &mut Vec<Problem>) {
    let parts = text.split_once('@');
    let fine = parts.is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && host.len() > 2
    });
    let printable =
        text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, ',' | ';' | '<' | '>'));
    if !text.is_empty() && (!fine || !printable || text.len() > NAME_CHARS_MAX) {
        problems.push(Problem::new(field, FieldFault::BadText));
    }
}

#[cfg(test)]
mod tests;
