//! All connections of one media thread, found by leg, by user name fragment or by address.
//!
//! What is not here: what they do.

use std::collections::HashMap;

use forwarding::LegId;
use model::{HearingId, Instant, ParticipantId, limits};

use crate::connection::{Connection, Credentials};
use crate::socket::Origin;

/// Bits of a leg number that say the place; the others count how often the place was used.
const PLACE_BITS: u32 = 12;

/// Connections of a thread.
pub(crate) struct Legs {
    places: Vec<Place>,
    free: Vec<u32>,
    by_ufrag: HashMap<String, LegId>,
    by_address: HashMap<Origin, LegId>,
    /// Legs whose outbox is not empty.
    dirty: Vec<LegId>,
}

#[derive(Default)]
struct Place {
    used: u32,
    connection: Option<Box<Connection>>,
}

impl Legs {
    /// Room for `max` connections.
    pub(crate) fn new(max: usize) -> Self {
        let places = u32::try_from(max.min(1 << PLACE_BITS)).unwrap_or(1);
        Self {
            places: (0..places).map(|_| Place::default()).collect(),
            free: (0..places).rev().collect(),
            by_ufrag: HashMap::new(),
            by_address: HashMap::new(),
            dirty: Vec::new(),
        }
    }

    /// Whether one more connection has room.
    pub(crate) fn has_room(&self) -> bool {
        !self.free.is_empty()
    }

    /// The number the next connection gets; none when there is no room.
    pub(crate) fn next(&self) -> Option<LegId> {
        let place = *self.free.last()?;
        let used = self.places.get(usize::try_from(place).ok()?)?.used;
        Some(LegId((used << PLACE_BITS) | place))
    }

    /// Takes a connection made with the number [`Self::next`] gave.
    pub(crate) fn insert(&mut self, connection: Connection) {
        let Some(place) = self.free.pop() else { return };
        let leg = connection.leg;
        self.by_ufrag.insert(connection.credentials.ufrag.clone(), leg);
        if let Some(place) = usize::try_from(place).ok().and_then(|at| self.places.get_mut(at)) {
            place.connection = Some(Box::new(connection));
        }
    }

    /// Takes a connection out, with all its names.
    pub(crate) fn remove(&mut self, leg: LegId) -> Option<Box<Connection>> {
        let number = leg.0 & ((1 << PLACE_BITS) - 1);
        let place = self.places.get_mut(usize::try_from(number).ok()?)?;
        let connection = place.connection.take_if(|connection| connection.leg == leg)?;
        place.used = place.used.wrapping_add(1);
        self.free.insert(0, number);
        for credentials in std::iter::once(&connection.credentials).chain(&connection.former) {
            self.forget_ufrag(credentials, leg);
        }
        for address in &connection.addresses {
            if self.by_address.get(address) == Some(&leg) {
                self.by_address.remove(address);
            }
        }
        Some(connection)
    }

    pub(crate) fn get(&self, leg: LegId) -> Option<&Connection> {
        let place = usize::try_from(leg.0 & ((1 << PLACE_BITS) - 1)).ok()?;
        self.places.get(place)?.connection.as_deref().filter(|connection| connection.leg == leg)
    }

    pub(crate) fn get_mut(&mut self, leg: LegId) -> Option<&mut Connection> {
        let place = usize::try_from(leg.0 & ((1 << PLACE_BITS) - 1)).ok()?;
        self.places
            .get_mut(place)?
            .connection
            .as_deref_mut()
            .filter(|connection| connection.leg == leg)
    }

    /// Every connection, in the order of places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Connection> {
        self.places.iter().filter_map(|place| place.connection.as_deref())
    }

    /// As [`Self::iter`], to change them.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Connection> {
        self.places.iter_mut().filter_map(|place| place.connection.as_deref_mut())
    }

    pub(crate) fn by_ufrag(&self, ufrag: &str) -> Option<LegId> {
        self.by_ufrag.get(ufrag).copied()
    }

    pub(crate) fn by_address(&self, address: &Origin) -> Option<LegId> {
        self.by_address.get(address).copied()
    }

    /// Makes a leg findable by credentials it got later.
    pub(crate) fn name(&mut self, credentials: &Credentials, leg: LegId) {
        self.by_ufrag.insert(credentials.ufrag.clone(), leg);
    }

    /// Undoes [`Self::name`].
    pub(crate) fn forget_ufrag(&mut self, credentials: &Credentials, leg: LegId) {
        if self.by_ufrag.get(&credentials.ufrag) == Some(&leg) {
            self.by_ufrag.remove(&credentials.ufrag);
        }
    }

    /// Makes a leg findable by an address it proved. The address may have been another leg's: a
    /// page that was reloaded can get the same port again.
    pub(crate) fn place_at(&mut self, address: Origin, leg: LegId) {
        let before = self.by_address.insert(address, leg);
        if let Some(other) = before.filter(|other| *other != leg)
            && let Some(connection) = self.get_mut(other)
        {
            connection.addresses.retain(|one| *one != address);
            connection.path = connection.path.filter(|path| path.origin() != address);
        }
        let forgotten = self.get_mut(leg).and_then(|connection| connection.prove(address));
        if let Some(old) = forgotten
            && self.by_address.get(&old) == Some(&leg)
        {
            self.by_address.remove(&old);
        }
    }

    /// Forgets an address that is no more; gives the leg that had it.
    pub(crate) fn forget(&mut self, address: Origin) -> Option<LegId> {
        let leg = self.by_address.remove(&address)?;
        if let Some(connection) = self.get_mut(leg) {
            connection.addresses.retain(|one| *one != address);
            connection.path = connection.path.filter(|path| path.origin() != address);
        }
        Some(leg)
    }

    /// Notes that a granted track fell silent. Only when no other track of the person comes either
    /// is it the path that is in doubt: somebody may have switched one device off.
    pub(crate) fn silenced(&mut self, hearing: HearingId, who: ParticipantId, now: Instant) {
        for one in self.iter_mut() {
            let own = one.hearing == hearing && one.participant == who;
            if own && now.since(one.media_at) >= limits::TRACK_SILENT {
                one.silenced = true;
            }
        }
    }

    /// Notes that a leg has something to send.
    pub(crate) fn mark_dirty(&mut self, leg: LegId) {
        self.dirty.push(leg);
    }

    /// Takes the legs that have something to send; give the list back with
    /// [`Self::put_back_dirty`].
    pub(crate) fn take_dirty(&mut self) -> Vec<LegId> {
        std::mem::take(&mut self.dirty)
    }

    /// Gives the list back, so that its memory is used again.
    pub(crate) fn put_back_dirty(&mut self, list: Vec<LegId>) {
        self.dirty = list;
    }

    /// Whether something is waiting to be sent.
    pub(crate) fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }
}

