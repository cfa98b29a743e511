//! The docket against a database in a folder of its own.
//! What is not here: the HTTP API over it.

use model::view::Heading;
use model::{Attendance, Brief, Kind, Power, Publicity, Role, Side, Step};

use super::*;

const NOW: Timestamp = Timestamp(1_000_000);

fn heading() -> Heading {
    Heading {
        court: "Court of tests".to_owned(),
        case_number: "No. 1".into(),
        cause: "loan".into(),
        scheduled_at: NOW,
    }
}

async fn open() -> (tempfile::TempDir, Docket, Entry) {
    let folder = tempfile::tempdir().unwrap();
    let docket = Docket::open(folder.path()).await.unwrap();
    let judge =
        NewAccount { name: "judge".to_owned(), shown_name: "J".into(), kind: StaffKind::Judge };
    let (judge, _) = docket.set_account(judge).await.unwrap();
    let person = |role, name: &str, account| NewPerson::new(role, name.into(), account);
    let people = vec![
        person(Role::PresidingJudge, "J", Some(judge)),
        person(Role::Plaintiff, "P", None),
        person(Role::Defendant, "D", None),
    ];
    let id = docket.add_hearing(&NewHearing::new(heading(), people), NOW).await.unwrap();
    let entry = docket.entry(id).await.unwrap().unwrap();
    (folder, docket, entry)
}

#[tokio::test]
async fn a_code_works_once_and_its_pass_stays() {
    let (_folder, docket, entry) = open().await;
    let plaintiff = entry.people[1].id;
    let issued = docket.issue_code(entry.hearing, plaintiff, NOW).await.unwrap().unwrap();
    let used = docket.use_code(issued.code.reveal(), NOW).await.unwrap();
    let CodeUse::Seated { pass, token } = used else { panic!("{used:?}") };
    assert_eq!((pass.hearing, pass.participant), (entry.hearing, plaintiff));
    assert_eq!(pass.role, Role::Plaintiff);
    assert_eq!(docket.seat(token.reveal(), NOW).await.unwrap(), Some(pass));
    assert_eq!(docket.use_code(issued.code.reveal(), NOW).await.unwrap(), CodeUse::Used);
    assert!(docket.entry(entry.hearing).await.unwrap().unwrap().people[1].joined);
}

#[tokio::test]
async fn a_new_code_ends_the_former_code_and_pass() {
    let (_folder, docket, entry) = open().await;
    let plaintiff = entry.people[1].id;
    let first = docket.issue_code(entry.hearing, plaintiff, NOW).await.unwrap().unwrap();
    let CodeUse::Seated { token, .. } = docket.use_code(first.code.reveal(), NOW).await.unwrap()
    else {
        panic!("the first code is good")
    };
    let second = docket.issue_code(entry.hearing, plaintiff, NOW).await.unwrap().unwrap();
    assert_eq!(docket.seat(token.reveal(), NOW).await.unwrap(), None);
    assert_eq!(docket.use_code(first.code.reveal(), NOW).await.unwrap(), CodeUse::Unknown);
    let used = docket.use_code(second.code.reveal(), NOW).await.unwrap();
    assert!(matches!(used, CodeUse::Seated { .. }));
}

#[tokio::test]
async fn codes_and_passes_expire() {
    let (_folder, docket, entry) = open().await;
    let plaintiff = entry.people[1].id;
    let issued = docket.issue_code(entry.hearing, plaintiff, NOW).await.unwrap().unwrap();
    let late = NOW.plus(JOIN_CODE_LIFE);
    assert_eq!(docket.use_code(issued.code.reveal(), late).await.unwrap(), CodeUse::Expired);
    let CodeUse::Seated { token, .. } = docket.use_code(issued.code.reveal(), NOW).await.unwrap()
    else {
        panic!("the code is good until then")
    };
    assert_eq!(docket.seat(token.reveal(), NOW.plus(SEAT_PASS_LIFE)).await.unwrap(), None);
}

#[tokio::test]
async fn no_code_for_staff_strangers_or_closed_hearings() {
    let (_folder, docket, entry) = open().await;
    let judge = entry.people[0].id;
    let plaintiff = entry.people[1].id;
    assert_eq!(docket.issue_code(entry.hearing, judge, NOW).await.unwrap(), None);
    assert_eq!(docket.issue_code(HearingId(99), plaintiff, NOW).await.unwrap(), None);
    let issued = docket.issue_code(entry.hearing, plaintiff, NOW).await.unwrap().unwrap();
    docket.close(entry.hearing, &Closing::of(&[], NOW)).await.unwrap();
    assert_eq!(docket.issue_code(entry.hearing, plaintiff, NOW).await.unwrap(), None);
    assert_eq!(docket.use_code(issued.code.reveal(), NOW).await.unwrap(), CodeUse::Unknown);
}

