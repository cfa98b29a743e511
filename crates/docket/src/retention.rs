//! How long a record is kept (《人民法院诉讼档案保管期限的规定》: permanent, 60 years, 20 years), and
//! what has to be so before it may be deleted.
//!
//! What is not here: deleting, and who may do it.

use model::{Kind, Timestamp};
use serde::{Deserialize, Serialize};

use crate::calendar::Day;

/// Years a rule may name at most.
pub const YEARS_MAX: u16 = 200;

/// One line of the schedule. The first that fits a record holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Of which kind of sitting; none is every kind.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// What the case number contains (`刑初`); none is every case.
    #[serde(default)]
    pub case: Option<String>,
    /// Years after the closing; none keeps it for ever.
    #[serde(default)]
    pub years: Option<u16>,
}

/// What a court decided about keeping its records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schedule {
    rules: Vec<Rule>,
}

impl Default for Schedule {
    /// Criminal cases for ever, lectures and calls 20 years, everything else 60 years: never
    /// shorter than what the rule asks of the case file the record belongs to.
    fn default() -> Self {
        let rule =
            |kind, case: Option<&str>, years| Rule { kind, case: case.map(str::to_owned), years };
        Self {
            rules: vec![
                rule(None, Some("刑"), None),
                rule(Some(Kind::Lecture), None, Some(20)),
                rule(Some(Kind::Call), None, Some(20)),
                rule(None, None, Some(60)),
            ],
        }
    }
}

/// Until when a record is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// Until this moment.
    Until(Timestamp),
    /// For ever, and where no rule fits.
    Forever,
}

impl Schedule {
    /// A schedule of these rules.
    ///
    /// # Errors
    /// A sentence when one of them names no year or too many.
    pub fn new(rules: Vec<Rule>) -> Result<Self, &'static str> {
        if rules.len() > model::limits::RETENTION_RULES_MAX {
            return Err("too many rules");
        }
        let odd = |years: u16| years == 0 || years > YEARS_MAX;
        if rules.iter().filter_map(|rule| rule.years).any(odd) {
            return Err("years are 1 to 200; leave them out to keep a record for ever");
        }
        Ok(Self { rules })
    }

    /// Its rules.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Until when the record of a sitting is kept that ended at `ended`; `cases` are its case
    /// numbers.
    pub fn of(&self, kind: Kind, cases: &[&str], ended: Timestamp) -> Kept {
        let fits = |rule: &&Rule| {
            rule.kind.is_none_or(|wanted| wanted == kind)
                && rule
                    .case
                    .as_deref()
                    .is_none_or(|part| cases.iter().any(|case| case.contains(part)))
        };
        match self.rules.iter().find(fits).and_then(|rule| rule.years) {
            Some(years) => Kept::Until(years_after(ended, years)),
            None => Kept::Forever,
        }
    }
}

impl Kept {
    /// Whether it may be deleted at `now`, nothing else standing against it.
    pub fn is_over(self, now: Timestamp) -> bool {
        match self {
            Self::Until(until) => until <= now,
            Self::Forever => false,
        }
    }

    /// The moment, where there is one.
    pub const fn until(self) -> Option<Timestamp> {
        match self {
            Self::Until(until) => Some(until),
            Self::Forever => None,
        }
    }
}

/// The beginning of the day after the same day so many years later, in Beijing: a term in years ends
/// with its last day; where that year has no such day, with the last of the month (民法典 art. 202).
fn years_after(ended: Timestamp, years: u16) -> Timestamp {
    let (year, month, day) = Day::of(ended).civil();
    let year = year.saturating_add(i32::from(years));
    let last = Day::from_civil(year, month, day).or(Day::from_civil(year, month, 28));
    last.map_or(Timestamp(i64::MAX), |last| last.plus(1).begin())
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR_MS: i64 = 365 * 24 * 3_600_000;
    /// 2026-03-09 09:00 in Beijing.
    const ENDED: Timestamp = Timestamp(1_773_018_000_000);

    fn kept(schedule: &Schedule, kind: Kind, case: &str) -> Kept {
        schedule.of(kind, &[case], ENDED)
    }

    #[test]
    fn the_first_rule_that_fits_holds() {
        let usual = Schedule::default();
        assert_eq!(kept(&usual, Kind::Hearing, "（2026）鄂1202刑初1号"), Kept::Forever);
        let Kept::Until(civil) = kept(&usual, Kind::Hearing, "（2026）鄂1202民初1号") else {
            panic!("a civil case has an end")
        };
        let Kept::Until(lecture) = kept(&usual, Kind::Lecture, "讲堂") else {
            panic!("a lecture has an end")
        };
        assert!(civil.0 - ENDED.0 > 60 * YEAR_MS && civil.0 - ENDED.0 < 61 * YEAR_MS);
        assert!(lecture.0 - ENDED.0 > 20 * YEAR_MS && lecture.0 - ENDED.0 < 21 * YEAR_MS);
    }

    #[test]
    fn where_no_rule_fits_nothing_is_ever_deleted() {
        let nothing = Schedule::new(Vec::new()).expect("no rule is a schedule");
        let kept = kept(&nothing, Kind::Hearing, "a");
        assert_eq!(kept, Kept::Forever);
        assert!(!kept.is_over(Timestamp(i64::MAX)));
    }

    #[test]
    fn a_term_ends_with_its_last_day_in_beijing() {
        let one = Rule { kind: None, case: None, years: Some(1) };
        let schedule = Schedule::new(vec![one]).expect("one year is a rule");
        let kept = kept(&schedule, Kind::Hearing, "a");
        // 2027-03-10 00:00 in Beijing.
        let end = Timestamp(1_804_608_000_000);
        assert_eq!(kept, Kept::Until(end));
        assert!(!kept.is_over(Timestamp(end.0 - 1)) && kept.is_over(end));
    }

    #[test]
    fn odd_years_are_refused() {
        for years in [0, 201] {
            let rule = Rule { kind: None, case: None, years: Some(years) };
            assert!(Schedule::new(vec![rule]).is_err());
        }
    }
}
