//! Who is asking: cookies, the same-origin rule, and a pause after wrong attempts.
//!
//! What is not here: where credentials are kept (`docket`).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use axum::http::header::{COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use model::limits::{ATTEMPT_WINDOW, ATTEMPTS_MAX, NAME_ATTEMPTS_MAX};
use model::{Instant, ParticipantId, Private, Refusal, Timestamp};
use protocol::{SeatPass, StaffKind};

use crate::docket::{Account, Docket, DocketFault};

/// The cookie of a staff session.
pub(crate) const STAFF_COOKIE: &str = "assize_staff";
/// The cookie of a seat.
pub(crate) const SEAT_COOKIE: &str = "assize_seat";
/// The cookie of a person's own page.
pub(crate) const CARD_COOKIE: &str = "assize_card";
/// The cookie of a station: it stays for as long as browsers keep one.
pub(crate) const STATION_COOKIE: &str = "assize_station";
/// Addresses and names whose wrong attempts are remembered; the oldest is forgotten.
const REMEMBERED_MAX: usize = 10_000;
/// A browser forgets a cookie after this; the server decides earlier.
const COOKIE_LIFE: Duration = Duration::from_secs(60 * 24 * 3600);

/// Who a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// No credential, or none that is good.
    Nobody,
    /// A staff account.
    Staff(Account),
    /// A seat.
    Seat(SeatPass),
}

impl Who {
    /// The staff account.
    ///
    /// # Errors
    /// `SignInNeeded` for nobody, `NotYourRight` for seats.
    pub(crate) const fn staff(&self) -> Result<&Account, Refusal> {
        match self {
            Self::Nobody => Err(Refusal::SignInNeeded),
            Self::Seat(_) => Err(Refusal::NotYourRight),
            Self::Staff(account) => Ok(account),
        }
    }

    /// The account of somebody who sits in hearings: a judge, clerk or mediator.
    ///
    /// # Errors
    /// As [`Who::staff`], and `NotYourRight` for ops and administration.
    pub(crate) fn court(&self) -> Result<&Account, Refusal> {
        let account = self.staff()?;
        match account.kind {
            StaffKind::Judge | StaffKind::Clerk | StaffKind::Mediator => Ok(account),
            StaffKind::Ops | StaffKind::Admin | StaffKind::Audit => Err(Refusal::NotYourRight),
        }
    }

    /// The account of somebody who works on the docket.
    ///
    /// # Errors
    /// As [`Who::staff`], and `NotYourRight` for ops.
    pub(crate) fn docket(&self) -> Result<&Account, Refusal> {
        let account = self.staff()?;
        match account.kind {
            StaffKind::Judge | StaffKind::Clerk | StaffKind::Mediator | StaffKind::Admin => {
                Ok(account)
            }
            StaffKind::Ops | StaffKind::Audit => Err(Refusal::NotYourRight),
        }
    }

    /// An administrator's account.
    ///
    /// # Errors
    /// As [`Who::staff`], and `NotYourRight` for everybody else.
    pub(crate) fn admin(&self) -> Result<&Account, Refusal> {
        let account = self.staff()?;
        match account.kind {
            StaffKind::Admin => Ok(account),
            StaffKind::Judge
            | StaffKind::Clerk
            | StaffKind::Mediator
            | StaffKind::Ops
            | StaffKind::Audit => Err(Refusal::NotYourRight),
        }
    }

    /// An audit administrator's account.
    ///
    /// # Errors
    /// As [`Who::staff`], and `NotYourRight` for everybody else.
    pub(crate) fn audit(&self) -> Result<&Account, Refusal> {
        let account = self.staff()?;
        match account.kind {
            StaffKind::Audit => Ok(account),
            StaffKind::Judge
            | StaffKind::Clerk
            | StaffKind::Mediator
            | StaffKind::Ops
            | StaffKind::Admin => Err(Refusal::NotYourRight),
        }
    }

    /// An operator's account.
    ///
    /// # Errors
    /// As [`Who::staff`], and `NotYourRight` for everybody else.
    pub(crate) fn ops(&self) -> Result<&Account, Refusal> {
        let account = self.staff()?;
        match account.kind {
            StaffKind::Ops => Ok(account),
            StaffKind::Judge
            | StaffKind::Clerk
            | StaffKind::Mediator
            | StaffKind::Admin
            | StaffKind::Audit => Err(Refusal::NotYourRight),
        }
    }
}

