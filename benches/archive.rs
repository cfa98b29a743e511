//! How long the archive takes to answer with 10,000 hearings in its index: one JSON object with the
//! time to fill it and, for each question, the middle and the longest of its runs, milliseconds.
//!
//! What is not here: reading ledgers, and HTTP. `ASSIZE_HEARINGS` is another number of hearings.

use std::io::Write as _;
use std::time::Instant;

use model::archive::{ArchiveLine, Attendee, Proof};
use model::recording::RecordFacts;
use model::view::Heading;
use model::{
    Actor, Brief, Fact, HearingId, Kind, Minute, ParticipantId, Phase, Private, Role, SiteId,
    Timestamp,
};
use serde_json::{Value, json};
use signaling::{Docket, Search};

const HEARINGS: u32 = 10_000;
/// Hearings put into the index in one transaction, as at the start of a node.
const AT_ONCE: usize = 50;
const RUNS: usize = 20;
/// Minutes of one hearing that carry words.
const SPOKEN: u32 = 40;
const DAY_MS: i64 = 24 * 3_600_000;
const FIRST: Timestamp = Timestamp(1_577_836_800_000);

const SURNAMES: [&str; 20] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭",
    "何", "高", "林", "罗",
];
const GIVEN: [&str; 16] = [
    "伟", "芳", "娜", "秀英", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "建国",
    "桂花",
];
const CAUSES: [&str; 8] = [
    "民间借贷纠纷",
    "离婚纠纷",
    "买卖合同纠纷",
    "机动车交通事故责任纠纷",
    "健康权纠纷",
    "土地承包经营权纠纷",
    "劳务合同纠纷",
    "相邻关系纠纷",
];
const WORDS: [&str; 8] = [
    "对借条的真实性没有异议",
    "收条系伪造，申请鉴定",
    "被告未按期还款，利息按约定计算",
    "庭审中大声喧哗，经警告改正",
    "证人陈述与书证不一致",
    "请求法庭准许延期举证",
    "双方同意在法庭主持下调解",
    "网络中断后重新连接",
];

/// A number that follows from `n` and `salt` and looks like chance.
fn dice(n: u32, salt: u32, sides: usize) -> usize {
    let mut x = u64::from(n) << 20 | u64::from(salt);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((x ^ (x >> 31)) % sides as u64).unwrap_or(0)
}

fn name(n: u32, salt: u32) -> Private<String> {
    let (surname, given) = (SURNAMES[dice(n, salt, 20)], GIVEN[dice(n, salt + 1, 16)]);
    Private::new(format!("{surname}{given}"))
}

fn hearing(n: u32) -> RecordFacts {
    let at = FIRST.0 + i64::from(n / 8) * DAY_MS + i64::from(n % 8) * 3_600_000;
    let kind = if n.is_multiple_of(9) { Kind::Mediation } else { Kind::Hearing };
    let person = |id: u32, role| {
        let mut person = Attendee::new(ParticipantId(n * 8 + id), role, name(n, id * 7));
        person.site = Some(SiteId(u32::try_from(dice(n, id, 60)).unwrap_or(0)));
        person
    };
    let minute = |offset_s: i64, fact| Minute {
        at: Timestamp(at + offset_s * 1_000),
        by: Actor::Server,
        fact,
    };
    let mut minutes = vec![minute(0, Fact::Opened)];
    for (step, phase) in (1..).zip(Phase::ALL) {
        let reason = Private::default();
        minutes.push(minute(step * 480, Fact::PhaseEntered { phase, reason }));
    }
    for spoken in 0..SPOKEN {
        let reason = Private::new(WORDS[dice(n, 100 + spoken, 8)].to_owned());
        let who = ParticipantId(n * 8 + 3);
        minutes.push(minute(i64::from(spoken) * 150, Fact::Prompted { who, reason }));
    }
    minutes.sort_by_key(|minute| minute.at);
    let proof = |(number, minute): (u64, Minute)| Proof {
        number,
        sha256: String::new(),
        sm3: String::new(),
        minute,
    };
    let line = ArchiveLine {
        hearing: HearingId(n),
        heading: Heading {
            court: "咸安区人民法院 贺胜人民法庭".to_owned(),
            case_number: Private::new(format!("（{}）鄂1202民初{n}号", 2020 + n / 2_000)),
            cause: CAUSES[dice(n, 50, 8)].into(),
            scheduled_at: Timestamp(at),
        },
        brief: Brief { kind, ..Brief::default() },
        attendees: vec![
            person(1, Role::PresidingJudge),
            person(2, Role::Clerk),
            person(3, Role::Plaintiff),
            person(4, Role::Defendant),
            person(5, Role::Agent),
            person(6, Role::Witness),
        ],
        opened_at: Some(Timestamp(at)),
        closed_at: Some(Timestamp(at + 6_600_000)),
        sealed: true,
        bytes: 900_000_000,
    };
    RecordFacts {
        line,
        minutes: (1..).zip(minutes).map(proof).collect(),
        zero: Some(Timestamp(at)),
        media_ms: 6_600_000,
        rolls: Vec::new(),
        events: Vec::new(),
        software: Vec::new(),
        whole: true,
        entries: 100,
        head_sha256: String::new(),
        head_sm3: String::new(),
        said: Vec::new(),
    }
}

