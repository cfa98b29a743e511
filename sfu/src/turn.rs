//! The relay (TURN, RFC 8656) for pages that cannot reach the media port themselves. It relays to
//! this server's own media ports and to nothing else: what a page sends through it is handed to
//! the media thread in process, so an allocation needs no socket and no port.
//!
//! What is not here: sockets and streams; messages come in and go out as bytes.

pub mod credentials;
mod message;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use model::{HearingId, Instant, Now, ParticipantId};
use rtc_crypto::RTCCryptoProvider;
use rtc_stun::message::TransactionId;

use self::credentials::{Claim, Secret};
use self::message::{Answer, Code, Kind, Proof, Request};
pub use self::message::{challenge, claim};

/// Allocations of one participant: a browser makes one per relay address and network.
const RELAYS_EACH_MAX: usize = 16;
/// Permissions and channels of one allocation: one per address of this server.
const PEERS_MAX: usize = 16;
/// Life of an allocation that asks for nothing else (RFC 8656 §7.2).
const LIFETIME: Duration = Duration::from_secs(600);
/// The longest life of an allocation.
const LIFETIME_MAX: Duration = Duration::from_secs(3_600);
/// Life of a permission (RFC 8656 §9).
const PERMISSION_LIFE: Duration = Duration::from_secs(300);
/// Life of a channel (RFC 8656 §12).
const CHANNEL_LIFE: Duration = Duration::from_secs(600);
/// Channel numbers (RFC 8656 §12).
const CHANNELS: std::ops::RangeInclusive<u16> = 0x4000..=0x4FFF;

/// Who speaks to the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// A UDP address.
    Udp(SocketAddr),
    /// A stream, by its number, and the address at its other end.
    Stream(u64, SocketAddr),
}

impl Client {
    const fn address(self) -> SocketAddr {
        match self {
            Self::Udp(address) | Self::Stream(_, address) => address,
        }
    }
}

/// This server's media addresses, the only ones relayed to.
#[derive(Clone, Copy, Debug)]
pub struct Own<'a> {
    /// Every address of this machine and those announced for it.
    pub ips: &'a [IpAddr],
    /// The media port.
    pub port: u16,
    /// Whether IPv4 is served; otherwise relayed addresses are IPv6 unless asked otherwise.
    pub v4: bool,
}

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to do.
    Nothing,
    /// An answer for somebody who proved nothing.
    Challenge(Vec<u8>),
    /// An answer for somebody who proved to know the password.
    Answer(Vec<u8>),
    /// An allocation was made.
    Made(Vec<u8>),
    /// An allocation was given back.
    Ended(Vec<u8>, u32),
}

/// A datagram that came out of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// The allocation.
    pub relay: u32,
    /// From where it comes, as peers see it.
    pub from: SocketAddr,
    /// To which address of this server it was sent.
    pub to: IpAddr,
    /// Where it stands in the message.
    pub place: Range<usize>,
}

/// One allocation.
#[derive(Debug)]
struct Relay<P> {
    client: Client,
    outer: P,
    relayed: SocketAddr,
    username: String,
    hearing: HearingId,
    participant: ParticipantId,
    made_by: TransactionId,
    until: Instant,
    permissions: Vec<(IpAddr, Instant)>,
    channels: Vec<Channel>,
}

#[derive(Clone, Copy, Debug)]
struct Channel {
    number: u16,
    peer: SocketAddr,
    until: Instant,
}

/// All allocations of a media thread; `P` is how their clients are answered.
pub struct Relays<P> {
    secret: Arc<Secret>,
    provider: Arc<dyn RTCCryptoProvider>,
    thread: u8,
    max: usize,
    made: u32,
    open: BTreeMap<u32, Relay<P>>,
    by_client: HashMap<Client, u32>,
}

impl<P> std::fmt::Debug for Relays<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relays").field("open", &self.open.len()).finish_non_exhaustive()
    }
}

impl<P: Clone> Relays<P> {
    /// No allocations; at most `max`. `thread` tells the relayed addresses of threads apart.
    pub fn new(
        secret: Arc<Secret>,
        provider: Arc<dyn RTCCryptoProvider>,
        thread: u8,
        max: usize,
    ) -> Self {
        let (open, by_client) = (BTreeMap::new(), HashMap::new());
        Self { secret, provider, thread, max, made: 0, open, by_client }
    }

