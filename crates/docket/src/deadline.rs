//! Deadlines of an online mediation, each with the moment it starts from.
//!
//! What is not here: what happens when one has passed (`application`).

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, Day};

/// Which deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// 双方共同选定调解员: two working days (在线调解规则 art. 10).
    Choose,
    /// 法院指定调解员: three working days (在线调解规则 art. 10).
    Name,
    /// 调解员表示是否接受: three working days (在线调解规则 art. 12).
    Answer,
    /// 调解期限: 30, 15 or 7 days (在线调解规则 art. 24).
    Mediate,
    /// 共同申请司法确认: 30 days from the effect of the agreement (民事诉讼法 art. 205).
    Confirm,
}

/// When the mediation takes place, which decides how long it may take (在线调解规则 art. 24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 立案前.
    BeforeFiling,
    /// 立案后，普通程序.
    Ordinary,
    /// 立案后，简易程序.
    Simplified,
}

impl Standing {
    /// Days a mediation may take without further consent.
    pub const fn days(self) -> i32 {
        match self {
            Self::BeforeFiling => 30,
            Self::Ordinary => 15,
            Self::Simplified => 7,
        }
    }
}

/// Days in which both may ask for the agreement to be confirmed.
const CONFIRM_DAYS: i32 = 30;

/// The last moment of a deadline that starts at `from`; its day does not count.
///
/// `Choose` starts when the other side agrees to mediate, `Name` when choosing ends without a
/// choice, `Answer` when the mediator is named, `Mediate` when the mediator accepts on the platform
/// (when a judge mediates: when the parties agree), `Confirm` with the effect of the agreement.
pub fn ends(calendar: &Calendar, term: Term, standing: Standing, from: Timestamp) -> Timestamp {
    let start = Day::of(from);
    let last = match term {
        Term::Choose => calendar.plus_working(start, 2),
        Term::Name | Term::Answer => calendar.plus_working(start, 3),
        Term::Mediate => calendar.plus_days(start, standing.days()),
        Term::Confirm => calendar.plus_days(start, CONFIRM_DAYS),
    };
    last.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<Day>().unwrap().begin().0 + 10 * 3_600_000)
    }

    fn october() -> Calendar {
        let off = (1..=7).map(|number| (format!("2026-10-0{number}").parse().unwrap(), false));
        Calendar::new(off.chain([("2026-10-10".parse().unwrap(), true)]))
    }

    fn last(term: Term, standing: Standing, from: &str) -> String {
        let end = ends(&october(), term, standing, at(from));
        assert_eq!(Day::of(Timestamp(end.0 + 1)), Day::of(end).plus(1), "it is the day's end");
        Day::of(end).to_string()
    }

    #[test]
    fn both_choose_within_two_working_days() {
        let standing = Standing::BeforeFiling;
        assert_eq!(last(Term::Choose, standing, "2026-06-01"), "2026-06-03");
        assert_eq!(last(Term::Choose, standing, "2026-06-04"), "2026-06-08", "over a weekend");
        assert_eq!(last(Term::Choose, standing, "2026-09-30"), "2026-10-09", "over a holiday");
    }

    #[test]
    fn the_court_names_and_the_mediator_answers_within_three() {
        for term in [Term::Name, Term::Answer] {
            assert_eq!(last(term, Standing::Ordinary, "2026-06-01"), "2026-06-04");
            assert_eq!(last(term, Standing::Ordinary, "2026-06-05"), "2026-06-10");
            assert_eq!(last(term, Standing::Ordinary, "2026-09-30"), "2026-10-10", "a make-up day");
        }
    }

    #[test]
    fn a_mediation_takes_thirty_fifteen_or_seven_days() {
        assert_eq!(last(Term::Mediate, Standing::BeforeFiling, "2026-06-01"), "2026-07-01");
        assert_eq!(last(Term::Mediate, Standing::Ordinary, "2026-06-01"), "2026-06-16");
        assert_eq!(last(Term::Mediate, Standing::Simplified, "2026-06-01"), "2026-06-08");
        assert_eq!(
            last(Term::Mediate, Standing::Simplified, "2026-09-25"),
            "2026-10-08",
            "holiday"
        );
        assert_eq!(
            last(Term::Mediate, Standing::Simplified, "2026-06-06"),
            "2026-06-15",
            "Saturday"
        );
    }

    #[test]
    fn confirmation_is_asked_for_within_thirty_days() {
        assert_eq!(last(Term::Confirm, Standing::Ordinary, "2026-06-01"), "2026-07-01");
        assert_eq!(last(Term::Confirm, Standing::Ordinary, "2026-09-04"), "2026-10-08");
    }

    #[test]
    fn a_period_ends_with_the_day_in_china() {
        let end = ends(&Calendar::default(), Term::Choose, Standing::Ordinary, at("2026-06-01"));
        // 15:59:59.999 UTC is the last moment of the day in China.
        assert_eq!((end.0 + 1).rem_euclid(24 * 3_600_000), 16 * 3_600_000);
    }
}