#[tokio::test]
async fn sessions_open_expire_and_end() {
    let (_folder, docket, _entry) = open().await;
    let clerk =
        NewAccount { name: "clerk".to_owned(), shown_name: "C".into(), kind: StaffKind::Clerk };
    let (id, password) = docket.set_account(clerk.clone()).await.unwrap();
    assert_eq!(docket.sign_in("clerk", "wrong".into(), NOW).await.unwrap(), None);
    assert_eq!(docket.sign_in("nobody", password.clone(), NOW).await.unwrap(), None);
    let (account, token) = docket.sign_in("clerk", password.clone(), NOW).await.unwrap().unwrap();
    assert_eq!((account.id, account.kind), (id, StaffKind::Clerk));
    assert_eq!(docket.session(token.reveal(), NOW).await.unwrap(), Some(account));
    assert_eq!(docket.session(token.reveal(), NOW.plus(SESSION_LIFE)).await.unwrap(), None);
    docket.end_session(token.reveal()).await.unwrap();
    assert_eq!(docket.session(token.reveal(), NOW).await.unwrap(), None);

    let (_, token) = docket.sign_in("clerk", password.clone(), NOW).await.unwrap().unwrap();
    let (again, renewed) = docket.set_account(clerk).await.unwrap();
    assert_eq!(again, id);
    assert_eq!(docket.session(token.reveal(), NOW).await.unwrap(), None, "a new password ends it");
    assert_eq!(docket.sign_in("clerk", password, NOW).await.unwrap(), None);
    assert!(docket.sign_in("clerk", renewed, NOW).await.unwrap().is_some());
}

#[tokio::test]
async fn the_docket_survives_a_restart() {
    let (folder, docket, entry) = open().await;
    drop(docket);
    let docket = Docket::open(folder.path()).await.unwrap();
    assert_eq!(docket.entry(entry.hearing).await.unwrap(), Some(entry.clone()));
    let judge = entry.accounts[0].0;
    assert_eq!(docket.entries_of(judge).await.unwrap(), vec![entry]);
}

#[tokio::test]
async fn everything_settled_beforehand_reaches_the_hearing() {
    let (_folder, docket, entry) = open().await;
    let person = |role, name: &str| NewPerson::new(role, name.into(), None);
    let people = vec![
        person(Role::PresidingJudge, "J"),
        NewPerson { consents: vec![Step::Hearing, Step::Service], ..person(Role::Plaintiff, "P") },
        NewPerson {
            acts_for: Some(1),
            power: Some(Power::Special),
            side: Some(Side::Plaintiff),
            attendance: Attendance::InCourt,
            ..person(Role::Agent, "A")
        },
    ];
    let brief = Brief {
        kind: Kind::Mediation,
        publicity: Publicity::ClosedByLaw,
        continues: Some(entry.hearing),
        ..Brief::default()
    };
    let new = NewHearing { brief: brief.clone(), ..NewHearing::new(heading(), people) };
    let id = docket.add_hearing(&new, NOW).await.unwrap();
    let found = docket.entry(id).await.unwrap().unwrap().for_hearing();
    assert_eq!(found.brief, brief);
    let [judge, party, agent] = &found.attendees[..] else { panic!("three people") };
    assert_eq!(judge.consents, []);
    assert_eq!(party.consents, [Step::Hearing, Step::Service]);
    assert_eq!((agent.acts_for, agent.power), (Some(party.id), Some(Power::Special)));
    assert_eq!((agent.side, agent.attendance), (Some(Side::Plaintiff), Attendance::InCourt));
}

#[tokio::test]
async fn an_old_docket_is_taken_along() {
    let (folder, docket, entry) = open().await;
    drop(docket);
    // What the first version of the schema left: no column and table of the second.
    let old = tempfile::tempdir().unwrap();
    let made = sqlite::of_the_first_step(&old.path().join("docket.sqlite")).await;
    made.unwrap();
    std::fs::copy(folder.path().join("join-codes.key"), old.path().join("join-codes.key")).unwrap();
    let docket = Docket::open(old.path()).await.unwrap();
    let found = docket.entry(HearingId(1)).await.unwrap().unwrap();
    assert_eq!((found.brief, found.minutes, found.mode), (Brief::default(), 120, Mode::Online));
    assert_eq!(found.people.len(), 1);
    assert_eq!(entry.hearing, HearingId(1));
}

#[tokio::test]
async fn a_closing_is_kept() {
    let (_folder, docket, entry) = open().await;
    let mut closing = Closing::of(&[], NOW);
    closing.opened_at = Some(NOW);
    closing.outcome = ::docket::Outcome::Agreement;
    docket.close(entry.hearing, &closing).await.unwrap();
    let found = docket.entry(entry.hearing).await.unwrap().unwrap();
    assert_eq!((found.closed, found.closing), (true, Some(closing)));
}
