//! Messages of the relay without any socket.

use model::limits;
use rtc_crypto::providers::RingProvider;
use rtc_stun::attributes::{
    ATTR_CHANNEL_NUMBER, ATTR_DATA, ATTR_LIFETIME, ATTR_MESSAGE_INTEGRITY, ATTR_NONCE, ATTR_REALM,
    ATTR_REQUESTED_TRANSPORT, ATTR_USERNAME, ATTR_XOR_PEER_ADDRESS, ATTR_XOR_RELAYED_ADDRESS,
    AttrType,
};
use rtc_stun::error_code::ErrorCodeAttribute;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{
    CLASS_INDICATION, CLASS_REQUEST, Getter, METHOD_ALLOCATE, METHOD_CHANNEL_BIND,
    METHOD_CREATE_PERMISSION, METHOD_REFRESH, METHOD_SEND, Message, MessageType, Method, Setter,
};
use rtc_stun::textattrs::TextAttribute;
use rtc_stun::xoraddr::XorMappedAddress;

use super::*;

const MEDIA: &str = "192.0.2.1:8443";
const TRANSPORT: &[u8] = &[17, 0, 0, 0];

struct Stand {
    relays: Relays<&'static str>,
    secret: Arc<Secret>,
    provider: Arc<dyn RTCCryptoProvider>,
    client: Client,
    now: Now,
    nonce: String,
    username: String,
    password: String,
    asked: u8,
}

impl Stand {
    fn new(max: usize) -> Self {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::new(RingProvider::new());
        let secret = Arc::new(Secret::random().unwrap());
        let utc = model::Timestamp(1_700_000_000_000);
        let now = Now { instant: Instant(1), utc };
        let (username, password) = secret.credential(HearingId(7), ParticipantId(2), utc);
        let nonce = secret.nonce(utc);
        let relays = Relays::new(Arc::clone(&secret), Arc::clone(&provider), 0, max);
        let client = Client::Udp("198.51.100.7:4000".parse().unwrap());
        Self { relays, secret, provider, client, now, nonce, username, password, asked: 0 }
    }

    fn message(
        &mut self,
        method: Method,
        attributes: &[(AttrType, &[u8])],
        peers: &[&str],
        signed: bool,
    ) -> Vec<u8> {
        self.asked += 1;
        let id = TransactionId([self.asked; 12]);
        let class = if method == METHOD_SEND { CLASS_INDICATION } else { CLASS_REQUEST };
        let mut message = Message::new();
        let kind = MessageType { method, class };
        message.build(&[Box::new(id), Box::new(kind)]).unwrap();
        for peer in peers {
            let peer: SocketAddr = peer.parse().unwrap();
            let peer = XorMappedAddress { ip: peer.ip(), port: peer.port() };
            peer.add_to_as(&mut message, ATTR_XOR_PEER_ADDRESS).unwrap();
        }
        for (kind, value) in attributes {
            message.add(*kind, value);
        }
        if signed {
            for (kind, text) in [
                (ATTR_USERNAME, self.username.as_str()),
                (ATTR_REALM, "assize"),
                (ATTR_NONCE, self.nonce.as_str()),
            ] {
                TextAttribute::new(kind, text.to_owned()).add_to(&mut message).unwrap();
            }
            let integrity = MessageIntegrity::new_long_term_integrity_with_provider(
                self.username.clone(),
                "assize".to_owned(),
                self.password.clone(),
                self.provider.crypto(),
            );
            integrity.unwrap().add_to(&mut message).unwrap();
        }
        message.raw
    }

