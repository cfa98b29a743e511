//! Connectivity checks (RFC 8445, STUN of RFC 8489) as a lite agent answers them: read, prove,
//! answer.
//!
//! What is not here: which connection a check belongs to and what its path becomes
//! (`connection.rs`). This end never sends a check of its own, and never answers what is not
//! proven, so it cannot be used to amplify anything.

use std::net::SocketAddr;

use rtc_crypto::RTCCrypto;
use rtc_stun::attributes::{
    ATTR_FINGERPRINT, ATTR_ICE_CONTROLLED, ATTR_ICE_CONTROLLING, ATTR_MESSAGE_INTEGRITY,
    ATTR_NETWORK_COST, ATTR_PRIORITY, ATTR_SOFTWARE, ATTR_UNKNOWN_ATTRIBUTES, ATTR_USE_CANDIDATE,
    ATTR_USERNAME, AttrType,
};
use rtc_stun::error_code::{CODE_ROLE_CONFLICT, CODE_UNKNOWN_ATTRIBUTE, ErrorCodeAttribute};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_ERROR, BINDING_REQUEST, BINDING_SUCCESS, Message, Setter};
use rtc_stun::xoraddr::XorMappedAddress;

/// Bytes of a check; browsers need about 150.
const CHECK_BYTES_MAX: usize = 548;
/// Bytes of the STUN header (RFC 8489 §5).
const HEADER: usize = 20;
/// MESSAGE-INTEGRITY with its attribute header, then FINGERPRINT with its own.
const TRAILER: usize = 24 + 8;
/// Characters of a user name fragment (RFC 8839 §5.4).
const UFRAG_CHARS_MAX: usize = 256;
/// Attributes this end understands; another below 0x8000 is answered with error 420.
const KNOWN: [AttrType; 9] = [
    ATTR_USERNAME,
    ATTR_MESSAGE_INTEGRITY,
    ATTR_FINGERPRINT,
    ATTR_PRIORITY,
    ATTR_USE_CANDIDATE,
    ATTR_ICE_CONTROLLING,
    ATTR_ICE_CONTROLLED,
    ATTR_NETWORK_COST,
    ATTR_SOFTWARE,
];

/// Why a datagram is not a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StunDrop {
    /// Not STUN, or broken.
    Malformed,
    /// STUN, but not a binding request.
    NotRequest,
    /// FINGERPRINT or MESSAGE-INTEGRITY is missing, out of place, or the fingerprint is wrong.
    Unprotected,
    /// No user name of the form `server:client`.
    NoUsername,
}

/// A binding request whose outside is sound. Nothing is proven before [`Check::is_genuine`].
#[derive(Clone, Debug)]
pub struct Check {
    message: Message,
    server_ufrag: String,
    nominates: bool,
    claims_controlled: bool,
    unknown: Vec<AttrType>,
}

impl Check {
    /// Reads a datagram. Never panics, whatever the bytes.
    ///
    /// # Errors
    /// See [`StunDrop`].
    pub fn read(datagram: &[u8]) -> Result<Self, StunDrop> {
        if datagram.len() < HEADER || datagram.len() > CHECK_BYTES_MAX {
            return Err(StunDrop::Malformed);
        }
        let length = usize::from(u16::from_be_bytes([datagram[2], datagram[3]]));
        if HEADER + length != datagram.len() || !length.is_multiple_of(4) {
            return Err(StunDrop::Malformed);
        }
        if !ends_protected(datagram) {
            return Err(StunDrop::Unprotected);
        }
        let mut message = Message::new();
        message.unmarshal_binary(datagram).map_err(|_| StunDrop::Malformed)?;
        if message.typ != BINDING_REQUEST {
            return Err(StunDrop::NotRequest);
        }
        let once =
            |kind: AttrType| message.attributes.0.iter().filter(|a| a.typ == kind).count() == 1;
        // One of each, at the end: so there is no doubt over what the HMAC covers.
        if !once(ATTR_MESSAGE_INTEGRITY) || !once(ATTR_FINGERPRINT) {
            return Err(StunDrop::Unprotected);
        }
        FINGERPRINT.check(&message).map_err(|_| StunDrop::Unprotected)?;
        let username = message.get(ATTR_USERNAME).map_err(|_| StunDrop::NoUsername)?;
        let username = String::from_utf8(username).map_err(|_| StunDrop::NoUsername)?;
        let (server_ufrag, client_ufrag) = username.split_once(':').ok_or(StunDrop::NoUsername)?;
        if server_ufrag.is_empty()
            || client_ufrag.is_empty()
            || server_ufrag.len() > UFRAG_CHARS_MAX
        {
            return Err(StunDrop::NoUsername);
        }
        let unknown = message
            .attributes
            .0
            .iter()
            .map(|attribute| attribute.typ)
            .filter(|kind| kind.value() < 0x8000 && !KNOWN.contains(kind))
            .collect();
        Ok(Self {
            server_ufrag: server_ufrag.to_owned(),
            nominates: message.contains(ATTR_USE_CANDIDATE),
            claims_controlled: message.contains(ATTR_ICE_CONTROLLED),
            unknown,
            message,
        })
    }

