//! A record to make documents of: a mediation with names and words that make trouble.

use ::docket::api::NoticeLine;
use ::docket::{Channel, Closing, NoticeState, Outcome};
use ::transcript::{Canonical, CanonicalLine};
use model::archive::{ArchiveLine, Attendee, Proof};
use model::recording::{Event, LossCause, RecordFacts, Roll, Trouble};
use model::review::{
    Objection, ObjectionAnswer, ReviewView, SignatureFile, TranscriptReading, TranscriptRefusal,
    TranscriptSignature,
};
use model::view::Heading;
use model::{
    Actor, Brief, Ending, Fact, FailureGround, Ground, HearingId, IdentityMethod, Kind, LineId,
    LineKind, Minute, ParticipantId, Power, Private, RecordFault, Role, Sheet, SignatureProof,
    SigningMethod, Timestamp,
};

use super::*;

const JUDGE: ParticipantId = ParticipantId(1);
const CLERK: ParticipantId = ParticipantId(2);
const ZHANG: ParticipantId = ParticipantId(3);
const LI: ParticipantId = ParticipantId(4);
const LAWYER: ParticipantId = ParticipantId(5);
const WITNESS: ParticipantId = ParticipantId(6);
/// 2026-11-18 09:30 in Beijing.
const NINE: i64 = 1_794_965_400_000;
/// What a finger drew.
const DRAWN: &str = "M80 60L90 62L180 52M130 30L128 90L80 150M128 92L190 140M240 70L330 66M284 40L280 150\
M240 110L330 108M380 50L470 50M425 30L425 160M390 100L460 100M380 160L480 158";

fn at(minutes: i64) -> Timestamp {
    Timestamp(NINE + minutes * 60_000)
}

fn line(kind: Kind) -> ArchiveLine {
    let mut lawyer = Attendee::new(LAWYER, Role::Agent, "=周律师".into());
    lawyer.acts_for = Some(ZHANG);
    lawyer.power = Some(Power::Special);
    let mut li = Attendee::new(LI, Role::Defendant, "𬭚\u{202e}某某".into());
    li.site_name = "永安街道共享法庭".to_owned();
    ArchiveLine {
        hearing: HearingId(17),
        heading: Heading {
            court: "湖北省咸宁市咸安区人民法院".to_owned(),
            case_number: "（2026）鄂1202民初1号".into(),
            cause: "民间借贷纠纷".into(),
            scheduled_at: at(0),
        },
        brief: Brief { kind, ..Brief::default() },
        attendees: vec![
            Attendee::new(JUDGE, Role::PresidingJudge, "王法官".into()),
            Attendee::new(CLERK, Role::Clerk, "陈书记".into()),
            Attendee::new(ZHANG, Role::Plaintiff, "张三".into()),
            lawyer,
            li,
            Attendee::new(WITNESS, Role::Witness, "<吴>证人".into()),
        ],
        opened_at: Some(at(0)),
        closed_at: Some(at(62)),
        sealed: true,
        bytes: 0,
    }
}

fn arrived(who: ParticipantId) -> Fact {
    Fact::Arrived {
        who,
        others_present: Private::default(),
        camera: true,
        microphone: true,
        faults: Vec::new(),
        version: String::new(),
    }
}

fn checked(who: ParticipantId, method: IdentityMethod) -> Fact {
    Fact::IdentityChecked { who, method, note: Private::default() }
}

fn signed(sheet: Sheet, who: ParticipantId, method: SigningMethod, mark: &str) -> Fact {
    Fact::Signed { sheet, version: 2, who, method, mark: mark.into() }
}

fn proofs(facts: Vec<(i64, Fact)>) -> Vec<Proof> {
    (10..)
        .zip(facts)
        .map(|(number, (minute, fact))| Proof {
            number,
            sha256: format!("{number:02x}").repeat(32),
            sm3: "cd".repeat(32),
            minute: Minute { at: at(minute), by: Actor::Server, fact },
        })
        .collect()
}

