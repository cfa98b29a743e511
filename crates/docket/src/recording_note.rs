//! The recording note (录音录像说明), written out of the ledger: beginning, end, every interruption
//! with its ground, faults, the clock (法释〔2017〕5号 art. 3); and the explanation of faults
//! (情况说明, art. 4), drafted with the facts for who presides to complete and sign.
//!
//! What is not here: reading the ledger, and who signs.

use model::archive::{Attendee, Proof};
use model::recording::{Event, LossCause, ReanchorCause, RecordFacts, Trouble};
use model::{Chamber, Fact, Ground, RecordFault, Role, Timestamp, TrackId, TrackKind};

use crate::isolation::{escape, moment, put};

/// What a draft leaves for who signs.
pub const BLANK: &str = "（请补充）";
/// Where the minute of a pause is looked for: no farther from its beginning, ms.
const NEAR_MS: i64 = 10_000;

/// A pause in the recording, or what stands for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause<'a> {
    /// Since when.
    pub from: Timestamp,
    /// Until when; none when the recording did not go on.
    pub to: Option<Timestamp>,
    /// Why.
    pub why: Why,
    /// The minute that says so.
    pub entry: Option<&'a Proof>,
}

/// Why a recording paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// One of the three lawful grounds.
    Ground(Ground),
    /// The panel withdrew to deliberate: a recess.
    Deliberation,
    /// A talk with one side alone, in a mediation: not fit to be recorded.
    Caucus,
    /// A technical interruption.
    Interruption,
    /// A fault of ours.
    Fault,
    /// Nothing in the ledger says why.
    Unknown,
}

impl Why {
    /// Whether art. 3 allows it.
    pub const fn is_lawful(self) -> bool {
        matches!(self, Self::Ground(_) | Self::Deliberation | Self::Caucus)
    }

    /// In Chinese and in English.
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Ground(Ground::Recess) => ("休庭", "recess"),
            Self::Ground(Ground::NonPublicEvidence) => {
                ("公开庭审中的不公开举证、质证", "non-public presentation of evidence")
            }
            Self::Ground(Ground::UnrecordedMediation) => {
                ("不宜录制的调解", "mediation not fit to be recorded")
            }
            Self::Deliberation => ("休庭评议", "recess to deliberate"),
            Self::Caucus => ("单方调解（不宜录制的调解）", "talk with one side in a mediation"),
            Self::Interruption => ("技术中断", "technical interruption"),
            Self::Fault => ("设备故障", "fault of the equipment"),
            Self::Unknown => ("未记明", "not stated"),
        }
    }
}

/// Every pause between the beginning and the end, in order.
pub fn pauses(facts: &RecordFacts) -> Vec<Pause<'_>> {
    let ends = facts.rolls.iter().zip(facts.rolls.iter().skip(1));
    ends.filter_map(|(before, after)| {
        let from = before.to?;
        let (why, entry) = why(facts, from);
        Some(Pause { from, to: Some(after.from), why, entry })
    })
    .collect()
}

fn why(facts: &RecordFacts, from: Timestamp) -> (Why, Option<&Proof>) {
    let near = |at: Timestamp| (at.0 - from.0).abs() <= NEAR_MS;
    let broke = facts
        .events
        .iter()
        .any(|event| near(event.from) && matches!(event.trouble, Trouble::Recovered { .. }));
    let nearest = facts
        .minutes
        .iter()
        .filter(|proof| near(proof.minute.at))
        .filter_map(|proof| Some((of_fact(&proof.minute.fact)?, proof)))
        .min_by_key(|(_, proof)| (proof.minute.at.0 - from.0).abs());
    match (broke, nearest) {
        (true, _) => (Why::Fault, None),
        (false, Some((why, proof))) => (why, Some(proof)),
        (false, None) => (Why::Unknown, None),
    }
}

/// Which pause a fact begins.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other fact stops the recording")]
const fn of_fact(fact: &Fact) -> Option<Why> {
    match fact {
        Fact::RecessCalled { ground } => Some(Why::Ground(*ground)),
        Fact::DeliberationBegan => Some(Why::Deliberation),
        Fact::ChamberOpened { chamber: Chamber::Caucus { .. }, .. } => Some(Why::Caucus),
        Fact::Interrupted { .. } => Some(Why::Interruption),
        Fact::NodeStopped => Some(Why::Fault),
        _ => None,
    }
}

