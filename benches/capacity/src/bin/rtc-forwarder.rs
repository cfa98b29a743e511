//! The least forwarder that can be made of whole `rtc` peer connections, for comparison: default
//! interceptors, one thread, one UDP socket, no recording.
//!
//! What is not here: the load. Offers come as lines of JSON over TCP, answers go back the same way.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use mio::{Events, Interest, Poll, Token};
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate,
};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use serde_json::{Value, json};

type Fault = Box<dyn std::error::Error>;

/// Datagrams taken before what they caused is sent.
const BURST: usize = 32;
const KINDS: [(RtpCodecKind, u8); 2] = [(RtpCodecKind::Audio, 111), (RtpCodecKind::Video, 96)];

struct Peer {
    connection: RTCPeerConnection,
    room: u64,
    person: u64,
    /// Senders of sound and picture, one for each other person.
    out: [Vec<(RTCRtpSenderId, u32)>; 2],
    dirty: bool,
}

struct Forwarder {
    socket: mio::net::UdpSocket,
    local: SocketAddr,
    peers: Vec<Peer>,
    by_address: BTreeMap<SocketAddr, usize>,
}

/// A packet, whose it is, and whether it is a picture's.
type Came = (usize, bool, rtc::rtp::Packet);

fn main() -> Result<(), Fault> {
    let door = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", json!({ "port": door.local_addr()?.port() }));
    std::io::stdout().flush()?;
    door.set_nonblocking(true)?;
    let mut door = mio::net::TcpListener::from_std(door);
    let raw = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    raw.set_nonblocking(true)?;
    raw.set_recv_buffer_size(4 << 20)?;
    raw.set_send_buffer_size(4 << 20)?;
    raw.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())?;
    let mut socket = mio::net::UdpSocket::from_std(raw.into());
    let mut poll = Poll::new()?;
    poll.registry().register(&mut door, Token(0), Interest::READABLE)?;
    poll.registry().register(&mut socket, Token(1), Interest::READABLE)?;
    let local = socket.local_addr()?;
    let mut forwarder = Forwarder { socket, local, peers: Vec::new(), by_address: BTreeMap::new() };
    let mut events = Events::with_capacity(16);
    let mut more = true;
    loop {
        let wait = if more { Duration::ZERO } else { forwarder.wait() };
        poll.poll(&mut events, Some(wait))?;
        for event in &events {
            match event.token() {
                Token(0) => {
                    while let Ok((stream, _)) = door.accept() {
                        forwarder.meet(stream.into())?;
                    }
                }
                _ => more = true,
            }
        }
        if more {
            more = forwarder.receive()?;
        }
        forwarder.tick()?;
    }
}

fn codec(kind: RtpCodecKind) -> RTCRtpCodec {
    let sound = kind == RtpCodecKind::Audio;
    RTCRtpCodec {
        mime_type: if sound { MIME_TYPE_OPUS } else { MIME_TYPE_VP8 }.to_owned(),
        clock_rate: if sound { 48_000 } else { 90_000 },
        channels: if sound { 2 } else { 0 },
        sdp_fmtp_line: if sound { "minptime=10;useinbandfec=1" } else { "" }.to_owned(),
        rtcp_feedback: Vec::new(),
    }
}