    fn give(&mut self, bytes: &[u8]) -> Step {
        let ips = ["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()];
        let own = Own { ips: &ips, port: 8443, v4: true };
        self.relays.request(self.now, self.client, &"outer", bytes, &own)
    }

    /// The number of the refusal, 0 for success.
    fn ask(&mut self, method: Method, attributes: &[(AttrType, &[u8])], peers: &[&str]) -> u16 {
        let bytes = self.message(method, attributes, peers, true);
        let step = self.give(&bytes);
        code(&step)
    }

    fn allocate(&mut self) -> u16 {
        self.ask(METHOD_ALLOCATE, &[(ATTR_REQUESTED_TRANSPORT, TRANSPORT)], &[])
    }

    fn bind(&mut self, number: u16, peer: &str) -> u16 {
        let [high, low] = number.to_be_bytes();
        self.ask(METHOD_CHANNEL_BIND, &[(ATTR_CHANNEL_NUMBER, &[high, low, 0, 0])], &[peer])
    }

    fn later(&mut self, by: Duration) {
        self.now = self.now.plus(by);
        self.nonce = self.secret.nonce(self.now.utc);
    }
}

fn answer(step: &Step) -> Message {
    let (Step::Challenge(bytes) | Step::Answer(bytes) | Step::Made(bytes) | Step::Ended(bytes, _)) =
        step
    else {
        panic!("there is an answer")
    };
    let mut message = Message::new();
    message.unmarshal_binary(bytes).unwrap();
    message
}

fn code(step: &Step) -> u16 {
    let mut error = ErrorCodeAttribute::default();
    match error.get_from(&answer(step)) {
        Ok(()) => error.code.0,
        Err(_) => 0,
    }
}

#[test]
fn a_bare_request_is_answered_with_no_more_bytes_than_two_of_it() {
    let mut stand = Stand::new(4);
    let bare = stand.message(METHOD_ALLOCATE, &[(ATTR_REQUESTED_TRANSPORT, TRANSPORT)], &[], false);
    let step = stand.give(&bare);
    assert_eq!(code(&step), 401);
    let Step::Challenge(bytes) = step else { panic!("nothing is proven") };
    assert_eq!((bare.len(), bytes.len()), (28, 56));
    let from = "198.51.100.7:4000".parse().unwrap();
    assert_eq!(challenge(&bare, from, &stand.secret, stand.now.utc), Some(bytes));
    assert_eq!(claim(&bare), None);
    let signed = stand.message(METHOD_REFRESH, &[], &[], true);
    assert_eq!(claim(&signed).map(|claim| claim.hearing), Some(HearingId(7)));
}

#[test]
fn answers_prove_that_this_end_knows_the_password_too() {
    let mut stand = Stand::new(4);
    let request =
        stand.message(METHOD_ALLOCATE, &[(ATTR_REQUESTED_TRANSPORT, TRANSPORT)], &[], true);
    let step = stand.give(&request);
    assert!(matches!(step, Step::Made(_)));
    let mut message = answer(&step);
    assert!(message.contains(ATTR_MESSAGE_INTEGRITY) && message.contains(ATTR_LIFETIME));
    let key = MessageIntegrity::long_term_integrity_key(
        stand.username.clone(),
        "assize".to_owned(),
        stand.password.clone(),
        stand.provider.crypto(),
    );
    MessageIntegrity::check(&mut message, &key.unwrap(), stand.provider.crypto()).unwrap();
    // Its answer was lost: the same request gets the same address.
    let again = stand.give(&request);
    let relayed = |message: &Message| {
        let mut at = XorMappedAddress::default();
        at.get_from_as(message, ATTR_XOR_RELAYED_ADDRESS).unwrap();
        (at.ip, at.port)
    };
    assert_eq!(relayed(&answer(&again)), relayed(&message));
    assert_eq!(stand.allocate(), 437, "another request is another matter");
}

#[test]
fn nonces_and_credentials_end() {
    let mut stand = Stand::new(4);
    assert_eq!(stand.allocate(), 0);
    let old = stand.nonce.clone();
    stand.later(Duration::from_secs(3_700));
    stand.nonce = old;
    assert_eq!(stand.ask(METHOD_REFRESH, &[], &[]), 438);
    stand.later(Duration::ZERO);
    assert_eq!(stand.ask(METHOD_REFRESH, &[], &[]), 0);
    stand.later(limits::RELAY_LIFE);
    assert_eq!(stand.ask(METHOD_REFRESH, &[], &[]), 401);
}

#[test]
fn each_changed_byte_is_noticed() {
    let mut stand = Stand::new(4);
    let whole = stand.message(METHOD_ALLOCATE, &[(ATTR_REQUESTED_TRANSPORT, TRANSPORT)], &[], true);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x01;
        assert!(!matches!(stand.give(&changed), Step::Made(_)), "byte {at}");
        assert!(!matches!(stand.give(&whole[..at]), Step::Made(_)), "cut at {at}");
    }
    assert!(matches!(stand.give(&whole), Step::Made(_)));
}

