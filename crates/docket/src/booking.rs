//! Two sittings must not want the same place or person at once.
//!
//! What is not here: looking up what is booked; the list comes in.

use model::{Attendance, HearingId, SiteId, Timestamp};

/// A stretch of time a sitting is booked for; its end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
}

impl Span {
    /// So many minutes from a moment.
    pub fn new(from: Timestamp, minutes: u16) -> Self {
        Self { from, to: Timestamp(from.0.saturating_add(i64::from(minutes) * 60_000)) }
    }

    /// Whether both want some of the same time. One after the other is no conflict.
    pub const fn meets(self, other: Self) -> bool {
        self.from.0 < other.to.0 && other.from.0 < self.to.0
    }
}

/// What one sitting takes up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booking {
    /// Which sitting.
    pub hearing: HearingId,
    /// When.
    pub span: Span,
    /// Places: of the sitting and of its people, each once.
    pub sites: Vec<SiteId>,
    /// Accounts that sit in it.
    pub accounts: Vec<i64>,
}

/// What is wanted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// A place.
    Site {
        /// Which.
        site: SiteNumber,
        /// By which other sitting.
        with: HearingId,
    },
    /// A person.
    Account {
        /// Whose account.
        account: i64,
        /// By which other sitting.
        with: HearingId,
    },
}

/// A place by its number, in an order.
pub type SiteNumber = u32;

/// Everything a sitting wants that others have already; its own booking is passed over.
pub fn conflicts(wanted: &Booking, booked: &[Booking]) -> Vec<Conflict> {
    let mut found = Vec::new();
    for other in booked {
        if other.hearing == wanted.hearing || !other.span.meets(wanted.span) {
            continue;
        }
        let with = other.hearing;
        let sites = wanted.sites.iter().filter(|site| other.sites.contains(site));
        found.extend(sites.map(|SiteId(site)| Conflict::Site { site: *site, with }));
        let accounts = wanted.accounts.iter().filter(|who| other.accounts.contains(who));
        found.extend(accounts.map(|account| Conflict::Account { account: *account, with }));
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a place is too small for who comes there. `held_at` is where the sitting itself is held:
/// who attends in court comes there. A capacity of 0 is unknown.
pub fn is_too_small(
    (site, capacity): (SiteId, u16),
    held_at: Option<SiteId>,
    people: &[(Option<SiteId>, Attendance)],
) -> bool {
    let comes = |(from, how): &&(Option<SiteId>, Attendance)| {
        let in_court = *how == Attendance::InCourt && held_at == Some(site);
        in_court || *from == Some(site)
    };
    capacity > 0 && people.iter().filter(comes).count() > usize::from(capacity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_holds_so_many_and_what_is_unknown_is_not_in_the_way() {
        const STATION: SiteId = SiteId(7);
        const COURTROOM: SiteId = SiteId(8);
        let online = (Some(STATION), Attendance::Online);
        let people = [online, online, (None, Attendance::InCourt), (None, Attendance::Online)];
        let small = |site, capacity| is_too_small((site, capacity), Some(COURTROOM), &people);
        assert!(!small(STATION, 2) && small(STATION, 1), "two come to the station");
        assert!(!small(COURTROOM, 1), "one comes to court");
        assert!(!small(STATION, 0), "nobody knows how many it holds");
        assert!(is_too_small((STATION, 2), Some(STATION), &people), "and one to court there");
        assert!(!is_too_small((COURTROOM, 1), None, &people));
    }

    fn booking(hearing: u32, hour: i64, minutes: u16, site: u32, account: i64) -> Booking {
        Booking {
            hearing: HearingId(hearing),
            span: Span::new(Timestamp(hour * 3_600_000), minutes),
            sites: vec![SiteId(site)],
            accounts: vec![account],
        }
    }

    #[test]
    fn one_place_and_one_person_at_a_time() {
        let booked = [booking(1, 9, 60, 7, 3)];
        let with = HearingId(1);
        assert_eq!(
            conflicts(&booking(2, 9, 60, 7, 3), &booked),
            [Conflict::Site { site: 7, with }, Conflict::Account { account: 3, with }]
        );
        assert_eq!(conflicts(&booking(2, 9, 60, 8, 3), &booked).len(), 1);
        assert_eq!(conflicts(&booking(2, 9, 60, 8, 4), &booked), []);
    }

    #[test]
    fn one_after_the_other_is_fine_and_a_minute_of_both_is_not() {
        let booked = [booking(1, 9, 60, 7, 3)];
        assert_eq!(conflicts(&booking(2, 10, 60, 7, 3), &booked), []);
        assert_eq!(conflicts(&booking(2, 8, 60, 7, 3), &booked), []);
        assert_eq!(conflicts(&booking(2, 8, 61, 7, 3), &booked).len(), 2);
        assert_eq!(conflicts(&booking(2, 7, 600, 7, 3), &booked).len(), 2, "around it");
    }

    #[test]
    fn moving_a_sitting_does_not_conflict_with_itself() {
        assert_eq!(conflicts(&booking(1, 9, 90, 7, 3), &[booking(1, 9, 60, 7, 3)]), []);
    }
}
