//! The usual beginnings of a sitting in one line: every lawful step in its order, nothing shown.
//! What is not here: the steps told one by one; a script that is about them writes them out.

use hearing::{Effect, Event};
use model::mediation::Check;
use model::stage::IdentityMethod;
use model::{
    Ask, Attendance, Kind, ParticipantId, Phase, Private, Role, Stage, TrackId, TrackKind,
};

use super::cast::Cast;

/// How far a `given` line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beginning {
    /// Everybody is here; the others have checked in and wait.
    Waiting,
    /// Everybody but who is called later is admitted.
    Admitted,
    /// The sitting is open, and on the record where its kind is recorded.
    InSession,
    /// The hearing stands in this phase, the former ones gone through in order.
    At(Phase),
}

/// Plays a beginning.
pub(super) fn begin(cast: &mut Cast, beginning: Beginning) {
    let kind = cast.hearing.docket().brief.kind;
    let Some(leader) = people(cast, |role| role.leads(kind)).first().copied() else { return };
    wait(cast, leader);
    if beginning >= Beginning::Admitted {
        admit(cast, leader);
    }
    if beginning >= Beginning::InSession {
        open(cast, leader);
    }
    if let Beginning::At(phase) = beginning {
        go_to(cast, leader, phase);
    }
}

fn wait(cast: &mut Cast, leader: ParticipantId) {
    cast.happen(Event::Joined { who: leader });
    cast.ask(leader, Ask::OpenCheckIn);
    cast.happen(Event::LedgerOpened);
    let people_online = online(cast);
    for who in &people_online {
        cast.arrive(*who);
    }
    for who in people(cast, |role| !role.is_court()) {
        if people_online.contains(&who) {
            let ask = Ask::CheckIn {
                discipline: true,
                others_present: Private::default(),
                camera: true,
                microphone: true,
                faults: Vec::new(),
                version: String::new(),
            };
            cast.ask(who, ask);
        }
    }
    if let Some(step) = cast.hearing.docket().brief.kind.step() {
        for who in people(cast, |role| role.is_party() || role.is_for_party()) {
            if may(cast, who, "consent") {
                cast.ask(who, Ask::Consent { step, given: true });
            }
        }
    }
}

fn admit(cast: &mut Cast, leader: ParticipantId) {
    if may(cast, leader, "answer_barred") {
        cast.ask(leader, Ask::AnswerBarred { grounds: Vec::new(), note: Private::default() });
    }
    for who in people(cast, |role| !role.is_court() && !role.is_called()) {
        cast.ask(leader, Ask::Admit { who });
        if online(cast).contains(&who) {
            cast.send(who);
        }
    }
    if may(cast, leader, "check_identity") {
        for who in people(cast, |role| !role.is_court() && !role.only_watches()) {
            let (method, note) = (IdentityMethod::IdCard, Private::default());
            cast.ask(leader, Ask::CheckIdentity { who, method, note });
        }
    }
    if may(cast, leader, "check_power") {
        let attendees = cast.hearing.docket().attendees.clone();
        for person in attendees {
            if let Some(power) = person.power {
                cast.ask(leader, Ask::CheckPower { who: person.id, power });
            }
        }
    }
}

fn open(cast: &mut Cast, leader: ParticipantId) {
    if may(cast, leader, "read_discipline") {
        cast.ask(leader, Ask::ReadDiscipline);
    }
    if cast.hearing.docket().brief.kind == Kind::Mediation && may(cast, leader, "tick") {
        for check in Check::ALL {
            cast.ask(leader, Ask::Tick { check, note: Private::default() });
        }
    }
    let answer = cast.ask(leader, Ask::Open);
    for kind in [TrackKind::Microphone, TrackKind::Camera] {
        cast.happen(Event::FirstFrames { track: TrackId::new(leader, kind) });
    }
    let why = answer.iter().find(|effect| matches!(effect, Effect::Refused { .. }));
    assert_eq!(cast.hearing.stage(), Stage::InSession, "the usual beginning opens: {why:?}");
}

fn go_to(cast: &mut Cast, leader: ParticipantId, phase: Phase) {
    let course = |cast: &Cast| {
        let view = cast.hearing.view(leader, cast.now, 1);
        view.map(|view| view.procedure).unwrap_or_default()
    };
    for step in course(cast).phases {
        if course(cast).phase == Some(phase) {
            return;
        }
        if !step.done && course(cast).phase != Some(step.phase) {
            cast.ask(leader, Ask::EnterPhase { phase: step.phase, reason: Private::default() });
        }
    }
    assert_eq!(course(cast).phase, Some(phase), "the course leads there");
}

fn may(cast: &Cast, who: ParticipantId, ask: &str) -> bool {
    let view = cast.hearing.view(who, cast.now, 1);
    view.is_some_and(|view| view.me.may_ask.iter().any(|name| name == ask))
}

fn online(cast: &Cast) -> Vec<ParticipantId> {
    let people = cast.hearing.docket().attendees.iter();
    people.filter(|p| p.attendance == Attendance::Online).map(|person| person.id).collect()
}

fn people(cast: &Cast, wanted: impl Fn(Role) -> bool) -> Vec<ParticipantId> {
    let people = cast.hearing.docket().attendees.iter();
    people.filter(|person| wanted(person.role)).map(|person| person.id).collect()
}
