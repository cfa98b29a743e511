//! What both ends agree on: which lines are used, with which codecs, numbers and sources.
//!
//! What is not here: the text of the answer (`answer.rs`).

use forwarding::{Extensions, LegPlan, Mid, ReceiveLine, SendLine};
use model::{Codec, Line, LinePurpose, Medium, ParticipantId, TrackKind};

use super::SdpFault;
use super::offer::{Media, Offer, OfferCodec, OfferLine};

/// The header extension that names a packet's line (RFC 9143 §15.1).
pub(super) const MID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
/// The header extension that says how loud a packet is (RFC 6464).
pub(super) const LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// One payload type in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedCodec {
    /// Which codec.
    pub codec: Codec,
    /// The page's number for it.
    pub payload: u8,
    /// H.264: the profile-level-id, as offered.
    pub profile_level: Option<String>,
    /// Feedback in use, out of `nack`, `nack pli` and `ccm fir`.
    pub feedback: Vec<&'static str>,
}

/// One line of the offer, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedLine {
    /// Medium word, protocol and first format of the offer.
    pub head: [String; 3],
    /// The `mid`.
    pub mid: String,
    /// What it is for; none when the line is rejected.
    pub purpose: Option<LinePurpose>,
    /// Whether packets flow on it now.
    pub active: bool,
    /// Payload types in use, preferred first.
    pub codecs: Vec<AgreedCodec>,
    /// Number of the `sdes:mid` extension.
    pub mid_ext: Option<u8>,
    /// Number of the `ssrc-audio-level` extension.
    pub level_ext: Option<u8>,
    /// The page's announced sources.
    pub page_ssrcs: Vec<u32>,
    /// This end's constant source, on lines the page receives on.
    pub ssrc: Option<u32>,
    /// Whether reduced-size RTCP is used.
    pub rtcp_rsize: bool,
}

/// Everything agreed on one connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Lines in the order of the offer.
    pub lines: Vec<AgreedLine>,
    /// Whether one- and two-byte header extensions may be mixed.
    pub allow_mixed: bool,
    /// Whether the page trickles.
    pub trickle: bool,
}

impl Terms {
    /// Agrees on an offer and the page's declaration of its lines. `prefer` is the picture codec
    /// pages are asked to send when they can; `ssrc_of` gives the constant source of a slot's
    /// line.
    ///
    /// # Errors
    /// When the declaration does not fit the offer, or nothing usable is left.
    pub fn agree(
        offer: &Offer,
        declared: &[Line],
        prefer: Codec,
        mut ssrc_of: impl FnMut(LinePurpose) -> u32,
    ) -> Result<Self, SdpFault> {
        for (place, line) in declared.iter().enumerate() {
            let twice = declared[..place]
                .iter()
                .any(|other| other.mid == line.mid || other.purpose == line.purpose);
            if twice || !offer.lines.iter().any(|offered| offered.mid == line.mid) {
                return Err(SdpFault::LinesDiffer);
            }
        }
        let mut lines = Vec::with_capacity(offer.lines.len());
        for offered in &offer.lines {
            let purpose = declared.iter().find(|line| line.mid == offered.mid).map(|l| l.purpose);
            lines.push(agree_line(offered, purpose, prefer, &mut ssrc_of)?);
        }
        if lines.iter().all(|line| line.purpose.is_none()) {
            return Err(SdpFault::NothingLeft);
        }
        Ok(Self { lines, allow_mixed: offer.allow_mixed, trickle: offer.trickle })
    }

    /// The same in the router's words.
    pub fn plan(&self, participant: ParticipantId, connection: u32) -> LegPlan {
        let mut plan = LegPlan { participant, connection, receive: Vec::new(), send: Vec::new() };
        for line in self.lines.iter().filter(|line| line.active) {
            let (Some(purpose), Some(mid)) = (line.purpose, Mid::new(line.mid.as_bytes())) else {
                continue;
            };
            match (purpose, line.ssrc) {
                (LinePurpose::Publish { kind }, _) => plan.receive.push(ReceiveLine {
                    kind,
                    mid,
                    payloads: line.codecs.iter().map(|one| (one.payload, one.codec)).collect(),
                    ssrcs: line.page_ssrcs.clone(),
                    repairs: Vec::new(),
                    red: None,
                    repair_ssrcs: Vec::new(),
                    rids: Vec::new(),
                    extensions: Extensions {
                        mid: line.mid_ext,
                        level: line.level_ext,
                        ..Extensions::default()
                    },
                }),
                (
                    LinePurpose::Seat { .. }
                    | LinePurpose::Screen { .. }
                    | LinePurpose::Stage { .. },
                    Some(ssrc),
                ) => {
                    plan.send.push(SendLine {
                        purpose,
                        mid,
                        ssrc,
                        payloads: line.codecs.iter().map(|one| (one.codec, one.payload)).collect(),
                        repair: None,
                        red: None,
                        extensions: Extensions {
                            mid: line.mid_ext,
                            level: line.level_ext,
                            ..Extensions::default()
                        },
                    });
                }
                (
                    LinePurpose::Seat { .. }
                    | LinePurpose::Screen { .. }
                    | LinePurpose::Stage { .. },
                    None,
                ) => (),
            }
        }
        plan
    }
}