#[test]
fn only_udp_to_this_server_is_relayed() {
    let mut stand = Stand::new(4);
    assert_eq!(stand.ask(METHOD_ALLOCATE, &[], &[]), 400);
    assert_eq!(stand.ask(METHOD_ALLOCATE, &[(ATTR_REQUESTED_TRANSPORT, &[6, 0, 0, 0])], &[]), 442);
    assert_eq!(stand.ask(METHOD_CREATE_PERMISSION, &[], &[MEDIA]), 437);
    assert_eq!(stand.allocate(), 0);
    assert_eq!(stand.ask(METHOD_CREATE_PERMISSION, &[], &[]), 400);
    assert_eq!(stand.ask(METHOD_CREATE_PERMISSION, &[], &[MEDIA]), 0);
    assert_eq!(stand.ask(METHOD_CREATE_PERMISSION, &[], &[MEDIA, "192.0.2.2:8443"]), 403);
    assert_eq!(stand.ask(METHOD_CREATE_PERMISSION, &[], &["[2001:db8::1]:8443"]), 443);
    assert_eq!(stand.bind(0x4000, MEDIA), 0);
    assert_eq!(stand.bind(0x4000, MEDIA), 0, "kept longer");
    assert_eq!(stand.bind(0x4001, MEDIA), 400, "an address has one channel");
    assert_eq!(stand.bind(0x4000, "192.0.2.1:9"), 400, "a channel has one address");
    assert_eq!(stand.bind(0x4002, "203.0.113.1:53"), 403);
}

#[test]
fn data_passes_with_permission_and_channel_as_long_as_they_last() {
    let mut stand = Stand::new(4);
    let data = (ATTR_DATA, &b"five!"[..]);
    let send = stand.message(METHOD_SEND, &[data], &[MEDIA], false);
    let took = |stand: &Stand, bytes: &[u8]| {
        let (now, client) = (stand.now.instant, stand.client);
        let inner = stand
            .relays
            .indication(now, client, bytes, 8443)
            .or_else(|| stand.relays.channel_data(now, client, bytes, 8443));
        inner.map(|inner| bytes[inner.place].to_vec())
    };
    assert_eq!(took(&stand, &send), None);
    assert_eq!(stand.allocate(), 0);
    assert_eq!(took(&stand, &send), None, "no permission yet");
    assert_eq!(stand.ask(METHOD_CREATE_PERMISSION, &[], &[MEDIA]), 0);
    assert_eq!(took(&stand, &send), Some(b"five!".to_vec()));
    let mut channel = Vec::new();
    put_channel_data(0x4000, b"five!", true, &mut channel);
    assert_eq!(channel.len(), 12);
    assert_eq!(took(&stand, &channel), None, "no channel yet");
    assert_eq!(stand.bind(0x4000, MEDIA), 0);
    assert_eq!(took(&stand, &channel), Some(b"five!".to_vec()));
    for len in 0..9 {
        assert_eq!(took(&stand, &channel[..len]), None);
    }
    let other_port = stand.message(METHOD_SEND, &[data], &["192.0.2.1:22"], false);
    assert_eq!(took(&stand, &other_port), None);
    stand.later(PERMISSION_LIFE);
    assert_eq!(took(&stand, &send), None);
    stand.later(CHANNEL_LIFE - PERMISSION_LIFE);
    assert_eq!(took(&stand, &channel), None);
    assert_eq!(stand.relays.expire(stand.now.instant), [1]);
    assert!(!stand.relays.knows(stand.client));
}

#[test]
fn allocations_have_an_end_in_number() {
    let mut stand = Stand::new(2);
    for (port, expected) in [(1, 0), (2, 0), (3, 508)] {
        stand.client = Client::Udp(([198, 51, 100, 7], port).into());
        assert_eq!(stand.allocate(), expected);
    }
    let life = 0_u32.to_be_bytes();
    stand.client = Client::Udp(([198, 51, 100, 7], 1).into());
    let bytes = stand.message(METHOD_REFRESH, &[(ATTR_LIFETIME, &life)], &[], true);
    assert!(matches!(stand.give(&bytes), Step::Ended(_, 1)));
    stand.client = Client::Stream(1, ([198, 51, 100, 7], 3).into());
    assert_eq!(stand.allocate(), 0, "a place is free again");
}

#[test]
fn relayed_addresses_differ_and_belong_to_no_machine() {
    let mut seen = std::collections::BTreeSet::new();
    for number in (0..4_096).chain(0x7FF0..0x8010).chain(0xFFFF_FFF0..=0xFFFF_FFFF) {
        for thread in [0, 1, 63] {
            for v4 in [true, false] {
                let at = relayed(thread, number, v4);
                assert!(seen.insert(at), "{number} {thread} {at}");
                assert!(at.port() >= 0x8000);
                match at.ip() {
                    IpAddr::V4(ip) => assert!(ip.octets()[0] >= 240 && !ip.is_broadcast()),
                    IpAddr::V6(ip) => assert_eq!(ip.segments()[..4], [0x100, 0, 0, 0]),
                }
            }
        }
    }
}
