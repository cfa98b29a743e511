//! What both ends agree on: which lines are used, with which codecs, numbers and sources.
//!
//! What is not here: the text of the answer (`answer.rs`).

use forwarding::{Extensions, LegPlan, Mid, ReceiveLine, RepairLine, SendLine};
use model::letters::OfferForm;
use model::{Codec, Line, LinePurpose, Medium, ParticipantId, TrackKind, limits};

use super::SdpFault;
use super::layers::OfferLayer;
use super::offer::{Media, Offer, OfferCodec, OfferLine};

/// The header extension that names a packet's line (RFC 9143 §15.1).
pub(super) const MID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";
/// The header extension that says how loud a packet is (RFC 6464).
pub(super) const LEVEL_URI: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// The header extension that names a packet's layer (RFC 8852 §4.1).
const RID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
/// The header extension that names the layer a packet repairs (RFC 8852 §4.2).
const REPAIRED_RID_URI: &str = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
/// The header extension that numbers all packets of a connection.
const TRANSPORT_URI: &str =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
/// The header extension that says when a sample was captured.
const CAPTURE_URI: &str = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";

/// The header extension that says what a packet's frame refers to (AV1 RTP specification 1.0,
/// appendix A).
const DEPENDENCY_URI: &str =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";

/// The feedback that goes with [`TRANSPORT_URI`].
const TRANSPORT_FEEDBACK: &str = "transport-cc";

/// What this end asks pages for when they can do one thing or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// Picture codec pages should send: `Vp8`, `H264`, or `Vp9` or `Av1`, each of which is agreed on
    /// only if wished.
    pub picture: Codec,
    /// Whether pages may send nothing while nobody speaks (RFC 7587 §3.1.3).
    pub voice_dtx: bool,
    /// Who offers. Only a page of ours is known to name its layers lowest first; an encoder is taken
    /// whole or not at all (RFC 9725 §4.4.3).
    pub form: OfferForm,
}

/// The constant sources of a line the page receives on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sources {
    /// Of the media.
    pub media: u32,
    /// Of its repairs (RFC 4588).
    pub repair: u32,
}

