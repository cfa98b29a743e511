//! A robot's media connection: the independent client of the `webrtc` crate.
//!
//! What is not here: signaling, and what a robot wants. The connection makes offers, takes
//! answers, sends the test pattern and hands what arrives to the tally.

mod publisher;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use model::{Line, LinePurpose, Medium, SlotCount, TrackKind};
use rtc::interceptor::{Interceptor, Packet as Intercepted, Slot, StreamInfo, TaggedPacket};
use rtc::peer_connection::configuration::media_engine::MIME_TYPE_VP8;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::sansio::Protocol;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use webrtc::error::Error;
use webrtc::media_stream::MediaStreamTrack;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
    RTCPeerConnectionState, RTCSessionDescription, Registry, SettingEngineBuilder,
    SrtpProtectionProfile, configure_nack, configure_rtcp_reports,
};
use webrtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};

use self::publisher::publish;
use super::codecs::{OPUS_PAYLOAD_TYPE, media_engine, opus};
use super::gauge::Gauge;

const VP8_PAYLOAD_TYPE: u8 = 96;
/// Behind every interceptor of the crate.
const LAST_SLOT: usize = 14_000;
/// Times after which a path counts as shaky and as gone, and the pause between two checks.
const ICE_DISCONNECTED: Duration = Duration::from_secs(3);
const ICE_FAILED: Duration = Duration::from_secs(6);
const ICE_KEEPALIVE: Duration = Duration::from_secs(1);
/// Events waiting for the robot; the connection waits.
const EVENTS_MAX: usize = 64;

/// What a connection tells its robot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// ICE and DTLS are done.
    Connected,
    /// The path is gone.
    Lost,
}

/// Notes keyframe requests and lets everything pass.
struct KeyframeBell {
    gauge: Arc<Gauge>,
    inward: VecDeque<TaggedPacket>,
    outward: VecDeque<TaggedPacket>,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for KeyframeBell {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Intercepted::Rtcp(reports) = &packet.message.packet {
            let asked = reports.iter().any(|report| {
                report.as_any().is::<PictureLossIndication>()
                    || report.as_any().is::<FullIntraRequest>()
            });
            if asked {
                self.gauge.keyframe_wanted.store(true, Ordering::Relaxed);
            }
        }
        self.inward.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inward.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.outward.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outward.pop_front()
    }
}

impl Interceptor for KeyframeBell {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}

struct Ear {
    gauge: Arc<Gauge>,
    events: mpsc::Sender<Event>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Ear {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        let event = match state {
            RTCPeerConnectionState::Connected => Event::Connected,
            RTCPeerConnectionState::Disconnected
            | RTCPeerConnectionState::Failed
            | RTCPeerConnectionState::Closed => Event::Lost,
            RTCPeerConnectionState::Unspecified
            | RTCPeerConnectionState::New
            | RTCPeerConnectionState::Connecting
            | _ => return,
        };
        if self.events.send(event).await.is_err() {
            tracing::trace!("the robot is gone already");
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let gauge = Arc::clone(&self.gauge);
        // Ends with the connection: its close ends every track's events.
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event {
                    gauge.take(&packet.payload);
                }
            }
        });
    }
}

/// One peer connection of a robot.
pub(super) struct Connection {
    peer: Arc<dyn PeerConnection>,
    purposes: Vec<LinePurpose>,
    slots: SlotCount,
    senders: Vec<(TrackKind, Arc<TrackLocalStaticRTP>, u32)>,
    gauge: Arc<Gauge>,
    publisher: Option<JoinHandle<()>>,
}

impl core::fmt::Debug for Connection {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Connection").field("slots", &self.slots).finish_non_exhaustive()
    }
}

impl Connection {
    /// Makes a connection that speaks from `local` and tells what happens over the channel.
    ///
    /// # Errors
    /// When the crate cannot make one, for want of sockets for example.
    pub(super) async fn open(
        local: IpAddr,
        gauge: Arc<Gauge>,
    ) -> Result<(Self, mpsc::Receiver<Event>), Error> {
        let (events, incoming) = mpsc::channel(EVENTS_MAX);
        let mut media = media_engine(vp8(), VP8_PAYLOAD_TYPE)?;
        let registry = configure_rtcp_reports(configure_nack(Registry::new(), &mut media)).with(
            Slot::from(LAST_SLOT),
            KeyframeBell {
                gauge: Arc::clone(&gauge),
                inward: VecDeque::new(),
                outward: VecDeque::new(),
            },
        );
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
            .with_handler(Arc::new(Ear { gauge: Arc::clone(&gauge), events }))
            .with_udp_addrs(vec![(local, 0_u16)]);
        let peer = Box::pin(builder.build()).await?;
        let mut connection = Self {
            peer: Arc::new(peer),
            purposes: Vec::new(),
            slots: SlotCount::default(),
            senders: Vec::new(),
            gauge,
            publisher: None,
        };
        for kind in TrackKind::ALL {
            connection.add_sender(kind).await?;
        }
        Ok((connection, incoming))
    }