    /// The user name fragment this end gave out.
    pub fn server_ufrag(&self) -> &str {
        &self.server_ufrag
    }

    /// Whether the page uses this path from now on (RFC 8445 §7.3.1.5).
    pub const fn nominates(&self) -> bool {
        self.nominates
    }

    /// Whether the check can count at all: neither a role conflict nor unknown demands.
    pub const fn is_sound(&self) -> bool {
        !self.claims_controlled && self.unknown.is_empty()
    }

    /// Whether the sender knows the password this end gave out.
    pub fn is_genuine(&mut self, password: &str, crypto: &dyn RTCCrypto) -> bool {
        MessageIntegrity::check(&mut self.message, password.as_bytes(), crypto).is_ok()
    }

    /// The answer: success with the address the check came from, error 487 when the sender claims
    /// this end's role, error 420 when it demands what this end does not know. Call for genuine
    /// checks only. None when it cannot be built, which would be a bug.
    pub fn answer(
        &self,
        from: SocketAddr,
        password: &str,
        crypto: &dyn RTCCrypto,
    ) -> Option<Vec<u8>> {
        let mut setters: Vec<Box<dyn Setter + '_>> = vec![Box::new(self.message.transaction_id)];
        if self.claims_controlled {
            setters.push(Box::new(BINDING_ERROR));
            setters.push(Box::new(ErrorCodeAttribute {
                code: CODE_ROLE_CONFLICT,
                reason: b"Role Conflict".to_vec(),
            }));
        } else if !self.unknown.is_empty() {
            setters.push(Box::new(BINDING_ERROR));
            setters.push(Box::new(ErrorCodeAttribute {
                code: CODE_UNKNOWN_ATTRIBUTE,
                reason: b"Unknown Attribute".to_vec(),
            }));
            setters.push(Box::new(UnknownAttributes(&self.unknown)));
        } else {
            setters.push(Box::new(BINDING_SUCCESS));
            setters.push(Box::new(XorMappedAddress { ip: from.ip(), port: from.port() }));
        }
        setters.push(Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
            password.to_owned(),
            crypto,
        )));
        setters.push(Box::new(FINGERPRINT));
        let mut answer = Message::new();
        answer.build(&setters).ok()?;
        Some(answer.raw)
    }
}

/// The UNKNOWN-ATTRIBUTES attribute (RFC 8489 §14.13).
struct UnknownAttributes<'a>(&'a [AttrType]);

impl Setter for UnknownAttributes<'_> {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
        let list: Vec<u8> =
            self.0.iter().take(8).flat_map(|kind| kind.value().to_be_bytes()).collect();
        message.add(ATTR_UNKNOWN_ATTRIBUTES, &list);
        Ok(())
    }
}

/// Whether MESSAGE-INTEGRITY and FINGERPRINT stand at the end, in this order.
fn ends_protected(datagram: &[u8]) -> bool {
    let Some(at) = datagram.len().checked_sub(TRAILER) else { return false };
    at >= HEADER
        && datagram[at..at + 4] == [0x00, 0x08, 0, 20]
        && datagram[at + 24..at + 28] == [0x80, 0x28, 0, 4]
}

#[cfg(test)]
mod tests {
    use rtc_crypto::RTCCryptoProvider;
    use rtc_crypto::providers::RingProvider;
    use rtc_stun::message::{Getter, TransactionId};
    use rtc_stun::textattrs::Username;

    use super::*;

    const PASSWORD: &str = "a password of the server";

