//! How the page of tests reaches the server when UDP does not: ICE-TCP, or a relay by UDP or TCP.
//! Frames and requests are built here by hand, not by what is tested.
//!
//! What is not here: ICE, DTLS and SRTP (`client.rs`).

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::RingProvider;
use rtc_stun::attributes::{
    ATTR_CHANNEL_NUMBER, ATTR_DATA, ATTR_LIFETIME, ATTR_NONCE, ATTR_REALM,
    ATTR_REQUESTED_ADDRESS_FAMILY, ATTR_REQUESTED_TRANSPORT, ATTR_USERNAME, ATTR_XOR_PEER_ADDRESS,
    ATTR_XOR_RELAYED_ADDRESS, AttrType,
};
use rtc_stun::error_code::ErrorCodeAttribute;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    CLASS_INDICATION, CLASS_REQUEST, CLASS_SUCCESS_RESPONSE, Getter, METHOD_ALLOCATE,
    METHOD_CHANNEL_BIND, METHOD_CREATE_PERMISSION, METHOD_DATA, METHOD_REFRESH, METHOD_SEND,
    Message, MessageType, Method, Setter, TransactionId,
};
use rtc_stun::textattrs::TextAttribute;
use rtc_stun::xoraddr::XorMappedAddress;

use crate::client::{Flag, PATIENCE};

/// Something that is not plain UDP to the server.
#[derive(Debug)]
pub(crate) enum Way {
    /// ICE-TCP (RFC 6544).
    Ice(Stream),
    /// A relay (RFC 8656).
    Relay(Box<Relay>),
}

impl Way {
    pub(crate) fn send(&mut self, datagram: &[u8]) {
        match self {
            Self::Ice(stream) => stream.send(&framed(datagram)),
            Self::Relay(relay) => relay.send(datagram),
        }
    }

    /// The next datagram, if one comes within 50 ms.
    pub(crate) fn receive(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Ice(stream) => stream.receive(|held| {
                let len = usize::from(u16::from_be_bytes([*held.first()?, *held.get(1)?]));
                held.get(2..2 + len).map(|frame| (frame.to_vec(), 2 + len))
            }),
            Self::Relay(relay) => relay.receive(),
        }
    }
}

pub(crate) fn framed(datagram: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(datagram.len()).unwrap().to_be_bytes().to_vec();
    bytes.extend_from_slice(datagram);
    bytes
}

/// TCP with what came and is not whole yet.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) tcp: TcpStream,
    held: Vec<u8>,
}

impl Stream {
    pub(crate) fn connect(to: SocketAddr) -> Self {
        let tcp = TcpStream::connect(to).unwrap();
        tcp.set_nodelay(true).unwrap();
        tcp.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        Self { tcp, held: Vec::new() }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.tcp.write_all(bytes).unwrap();
    }

    /// What `take` finds at the front of the stream; it says how many bytes that uses.
    pub(crate) fn receive(
        &mut self,
        take: impl Fn(&[u8]) -> Option<(Vec<u8>, usize)>,
    ) -> Option<Vec<u8>> {
        if let Some((found, used)) = take(&self.held) {
            self.held.drain(..used);
            return Some(found);
        }
        let mut bytes = [0; 4_096];
        match self.tcp.read(&mut bytes) {
            Ok(len) => self.held.extend_from_slice(&bytes[..len]),
            Err(fault) if matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => (),
            Err(fault) => panic!("the stream broke: {fault}"),
        }
        let (found, used) = take(&self.held)?;
        self.held.drain(..used);
        Some(found)
    }

    /// Whether the server closes it, in time.
    pub(crate) fn is_closed(&mut self) -> bool {
        let start = Instant::now();
        let mut bytes = [0; 4_096];
        while start.elapsed() < PATIENCE {
            match self.tcp.read(&mut bytes) {
                Ok(0) => return true,
                Ok(_) => (),
                Err(fault) => match fault.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => (),
                    _ => return true,
                },
            }
        }
        false
    }
}

/// What reaches the relay.
#[derive(Debug)]
pub(crate) enum Access {
    Udp(UdpSocket, SocketAddr),
    Tcp(Stream),
}

