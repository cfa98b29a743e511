//! The certificate that somebody called heard nothing before the call (在线诉讼规则 art. 26): out of
//! the ledger, with the entries it stands on.
//!
//! What is not here: counting packets, which the media server does, and checking the whole record.

use core::fmt::Write as _;

use model::archive::{Attendee, Proof, Proofs};
use model::{Actor, Fact, ParticipantId, Role, Timestamp};

use crate::announcement::clock;
use crate::calendar::Day;

/// What the ledger says of one person's isolation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation<'a> {
    /// Who was called.
    pub who: &'a Attendee,
    /// When they checked in.
    pub arrived: Option<Timestamp>,
    /// When they were called first.
    pub called: Timestamp,
    /// Media packets sent to them before.
    pub packets: u64,
    /// Who sat at the same place or behind the same address at the call.
    pub beside: Vec<&'a Attendee>,
    /// How often the server was started anew while they waited: counters begin again then.
    pub restarts: u32,
    /// The ledger's minutes this stands on.
    pub entries: Vec<&'a Proof>,
    /// What follows.
    pub finding: Finding,
}

/// What follows from the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// No packet before the call, counted without a break, in a ledger that is whole.
    Proven,
    /// Something was sent before the call.
    Leak,
    /// The counters did not run through, or the ledger is not whole.
    Unproven,
}

/// One finding for each person who was called, in the order of their calls.
pub fn of(proofs: &Proofs) -> Vec<Isolation<'_>> {
    let attendee =
        |who: ParticipantId| proofs.line.attendees.iter().find(move |attendee| attendee.id == who);
    let mut found = Vec::new();
    for (place, proof) in proofs.minutes.iter().enumerate() {
        let Fact::Isolation { who, packets, beside } = &proof.minute.fact else { continue };
        let Some(person) = attendee(*who) else { continue };
        let before = &proofs.minutes[..place];
        let came = before.iter().rposition(
            |proof| matches!(&proof.minute.fact, Fact::Arrived { who: came, .. } if came == who),
        );
        let waited = &before[came.unwrap_or(place)..];
        let restarts: Vec<_> =
            waited.iter().filter(|proof| proof.minute.fact == Fact::NodeRestarted).collect();
        let admitted = proofs.minutes[place..].iter().find(
            |proof| matches!(&proof.minute.fact, Fact::Admitted { who: let_in } if let_in == who),
        );
        let arrived = came.and_then(|came| before.get(came));
        let mut entries: Vec<_> = arrived.into_iter().collect();
        entries.extend(restarts.iter().copied());
        entries.push(proof);
        entries.extend(admitted);
        found.push(Isolation {
            who: person,
            arrived: arrived.map(|proof| proof.minute.at),
            called: admitted.map_or(proof.minute.at, |proof| proof.minute.at),
            packets: *packets,
            beside: beside.iter().filter_map(|other| attendee(*other)).collect(),
            restarts: u32::try_from(restarts.len()).unwrap_or(u32::MAX),
            entries,
            finding: match (*packets, restarts.len(), proofs.whole) {
                (0, 0, true) => Finding::Proven,
                (0, _, _) => Finding::Unproven,
                (_, _, _) => Finding::Leak,
            },
        });
    }
    found
}

/// The certificates of a hearing as one page to print, a sheet for each person; `made_at` is when.
pub fn page(proofs: &Proofs, made_at: Timestamp) -> String {
    let found = of(proofs);
    let mut html = String::from(HEAD);
    if found.is_empty() {
        html.push_str(
            "<section><h1>证人隔离证明</h1><p>本次庭审没有传唤证人、鉴定人、勘验人或者有专门知识的人。\
             <br><small>Nobody was called in this hearing.</small></p></section>",
        );
    }
    for isolation in &found {
        sheet(&mut html, proofs, isolation, made_at);
    }
    html.push_str("</body></html>\n");
    html
}

