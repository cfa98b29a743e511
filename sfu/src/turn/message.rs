//! Messages of the relay: read, prove, answer. Types and attributes are those of `rtc-stun` and
//! `rtc-turn`.
//!
//! What is not here: allocations.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use model::Timestamp;
use rtc_crypto::RTCCrypto;
use rtc_stun::attributes::{
    ATTR_CHANNEL_NUMBER, ATTR_DATA, ATTR_DONT_FRAGMENT, ATTR_EVEN_PORT, ATTR_FINGERPRINT,
    ATTR_LIFETIME, ATTR_MESSAGE_INTEGRITY, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_ADDRESS_FAMILY,
    ATTR_REQUESTED_TRANSPORT, ATTR_RESERVATION_TOKEN, ATTR_UNKNOWN_ATTRIBUTES, ATTR_USERNAME,
    ATTR_XOR_PEER_ADDRESS, AttrType,
};
use rtc_stun::error_code::{ErrorCode, ErrorCodeAttribute};
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    CLASS_ERROR_RESPONSE, CLASS_INDICATION, CLASS_REQUEST, CLASS_SUCCESS_RESPONSE, Getter,
    METHOD_ALLOCATE, METHOD_BINDING, METHOD_CHANNEL_BIND, METHOD_CREATE_PERMISSION, METHOD_DATA,
    METHOD_REFRESH, METHOD_SEND, Message, MessageType, Method, Setter, TransactionId,
};
use rtc_stun::xoraddr::XorMappedAddress;
use rtc_turn::proto::PROTO_UDP;
use rtc_turn::proto::channum::ChannelNumber;
use rtc_turn::proto::data::Data;
use rtc_turn::proto::lifetime::Lifetime;
use rtc_turn::proto::peeraddr::PeerAddress;
use rtc_turn::proto::relayaddr::RelayedAddress;
use rtc_turn::proto::reqfamily::{REQUESTED_FAMILY_IPV4, RequestedAddressFamily};
use rtc_turn::proto::reqtrans::RequestedTransport;

use super::credentials::{Claim, Secret};
use crate::framing::FRAME_BYTES_MAX;

/// The realm of the relay's credentials.
const REALM: &str = "assize";
/// Bytes of the STUN header.
const HEADER: usize = 20;
/// Bytes of a request; browsers need about 200.
const REQUEST_BYTES_MAX: usize = 768;
/// Attributes of a request; browsers send ten.
const ATTRIBUTES_MAX: usize = 32;
/// Addresses in one request for permissions.
const PEERS_ASKED_MAX: usize = 16;
/// Attributes below 0x8000 that requests may have.
const KNOWN: [AttrType; 11] = [
    ATTR_USERNAME,
    ATTR_REALM,
    ATTR_NONCE,
    ATTR_MESSAGE_INTEGRITY,
    ATTR_CHANNEL_NUMBER,
    ATTR_LIFETIME,
    ATTR_XOR_PEER_ADDRESS,
    ATTR_REQUESTED_TRANSPORT,
    ATTR_REQUESTED_ADDRESS_FAMILY,
    ATTR_DONT_FRAGMENT,
    ATTR_EVEN_PORT,
];

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Where do I come from?
    Binding,
    /// A relayed address.
    Allocate,
    /// Keep it, or give it back.
    Refresh,
    /// Permissions.
    Permit,
    /// A channel.
    Bind,
}

/// Why a request is refused (RFC 8656 §19, RFC 8489 §14.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    BadRequest = 400,
    Unauthorized = 401,
    Forbidden = 403,
    UnknownAttribute = 420,
    Mismatch = 437,
    StaleNonce = 438,
    FamilyNotSupported = 440,
    WrongCredentials = 441,
    TransportNotSupported = 442,
    OtherFamily = 443,
    QuotaReached = 486,
    NoCapacity = 508,
}

/// A request whose outside is sound; nothing is proven.
pub(super) struct Request {
    pub(super) kind: Kind,
    pub(super) id: TransactionId,
    message: Message,
    method: Method,
}

