//! The recording note (录音录像说明) and the explanation of faults (情况说明), out of the ledger
//! (法释〔2017〕5号 art. 3, 4).

use ::docket::recording_note::{pauses, what, when};
use ::papers::{Block, Form, Paper, Row, Section, SignaturePlace, Signed, Table, Text};
use model::Role;
use model::recording::{RecordFacts, Trouble};
use protocol::Explanation;

use super::{begun, stands_on};

/// The note; none where nothing was recorded.
pub(super) fn note(facts: &RecordFacts) -> Option<Paper> {
    let first = facts.rolls.first()?;
    let line = &facts.line;
    let mut paper = begun(Form::RecordingNote, "庭审录音录像说明", line);
    let last = facts.rolls.last().and_then(|roll| roll.to);
    let officer = [Role::RecordingOfficer, Role::Clerk]
        .iter()
        .find_map(|role| line.attendees.iter().find(|attendee| attendee.role == *role));
    let (hours, minutes) = (facts.media_ms / 3_600_000, facts.media_ms / 60_000 % 60);
    let length = format!("{hours} 小时 {minutes} 分 {} 秒", facts.media_ms / 1_000 % 60);
    let again = |kind: fn(&Trouble) -> bool| {
        facts.events.iter().filter(|event| kind(&event.trouble)).count()
    };
    let reset = again(|trouble| matches!(trouble, Trouble::Reanchor { .. }));
    paper.meta.extend([
        Row::new("录音录像编号", line.hearing.to_string().as_str()),
        Row::new("录制开始", papers::moment(first.from).as_str()),
        Row::new("录制结束", last.map_or_else(|| "未结束".to_owned(), papers::moment).as_str()),
        Row::new("时长（含中断）", length.as_str()),
        Row::new("时钟", format!("服务器时钟（北京时间）；音视频重新对时 {reset} 次").as_str()),
        Row::new("软件", facts.software.join("、").as_str()),
    ]);
    paper.sections = vec![
        Section { heading: "一、中断".into(), blocks: vec![interruptions(facts)] },
        Section { heading: "二、故障与缺失".into(), blocks: vec![troubles(facts)] },
    ];
    let needed = facts.to_explain().count();
    if needed > 0 {
        let text = format!("有 {needed} 项故障，须由审判长或者独任审判员签署情况说明后方可归档。");
        paper.notes.push(Text::new(&text));
    }
    paper.notes.push(stands_on(facts));
    paper.signatures = vec![SignaturePlace {
        role: "录音录像负责人".into(),
        name: officer.map_or_else(Text::default, |officer| officer.name.reveal().as_str().into()),
        signed: Signed::Open,
    }];
    Some(paper)
}

fn none() -> Block {
    Block::Text { text: "无。".into() }
}

fn interruptions(facts: &RecordFacts) -> Block {
    let rows: Vec<Vec<Text>> = pauses(facts)
        .into_iter()
        .map(|pause| {
            let (why, _) = pause.why.words();
            let mark = if pause.why.is_lawful() { "" } else { "（不属于法定中断事由）" };
            let to = pause.to.map_or_else(|| "—".to_owned(), papers::moment);
            let entry =
                pause.entry.map_or_else(|| "—".to_owned(), |entry| entry.number.to_string());
            [papers::moment(pause.from), to, format!("{why}{mark}"), entry]
                .iter()
                .map(|cell| Text::new(cell))
                .collect()
        })
        .collect();
    if rows.is_empty() {
        return none();
    }
    let columns = [("起", 5), ("止", 5), ("事由", 6), ("账本条目", 3)];
    Block::Table(Table {
        columns: columns.map(|(head, share)| (Text::new(head), share)).to_vec(),
        rows,
    })
}

fn troubles(facts: &RecordFacts) -> Block {
    let rows: Vec<Vec<Text>> = facts
        .events
        .iter()
        .map(|event| {
            [when(event), what(facts, event), event.number.to_string()]
                .iter()
                .map(|cell| Text::new(cell))
                .collect()
        })
        .collect();
    if rows.is_empty() {
        return none();
    }
    let columns = [("时间", 6), ("情况", 9), ("账本条目", 3)];
    Block::Table(Table {
        columns: columns.map(|(head, share)| (Text::new(head), share)).to_vec(),
        rows,
    })
}

/// The explanation as it was signed.
pub(super) fn explanation(facts: &RecordFacts, signed: &Explanation) -> Paper {
    let mut paper = begun(Form::Explanation, "情况说明", &facts.line);
    paper.meta.push(Row::new("录音录像编号", facts.line.hearing.to_string().as_str()));
    let text = signed.text.reveal().as_str().into();
    paper.sections = vec![Section { heading: Text::default(), blocks: vec![Block::Text { text }] }];
    paper.notes =
        vec![Text::new(&format!("签署文本的摘要 SHA-256 {}。", signed.sha256)), stands_on(facts)];
    let leads = facts.line.attendees.iter().find(|a| a.role.leads(facts.line.brief.kind));
    paper.signatures = vec![SignaturePlace {
        role: leads
            .map_or("审判长（独任审判员）", |leads| {
                leads.role.chinese(facts.line.brief.course.panel)
            })
            .into(),
        name: Text::default(),
        signed: Signed::Yes {
            method: "在线输入姓名确认".into(),
            at: signed.at,
            strokes: None,
            typed: Some(signed.signature.reveal().as_str().into()),
        },
    }];
    paper
}