/// The note as one page to print; `made_at` is when.
pub fn page(facts: &RecordFacts, made_at: Timestamp) -> String {
    let mut html = String::from(HEAD);
    html.push_str("<section><h1>庭审录音录像说明</h1>");
    html.push_str("<p class=\"en\">Note on the recording of the hearing</p><table>");
    for (name, value) in rows(facts) {
        put(&mut html, format_args!("<tr><th>{name}</th><td>{value}</td></tr>"));
    }
    html.push_str("</table><h2>中断 · Interruptions</h2>");
    interruptions(&mut html, facts);
    html.push_str("<h2>故障与缺失 · Faults and losses</h2>");
    if facts.events.is_empty() {
        html.push_str("<p>无 · none</p>");
    } else {
        html.push_str(
            "<table><tr><th>时间 · when</th><th>情况 · what</th><th>账本条目 · entry</th></tr>",
        );
        for event in &facts.events {
            let (when, what) = (when(event), escape(&what(facts, event)));
            let number = event.number;
            put(
                &mut html,
                format_args!("<tr><td>{when}</td><td>{what}</td><td>{number}</td></tr>"),
            );
        }
        html.push_str("</table>");
    }
    let needed = facts.to_explain().count();
    if needed > 0 {
        put(
            &mut html,
            format_args!(
                "<p class=\"warn\">有 {needed} 项故障须由审判长或者独任审判员签署情况说明后方可归档。\
                 <br><small>{needed} fault(s) need an explanation signed by who presides.</small></p>"
            ),
        );
    }
    let whole = if facts.whole { "连续 · whole" } else { "<b>不连续 · broken</b>" };
    let RecordFacts { entries, head_sha256, head_sm3, .. } = facts;
    put(
        &mut html,
        format_args!(
            "<p class=\"foot\">账本共 {entries} 条，{whole}。末条摘要 · head: SHA-256 \
             <code>{head_sha256}</code>, SM3 <code>{head_sm3}</code>。"
        ),
    );
    let (made, hearing) = (moment(made_at), facts.line.hearing.0);
    put(
        &mut html,
        format_args!(
            "本说明由账本自动生成于 {made}。庭审编号 · hearing {hearing}。</p>\
             <p class=\"sign\">录音录像负责人（签名）：<span></span>　日期：<span></span></p>\
             </section></body></html>\n"
        ),
    );
    html
}

