//! What the clients of this binary say they can: sound in Opus and one codec of pictures.
//!
//! What is not here: connections; the robot's and the camera's are made elsewhere.

use rtc::peer_connection::configuration::media_engine::MIME_TYPE_OPUS;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use webrtc::error::Error;
use webrtc::peer_connection::MediaEngine;

/// Payload type of sound.
pub(crate) const OPUS_PAYLOAD_TYPE: u8 = 111;
const MID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
/// The extension that says how loud a packet is (RFC 6464).
pub(crate) const AUDIO_LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// Opus as browsers offer it.
pub(crate) fn opus() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: MIME_TYPE_OPUS.to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
        rtcp_feedback: Vec::new(),
    }
}

/// Opus and this codec of pictures, `mid` on both and the level on sound.
///
/// # Errors
/// The library's words.
pub(crate) fn media_engine(picture: RTCRtpCodec, payload_type: u8) -> Result<MediaEngine, Error> {
    let mut media = MediaEngine::default();
    for (rtp_codec, payload_type, kind) in [
        (opus(), OPUS_PAYLOAD_TYPE, RtpCodecKind::Audio),
        (picture, payload_type, RtpCodecKind::Video),
    ] {
        let codec = RTCRtpCodecParameters { rtp_codec, payload_type };
        media.register_codec(codec, kind)?;
    }
    for (uri, kind) in [
        (MID_URI, RtpCodecKind::Audio),
        (MID_URI, RtpCodecKind::Video),
        (AUDIO_LEVEL_URI, RtpCodecKind::Audio),
    ] {
        let capability = RTCRtpHeaderExtensionCapability { uri: uri.to_owned() };
        media.register_header_extension(capability, kind, None)?;
    }
    Ok(media)
}