impl Forwarder {
    fn meet(&mut self, stream: TcpStream) -> Result<(), Fault> {
        stream.set_nonblocking(false)?;
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line)?;
        let asked: Value = serde_json::from_str(&line)?;
        let number = |key: &str| asked[key].as_u64().ok_or("a number is missing");
        let now = Instant::now();
        let mut media = MediaEngine::default();
        for (kind, payload_type) in KINDS {
            let codec = RTCRtpCodecParameters { rtp_codec: codec(kind), payload_type };
            media.register_codec(codec, kind)?;
        }
        let registry = register_default_interceptors(Registry::new(), &mut media)?;
        let settings =
            SettingEngineBuilder::new().with_answering_dtls_role(RTCDtlsRole::Server).build();
        let mut connection = RTCPeerConnectionBuilder::new()
            .with_configuration(RTCConfigurationBuilder::new().build())
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .build(now)?;
        let mut out = [Vec::new(), Vec::new()];
        for slot in 1..number("people")? {
            for (place, (kind, _)) in KINDS.into_iter().enumerate() {
                let ssrc = u32::try_from(1_000 + 10 * slot)? + u32::try_from(place)?;
                let sender = connection.add_track(track(kind, ssrc))?;
                out[place].push((sender, ssrc));
            }
        }
        let offer = RTCSessionDescription::offer(asked["sdp"].as_str().ok_or("no offer")?.into())?;
        connection.set_remote_description(now, offer)?;
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: self.local.ip().to_string(),
                port: self.local.port(),
                component: 1,
                ..Default::default()
            },
            ..Default::default()
        };
        let candidate = RTCIceCandidate::from(&candidate.new_candidate_host()?).to_json()?;
        connection.add_local_candidate(candidate)?;
        let answer = connection.create_answer(None)?;
        connection.set_local_description(now, answer)?;
        let answer = connection.local_description().ok_or("no answer")?.sdp;
        let from = asked["from"].as_str().ok_or("no address")?.parse()?;
        self.by_address.insert(from, self.peers.len());
        let (room, person) = (number("room")?, number("person")?);
        self.peers.push(Peer { connection, room, person, out, dirty: true });
        (&stream).write_all(format!("{}\n", json!({ "sdp": answer })).as_bytes())?;
        Ok(())
    }

    fn wait(&mut self) -> Duration {
        let now = Instant::now();
        let due = self.peers.iter_mut().filter_map(|peer| peer.connection.poll_timeout()).min();
        due.map_or(Duration::from_millis(100), |at| at.saturating_duration_since(now))
    }

    /// Takes a burst of datagrams and what they cause; true when there may be more.
    fn receive(&mut self) -> Result<bool, Fault> {
        let mut bytes = [0; 2_000];
        let mut came: Vec<Came> = Vec::new();
        let mut count = 0;
        while count < BURST {
            let Ok((len, from)) = self.socket.recv_from(&mut bytes) else { break };
            count += 1;
            let Some(place) = self.by_address.get(&from).copied() else { continue };
            let peer = &mut self.peers[place];
            peer.dirty = true;
            let transport = TransportContext {
                local_addr: self.local,
                peer_addr: from,
                ecn: None,
                transport_protocol: TransportProtocol::UDP,
            };
            let message = BytesMut::from(&bytes[..len]);
            // A datagram that is of no use costs itself alone.
            drop(peer.connection.handle_read(TaggedBytesMut {
                now: Instant::now(),
                transport,
                message,
            }));
            while let Some(TaggedRTCMessage { message, .. }) = peer.connection.poll_read() {
                if let RTCMessage::RtpPacket(_, packet) = message {
                    came.push((place, packet.header.payload_type == 96, packet));
                }
            }
        }
        for (from, picture, packet) in came {
            self.forward(from, picture, packet);
        }
        for place in 0..self.peers.len() {
            if std::mem::take(&mut self.peers[place].dirty) {
                self.drain(place);
            }
        }
        Ok(count == BURST)
    }

    fn tick(&mut self) -> Result<(), Fault> {
        let now = Instant::now();
        for place in 0..self.peers.len() {
            let connection = &mut self.peers[place].connection;
            if connection.poll_timeout().is_some_and(|at| at <= now) {
                connection.handle_timeout(now)?;
                self.drain(place);
            }
        }
        Ok(())
    }

    fn drain(&mut self, place: usize) {
        let connection = &mut self.peers[place].connection;
        while let Some(out) = connection.poll_write() {
            // A full kernel loses the packet, as any network may.
            drop(self.socket.send_to(&out.message, out.transport.peer_addr));
        }
        while connection.poll_event().is_some() {}
    }

    fn forward(&mut self, from: usize, picture: bool, mut packet: rtc::rtp::Packet) {
        let (room, person) = (self.peers[from].room, self.peers[from].person);
        // The numbers of extensions differ from leg to leg.
        packet.header.extension = false;
        packet.header.extensions.clear();
        let now = Instant::now();
        for peer in self.peers.iter_mut().filter(|peer| peer.room == room) {
            if peer.person == person {
                continue;
            }
            // Everybody has a line for each other one, in their order.
            let slot = if person > peer.person { person - 1 } else { person };
            let place = usize::try_from(slot).unwrap_or(usize::MAX);
            let Some((sender, ssrc)) = peer.out[usize::from(picture)].get(place) else { continue };
            packet.header.ssrc = *ssrc;
            if let Some(mut sender) = peer.connection.rtp_sender(*sender) {
                // Before the connection is up there is nowhere to send it.
                drop(sender.write_rtp(now, packet.clone()));
                peer.dirty = true;
            }
        }
    }
}

fn track(kind: RtpCodecKind, ssrc: u32) -> MediaStreamTrack {
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        codec: codec(kind),
        ..Default::default()
    };
    let name = format!("track-{ssrc}");
    MediaStreamTrack::new("load".to_owned(), name.clone(), name, kind, vec![encoding])
}
