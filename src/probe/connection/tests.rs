//! A robot's connection against another connection of the same crate, without a server.

use std::net::Ipv4Addr;

use tokio::time::timeout;
use webrtc::peer_connection::RTCIceGatheringState;

use super::*;
use crate::probe::gauge::now_ns;
use crate::probe::stamp::Tally;
use model::{HearingId, ParticipantId};

const DEADLINE: Duration = Duration::from_secs(20);

struct Counter {
    gathered: mpsc::Sender<()>,
    packets: mpsc::Sender<rtc::rtp::Packet>,
}

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Counter {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.gathered.send(()).await.expect("the test waits for it");
        }
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        let packets = self.packets.clone();
        tokio::spawn(async move {
            while let Some(event) = track.poll().await {
                if let TrackRemoteEvent::OnRtpPacket(packet) = event
                    && packets.send(packet).await.is_err()
                {
                    break;
                }
            }
        });
    }
}

#[tokio::test]
async fn stamped_sound_and_picture_arrive_at_another_connection() {
    let me = ParticipantId(5);
    let gauge = Arc::new(Gauge::new(HearingId(1), me));
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let (mut connection, mut events) =
        Connection::open(local, Arc::clone(&gauge)).await.expect("a connection");
    let wanted = SlotCount { seats: 2, screens: 1 };
    let (offer, lines) = connection.offer(wanted, false).await.expect("an offer");
    assert_eq!(lines.len(), 3 + 2 * 2 + 1);
    assert_eq!(lines[3].purpose, LinePurpose::Seat { slot: 0, medium: Medium::Sound });

    let (gathered, mut complete) = mpsc::channel(1);
    let (packets, mut incoming) = mpsc::channel(64);
    let builder = PeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_media_engine(media_engine(vp8(), VP8_PAYLOAD_TYPE).expect("codecs"))
        .with_handler(Arc::new(Counter { gathered, packets }))
        .with_udp_addrs(vec![(local, 0_u16)]);
    let peer = Box::pin(builder.build()).await.expect("a peer");
    let offer = RTCSessionDescription::offer(offer).expect("an offer");
    peer.set_remote_description(offer).await.expect("a usable offer");
    let answer = peer.create_answer(None).await.expect("an answer");
    peer.set_local_description(answer).await.expect("a usable answer");
    timeout(DEADLINE, complete.recv()).await.expect("in time");
    let answer = peer.local_description().await.expect("set above");
    connection.answer(answer.sdp).await.expect("a usable answer");
    let event = timeout(DEADLINE, events.recv()).await.expect("in time");
    assert_eq!(event, Some(Event::Connected));
    gauge.switch(TrackKind::Microphone, true);
    gauge.switch(TrackKind::Camera, true);
    connection.publish();

    let mut tally = Tally::new(HearingId(1));
    while tally.packets(me, TrackKind::Microphone) < 20 || tally.packets(me, TrackKind::Camera) < 30
    {
        let packet = timeout(DEADLINE, incoming.recv()).await.expect("in time");
        let packet = packet.expect("the peer lives");
        tally.take(&packet.payload, Instant::now(), now_ns());
        if packet.header.payload_type == OPUS_PAYLOAD_TYPE {
            assert!(packet.header.extension, "the level stands in an extension");
        }
    }
    assert_eq!(tally.unmarked, 0);
    assert!(tally.tracks(Instant::now()).iter().all(|track| track.lost == 0));
    connection.close().await;
    peer.close().await.expect("closed");
}
