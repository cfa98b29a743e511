//! Which source of a connection is which layer of which track, or repairs one.
//!
//! What is not here: counting its packets (`receive.rs`) and sending them on.

use model::{Codec, Instant, TrackKind, limits};

use crate::figures::DropReason;
use crate::packet::Packet;
use crate::plan::ReceiveLine;

/// Sources of one leg that are kept apart; one more pushes out a silent one. A camera and a screen
/// have up to three layers, each with a source of repairs.
const SOURCES_MAX: usize = 24;

/// A source that was found to belong to a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    pub(crate) ssrc: u32,
    pub(crate) kind: TrackKind,
    /// Which layer, 0 is the lowest.
    pub(crate) layer: usize,
    /// It carries repairs of the layer, not the layer itself.
    pub(crate) repairs: bool,
    order: u32,
    used_at: Instant,
    /// NTP time, RTP timestamp and arrival of the latest sender report.
    pub(crate) report: Option<(u64, u32, Instant)>,
}

/// How a packet's payload is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is.
    Plain,
    /// Redundant sound (RFC 2198).
    Red,
    /// A repair (RFC 4588).
    Repair,
}

/// What a packet is, according to its leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) kind: TrackKind,
    pub(crate) layer: usize,
    pub(crate) form: Form,
    pub(crate) order: u32,
    pub(crate) codec: Codec,
    pub(crate) level: Option<u8>,
    /// When it was captured, on the publisher's clock (NTP, 32.32 fixed point).
    pub(crate) capture: Option<u64>,
    /// Number of the extension that describes its dependencies.
    pub(crate) dependency: Option<u8>,
}

/// Lines a page sends on, and the sources found so far.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    lines: [Option<ReceiveLine>; 3],
    bindings: Vec<Binding>,
    next_order: u32,
}

impl Sources {
    /// Takes the lines of a plan. Sources of lines that stay keep their binding, moved to where
    /// their `rid` stands now.
    pub(crate) fn apply(&mut self, lines: Vec<ReceiveLine>) {
        let old = core::mem::take(&mut self.lines);
        for mut line in lines {
            line.rids.truncate(limits::LAYERS_MAX);
            let place = &mut self.lines[line.kind as usize];
            if place.is_none() {
                *place = Some(line);
            }
        }
        let lines = &self.lines;
        self.bindings.retain_mut(|binding| {
            let place = binding.kind as usize;
            let (Some(line), Some(old)) = (&lines[place], &old[place]) else { return false };
            if line.rids != old.rids {
                let rid = old.rids.get(binding.layer);
                let layer = line.rids.iter().position(|one| Some(one) == rid);
                binding.layer = match layer {
                    Some(layer) => layer,
                    None => return false,
                };
            }
            line.mid == old.mid
        });
    }