/// Proof that the sender knows the password.
pub(super) struct Proof {
    pub(super) username: String,
    pub(super) claim: Claim,
    pub(super) key: Vec<u8>,
}

impl Request {
    /// Reads a message; none when it is not a request of the relay.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let message = parse(bytes, REQUEST_BYTES_MAX)?;
        let MessageType { method, class } = message.typ;
        if class != CLASS_REQUEST {
            return None;
        }
        let kind = match method {
            METHOD_BINDING => Kind::Binding,
            METHOD_ALLOCATE => Kind::Allocate,
            METHOD_REFRESH => Kind::Refresh,
            METHOD_CREATE_PERMISSION => Kind::Permit,
            METHOD_CHANNEL_BIND => Kind::Bind,
            _ => return None,
        };
        Some(Self { kind, id: message.transaction_id, message, method })
    }

    fn text(&self, kind: AttrType) -> Option<String> {
        String::from_utf8(self.message.get(kind).ok()?).ok()
    }

    /// Checks the credential (RFC 8489 §9.2.4).
    ///
    /// # Errors
    /// The answer to give.
    pub(super) fn prove(
        &mut self,
        secret: &Secret,
        crypto: &dyn RTCCrypto,
        now: Timestamp,
    ) -> Result<Proof, Code> {
        let integrity = |a: &&rtc_stun::attributes::RawAttribute| a.typ == ATTR_MESSAGE_INTEGRITY;
        match self.message.attributes.0.iter().filter(integrity).count() {
            0 => return Err(Code::Unauthorized),
            1 => (),
            _ => return Err(Code::BadRequest),
        }
        // Nothing but the fingerprint may stand behind what the HMAC covers.
        let behind =
            self.message.attributes.0.iter().skip_while(|a| a.typ != ATTR_MESSAGE_INTEGRITY);
        if behind.skip(1).any(|a| a.typ != ATTR_FINGERPRINT) {
            return Err(Code::BadRequest);
        }
        let username = self.text(ATTR_USERNAME).ok_or(Code::BadRequest)?;
        let realm = self.text(ATTR_REALM).ok_or(Code::BadRequest)?;
        let nonce = self.text(ATTR_NONCE).ok_or(Code::BadRequest)?;
        if !secret.is_fresh(&nonce, now) {
            return Err(Code::StaleNonce);
        }
        let claim = Claim::read(&username).filter(|claim| claim.until > now);
        let claim = claim.filter(|_| realm == REALM).ok_or(Code::Unauthorized)?;
        let password = secret.password(&username);
        let key =
            MessageIntegrity::long_term_integrity_key(username.clone(), realm, password, crypto)
                .map_err(|_| Code::Unauthorized)?;
        MessageIntegrity::check(&mut self.message, &key, crypto).map_err(|_| Code::Unauthorized)?;
        let known = |kind: AttrType| kind.value() >= 0x8000 || KNOWN.contains(&kind);
        if self
            .message
            .attributes
            .0
            .iter()
            .any(|a| !known(a.typ) && a.typ != ATTR_RESERVATION_TOKEN)
        {
            return Err(Code::UnknownAttribute);
        }
        Ok(Proof { username, claim, key })
    }

    /// Only UDP is relayed, and ports are not reserved.
    pub(super) fn transport(&self) -> Result<(), Code> {
        if !self.message.contains(ATTR_REQUESTED_TRANSPORT) {
            return Err(Code::BadRequest);
        }
        let mut transport = RequestedTransport::default();
        transport.get_from(&self.message).map_err(|_| Code::BadRequest)?;
        if transport.protocol != PROTO_UDP {
            return Err(Code::TransportNotSupported);
        }
        if self.message.contains(ATTR_EVEN_PORT) || self.message.contains(ATTR_RESERVATION_TOKEN) {
            return Err(Code::NoCapacity);
        }
        Ok(())
    }

    /// Whether an IPv4 address is asked for; `usual` when nothing is said.
    pub(super) fn wants_v4(&self, usual: bool) -> Result<bool, Code> {
        if !self.message.contains(ATTR_REQUESTED_ADDRESS_FAMILY) {
            return Ok(usual);
        }
        let mut family = RequestedAddressFamily::default();
        family.get_from(&self.message).map_err(|_| Code::FamilyNotSupported)?;
        Ok(family == REQUESTED_FAMILY_IPV4)
    }

    pub(super) fn lifetime(&self) -> Option<Duration> {
        let mut lifetime = Lifetime::default();
        lifetime.get_from(&self.message).ok()?;
        Some(lifetime.0)
    }

    pub(super) fn channel(&self) -> Option<u16> {
        let mut number = ChannelNumber::default();
        number.get_from(&self.message).ok()?;
        Some(number.0)
    }

    /// The addresses named, at least one.
    pub(super) fn peers(&self) -> Result<Vec<SocketAddr>, Code> {
        let named = self.message.attributes.0.iter().filter(|a| a.typ == ATTR_XOR_PEER_ADDRESS);
        let peers: Option<Vec<SocketAddr>> =
            named.map(|attribute| address(&attribute.value, self.id)).collect();
        let peers = peers.ok_or(Code::BadRequest)?;
        if peers.is_empty() || peers.len() > PEERS_ASKED_MAX {
            return Err(Code::BadRequest);
        }
        Ok(peers)
    }
}

