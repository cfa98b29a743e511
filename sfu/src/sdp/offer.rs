//! An offer as far as this server understands it.
//!
//! What is not here: any decision about it (`terms.rs`).

use std::io::Cursor;

use model::limits;
use rtc_sdp::SessionDescription;
use rtc_sdp::description::common::Attribute;
use rtc_sdp::description::media::MediaDescription;

use super::SdpFault;
use super::layers::{OfferLayer, read_layers};

/// Codecs, extensions and sources read of one line; what is beyond is not looked at.
const PER_LINE_MAX: usize = 64;

/// How a certificate was digested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestKind {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// The digest of the page's certificate (RFC 8122).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// How it was made.
    pub kind: DigestKind,
    /// 32, 48 or 64 bytes.
    pub digest: Vec<u8>,
}

/// The medium of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `audio`.
    Audio,
    /// `video`.
    Video,
    /// Something this server rejects.
    Other,
}

/// Which way a line goes, seen from the page (RFC 8866 §6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    SendRecv,
    /// From the page.
    SendOnly,
    /// To the page.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// Whether the page sends.
    pub const fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the page receives.
    pub const fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }
}

/// One payload type of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferCodec {
    /// Payload type, 0 to 127.
    pub payload: u8,
    /// Encoding name in lower case.
    pub name: String,
    /// Clock rate in Hz.
    pub clock: u32,
    /// Format parameters, names in lower case; one without a name has the name "".
    pub parameters: Vec<(String, String)>,
    /// Feedback the page takes or gives, as in `a=rtcp-fb`.
    pub feedback: Vec<String>,
}

impl OfferCodec {
    /// The value of a format parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// One m-line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferLine {
    /// Medium.
    pub media: Media,
    /// First word of the line, for the answer.
    pub media_name: String,
    /// Protocol, for the answer.
    pub protocol: String,
    /// First format, for the answer when the line is rejected.
    pub first_format: String,
    /// The `mid`.
    pub mid: String,
    /// Direction, seen from the page.
    pub direction: Direction,
    /// Whether the line is alive, in the bundle and speaks multiplexed secure RTP.
    pub usable: bool,
    /// Payload types in order of preference.
    pub codecs: Vec<OfferCodec>,
    /// Header extensions: number and name.
    pub extensions: Vec<(u8, String)>,
    /// Announced sources, those of repair streams left out.
    pub ssrcs: Vec<u32>,
    /// Announced sources, each with the one that repairs it (RFC 5576 §4.3, `FID`).
    pub repair_ssrcs: Vec<(u32, u32)>,
    /// Layers the page offers to send (RFC 8853), in its order.
    pub layers: Vec<OfferLayer>,
    /// Whether reduced-size RTCP is offered.
    pub rtcp_rsize: bool,
}

/// A whole offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The page's user name fragment; a new one is an ICE restart.
    pub ufrag: String,
    /// The page's password.
    pub password: String,
    /// Digest of the page's certificate.
    pub fingerprint: Fingerprint,
    /// Whether `a=extmap-allow-mixed` is offered.
    pub allow_mixed: bool,
    /// Whether the page trickles candidates.
    pub trickle: bool,
    /// Lines, in order.
    pub lines: Vec<OfferLine>,
}

