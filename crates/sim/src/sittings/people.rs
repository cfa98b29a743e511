//! Who comes to a random sitting, what is settled beforehand, and the evidence there is.
//! What is not here: what they do.

use hearing::Docket;
use model::archive::Attendee;
use model::view::Heading;
use model::{
    Attendance, Brief, Course, EvidenceForm, EvidenceId, EvidenceItem, EvidenceKind, HearingId,
    Kind, ParticipantId, Power, Private, Procedure, Publicity, Role, Shield, Side, Step, Timestamp,
};

use crate::dice::Dice;

/// A docket of some kind. Everybody has a name of their own, which is looked for where it must not
/// be.
pub(super) fn docket(dice: &mut Dice) -> Docket {
    let kind = Kind::ALL[dice.weighted(&[40, 30, 5, 8, 8, 4, 4])];
    let roles = roles(kind, dice);
    let attendees: Vec<_> =
        (1..).zip(roles).map(|(id, role)| attendee(ParticipantId(id), role, kind, dice)).collect();
    let picture_kept =
        Shield { who: ParticipantId(2), from: ParticipantId(3), picture: true, sound: false };
    let brief = Brief {
        kind,
        course: Course {
            procedure: match dice.roll(3) {
                0 => Procedure::Ordinary,
                1 => Procedure::Simplified,
                _ => Procedure::SmallClaims,
            },
            mediation_first: dice.chance(200),
            merged: dice.chance(200),
            told_before: dice.chance(300),
            panel: dice.chance(400),
        },
        publicity: if dice.chance(800) { Publicity::Public } else { Publicity::ClosedOnRequest },
        gallery_seats: 1,
        shields: if dice.chance(150) { vec![picture_kept] } else { Vec::new() },
        ..Brief::default()
    };
    let heading = Heading {
        court: "People's Court of the dice".to_owned(),
        case_number: Private::from("1"),
        cause: Private::from("chance"),
        scheduled_at: Timestamp(0),
    };
    Docket { hearing: HearingId(1), heading, brief, attendees }
}

/// Who leads, two sides, and others by chance.
fn roles(kind: Kind, dice: &mut Dice) -> Vec<Role> {
    let leader = match kind {
        Kind::Mediation if dice.chance(700) => Role::ChairMediator,
        Kind::Lecture if dice.chance(700) => Role::Lecturer,
        Kind::Hearing
        | Kind::Mediation
        | Kind::EvidenceExchange
        | Kind::Inquiry
        | Kind::Lecture
        | Kind::Consultation
        | Kind::Call => Role::PresidingJudge,
    };
    let mut roles = vec![leader, Role::Plaintiff, Role::Defendant, Role::Agent];
    let others = [
        (Role::Clerk, 700),
        (Role::Judge, 250),
        (Role::Assessor, 200),
        (Role::Mediator, 250),
        (Role::JudgeAssistant, 150),
        (Role::Bailiff, 150),
        (Role::Adviser, 150),
        (Role::ThirdParty, 200),
        (Role::LegalRepresentative, 200),
        (Role::Agent, 300),
        (Role::Witness, 600),
        (Role::Witness, 400),
        (Role::Appraiser, 200),
        (Role::Expert, 300),
        (Role::Interpreter, 400),
        (Role::SignInterpreter, 150),
        (Role::Attendant, 300),
        (Role::Gallery, 400),
        (Role::Gallery, 300),
        (Role::Media, 100),
    ];
    roles.extend(others.into_iter().filter(|(_, often)| dice.chance(*often)).map(|(role, _)| role));
    if kind == Kind::Lecture {
        roles.extend([Role::Learner; 2]);
    }
    if dice.chance(50) {
        roles.extend([Role::ThirdParty; 6]);
    }
    roles
}

fn attendee(id: ParticipantId, role: Role, kind: Kind, dice: &mut Dice) -> Attendee {
    let name = Private::new(format!("<name {}>", id.0));
    let mut person = Attendee::new(id, role, name);
    let party = ParticipantId(2 + dice.roll(2));
    if role.is_for_party() || matches!(role, Role::Interpreter | Role::Attendant) {
        person.acts_for = dice.chance(900).then_some(party);
    }
    if role == Role::Agent {
        person.power = Some(if dice.chance(600) { Power::Special } else { Power::General });
    }
    if !role.is_court() && dice.chance(60) {
        person.attendance = Attendance::InCourt;
    }
    if dice.chance(850) {
        person.consents.extend(kind.step());
    }
    if dice.chance(400) {
        person.consents.push(Step::Recording);
    }
    person
}

/// A piece of each side, exchanged and not, and one of the court; two of them are sound.
pub(super) fn evidence() -> Vec<EvidenceItem> {
    let item = |id: u32, side, exchanged| EvidenceItem {
        id: EvidenceId(id),
        side,
        by: ParticipantId(2),
        number: 1,
        name: Private::new(format!("<evidence {id}>")),
        kind: EvidenceKind::Document,
        purpose: Private::default(),
        form: EvidenceForm::Copy,
        media_type: if matches!(id, 3 | 5) { "audio/mpeg" } else { "application/pdf" }.to_owned(),
        pages: 3,
        bytes: 1,
        sha256: String::new(),
        sm3: String::new(),
        exchanged,
    };
    vec![
        item(1, Some(Side::Plaintiff), true),
        item(2, Some(Side::Plaintiff), false),
        item(3, Some(Side::Defendant), true),
        item(4, Some(Side::Defendant), false),
        item(5, None, true),
        item(6, None, false),
    ]
}