/// Looks up who a request comes from.
pub(crate) async fn identify(
    docket: &Docket,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Who, DocketFault> {
    if let Some(token) = cookie(headers, STAFF_COOKIE)
        && let Some(account) = docket.session(&token, now).await?
    {
        return Ok(Who::Staff(account));
    }
    if let Some(token) = cookie(headers, SEAT_COOKIE)
        && let Some(pass) = docket.seat(&token, now).await?
    {
        return Ok(Who::Seat(pass));
    }
    Ok(Who::Nobody)
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

/// A cookie that holds a token.
pub(crate) fn set_cookie(name: &str, token: &Private<String>) -> HeaderValue {
    keep_cookie(name, token, COOKIE_LIFE)
}

/// A cookie that holds a token for so long.
pub(crate) fn keep_cookie(name: &str, token: &Private<String>, life: Duration) -> HeaderValue {
    let (token, age) = (token.reveal(), life.as_secs());
    let text = format!("{name}={token}; Max-Age={age}; Path=/; HttpOnly; Secure; SameSite=Strict");
    let mut value = HeaderValue::from_str(&text).expect("tokens are base64url");
    value.set_sensitive(true);
    value
}

/// Removes a cookie.
pub(crate) fn clear_cookie(name: &str) -> HeaderValue {
    let text = format!("{name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict");
    HeaderValue::from_str(&text).expect("cookie names are plain letters")
}

/// Whether a request comes from a page of this server: its `Origin` names the same host. A request
/// without `Origin` does not come from a current browser's page and is not trusted with cookies.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    match (text(ORIGIN), text(HOST)) {
        (Some(origin), Some(host)) => {
            origin.strip_prefix("https://").is_some_and(|from| from.eq_ignore_ascii_case(host))
        }
        _ => false,
    }
}

/// Wrong attempts by address and by name.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    by_key: BTreeMap<Key, Count>,
}

/// What wrong attempts are counted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// Where passwords come from. IPv6 by /64, because one host has all of it.
    Passwords(Private<IpAddr>),
    /// Where join codes come from: many stations may share one address, and a villager who
    /// mistypes must not lock the judge out.
    Codes(Private<IpAddr>),
    /// The account they are for.
    Name(Private<String>),
    /// Whose own real name they are.
    RealName(ParticipantId),
}

impl Key {
    /// Of passwords from an address.
    pub(crate) fn passwords(address: IpAddr) -> Self {
        Self::Passwords(network(address))
    }

    /// Of join codes from an address.
    pub(crate) fn codes(address: IpAddr) -> Self {
        Self::Codes(network(address))
    }

    /// Of an account's name.
    pub(crate) fn name(name: &str) -> Self {
        Self::Name(Private::new(name.to_lowercase()))
    }

    /// Wrong attempts in `ATTEMPT_WINDOW` that are borne. A name bears more than an address, so
    /// that no single stranger can lock an account.
    const fn wrong_max(&self) -> u32 {
        match self {
            Self::Passwords(_) | Self::Codes(_) | Self::RealName(_) => ATTEMPTS_MAX,
            Self::Name(_) => NAME_ATTEMPTS_MAX,
        }
    }
}

fn network(address: IpAddr) -> Private<IpAddr> {
    Private::new(match address.to_canonical() {
        IpAddr::V6(six) => {
            let mut octets = six.octets();
            octets[8..].fill(0);
            IpAddr::from(octets)
        }
        four @ IpAddr::V4(_) => four,
    })
}

#[derive(Clone, Copy, Debug)]
struct Count {
    since: Instant,
    wrong: u32,
}

impl Attempts {
    /// Counts an attempt before it is made, so that many at once are not all let through.
    ///
    /// # Errors
    /// `SignInLocked` when there were too many wrong ones.
    pub(crate) fn begin(&mut self, key: &Key, now: Instant) -> Result<(), Refusal> {
        if let Some(count) = self.by_key.get_mut(key) {
            if now.since(count.since) >= ATTEMPT_WINDOW {
                *count = Count { since: now, wrong: 0 };
            }
            if count.wrong >= key.wrong_max() {
                return Err(Refusal::SignInLocked);
            }
            count.wrong += 1;
            return Ok(());
        }
        if self.by_key.len() >= REMEMBERED_MAX {
            self.make_room(now);
        }
        self.by_key.insert(key.clone(), Count { since: now, wrong: 1 });
        Ok(())
    }

