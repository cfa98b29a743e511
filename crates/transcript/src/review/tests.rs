//! The review, act by act.

use model::review::CodeWay;
use model::{SignFor, SigningMethod};

use super::*;
use crate::document::tests::{ANNA, add, hand, people, write};

const CLERK: ParticipantId = ParticipantId(2);
const DAY: i64 = 24 * 3_600_000;

struct Desk {
    document: Document,
    review: Review,
    setting: Setting,
    parts: Vec<FrozenPart>,
}

impl Desk {
    fn new() -> Self {
        let mut document = Document::default();
        write(&mut document, &hand("a", 1), &[add("a-1", None, "我借了三万")]);
        let setting = Setting { now: Timestamp(DAY), closed_at: None };
        Self { document, review: Review::default(), setting, parts: Vec::new() }
    }

    fn acting(who: ParticipantId) -> Acting {
        let keeps = who == CLERK;
        let role = if keeps { Role::Clerk } else { Role::Plaintiff };
        let name = if keeps { "陈书记" } else { "张三" }.into();
        let proved = Some(SignatureProof::Code { way: CodeWay::Told });
        Acting { who, role, name, keeps, proved, whom: None, terminal: "本院".into() }
    }

    fn act(&mut self, by: ParticipantId, act: TranscriptAct) {
        let n = self.review.acts();
        let role = Self::acting(by).role;
        assert!(self.review.apply(&ActEntry { n, at: self.setting.now, by, role, act }));
    }

    /// As the shell does it.
    fn ask(&mut self, who: ParticipantId, ask: &ReviewAsk) -> Result<(), Refusal> {
        self.ask_as(&Self::acting(who), ask)
    }

    fn ask_as(&mut self, acting: &Acting, ask: &ReviewAsk) -> Result<(), Refusal> {
        let plan = self.review.plan(&self.document, acting, self.setting, ask)?;
        let who = acting.who;
        let parts = self.parts.clone();
        let frozen = |version| TranscriptAct::Frozen {
            version,
            sha256: format!("digest {version}"),
            sm3: String::new(),
            lines: 1,
            signers: vec![CLERK, ANNA],
            parts: parts.clone(),
        };
        match plan {
            Plan::Act(act) => self.act(who, act),
            Plan::Freeze { version } => self.act(who, frozen(version)),
            Plan::Correct { number, before, after, version, .. } => {
                let answer = ObjectionAnswer::Corrected { before, after };
                self.act(who, TranscriptAct::Answered { number, answer });
                self.act(who, frozen(version));
            }
        }
        Ok(())
    }
}

fn sign(version: u32, name: &str) -> ReviewAsk {
    let sha256 = format!("digest {version}");
    ReviewAsk::Sign { version, sha256, method: SigningMethod::Typed, mark: name.into(), code: None }
}

fn object(version: u32) -> ReviewAsk {
    ReviewAsk::Object { version, line: LineId("a-1".into()), text: "是两万".into() }
}

fn refuse(who: Option<ParticipantId>, version: u32) -> ReviewAsk {
    ReviewAsk::Refuse { who, version, reason: "与我说的不符".into() }
}

#[test]
fn a_correction_is_a_new_version_and_voids_signatures() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask(ANNA, &sign(0, "张三")), Err(Refusal::NotYourRight), "nothing is frozen");
    assert_eq!(desk.ask(ANNA, &ReviewAsk::Freeze {}), Err(Refusal::NotYourRight));
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    assert_eq!(desk.ask(CLERK, &ReviewAsk::Freeze {}), Err(Refusal::TranscriptFrozen));
    desk.ask(CLERK, &sign(1, "陈书记")).expect("signed");
    desk.ask(ANNA, &object(1)).expect("objected");
    let text = "我借了两万".into();
    desk.ask(CLERK, &ReviewAsk::Correct { number: 1, text }).expect("corrected");
    let view = desk.review.view(None);
    assert_eq!((view.version, view.frozen, view.signed.len()), (2, true, 0));
    let answer = view.objections[0].answer.clone().expect("answered");
    let (before, after) = ("我借了三万".into(), "我借了两万".into());
    assert_eq!(answer, ObjectionAnswer::Corrected { before, after });
    assert_eq!(desk.ask(ANNA, &sign(1, "张三")), Err(Refusal::SheetChanged), "an older version");
    let other = ReviewAsk::Sign {
        version: 2,
        sha256: "digest 1".into(),
        method: SigningMethod::Typed,
        mark: "张三".into(),
        code: None,
    };
    assert_eq!(desk.ask(ANNA, &other), Err(Refusal::SheetChanged), "another text");
    assert_eq!(desk.ask(ANNA, &sign(2, "李四")), Err(Refusal::NotPlausible), "another's name");
    desk.ask(ANNA, &sign(2, "张三")).expect("signed");
    assert_eq!(desk.ask(ANNA, &sign(2, "张三")), Err(Refusal::AlreadyThere));
    assert!(!desk.review.view(None).settled);
    desk.ask(CLERK, &sign(2, "陈书记")).expect("signed");
    assert!(desk.review.view(None).settled);
}