fn parse(bytes: &[u8], max: usize) -> Option<Message> {
    if bytes.len() < HEADER || bytes.len() > max {
        return None;
    }
    let length = usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
    if HEADER + length != bytes.len() || !length.is_multiple_of(4) {
        return None;
    }
    let mut message = Message::new();
    message.unmarshal_binary(bytes).ok()?;
    (message.attributes.0.len() <= ATTRIBUTES_MAX).then_some(message)
}

/// An XOR-PEER-ADDRESS value (RFC 8489 §14.2): the library reads only a message's first.
fn address(value: &[u8], id: TransactionId) -> Option<SocketAddr> {
    let mut message = Message::new();
    message.transaction_id = id;
    message.write_transaction_id();
    message.add(ATTR_XOR_PEER_ADDRESS, value);
    let mut peer = PeerAddress::default();
    peer.get_from(&message).ok()?;
    Some(SocketAddr::new(peer.ip, peer.port))
}

/// The hearing and participant a request names; nothing is proven by it.
pub fn claim(bytes: &[u8]) -> Option<Claim> {
    Claim::read(&Request::read(bytes)?.text(ATTR_USERNAME)?)
}

/// The answer to a request that comes before it is known which media thread it is for. None when
/// it is not a request of the relay.
pub fn challenge(
    bytes: &[u8],
    from: SocketAddr,
    secret: &Secret,
    now: Timestamp,
) -> Option<Vec<u8>> {
    let request = Request::read(bytes)?;
    Some(match request.kind {
        Kind::Binding => Answer::to(&request).mapped(from).plain(),
        Kind::Allocate | Kind::Refresh | Kind::Permit | Kind::Bind => {
            Answer::refusal(&request, Code::Unauthorized).challenge(secret, now)
        }
    })
}

/// Where the data of a Send indication stands, and for whom it is.
pub(super) fn send_indication(bytes: &[u8]) -> Option<(SocketAddr, Range<usize>)> {
    let message = parse(bytes, FRAME_BYTES_MAX)?;
    let MessageType { method, class } = message.typ;
    if method != METHOD_SEND || class != CLASS_INDICATION {
        return None;
    }
    let mut at = HEADER;
    let (mut peer, mut place) = (None, None);
    for attribute in &message.attributes.0 {
        let len = attribute.value.len();
        match attribute.typ {
            ATTR_XOR_PEER_ADDRESS => peer = address(&attribute.value, message.transaction_id),
            ATTR_DATA => place = Some(at + 4..at + 4 + len),
            _ => (),
        }
        at += 4 + len.next_multiple_of(4);
    }
    Some((peer?, place?))
}

