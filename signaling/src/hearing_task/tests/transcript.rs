//! The transcript between pages, its task and a restart.
//! What is not here: the rules of the document (crate `transcript`).

use model::heard::{Heard, HeardWhat};
use model::transcript::SpeechTurn;
use model::{LineId, LineKind, TranscriptEdit, TranscriptStep};

use super::*;

const DESK: &str = "k1";

fn add(line: &str, after: Option<&str>, text: &str) -> TranscriptEdit {
    TranscriptEdit::Add {
        line: LineId(line.into()),
        after: after.map(|after| LineId(after.into())),
        kind: LineKind::Note,
        speaker: None,
        text: text.into(),
        turn: None,
    }
}

async fn along(stand: &Stand, who: ParticipantId, page: u64, since: u64) {
    let desk = format!("{DESK}{}", who.0);
    stand.send(Letter::Transcript(OfTranscript::Along { who, page, desk, since })).await;
}

async fn write(stand: &Stand, (who, page): (ParticipantId, u64), seq: u32, edit: TranscriptEdit) {
    let desk = format!("{DESK}{}", who.0);
    let edits = vec![edit];
    stand.send(Letter::Transcript(OfTranscript::Write { who, page, desk, seq, edits })).await;
}

/// The lines a page is told, whole, and the newest count of it that is done.
async fn lines(outbox: &Outbox) -> (Vec<String>, u32) {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::Transcript { lines, done, .. }) => {
                return (lines.iter().map(|line| line.text.reveal().clone()).collect(), done);
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("no lines, but {why:?}"),
        }
    }
}

async fn steps(outbox: &Outbox) -> Vec<TranscriptStep> {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::TranscriptSteps { steps, .. }) => return steps,
            Next::Message(ServerMessage::TranscriptRefused { why, .. }) => panic!("{why:?}"),
            Next::Message(_) => {}
            Next::Bye(why) => panic!("no steps, but {why:?}"),
        }
    }
}

async fn refused(outbox: &Outbox) -> (u32, Refusal) {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::TranscriptRefused { seq, why }) => return (seq, why),
            Next::Message(_) => {}
            Next::Bye(why) => panic!("no refusal, but {why:?}"),
        }
    }
}

#[tokio::test]
async fn what_is_written_is_on_disk_told_to_readers_and_there_again() {
    let mut stand = Stand::new().await;
    let (judge_page, judge_box, page, outbox) = stand.with_plaintiff().await;
    let Seats { judge, plaintiff, .. } = stand.seats;
    along(&stand, judge, judge_page, 0).await;
    along(&stand, plaintiff, page, 0).await;
    assert_eq!(lines(&judge_box).await, (Vec::new(), 0));
    assert_eq!(lines(&outbox).await, (Vec::new(), 0));
    write(&stand, (judge, judge_page), 1, add("a-1", None, "开庭前核对身份")).await;
    let told = steps(&outbox).await;
    assert_eq!((told.len(), told[0].n, told[0].seq), (1, 1, 1));
    let path = stand.court.folder.path().join("transcripts/h1.jsonl");
    assert!(std::fs::read_to_string(&path).unwrap().contains("开庭前核对身份"));
    assert_eq!(steps(&judge_box).await, told);
    // A party that writes by the API is refused, and a page that repeats itself too.
    write(&stand, (plaintiff, page), 1, add("b-1", None, "改")).await;
    assert_eq!(refused(&outbox).await, (1, Refusal::NotYourRight));
    write(&stand, (judge, judge_page), 1, add("a-2", None, "再")).await;
    assert_eq!(refused(&judge_box).await, (1, Refusal::AlreadyThere));
    // A page of the judge's that comes back is told what was done.
    let (again, again_box, _) = stand.enter(judge).await;
    along(&stand, judge, again, 0).await;
    assert_eq!(lines(&again_box).await, (vec!["开庭前核对身份".to_owned()], 1));
    write(&stand, (judge, again), 2, add("a-2", Some("a-1"), "各方到庭")).await;
    assert_eq!(steps(&again_box).await[0].n, 2);
    let (third, third_box, _) = stand.enter(judge).await;
    along(&stand, judge, third, 1).await;
    assert_eq!(steps(&third_box).await[0].seq, 2, "only what was missed");
}

#[tokio::test]
async fn who_is_sent_out_and_who_waits_is_told_no_line() {
    let mut stand = Stand::new().await;
    let (judge_page, judge_box, page, outbox) = stand.with_plaintiff().await;
    let Seats { judge, plaintiff, witness, .. } = stand.seats;
    let (witness_page, witness_box, _) = stand.enter(witness).await;
    for (who, page) in [(judge, judge_page), (plaintiff, page), (witness, witness_page)] {
        along(&stand, who, page, 0).await;
    }
    assert_eq!(lines(&witness_box).await.0, Vec::<String>::new());
    lines(&judge_box).await;
    lines(&outbox).await;
    write(&stand, (judge, judge_page), 1, add("a-1", None, "只给在庭的人")).await;
    steps(&outbox).await;
    stand.ask(judge, judge_page, 3, Ask::Dismiss { who: plaintiff }).await;
    stand.write_until(|fact| matches!(fact, Fact::Dismissed { .. })).await;
    assert_eq!(lines(&outbox).await.0, Vec::<String>::new(), "who waits reads nothing");
    write(&stand, (judge, judge_page), 2, add("a-2", None, "继续")).await;
    steps(&judge_box).await;
    while let Ok(told) = timeout(Duration::from_secs(1), witness_box.next()).await {
        let Next::Message(message) = told else { break };
        let text = serde_json::to_string(&message).unwrap();
        assert!(!text.contains("只给在庭的人") && !text.contains("继续"));
    }
}