    /// Takes a request. Never panics, whatever the bytes.
    pub fn request(
        &mut self,
        now: Now,
        client: Client,
        outer: &P,
        bytes: &[u8],
        own: &Own<'_>,
    ) -> Step {
        let Some(mut request) = Request::read(bytes) else { return Step::Nothing };
        if request.kind == Kind::Binding {
            let answer = Answer::to(&request).mapped(client.address());
            return Step::Challenge(answer.plain());
        }
        let refuse = |request: &Request, code| {
            Step::Challenge(Answer::refusal(request, code).challenge(&self.secret, now.utc))
        };
        let proof = match request.prove(&self.secret, self.provider.crypto(), now.utc) {
            Ok(proof) => proof,
            Err(Code::BadRequest) => {
                return Step::Challenge(Answer::refusal(&request, Code::BadRequest).plain());
            }
            Err(code) => return refuse(&request, code),
        };
        let relay = self.by_client.get(&client).copied();
        let answer = match (request.kind, relay) {
            (Kind::Allocate, None) => {
                self.allocate(now.instant, client, outer, &request, &proof, own)
            }
            (Kind::Allocate, Some(relay)) => self.repeat(relay, &request, client),
            (Kind::Refresh, Some(relay)) => {
                return self.refresh(now.instant, relay, &request, &proof);
            }
            (Kind::Permit, Some(relay)) => self.permit(now.instant, relay, &request, &proof, own),
            (Kind::Bind, Some(relay)) => self.bind(now.instant, relay, &request, &proof, own),
            (Kind::Refresh | Kind::Permit | Kind::Bind, None) => Err(Code::Mismatch),
            (Kind::Binding, _) => return Step::Nothing,
        };
        let made = request.kind == Kind::Allocate && answer.is_ok() && relay.is_none();
        let answer = answer.unwrap_or_else(|code| Answer::refusal(&request, code));
        let bytes = answer.proven(&proof.key, self.provider.crypto());
        if made { Step::Made(bytes) } else { Step::Answer(bytes) }
    }

    fn allocate(
        &mut self,
        now: Instant,
        client: Client,
        outer: &P,
        request: &Request,
        proof: &Proof,
        own: &Own<'_>,
    ) -> Result<Answer, Code> {
        request.transport()?;
        let v4 = request.wants_v4(own.v4)?;
        let Claim { hearing, participant, .. } = proof.claim;
        let same = |relay: &&Relay<P>| relay.hearing == hearing && relay.participant == participant;
        if self.open.values().filter(same).count() >= RELAYS_EACH_MAX {
            return Err(Code::QuotaReached);
        }
        if self.open.len() >= self.max {
            return Err(Code::NoCapacity);
        }
        let number = self.free_number();
        let lifetime = lifetime(request).max(LIFETIME);
        let relay = Relay {
            client,
            outer: outer.clone(),
            relayed: relayed(self.thread, number, v4),
            username: proof.username.clone(),
            hearing,
            participant,
            made_by: request.id,
            until: now.plus(lifetime),
            permissions: Vec::new(),
            channels: Vec::new(),
        };
        let answer = Answer::to(request).relayed(relay.relayed, client.address(), lifetime);
        self.open.insert(number, relay);
        self.by_client.insert(client, number);
        Ok(answer)
    }

    fn free_number(&mut self) -> u32 {
        loop {
            self.made = self.made.wrapping_add(1);
            if !self.open.contains_key(&self.made) {
                return self.made;
            }
        }
    }

    /// The same answer again for a request whose answer was lost.
    fn repeat(&self, relay: u32, request: &Request, client: Client) -> Result<Answer, Code> {
        let relay = self.open.get(&relay).filter(|relay| relay.made_by == request.id);
        let relay = relay.ok_or(Code::Mismatch)?;
        Ok(Answer::to(request).relayed(relay.relayed, client.address(), LIFETIME))
    }