    /// Kinds of track the page sends.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = TrackKind> + '_ {
        self.lines.iter().flatten().map(|line| line.kind)
    }

    /// The source under this SSRC, if it is known.
    pub(crate) fn find(&mut self, ssrc: u32) -> Option<&mut Binding> {
        self.bindings.iter_mut().find(|binding| binding.ssrc == ssrc)
    }

    /// Whether `ssrc` is bound to this layer of this kind of track.
    pub(crate) fn feeds(&self, ssrc: u32, kind: TrackKind, layer: usize) -> bool {
        self.bindings
            .iter()
            .any(|one| one.ssrc == ssrc && one.kind == kind && one.layer == layer && !one.repairs)
    }

    /// The source says goodbye.
    pub(crate) fn forget(&mut self, ssrc: u32) {
        self.bindings.retain(|binding| binding.ssrc != ssrc);
    }

    /// Finds out what a packet is: by SSRC, else by `mid`, else by payload type if only one line
    /// uses it (RFC 8843 §9.2), and by `rid` which layer it is of. A source found out is bound; one
    /// that says later that it is another is bound anew.
    ///
    /// # Errors
    /// Why the packet belongs nowhere.
    pub(crate) fn meaning(
        &mut self,
        packet: &Packet<'_>,
        now: Instant,
    ) -> Result<Meaning, DropReason> {
        let bound = self.bindings.iter().position(|binding| binding.ssrc == packet.ssrc);
        let bound = bound.filter(|place| !self.moved(&self.bindings[*place], packet));
        let (kind, layer, repairs) = match bound {
            Some(place) => {
                let binding = &self.bindings[place];
                (binding.kind, binding.layer, binding.repairs)
            }
            None => self.by_looks(packet)?,
        };
        let line = self.lines[kind as usize].as_ref().ok_or(DropReason::NoLine)?;
        let (form, codec) = form(line, repairs, packet.payload_type)?;
        let level = line
            .extensions
            .level
            .and_then(|id| packet.extension(id))
            .and_then(|value| value.first().copied());
        let capture =
            line.extensions.capture.and_then(|id| packet.extension(id)).and_then(captured);
        let dependency = line.extensions.dependency.filter(|_| codec == Codec::Av1);
        let order = match bound {
            Some(place) => {
                self.bindings[place].used_at = now;
                self.bindings[place].order
            }
            None => self.bind(packet, (kind, layer, repairs), now)?,
        };
        Ok(Meaning { kind, layer, form, order, codec, level, capture, dependency })
    }

    /// Whether a bound source now names another line or layer.
    fn moved(&self, binding: &Binding, packet: &Packet<'_>) -> bool {
        let Some(line) = self.lines[binding.kind as usize].as_ref() else { return true };
        let mid = line.extensions.mid.and_then(|id| packet.extension(id));
        if mid.is_some_and(|mid| mid != line.mid.as_bytes()) {
            return true;
        }
        rid(line, binding.repairs, packet).is_some_and(|rid| {
            let layer = line.rids.iter().position(|one| one.as_bytes() == rid);
            layer.is_some_and(|layer| layer != binding.layer)
        })
    }

    fn by_looks(&self, packet: &Packet<'_>) -> Result<(TrackKind, usize, bool), DropReason> {
        let (line, has_mid) = self.line_by_mid(packet);
        if let Some(line) = line {
            let repairs = line.repairs.iter().any(|(own, _)| *own == packet.payload_type);
            return Ok((line.kind, layer(line, repairs, packet)?, repairs));
        }
        for line in self.lines.iter().flatten().filter(|_| !has_mid) {
            if line.ssrcs.contains(&packet.ssrc) {
                return Ok((line.kind, layer(line, false, packet)?, false));
            }
            if line.repair_ssrcs.iter().any(|(_, own)| *own == packet.ssrc) {
                return Ok((line.kind, layer(line, true, packet)?, true));
            }
        }
        let takes = |line: &&ReceiveLine| {
            line.payloads.iter().any(|(own, _)| *own == packet.payload_type)
                || line.repairs.iter().any(|(own, _)| *own == packet.payload_type)
                || line.red == Some(packet.payload_type)
        };
        let mut fitting = self.lines.iter().flatten().filter(takes);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) if !has_mid => {
                let repairs = only.repairs.iter().any(|(own, _)| *own == packet.payload_type);
                Ok((only.kind, layer(only, repairs, packet)?, repairs))
            }
            _ => Err(DropReason::NoLine),
        }
    }

    /// The line the packet's `mid` names, and whether it names any at all.
    fn line_by_mid(&self, packet: &Packet<'_>) -> (Option<&ReceiveLine>, bool) {
        let mut has_mid = false;
        for line in self.lines.iter().flatten() {
            if let Some(mid) = line.extensions.mid.and_then(|id| packet.extension(id)) {
                if mid == line.mid.as_bytes() {
                    return (Some(line), true);
                }
                has_mid = true;
            }
        }
        (None, has_mid)
    }

    fn bind(
        &mut self,
        packet: &Packet<'_>,
        (kind, layer, repairs): (TrackKind, usize, bool),
        now: Instant,
    ) -> Result<u32, DropReason> {
        if packet.payload.is_empty() {
            return Err(DropReason::Empty);
        }
        self.bindings.retain(|binding| binding.ssrc != packet.ssrc);
        if self.bindings.len() == SOURCES_MAX {
            let (place, oldest) = self
                .bindings
                .iter()
                .enumerate()
                .min_by_key(|(_, binding)| binding.used_at)
                .expect("the list is full");
            if now.since(oldest.used_at) < limits::TRACK_SILENT {
                return Err(DropReason::TooManySources);
            }
            self.bindings.remove(place);
        }
        self.next_order += 1;
        self.bindings.push(Binding {
            ssrc: packet.ssrc,
            kind,
            layer,
            repairs,
            order: self.next_order,
            used_at: now,
            report: None,
        });
        Ok(self.next_order)
    }
}

/// How the payload type is to be read on this line, and what is inside.
fn form(line: &ReceiveLine, repairs: bool, own: u8) -> Result<(Form, Codec), DropReason> {
    let codec_of = |payload_type: u8| {
        line.payloads.iter().find(|(one, _)| *one == payload_type).map(|(_, codec)| *codec)
    };
    let (form, codec) = if repairs {
        let media = line.repairs.iter().find(|(one, _)| *one == own).map(|(_, media)| *media);
        (Form::Repair, media.and_then(codec_of))
    } else if line.red == Some(own) && line.kind.is_sound() {
        (Form::Red, Some(Codec::Opus))
    } else {
        (Form::Plain, codec_of(own))
    };
    codec.map(|codec| (form, codec)).ok_or(DropReason::WrongPayloadType)
}

/// The `rid` a packet names, or that of the stream it repairs.
fn rid<'a>(line: &ReceiveLine, repairs: bool, packet: &Packet<'a>) -> Option<&'a [u8]> {
    if line.rids.is_empty() {
        return None;
    }
    let id = if repairs { line.extensions.repaired_rid } else { line.extensions.rid };
    id.and_then(|id| packet.extension(id))
}

