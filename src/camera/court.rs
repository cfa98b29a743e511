//! The court's side of the bridge: one WebRTC connection that only sends.
//!
//! What is not here: HTTP, see `whip.rs`; when to try again, see `camera.rs`.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::Uri;
use model::Private;
use rtc::peer_connection::configuration::media_engine::MIME_TYPE_H264;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp::extension::HeaderExtension;
use rtc::rtp::extension::audio_level_extension::AudioLevelExtension;
use rtc::rtp::header::Header;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use tokio::sync::mpsc;
use webrtc::error::Error;
use webrtc::media_stream::MediaStreamTrack;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
    RTCPeerConnectionState, RTCSessionDescription, Registry, SettingEngineBuilder,
    SrtpProtectionProfile, configure_nack,
};
use webrtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};

use super::fault::CourtFault;
use super::source::{Outgoing, Shape};
use super::timeline::Medium;
use super::whip::Whip;
use crate::probe::codecs::{AUDIO_LEVEL_URI, OPUS_PAYLOAD_TYPE, media_engine, opus};

const H264_PAYLOAD_TYPE: u8 = 108;
/// Times after which a path counts as shaky and as gone, and the pause between two checks.
const ICE_DISCONNECTED: Duration = Duration::from_secs(3);
const ICE_FAILED: Duration = Duration::from_secs(6);
const ICE_KEEPALIVE: Duration = Duration::from_secs(1);
/// A connection is there within this time or not at all.
const CONNECT_WAIT: Duration = Duration::from_secs(15);
/// Louder than this counts as voice, -dBov.
const VOICE_MAX: u8 = 60;
/// Events that wait; the connection waits.
const EVENTS_MAX: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Connected,
    Lost,
}

struct Ear(mpsc::Sender<Event>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Ear {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let event = match state {
            RTCPeerConnectionState::Connected => Event::Connected,
            // A shaky path may mend itself; what is gone is made anew.
            RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed => Event::Lost,
            RTCPeerConnectionState::Unspecified
            | RTCPeerConnectionState::New
            | RTCPeerConnectionState::Connecting
            | RTCPeerConnectionState::Disconnected
            | _ => return,
        };
        if self.0.send(event).await.is_err() {
            tracing::trace!("the bridge has gone on already");
        }
    }
}

struct Track {
    local: Arc<TrackLocalStaticRTP>,
    ssrc: u32,
    payload_type: u8,
    packets: u32,
    bytes: u32,
}

/// A seat that is taken: media flows until it is lost.
pub(super) struct Court {
    peer: Arc<dyn PeerConnection>,
    events: mpsc::Receiver<Event>,
    sound: Option<Track>,
    picture: Track,
    session: Private<Uri>,
    /// Whether the server reads how loud the sound is.
    levels: bool,
}

impl Court {
    /// Takes the seat: offers the tracks and waits until the path for media is there.
    ///
    /// # Errors
    /// When the server does not take it or no path is found.
    pub(super) async fn enter(whip: &Whip, shape: Shape) -> Result<Self, CourtFault> {
        let local = whip.own_address().await?;
        let engine = |_: Error| CourtFault::Engine;
        let (peer, events) = connection(local).await.map_err(engine)?;
        let offered = offer(&peer, shape).await.map_err(engine);
        let (picture, sound, sdp) = close_on_fault(&peer, offered).await?;
        let accepted = close_on_fault(&peer, whip.offer(sdp).await).await?;
        let levels = accepted.answer.reveal().contains(AUDIO_LEVEL_URI);
        let mut court = Self { peer, events, sound, picture, session: accepted.session, levels };
        match court.begin(accepted.answer).await {
            Ok(()) => Ok(court),
            Err(fault) => {
                court.leave(whip).await;
                Err(fault)
            }
        }
    }

    async fn begin(&mut self, answer: Private<String>) -> Result<(), CourtFault> {
        let answer = RTCSessionDescription::answer(answer.into_inner());
        let answer = answer.map_err(|_| CourtFault::Answer)?;
        self.peer.set_remote_description(answer).await.map_err(|_| CourtFault::Answer)?;
        match tokio::time::timeout(CONNECT_WAIT, self.events.recv()).await {
            Ok(Some(Event::Connected)) => Ok(()),
            Ok(Some(Event::Lost) | None) | Err(_) => Err(CourtFault::NoPath),
        }
    }

    /// Waits until the path is lost.
    pub(super) async fn lost(&mut self) {
        while let Some(event) = self.events.recv().await {
            if event == Event::Lost {
                return;
            }
        }
    }