fn course() -> Vec<(i64, Fact)> {
    let written =
        |sheet, version, text: &str| Fact::SheetWritten { sheet, version, text: text.into() };
    let agreement = "一、被告𬭚某某于2026年12月31日前偿还原告张三借款本金人民币50000元；\n二、原告张三自愿放弃\
                     利息请求；\n三、案件受理费1050元，减半收取525元，由被告𬭚某某负担；\n四、双方就本案再无其他争议。";
    let facts =
        "1. 2025年3月1日，被告向原告出具借条一张，载明借款人民币伍万元整。\n2. 被告已归还0元。";
    vec![
        (-20, arrived(ZHANG)),
        (-15, arrived(LAWYER)),
        (-12, arrived(LI)),
        (-10, arrived(WITNESS)),
        (0, Fact::Opened),
        (2, checked(ZHANG, IdentityMethod::IdCard)),
        (3, checked(LAWYER, IdentityMethod::LawyerLicence)),
        (4, checked(LI, IdentityMethod::FaceMatch)),
        (12, Fact::Isolation { who: WITNESS, packets: 0, beside: vec![LI] }),
        (12, Fact::Admitted { who: WITNESS }),
        (20, Fact::RecessCalled { ground: Ground::Recess }),
        (30, written(Sheet::Facts, 1, "……")),
        (31, written(Sheet::Facts, 2, facts)),
        (32, Fact::SheetRead { sheet: Sheet::Facts, version: 2 }),
        (33, signed(Sheet::Facts, ZHANG, SigningMethod::Typed, "张三")),
        (34, signed(Sheet::Facts, LI, SigningMethod::OnPaper, "咸安区人民法院卷宗第3页")),
        (40, written(Sheet::Agreement, 1, "……")),
        (45, written(Sheet::Agreement, 2, agreement)),
        (46, Fact::SheetRead { sheet: Sheet::Agreement, version: 2 }),
        (50, signed(Sheet::Agreement, ZHANG, SigningMethod::Handwritten, DRAWN)),
        (51, signed(Sheet::Agreement, LI, SigningMethod::Handwritten, DRAWN)),
        (51, Fact::AgreementEffective { version: 2 }),
        (52, signed(Sheet::Agreement, JUDGE, SigningMethod::Typed, "王法官")),
    ]
}

/// The record of a mediation that ended with an agreement.
pub(super) fn facts() -> RecordFacts {
    let events = vec![
        Event {
            number: 40,
            from: at(35),
            trouble: Trouble::Lost {
                track: None,
                until: at(36),
                cause: LossCause::Network,
                packets: Some(42),
            },
        },
        Event {
            number: 41,
            from: at(37),
            trouble: Trouble::Fault { fault: RecordFault::DiskSlow, until: Some(at(38)) },
        },
    ];
    RecordFacts {
        line: line(Kind::Mediation),
        minutes: proofs(course()),
        zero: Some(at(0)),
        media_ms: 62 * 60_000,
        rolls: vec![
            Roll { from: at(0), to: Some(at(20)) },
            Roll { from: at(28), to: Some(at(62)) },
        ],
        events,
        software: vec!["assize 0.1.0".to_owned()],
        whole: true,
        entries: 120,
        head_sha256: "ab".repeat(32),
        head_sm3: "cd".repeat(32),
        said: Vec::new(),
    }
}

/// How a mediation ended that failed.
pub(super) fn failed() -> Closing {
    let outcome = Outcome::Failed { ground: FailureGround::NoAgreement };
    Closing { opened_at: Some(at(0)), ended_at: at(62), ending: Ending::Closed, outcome }
}

/// Notices that arrived, were confirmed, and failed.
pub(super) fn notices() -> Vec<NoticeLine> {
    let notice = |id, who, channel, state| NoticeLine {
        id,
        who,
        channel,
        state,
        made_at: at(-9_000),
        sent_at: Some(at(-8_990)),
        delivered_at: (state != NoticeState::Failed).then(|| at(-8_980)),
        confirmed_at: (state == NoticeState::Confirmed).then(|| at(-8_000)),
        how: if state == NoticeState::Confirmed { "本人在线确认" } else { "" }.into(),
        fault: if state == NoticeState::Failed { "空号".to_owned() } else { String::new() },
    };
    vec![
        notice(1, ZHANG, Channel::Sms, NoticeState::Confirmed),
        notice(2, LAWYER, Channel::Email, NoticeState::Delivered),
        notice(3, LI, Channel::Sms, NoticeState::Failed),
        notice(4, LI, Channel::Paper, NoticeState::Delivered),
    ]
}

/// The explanation of what went wrong.
pub(super) fn explained() -> Explanation {
    Explanation {
        text: "2026年11月18日10时07分，录音录像写入磁盘过慢约1分钟。\n原因：磁盘同时进行备份。\n处理经过：已\
               停止备份，录音录像随即恢复。\n对庭审及录音录像完整性的影响：没有缺失。"
            .into(),
        signature: "王法官".into(),
        sha256: "ef".repeat(32),
        at: at(90),
    }
}

