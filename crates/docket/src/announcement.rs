//! The public notice of sittings (民事诉讼法 art. 139): open cases alone.
//!
//! What is not here: which sittings are due.

use model::view::Heading;
use model::{Brief, Kind, Publicity, Timestamp};

use crate::calendar::Day;

/// Hours China is ahead of UTC, in milliseconds.
const AHEAD_MS: i64 = 8 * 3_600_000;

/// One sitting to be announced.
#[derive(Clone, Copy, Debug)]
pub struct Announced<'a> {
    /// What stands on the door.
    pub heading: &'a Heading,
    /// What is settled.
    pub brief: &'a Brief,
    /// Names of the parties, side by side.
    pub parties: &'a [String],
    /// Name of who presides.
    pub judge: &'a str,
    /// Where.
    pub place: &'a str,
}

/// Whether a sitting may be announced to the public at all.
pub fn is_public(brief: &Brief) -> bool {
    brief.publicity == Publicity::Public && brief.kind == Kind::Hearing
}

/// The notice of one sitting; none when it is not public.
pub fn text(sitting: &Announced<'_>) -> Option<String> {
    let Announced { heading, brief, parties, judge, place } = sitting;
    if !is_public(brief) {
        return None;
    }
    let (year, month, day) = Day::of(heading.scheduled_at).civil();
    let (hour, minute) = clock(heading.scheduled_at);
    let mut numbers = vec![heading.case_number.reveal().as_str()];
    numbers.extend(brief.further_cases.iter().map(|case| case.case_number.reveal().as_str()));
    let place = if place.is_empty() { "在线庭审平台" } else { place };
    let judge = if judge.is_empty() { String::new() } else { format!("，由{judge}主持") };
    Some(format!(
        "{court}定于{year}年{month}月{day}日{hour}时{minute:02}分在{place}公开开庭审理{numbers}{parties}{cause}一案{judge}。特此公告。",
        court = heading.court,
        numbers = numbers.join("、"),
        parties = parties.join("与"),
        cause = heading.cause.reveal(),
    ))
}

/// The notice to one person of a sitting (传票、通知书 in short form).
pub fn notice(heading: &Heading, brief: &Brief, name: &str) -> String {
    let (year, month, day) = Day::of(heading.scheduled_at).civil();
    let (hour, minute) = clock(heading.scheduled_at);
    let what = match brief.kind {
        Kind::Hearing => "在线开庭审理",
        Kind::Mediation => "在线调解",
        Kind::EvidenceExchange => "在线组织证据交换",
        Kind::Inquiry => "在线询问",
        Kind::Lecture => "举办在线法治讲堂",
        Kind::Consultation | Kind::Call => "在线沟通",
    };
    format!(
        "{name}：{court}定于{year}年{month}月{day}日{hour}时{minute:02}分{what}{number}{cause}。请按时参加，并确认收到本通知。",
        court = heading.court,
        number = heading.case_number.reveal(),
        cause = heading.cause.reveal(),
    )
}

/// A notice with the address of the person's own page behind it.
pub fn with_link(notice: &str, link: &str) -> String {
    format!("{notice}点击进入：{link} （仅供本人使用，请勿转发）")
}

/// Hour and minute in China.
pub fn clock(at: Timestamp) -> (i64, i64) {
    let minutes = (at.0.saturating_add(AHEAD_MS)).div_euclid(60_000).rem_euclid(24 * 60);
    (minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading() -> Heading {
        Heading {
            court: "咸安区人民法院".to_owned(),
            case_number: "（2026）鄂1202民初1号".into(),
            cause: "民间借贷纠纷".into(),
            scheduled_at: Timestamp(
                "2026-06-10".parse::<Day>().unwrap().begin().0 + 9 * 3_600_000 + 300_000,
            ),
        }
    }

    #[test]
    fn an_open_hearing_has_a_notice() {
        let (heading, brief) = (heading(), Brief::default());
        let parties = ["张三".to_owned(), "李四".to_owned()];
        let sitting = Announced {
            heading: &heading,
            brief: &brief,
            parties: &parties,
            judge: "李法官",
            place: "",
        };
        let expected = "咸安区人民法院定于2026年6月10日9时05分在在线庭审平台公开开庭审理（2026）鄂1202民初1号张三与李四民间借贷纠纷一案，由李法官主持。特此公告。";
        assert_eq!(text(&sitting).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_closed_or_no_hearing_has_none() {
        let heading = heading();
        let mut briefs: Vec<Brief> = [Publicity::ClosedByLaw, Publicity::ClosedOnRequest]
            .map(|publicity| Brief { publicity, ..Brief::default() })
            .into();
        briefs.push(Brief { kind: Kind::Mediation, ..Brief::default() });
        for brief in &briefs {
            let sitting =
                Announced { heading: &heading, brief, parties: &[], judge: "", place: "" };
            assert_eq!(text(&sitting), None);
        }
    }
}
