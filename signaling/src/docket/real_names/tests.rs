//! Real names against a database in a folder of its own.
//! What is not here: who may ask (`http/tests`).

use ::docket::real_name::IdKind;
use model::Role;
use model::view::Heading;

use super::*;
use crate::docket::NewPerson;

const NOW: Timestamp = Timestamp(1_790_000_000_000);
const CARD: &str = "11010519491231002X";
const OTHER: &str = "440524188001010014";

fn number(typed: &str) -> IdNumber {
    IdNumber::read(IdKind::IdCard, typed, Day::of(NOW)).unwrap()
}

async fn sitting(docket: &Docket, court: &str, names: [&str; 2]) -> Entry {
    let heading = Heading {
        court: court.to_owned(),
        case_number: "No. 1".into(),
        cause: "loan".into(),
        scheduled_at: NOW,
    };
    let person = |role, name: &str| NewPerson::new(role, name.into(), None);
    let people = vec![
        person(Role::PresidingJudge, "J"),
        person(Role::Plaintiff, names[0]),
        person(Role::Defendant, names[1]),
    ];
    let id = docket.add_hearing(&NewHearing::new(heading, people), NOW).await.unwrap();
    docket.entry(id).await.unwrap().unwrap()
}

async fn open() -> (tempfile::TempDir, Docket) {
    let folder = tempfile::tempdir().unwrap();
    let docket = Docket::open(folder.path()).await.unwrap();
    (folder, docket)
}

fn seats(entry: &Entry) -> [ParticipantId; 2] {
    [entry.people[1].id, entry.people[2].id]
}

async fn states(docket: &Docket, entry: &Entry) -> Vec<RealNameState> {
    docket.real_names(entry).await.unwrap().iter().map(|line| line.state).collect()
}

#[tokio::test]
async fn court_and_person_enter_the_same_and_agree() {
    let (_folder, docket) = open().await;
    let entry = sitting(&docket, "A", ["张三", "李四"]).await;
    let [plaintiff, defendant] = seats(&entry);
    assert_eq!(states(&docket, &entry).await, [RealNameState::Open; 2], "nobody of the court");
    let filed = docket.file_real_name(&entry, plaintiff, &number(CARD), NOW).await.unwrap();
    assert_eq!(filed, Ok(Entered::New));
    assert_eq!(states(&docket, &entry).await[0], RealNameState::Filed);
    let wrong = docket.own_real_name(&entry, plaintiff, "张三", &number(OTHER), NOW).await.unwrap();
    assert_eq!(wrong, Err(FieldFault::RealNameDiffers));
    assert_eq!(states(&docket, &entry).await[0], RealNameState::Differs);
    let right = docket.own_real_name(&entry, plaintiff, "张 三", &number(CARD), NOW).await.unwrap();
    assert_eq!(right, Ok(Entered::Agreed));
    let wrong = docket.own_real_name(&entry, plaintiff, "张三", &number(OTHER), NOW).await.unwrap();
    assert_eq!(wrong, Err(FieldFault::RealNameDiffers));
    assert_eq!(states(&docket, &entry).await[0], RealNameState::Agreed, "once agreed it stays");

    // The other way round: the person first.
    let own = docket.own_real_name(&entry, defendant, "李四", &number(OTHER), NOW).await.unwrap();
    assert_eq!(own, Ok(Entered::New));
    assert_eq!(states(&docket, &entry).await[1], RealNameState::OwnWord);
    let filed = docket.file_real_name(&entry, defendant, &number(OTHER), NOW).await.unwrap();
    assert_eq!(filed, Ok(Entered::Agreed));
    let line = docket.real_names(&entry).await.unwrap().remove(1);
    assert_eq!(line.state, RealNameState::Agreed);
    assert_eq!(line.masked.reveal(), "4405**********0014");
}

#[tokio::test]
async fn one_number_has_one_account_at_a_court_and_is_used_again() {
    let (_folder, docket) = open().await;
    let one = sitting(&docket, "A", ["张三", "李四"]).await;
    let two = sitting(&docket, "A", ["张三", "王五"]).await;
    let elsewhere = sitting(&docket, "B", ["张叁", "李四"]).await;
    let file = |entry: Entry, place: usize| {
        let (who, docket) = (seats(&entry)[place], &docket);
        async move { docket.file_real_name(&entry, who, &number(CARD), NOW).await.unwrap() }
    };
    assert_eq!(file(one.clone(), 0).await, Ok(Entered::New));
    assert_eq!(file(one.clone(), 1).await, Err(FieldFault::RealNameTaken));
    assert_eq!(file(two.clone(), 1).await, Err(FieldFault::RealNameTaken));
    assert_eq!(file(two.clone(), 0).await, Ok(Entered::Linked));
    assert_eq!(file(elsewhere, 0).await, Ok(Entered::New), "another court knows nothing of it");
    let found = docket.look_up_real_name("A", &number(CARD)).await.unwrap().unwrap();
    assert_eq!((found.name.reveal().as_str(), found.sittings), ("张三", 2));
    assert_eq!(docket.look_up_real_name("A", &number(OTHER)).await.unwrap(), None);

    let again = docket.file_real_name(&one, seats(&one)[0], &number(OTHER), NOW).await.unwrap();
    assert_eq!(again, Err(FieldFault::RealNameBound));
    // The database holds to it by itself.
    let forced = sqlx::query(
        "INSERT INTO real_names (court, name, kind, number_index, number, made_at)
         SELECT court, 'x', kind, number_index, number, 0 FROM real_names WHERE court = 'A'",
    );
    assert!(forced.execute(docket.sqlite.pool()).await.is_err());
}