impl Offer {
    /// Reads an offer. Never panics, whatever the text.
    ///
    /// # Errors
    /// See [`SdpFault`].
    pub fn read(text: &str) -> Result<Self, SdpFault> {
        if text.len() > limits::SDP_BYTES_MAX {
            return Err(SdpFault::TooLarge);
        }
        // Counted before parsing, so that the work stays in proportion.
        if text.lines().filter(|line| line.starts_with("m=")).count() > limits::LINES_MAX {
            return Err(SdpFault::TooLarge);
        }
        let parsed = SessionDescription::unmarshal(&mut Cursor::new(text.as_bytes()))
            .map_err(|_| SdpFault::Malformed)?;
        let session = Attributes(&parsed.attributes);
        let media = &parsed.media_descriptions;
        let first = media.first().ok_or(SdpFault::NothingLeft)?;
        let on_first = Attributes(&first.attributes);
        let either = |key: &str| on_first.value(key).or_else(|| session.value(key));
        let ufrag = either("ice-ufrag").filter(|text| is_ice_text(text, 4));
        let password = either("ice-pwd").filter(|text| is_ice_text(text, 22));
        let (Some(ufrag), Some(password)) = (ufrag, password) else {
            return Err(SdpFault::NoCredentials);
        };
        let fingerprint = on_first
            .values("fingerprint")
            .chain(session.values("fingerprint"))
            .find_map(read_fingerprint)
            .ok_or(SdpFault::NoFingerprint)?;
        let setup = either("setup").unwrap_or("actpass");
        if session.has("ice-lite") || !matches!(setup, "actpass" | "active") {
            return Err(SdpFault::WrongRole);
        }
        let bundle: Vec<&str> = session
            .values("group")
            .find_map(|group| group.strip_prefix("BUNDLE "))
            .map(|mids| mids.split_ascii_whitespace().collect())
            .unwrap_or_default();
        let default = direction(&session).unwrap_or(Direction::SendRecv);
        let mut lines: Vec<OfferLine> = Vec::with_capacity(media.len());
        for description in media {
            let line = read_line(description, &bundle, default)?;
            if lines.iter().any(|other| other.mid == line.mid) {
                return Err(SdpFault::NoMid);
            }
            lines.push(line);
        }
        Ok(Self {
            ufrag: ufrag.to_owned(),
            password: password.to_owned(),
            fingerprint,
            allow_mixed: session.has("extmap-allow-mixed") || on_first.has("extmap-allow-mixed"),
            trickle: either("ice-options").is_some_and(|options| {
                options.split_ascii_whitespace().any(|option| option == "trickle")
            }),
            lines,
        })
    }
}

/// Attributes of the session or of one line.
struct Attributes<'a>(&'a [Attribute]);

impl<'a> Attributes<'a> {
    fn has(&self, key: &str) -> bool {
        self.0.iter().any(|attribute| attribute.key == key)
    }

    fn values(&self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |one| one.key == key).filter_map(|one| one.value.as_deref())
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|one| one.key == key).and_then(|one| one.value.as_deref())
    }
}

fn direction(attributes: &Attributes<'_>) -> Option<Direction> {
    [
        ("sendrecv", Direction::SendRecv),
        ("sendonly", Direction::SendOnly),
        ("recvonly", Direction::RecvOnly),
        ("inactive", Direction::Inactive),
    ]
    .into_iter()
    .find(|(name, _)| attributes.has(name))
    .map(|(_, direction)| direction)
}

fn read_line(
    description: &MediaDescription,
    bundle: &[&str],
    default: Direction,
) -> Result<OfferLine, SdpFault> {
    let name = &description.media_name;
    let attributes = Attributes(&description.attributes);
    let mid = attributes.value("mid").ok_or(SdpFault::NoMid)?;
    if !is_token(mid) || mid.len() > limits::MID_CHARS_MAX {
        return Err(SdpFault::NoMid);
    }
    let protocol = name.protos.join("/");
    let first_format = name.formats.first().ok_or(SdpFault::Malformed)?;
    if !is_token(&name.media)
        || !is_token(first_format)
        || !name.protos.iter().all(|proto| is_token(proto))
    {
        return Err(SdpFault::Malformed);
    }
    let media = match name.media.as_str() {
        "audio" => Media::Audio,
        "video" => Media::Video,
        _ => Media::Other,
    };
    let alive = name.port.value != 0 || attributes.has("bundle-only");
    let secure = matches!(protocol.as_str(), "UDP/TLS/RTP/SAVPF" | "RTP/SAVPF");
    Ok(OfferLine {
        media,
        media_name: name.media.clone(),
        usable: alive
            && secure
            && media != Media::Other
            && attributes.has("rtcp-mux")
            && bundle.contains(&mid),
        protocol,
        first_format: first_format.clone(),
        mid: mid.to_owned(),
        direction: direction(&attributes).unwrap_or(default),
        codecs: codecs(&name.formats, &attributes),
        extensions: attributes
            .values("extmap")
            .filter_map(read_extension)
            .take(PER_LINE_MAX)
            .collect(),
        ssrcs: ssrcs(&attributes),
        repair_ssrcs: repair_pairs(&attributes).collect(),
        layers: read_layers(&|key| attributes.values(key)),
        rtcp_rsize: attributes.has("rtcp-rsize"),
    })
}

