//! The least forwarder that can be made of whole `rtc` peer connections, for comparison: default
//! interceptors, one thread, one UDP socket, no recording.
//!
//! What is not here: the loop (`rival/floor.rs`) and the load.

#[path = "../rival/floor.rs"]
mod floor;

use std::net::SocketAddr;
use std::time::Instant;

use bytes::BytesMut;
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
use rtc::sansio::Protocol as _;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use crate::floor::{Fault, Peer};

const KINDS: [(RtpCodecKind, u8); 2] = [(RtpCodecKind::Audio, 111), (RtpCodecKind::Video, 96)];

struct Whole {
    connection: RTCPeerConnection,
    local: SocketAddr,
    /// Senders of sound and picture, one for each other person.
    out: [Vec<(RTCRtpSenderId, u32)>; 2],
}

fn main() -> Result<(), Fault> {
    floor::run::<Whole>()
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

impl Peer for Whole {
    type Packet = rtc::rtp::Packet;

    fn meet(offer: &str, local: SocketAddr, people: u64) -> Result<(Self, String), Fault> {
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
        for slot in 1..people {
            for (place, (kind, _)) in KINDS.into_iter().enumerate() {
                let ssrc = u32::try_from(1_000 + 10 * slot)? + u32::try_from(place)?;
                let sender = connection.add_track(track(kind, ssrc))?;
                out[place].push((sender, ssrc));
            }
        }
        connection.set_remote_description(now, RTCSessionDescription::offer(offer.into())?)?;
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: local.ip().to_string(),
                port: local.port(),
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
        Ok((Self { connection, local, out }, answer))
    }

    fn hear(
        &mut self,
        bytes: &[u8],
        from: SocketAddr,
        _: &mio::net::UdpSocket,
        came: &mut Vec<(bool, Self::Packet)>,
    ) -> Result<(), Fault> {
        let transport = TransportContext {
            local_addr: self.local,
            peer_addr: from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        let message = BytesMut::from(bytes);
        // A datagram that is of no use costs itself alone.
        drop(self.connection.handle_read(TaggedBytesMut {
            now: Instant::now(),
            transport,
            message,
        }));
        while let Some(TaggedRTCMessage { message, .. }) = self.connection.poll_read() {
            if let RTCMessage::RtpPacket(_, packet) = message {
                came.push((packet.header.payload_type == 96, packet));
            }
        }
        Ok(())
    }

    fn forward(&mut self, slot: usize, picture: bool, packet: &Self::Packet) {
        let Some((sender, ssrc)) = self.out[usize::from(picture)].get(slot).copied() else {
            return;
        };
        let mut packet = packet.clone();
        // The numbers of extensions differ from leg to leg.
        packet.header.extension = false;
        packet.header.extensions.clear();
        packet.header.ssrc = ssrc;
        if let Some(mut sender) = self.connection.rtp_sender(sender) {
            // Before the connection is up there is nowhere to send it.
            drop(sender.write_rtp(Instant::now(), packet));
        }
    }

    fn settle(&mut self, socket: &mio::net::UdpSocket) -> Result<(), Fault> {
        let now = Instant::now();
        if self.due().is_some_and(|at| at <= now) {
            self.connection.handle_timeout(now)?;
        }
        while let Some(out) = self.connection.poll_write() {
            // A full kernel loses the packet, as any network may.
            drop(socket.send_to(&out.message, out.transport.peer_addr));
        }
        while self.connection.poll_event().is_some() {}
        Ok(())
    }

    fn due(&mut self) -> Option<Instant> {
        self.connection.poll_timeout()
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