/// The agreement.
pub(crate) fn agreement() -> Paper {
    sheets::sheet(&facts(), Form::Agreement).expect("an agreement was written")
}

/// A hearing's transcript, frozen for the second time: an objection corrected, one refused, one
/// signature drawn, one typed, one refused.
pub(super) fn transcribed() -> (RecordFacts, Frozen) {
    let facts = RecordFacts { line: line(Kind::Hearing), ..facts() };
    let text = transcript_text(&facts);
    let review = transcript_review();
    (facts, Frozen { text, review })
}

/// Its text.
fn transcript_text(facts: &RecordFacts) -> Canonical {
    let line = |n: u32, kind, label: &str, text: &str, heard| CanonicalLine {
        id: LineId(n.to_string()),
        kind,
        speaker: None,
        label: label.into(),
        closed: false,
        phase: None,
        at: at(i64::from(n)),
        heard,
        text: text.into(),
    };
    let speech = LineKind::Speech;
    Canonical {
        format: 1,
        title: "庭审笔录".to_owned(),
        hearing: facts.line.hearing,
        version: 2,
        part: None,
        heading: facts.line.heading.clone(),
        people: Vec::new(),
        lines: vec![
            line(1, LineKind::Heading, "", "法庭调查", None),
            line(2, speech, "审判员（王法官）", "原告陈述诉讼请求。", Some((61_000, 64_200))),
            line(3, speech, "原告（张三）", "请求判令被告偿还借款2万元。", Some((65_000, 72_500))),
            line(4, LineKind::Note, "", "被告出示收条一张。", None),
            line(5, LineKind::Heading, "", "法庭辩论", None),
            line(6, speech, "被告（𬭚某某）", "=1+1 没有异议", Some((90_000, 93_000))),
        ],
    }
}

/// A signature by certificate.
fn by_certificate() -> SignatureProof {
    let file = SignatureFile {
        name: "transcript-sign-5.p7s".to_owned(),
        bytes: 2_000,
        sha256: "cd".repeat(32),
        sm3: "02".repeat(32),
    };
    SignatureProof::Certificate {
        file,
        subject: "陈书记".into(),
        issuer: "CN=咸宁测试机构".to_owned(),
        serial: "0a1b".to_owned(),
    }
}

/// A reading of the whole.
fn reading() -> TranscriptReading {
    TranscriptReading {
        at: at(43),
        by: CLERK,
        version: 2,
        first: LineId("1".to_owned()),
        last: LineId("6".to_owned()),
        lines: 6,
        to: vec![ZHANG],
        terminal: "第一审判庭".to_owned(),
    }
}

/// What was done with it.
fn transcript_review() -> ReviewView {
    let objection = |number, line: u32, who, words: &str, answer| Objection {
        number,
        version: 1,
        line: LineId(line.to_string()),
        who,
        at: at(40),
        text: words.into(),
        answer: Some(answer),
    };
    let corrected = ObjectionAnswer::Corrected {
        before: "偿还借款3万元".into(),
        after: "偿还借款2万元".into(),
    };
    let refused = ObjectionAnswer::Refused { reason: "与录音一致".into() };
    let signed = |who, method, mark: &str, proof| TranscriptSignature {
        who,
        at: at(45),
        method,
        mark: mark.into(),
        noted_by: None,
        proof,
    };
    ReviewView {
        version: 2,
        frozen: true,
        sha256: "ef".repeat(32),
        sm3: "01".repeat(32),
        frozen_at: Some(at(42)),
        until: None,
        signers: vec![JUDGE, CLERK, ZHANG, LI],
        parts: Vec::new(),
        read_aloud: vec![reading()],
        signed: vec![
            signed(JUDGE, SigningMethod::Typed, "王法官", Some(SignatureProof::Password {})),
            signed(CLERK, SigningMethod::Certificate, "陈书记", Some(by_certificate())),
            TranscriptSignature {
                noted_by: Some(CLERK),
                proof: Some(SignatureProof::Terminal {}),
                ..signed(ZHANG, SigningMethod::Handwritten, "M10 20L200 120L300 40", None)
            },
        ],
        refused: vec![TranscriptRefusal { who: LI, at: at(46), reason: "中途离开".into() }],
        objections: vec![
            objection(1, 3, ZHANG, "应为2万元", corrected),
            objection(2, 6, LI, "我没有这样说", refused),
        ],
        settled: false,
    }
}