#[test]
fn a_refused_correction_and_a_refusal_to_sign_are_noted_with_their_reason() {
    let mut desk = Desk::new();
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    desk.ask(ANNA, &object(1)).expect("objected");
    let silent = ReviewAsk::Decline { number: 1, reason: " ".into() };
    assert_eq!(desk.ask(CLERK, &silent), Err(Refusal::NotPlausible));
    let decline = ReviewAsk::Decline { number: 1, reason: "录音为三万".into() };
    assert_eq!(desk.ask(ANNA, &decline), Err(Refusal::NotYourRight));
    desk.ask(CLERK, &decline).expect("declined");
    assert_eq!(desk.ask(CLERK, &decline), Err(Refusal::AlreadyThere));
    desk.ask(ANNA, &refuse(None, 1)).expect("refused");
    assert_eq!(desk.ask(ANNA, &sign(1, "张三")), Err(Refusal::AlreadyThere), "closed for her");
    assert_eq!(desk.ask(CLERK, &refuse(Some(ANNA), 1)), Err(Refusal::AlreadyThere));
    desk.ask(CLERK, &sign(1, "陈书记")).expect("signed");
    let view = desk.review.view(None);
    assert!(view.settled);
    assert_eq!(view.refused[0].reason.reveal(), "与我说的不符");
}

#[test]
fn five_days_after_the_session_the_reading_is_over() {
    let mut desk = Desk::new();
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    desk.setting = Setting { now: Timestamp(7 * DAY), closed_at: Some(Timestamp(2 * DAY)) };
    assert_eq!(desk.review.view(desk.setting.closed_at).until, Some(Timestamp(7 * DAY)));
    desk.ask(ANNA, &object(1)).expect("on the fifth day");
    desk.setting.now = Timestamp(7 * DAY + 1);
    assert_eq!(desk.ask(ANNA, &object(1)), Err(Refusal::ReadingOver));
    assert_eq!(desk.ask(ANNA, &sign(1, "张三")), Err(Refusal::ReadingOver));
    let reopen = ReviewAsk::Reopen { reason: "补记".into() };
    assert_eq!(desk.ask(CLERK, &reopen), Err(Refusal::WrongStage), "the session is over");
    // What was corrected after the days is a version of its own, with its own days.
    let text = "我借了两万".into();
    desk.ask(CLERK, &ReviewAsk::Correct { number: 1, text }).expect("corrected");
    desk.ask(ANNA, &sign(2, "张三")).expect("signed");
}

#[test]
fn who_left_before_signing_is_noted_by_the_clerk() {
    let mut desk = Desk::new();
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    desk.setting = Setting { now: Timestamp(90 * DAY), closed_at: Some(Timestamp(2 * DAY)) };
    assert_eq!(desk.ask(ANNA, &refuse(None, 1)), Err(Refusal::ReadingOver));
    desk.ask(CLERK, &refuse(Some(ANNA), 1)).expect("noted");
    assert_eq!(desk.ask(CLERK, &refuse(None, 1)), Err(Refusal::NotYourRight));
}

