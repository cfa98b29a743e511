//! Lists and certificates: who attended, who was notified, who heard nothing before the call.

use ::docket::api::NoticeLine;
use ::docket::attendance as rolls;
use ::docket::isolation::{Finding, Isolation, of};
use ::papers::{Block, Form, Paper, Row, Section, SignaturePlace, Signed, Table, Text};
use model::archive::{ArchiveLine, Attendee, Proofs};
use model::recording::RecordFacts;
use model::{Attendance, Fact, Minute, ParticipantId, Role, Timestamp};

use super::{begun, called, held, named, stands_on, words};

fn table<const N: usize>(columns: [(&str, u8); N], rows: Vec<[String; N]>) -> Block {
    let rows = rows.iter().map(|row| row.iter().map(|cell| Text::new(cell)).collect()).collect();
    Block::Table(Table {
        columns: columns.map(|(head, share)| (Text::new(head), share)).to_vec(),
        rows,
    })
}

fn or_dash(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "—".to_owned(), papers::moment)
}

/// Who came when and how they were identified, and in a lecture every roll; none where nobody came.
pub(super) fn attendance(facts: &RecordFacts) -> Option<Paper> {
    let line = &facts.line;
    let minutes: Vec<Minute> = facts.minutes.iter().map(|proof| proof.minute.clone()).collect();
    let arrived = |who: ParticipantId| {
        minutes.iter().find_map(|minute| {
            let Fact::Arrived { who: came, .. } = &minute.fact else { return None };
            (*came == who).then_some(minute.at)
        })
    };
    let checked = |who: ParticipantId| {
        minutes.iter().rev().find_map(|minute| {
            let Fact::IdentityChecked { who: of, method, .. } = &minute.fact else { return None };
            (*of == who).then_some(*method)
        })
    };
    if !line.attendees.iter().any(|attendee| arrived(attendee.id).is_some()) {
        return None;
    }
    let row = |attendee: &Attendee| {
        let at = arrived(attendee.id);
        let how = match (attendee.attendance, at) {
            (Attendance::InCourt, _) => "到庭",
            (Attendance::Online, Some(_)) => "在线",
            // The court's own people have no check-in.
            (Attendance::Online, None) if attendee.role.is_court() => "—",
            (Attendance::Online, None) => "未签到",
        };
        [
            attendee.role.chinese(line.brief.course.panel).to_owned(),
            attendee.name.reveal().clone(),
            how.to_owned(),
            if attendee.site_name.is_empty() {
                "—".to_owned()
            } else {
                attendee.site_name.clone()
            },
            or_dash(at),
            checked(attendee.id).map_or("—", words::identity).to_owned(),
        ]
    };
    let mut paper = begun(Form::Attendance, "到庭情况与签到表", line);
    paper.meta.push(Row::new("时间", held(line).as_str()));
    let columns =
        [("身份", 3), ("姓名", 3), ("方式", 2), ("场所", 4), ("签到时间", 5), ("核对方式", 4)];
    let people = table(columns, line.attendees.iter().map(row).collect());
    paper.sections = vec![Section { heading: Text::default(), blocks: vec![people] }];
    let called: Vec<_> = rolls::of(&minutes);
    if !called.is_empty() {
        let blocks = vec![roll_table(line, &called)];
        paper.sections.push(Section { heading: "讲堂点名".into(), blocks });
    }
    paper.notes = vec![stands_on(facts)];
    Some(paper)
}

fn roll_table(line: &ArchiveLine, called: &[rolls::Roll]) -> Block {
    let sites: Vec<_> = line.attendees.iter().filter(|a| a.role == Role::Learner).collect();
    let mut rows = Vec::new();
    for (number, roll) in (1..).zip(called) {
        for site in &sites {
            let answer = roll.answers.get(&site.id);
            let silent = roll.silent.as_ref().is_some_and(|silent| silent.contains(&site.id));
            let state = match answer {
                Some(_) => "已应答",
                None if silent => "限时内未应答",
                None => "未应答",
            };
            rows.push([
                i32::to_string(&number),
                papers::moment(roll.asked_at),
                if site.site_name.is_empty() { named(line, site) } else { site.site_name.clone() },
                or_dash(answer.map(|(at, _)| *at)),
                answer.map_or_else(String::new, |(_, people)| people.to_string()),
                state.to_owned(),
            ]);
        }
    }
    let columns =
        [("次序", 2), ("发起时间", 5), ("站点", 5), ("应答时间", 5), ("人数", 2), ("情况", 3)];
    table(columns, rows)
}

