//! The answer's text.
//!
//! What is not here: decisions; they stand in the [`Terms`].

use std::fmt;
use std::net::SocketAddr;

use model::{Codec, LinePurpose, Medium};

use super::terms::{AgreedCodec, AgreedLine, Sources, Terms, named};

/// The canonical name of everything this server sends (RFC 3550 §6.5.1).
const CNAME: &str = "assize";

/// This end's part of an answer.
#[derive(Clone, Debug)]
pub struct Answer<'a> {
    /// Number of the session: constant for a connection.
    pub session: u32,
    /// Rises with each answer.
    pub version: u32,
    /// This end's user name fragment.
    pub ufrag: &'a str,
    /// This end's password.
    pub password: &'a str,
    /// SHA-256 of this end's certificate.
    pub fingerprint: &'a [u8; 32],
    /// Where this end can be reached, best first.
    pub candidates: &'a [SocketAddr],
    /// Where this end takes TCP, best first.
    pub streams: &'a [SocketAddr],
    /// What was agreed.
    pub terms: &'a Terms,
}

impl fmt::Display for Answer<'_> {
    /// Writes the session description, each line ended by CR LF.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=0\r\no=- {} {} IN IP4 127.0.0.1\r\n", self.session, self.version)?;
        f.write_str("s=-\r\nt=0 0\r\na=group:BUNDLE")?;
        for line in self.terms.lines.iter().filter(|line| line.purpose.is_some()) {
            write!(f, " {}", line.mid)?;
        }
        f.write_str("\r\na=ice-lite\r\n")?;
        if self.terms.allow_mixed {
            f.write_str("a=extmap-allow-mixed\r\n")?;
        }
        f.write_str("a=msid-semantic: WMS *\r\n")?;
        let mut first = true;
        for line in &self.terms.lines {
            match line.purpose {
                None => rejected(f, line)?,
                Some(purpose) => {
                    self.line(f, line, purpose, first)?;
                    first = false;
                }
            }
        }
        Ok(())
    }
}

impl Answer<'_> {
    fn line(
        &self,
        f: &mut fmt::Formatter<'_>,
        line: &AgreedLine,
        purpose: LinePurpose,
        first: bool,
    ) -> fmt::Result {
        write!(f, "m={} 9 {}", line.head[0], line.head[1])?;
        for payload in payloads(line, purpose) {
            write!(f, " {payload}")?;
        }
        f.write_str("\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n")?;
        if first {
            // All lines share the first one's transport, so addresses stand there only.
            for (place, address) in (0..).zip(self.candidates) {
                candidate(f, place, *address)?;
            }
            for (place, address) in (0..).zip(self.streams) {
                stream_candidate(f, place, *address)?;
            }
            f.write_str("a=end-of-candidates\r\n")?;
        }
        write!(f, "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\n", self.ufrag, self.password)?;
        if self.terms.trickle {
            f.write_str("a=ice-options:trickle\r\n")?;
        }
        f.write_str("a=fingerprint:sha-256 ")?;
        for (place, byte) in self.fingerprint.iter().enumerate() {
            let colon = if place == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        write!(f, "\r\na=setup:passive\r\na=mid:{}\r\n", line.mid)?;
        for (number, uri) in named(&line.extensions) {
            write!(f, "a=extmap:{number} {uri}\r\n")?;
        }
        let publishes = matches!(purpose, LinePurpose::Publish { .. });
        f.write_str(match (line.active, publishes) {
            (false, _) => "a=inactive\r\n",
            (true, true) => "a=recvonly\r\n",
            (true, false) => "a=sendonly\r\n",
        })?;
        let msid = msid(purpose);
        if let Some([stream, track]) = &msid {
            write!(f, "a=msid:{stream} {track}\r\n")?;
        }
        f.write_str("a=rtcp-mux\r\n")?;
        if line.rtcp_rsize {
            f.write_str("a=rtcp-rsize\r\n")?;
        }
        for agreed in &line.codecs {
            codec(f, agreed, line.voice_dtx)?;
        }
        if let (Some(red), Some(opus)) = (line.red, line.codecs.first()) {
            let media = opus.payload;
            write!(f, "a=rtpmap:{red} red/48000/2\r\na=fmtp:{red} {media}/{media}\r\n")?;
        }
        layers(f, line)?;
        if let (Some(own), Some(msid)) = (line.sources, &msid) {
            sources(f, line, own, msid)?;
        }
        Ok(())
    }
}

/// Payload types of a line, the one to be sent first.
fn payloads(line: &AgreedLine, purpose: LinePurpose) -> impl Iterator<Item = u8> {
    let media = line.codecs.iter().map(|codec| codec.payload);
    let repairs = line.codecs.iter().filter_map(|codec| codec.repair);
    // A browser sends redundant sound only if it stands first; what it receives is told by each
    // packet, whatever the order.
    let first = matches!(purpose, LinePurpose::Publish { .. });
    let before = line.red.filter(|_| first);
    let after = line.red.filter(|_| !first);
    before.into_iter().chain(media).chain(after).chain(repairs)
}

/// The layers that are taken (RFC 8853 §5.3.2), each with what the page said of it.
fn layers(f: &mut fmt::Formatter<'_>, line: &AgreedLine) -> fmt::Result {
    for layer in &line.layers {
        write!(f, "a=rid:{} recv", layer.rid)?;
        for (place, restriction) in layer.restrictions.iter().enumerate() {
            let before = if place == 0 { ' ' } else { ';' };
            write!(f, "{before}{restriction}")?;
        }
        f.write_str("\r\n")?;
    }
    for (place, layer) in line.layers.iter().enumerate() {
        let before = if place == 0 { "a=simulcast:recv " } else { ";" };
        let paused = if layer.paused { "~" } else { "" };
        write!(f, "{before}{paused}{}", layer.rid)?;
    }
    if line.layers.is_empty() { Ok(()) } else { f.write_str("\r\n") }
}

