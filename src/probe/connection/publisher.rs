//! Sends the test pattern on a connection's tracks, fifty times a second.
//!
//! What is not here: what the pattern looks like, see `pattern.rs`.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::TrackKind;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;

use super::super::gauge::Gauge;
use super::super::pattern::{self, Film};
use super::{OPUS_PAYLOAD_TYPE, VP8_PAYLOAD_TYPE};

/// The loudness a robot claims while it speaks, -dBov (RFC 6464).
const LEVEL: u8 = 30;

struct Outgoing {
    kind: TrackKind,
    track: Arc<TrackLocalStaticRTP>,
    header: rtc::rtp::header::Header,
}

impl Outgoing {
    fn new(kind: TrackKind, track: Arc<TrackLocalStaticRTP>, ssrc: u32) -> Self {
        let payload_type = if kind.is_sound() { OPUS_PAYLOAD_TYPE } else { VP8_PAYLOAD_TYPE };
        let header =
            rtc::rtp::header::Header { version: 2, payload_type, ssrc, ..Default::default() };
        Self { kind, track, header }
    }

    async fn send(&mut self, mut payload: Vec<u8>, marker: bool, gauge: &Gauge) {
        self.header.sequence_number = self.header.sequence_number.wrapping_add(1);
        self.header.marker = marker;
        gauge.stamp(self.kind, &mut payload);
        let packet = rtc::rtp::Packet { header: self.header.clone(), payload: payload.into() };
        let level = rtc::rtp::extension::HeaderExtension::AudioLevel(
            rtc::rtp::extension::audio_level_extension::AudioLevelExtension {
                level: LEVEL,
                voice: true,
            },
        );
        let sent = if self.kind.is_sound() {
            self.track.write_rtp_with_extensions(packet, &[level]).await
        } else {
            self.track.write_rtp(packet).await
        };
        if let Err(fault) = sent {
            tracing::trace!(%fault, "sending a packet");
        }
    }
}

/// Sends what is switched on, until the task is stopped.
pub(super) async fn publish(
    senders: Vec<(TrackKind, Arc<TrackLocalStaticRTP>, u32)>,
    gauge: Arc<Gauge>,
) {
    let mut tracks: Vec<(Outgoing, Film, bool)> = senders
        .into_iter()
        .map(|(kind, track, ssrc)| (Outgoing::new(kind, track, ssrc), Film::new(), false))
        .collect();
    let mut clock = tokio::time::interval(Duration::from_millis(pattern::SOUND_EVERY_MS));
    for tick in 0_u64.. {
        clock.tick().await;
        let rewind = gauge.keyframe_wanted.swap(false, Ordering::Relaxed);
        for (outgoing, film, was_on) in &mut tracks {
            let on = gauge.is_on(outgoing.kind);
            if rewind || (on && !*was_on) {
                film.rewind();
            }
            *was_on = on;
            if outgoing.kind.is_sound() {
                outgoing.header.timestamp =
                    outgoing.header.timestamp.wrapping_add(pattern::SOUND_STEP);
                if on {
                    outgoing.send(pattern::sound(), false, &gauge).await;
                }
            } else if tick.is_multiple_of(pattern::PICTURE_EVERY_SOUNDS) {
                outgoing.header.timestamp =
                    outgoing.header.timestamp.wrapping_add(pattern::PICTURE_STEP);
                if on {
                    let mut packets = film.next_picture().into_iter().peekable();
                    while let Some(packet) = packets.next() {
                        outgoing.send(packet, packets.peek().is_none(), &gauge).await;
                    }
                }
            }
        }
    }
}