/// Which layer of its line a source is, seen by its first packet.
fn layer(line: &ReceiveLine, repairs: bool, packet: &Packet<'_>) -> Result<usize, DropReason> {
    if line.kind.is_sound() {
        return Ok(0);
    }
    if let Some(rid) = rid(line, repairs, packet) {
        let layer = line.rids.iter().position(|one| one.as_bytes() == rid);
        return layer.ok_or(DropReason::NoLine);
    }
    let media = if repairs {
        line.repair_ssrcs.iter().find(|(_, own)| *own == packet.ssrc).map(|(media, _)| *media)
    } else {
        Some(packet.ssrc)
    };
    let announced = media.and_then(|media| line.ssrcs.iter().position(|one| *one == media));
    match announced {
        Some(place) => Ok(place.min(limits::LAYERS_MAX - 1)),
        None if line.rids.is_empty() || line.extensions.rid.is_none() => Ok(0),
        None => Err(DropReason::NoLine),
    }
}

/// The value of `abs-capture-time`: the time of capture on the sender's clock. The long form gives
/// it on the capturing device's clock and how far that is ahead of the sender's.
fn captured(value: &[u8]) -> Option<u64> {
    let (time, rest) = value.split_first_chunk::<8>()?;
    let ahead = rest.first_chunk::<8>().map_or(0, |ahead| u64::from_be_bytes(*ahead));
    Some(u64::from_be_bytes(*time).wrapping_sub(ahead))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Mid;

    fn line(kind: TrackKind, mid: &[u8], payloads: &[(u8, Codec)], ssrcs: &[u32]) -> ReceiveLine {
        ReceiveLine {
            kind,
            mid: Mid::new(mid).unwrap(),
            payloads: payloads.to_vec(),
            ssrcs: ssrcs.to_vec(),
            repairs: Vec::new(),
            red: None,
            repair_ssrcs: Vec::new(),
            rids: Vec::new(),
            extensions: crate::plan::Extensions {
                mid: Some(4),
                level: Some(1),
                ..crate::plan::Extensions::default()
            },
        }
    }

    fn known() -> Sources {
        let mut sources = Sources::default();
        sources.apply(vec![
            line(TrackKind::Microphone, b"0", &[(111, Codec::Opus)], &[10]),
            line(TrackKind::Camera, b"1", &[(96, Codec::Vp8)], &[]),
            line(TrackKind::Screen, b"2", &[(96, Codec::Vp8)], &[30]),
        ]);
        sources
    }

    fn packet(payload_type: u8, ssrc: u32, extension: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x80, payload_type, 0, 1, 0, 0, 0, 0];
        bytes.extend_from_slice(&ssrc.to_be_bytes());
        if !extension.is_empty() {
            bytes[0] |= 0x10;
            bytes.extend_from_slice(&[0xbe, 0xde, 0, 1]);
            bytes.extend_from_slice(extension);
        }
        bytes.push(7);
        bytes
    }

    fn kind(sources: &mut Sources, bytes: &[u8]) -> Result<TrackKind, DropReason> {
        sources.meaning(&Packet::read(bytes).unwrap(), Instant(0)).map(|meaning| meaning.kind)
    }

    #[test]
    fn a_source_is_found_by_ssrc_mid_or_payload_type() {
        let mut sources = known();
        assert_eq!(kind(&mut sources, &packet(96, 30, &[])), Ok(TrackKind::Screen));
        assert_eq!(kind(&mut sources, &packet(96, 77, &[])), Err(DropReason::NoLine), "two lines");
        assert_eq!(kind(&mut sources, &packet(96, 77, &[0x40, b'1', 0, 0])), Ok(TrackKind::Camera));
        assert_eq!(kind(&mut sources, &packet(96, 77, &[])), Ok(TrackKind::Camera), "bound now");
        assert_eq!(kind(&mut sources, &packet(111, 78, &[])), Ok(TrackKind::Microphone));
        let stray = packet(111, 79, &[0x40, b'9', 0, 0]);
        assert_eq!(kind(&mut sources, &stray), Err(DropReason::NoLine), "an unknown mid");
        assert_eq!(kind(&mut sources, &packet(5, 10, &[])), Err(DropReason::WrongPayloadType));
    }

    #[test]
    fn sources_are_bounded_and_silent_ones_give_way() {
        let mut sources = known();
        for ssrc in 100..124 {
            assert!(kind(&mut sources, &packet(111, ssrc, &[])).is_ok());
        }
        let more = packet(111, 200, &[]);
        assert_eq!(kind(&mut sources, &more), Err(DropReason::TooManySources));
        let later = Instant(3_000_000);
        assert!(sources.meaning(&Packet::read(&more).unwrap(), later).is_ok());
        assert_eq!(sources.bindings.len(), SOURCES_MAX);
    }

    #[test]
    fn a_line_that_goes_takes_its_sources_along() {
        let mut sources = known();
        assert!(kind(&mut sources, &packet(96, 77, &[0x40, b'1', 0, 0])).is_ok());
        assert!(kind(&mut sources, &packet(111, 10, &[])).is_ok());
        sources.apply(vec![line(TrackKind::Microphone, b"0", &[(111, Codec::Opus)], &[])]);
        assert_eq!(kind(&mut sources, &packet(111, 10, &[])), Ok(TrackKind::Microphone));
        assert_eq!(kind(&mut sources, &packet(96, 77, &[])), Err(DropReason::NoLine));
    }
}