/// `111 opus/48000/2` and what else is said about the payload types of the line.
fn codecs(formats: &[String], attributes: &Attributes<'_>) -> Vec<OfferCodec> {
    let about = |key: &'static str, payload: &str| {
        let payload = payload.to_owned();
        attributes.values(key).filter_map(move |value| {
            let (number, rest) = value.split_once(' ')?;
            (number == payload || (key == "rtcp-fb" && number == "*")).then_some(rest.trim())
        })
    };
    formats
        .iter()
        .take(PER_LINE_MAX)
        .filter_map(|format| {
            let payload: u8 = format.parse().ok().filter(|number| *number < 128)?;
            let map = about("rtpmap", format).next()?;
            let mut parts = map.split('/');
            let name = parts.next()?.to_ascii_lowercase();
            let clock = parts.next()?.parse().ok()?;
            let parameters = about("fmtp", format)
                .flat_map(|text| text.split(';'))
                .map(|pair| pair.split_once('=').unwrap_or(("", pair)))
                .map(|(key, value)| (key.trim().to_ascii_lowercase(), value.trim().to_owned()))
                .take(PER_LINE_MAX)
                .collect();
            let feedback = about("rtcp-fb", format).map(str::to_owned).take(PER_LINE_MAX).collect();
            Some(OfferCodec { payload, name, clock, parameters, feedback })
        })
        .collect()
}

/// `4/recvonly urn:ietf:params:rtp-hdrext:sdes:mid`.
fn read_extension(value: &str) -> Option<(u8, String)> {
    let mut words = value.split_ascii_whitespace();
    let number = words.next()?.split('/').next()?.parse().ok()?;
    Some((number, words.next()?.to_owned()))
}

/// Sources and what repairs them: the `FID` pairs of a line.
fn repair_pairs<'a>(attributes: &Attributes<'a>) -> impl Iterator<Item = (u32, u32)> + use<'a> {
    attributes
        .0
        .iter()
        .filter(|one| one.key == "ssrc-group")
        .filter_map(|one| one.value.as_deref()?.strip_prefix("FID "))
        .filter_map(|pair| {
            let mut numbers = pair.split_ascii_whitespace().map(str::parse);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
        })
        .take(PER_LINE_MAX)
}

/// The sources of a line without those that repair others.
fn ssrcs(attributes: &Attributes<'_>) -> Vec<u32> {
    let repairs: Vec<u32> = repair_pairs(attributes).map(|(_, repair)| repair).collect();
    let mut found = Vec::new();
    for value in attributes.values("ssrc").take(4 * PER_LINE_MAX) {
        let number = value.split_ascii_whitespace().next().and_then(|text| text.parse().ok());
        if let Some(ssrc) = number
            && !repairs.contains(&ssrc)
            && !found.contains(&ssrc)
            && found.len() < PER_LINE_MAX
        {
            found.push(ssrc);
        }
    }
    found
}

/// `sha-256 9A:0D:…`.
fn read_fingerprint(value: &str) -> Option<Fingerprint> {
    let (kind, digits) = value.split_once(' ')?;
    let (kind, len) = match kind.to_ascii_lowercase().as_str() {
        "sha-256" => (DigestKind::Sha256, 32),
        "sha-384" => (DigestKind::Sha384, 48),
        "sha-512" => (DigestKind::Sha512, 64),
        _ => return None,
    };
    let digest: Option<Vec<u8>> = digits
        .trim()
        .split(':')
        .take(len + 1)
        .map(|pair| u8::from_str_radix(pair, 16).ok().filter(|_| pair.len() == 2))
        .collect();
    digest.filter(|bytes| bytes.len() == len).map(|digest| Fingerprint { kind, digest })
}

/// `ice-char` of RFC 8839 §5.4, at least `min` and at most 256 of them.
fn is_ice_text(text: &str, min: usize) -> bool {
    (min..=256).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}

/// `token` of RFC 8866 §9: what may be copied into an answer without harm.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`{|}~".contains(&byte))
}