fn agree_line(
    offered: &OfferLine,
    declared: Option<LinePurpose>,
    prefer: Codec,
    ssrc_of: &mut impl FnMut(LinePurpose) -> u32,
) -> Result<AgreedLine, SdpFault> {
    let mut line = AgreedLine {
        head: [offered.media_name.clone(), offered.protocol.clone(), offered.first_format.clone()],
        mid: offered.mid.clone(),
        purpose: None,
        active: false,
        codecs: Vec::new(),
        mid_ext: extension(offered, MID_URI),
        level_ext: None,
        page_ssrcs: Vec::new(),
        ssrc: None,
        rtcp_rsize: offered.rtcp_rsize,
    };
    let Some(purpose) = declared else { return Ok(line) };
    let sound = is_sound(purpose);
    if offered.media != if sound { Media::Audio } else { Media::Video } {
        return Err(SdpFault::LinesDiffer);
    }
    let publishes = matches!(purpose, LinePurpose::Publish { .. });
    line.codecs = codecs(offered, sound, prefer);
    if publishes {
        // One codec only: the page sends what stands in the answer, and a change of codec in
        // mid-stream would break the record's segment.
        line.codecs.truncate(1);
    }
    if !offered.usable || line.codecs.is_empty() {
        return Ok(line);
    }
    line.purpose = Some(purpose);
    if sound {
        line.level_ext = extension(offered, LEVEL_URI);
    }
    if publishes {
        line.active = offered.direction.sends();
        line.page_ssrcs.clone_from(&offered.ssrcs);
    } else {
        line.active = offered.direction.receives();
        line.ssrc = Some(ssrc_of(purpose));
    }
    Ok(line)
}

/// Whether a line of this purpose carries sound.
pub(super) const fn is_sound(purpose: LinePurpose) -> bool {
    match purpose {
        LinePurpose::Publish { kind } => matches!(kind, TrackKind::Microphone),
        LinePurpose::Seat { medium, .. } | LinePurpose::Stage { medium } => {
            matches!(medium, Medium::Sound)
        }
        LinePurpose::Screen { .. } => false,
    }
}

/// The number of a header extension, if it fits the one-byte form (RFC 8285 §4.2).
fn extension(offered: &OfferLine, uri: &str) -> Option<u8> {
    offered
        .extensions
        .iter()
        .find(|(number, name)| name == uri && (1..=14).contains(number))
        .map(|(number, _)| *number)
}

/// The usable codecs of a line, one payload type each, preferred first.
fn codecs(offered: &OfferLine, sound: bool, prefer: Codec) -> Vec<AgreedCodec> {
    let order: &[Codec] = match (sound, prefer) {
        (true, _) => &[Codec::Opus],
        (false, Codec::H264) => &[Codec::H264, Codec::Vp8],
        (false, Codec::Vp8 | Codec::Opus) => &[Codec::Vp8, Codec::H264],
    };
    order
        .iter()
        .filter_map(|codec| {
            let best = offered
                .codecs
                .iter()
                .filter_map(|one| rank(*codec, one).map(|rank| (rank, one)))
                .min_by_key(|(rank, _)| *rank)
                .map(|(_, one)| one)?;
            Some(AgreedCodec {
                codec: *codec,
                payload: best.payload,
                profile_level: best.parameter("profile-level-id").map(str::to_ascii_lowercase),
                feedback: if sound { Vec::new() } else { feedback(best) },
            })
        })
        .collect()
}

/// How well an offered payload type serves as `codec`: 0 is best, none is not at all.
///
/// H.264 must be (constrained) baseline in packetization mode 1, which every browser, old station
/// terminal and MP4 player takes: the profile byte is 0x42 (RFC 6184 §8.1).
fn rank(codec: Codec, offered: &OfferCodec) -> Option<u8> {
    let name = match codec {
        Codec::Opus => "opus",
        Codec::Vp8 => "vp8",
        Codec::H264 => "h264",
    };
    if offered.name != name || offered.clock != codec.clock_hz() {
        return None;
    }
    if codec != Codec::H264 {
        return Some(0);
    }
    if offered.parameter("packetization-mode") != Some("1") {
        return None;
    }
    let profile = offered.parameter("profile-level-id")?.to_ascii_lowercase();
    if profile.len() != 6 || !profile.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    match &profile[..4] {
        "42e0" => Some(0),
        "4200" => Some(1),
        start if start.starts_with("42") => Some(2),
        _ => None,
    }
}

fn feedback(offered: &OfferCodec) -> Vec<&'static str> {
    ["nack", "nack pli", "ccm fir"]
        .into_iter()
        .filter(|kind| offered.feedback.iter().any(|offered| offered == kind))
        .collect()
}