    /// Takes an attempt back that was not wrong.
    pub(crate) fn right(&mut self, key: &Key) {
        if let Some(count) = self.by_key.get_mut(key) {
            count.wrong = count.wrong.saturating_sub(1);
        }
    }

    fn make_room(&mut self, now: Instant) {
        self.by_key.retain(|_, count| now.since(count.since) < ATTEMPT_WINDOW);
        while self.by_key.len() >= REMEMBERED_MAX {
            let oldest = self.by_key.iter().min_by_key(|(_, count)| count.since);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            self.by_key.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (name.parse::<axum::http::HeaderName>().unwrap(), value.parse().unwrap())
            })
            .collect()
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = headers(&[("cookie", "a=1; assize_seat=tok-en; b=2")]);
        assert_eq!(cookie(&headers, SEAT_COOKIE).as_deref(), Some("tok-en"));
        assert_eq!(cookie(&headers, STAFF_COOKIE), None);
    }

    #[test]
    fn only_the_own_pages_are_same_origin() {
        let host = ("host", "court.example:8443");
        assert!(is_same_origin(&headers(&[host, ("origin", "https://court.example:8443")])));
        assert!(!is_same_origin(&headers(&[host, ("origin", "https://court.example")])));
        assert!(!is_same_origin(&headers(&[host, ("origin", "http://court.example:8443")])));
        assert!(!is_same_origin(&headers(&[host, ("origin", "https://evil.example")])));
        assert!(!is_same_origin(&headers(&[host, ("origin", "null")])));
        assert!(!is_same_origin(&headers(&[host])));
    }

    #[test]
    fn too_many_wrong_attempts_make_a_pause_that_ends() {
        let mut attempts = Attempts::default();
        let key = Key::name("judge");
        let now = Instant(0);
        for _ in 0..NAME_ATTEMPTS_MAX {
            assert_eq!(attempts.begin(&key, now), Ok(()));
        }
        assert_eq!(attempts.begin(&key, now), Err(Refusal::SignInLocked));
        assert_eq!(attempts.begin(&Key::name("JUDGE"), now), Err(Refusal::SignInLocked));
        assert_eq!(attempts.begin(&Key::name("clerk"), now), Ok(()));
        assert_eq!(attempts.begin(&key, now.plus(ATTEMPT_WINDOW)), Ok(()));
    }

    #[test]
    fn one_stranger_locks_neither_an_account_nor_the_codes_of_a_shared_address() {
        let mut attempts = Attempts::default();
        let (now, address) = (Instant(0), IpAddr::from([192, 0, 2, 1]));
        let mut guesses = 0;
        while attempts.begin(&Key::passwords(address), now).is_ok() {
            guesses += 1;
            assert_eq!(attempts.begin(&Key::name("judge"), now), Ok(()));
        }
        assert_eq!(guesses, ATTEMPTS_MAX);
        assert_eq!(attempts.begin(&Key::name("judge"), now), Ok(()));
        assert_eq!(attempts.begin(&Key::codes(address), now), Ok(()));
    }

    #[test]
    fn right_attempts_do_not_count() {
        let mut attempts = Attempts::default();
        let key = Key::passwords([192, 0, 2, 1].into());
        for _ in 0..100 {
            assert_eq!(attempts.begin(&key, Instant(0)), Ok(()));
            attempts.right(&key);
        }
    }

    #[test]
    fn the_memory_of_attempts_is_bounded() {
        let mut attempts = Attempts::default();
        for number in 0..=u32::try_from(REMEMBERED_MAX).unwrap() {
            let key = Key::passwords(IpAddr::from(number.to_be_bytes()));
            assert_eq!(attempts.begin(&key, Instant(u64::from(number))), Ok(()));
        }
        assert_eq!(attempts.by_key.len(), REMEMBERED_MAX);
    }

    #[test]
    fn one_network_is_one_address() {
        let one = Key::passwords("2001:db8::1".parse().unwrap());
        let other = Key::passwords("2001:db8::ffff:1".parse().unwrap());
        assert_eq!(one, other);
        assert_ne!(one, Key::passwords("2001:db8:0:1::1".parse().unwrap()));
    }
}