    fn owned(&mut self, relay: u32, proof: &Proof) -> Result<&mut Relay<P>, Code> {
        let relay = self.open.get_mut(&relay).ok_or(Code::Mismatch)?;
        if relay.username == proof.username { Ok(relay) } else { Err(Code::WrongCredentials) }
    }

    fn refresh(&mut self, now: Instant, number: u32, request: &Request, proof: &Proof) -> Step {
        let lifetime = lifetime(request);
        let ended = lifetime.is_zero();
        let answer = match self.owned(number, proof) {
            Ok(relay) => {
                relay.until = now.plus(lifetime);
                Answer::to(request).lifetime(lifetime)
            }
            Err(code) => {
                let refusal = Answer::refusal(request, code);
                return Step::Answer(refusal.proven(&proof.key, self.provider.crypto()));
            }
        };
        let bytes = answer.proven(&proof.key, self.provider.crypto());
        if ended {
            self.end(number);
            return Step::Ended(bytes, number);
        }
        Step::Answer(bytes)
    }

    fn permit(
        &mut self,
        now: Instant,
        relay: u32,
        request: &Request,
        proof: &Proof,
        own: &Own<'_>,
    ) -> Result<Answer, Code> {
        let relay = self.owned(relay, proof)?;
        let peers = request.peers()?;
        for peer in &peers {
            relay.may_reach(*peer, own)?;
        }
        for peer in peers {
            relay.permit(peer.ip(), now)?;
        }
        Ok(Answer::to(request))
    }

    fn bind(
        &mut self,
        now: Instant,
        relay: u32,
        request: &Request,
        proof: &Proof,
        own: &Own<'_>,
    ) -> Result<Answer, Code> {
        let relay = self.owned(relay, proof)?;
        let number = request.channel().filter(|number| CHANNELS.contains(number));
        let number = number.ok_or(Code::BadRequest)?;
        let [peer] = request.peers()?[..] else { return Err(Code::BadRequest) };
        relay.may_reach(peer, own)?;
        let until = now.plus(CHANNEL_LIFE);
        relay.channels.retain(|channel| channel.until > now);
        let full = relay.channels.len() >= PEERS_MAX;
        match relay.channels.iter_mut().find(|one| one.number == number || one.peer == peer) {
            Some(known) if known.number == number && known.peer == peer => known.until = until,
            Some(_) => return Err(Code::BadRequest),
            None if full => return Err(Code::NoCapacity),
            None => relay.channels.push(Channel { number, peer, until }),
        }
        relay.permit(peer.ip(), now)?;
        Ok(Answer::to(request))
    }

    /// Takes ChannelData.
    pub fn channel_data(
        &self,
        now: Instant,
        client: Client,
        bytes: &[u8],
        port: u16,
    ) -> Option<Inner> {
        let [n0, n1, l0, l1, rest @ ..] = bytes else { return None };
        let (number, len) = (u16::from_be_bytes([*n0, *n1]), u16::from_be_bytes([*l0, *l1]).into());
        let number_of_relay = *self.by_client.get(&client)?;
        let relay = self.open.get(&number_of_relay)?;
        let channel = relay.channels.iter().find(|one| one.number == number)?;
        if channel.until <= now || channel.peer.port() != port || rest.len() < len {
            return None;
        }
        let (from, to) = (relay.relayed, channel.peer.ip());
        Some(Inner { relay: number_of_relay, from, to, place: 4..4 + len })
    }

    /// Takes a Send indication (RFC 8656 §11.2).
    pub fn indication(
        &self,
        now: Instant,
        client: Client,
        bytes: &[u8],
        port: u16,
    ) -> Option<Inner> {
        let number = *self.by_client.get(&client)?;
        let relay = self.open.get(&number)?;
        let (peer, place) = message::send_indication(bytes)?;
        if !relay.permits(peer.ip(), now) || peer.port() != port {
            return None;
        }
        Some(Inner { relay: number, from: relay.relayed, to: peer.ip(), place })
    }

    /// How a datagram of this server reaches an allocation's client: the channel of the address it
    /// comes from, if there is one, and the client's way.
    pub(crate) fn back(&self, relay: u32, from: SocketAddr) -> Option<(Option<u16>, &P)> {
        let relay = self.open.get(&relay)?;
        let channel = relay.channels.iter().find(|one| one.peer == from).map(|one| one.number);
        Some((channel, &relay.outer))
    }