    /// Sends something of the camera.
    pub(super) async fn send(&mut self, outgoing: Outgoing) {
        let sent = match outgoing {
            Outgoing::Packet { medium, sequence, timestamp, marker, level, payload } => {
                let level = level.filter(|_| self.levels);
                let Some(track) = self.track(medium) else { return };
                let header = Header {
                    version: 2,
                    payload_type: track.payload_type,
                    sequence_number: sequence,
                    timestamp,
                    marker,
                    ssrc: track.ssrc,
                    ..Default::default()
                };
                track.packets = track.packets.wrapping_add(1);
                let bytes = u32::try_from(payload.len()).unwrap_or_default();
                track.bytes = track.bytes.wrapping_add(bytes);
                let packet = rtc::rtp::Packet { header, payload };
                match level {
                    Some(level) => {
                        let voice = level < VOICE_MAX;
                        let level =
                            HeaderExtension::AudioLevel(AudioLevelExtension { level, voice });
                        track.local.write_rtp_with_extensions(packet, &[level]).await
                    }
                    None => track.local.write_rtp(packet).await,
                }
            }
            Outgoing::Report { medium, ntp, timestamp } => {
                let Some(track) = self.track(medium) else { return };
                let report = SenderReport {
                    ssrc: track.ssrc,
                    ntp_time: ntp,
                    rtp_time: timestamp,
                    packet_count: track.packets,
                    octet_count: track.bytes,
                    ..Default::default()
                };
                track.local.write_rtcp(vec![Box::new(report)]).await
            }
        };
        if sent.is_err() {
            tracing::trace!("a packet is not sent");
        }
    }

    const fn track(&mut self, medium: Medium) -> Option<&mut Track> {
        match medium {
            Medium::Sound => self.sound.as_mut(),
            Medium::Picture => Some(&mut self.picture),
        }
    }

    /// Leaves the seat and says so.
    pub(super) async fn leave(self, whip: &Whip) {
        whip.end(&self.session).await;
        close(&self.peer).await;
    }

    /// Lets go of a connection that is lost; the server is told if it still knows of it.
    pub(super) async fn give_up(self, whip: &Whip) {
        close(&self.peer).await;
        whip.end(&self.session).await;
    }
}

async fn close(peer: &Arc<dyn PeerConnection>) {
    if peer.close().await.is_err() {
        tracing::debug!("closing a connection");
    }
}

async fn close_on_fault<T>(
    peer: &Arc<dyn PeerConnection>,
    outcome: Result<T, CourtFault>,
) -> Result<T, CourtFault> {
    if outcome.is_err() {
        close(peer).await;
    }
    outcome
}

async fn connection(
    local: IpAddr,
) -> Result<(Arc<dyn PeerConnection>, mpsc::Receiver<Event>), Error> {
    let (events, incoming) = mpsc::channel(EVENTS_MAX);
    let mut media = media_engine(h264(), H264_PAYLOAD_TYPE)?;
    // No reports of the crate's own: the camera's clock is in ours.
    let registry = configure_nack(Registry::new(), &mut media);
    let settings = SettingEngineBuilder::new()
        .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
        .with_include_loopback_candidate(true)
        .with_ice_timeouts(Some(ICE_DISCONNECTED), Some(ICE_FAILED), Some(ICE_KEEPALIVE))
        .build();
    let builder = PeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_media_engine(media)
        .with_interceptor_registry(registry)
        .with_setting_engine(settings)
        .with_handler(Arc::new(Ear(events)))
        .with_udp_addrs(vec![(local, 0_u16)]);
    let peer = Box::pin(builder.build()).await?;
    Ok((Arc::new(peer), incoming))
}

async fn offer(
    peer: &Arc<dyn PeerConnection>,
    shape: Shape,
) -> Result<(Track, Option<Track>, String), Error> {
    let sound = if shape.sound { Some(add_track(peer, Medium::Sound).await?) } else { None };
    let picture = add_track(peer, Medium::Picture).await?;
    let description = peer.create_offer(None).await?;
    peer.set_local_description(description).await?;
    let described = peer.local_description().await;
    let described = described.ok_or_else(|| Error::Other("no local description".to_owned()))?;
    Ok((picture, sound, described.sdp))
}

async fn add_track(peer: &Arc<dyn PeerConnection>, medium: Medium) -> Result<Track, Error> {
    let (kind, codec, payload_type, name) = match medium {
        Medium::Sound => (RtpCodecKind::Audio, opus(), OPUS_PAYLOAD_TYPE, "sound"),
        Medium::Picture => (RtpCodecKind::Video, h264(), H264_PAYLOAD_TYPE, "picture"),
    };
    let ssrc = getrandom::u32().map_err(|_| Error::Other("no randomness".to_owned()))?;
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
        codec,
        ..Default::default()
    };
    let local = Arc::new(TrackLocalStaticRTP::new(MediaStreamTrack::new(
        "camera".to_owned(),
        name.to_owned(),
        name.to_owned(),
        kind,
        vec![encoding.clone()],
    )));
    let init = RTCRtpTransceiverInit {
        direction: RTCRtpTransceiverDirection::Sendonly,
        streams: vec!["camera".to_owned()],
        send_encodings: vec![encoding],
    };
    let track = Arc::clone(&local) as Arc<dyn TrackLocal>;
    peer.add_transceiver_from_track(track, Some(init)).await?;
    Ok(Track { local, ssrc, payload_type, packets: 0, bytes: 0 })
}

/// Constrained baseline, level 3.1, as every browser takes it; what a camera sends beyond it is
/// named by its own parameter sets.
fn h264() -> RTCRtpCodec {
    let feedback = |typ: &str, parameter: &str| RTCPFeedback {
        typ: typ.to_owned(),
        parameter: parameter.to_owned(),
    };
    RTCRtpCodec {
        mime_type: MIME_TYPE_H264.to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
            .to_owned(),
        rtcp_feedback: vec![feedback("nack", "")],
    }
}