/// A client of the relay.
#[derive(Debug)]
pub(crate) struct Relay {
    access: Access,
    pub(crate) username: String,
    pub(crate) password: String,
    nonce: String,
    realm: String,
    /// The one peer everything goes to.
    pub(crate) peer: SocketAddr,
    pub(crate) relayed: Option<SocketAddr>,
    bound: bool,
    waiting: Vec<Vec<u8>>,
}

/// The channel of tests.
const CHANNEL: u16 = 0x4001;

impl Relay {
    pub(crate) fn new(access: Access, username: &str, password: &str, peer: SocketAddr) -> Self {
        Self {
            access,
            username: username.to_owned(),
            password: password.to_owned(),
            nonce: String::new(),
            realm: String::new(),
            peer,
            relayed: None,
            bound: false,
            waiting: Vec::new(),
        }
    }

    /// Gets a relayed address and a permission; data goes in indications.
    pub(crate) fn open(mut self) -> Self {
        assert_eq!(self.allocate(), 401, "who says no name is asked for it");
        assert_eq!(self.allocate(), 0);
        assert_eq!(self.permit(self.peer), 0);
        self
    }

    /// As `open`, and binds a channel.
    pub(crate) fn bound(self) -> Self {
        let mut relay = self.open();
        assert_eq!(relay.bind(CHANNEL, relay.peer), 0);
        relay.bound = true;
        relay
    }

    pub(crate) fn allocate(&mut self) -> u16 {
        let mut attributes = vec![(ATTR_REQUESTED_TRANSPORT, vec![17, 0, 0, 0])];
        if self.peer.is_ipv6() {
            attributes.push((ATTR_REQUESTED_ADDRESS_FAMILY, vec![2, 0, 0, 0]));
        }
        let (code, answer) = self.ask(METHOD_ALLOCATE, &attributes, &[]);
        if code == 0 {
            let mut relayed = XorMappedAddress::default();
            relayed.get_from_as(&answer, ATTR_XOR_RELAYED_ADDRESS).unwrap();
            self.relayed = Some(SocketAddr::new(relayed.ip, relayed.port));
        }
        code
    }

    pub(crate) fn permit(&mut self, peer: SocketAddr) -> u16 {
        self.ask(METHOD_CREATE_PERMISSION, &[], &[peer]).0
    }

    pub(crate) fn bind(&mut self, channel: u16, peer: SocketAddr) -> u16 {
        let mut number = channel.to_be_bytes().to_vec();
        number.extend_from_slice(&[0, 0]);
        self.ask(METHOD_CHANNEL_BIND, &[(ATTR_CHANNEL_NUMBER, number)], &[peer]).0
    }

    pub(crate) fn refresh(&mut self, seconds: u32) -> u16 {
        self.ask(METHOD_REFRESH, &[(ATTR_LIFETIME, seconds.to_be_bytes().to_vec())], &[]).0
    }

