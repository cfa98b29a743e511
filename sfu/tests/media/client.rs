//! A page of our own: ICE, DTLS and SRTP from the webrtc-rs pieces, its SRTP not the server's.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use model::{Line, LinePurpose, Medium, TrackKind};
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
use rtc_stun::attributes::{ATTR_ICE_CONTROLLING, ATTR_USE_CANDIDATE, ATTR_USERNAME, AttrType};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
use rtc_stun::textattrs::Username;

use crate::line::Way;

/// How long anything may take before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// Payload type of sound in all offers.
pub(crate) const OPUS: u8 = 111;

const MID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";

pub(crate) struct Client {
    pub(crate) socket: UdpSocket,
    provider: Arc<RingProvider>,
    certificate: Certificate,
    pub(crate) ufrag: String,
    profiles: Vec<SrtpProtectionProfile>,
    endpoint: Endpoint,
    pub(crate) server: Option<SocketAddr>,
    credentials: (String, String),
    keys: Option<(Context, Context)>,
    pub(crate) closed: bool,
    /// RTP time of the next packet. It goes slower than the numbers, so that thousands of packets
    /// in a row do not outrun the clock.
    time: u32,
    /// How the server is reached when not by plain UDP.
    pub(crate) line: Option<Way>,
    /// Where the server takes TCP.
    pub(crate) streams: Vec<SocketAddr>,
}

/// What came from the server.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received {
    Rtp(Vec<u8>),
    Rtcp(Vec<u8>),
    CheckAnswer,
    Other,
    Nothing,
}