    struct Flag(AttrType, Vec<u8>);

    impl Setter for Flag {
        fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
            message.add(self.0, &self.1);
            Ok(())
        }
    }

    fn check(extra: Vec<Flag>, username: &str, password: &str) -> Vec<u8> {
        let provider = RingProvider::new();
        let mut setters: Vec<Box<dyn Setter + '_>> = vec![
            Box::new(BINDING_REQUEST),
            Box::new(TransactionId([7; 12])),
            Box::new(Username::new(ATTR_USERNAME, username.to_owned())),
        ];
        for flag in extra {
            setters.push(Box::new(flag));
        }
        setters.push(Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
            password.to_owned(),
            provider.crypto(),
        )));
        setters.push(Box::new(FINGERPRINT));
        let mut message = Message::new();
        message.build(&setters).unwrap();
        message.raw
    }

    fn answer_to(datagram: &[u8], from: SocketAddr) -> Message {
        let provider = RingProvider::new();
        let mut check = Check::read(datagram).unwrap();
        assert!(check.is_genuine(PASSWORD, provider.crypto()));
        let raw = check.answer(from, PASSWORD, provider.crypto()).unwrap();
        assert!(raw.len() <= datagram.len() + 32, "an answer amplifies nothing");
        let mut answer = Message::new();
        answer.unmarshal_binary(&raw).unwrap();
        FINGERPRINT.check(&answer).unwrap();
        MessageIntegrity::check(&mut answer, PASSWORD.as_bytes(), provider.crypto()).unwrap();
        assert_eq!(answer.transaction_id, TransactionId([7; 12]));
        answer
    }

    #[test]
    fn a_genuine_check_is_answered_with_where_it_came_from() {
        for from in ["192.0.2.7:4000", "[2001:db8::7]:4000"] {
            let from: SocketAddr = from.parse().unwrap();
            let answer = answer_to(&check(Vec::new(), "srv:cli", PASSWORD), from);
            assert_eq!(answer.typ, BINDING_SUCCESS);
            let mut mapped = XorMappedAddress::default();
            mapped.get_from(&answer).unwrap();
            assert_eq!((mapped.ip, mapped.port), (from.ip(), from.port()));
        }
    }

    #[test]
    fn the_user_name_and_the_nomination_are_read() {
        let plain = Check::read(&check(Vec::new(), "srv:cli", PASSWORD)).unwrap();
        assert_eq!(plain.server_ufrag(), "srv");
        assert!(!plain.nominates());
        let flag = Flag(ATTR_USE_CANDIDATE, Vec::new());
        assert!(Check::read(&check(vec![flag], "srv:cli", PASSWORD)).unwrap().nominates());
        let nameless = Check::read(&check(Vec::new(), "srvcli", PASSWORD)).unwrap_err();
        assert_eq!(nameless, StunDrop::NoUsername);
    }

    #[test]
    fn a_wrong_password_is_not_genuine() {
        let provider = RingProvider::new();
        let mut other = Check::read(&check(Vec::new(), "srv:cli", "other")).unwrap();
        assert!(!other.is_genuine(PASSWORD, provider.crypto()));
    }

    #[test]
    fn role_conflicts_and_unknown_demands_are_answered_with_errors() {
        let from: SocketAddr = "192.0.2.7:4000".parse().unwrap();
        for (kind, code) in [(ATTR_ICE_CONTROLLED, 487), (AttrType(0x7001), 420)] {
            let datagram = check(vec![Flag(kind, vec![0; 8])], "srv:cli", PASSWORD);
            assert!(!Check::read(&datagram).unwrap().is_sound());
            let answer = answer_to(&datagram, from);
            let mut error = ErrorCodeAttribute::default();
            error.get_from(&answer).unwrap();
            assert_eq!((answer.typ, error.code.0), (BINDING_ERROR, code));
        }
    }

    #[test]
    fn each_changed_byte_and_each_cut_is_noticed() {
        let provider = RingProvider::new();
        let whole = check(Vec::new(), "srv:cli", PASSWORD);
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x01;
            let genuine = Check::read(&changed)
                .is_ok_and(|mut check| check.is_genuine(PASSWORD, provider.crypto()));
            assert!(!genuine, "byte {at}");
            assert!(Check::read(&whole[..at]).is_err(), "cut at {at}");
        }
    }
}