/// This end's sources on a line; the second repairs the first (RFC 5576 §4.3).
fn sources(
    f: &mut fmt::Formatter<'_>,
    line: &AgreedLine,
    own: Sources,
    [stream, track]: &[String; 2],
) -> fmt::Result {
    let Sources { media, repair } = own;
    let repaired = line.codecs.iter().any(|codec| codec.repair.is_some());
    if repaired {
        write!(f, "a=ssrc-group:FID {media} {repair}\r\n")?;
    }
    for ssrc in [Some(media), repaired.then_some(repair)].into_iter().flatten() {
        write!(f, "a=ssrc:{ssrc} cname:{CNAME}\r\na=ssrc:{ssrc} msid:{stream} {track}\r\n")?;
    }
    Ok(())
}

fn rejected(f: &mut fmt::Formatter<'_>, line: &AgreedLine) -> fmt::Result {
    let [media, protocol, format] = &line.head;
    write!(f, "m={media} 0 {protocol} {format}\r\nc=IN IP4 0.0.0.0\r\n")?;
    write!(f, "a=mid:{}\r\na=inactive\r\n", line.mid)
}

/// A host candidate (RFC 8839 §5.1); the earlier in the list, the better.
fn candidate(f: &mut fmt::Formatter<'_>, place: u32, address: SocketAddr) -> fmt::Result {
    const HOST: u32 = 126 << 24;
    const COMPONENT: u32 = 256 - 1;
    let preference = 65_535_u32.saturating_sub(place);
    let priority = HOST + (preference << 8) + COMPONENT;
    let (ip, port) = (address.ip(), address.port());
    write!(f, "a=candidate:{} 1 udp {priority} {ip} {port} typ host\r\n", place + 1)
}

/// A passive TCP host candidate (RFC 6544 §4.5), worse than any for UDP.
fn stream_candidate(f: &mut fmt::Formatter<'_>, place: u32, address: SocketAddr) -> fmt::Result {
    const HOST: u32 = 90 << 24;
    const PASSIVE: u32 = 2 << 13;
    const COMPONENT: u32 = 256 - 1;
    let preference = PASSIVE + 8_191_u32.saturating_sub(place);
    let priority = HOST + (preference << 8) + COMPONENT;
    let (ip, port) = (address.ip(), address.port());
    let foundation = place + 101;
    write!(f, "a=candidate:{foundation} 1 tcp {priority} {ip} {port} typ host tcptype passive\r\n")
}

/// Stream and track names: the two halves of a seat share a stream, so that the page keeps lips
/// and voice together.
fn msid(purpose: LinePurpose) -> Option<[String; 2]> {
    match purpose {
        LinePurpose::Publish { .. } => None,
        LinePurpose::Seat { slot, medium } => {
            let half = match medium {
                Medium::Sound => "sound",
                Medium::Picture => "picture",
            };
            Some([format!("seat-{slot}"), format!("seat-{slot}-{half}")])
        }
        LinePurpose::Stage { medium } => {
            let half = match medium {
                Medium::Sound => "sound",
                Medium::Picture => "picture",
            };
            Some(["stage".to_owned(), format!("stage-{half}")])
        }
        LinePurpose::Screen { slot } => {
            Some([format!("screen-{slot}"), format!("screen-{slot}-picture")])
        }
    }
}

fn codec(f: &mut fmt::Formatter<'_>, agreed: &AgreedCodec, voice_dtx: bool) -> fmt::Result {
    let payload = agreed.payload;
    match agreed.codec {
        Codec::Opus => write!(f, "a=rtpmap:{payload} opus/48000/2\r\n")?,
        Codec::Vp8 => write!(f, "a=rtpmap:{payload} VP8/90000\r\n")?,
        Codec::H264 => write!(f, "a=rtpmap:{payload} H264/90000\r\n")?,
        Codec::Vp9 => write!(f, "a=rtpmap:{payload} VP9/90000\r\n")?,
        Codec::Av1 => write!(f, "a=rtpmap:{payload} AV1/90000\r\n")?,
    }
    for feedback in &agreed.feedback {
        write!(f, "a=rtcp-fb:{payload} {feedback}\r\n")?;
    }
    match agreed.codec {
        Codec::Opus => {
            let dtx = if voice_dtx { ";usedtx=1" } else { "" };
            write!(f, "a=fmtp:{payload} minptime=10;useinbandfec=1{dtx}\r\n")?;
        }
        Codec::Vp8 => (),
        Codec::Vp9 => write!(f, "a=fmtp:{payload} profile-id=0\r\n")?,
        // Main profile, and level 3.1: 1280 x 720 at thirty pictures in a second.
        Codec::Av1 => write!(f, "a=fmtp:{payload} level-idx=5;profile=0;tier=0\r\n")?,
        Codec::H264 => {
            let profile = agreed.profile_level.as_deref().unwrap_or("42e01f");
            write!(
                f,
                "a=fmtp:{payload} level-asymmetry-allowed=1;packetization-mode=1;\
                 profile-level-id={profile}\r\n"
            )?;
        }
    }
    let Some(repair) = agreed.repair else { return Ok(()) };
    let clock = agreed.codec.clock_hz();
    write!(f, "a=rtpmap:{repair} rtx/{clock}\r\na=fmtp:{repair} apt={payload}\r\n")
}