/// A Data indication (RFC 8656 §11.4).
pub(super) fn data_indication(peer: SocketAddr, datagram: &[u8]) -> Vec<u8> {
    let setters: [Box<dyn Setter>; 4] = [
        Box::new(TransactionId::new()),
        Box::new(MessageType { method: METHOD_DATA, class: CLASS_INDICATION }),
        Box::new(PeerAddress { ip: peer.ip(), port: peer.port() }),
        Box::new(Data(datagram.to_vec())),
    ];
    let mut message = Message::new();
    match message.build(&setters) {
        Ok(()) => message.raw,
        Err(_) => Vec::new(),
    }
}

/// An answer in the making.
pub(super) struct Answer {
    setters: Vec<Box<dyn Setter>>,
}

impl Answer {
    /// Success.
    pub(super) fn to(request: &Request) -> Self {
        Self::of(request, CLASS_SUCCESS_RESPONSE)
    }

    /// A refusal. No words go with the number: an answer must not be longer than it has to.
    pub(super) fn refusal(request: &Request, code: Code) -> Self {
        let mut answer = Self::of(request, CLASS_ERROR_RESPONSE);
        let code_number = ErrorCode(code as u16);
        answer.put(ErrorCodeAttribute { code: code_number, reason: Vec::new() });
        if code == Code::UnknownAttribute {
            let known = |a: &AttrType| a.value() >= 0x8000 || KNOWN.contains(a);
            let kinds = request.message.attributes.0.iter().map(|a| a.typ);
            let unknown: Vec<u8> = kinds
                .filter(|kind| !known(kind))
                .take(8)
                .flat_map(|kind| kind.value().to_be_bytes())
                .collect();
            answer.put(Raw(ATTR_UNKNOWN_ATTRIBUTES, unknown));
        }
        answer
    }

    fn of(request: &Request, class: rtc_stun::message::MessageClass) -> Self {
        let kind = MessageType { method: request.method, class };
        Self { setters: vec![Box::new(request.id), Box::new(kind)] }
    }

    fn put(&mut self, setter: impl Setter + 'static) {
        self.setters.push(Box::new(setter));
    }

    /// Says where the client is seen.
    pub(super) fn mapped(mut self, client: SocketAddr) -> Self {
        self.put(XorMappedAddress { ip: client.ip(), port: client.port() });
        self
    }

    /// Says what was allocated.
    pub(super) fn relayed(mut self, at: SocketAddr, client: SocketAddr, life: Duration) -> Self {
        self.put(RelayedAddress { ip: at.ip(), port: at.port() });
        self.mapped(client).lifetime(life)
    }

    /// Says how long it lives.
    pub(super) fn lifetime(mut self, life: Duration) -> Self {
        self.put(Lifetime(life));
        self
    }

    /// The bytes, with realm and nonce for the next try.
    pub(super) fn challenge(mut self, secret: &Secret, now: Timestamp) -> Vec<u8> {
        self.put(Raw(ATTR_REALM, REALM.into()));
        self.put(Raw(ATTR_NONCE, secret.nonce(now).into_bytes()));
        self.plain()
    }

    /// The bytes, with proof that this end knows the password too.
    pub(super) fn proven(self, key: &[u8], crypto: &dyn RTCCrypto) -> Vec<u8> {
        let mut message = Message::new();
        let integrity = MessageIntegrity::new_raw_integrity_with_provider(key, crypto);
        let built = message.build(&self.setters).and_then(|()| integrity.add_to(&mut message));
        if built.is_ok() { message.raw } else { Vec::new() }
    }

    /// The bytes.
    pub(super) fn plain(self) -> Vec<u8> {
        let mut message = Message::new();
        if message.build(&self.setters).is_ok() { message.raw } else { Vec::new() }
    }
}

struct Raw(AttrType, Vec<u8>);

impl Setter for Raw {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
        message.add(self.0, &self.1);
        Ok(())
    }
}