#[tokio::test]
async fn the_last_release_deletes_the_number() {
    let (_folder, docket) = open().await;
    let judge = crate::docket::NewAccount {
        name: "j".to_owned(),
        shown_name: "J".into(),
        kind: protocol::StaffKind::Judge,
    };
    let (judge, _) = docket.set_account(judge).await.unwrap();
    let one = sitting(&docket, "A", ["张三", "李四"]).await;
    let two = sitting(&docket, "A", ["张三", "王五"]).await;
    for entry in [&one, &two] {
        let done = docket.file_real_name(entry, seats(entry)[0], &number(CARD), NOW).await.unwrap();
        assert!(done.is_ok());
    }
    let count = async || {
        let row = sqlx::query("SELECT count(*) FROM real_names").fetch_one(docket.sqlite.pool());
        row.await.unwrap().try_get::<i64, _>(0).unwrap()
    };
    let release = async |entry: &Entry| {
        let words = ("张三", "typed wrongly");
        docket.release_real_name(entry.hearing, seats(entry)[0], judge, words, NOW).await.unwrap()
    };
    assert!(release(&one).await);
    assert_eq!(count().await, 1, "the other sitting has it still");
    assert!(!release(&one).await, "there is none any more");
    assert!(release(&two).await);
    assert_eq!(count().await, 0);
    let changes = docket.changes(one.hearing).await.unwrap();
    assert_eq!(changes.last().unwrap().what, ChangeKind::RealNameReleased);
    assert_eq!(changes.last().unwrap().reason.reveal(), "typed wrongly");
    let done = docket.file_real_name(&one, seats(&one)[0], &number(OTHER), NOW).await.unwrap();
    assert_eq!(done, Ok(Entered::New));
}

#[tokio::test]
async fn no_file_has_a_number_and_another_key_opens_nothing() {
    let (folder, docket) = open().await;
    let entry = sitting(&docket, "A", ["张三", "李四"]).await;
    let who = seats(&entry)[0];
    assert!(docket.file_real_name(&entry, who, &number(CARD), NOW).await.unwrap().is_ok());
    assert_eq!(docket.real_name_number(who).await.unwrap(), Some(number(CARD)));
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for part in [CARD, "19491231"] {
            let found = bytes.windows(part.len()).any(|window| window == part.as_bytes());
            assert!(!found, "{} has {part}", path.display());
        }
    }
    docket.sqlite.pool().close().await;
    let other = folder.path().join("other.key");
    std::fs::write(&other, "0f".repeat(32)).unwrap();
    let refused = Docket::open_with(folder.path(), Some(&other)).await.unwrap_err();
    assert!(refused.to_string().contains("real_name_key"), "{refused}");
    assert!(Docket::open(folder.path()).await.is_ok(), "with its own key it opens");
}

#[tokio::test]
async fn entering_again_is_one_line_and_lines_are_bounded() {
    let (_folder, docket) = open().await;
    let entry = sitting(&docket, "A", ["张三", "李四"]).await;
    let who = seats(&entry)[0];
    let by = (AddressClass::Inside, "Chrome 142 · Windows");
    for minute in 0..3 {
        let at = Timestamp(NOW.0 + minute * 60_000);
        docket.entered(who, EntryWay::Sitting, by, at).await.unwrap();
    }
    let lines = docket.entries_into(entry.hearing).await.unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].times, lines[0].at, lines[0].last_at.0), (3, NOW, NOW.0 + 120_000));
    docket.entered(who, EntryWay::Sitting, (AddressClass::Internet, ""), NOW).await.unwrap();
    assert_eq!(docket.entries_into(entry.hearing).await.unwrap().len(), 2, "another device");
    for hour in 0..i64::from(ENTRIES_KEPT) + 5 {
        let at = Timestamp(NOW.0 + (hour + 1) * 2 * 3_600_000);
        docket.entered(who, EntryWay::Page, by, at).await.unwrap();
    }
    let kept = docket.entries_into(entry.hearing).await.unwrap().len();
    assert_eq!(u32::try_from(kept).unwrap(), ENTRIES_KEPT);
    docket.entered(ParticipantId(999), EntryWay::Page, by, NOW).await.unwrap();
}