    /// How an allocation's client is answered.
    pub(crate) fn outer(&self, relay: u32) -> Option<&P> {
        self.open.get(&relay).map(|relay| &relay.outer)
    }

    /// Whether somebody has an allocation.
    pub(crate) fn knows(&self, client: Client) -> bool {
        self.by_client.contains_key(&client)
    }

    /// The allocation of a client.
    pub(crate) fn of(&self, client: Client) -> Option<u32> {
        self.by_client.get(&client).copied()
    }

    /// Gives an allocation back.
    pub(crate) fn end(&mut self, relay: u32) {
        if let Some(relay) = self.open.remove(&relay) {
            self.by_client.remove(&relay.client);
        }
    }

    /// Ends allocations that were not refreshed; gives their numbers.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<u32> {
        let over = |(number, relay): (&u32, &Relay<P>)| (relay.until <= now).then_some(*number);
        let ended: Vec<u32> = self.open.iter().filter_map(over).collect();
        for relay in &ended {
            self.end(*relay);
        }
        ended
    }
}

impl<P> Relay<P> {
    fn may_reach(&self, peer: SocketAddr, own: &Own<'_>) -> Result<(), Code> {
        if peer.is_ipv4() != self.relayed.is_ipv4() {
            return Err(Code::OtherFamily);
        }
        if own.ips.contains(&peer.ip()) { Ok(()) } else { Err(Code::Forbidden) }
    }

    fn permit(&mut self, peer: IpAddr, now: Instant) -> Result<(), Code> {
        let until = now.plus(PERMISSION_LIFE);
        self.permissions.retain(|(_, until)| *until > now);
        if let Some(known) = self.permissions.iter_mut().find(|(ip, _)| *ip == peer) {
            known.1 = until;
        } else if self.permissions.len() < PEERS_MAX {
            self.permissions.push((peer, until));
        } else {
            return Err(Code::NoCapacity);
        }
        Ok(())
    }

    fn permits(&self, peer: IpAddr, now: Instant) -> bool {
        self.permissions.iter().any(|(ip, until)| *ip == peer && *until > now)
    }
}

fn lifetime(request: &Request) -> Duration {
    request.lifetime().unwrap_or(LIFETIME).min(LIFETIME_MAX)
}

/// The relayed address of allocation `number`: one that no machine has, IPv4 of the block that is
/// reserved for the future (RFC 1112 §4), IPv6 of the block that is discarded (RFC 6666).
fn relayed(thread: u8, number: u32, v4: bool) -> SocketAddr {
    let [a, b, c, d] = number.to_be_bytes();
    let port = 0x8000 | u16::from_be_bytes([c, d]);
    // The bit of the number that the port does not hold goes into the address.
    let high = c >> 7;
    if v4 {
        let [a1, b1] = (u16::from_be_bytes([a, b]) << 1 | u16::from(high)).to_be_bytes();
        let top = 240 | (a >> 7);
        SocketAddr::new(Ipv4Addr::new(top, thread, a1, b1).into(), port)
    } else {
        let segments = [0x100, 0, 0, 0, 0, thread.into(), u16::from_be_bytes([a, b]), high.into()];
        SocketAddr::new(Ipv6Addr::from(segments).into(), port)
    }
}

/// Appends ChannelData that carries a datagram; over a stream it is padded to four bytes.
pub(crate) fn put_channel_data(channel: u16, datagram: &[u8], padded: bool, out: &mut Vec<u8>) {
    let Ok(len) = u16::try_from(datagram.len()) else { return };
    out.extend_from_slice(&channel.to_be_bytes());
    out.extend_from_slice(&len.to_be_bytes());
    out.extend_from_slice(datagram);
    if padded {
        out.resize(out.len() + (4 - datagram.len() % 4) % 4, 0);
    }
}

/// Appends a Data indication that carries a datagram from `peer`.
pub(crate) fn put_data_indication(peer: SocketAddr, datagram: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&message::data_indication(peer, datagram));
}

#[cfg(test)]
mod tests;