#[test]
fn drafts_are_checked_before_freezing_and_reopening_voids_signatures() {
    use crate::draft::Drafter;
    use model::heard::{Heard, HeardWhat};
    let mut desk = Desk::new();
    let what = HeardWhat::Final {
        text: "还了一万".into(),
        from_ms: 0,
        to_ms: 9,
        confidence: None,
        engine: "test".into(),
    };
    let heard = Heard { participant: ANNA, turn: 1, from_ms: 0, what };
    let machine = crate::Hand { by: None, ..hand("m", 1) };
    let step = Drafter.step(&desk.document, &people(), &machine, &heard).expect("a draft");
    let id = desk.document.lines().last().expect("one").id.clone();
    assert!(desk.document.apply(&step));
    assert_eq!(desk.ask(CLERK, &ReviewAsk::Freeze {}), Err(Refusal::DraftsUnchecked));
    let draft = desk.document.lines().iter().find(|line| line.id != id).expect("the draft");
    let accept = model::TranscriptEdit::Accept { line: draft.id.clone() };
    write(&mut desk.document, &hand("a", 2), &[accept]);
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    desk.ask(ANNA, &sign(1, "张三")).expect("signed");
    desk.ask(CLERK, &ReviewAsk::Reopen { reason: "补记".into() }).expect("reopened");
    assert!(desk.review.view(None).signed.is_empty() && !desk.review.is_frozen());
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen again");
    assert_eq!(desk.review.version(), 2);
}

fn acting_for(who: ParticipantId, in_court: bool, online: bool) -> Acting {
    Acting { whom: Some(Whom { who, in_court, online }), ..Desk::acting(CLERK) }
}

fn sign_for(who: ParticipantId, sha256: &str, how: SignFor) -> ReviewAsk {
    ReviewAsk::SignFor { who, version: 1, sha256: sha256.into(), how }
}

#[test]
fn a_typed_name_needs_something_besides() {
    let mut desk = Desk::new();
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    let alone = Acting { proved: None, ..Desk::acting(ANNA) };
    assert_eq!(desk.ask_as(&alone, &sign(1, "张三")), Err(Refusal::CodeNeeded));
    let paper = SignatureProof::Terminal {};
    let other = Acting { proved: Some(paper), ..Desk::acting(ANNA) };
    assert_eq!(desk.ask_as(&other, &sign(1, "张三")), Err(Refusal::CodeNeeded));
    desk.ask(ANNA, &sign(1, "张三")).expect("with a code");
    let proof = SignatureProof::Code { way: CodeWay::Told };
    assert_eq!(desk.review.view(None).signed[0].proof, Some(proof));
}

#[test]
fn who_sits_in_court_signs_on_the_clerks_terminal_or_on_paper() {
    let here = || SignFor::Here { mark: "M1 1L300 90".into() };
    let mut desk = Desk::new();
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    let ask = sign_for(ANNA, "digest 1", here());
    assert_eq!(desk.ask(ANNA, &ask), Err(Refusal::NotYourRight));
    assert_eq!(desk.ask_as(&acting_for(ANNA, true, true), &ask), Err(Refusal::SignsThemselves));
    assert_eq!(desk.ask_as(&acting_for(ANNA, false, false), &ask), Err(Refusal::NotInCourt));
    let old = sign_for(ANNA, "digest 0", here());
    assert_eq!(desk.ask_as(&acting_for(ANNA, true, false), &old), Err(Refusal::SheetChanged));
    let paper = SignFor::OnPaper { note: "卷宗第3页".into(), scan: "".into() };
    let paper = sign_for(ANNA, "digest 1", paper);
    let without = acting_for(ANNA, true, false);
    assert_eq!(desk.ask_as(&without, &paper), Err(Refusal::FileNotReadable), "no picture");
    let mine = sign_for(CLERK, "digest 1", here());
    assert_eq!(desk.ask_as(&acting_for(CLERK, true, false), &mine), Err(Refusal::NobodyThere));
    desk.ask_as(&acting_for(ANNA, true, false), &ask).expect("signed");
    let signature = desk.review.view(None).signed[0].clone();
    assert_eq!((signature.who, signature.noted_by), (ANNA, Some(CLERK)));
    assert_eq!(signature.proof, Some(SignatureProof::Terminal {}));
    assert_eq!(desk.ask_as(&without, &paper), Err(Refusal::AlreadyThere), "once");
    // After the session paper is noted whenever it comes.
    let mut desk = Desk::new();
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    desk.setting = Setting { now: Timestamp(90 * DAY), closed_at: Some(Timestamp(2 * DAY)) };
    let late = acting_for(ANNA, false, false);
    assert_eq!(desk.ask_as(&late, &ask), Err(Refusal::ReadingOver));
    let proved = Some(SignatureProof::Scan { file: model::review::SignatureFile::default() });
    desk.ask_as(&Acting { proved, ..late }, &paper).expect("noted");
}