#[tokio::test]
async fn partial_words_are_for_who_keeps_the_transcript_and_finals_become_drafts() {
    let mut stand = Stand::new().await;
    let (judge_page, judge_box, page, outbox) = stand.with_plaintiff().await;
    let Seats { judge, plaintiff, .. } = stand.seats;
    along(&stand, judge, judge_page, 0).await;
    along(&stand, plaintiff, page, 0).await;
    lines(&judge_box).await;
    lines(&outbox).await;
    let heard = |what| {
        let heard = Heard { participant: plaintiff, turn: 1, from_ms: 0, what };
        Letter::Transcript(OfTranscript::Heard(heard))
    };
    stand.send(heard(HeardWhat::Partial { text: "我要还".into() })).await;
    let engine = "test".to_owned();
    let (text, confidence) = ("我要求还款".to_owned(), Some(80));
    let what = HeardWhat::Final { text, from_ms: 0, to_ms: 900, confidence, engine };
    stand.send(heard(what)).await;
    let mut partial = false;
    let told = loop {
        match next(&judge_box).await {
            Next::Message(ServerMessage::Hearing { text, .. }) => {
                partial |= text.reveal() == "我要还";
            }
            Next::Message(ServerMessage::TranscriptSteps { steps, .. }) => break steps,
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?}"),
        }
    };
    assert!(partial && told[0].by.is_none());
    loop {
        match next(&outbox).await {
            Next::Message(ServerMessage::Hearing { .. }) => panic!("a party is told partial words"),
            Next::Message(ServerMessage::TranscriptSteps { .. }) => break,
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?}"),
        }
    }
}

#[tokio::test]
async fn turns_without_words_are_told_to_who_keeps_the_transcript_and_lines_stand_at_them() {
    let mut stand = Stand::new().await;
    let (judge_page, judge_box, page, outbox) = stand.with_plaintiff().await;
    let Seats { judge, plaintiff, .. } = stand.seats;
    along(&stand, judge, judge_page, 0).await;
    along(&stand, plaintiff, page, 0).await;
    lines(&judge_box).await;
    lines(&outbox).await;
    let heard = |turn, from_ms, what| {
        Letter::Transcript(OfTranscript::Heard(Heard {
            participant: plaintiff,
            turn,
            from_ms,
            what,
        }))
    };
    stand.send(heard(1, 900, HeardWhat::Began)).await;
    assert_eq!(turns(&judge_box).await, [(1, 900, None, 0)]);
    stand.send(heard(1, 900, HeardWhat::Ended { to_ms: 1_700, cross_ms: 300 })).await;
    assert_eq!(turns(&judge_box).await, [(1, 900, Some(1_700), 300)]);
    stand.send(heard(2, 2_500, HeardWhat::Began)).await;
    assert_eq!(turns(&judge_box).await, [(2, 2_500, None, 0)]);
    let line = TranscriptEdit::Add {
        line: LineId("a-1".into()),
        after: None,
        kind: LineKind::Speech,
        speaker: Some(plaintiff),
        text: "".into(),
        turn: Some(1),
    };
    write(&stand, (judge, judge_page), 1, line).await;
    let told = steps(&judge_box).await;
    let model::TranscriptOp::Added { line, .. } = &told[0].op else { panic!("{told:?}") };
    assert_eq!((line.speaker, line.heard), (Some(plaintiff), Some((900, 1_700))));
    // A page that is loaded again knows the turns; a party was never told.
    let (again, again_box, _) = stand.enter(judge).await;
    along(&stand, judge, again, 0).await;
    assert_eq!(turns(&again_box).await, [(1, 900, Some(1_700), 300), (2, 2_500, None, 0)]);
    loop {
        match next(&outbox).await {
            Next::Message(ServerMessage::Turns { .. }) => panic!("a party is told turns"),
            Next::Message(ServerMessage::TranscriptSteps { .. }) => break,
            Next::Message(_) => {}
            Next::Bye(why) => panic!("{why:?}"),
        }
    }
}

/// The next turns a page is told: number, from, to, at the same time as others.
async fn turns(outbox: &Outbox) -> Vec<(u64, u64, Option<u64>, u64)> {
    loop {
        match next(outbox).await {
            Next::Message(ServerMessage::Turns { turns }) => {
                let told = |turn: &SpeechTurn| (turn.turn, turn.from_ms, turn.to_ms, turn.cross_ms);
                return turns.iter().map(told).collect();
            }
            Next::Message(_) => {}
            Next::Bye(why) => panic!("no turns, but {why:?}"),
        }
    }
}
