//! Private notes and the record of a deliberation over restarts and to the end.
//! What is not here: the files themselves; see `crate::apart`.

use model::{Actor, CourtNote, DeliberationAct, DeliberationEntry, Phase, Timestamp};

use super::*;
use crate::fixture::NOW;

fn minute(fact: Fact) -> Minute {
    Minute { at: NOW, by: Actor::Server, fact }
}

fn arrived(who: ParticipantId) -> Minute {
    minute(Fact::Arrived {
        who,
        others_present: Private::default(),
        camera: true,
        microphone: true,
        faults: Vec::new(),
        version: String::new(),
    })
}

fn note(from: ParticipantId) -> CourtNote {
    CourtNote { from, at: Timestamp(5), text: "look at page 3".into() }
}

/// Seats are numbered in their order, so the found minutes may name them before there is a court.
const JUDGE: ParticipantId = ParticipantId(1);
const CLERK: ParticipantId = ParticipantId(2);

async fn notes(outbox: &Outbox) -> Vec<String> {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::Notes { notes }) => {
                return notes.iter().map(|note| note.text.reveal().clone()).collect();
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("no notes, but {why:?}"),
        }
    }
}

#[tokio::test]
async fn notes_come_back_after_a_restart_to_the_court_alone() {
    let minutes = vec![minute(Fact::CheckInOpened), arrived(JUDGE), arrived(CLERK)];
    let mut stand = Stand::found(Some(minutes), |apart, seats| {
        assert_eq!((seats.judge, seats.clerk), (JUDGE, CLERK));
        apart.keep_note(HearingId(1), &note(JUDGE)).unwrap();
    })
    .await;
    stand.write_until(|fact| matches!(fact, Fact::NodeRestarted)).await;
    let (page, outbox, _) = stand.enter(CLERK).await;
    assert_eq!(notes(&outbox).await, ["look at page 3"]);
    stand.ask(CLERK, page, 1, Ask::Note { text: "seen".into() }).await;
    assert_eq!(outcome(&outbox, 1).await, RequestOutcome::Done {});
    assert_eq!(notes(&outbox).await, ["seen"]);
    let apart = Apart::new(stand.court.folder.path());
    assert_eq!(apart.read(HearingId(1)).unwrap().notes.len(), 2);
    let (_, outbox, _) = stand.enter(stand.seats.plaintiff).await;
    let told = timeout(Duration::from_secs(1), outbox.next()).await;
    assert!(told.is_err(), "a party is told nothing of notes: {told:?}");
}

#[tokio::test]
async fn notes_are_deleted_when_the_sitting_is_over() {
    let minutes = vec![minute(Fact::CheckInOpened), arrived(JUDGE)];
    let mut stand = Stand::found(Some(minutes), |apart, _| {
        apart.keep_note(HearingId(1), &note(JUDGE)).unwrap();
    })
    .await;
    stand.write_until(|fact| matches!(fact, Fact::NodeRestarted)).await;
    let (page, outbox, _) = stand.enter(JUDGE).await;
    stand.ask(JUDGE, page, 1, Ask::CallOff { reason: "settled".into() }).await;
    stand.write_until(|fact| matches!(fact, Fact::Closed { .. })).await;
    assert_eq!(outcome(&outbox, 1).await, RequestOutcome::Done {});
    let apart = Apart::new(stand.court.folder.path());
    assert_eq!(apart.with_notes(), [HearingId(1)], "the court may still read them");
    let sealed = RecordNotice::Sealed {
        hearing: HearingId(1),
        head_sha256: String::new(),
        head_sm3: String::new(),
    };
    stand.record.send(sealed).await.unwrap();
    stand.send(Letter::Leave { who: JUDGE, page, cause: LinkCause::PageClosed }).await;
    // The docket is told on a thread of its own: in false time waiting for it would be over at once.
    tokio::time::resume();
    timeout(PATIENCE, stand.task).await.expect("the task ends").unwrap();
    assert!(apart.with_notes().is_empty());
}

#[tokio::test]
async fn a_deliberation_is_on_disk_before_it_is_told_and_only_then() {
    let phase = Phase::Deliberation;
    let minutes = vec![
        minute(Fact::CheckInOpened),
        arrived(JUDGE),
        arrived(CLERK),
        minute(Fact::Opened),
        minute(Fact::PhaseEntered { phase, reason: Private::default() }),
        minute(Fact::DeliberationBegan),
    ];
    let act = DeliberationAct::Write { base: 0, text: "they talk".into() };
    let entry = DeliberationEntry { by: CLERK, at: NOW, act };
    let mut stand = Stand::of_a_panel(minutes, |apart, _| {
        apart.keep_entry(HearingId(1), &entry).unwrap();
    })
    .await;
    stand.write_until(|fact| matches!(fact, Fact::NodeRestarted)).await;
    let (page, outbox, view) = stand.enter(CLERK).await;
    assert_eq!(view.deliberation.expect("the clerk keeps it").text.reveal(), "they talk");
    let write = |base| Ask::RecordDeliberation {
        act: DeliberationAct::Write { base, text: "they talk on".into() },
    };
    stand.ask(CLERK, page, 1, write(1)).await;
    assert_eq!(outcome(&outbox, 1).await, RequestOutcome::Done {});
    let apart = Apart::new(stand.court.folder.path());
    assert_eq!(apart.deliberation(HearingId(1)).unwrap().0.len(), 2);
    // Somebody alters the file: nothing more is written, and nothing is told as if it were.
    let file = stand.court.folder.path().join("apart/h1/deliberation.jsonl");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("they talk", "they walk", 1)).unwrap();
    stand.ask(CLERK, page, 2, write(2)).await;
    let why = Refusal::RecordAtRisk;
    assert_eq!(outcome(&outbox, 2).await, RequestOutcome::Refused { why });
    let (_, _outbox, view) = stand.enter(CLERK).await;
    assert_eq!(view.deliberation.expect("still there").version, 2);
    let (_, _outbox, view) = stand.enter(stand.seats.plaintiff).await;
    assert_eq!(view.deliberation, None);
}