fn sheet(html: &mut String, proofs: &Proofs, isolation: &Isolation<'_>, made_at: Timestamp) {
    let (mark, zh, en) = match isolation.finding {
        Finding::Proven => (
            "proven",
            "该人员在首次传唤之前未收到本次庭审的任何音视频。",
            "Before the first call no sound and no picture of this hearing was sent to this person.",
        ),
        Finding::Leak => (
            "leak",
            "该人员在首次传唤之前收到过音视频数据，隔离不成立，请法庭核查。",
            "Media was sent to this person before the first call: the isolation failed.",
        ),
        Finding::Unproven => (
            "unproven",
            "计数不连续或者账本不完整，本证明不能得出未收到音视频的结论。",
            "The count was broken, or the ledger is not whole: nothing can be concluded.",
        ),
    };
    html.push_str("<section><h1>证人隔离证明</h1>");
    html.push_str("<p class=\"en\">Certificate of isolation before the call</p>");
    put(html, format_args!("<p class=\"finding {mark}\">{zh}<br><small>{en}</small></p><table>"));
    for (name, value) in rows(proofs, isolation) {
        put(html, format_args!("<tr><th>{name}</th><td>{value}</td></tr>"));
    }
    html.push_str("</table><h2>所依据的账本条目 · Ledger entries</h2><table class=\"entries\">");
    html.push_str(
        "<tr><th>编号 n</th><th>时间 at</th><th>事项 entry</th><th>SHA-256 / SM3</th></tr>",
    );
    for Proof { number, sha256, sm3, minute } in isolation.entries.iter().copied() {
        let by = actor(minute.by, &proofs.line.attendees);
        let (at, fact) = (moment(minute.at), fact(&minute.fact));
        put(
            html,
            format_args!(
                "<tr><td>{number}</td><td>{at}</td><td>{fact}<br><small>{by}</small></td>"
            ),
        );
        put(html, format_args!("<td><code>{sha256}</code><br><code>{sm3}</code></td></tr>"));
    }
    let whole = if proofs.whole { "连续 · whole" } else { "<b>不连续 · broken</b>" };
    let Proofs { entries, head_sha256, head_sm3, .. } = proofs;
    put(
        html,
        format_args!("</table><p class=\"foot\">账本共 {entries} 条，{whole}。末条摘要 · head: "),
    );
    put(html, format_args!("SHA-256 <code>{head_sha256}</code>, SM3 <code>{head_sm3}</code>。"));
    html.push_str(
        "数据包由媒体服务器逐包计数；可用 <code>assize verify</code> 离线核对全部条目和文件。",
    );
    let (made, hearing) = (moment(made_at), proofs.line.hearing.0);
    put(html, format_args!("生成时间 · made {made}。庭审编号 · hearing {hearing}。</p></section>"));
}

/// What is known, each under its name.
fn rows(proofs: &Proofs, isolation: &Isolation<'_>) -> [(&'static str, String); 11] {
    let heading = &proofs.line.heading;
    let who = isolation.who;
    let (zh, en) = role(who.role);
    let place = if who.site_name.is_empty() { "—" } else { &who.site_name };
    let waited = isolation.arrived.map(|arrived| isolation.called.since(arrived).as_secs());
    let waited = waited.map(|s| format!("{0} 分 {1} 秒 · {0} min {1} s", s / 60, s % 60));
    let beside: Vec<_> = isolation.beside.iter().map(|other| beside_line(who, other)).collect();
    let nothing = || "—".to_owned();
    [
        ("法院 · Court", escape(&heading.court)),
        ("案号 · Case", escape(heading.case_number.reveal())),
        ("案由 · Cause", escape(heading.cause.reveal())),
        ("被传唤人 · Person called", format!("{}（{zh} · {en}）", escape(who.name.reveal()))),
        ("所在场所 · Place", escape(place)),
        ("签到时间 · Checked in", isolation.arrived.map_or_else(nothing, moment)),
        ("候传时长 · Waited", waited.unwrap_or_else(nothing)),
        ("首次传唤 · First call", moment(isolation.called)),
        (
            "传唤前收到的音视频数据包 · Media packets before the call",
            format!("<b>{}</b>", isolation.packets),
        ),
        ("候传期间服务重启 · Server started anew meanwhile", isolation.restarts.to_string()),
        (
            "同一场所或者同一网络地址 · Same place or address",
            if beside.is_empty() { "无 · none".to_owned() } else { beside.join("<br>") },
        ),
    ]
}