/// One payload type in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedCodec {
    /// Which codec.
    pub codec: Codec,
    /// The page's number for it.
    pub payload: u8,
    /// The page's number for its repairs.
    pub repair: Option<u8>,
    /// H.264: the profile-level-id, as offered.
    pub profile_level: Option<String>,
    /// Feedback in use, out of `nack`, `nack pli`, `ccm fir` and `transport-cc`.
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
    /// The page's number for redundant sound (RFC 2198).
    pub red: Option<u8>,
    /// Header extensions.
    pub extensions: Extensions,
    /// The page's announced sources.
    pub page_ssrcs: Vec<u32>,
    /// The page's announced sources, each with the one that repairs it.
    pub page_repairs: Vec<(u32, u32)>,
    /// Layers the page sends, lowest first; empty when there is one only.
    pub layers: Vec<OfferLayer>,
    /// This end's constant sources, on lines the page receives on.
    pub sources: Option<Sources>,
    /// Whether the page may send nothing while nobody speaks.
    pub voice_dtx: bool,
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
    /// Agrees on an offer and the declaration of its lines; `sources_of` gives the constant sources
    /// of a slot's line.
    ///
    /// # Errors
    /// When the declaration does not fit the offer, or nothing usable is left.
    pub fn agree(
        offer: &Offer,
        declared: &[Line],
        wishes: Wishes,
        mut sources_of: impl FnMut(LinePurpose) -> Sources,
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
            let mut line = agree_line(offered, purpose, wishes, &mut sources_of)?;
            // With its templates it is longer than the one-byte form allows (RFC 8285 §4.2).
            if !offer.allow_mixed {
                line.extensions.dependency = None;
            }
            lines.push(line);
        }
        if lines.iter().all(|line| line.purpose.is_none()) {
            return Err(SdpFault::NothingLeft);
        }
        let left_out = |(offered, line): (&OfferLine, &AgreedLine)| {
            offered.media != Media::Other && offered.direction.sends() && line.purpose.is_none()
        };
        if wishes.form == OfferForm::Encoder && offer.lines.iter().zip(&lines).any(left_out) {
            return Err(SdpFault::Partial);
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
            match (purpose, line.sources) {
                (LinePurpose::Publish { kind }, _) => {
                    plan.receive.push(receive_line(line, kind, mid));
                }
                (
                    LinePurpose::Seat { .. }
                    | LinePurpose::Screen { .. }
                    | LinePurpose::Stage { .. },
                    Some(sources),
                ) => plan.send.push(send_line(line, purpose, mid, sources)),
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

fn receive_line(line: &AgreedLine, kind: TrackKind, mid: Mid) -> ReceiveLine {
    ReceiveLine {
        kind,
        mid,
        payloads: line.codecs.iter().map(|one| (one.payload, one.codec)).collect(),
        repairs: line.codecs.iter().filter_map(|one| Some((one.repair?, one.payload))).collect(),
        red: line.red,
        ssrcs: line.page_ssrcs.clone(),
        repair_ssrcs: line.page_repairs.clone(),
        rids: line.layers.iter().filter_map(|layer| Mid::new(layer.rid.as_bytes())).collect(),
        extensions: line.extensions,
    }
}

fn send_line(line: &AgreedLine, purpose: LinePurpose, mid: Mid, sources: Sources) -> SendLine {
    let repaired: Vec<(u8, u8)> =
        line.codecs.iter().filter_map(|one| Some((one.payload, one.repair?))).collect();
    SendLine {
        purpose,
        mid,
        ssrc: sources.media,
        payloads: line.codecs.iter().map(|one| (one.codec, one.payload)).collect(),
        repair: (!repaired.is_empty())
            .then_some(RepairLine { ssrc: sources.repair, payloads: repaired }),
        red: line.red,
        extensions: line.extensions,
    }
}

fn agree_line(
    offered: &OfferLine,
    declared: Option<LinePurpose>,
    wishes: Wishes,
    sources_of: &mut impl FnMut(LinePurpose) -> Sources,
) -> Result<AgreedLine, SdpFault> {
    let mut line = AgreedLine {
        head: [offered.media_name.clone(), offered.protocol.clone(), offered.first_format.clone()],
        mid: offered.mid.clone(),
        purpose: None,
        active: false,
        codecs: Vec::new(),
        red: None,
        extensions: Extensions::default(),
        page_ssrcs: Vec::new(),
        page_repairs: Vec::new(),
        layers: Vec::new(),
        sources: None,
        voice_dtx: false,
        rtcp_rsize: offered.rtcp_rsize,
    };
    let Some(purpose) = declared else { return Ok(line) };
    let sound = is_sound(purpose);
    if offered.media != if sound { Media::Audio } else { Media::Video } {
        return Err(SdpFault::LinesDiffer);
    }
    let publishes = matches!(purpose, LinePurpose::Publish { .. });
    line.codecs = codecs(offered, sound, wishes.picture);
    if publishes {
        // One codec only: the page sends what stands in the answer, and a change of codec in
        // mid-stream would break the record's segment.
        line.codecs.truncate(1);
    }
    if !offered.usable || line.codecs.is_empty() {
        return Ok(line);
    }
    line.purpose = Some(purpose);
    line.extensions = extensions(offered, sound);
    agree_transport(&mut line);
    if !line.codecs.iter().any(|one| one.codec == Codec::Av1) {
        line.extensions.dependency = None;
    }
    line.red = line.codecs.first().and_then(|codec| red(offered, codec.payload));
    if publishes {
        line.active = offered.direction.sends();
        line.page_ssrcs.clone_from(&offered.ssrcs);
        line.page_repairs = offered
            .repair_ssrcs
            .iter()
            .copied()
            .filter(|(media, _)| offered.ssrcs.contains(media))
            .collect();
        line.voice_dtx = sound && wishes.voice_dtx;
        // A source of VP9 or AV1 brings its layers itself.
        let itself = |one: &AgreedCodec| matches!(one.codec, Codec::Vp9 | Codec::Av1);
        let itself = line.codecs.first().is_some_and(itself);
        if !sound && !itself && wishes.form == OfferForm::Page {
            agree_layers(&mut line, &offered.layers);
        }
    } else {
        line.active = offered.direction.receives();
        line.sources = Some(sources_of(purpose));
    }
    if line.layers.is_empty() {
        line.extensions.rid = None;
        line.extensions.repaired_rid = None;
    }
    Ok(line)
}

/// The extension and its feedback go together: the one without the other is of no use.
fn agree_transport(line: &mut AgreedLine) {
    let fed_back = |codec: &AgreedCodec| codec.feedback.contains(&TRANSPORT_FEEDBACK);
    if !line.codecs.iter().any(fed_back) {
        line.extensions.transport = None;
    }
    if line.extensions.transport.is_none() {
        for codec in &mut line.codecs {
            codec.feedback.retain(|kind| *kind != TRANSPORT_FEEDBACK);
        }
    }
}

/// Takes the lowest layers, as many as the router keeps apart. Without names in the packets they
/// could not be told from each other, and one is no choice.
fn agree_layers(line: &mut AgreedLine, offered: &[OfferLayer]) {
    let payload = line.codecs.first().map(|codec| codec.payload);
    let fits = |layer: &&OfferLayer| {
        layer.payloads.is_empty() || payload.is_some_and(|one| layer.payloads.contains(&one))
    };
    let layers: Vec<OfferLayer> =
        offered.iter().filter(fits).take(limits::LAYERS_MAX).cloned().collect();
    if line.extensions.rid.is_some() && line.extensions.mid.is_some() && layers.len() > 1 {
        line.layers = layers;
    }
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

fn extensions(offered: &OfferLine, sound: bool) -> Extensions {
    let unless = |not: bool, uri| if not { None } else { extension(offered, uri) };
    Extensions {
        mid: extension(offered, MID_URI),
        level: unless(!sound, LEVEL_URI),
        rid: unless(sound, RID_URI),
        repaired_rid: unless(sound, REPAIRED_RID_URI),
        transport: extension(offered, TRANSPORT_URI),
        capture: extension(offered, CAPTURE_URI),
        dependency: unless(sound, DEPENDENCY_URI),
    }
}

/// The numbers of a line's extensions, each with its name.
pub(super) fn named(extensions: &Extensions) -> impl Iterator<Item = (u8, &'static str)> {
    [
        (extensions.mid, MID_URI),
        (extensions.level, LEVEL_URI),
        (extensions.rid, RID_URI),
        (extensions.repaired_rid, REPAIRED_RID_URI),
        (extensions.transport, TRANSPORT_URI),
        (extensions.capture, CAPTURE_URI),
        (extensions.dependency, DEPENDENCY_URI),
    ]
    .into_iter()
    .filter_map(|(number, uri)| Some((number?, uri)))
}

/// The payload type of redundant sound whose blocks all are of payload type `media`.
fn red(offered: &OfferLine, media: u8) -> Option<u8> {
    let repeats = |codec: &&OfferCodec| {
        codec.name == "red"
            && codec.clock == Codec::Opus.clock_hz()
            && codec
                .parameter("")
                .is_some_and(|blocks| blocks.split('/').all(|block| block.parse() == Ok(media)))
    };
    offered.codecs.iter().find(repeats).map(|codec| codec.payload)
}

/// The payload type of repairs of `media` (RFC 4588 §8.6).
fn repair(offered: &OfferLine, media: &OfferCodec) -> Option<u8> {
    let repairs = |codec: &&OfferCodec| {
        codec.name == "rtx"
            && codec.clock == media.clock
            && codec.parameter("apt").is_some_and(|apt| apt.parse() == Ok(media.payload))
    };
    offered.codecs.iter().find(repairs).map(|codec| codec.payload)
}

/// The usable codecs of a line, one payload type each, preferred first.
fn codecs(offered: &OfferLine, sound: bool, prefer: Codec) -> Vec<AgreedCodec> {
    let order: &[Codec] = match (sound, prefer) {
        (true, _) => &[Codec::Opus],
        (false, Codec::H264) => &[Codec::H264, Codec::Vp8],
        // Only who is asked for it sends and gets it.
        (false, Codec::Vp9) => &[Codec::Vp9, Codec::Vp8, Codec::H264],
        (false, Codec::Av1) => &[Codec::Av1, Codec::Vp8, Codec::H264],
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
            let feedback = feedback(best, sound);
            Some(AgreedCodec {
                codec: *codec,
                payload: best.payload,
                // Nothing is repaired that is not asked for.
                repair: repair(offered, best).filter(|_| feedback.contains(&"nack")),
                profile_level: best.parameter("profile-level-id").map(str::to_ascii_lowercase),
                feedback,
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
        Codec::Vp9 => "vp9",
        Codec::Av1 => "av1",
    };
    if offered.name != name || offered.clock != codec.clock_hz() {
        return None;
    }
    let profile = match codec {
        Codec::Vp9 => Some("profile-id"),
        Codec::Av1 => Some("profile"),
        Codec::Opus | Codec::Vp8 | Codec::H264 => None,
    };
    if let Some(profile) = profile {
        // Where nothing is said it is 0 (RFC 9628 §6.2, AV1 RTP specification 1.0 §7.2.1).
        return (offered.parameter(profile).unwrap_or("0") == "0").then_some(0);
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

fn feedback(offered: &OfferCodec, sound: bool) -> Vec<&'static str> {
    let known: &[&'static str] = if sound {
        &["nack", TRANSPORT_FEEDBACK]
    } else {
        &["nack", "nack pli", "ccm fir", TRANSPORT_FEEDBACK]
    };
    let is_offered = |kind: &&&'static str| offered.feedback.iter().any(|one| one == **kind);
    known.iter().filter(is_offered).copied().collect()
}
