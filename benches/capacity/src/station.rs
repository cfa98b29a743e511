//! One transport of the load: a UDP socket with ICE, DTLS and SRTP over it, made of the pieces of
//! the webrtc-rs family. Its SRTP is not the server's.
//!
//! What is not here: what is sent and what is counted (`generator.rs`).

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use mio::net::UdpSocket;
use rtc_crypto::RTCCryptoProvider;
use rtc_crypto::providers::RingProvider;
use rtc_dtls::config::{ConfigBuilder, HandshakeConfig};
use rtc_dtls::crypto::Certificate;
use rtc_dtls::endpoint::{Endpoint, EndpointEvent};
use rtc_dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc_shared::TransportProtocol;
use rtc_srtp::config::{Config, LABEL_EXTRACTOR_DTLS_SRTP};
use rtc_srtp::context::Context;
use rtc_srtp::protection_profile::ProtectionProfile;
use rtc_stun::attributes::{ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USE_CANDIDATE};
use rtc_stun::attributes::{ATTR_USERNAME, AttrType};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::textattrs::Username;
use rtc_stun::xoraddr::XorMappedAddress;

use crate::sdp::{Other, Own};

/// Bytes of a socket's receive buffer.
const RECEIVE_BYTES: usize = 4 * 1024 * 1024;
/// A check that is not answered is repeated.
const CHECK_AGAIN: Duration = Duration::from_millis(200);
/// How often consent is refreshed (RFC 7675 §5.1).
const CONSENT_EVERY: Duration = Duration::from_secs(4);

/// What is shared by all stations: one certificate, as making one costs more than a handshake.
pub struct Identity {
    provider: Arc<RingProvider>,
    config: Arc<HandshakeConfig>,
    fingerprint: String,
}

impl Identity {
    /// Makes it.
    ///
    /// # Errors
    /// The provider's words.
    pub fn new() -> Result<Self, String> {
        let provider = Arc::new(RingProvider::new());
        let certificate =
            Certificate::generate_self_signed(vec!["load".to_owned()], provider.crypto())
                .map_err(|fault| fault.to_string())?;
        let der = certificate.certificate.first().ok_or("no certificate was made")?;
        let digest = ring::digest::digest(&ring::digest::SHA256, der.as_ref());
        let digits: Vec<String> = digest.as_ref().iter().map(|b| format!("{b:02X}")).collect();
        let config = ConfigBuilder::default()
            .with_crypto_provider(Arc::clone(&provider) as Arc<dyn RTCCryptoProvider>)
            .with_certificates(vec![certificate])
            .with_srtp_protection_profiles(vec![
                SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
                SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
            ])
            // Nothing leaves this machine, and who answers is the process this one started.
            .with_insecure_skip_verify(true)
            .build(true, None)
            .map_err(|fault| fault.to_string())?;
        Ok(Self { provider, config: Arc::new(config), fingerprint: digits.join(":") })
    }
}

/// How far a station has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The other end is not known.
    New,
    /// Checks are sent.
    Checking,
    /// The handshake is going on.
    Shaking,
    /// Media can flow.
    Connected,
    /// The other end said good-bye.
    Closed,
}

/// What a datagram was.
pub enum Heard {
    /// Media, opened.
    Rtp(BytesMut),
    /// A control compound, opened.
    Rtcp(BytesMut),
    /// Media or control that could not be opened.
    Broken,
    /// Anything else.
    Other,
}

/// One transport.
pub struct Station {
    identity: Arc<Identity>,
    /// For the poll.
    pub socket: UdpSocket,
    local: SocketAddr,
    ufrag: String,
    other: Option<Other>,
    endpoint: Endpoint,
    keys: Option<(Context, Context)>,
    phase: Phase,
    check_at: Instant,
    /// Packets the kernel did not take.
    pub refused: u64,
    /// The SRTP profile that was agreed on.
    pub profile: Option<ProtectionProfile>,
}

const PASSWORD: &str = "thepasswordofeverystationofload";