fn beside_line(who: &Attendee, other: &Attendee) -> String {
    let (zh, en) = role(other.role);
    let name = escape(other.name.reveal());
    let how = if who.site.is_some() && who.site == other.site {
        "同一场所 · same place"
    } else {
        "同一网络地址 · same address"
    };
    format!("{name}（{zh} · {en}）：{how}")
}

/// Who brought an entry about.
fn actor(by: Actor, attendees: &[Attendee]) -> String {
    let Actor::Participant { id } = by else { return "服务器 · the server".to_owned() };
    attendees.iter().find(|attendee| attendee.id == id).map_or_else(
        || format!("人员 · person {}", id.0),
        |attendee| {
            let (zh, en) = role(attendee.role);
            format!("{}（{zh} · {en}）", escape(attendee.name.reveal()))
        },
    )
}

/// What a minute says, for the few kinds a certificate stands on.
fn fact(fact: &Fact) -> String {
    if let Fact::Isolation { packets, .. } = fact {
        format!("传唤前数据包 {packets} · isolation, {packets} packets")
    } else if matches!(fact, Fact::Arrived { .. }) {
        "签到 · checked in".to_owned()
    } else if matches!(fact, Fact::Admitted { .. }) {
        "传唤到庭 · called in".to_owned()
    } else {
        "服务重启 · server started anew".to_owned()
    }
}

/// The words for who may be called, and for who may sit beside them.
fn role(role: Role) -> (&'static str, String) {
    match role {
        Role::Witness
        | Role::Appraiser
        | Role::Inspector
        | Role::Expert
        | Role::Plaintiff
        | Role::Defendant
        | Role::ThirdParty
        | Role::Agent
        | Role::LegalRepresentative
        | Role::Interpreter
        | Role::SignInterpreter
        | Role::Attendant => (role.chinese(false), role.english(false).to_lowercase()),
        Role::PresidingJudge
        | Role::Judge
        | Role::Assessor
        | Role::JudgeAssistant
        | Role::Clerk
        | Role::RecordingOfficer
        | Role::Bailiff
        | Role::ChairMediator
        | Role::Mediator
        | Role::Adviser
        | Role::Lecturer => ("法庭人员", "of the court".to_owned()),
        Role::Gallery | Role::Media | Role::Learner | Role::Visitor => {
            ("其他人员", "other".to_owned())
        }
    }
}