impl Client {
    pub(crate) fn new(ip: IpAddr, ufrag: &str) -> Self {
        let socket = UdpSocket::bind((ip, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let provider = Arc::new(RingProvider::new());
        let certificate =
            Certificate::generate_self_signed(vec!["page".to_owned()], provider.crypto()).unwrap();
        let local = socket.local_addr().unwrap();
        Self {
            socket,
            provider,
            certificate,
            ufrag: ufrag.to_owned(),
            profiles: vec![
                SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80,
                SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm,
            ],
            endpoint: Endpoint::new(local, TransportProtocol::UDP, None),
            server: None,
            credentials: (String::new(), String::new()),
            keys: None,
            closed: false,
            time: 0,
            line: None,
            streams: Vec::new(),
        }
    }

    pub(crate) fn without_gcm(mut self) -> Self {
        self.profiles.pop();
        self
    }

    /// Sends sound on mid 0 and has `seats` seats of sound.
    pub(crate) fn offer(&self, seats: u8) -> (String, Vec<Line>) {
        let der = self.certificate.certificate[0].as_ref();
        let digest = ring::digest::digest(&ring::digest::SHA256, der);
        let digits: Vec<String> = digest.as_ref().iter().map(|b| format!("{b:02X}")).collect();
        let mids: Vec<String> = (0..=seats).map(|mid| mid.to_string()).collect();
        let mut text = format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\n\
             a=fingerprint:sha-256 {}\r\na=setup:actpass\r\na=ice-ufrag:{}\r\n\
             a=ice-pwd:passwordofthepagepassword\r\n",
            mids.join(" "),
            digits.join(":"),
            self.ufrag,
        );
        let mut lines = Vec::new();
        for (place, mid) in (0..).zip(mids) {
            let direction = if place == 0 { "sendonly" } else { "recvonly" };
            text.push_str(&format!(
                "m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\n\
                 a={direction}\r\na=rtcp-mux\r\na=extmap:4 {MID_URI}\r\n\
                 a=rtpmap:{OPUS} opus/48000/2\r\n"
            ));
            let purpose = match place {
                0 => LinePurpose::Publish { kind: TrackKind::Microphone },
                _ => LinePurpose::Seat { slot: place - 1, medium: Medium::Sound },
            };
            lines.push(Line { mid, purpose });
        }
        (text, lines)
    }

    /// Reads the server's address and credentials out of an answer.
    pub(crate) fn take_answer(&mut self, answer: &str) {
        let value = |key: &str| {
            let line = answer.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.to_owned()
        };
        self.credentials = (value("a=ice-ufrag:"), value("a=ice-pwd:"));
        let own = self.socket.local_addr().unwrap().ip();
        let told = |transport: &str| -> Vec<SocketAddr> {
            answer
                .lines()
                .filter_map(|line| line.strip_prefix("a=candidate:"))
                .map(|line| line.split(' ').collect::<Vec<_>>())
                .filter(|words| words[2] == transport)
                .map(|words| SocketAddr::new(words[4].parse().unwrap(), words[5].parse().unwrap()))
                .filter(|address| address.ip() == own)
                .collect()
        };
        self.server = told("udp").first().copied();
        self.streams = told("tcp");
        assert!(self.server.is_some(), "the address the page came by is told");
    }

    /// Sends one datagram, by whatever line there is.
    pub(crate) fn send(&mut self, datagram: &[u8]) {
        let server = self.server();
        match &mut self.line {
            Some(line) => line.send(datagram),
            None => {
                self.socket.send_to(datagram, server).unwrap();
            }
        }
    }

    pub(crate) fn server(&self) -> SocketAddr {
        self.server.expect("the answer was taken")
    }

    /// Sends a nominating check, with another password if one is given.
    pub(crate) fn check(&mut self, password: Option<&str>) {
        let username = format!("{}:{}", self.credentials.0, self.ufrag);
        let setters: Vec<Box<dyn Setter + '_>> = vec![
            Box::new(BINDING_REQUEST),
            Box::new(TransactionId::new()),
            Box::new(Username::new(ATTR_USERNAME, username)),
            Box::new(Flag(ATTR_ICE_CONTROLLING, &[0; 8])),
            Box::new(Flag(ATTR_USE_CANDIDATE, &[])),
            Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                password.unwrap_or(&self.credentials.1).to_owned(),
                self.provider.crypto(),
            )),
            Box::new(FINGERPRINT),
        ];
        let mut message = Message::new();
        message.build(&setters).unwrap();
        drop(setters);
        self.send(&message.raw);
    }

    /// Goes through ICE and DTLS; panics if it does not end.
    pub(crate) fn connect(&mut self) {
        self.check(None);
        self.until(|received| *received == Received::CheckAnswer);
        let server = self.server();
        self.endpoint.connect(Instant::now(), server, self.config(), None).unwrap();
        let start = Instant::now();
        while self.keys.is_none() {
            assert!(start.elapsed() < PATIENCE, "the handshake ends");
            self.endpoint.handle_timeout(server, Instant::now()).unwrap();
            self.send_handshake();
            self.receive();
        }
        self.send_handshake();
    }

    fn config(&self) -> Arc<HandshakeConfig> {
        let provider: Arc<dyn RTCCryptoProvider> = Arc::clone(&self.provider) as _;
        let config = ConfigBuilder::default()
            .with_crypto_provider(provider)
            .with_certificates(vec![self.certificate.clone()])
            .with_srtp_protection_profiles(self.profiles.clone())
            .with_insecure_skip_verify(true)
            .build(true, None);
        Arc::new(config.unwrap())
    }

    /// Says good-bye.
    pub(crate) fn close(&mut self) {
        drop(self.endpoint.stop(Instant::now(), self.server()));
        self.send_handshake();
    }

    fn send_handshake(&mut self) {
        while let Some(packet) = self.endpoint.poll_transmit() {
            self.send(&packet.message);
        }
    }

    /// Takes one datagram, if one comes within 50 ms.
    pub(crate) fn receive(&mut self) -> Received {
        let mut bytes = [0; 2_048];
        let received = match &mut self.line {
            Some(line) => match line.receive() {
                Some(datagram) => {
                    bytes[..datagram.len()].copy_from_slice(&datagram);
                    Ok(datagram.len())
                }
                None => return Received::Nothing,
            },
            None => self.socket.recv_from(&mut bytes).map(|(len, _)| len),
        };
        let len = match received {
            Ok(len) => len,
            Err(fault) if matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Received::Nothing;
            }
            Err(fault) => panic!("the page cannot receive: {fault}"),
        };
        let datagram = &bytes[..len];
        match datagram[0] {
            0..=3 => {
                let mut message = Message::new();
                message.unmarshal_binary(datagram).unwrap();
                let success = message.typ == BINDING_SUCCESS;
                if success { Received::CheckAnswer } else { Received::Other }
            }
            20..=63 => {
                self.dtls(datagram);
                Received::Other
            }
            _ => {
                let (opener, _) = self.keys.as_mut().expect("no media before the keys");
                let opened = if (192..=223).contains(&datagram[1]) {
                    opener.decrypt_rtcp(datagram).map(|plain| Received::Rtcp(plain.to_vec()))
                } else {
                    opener.decrypt_rtp(datagram).map(|plain| Received::Rtp(plain.to_vec()))
                };
                opened.expect("the server's packets are genuine")
            }
        }
    }

    fn dtls(&mut self, datagram: &[u8]) {
        let server = self.server();
        let events =
            self.endpoint.read(Instant::now(), server, None, BytesMut::from(datagram)).unwrap();
        for event in events {
            match event {
                EndpointEvent::HandshakeComplete => self.keys = Some(self.derive()),
                EndpointEvent::PeerClosed => self.closed = true,
                _ => (),
            }
        }
    }

    fn derive(&self) -> (Context, Context) {
        let state = self.endpoint.get_connection_state(self.server()).unwrap();
        let profile = match state.srtp_protection_profile() {
            SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm => ProtectionProfile::AeadAes128Gcm,
            SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80 => {
                assert_eq!(self.profiles.len(), 1, "only who lacks GCM gets AES-CM");
                ProtectionProfile::Aes128CmHmacSha1_80
            }
            other => panic!("another profile: {other:?}"),
        };
        let mut config = Config { profile, ..Config::default() };
        let len = config.keying_material_len();
        let material = state.export_keying_material(LABEL_EXTRACTOR_DTLS_SRTP, &[], len).unwrap();
        config.set_session_keys_from_keying_material(material.as_ref(), true).unwrap();
        let context = |key: &[u8], salt: &[u8]| {
            Context::new(key, salt, profile, None, None, self.provider.crypto()).unwrap()
        };
        let keys = &config.keys;
        (
            context(&keys.remote_master_key, &keys.remote_master_salt),
            context(&keys.local_master_key, &keys.local_master_salt),
        )
    }

    /// Takes datagrams until one is as wanted; panics if none comes.
    pub(crate) fn until(&mut self, mut wanted: impl FnMut(&Received) -> bool) -> Received {
        let start = Instant::now();
        loop {
            let received = self.receive();
            if wanted(&received) {
                return received;
            }
            assert!(start.elapsed() < PATIENCE, "what was waited for comes");
        }
    }

    /// Another page with the same certificate.
    pub(crate) fn another(&self, ufrag: &str) -> Self {
        let socket = UdpSocket::bind((self.socket.local_addr().unwrap().ip(), 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let local = socket.local_addr().unwrap();
        Self {
            socket,
            provider: Arc::clone(&self.provider),
            certificate: self.certificate.clone(),
            ufrag: ufrag.to_owned(),
            profiles: self.profiles.clone(),
            endpoint: Endpoint::new(local, TransportProtocol::UDP, None),
            server: None,
            credentials: (String::new(), String::new()),
            keys: None,
            closed: false,
            time: 0,
            line: None,
            streams: Vec::new(),
        }
    }

    /// Goes through ICE, begins the handshake with the cookie it is given, and says nothing more.
    pub(crate) fn half_open(&mut self) {
        self.check(None);
        self.until(|received| *received == Received::CheckAnswer);
        let server = self.server();
        self.endpoint.connect(Instant::now(), server, self.config(), None).unwrap();
        self.send_handshake();
        self.until(|received| *received == Received::Other);
        self.send_handshake();
    }

    /// Sends one sound packet.
    pub(crate) fn publish(&mut self, sequence: u16, payload: &[u8]) {
        let sealed = self.seal(sequence, payload);
        self.send(&sealed);
    }

    /// One sound packet, sealed.
    pub(crate) fn seal(&mut self, sequence: u16, payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x90, OPUS];
        packet.extend_from_slice(&sequence.to_be_bytes());
        self.time += 4;
        packet.extend_from_slice(&self.time.to_be_bytes());
        packet.extend_from_slice(&0x0A0B_0C0D_u32.to_be_bytes());
        packet.extend_from_slice(&[0xBE, 0xDE, 0, 1, 0x40, b'0', 0, 0]);
        packet.extend_from_slice(payload);
        let (_, sealer) = self.keys.as_mut().expect("connected");
        sealer.encrypt_rtp(&packet).unwrap().to_vec()
    }

    /// Asks for one packet again (RFC 4585 §6.2.1).
    pub(crate) fn nack(&mut self, ssrc: u32, sequence: u16) {
        let sealed = self.seal_nack(ssrc, sequence);
        self.send(&sealed);
    }

    /// A wish for one packet, sealed.
    pub(crate) fn seal_nack(&mut self, ssrc: u32, sequence: u16) -> Vec<u8> {
        let mut report = vec![0x81, 205, 0, 3, 0, 0, 0, 1];
        report.extend_from_slice(&ssrc.to_be_bytes());
        report.extend_from_slice(&sequence.to_be_bytes());
        report.extend_from_slice(&[0, 0]);
        let (_, sealer) = self.keys.as_mut().expect("connected");
        sealer.encrypt_rtcp(&report).unwrap().to_vec()
    }

    /// The payloads of RTP packets that come before the server answers two checks. The server
    /// takes datagrams in order, so all it was sent before is done by then.
    pub(crate) fn drain(&mut self) -> Vec<Vec<u8>> {
        let mut packets = Vec::new();
        for _ in 0..2 {
            self.check(None);
            self.until(|received| {
                if let Received::Rtp(packet) = received {
                    packets.push(packet.clone());
                }
                *received == Received::CheckAnswer
            });
        }
        packets
    }
}

pub(crate) struct Flag<'a>(pub(crate) AttrType, pub(crate) &'a [u8]);

impl Setter for Flag<'_> {
    fn add_to(&self, message: &mut Message) -> Result<(), rtc_shared::error::Error> {
        message.add(self.0, self.1);
        Ok(())
    }
}

/// The payload of an RTP packet without contributors.
pub(crate) fn payload(packet: &[u8]) -> &[u8] {
    let extension = if packet[0] & 0x10 == 0 {
        0
    } else {
        4 + 4 * usize::from(u16::from_be_bytes([packet[14], packet[15]]))
    };
    &packet[12 + extension..]
}

pub(crate) fn sequence(packet: &[u8]) -> u16 {
    u16::from_be_bytes([packet[2], packet[3]])
}

pub(crate) fn ssrc(packet: &[u8]) -> u32 {
    u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]])
}