#[test]
fn a_witness_signs_their_own_part_and_is_shown_nothing_else() {
    const WEN: ParticipantId = ParticipantId(9);
    let mut desk = Desk::new();
    let heard = crate::Hand { called: vec![WEN], ..hand("a", 2) };
    write(&mut desk.document, &heard, &[add("a-2", Some("a-1"), "我看见他写了收条")]);
    let (sha256, sm3) = ("digest of the part".to_owned(), String::new());
    desk.parts = vec![FrozenPart { who: WEN, sha256: sha256.clone(), sm3, lines: 1 }];
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    desk.ask(ANNA, &object(1)).expect("objected to a line the witness does not know");
    let wen = Acting { name: "王五".into(), role: Role::Witness, ..Desk::acting(WEN) };
    assert_eq!(desk.ask_as(&wen, &object(1)), Err(Refusal::NotFound), "not a line of theirs");
    let own =
        ReviewAsk::Object { version: 1, line: LineId("a-2".into()), text: "是欠条".into() };
    desk.ask_as(&wen, &own).expect("a line of theirs");
    assert_eq!(desk.ask_as(&wen, &sign(1, "王五")), Err(Refusal::SheetChanged), "the whole text");
    let sign = |sha256: &str| ReviewAsk::Sign {
        version: 1,
        sha256: sha256.into(),
        method: SigningMethod::Handwritten,
        mark: "M1 1L300 90".into(),
        code: None,
    };
    let view = desk.review.view_of_part(None, WEN, |line| line.0 == "a-2");
    assert_eq!((view.sha256.as_str(), view.signers.as_slice()), ("digest of the part", &[WEN][..]));
    assert_eq!(view.objections.len(), 1);
    desk.ask(ANNA, &refuse(None, 1)).expect("refused");
    assert!(desk.review.view_of_part(None, WEN, |_| true).refused.is_empty());
    desk.ask(CLERK, &self::sign(1, "陈书记")).expect("signed");
    assert!(!desk.review.view(None).settled, "the witness is still to sign");
    desk.ask_as(&wen, &sign(&sha256)).expect("signed");
    assert!(desk.review.view(None).settled);
    let stranger = desk.review.view_of_part(None, ParticipantId(8), |_| true);
    assert_eq!(stranger, ReviewView::default());
}

#[test]
fn what_was_read_aloud_is_kept_with_whom_and_where() {
    let mut desk = Desk::new();
    write(&mut desk.document, &hand("a", 2), &[add("a-2", Some("a-1"), "是的")]);
    let read = |to: &[ParticipantId]| ReviewAsk::ReadAloud {
        version: 1,
        first: LineId("a-1".into()),
        last: LineId("a-2".into()),
        to: to.to_vec(),
    };
    assert_eq!(desk.ask(CLERK, &read(&[ANNA])), Err(Refusal::TranscriptOpen));
    desk.ask(CLERK, &ReviewAsk::Freeze {}).expect("frozen");
    assert_eq!(desk.ask(ParticipantId(8), &read(&[])), Err(Refusal::NotYourRight));
    assert_eq!(desk.ask(CLERK, &read(&[])), Err(Refusal::NobodyThere));
    desk.ask(CLERK, &read(&[ANNA, ANNA])).expect("read");
    desk.ask(ANNA, &read(&[CLERK])).expect("read to herself");
    let told = desk.review.view(None).read_aloud;
    assert_eq!((told[0].lines, told[0].to.as_slice()), (2, &[ANNA][..]));
    assert_eq!((told[0].terminal.as_str(), told[1].to.as_slice()), ("本院", &[ANNA][..]));
    let back = ReviewAsk::ReadAloud {
        version: 1,
        first: LineId("a-2".into()),
        last: LineId("a-1".into()),
        to: vec![ANNA],
    };
    assert_eq!(desk.ask(CLERK, &back), Err(Refusal::NotPlausible));
}