fn rows(facts: &RecordFacts) -> [(&'static str, String); 9] {
    let heading = &facts.line.heading;
    let nothing = || "—".to_owned();
    let first = facts.rolls.first().map(|roll| moment(roll.from));
    let last = facts.rolls.last().and_then(|roll| roll.to).map(moment);
    let officers = [Role::RecordingOfficer, Role::Clerk];
    let officer = officers
        .iter()
        .find_map(|role| facts.line.attendees.iter().find(|person| person.role == *role));
    let cause = |anchor: ReanchorCause| {
        facts.events.iter().filter(move |event| {
            matches!(&event.trouble, Trouble::Reanchor { cause, .. } if *cause == anchor)
        })
    };
    let (sources, drifts) =
        (cause(ReanchorCause::Source).count(), cause(ReanchorCause::Pause).count());
    [
        ("法院 · Court", escape(&heading.court)),
        ("案号 · Case", escape(heading.case_number.reveal())),
        ("案由 · Cause", escape(heading.cause.reveal())),
        ("录制负责人 · Responsible", officer.map_or_else(nothing, name_of)),
        ("录制开始 · Began", first.unwrap_or_else(nothing)),
        ("录制结束 · Ended", last.unwrap_or_else(nothing)),
        (
            "时长（含中断） · Length with interruptions",
            format!("{}:{:02}", facts.media_ms / 60_000, facts.media_ms / 1_000 % 60),
        ),
        (
            "时钟 · Clock",
            format!(
                "{}；时间轴零点 {}；重新对时 {drifts} 次，重新接入 {sources} 次",
                clock(facts),
                facts.zero.map_or_else(nothing, moment)
            ),
        ),
        ("软件 · Software", escape(&facts.software.join(", "))),
    ]
}

/// What the clock was compared with, and how far off it was.
fn clock(facts: &RecordFacts) -> String {
    let mut looks = String::new();
    for proof in &facts.minutes {
        let Fact::ClockRead { reading } = &proof.minute.fact else { continue };
        let source = escape(&reading.source);
        let look = match reading.offset_ms {
            _ if reading.source.is_empty() => "服务器时钟，未配置授时服务器 · unchecked".to_owned(),
            None => format!("授时服务器 {source} 无应答 · no answer"),
            Some(ms) if reading.is_off() => {
                format!("与授时服务器 {source} 相差 {ms} 毫秒，超过限值 · off by {ms} ms")
            }
            Some(ms) => format!("与授时服务器 {source} 相差 {ms} 毫秒 · off by {ms} ms"),
        };
        let parted = if looks.is_empty() { "" } else { "；" };
        put(&mut looks, format_args!("{parted}{} {look}", moment(proof.minute.at)));
    }
    if looks.is_empty() { "服务器时钟 · server clock".to_owned() } else { looks }
}

fn name_of(person: &Attendee) -> String {
    escape(person.name.reveal())
}

fn interruptions(html: &mut String, facts: &RecordFacts) {
    let pauses = pauses(facts);
    if pauses.is_empty() {
        html.push_str("<p>无 · none</p>");
        return;
    }
    html.push_str(
        "<table><tr><th>起 · from</th><th>止 · to</th><th>事由 · ground</th><th>账本条目 · entry</th></tr>",
    );
    for pause in pauses {
        let (zh, en) = pause.why.words();
        let mark = if pause.why.is_lawful() { "" } else { " class=\"bad\"" };
        let to = pause.to.map_or_else(|| "—".to_owned(), moment);
        let entry = pause.entry.map_or_else(|| "—".to_owned(), |proof| proof.number.to_string());
        let from = moment(pause.from);
        put(
            html,
            format_args!(
                "<tr{mark}><td>{from}</td><td>{to}</td><td>{zh}<br><small>{en}</small></td>\
                 <td>{entry}</td></tr>"
            ),
        );
    }
    html.push_str("</table>");
}

/// When something happened, in Beijing time.
pub fn when(event: &Event) -> String {
    let until = match &event.trouble {
        Trouble::Fault { until, .. } => *until,
        Trouble::Lost { until, .. } | Trouble::Recovered { until, .. } => Some(*until),
        Trouble::Reanchor { .. } => return moment(event.from),
    };
    match until {
        Some(until) => format!("{} 至 {}", moment(event.from), moment(until)),
        None => format!("{} 起", moment(event.from)),
    }
}

/// What happened, in plain Chinese.
pub fn what(facts: &RecordFacts, event: &Event) -> String {
    match &event.trouble {
        Trouble::Fault { fault, .. } => match fault {
            RecordFault::DiskFull => "录音录像的磁盘空间不足".to_owned(),
            RecordFault::Unwritable => "录音录像无法写入磁盘".to_owned(),
            RecordFault::DiskSlow => "录音录像写入磁盘过慢".to_owned(),
            RecordFault::Silent => "录音录像程序没有响应".to_owned(),
            RecordFault::TapeLost => "音视频数据未能及时交付录制".to_owned(),
            RecordFault::NoFrames => "录制中未收到任何音视频".to_owned(),
        },
        Trouble::Lost { track, cause, packets, .. } => {
            let of = track.map_or_else(|| "整个庭审".to_owned(), |track| track_words(facts, track));
            let how = match cause {
                LossCause::Network => "网络丢失，经请求重传仍未收到",
                LossCause::Tape => "未能及时交付录制而缺失",
                LossCause::Keyframe => "画面数据残缺，至下一完整画面前无法显示",
                LossCause::Malformed => "数据不符合编码格式",
                LossCause::Disk => "磁盘无法写入而缺失",
                LossCause::Restart => "录制程序停止期间缺失",
            };
            let count =
                packets.map_or_else(String::new, |packets| format!("（{packets} 个数据包）"));
            format!("{of}：{how}{count}")
        }
        Trouble::Recovered { torn, damaged, .. } => {
            let mut text = "录制程序中断后重新启动".to_owned();
            if *torn > 0 {
                text.push_str(&format!("；{torn} 个文件的残余部分已另行保存"));
            }
            if !damaged.is_empty() {
                text.push_str(&format!("；受损文件：{}", damaged.join("、")));
            }
            text
        }
        Trouble::Reanchor { track, shift_ms, cause } => {
            let of = track_words(facts, *track);
            match cause {
                ReanchorCause::Source => format!("{of}：重新接入，时间轴调整 {shift_ms} 毫秒"),
                ReanchorCause::Pause => format!("{of}：停顿后重新对时，调整 {shift_ms} 毫秒"),
            }
        }
    }
}

fn track_words(facts: &RecordFacts, track: TrackId) -> String {
    let person = facts.line.attendees.iter().find(|person| person.id == track.participant);
    let name = person.map_or_else(|| track.participant.to_string(), |p| p.name.reveal().clone());
    let kind = match track.kind {
        TrackKind::Microphone => "声音",
        TrackKind::Camera => "画面",
        TrackKind::Screen => "共享屏幕",
    };
    format!("{name}的{kind}")
}

/// The draft of the explanation; none when nothing needs one. What only people know is left as
/// [`BLANK`].
pub fn draft(facts: &RecordFacts) -> Option<String> {
    let mut lines = Vec::new();
    for (at, event) in facts.to_explain().enumerate() {
        let (when, what, number) = (when(event), what(facts, event), event.number);
        lines.push(format!("{}. {when}，{what}（账本第 {number} 条）。", at + 1));
    }
    if lines.is_empty() {
        return None;
    }
    let heading = &facts.line.heading;
    let opened = facts.line.opened_at.map_or_else(|| BLANK.to_owned(), moment);
    let closed = facts.line.closed_at.map_or_else(|| BLANK.to_owned(), moment);
    Some(format!(
        "{}于 {opened} 至 {closed} 审理{}{}一案，庭审录音录像过程中出现下列情况：\n{}\n\
         原因：{BLANK}\n处理经过：{BLANK}\n对庭审及录音录像完整性的影响：{BLANK}\n",
        heading.court,
        heading.case_number.reveal(),
        heading.cause.reveal(),
        lines.join("\n"),
    ))
}

/// A signed explanation as one page to print.
pub fn explanation_page(
    facts: &RecordFacts,
    text: &str,
    signature: &str,
    signed_at: Timestamp,
) -> String {
    let mut html = String::from(HEAD);
    let case = escape(facts.line.heading.case_number.reveal());
    let (signature, at) = (escape(signature), moment(signed_at));
    put(&mut html, format_args!("<section><h1>情况说明</h1><p class=\"en\">{case}</p>"));
    for paragraph in text.lines() {
        put(&mut html, format_args!("<p>{}</p>", escape(paragraph)));
    }
    let head = &facts.head_sha256;
    put(
        &mut html,
        format_args!(
            "<p class=\"sign\">审判长（独任审判员）：<b>{signature}</b>　{at}</p>\
             <p class=\"foot\">所依据账本的末条摘要 SHA-256 <code>{head}</code></p>\
             </section></body></html>\n"
        ),
    );
    html
}

const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>庭审录音录像说明</title><style>\
body{font-family:\"Noto Sans CJK SC\",\"Microsoft YaHei\",SimSun,sans-serif;color:#111;background:#fff;\
max-width:46rem;margin:2rem auto;padding:0 1.5rem;line-height:1.6}\
h1{font-size:1.7rem;text-align:center;margin:0}h2{font-size:1.05rem;margin:1.4rem 0 .4rem}\
.en{text-align:center;margin:0 0 1rem;color:#444}small{color:#444}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.35rem .6rem;text-align:left;\
vertical-align:top}th{font-weight:600;background:#f4f4f4}.bad td{color:#b00020}\
.warn{border:2px solid #b00020;padding:.7rem 1rem;color:#b00020}code{font-size:.68rem;overflow-wrap:anywhere}\
.foot{font-size:.8rem;color:#333;margin-top:1rem}.sign{margin-top:2rem;text-align:right}\
.sign span{display:inline-block;width:9rem;border-bottom:1px solid #111}\
@media print{body{margin:0;max-width:none}}</style></head><body>";

#[cfg(test)]
mod tests {
    use model::archive::ArchiveLine;
    use model::recording::Roll;
    use model::view::Heading;
    use model::{Actor, Brief, HearingId, Minute, ParticipantId, Private};

    use super::*;

    const MINUTE_MS: i64 = 60_000;

    fn minute(number: u64, at: i64, fact: Fact) -> Proof {
        let minute = Minute { at: Timestamp(at), by: Actor::Server, fact };
        Proof { number, sha256: String::new(), sm3: String::new(), minute }
    }

    fn facts(events: Vec<Event>) -> RecordFacts {
        let heading = Heading {
            court: "咸安区人民法院".to_owned(),
            case_number: "（2026）鄂1202民初1号".into(),
            cause: "<借贷>".into(),
            scheduled_at: Timestamp(0),
        };
        let roll = |from: i64, to: Option<i64>| Roll {
            from: Timestamp(from * MINUTE_MS),
            to: to.map(|to| Timestamp(to * MINUTE_MS)),
        };
        let recess = Fact::RecessCalled { ground: Ground::NonPublicEvidence };
        RecordFacts {
            line: ArchiveLine {
                hearing: HearingId(1),
                heading,
                brief: Brief::default(),
                attendees: vec![Attendee::new(ParticipantId(2), Role::Clerk, "李四".into())],
                opened_at: Some(Timestamp(0)),
                closed_at: Some(Timestamp(60 * MINUTE_MS)),
                sealed: true,
                bytes: 0,
            },
            minutes: vec![
                minute(7, 10 * MINUTE_MS - 500, recess),
                minute(
                    9,
                    30 * MINUTE_MS,
                    Fact::Interrupted { who: None, reason: Private::default() },
                ),
            ],
            zero: Some(Timestamp(0)),
            media_ms: 3_600_000,
            rolls: vec![
                roll(0, Some(10)),
                roll(20, Some(30)),
                roll(31, Some(50)),
                roll(51, Some(60)),
            ],
            events,
            software: vec!["assize 0.1.0".to_owned()],
            whole: true,
            entries: 12,
            head_sha256: "ab".repeat(32),
            head_sm3: "cd".repeat(32),
            said: Vec::new(),
        }
    }

    fn lost(cause: LossCause) -> Event {
        let until = Timestamp(41 * MINUTE_MS);
        let trouble = Trouble::Lost { track: None, until, cause, packets: Some(3) };
        Event { number: 11, from: Timestamp(40 * MINUTE_MS), trouble }
    }

    #[test]
    fn every_pause_has_its_ground_and_others_are_marked() {
        let facts = facts(Vec::new());
        let found: Vec<_> = pauses(&facts).iter().map(|pause| pause.why).collect();
        let evidence = Why::Ground(Ground::NonPublicEvidence);
        assert_eq!(found, [evidence, Why::Interruption, Why::Unknown]);
        let html = page(&facts, Timestamp(0));
        for part in ["不公开举证", "技术中断", "未记明", "李四", "&lt;借贷&gt;", "<td>7</td>"]
        {
            assert!(html.contains(part), "{part}");
        }
        assert_eq!(html.matches("class=\"bad\"").count(), 2);
        assert!(!html.contains("class=\"warn\""));
    }

    #[test]
    fn a_fault_of_ours_drafts_an_explanation_and_a_lost_packet_does_not() {
        assert_eq!(draft(&facts(vec![lost(LossCause::Network)])), None);
        let faulty = facts(vec![lost(LossCause::Disk)]);
        let text = draft(&faulty).expect("a full disk is explained");
        for part in ["1. 1970-01-01 08:40:00 至", "磁盘无法写入", "账本第 11 条", BLANK]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(page(&faulty, Timestamp(0)).contains("class=\"warn\""));
        let signed = explanation_page(&faulty, "甲\n<乙>", "王五", Timestamp(0));
        assert!(signed.contains("<p>甲</p><p>&lt;乙&gt;</p>") && signed.contains("王五"));
    }
}