/// What is asked, by name.
fn questions(hearings: u32) -> Vec<(&'static str, Search)> {
    let with = |change: &dyn Fn(&mut Search)| {
        let mut search = Search::default();
        change(&mut search);
        search
    };
    let case = format!("民初{}号", hearings / 2);
    vec![
        ("all, first page", Search::default()),
        ("all, last page", with(&|s| s.page = hearings / 30)),
        ("case number", with(&|s| s.case = case.as_str().into())),
        ("party", with(&|s| s.party = "张建国".into())),
        ("judge", with(&|s| s.judge = "罗桂花".into())),
        (
            "a year",
            with(&|s| {
                s.from = "2021-01-01".to_owned();
                s.to = "2021-12-31".to_owned();
            }),
        ),
        ("site", with(&|s| s.site = Some(17))),
        ("kind", with(&|s| s.kind = Some(Kind::Mediation))),
        ("phase 最后意见", with(&|s| s.phase = Some(Phase::LastWords))),
        ("words, rare", with(&|s| s.q = case.as_str().into())),
        ("words, in most hearings", with(&|s| s.q = "申请鉴定".into())),
        ("words, two letters", with(&|s| s.q = "喧哗".into())),
        ("words, found nowhere", with(&|s| s.q = "没有这样的话".into())),
        (
            "everything at once",
            with(&|s| {
                s.q = "重新连接".into();
                s.party = "张".into();
                s.phase = Some(Phase::LastWords);
                s.kind = Some(Kind::Hearing);
                s.from = "2021-01-01".to_owned();
            }),
        ),
    ]
}

#[tokio::main]
async fn main() {
    let hearings = std::env::var("ASSIZE_HEARINGS").ok().and_then(|text| text.parse().ok());
    let hearings = hearings.unwrap_or(HEARINGS);
    let folder = tempfile::tempdir().expect("a folder");
    let docket = Docket::open(folder.path()).await.expect("a docket");
    let began = Instant::now();
    let numbers: Vec<u32> = (1..=hearings).collect();
    for some in numbers.chunks(AT_ONCE) {
        let records: Vec<RecordFacts> = some.iter().copied().map(hearing).collect();
        docket.file(&records).await.expect("filed");
    }
    let filled = began.elapsed().as_secs_f64();
    let size = std::fs::metadata(folder.path().join("docket.sqlite")).expect("there").len();
    let mut answers = serde_json::Map::new();
    for (name, search) in questions(hearings) {
        let (mut times, mut total) = (Vec::new(), 0);
        for _ in 0..RUNS {
            let asked = Instant::now();
            let list = docket.search(&search, None).await.expect("an answer");
            times.push(asked.elapsed().as_secs_f64() * 1_000.0);
            total = list.total;
        }
        times.sort_by(f64::total_cmp);
        let round = |ms: f64| Value::from((ms * 10.0).round() / 10.0);
        let figures = json!({
            "found": total,
            "middle_ms": round(times[RUNS / 2]),
            "longest_ms": round(times[RUNS - 1]),
        });
        answers.insert(name.to_owned(), figures);
    }
    let report = json!({
        "hearings": hearings,
        "passages_each": SPOKEN + 2,
        "filled_seconds": (filled * 10.0).round() / 10.0,
        "docket_bytes": size,
        "questions": answers,
    });
    let text = serde_json::to_string_pretty(&report).expect("figures are JSON");
    writeln!(std::io::stdout(), "{text}").expect("somebody reads it");
}