/// A moment in China's time, to the second.
pub(crate) fn moment(at: Timestamp) -> String {
    let (year, month, day) = Day::of(at).civil();
    let (hour, minute) = clock(at);
    let second = at.0.div_euclid(1_000).rem_euclid(60);
    format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// A text inside HTML.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Appends to the page.
pub(crate) fn put(html: &mut String, what: core::fmt::Arguments<'_>) {
    html.write_fmt(what).expect("writing to a string does not fail");
}

const HEAD: &str = "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>证人隔离证明</title><style>\
body{font-family:\"Noto Sans CJK SC\",\"Microsoft YaHei\",SimSun,sans-serif;color:#111;background:#fff;\
max-width:46rem;margin:2rem auto;padding:0 1.5rem;line-height:1.6}\
h1{font-size:1.7rem;text-align:center;margin:0}h2{font-size:1.05rem;margin:1.4rem 0 .4rem}\
.en{text-align:center;margin:0 0 1rem;color:#444}small{color:#444}\
table{border-collapse:collapse;width:100%}th,td{border:1px solid #888;padding:.35rem .6rem;text-align:left;\
vertical-align:top}th{font-weight:600;width:15rem;background:#f4f4f4}.entries th{width:auto}\
code{font-size:.68rem;overflow-wrap:anywhere}\
.finding{border:2px solid;padding:.7rem 1rem;font-size:1.1rem}.proven{border-color:#1b6e2f}\
.leak{border-color:#b00020;color:#b00020}.unproven{border-color:#8a5a00}\
.foot{font-size:.8rem;color:#333;margin-top:1rem}section{page-break-after:always;margin-bottom:3rem}\
@media print{body{margin:0;max-width:none}}</style></head><body>";

#[cfg(test)]
mod tests {
    use model::archive::ArchiveLine;
    use model::view::Heading;
    use model::{Brief, HearingId, Minute, Private, SiteId};

    use super::*;

    const WEN: ParticipantId = ParticipantId(7);
    const ANNA: ParticipantId = ParticipantId(3);

    fn arrived() -> Fact {
        Fact::Arrived {
            who: WEN,
            others_present: Private::default(),
            camera: true,
            microphone: true,
            faults: Vec::new(),
            version: String::new(),
        }
    }

    fn isolation(packets: u64) -> Fact {
        Fact::Isolation { who: WEN, packets, beside: vec![ANNA] }
    }

    fn proofs(facts: Vec<Fact>) -> Proofs {
        let mut wen = Attendee::new(WEN, Role::Witness, "<王> & 五".into());
        wen.site = Some(SiteId(4));
        let mut anna = Attendee::new(ANNA, Role::Plaintiff, "张三".into());
        anna.site = Some(SiteId(4));
        let heading = Heading {
            court: "咸安区人民法院".to_owned(),
            case_number: "（2026）001".into(),
            cause: "借贷".into(),
            scheduled_at: Timestamp(0),
        };
        let minute = |(place, fact): (usize, Fact)| {
            let at = Timestamp(60_000 * i64::try_from(place).unwrap());
            let number = 10 + u64::try_from(place).unwrap();
            let minute = Minute { at, by: Actor::Server, fact };
            Proof { number, sha256: "ab".repeat(32), sm3: "cd".repeat(32), minute }
        };
        Proofs {
            line: ArchiveLine {
                hearing: HearingId(1),
                heading,
                brief: Brief::default(),
                attendees: vec![anna, wen],
                opened_at: None,
                closed_at: None,
                sealed: true,
                bytes: 0,
            },
            minutes: facts.into_iter().enumerate().map(minute).collect(),
            whole: true,
            entries: 30,
            head_sha256: "00".repeat(32),
            head_sm3: "11".repeat(32),
        }
    }

    #[test]
    fn the_certificate_stands_on_the_ledgers_entries() {
        let called = Fact::Admitted { who: WEN };
        let proofs = proofs(vec![arrived(), Fact::Opened, isolation(0), called]);
        let found = of(&proofs);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].finding, Finding::Proven);
        let numbers: Vec<_> = found[0].entries.iter().map(|proof| proof.number).collect();
        assert_eq!(numbers, [10, 12, 13]);
        assert_eq!(found[0].called.since(found[0].arrived.unwrap()).as_secs(), 180);
        let html = page(&proofs, Timestamp(0));
        for part in
            ["&lt;王&gt; &amp; 五", "同一场所", "3 分 0 秒", "<b>0</b>", "finding proven", "abab"]
        {
            assert!(html.contains(part), "{part}");
        }
        assert!(!html.contains("<王>"));
    }

    #[test]
    fn a_leak_a_restart_or_a_broken_chain_makes_it_fail() {
        let with = |facts| of(&proofs(facts))[0].finding;
        let called = Fact::Admitted { who: WEN };
        assert_eq!(with(vec![arrived(), isolation(7), called.clone()]), Finding::Leak);
        let restarted = vec![arrived(), Fact::NodeRestarted, isolation(0), called.clone()];
        assert_eq!(with(restarted), Finding::Unproven);
        // A restart before they came is none of theirs.
        let before = vec![Fact::NodeRestarted, arrived(), isolation(0), called.clone()];
        assert_eq!(with(before), Finding::Proven);
        let broken = Proofs { whole: false, ..proofs(vec![arrived(), isolation(0), called]) };
        assert_eq!(of(&broken)[0].finding, Finding::Unproven);
        assert!(page(&broken, Timestamp(0)).contains("不连续"));
        assert!(page(&proofs(vec![]), Timestamp(0)).contains("没有传唤"));
    }
}