    async fn add_sender(&mut self, kind: TrackKind) -> Result<(), Error> {
        let (medium, codec) = if kind.is_sound() {
            (RtpCodecKind::Audio, opus())
        } else {
            (RtpCodecKind::Video, vp8())
        };
        let ssrc = random_ssrc()?;
        let encoding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec,
            ..Default::default()
        };
        let track = Arc::new(TrackLocalStaticRTP::new(MediaStreamTrack::new(
            "robot".to_owned(),
            kind.name().to_owned(),
            kind.name().to_owned(),
            medium,
            vec![encoding.clone()],
        )));
        self.peer
            .add_transceiver_from_track(
                Arc::clone(&track) as Arc<dyn TrackLocal>,
                Some(RTCRtpTransceiverInit {
                    direction: RTCRtpTransceiverDirection::Sendonly,
                    streams: vec!["robot".to_owned()],
                    send_encodings: vec![encoding],
                }),
            )
            .await?;
        self.purposes.push(LinePurpose::Publish { kind });
        self.senders.push((kind, track, ssrc));
        Ok(())
    }

    async fn add_receiver(&mut self, purpose: LinePurpose) -> Result<(), Error> {
        let medium = match purpose {
            LinePurpose::Seat { medium: Medium::Sound, .. }
            | LinePurpose::Stage { medium: Medium::Sound } => RtpCodecKind::Audio,
            LinePurpose::Seat { medium: Medium::Picture, .. }
            | LinePurpose::Stage { medium: Medium::Picture }
            | LinePurpose::Screen { .. }
            | LinePurpose::Publish { .. } => RtpCodecKind::Video,
        };
        let init = RTCRtpTransceiverInit {
            direction: RTCRtpTransceiverDirection::Recvonly,
            ..Default::default()
        };
        self.peer.add_transceiver_from_kind(medium, Some(init)).await?;
        self.purposes.push(purpose);
        Ok(())
    }

    /// How many slots are offered.
    pub(super) const fn slots(&self) -> SlotCount {
        self.slots
    }

    /// Offers at least `wanted` slots; what was offered before stays.
    ///
    /// # Errors
    /// When the crate cannot make the offer.
    pub(super) async fn offer(
        &mut self,
        wanted: SlotCount,
        restart: bool,
    ) -> Result<(String, Vec<Line>), Error> {
        for slot in self.slots.seats..wanted.seats {
            for medium in [Medium::Sound, Medium::Picture] {
                self.add_receiver(LinePurpose::Seat { slot, medium }).await?;
            }
        }
        for slot in self.slots.screens..wanted.screens {
            self.add_receiver(LinePurpose::Screen { slot }).await?;
        }
        self.slots.seats = self.slots.seats.max(wanted.seats);
        self.slots.screens = self.slots.screens.max(wanted.screens);
        if restart {
            self.peer.restart_ice().await?;
        }
        let offer = self.peer.create_offer(None).await?;
        self.peer.set_local_description(offer).await?;
        let described = self
            .peer
            .local_description()
            .await
            .ok_or_else(|| Error::Other("no local description".to_owned()))?;
        let lines = described
            .sdp
            .lines()
            .filter_map(|line| line.strip_prefix("a=mid:"))
            .zip(&self.purposes)
            .map(|(mid, purpose)| Line { mid: mid.trim().to_owned(), purpose: *purpose })
            .collect();
        Ok((described.sdp, lines))
    }

    /// Takes the server's answer.
    ///
    /// # Errors
    /// When the crate cannot use it.
    pub(super) async fn answer(&self, sdp: String) -> Result<(), Error> {
        let answer = RTCSessionDescription::answer(sdp)?;
        self.peer.set_remote_description(answer).await
    }

    /// Begins to send the pattern; what is switched off is not sent.
    pub(super) fn publish(&mut self) {
        if self.publisher.is_none() {
            let senders = self.senders.clone();
            let gauge = Arc::clone(&self.gauge);
            self.publisher = Some(tokio::spawn(publish(senders, gauge)));
        }
    }

    /// Ends the connection with a goodbye to the other side.
    pub(super) async fn close(mut self) {
        if let Some(publisher) = self.publisher.take() {
            publisher.abort();
        }
        if let Err(fault) = self.peer.close().await {
            tracing::debug!(%fault, "closing the connection");
        }
    }
}

fn vp8() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: MIME_TYPE_VP8.to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: Vec::new(),
    }
}

fn random_ssrc() -> Result<u32, Error> {
    getrandom::u32().map_err(|fault| Error::Other(format!("no randomness: {fault}")))
}

#[cfg(test)]
mod tests;