    /// Asks and gives the error's number, or 0, and the answer. Learns realm and nonce.
    fn ask(
        &mut self,
        method: Method,
        attributes: &[(AttrType, Vec<u8>)],
        peers: &[SocketAddr],
    ) -> (u16, Message) {
        let provider = RingProvider::new();
        let id = TransactionId::new();
        let kind = MessageType { method, class: CLASS_REQUEST };
        let mut message = Message::new();
        let setters: [Box<dyn Setter>; 2] = [Box::new(id), Box::new(kind)];
        message.build(&setters).unwrap();
        for (kind, value) in attributes {
            Flag(*kind, value).add_to(&mut message).unwrap();
        }
        for peer in peers {
            let peer = XorMappedAddress { ip: peer.ip(), port: peer.port() };
            peer.add_to_as(&mut message, ATTR_XOR_PEER_ADDRESS).unwrap();
        }
        if !self.nonce.is_empty() {
            for (kind, text) in [
                (ATTR_USERNAME, &self.username),
                (ATTR_REALM, &self.realm),
                (ATTR_NONCE, &self.nonce),
            ] {
                TextAttribute::new(kind, text.clone()).add_to(&mut message).unwrap();
            }
            let integrity = MessageIntegrity::new_long_term_integrity_with_provider(
                self.username.clone(),
                self.realm.clone(),
                self.password.clone(),
                provider.crypto(),
            );
            integrity.unwrap().add_to(&mut message).unwrap();
        }
        let start = Instant::now();
        let mut sent: Option<Instant> = None;
        loop {
            assert!(start.elapsed() < PATIENCE, "the relay answers");
            // By UDP a request is repeated until it is answered (RFC 8489 §6.2.1).
            let again = matches!(self.access, Access::Udp(..))
                && sent.is_some_and(|sent| sent.elapsed() > Duration::from_millis(100));
            if sent.is_none() || again {
                self.put(&message.raw);
                sent = Some(Instant::now());
            }
            let Some(bytes) = self.take() else { continue };
            let mut answer = Message::new();
            if bytes[0] >= 0x40 || answer.unmarshal_binary(&bytes).is_err() {
                self.waiting.push(bytes);
                continue;
            }
            if answer.transaction_id != id {
                continue;
            }
            for (kind, text) in [(ATTR_REALM, &mut self.realm), (ATTR_NONCE, &mut self.nonce)] {
                if let Ok(found) = TextAttribute::get_from_as(&answer, kind) {
                    *text = found.text;
                }
            }
            if answer.typ.class == CLASS_SUCCESS_RESPONSE {
                return (0, answer);
            }
            let mut error = ErrorCodeAttribute::default();
            error.get_from(&answer).unwrap();
            return (error.code.0, answer);
        }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) {
        match &mut self.access {
            Access::Udp(socket, relay) => {
                socket.send_to(bytes, *relay).unwrap();
            }
            Access::Tcp(stream) => stream.send(bytes),
        }
    }

    /// The next message of the relay.
    pub(crate) fn take(&mut self) -> Option<Vec<u8>> {
        match &mut self.access {
            Access::Udp(socket, _) => {
                let mut bytes = [0; 2_048];
                let len = socket.recv(&mut bytes).ok()?;
                Some(bytes[..len].to_vec())
            }
            Access::Tcp(stream) => stream.receive(|held| {
                let len = usize::from(u16::from_be_bytes([*held.get(2)?, *held.get(3)?]));
                let (len, padded) = match held[0] {
                    0..=0x3F => (20 + len, 20 + len),
                    _ => (4 + len, (4 + len).div_ceil(4) * 4),
                };
                held.get(..padded).map(|whole| (whole[..len].to_vec(), padded))
            }),
        }
    }

    /// Sends a datagram to the peer.
    pub(crate) fn send(&mut self, datagram: &[u8]) {
        if self.bound {
            let mut bytes = CHANNEL.to_be_bytes().to_vec();
            bytes.extend_from_slice(&framed(datagram));
            if matches!(self.access, Access::Tcp(_)) {
                bytes.resize(bytes.len().div_ceil(4) * 4, 0);
            }
            return self.put(&bytes);
        }
        let mut message = Message::new();
        let kind = MessageType { method: METHOD_SEND, class: CLASS_INDICATION };
        let setters: [Box<dyn Setter>; 2] = [Box::new(TransactionId::new()), Box::new(kind)];
        message.build(&setters).unwrap();
        let peer = XorMappedAddress { ip: self.peer.ip(), port: self.peer.port() };
        peer.add_to_as(&mut message, ATTR_XOR_PEER_ADDRESS).unwrap();
        message.add(ATTR_DATA, datagram);
        self.put(&message.raw);
    }

    fn receive(&mut self) -> Option<Vec<u8>> {
        let bytes = if self.waiting.is_empty() { self.take()? } else { self.waiting.remove(0) };
        if bytes[0] >= 0x40 {
            assert_eq!(bytes[..2], CHANNEL.to_be_bytes());
            return Some(bytes[4..].to_vec());
        }
        let mut message = Message::new();
        message.unmarshal_binary(&bytes).unwrap();
        assert_eq!(message.typ, MessageType { method: METHOD_DATA, class: CLASS_INDICATION });
        let mut peer = XorMappedAddress::default();
        peer.get_from_as(&message, ATTR_XOR_PEER_ADDRESS).unwrap();
        assert_eq!(SocketAddr::new(peer.ip, peer.port), self.peer);
        Some(message.get(ATTR_DATA).unwrap())
    }
}