impl Station {
    /// Binds a socket on `local`'s address; `name` must differ between stations.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub fn new(identity: Arc<Identity>, local: SocketAddr, name: &str) -> io::Result<Self> {
        let raw = socket2::Socket::new(
            socket2::Domain::for_address(local),
            socket2::Type::DGRAM,
            Some(socket2::Protocol::UDP),
        )?;
        raw.set_nonblocking(true)?;
        raw.set_recv_buffer_size(RECEIVE_BYTES)?;
        raw.bind(&local.into())?;
        nix::sys::socket::setsockopt(&raw, nix::sys::socket::sockopt::ReceiveTimestampns, &true)?;
        let socket = UdpSocket::from_std(raw.into());
        let local = socket.local_addr()?;
        Ok(Self {
            identity,
            socket,
            local,
            ufrag: name.to_owned(),
            other: None,
            endpoint: Endpoint::new(local, TransportProtocol::UDP, None),
            keys: None,
            phase: Phase::New,
            check_at: Instant::now(),
            refused: 0,
            profile: None,
        })
    }

    /// This end's words for a description.
    pub fn own(&self) -> Own {
        Own {
            address: self.local,
            ufrag: self.ufrag.clone(),
            password: PASSWORD,
            fingerprint: self.identity.fingerprint.clone(),
        }
    }

    /// How far it has come.
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Learns where the other end is and begins to connect.
    pub fn meet(&mut self, other: Other) {
        assert!(other.address.ip().is_loopback(), "the load goes to this machine only");
        self.other = Some(other);
        self.phase = Phase::Checking;
        self.check_at = Instant::now();
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Instant) {
        let Some(other) = &self.other else { return };
        let address = other.address;
        if now >= self.check_at && self.phase != Phase::Closed {
            let again = if self.phase == Phase::Checking { CHECK_AGAIN } else { CONSENT_EVERY };
            self.check_at = now + again;
            self.check();
        }
        if self.phase == Phase::Shaking {
            if self.endpoint.handle_timeout(address, now).is_err() {
                self.phase = Phase::Closed;
            }
            self.send_handshake();
        }
    }

    fn check(&mut self) {
        let Some(other) = &self.other else { return };
        let username = format!("{}:{}", other.ufrag, self.ufrag);
        let setters: Vec<Box<dyn Setter + '_>> = vec![
            Box::new(BINDING_REQUEST),
            Box::new(TransactionId::new()),
            Box::new(Username::new(ATTR_USERNAME, username)),
            Box::new(Plain(ATTR_PRIORITY, &[0x6E, 0, 0, 1])),
            Box::new(Plain(ATTR_ICE_CONTROLLING, &[1; 8])),
            Box::new(Plain(ATTR_USE_CANDIDATE, &[])),
            Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                other.password.clone(),
                self.identity.provider.crypto(),
            )),
            Box::new(FINGERPRINT),
        ];
        let mut message = Message::new();
        let built = message.build(&setters).is_ok();
        drop(setters);
        if built {
            self.send(&message.raw);
        }
    }

    fn stun(&mut self, now: Instant, datagram: &[u8]) {
        let mut message = Message::new();
        if message.unmarshal_binary(datagram).is_err() {
            return;
        }
        if message.typ == BINDING_REQUEST {
            // A full agent at the other end checks this one as well.
            let setters: Vec<Box<dyn Setter + '_>> = vec![
                Box::new(BINDING_SUCCESS),
                Box::new(message.transaction_id),
                Box::new(XorMappedAddress {
                    ip: self.other.as_ref().map_or(self.local, |o| o.address).ip(),
                    port: self.other.as_ref().map_or(self.local, |o| o.address).port(),
                }),
                Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                    PASSWORD.to_owned(),
                    self.identity.provider.crypto(),
                )),
                Box::new(FINGERPRINT),
            ];
            let mut answer = Message::new();
            let built = answer.build(&setters).is_ok();
            drop(setters);
            if built {
                self.send(&answer.raw);
            }
        } else if message.typ == BINDING_SUCCESS && self.phase == Phase::Checking {
            let Some(other) = &self.other else { return };
            let config = Arc::clone(&self.identity.config);
            self.phase = match self.endpoint.connect(now, other.address, config, None) {
                Ok(()) => Phase::Shaking,
                Err(_) => Phase::Closed,
            };
            self.send_handshake();
        }
    }

    /// Takes one datagram.
    pub fn hear(&mut self, now: Instant, datagram: &[u8]) -> Heard {
        match datagram.first() {
            Some(0..=3) => {
                self.stun(now, datagram);
                Heard::Other
            }
            Some(20..=63) => {
                self.dtls(now, datagram);
                Heard::Other
            }
            Some(128..=191) if datagram.len() > 12 => {
                let Some((opener, _)) = &mut self.keys else { return Heard::Broken };
                if (192..=223).contains(&datagram[1]) {
                    opener.decrypt_rtcp(datagram).map_or(Heard::Broken, Heard::Rtcp)
                } else {
                    opener.decrypt_rtp(datagram).map_or(Heard::Broken, Heard::Rtp)
                }
            }
            _ => Heard::Other,
        }
    }

    fn dtls(&mut self, now: Instant, datagram: &[u8]) {
        let Some(other) = &self.other else { return };
        let address = other.address;
        match self.endpoint.read(now, address, None, BytesMut::from(datagram)) {
            Ok(events) => {
                for event in events {
                    match event {
                        EndpointEvent::HandshakeComplete => match self.derive(address) {
                            Some(keys) => {
                                self.keys = Some(keys);
                                self.phase = Phase::Connected;
                            }
                            None => self.phase = Phase::Closed,
                        },
                        EndpointEvent::PeerClosed => self.phase = Phase::Closed,
                        _ => (),
                    }
                }
            }
            Err(_) => self.phase = Phase::Closed,
        }
        self.send_handshake();
    }

    fn derive(&mut self, address: SocketAddr) -> Option<(Context, Context)> {
        let state = self.endpoint.get_connection_state(address)?;
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aead_Aes_256_Gcm => ProtectionProfile::AeadAes256Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => {
                ProtectionProfile::Aes128CmHmacSha1_80
            }
            _ => return None,
        };
        self.profile = Some(profile);
        let mut config = Config { profile, ..Config::default() };
        let len = config.keying_material_len();
        let material = state.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], len).ok()?;
        config.set_session_keys_from_keying_material(material.as_ref(), true).ok()?;
        let context = |key: &[u8], salt: &[u8]| {
            Context::new(key, salt, profile, None, None, self.identity.provider.crypto()).ok()
        };
        let keys = &config.keys;
        Some((
            context(&keys.remote_master_key, &keys.remote_master_salt)?,
            context(&keys.local_master_key, &keys.local_master_salt)?,
        ))
    }

    /// Seals and sends a packet.
    pub fn rtp(&mut self, packet: &[u8]) {
        let sealed = self.keys.as_mut().and_then(|(_, sealer)| sealer.encrypt_rtp(packet).ok());
        match sealed {
            Some(sealed) => self.send(&sealed),
            None => self.refused += 1,
        }
    }

    /// Seals and sends a control compound.
    pub fn rtcp(&mut self, compound: &[u8]) {
        let sealed = self.keys.as_mut().and_then(|(_, sealer)| sealer.encrypt_rtcp(compound).ok());
        if let Some(sealed) = sealed {
            self.send(&sealed);
        }
    }

    /// Says good-bye.
    pub fn close(&mut self, now: Instant) {
        if let Some(other) = &self.other {
            drop(self.endpoint.stop(now, other.address));
            self.send_handshake();
        }
        self.phase = Phase::Closed;
    }

    fn send_handshake(&mut self) {
        while let Some(packet) = self.endpoint.poll_transmit() {
            self.send(&packet.message);
        }
    }

    fn send(&mut self, datagram: &[u8]) {
        let Some(other) = &self.other else { return };
        if self.socket.send_to(datagram, other.address).is_err() {
            self.refused += 1;
        }
    }
}

struct Plain<'a>(AttrType, &'a [u8]);

impl Setter for Plain<'_> {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
        message.add(self.0, self.1);
        Ok(())
    }
}
