//! Days of China and which of them are worked: holidays and make-up days are a list the court keeps.
//!
//! What is not here: the list itself; it comes in, because the State Council announces it each year.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeMap;

use model::Timestamp;
use model::limits::LISTED_DAYS_MAX;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 3_600_000;
/// China has one time, eight hours ahead of UTC, milliseconds.
const AHEAD_MS: i64 = 8 * 3_600_000;
/// Looking for a working day ends after so many days; no holiday is as long.
const SEARCH_DAYS_MAX: u32 = 3_660;

/// A day in China, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i32);

impl Day {
    /// The day in which a moment lies.
    pub fn of(at: Timestamp) -> Self {
        let days = at.0.saturating_add(AHEAD_MS).div_euclid(DAY_MS);
        Self(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }

    /// Its first moment.
    pub fn begin(self) -> Timestamp {
        Timestamp(i64::from(self.0) * DAY_MS - AHEAD_MS)
    }

    /// Its last moment: a period ends with its last day.
    pub fn end(self) -> Timestamp {
        Timestamp(self.begin().0 + DAY_MS - 1)
    }

    /// So many days later.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Days from `earlier` to this day; below zero when it is later.
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whether it is a Saturday or a Sunday.
    pub const fn is_weekend(self) -> bool {
        // 1970-01-01 was a Thursday.
        matches!(self.0.wrapping_add(3).rem_euclid(7), 5 | 6)
    }

    /// Year, month and day.
    pub fn civil(self) -> (i32, u32, u32) {
        // Days of the proleptic Gregorian calendar in eras of 400 years that begin in March.
        let days = i64::from(self.0) + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        let small = |number: i64| u32::try_from(number).unwrap_or_default();
        (i32::try_from(year).unwrap_or_default(), small(month), small(day))
    }

    /// The day of a date; none when there is no such date.
    pub fn from_civil(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=9_999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let from_march = i64::from(year) - i64::from(month <= 2);
        let era = from_march.div_euclid(400);
        let of_era = from_march.rem_euclid(400);
        let shifted = i64::from(if month > 2 { month - 3 } else { month + 9 });
        let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
        let days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
        let found = Self(i32::try_from(era * 146_097 + days - 719_468).ok()?);
        (found.civil() == (year, month, day)).then_some(found)
    }

    /// The month it lies in, as `2026-10`.
    pub fn month(self) -> String {
        let (year, month, _) = self.civil();
        format!("{year:04}-{month:02}")
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// What is not a date of the form `2026-10-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDay;

impl FromStr for Day {
    type Err = NoDay;

    fn from_str(text: &str) -> Result<Self, NoDay> {
        let mut parts = text.split('-');
        let mut next = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits)?;
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
        };
        let (year, month, day) = (next(4), next(2), next(2));
        let (Some(year), Some(month), Some(day), None) = (year, month, day, parts.next()) else {
            return Err(NoDay);
        };
        Self::from_civil(i32::try_from(year).map_err(|_| NoDay)?, month, day).ok_or(NoDay)
    }
}

/// Which days are worked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// Days that are not what their weekday says: holidays (false), make-up days (true).
    listed: BTreeMap<Day, bool>,
}

impl Calendar {
    /// A calendar with these days out of the ordinary; at most `LISTED_DAYS_MAX` are taken.
    pub fn new(listed: impl IntoIterator<Item = (Day, bool)>) -> Self {
        Self { listed: listed.into_iter().take(LISTED_DAYS_MAX).collect() }
    }

    /// Whether a day is worked.
    pub fn is_working(&self, day: Day) -> bool {
        self.listed.get(&day).copied().unwrap_or(!day.is_weekend())
    }

    /// The last day of a period of `days` working days; the day it starts on does not count
    /// (民事诉讼法 art. 85).
    pub fn plus_working(&self, start: Day, days: u32) -> Day {
        let mut day = start;
        let mut left = days;
        for _ in 0..SEARCH_DAYS_MAX {
            if left == 0 {
                break;
            }
            day = day.plus(1);
            left -= u32::from(self.is_working(day));
        }
        day
    }