const _: () = assert!(limits::CONNECTIONS_MAX <= 1 << PLACE_BITS);

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use model::Now;

    use super::*;
    use crate::connection::Seat;
    use crate::dtls::Identity;
    use crate::sdp::offer::Offer;
    use crate::socket::{Path, Way};

    fn add(legs: &mut Legs, identity: &Identity) -> LegId {
        let offer = Offer::read(include_str!("../tests/data/chromium-156.sdp")).unwrap();
        let leg = legs.next().unwrap();
        let seat = Seat { hearing: HearingId(1), participant: ParticipantId(1), number: 1 };
        let credentials = Credentials::random(0).unwrap();
        let now = Now::default();
        let connection = Connection::new(leg, seat, credentials, identity, &offer, now).unwrap();
        legs.insert(connection);
        leg
    }

    fn remote(port: u16) -> SocketAddr {
        ([192, 0, 2, 1], port).into()
    }

    fn address(port: u16) -> Origin {
        Origin::Udp(remote(port))
    }

    #[test]
    fn a_leg_is_found_by_all_its_names_until_it_is_gone() {
        let identity = Identity::generate().unwrap();
        let mut legs = Legs::new(2);
        let leg = add(&mut legs, &identity);
        let ufrag = legs.get(leg).unwrap().credentials.ufrag.clone();
        legs.place_at(address(1), leg);
        assert_eq!(legs.by_ufrag(&ufrag), Some(leg));
        assert_eq!(legs.by_address(&address(1)), Some(leg));
        assert!(legs.remove(leg).is_some());
        assert!(legs.remove(leg).is_none());
        assert_eq!(legs.by_ufrag(&ufrag), None);
        assert_eq!(legs.by_address(&address(1)), None);
        assert!(legs.get(leg).is_none());
    }

    #[test]
    fn there_is_a_last_place_and_no_number_is_given_twice() {
        let identity = Identity::generate().unwrap();
        let mut legs = Legs::new(2);
        let mut seen = vec![add(&mut legs, &identity), add(&mut legs, &identity)];
        assert!(!legs.has_room());
        assert_eq!(legs.next(), None);
        for _ in 0..5 {
            let oldest = seen[seen.len() - 2];
            legs.remove(oldest).unwrap();
            let leg = add(&mut legs, &identity);
            assert!(!seen.contains(&leg));
            seen.push(leg);
        }
    }

    #[test]
    fn a_relayed_address_and_a_stream_are_never_taken_for_a_udp_address() {
        let identity = Identity::generate().unwrap();
        let mut legs = Legs::new(2);
        let leg = add(&mut legs, &identity);
        let ways = [Way::Relay(1), Way::Stream(1)];
        for way in ways {
            let path = Path { remote: remote(1), local: None, way };
            legs.place_at(path.origin(), leg);
            legs.get_mut(leg).unwrap().path = Some(path);
            assert_eq!(legs.by_address(&address(1)), None);
            assert_eq!(legs.by_address(&path.origin()), Some(leg));
            assert_eq!(legs.forget(path.origin()), Some(leg));
            assert_eq!(legs.get(leg).unwrap().path, None);
            assert_eq!(legs.forget(path.origin()), None);
        }
    }

    #[test]
    fn an_address_is_the_latest_legs_that_proved_it_and_the_list_has_an_end() {
        let identity = Identity::generate().unwrap();
        let mut legs = Legs::new(2);
        let (old, new) = (add(&mut legs, &identity), add(&mut legs, &identity));
        legs.place_at(address(1), old);
        let path = Path { remote: remote(1), local: None, way: Way::Socket(0) };
        legs.get_mut(old).unwrap().path = Some(path);
        legs.place_at(address(1), new);
        assert_eq!(legs.by_address(&address(1)), Some(new));
        assert_eq!(legs.get(old).unwrap().path, None, "nothing more is sent there for the old");
        legs.get_mut(new).unwrap().path = Some(path);
        for port in 2..40 {
            legs.place_at(address(port), new);
        }
        assert_eq!(legs.by_address(&address(1)), Some(new), "the path in use is kept");
        assert_eq!(legs.by_address(&address(2)), None, "the oldest unused one is forgotten");
        assert_eq!(legs.get(new).unwrap().addresses.len(), legs.by_address.len());
    }
}
