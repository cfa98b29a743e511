//! Evidence over a restart: the list, what is shown, and what was exchanged by showing it.
//! What is not here: the list itself (`crate::docket`).

use model::view::{EvidenceView, ShownEvidence};
use model::{Actor, EvidenceForm, EvidenceKind, Side, Stroke};

use super::*;
use crate::docket::evidence::{Hand, NewEvidence};

/// A hearing's list with one piece of the plaintiff's.
async fn listed(court: &Court, exchanged: bool) -> Vec<EvidenceItem> {
    let hearing = court.entry.hearing;
    let who = court.seats().plaintiff;
    let hand = Hand { hearing, who, court: false, at: crate::fixture::NOW };
    let new = NewEvidence {
        side: Some(Side::Plaintiff),
        name: Private::from("a contract"),
        kind: EvidenceKind::Document,
        purpose: Private::default(),
        form: EvidenceForm::Copy,
        media_type: "application/pdf",
        pages: 3,
        bytes: 9,
        sha256: "0".to_owned(),
        sm3: "1".to_owned(),
    };
    let item = court.docket.add_evidence(hand, &new).await.unwrap().unwrap();
    if exchanged {
        court.docket.exchange_evidence(hand, item.id).await.unwrap().unwrap();
    }
    court.docket.evidence_of(hearing).await.unwrap()
}

/// The minutes of a hearing in session whose judge shows the second page, with a line on it.
fn minutes(court: &Court, item: &EvidenceItem) -> Vec<Minute> {
    let at = crate::fixture::NOW;
    let judge = court.seats().judge;
    let by = Actor::Participant { id: judge };
    let arrived = Fact::Arrived {
        who: judge,
        others_present: Private::default(),
        camera: true,
        microphone: true,
        faults: Vec::new(),
        version: String::new(),
    };
    let facts = [
        Fact::CheckInOpened,
        arrived,
        Fact::Opened,
        Fact::EvidenceShown { item: item.clone(), page: 1 },
        Fact::PageTurned { page: 2 },
        Fact::Drawn { stroke: Stroke { page: 2, points: vec![[1, 1], [9, 9]] } },
    ];
    facts.into_iter().map(|fact| Minute { at, by, fact }).collect()
}

/// Waits until the page sees evidence like this.
async fn evidence(outbox: &Outbox, fits: impl Fn(&EvidenceView) -> bool) {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::View { view }) if fits(&view.evidence) => return,
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?} instead of evidence"),
        }
    }
}

fn is_as_before(shown: Option<&ShownEvidence>) -> bool {
    shown.is_some_and(|shown| shown.page == 2 && shown.strokes.len() == 1)
}

#[tokio::test]
async fn after_a_restart_the_list_is_there_and_the_page_is_shown_as_before() {
    let court = Court::new().await;
    // Shown, and the end came before the list could say that it is exchanged by that.
    let list = listed(&court, false).await;
    let minutes = minutes(&court, &list[0]);
    let mut stand = Stand::within(court, Some(minutes), list).await;
    stand.write_until(|fact| matches!(fact, Fact::NodeRestarted)).await;
    let (_, outbox) = stand.knock(stand.seats.judge).await;
    stand.write_until(|fact| matches!(fact, Fact::LinkBack { .. })).await;
    let view = welcomed(&outbox).await;
    assert!(is_as_before(view.evidence.shown.as_ref()), "{:?}", view.evidence);
    assert_eq!(view.evidence.items.len(), 1);
    if !view.evidence.items[0].exchanged {
        evidence(&outbox, |evidence| evidence.items.iter().all(|item| item.exchanged)).await;
    }
    let hearing = stand.court.entry.hearing;
    assert!(stand.court.docket.evidence_of(hearing).await.unwrap()[0].exchanged);
}

#[tokio::test]
async fn after_a_rebuild_the_list_is_there_and_the_page_is_shown_as_before() {
    let court = Court::new().await;
    let list = listed(&court, true).await;
    let minutes = minutes(&court, &list[0]);
    tokio::time::pause();
    let mut stand = Stand::within(court, Some(minutes), list).await;
    stand.write_until(|fact| matches!(fact, Fact::NodeRestarted)).await;
    let judge = stand.seats.judge;
    let (page, outbox) = stand.knock(judge).await;
    stand.write_until(|fact| matches!(fact, Fact::LinkBack { .. })).await;
    welcomed(&outbox).await;
    // A minute that is late is undone, and the ledger, which has it all the same, decides.
    stand.ask(judge, page, 1, Ask::Interrupt { reason: "the line".into() }).await;
    let why = Refusal::RecordAtRisk;
    assert_eq!(outcome(&outbox, 1).await, RequestOutcome::Refused { why });
    stand.write_until(|fact| matches!(fact, Fact::Interrupted { .. })).await;
    stand.write_until(|fact| matches!(fact, Fact::NodeRestarted)).await;
    assert_eq!(stand.metrics.hearing_restarts.get(), 1);
    evidence(&outbox, |evidence| {
        evidence.items.len() == 1 && is_as_before(evidence.shown.as_ref())
    })
    .await;
}