    /// The last day of a period of `days` days; the day it starts on does not count, and a period
    /// that would end on a holiday ends on the first working day after it (民事诉讼法 art. 85).
    pub fn plus_days(&self, start: Day, days: i32) -> Day {
        let mut day = start.plus(days);
        for _ in 0..SEARCH_DAYS_MAX {
            if self.is_working(day) {
                break;
            }
            day = day.plus(1);
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    /// The first week of October 2026 off, worked on the Saturday after.
    fn october() -> Calendar {
        let off = (1..=7).map(|number| (day(&format!("2026-10-{number:02}")), false));
        Calendar::new(off.chain([(day("2026-10-10"), true)]))
    }

    #[test]
    fn days_are_days_of_china() {
        assert_eq!(Day::of(Timestamp(0)), Day(0));
        assert_eq!(day("1970-01-01").begin(), Timestamp(-AHEAD_MS));
        // 16:00 UTC is midnight in Xianning.
        let midnight = Timestamp(day("2026-03-01").begin().0);
        assert_eq!(Day::of(midnight).to_string(), "2026-03-01");
        assert_eq!(Day::of(Timestamp(midnight.0 - 1)).to_string(), "2026-02-28");
        assert_eq!(day("2024-02-29").plus(1).to_string(), "2024-03-01");
        assert_eq!(Day::of(Timestamp(i64::MAX)), Day(i32::MAX));
    }

    #[test]
    fn every_day_of_sixty_years_goes_there_and_back() {
        let mut last = (0, 0, 0);
        for number in 0..22_000 {
            let (year, month, date) = Day(number).civil();
            assert!((year, month, date) > last);
            last = (year, month, date);
            assert_eq!(Day::from_civil(year, month, date), Some(Day(number)));
        }
    }

    #[test]
    fn what_is_no_date_is_said() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-30",
            "26-01-01",
            "2026-1-1",
            "2026-01-01-1",
            "２０２６-01-01",
            "-026-01-01",
        ] {
            assert_eq!(text.parse::<Day>(), Err(NoDay), "{text}");
        }
    }

    #[test]
    fn weekends_holidays_and_make_up_days() {
        let calendar = october();
        assert!(!calendar.is_working(day("2026-09-26")), "a Saturday");
        assert!(calendar.is_working(day("2026-09-28")), "a Monday");
        assert!(!calendar.is_working(day("2026-10-05")), "a Monday that is a holiday");
        assert!(calendar.is_working(day("2026-10-10")), "a Saturday that is worked");
    }

    #[test]
    fn working_days_skip_holidays() {
        let calendar = october();
        assert_eq!(calendar.plus_working(day("2026-09-30"), 2).to_string(), "2026-10-09");
        assert_eq!(calendar.plus_working(day("2026-09-30"), 3).to_string(), "2026-10-10");
        assert_eq!(calendar.plus_working(day("2026-10-03"), 1).to_string(), "2026-10-08");
        assert_eq!(calendar.plus_working(day("2026-09-30"), 0).to_string(), "2026-09-30");
    }

    #[test]
    fn a_period_that_ends_on_a_holiday_ends_after_it() {
        let calendar = october();
        assert_eq!(calendar.plus_days(day("2026-09-20"), 15).to_string(), "2026-10-08");
        assert_eq!(calendar.plus_days(day("2026-09-11"), 7).to_string(), "2026-09-18");
        assert_eq!(calendar.plus_days(day("2026-09-12"), 7).to_string(), "2026-09-21", "Saturday");
    }

    #[test]
    fn a_calendar_without_working_days_ends_too() {
        let calendar = Calendar::new((0..1_000).map(|number| (Day(number), false)));
        assert!(calendar.plus_working(Day(0), 5) > Day(0));
        assert_eq!(calendar.listed.len(), LISTED_DAYS_MAX);
    }
}