/// Notices with their receipts; none where nobody was notified.
pub(super) fn service(line: &ArchiveLine, notices: &[NoticeLine]) -> Option<Paper> {
    if notices.is_empty() {
        return None;
    }
    let people = &line.attendees;
    let mut paper = begun(Form::Service, "送达情况表", line);
    paper.meta.push(Row::new("开庭时间", papers::moment(line.heading.scheduled_at).as_str()));
    let row = |notice: &NoticeLine| {
        let to = people.iter().find(|person| person.id == notice.who);
        let how = notice.how.reveal();
        let state = words::notice(notice.state);
        let more = if notice.fault.is_empty() { how.as_str() } else { notice.fault.as_str() };
        [
            to.map_or_else(|| notice.who.to_string(), |to| named(line, to)),
            words::channel(notice.channel).to_owned(),
            or_dash(notice.sent_at),
            or_dash(notice.delivered_at),
            or_dash(notice.confirmed_at),
            if more.is_empty() { state.to_owned() } else { format!("{state}：{more}") },
        ]
    };
    let columns =
        [("受送达人", 4), ("方式", 3), ("发出", 4), ("到达", 4), ("确认", 4), ("情况", 4)];
    let blocks = vec![table(columns, notices.iter().map(row).collect())];
    paper.sections = vec![Section { heading: Text::default(), blocks }];
    paper.notes = vec!["短信、电子邮件等简便方式的通知，未经当事人确认或者没有其他证据证明已经收到的，不得据以缺席判决。".into()];
    let clerk = people.iter().find(|person| person.role == Role::Clerk);
    paper.signatures = vec![SignaturePlace {
        role: "书记员".into(),
        name: clerk.map_or_else(Text::default, |clerk| clerk.name.reveal().as_str().into()),
        signed: Signed::Open,
    }];
    Some(paper)
}

/// Certificates of isolation, one after the other; none where nobody was called.
pub(super) fn isolation(facts: &RecordFacts) -> Option<Paper> {
    let proofs = Proofs {
        line: facts.line.clone(),
        minutes: facts.minutes.clone(),
        whole: facts.whole,
        entries: facts.entries,
        head_sha256: facts.head_sha256.clone(),
        head_sm3: facts.head_sm3.clone(),
    };
    let found = of(&proofs);
    if found.is_empty() {
        return None;
    }
    let mut paper = begun(Form::Isolation, "证人隔离证明", &facts.line);
    paper.sections = found.iter().map(|each| certificate(facts, each)).collect();
    paper.notes = vec![
        "数据包由媒体服务器逐包计数；可用 assize verify 离线核对全部条目和文件。".into(),
        stands_on(facts),
    ];
    Some(paper)
}

fn certificate(facts: &RecordFacts, isolation: &Isolation<'_>) -> Section {
    let who = isolation.who;
    let finding = match isolation.finding {
        Finding::Proven => "该人员在首次传唤之前未收到本次庭审的任何音视频。",
        Finding::Leak => "该人员在首次传唤之前收到过音视频数据，隔离不成立，请法庭核查。",
        Finding::Unproven => "计数不连续或者账本不完整，本证明不能得出未收到音视频的结论。",
    };
    let waited = isolation.arrived.map(|arrived| isolation.called.since(arrived).as_secs());
    let waited = waited.map_or_else(|| "—".to_owned(), |s| format!("{} 分 {} 秒", s / 60, s % 60));
    let beside: Vec<_> = isolation.beside.iter().map(|other| named(&facts.line, other)).collect();
    let beside = if beside.is_empty() { "无".to_owned() } else { beside.join("、") };
    let lines = format!(
        "签到时间：{}；首次传唤：{}；候传时长：{waited}。\n传唤前收到的音视频数据包：{}；候传期间服务重启：{} \
         次。\n同一场所或者同一网络地址的人员：{beside}。\n结论：{finding}",
        or_dash(isolation.arrived),
        papers::moment(isolation.called),
        isolation.packets,
        isolation.restarts,
    );
    let row = |proof: &&model::archive::Proof| {
        [proof.number.to_string(), papers::moment(proof.minute.at), proof.sha256.clone()]
    };
    let entries = table(
        [("条目", 2), ("时间", 5), ("SHA-256", 12)],
        isolation.entries.iter().map(row).collect(),
    );
    let (role, name) = called(&facts.line, who.id);
    Section {
        heading: Text::new(&format!("{} {}", role.as_str(), name.as_str())),
        blocks: vec![Block::Text { text: Text::new(&lines) }, entries],
    }
}
