//! H.264 on its way from a camera to the court: packets pass as they are; parameter sets are
//! added before a keyframe that lacks them, and packets too large for the way are split.
//!
//! What is not here: decoding; sequence numbers and time, see `timeline.rs`.

use std::time::Duration;

use hyper::body::Bytes;
use retina::codec::{ParametersRef, VideoParametersCodec};

use super::fault::CameraFault;

/// Bytes of a payload that fits every way between camera and court; larger ones are split.
pub(super) const PAYLOAD_MAX: usize = 1_200;
/// Pictures that need a keyframe wait this long for it at most; longer is said once.
const KEYFRAMES_EVERY_MAX: Duration = Duration::from_secs(4);
/// Ticks of the clock of H.264, Hz.
pub(super) const PICTURE_HZ: u32 = 90_000;

const IDR: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
const SINGLE_MAX: u8 = 23;
const STAP_A: u8 = 24;
const FU_A: u8 = 28;
const START: u8 = 0x80;
const END: u8 = 0x40;
/// The baseline profile, which everything plays.
const BASELINE: u8 = 66;

/// One packet to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The payload.
    pub(super) payload: Bytes,
    /// The last packet of its picture.
    pub(super) marker: bool,
}

/// What an operator should hear about the stream, once each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Remark {
    /// Keyframes are far apart.
    #[error(
        "摄像机关键帧间隔超过 4 秒，切换画面时会等待：请把“I 帧间隔”设为 1 至 2 秒。\
         The camera's keyframes are more than 4 s apart, so viewers wait for the picture: \
         set its I-frame interval to 1 or 2 s."
    )]
    RareKeyframes,
    /// Another profile than baseline.
    #[error(
        "摄像机未使用 H.264 Baseline 档次，个别旧终端可能无法播放：可在摄像机中改为 Baseline。\
         The camera does not use the H.264 baseline profile, which some old stations cannot play: \
         choose Baseline in the camera."
    )]
    NotBaseline,
}

/// The pictures of one camera.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    sps: Bytes,
    pps: Bytes,
    /// Timestamp of the picture that is being sent, and whether its parameter sets went out.
    current: Option<(u32, bool)>,
    keyframe_at: Option<u32>,
    remarked: (bool, bool),
    remark: Option<Remark>,
}

impl Pictures {
    /// Takes the parameter sets of the session description.
    pub(super) fn describe(&mut self, parameters: Option<ParametersRef<'_>>) {
        if let Some(ParametersRef::Video(video)) = parameters
            && let VideoParametersCodec::H264 { sps, pps } = video.codec_params()
        {
            self.keep(sps);
            self.keep(pps);
        }
    }

    /// Another session of the camera begins: its time starts anew.
    pub(super) const fn begin(&mut self) {
        self.current = None;
        self.keyframe_at = None;
    }

    /// What should be said about the stream; each remark is made once.
    pub(super) const fn remark(&mut self) -> Option<Remark> {
        self.remark.take()
    }

    /// Takes one packet's payload and gives what is to be sent for it, in order.
    ///
    /// # Errors
    /// When the camera interleaves its packets. A payload that is none is dropped.
    pub(super) fn take(
        &mut self,
        payload: Bytes,
        timestamp: u32,
        marker: bool,
        out: &mut Vec<Piece>,
    ) -> Result<(), CameraFault> {
        let Some(kind) = payload.first().map(|head| head & 0x1f) else { return Ok(()) };
        let inside = match kind {
            1..=SINGLE_MAX => {
                self.keep(&payload);
                Inside::of(kind)
            }
            STAP_A => match self.look_into_aggregate(&payload) {
                Some(inside) => inside,
                None => return Ok(()),
            },
            FU_A => match payload.get(1) {
                Some(head) if head & START != 0 => Inside::of(head & 0x1f),
                Some(_) => Inside::default(),
                None => return Ok(()),
            },
            25..=29 => return Err(CameraFault::Interleaved),
            _ => return Ok(()),
        };
        let described = matches!(self.current, Some((at, true)) if at == timestamp);
        if inside.keyframe {
            self.watch_keyframes(timestamp);
            if !described && !inside.described {
                self.insert_parameters(out);
            }
        }
        self.current = Some((timestamp, described || inside.described || inside.keyframe));
        split(payload, marker, out);
        Ok(())
    }

    /// Keeps a parameter set for keyframes that come without.
    fn keep(&mut self, unit: &Bytes) {
        match unit.first().map(|head| head & 0x1f) {
            Some(SPS) if unit.len() < PAYLOAD_MAX => {
                if unit.get(1).is_some_and(|profile| *profile != BASELINE) && !self.remarked.1 {
                    self.remarked.1 = true;
                    self.remark = Some(Remark::NotBaseline);
                }
                self.sps = unit.clone();
            }
            Some(PPS) if unit.len() < PAYLOAD_MAX => self.pps = unit.clone(),
            Some(_) | None => {}
        }
    }

    fn look_into_aggregate(&mut self, payload: &Bytes) -> Option<Inside> {
        let mut inside = Inside::default();
        for unit in units(payload)? {
            self.keep(&unit);
            let one = Inside::of(unit.first().map_or(0, |head| head & 0x1f));
            inside.keyframe |= one.keyframe;
            inside.described |= one.described;
        }
        Some(inside)
    }

    fn insert_parameters(&self, out: &mut Vec<Piece>) {
        let sets = [&self.sps, &self.pps];
        if sets.iter().all(|set| set.is_empty()) {
            return;
        }
        let len: usize = 1 + sets.iter().map(|set| 2 + set.len()).sum::<usize>();
        if sets.iter().any(|set| set.is_empty()) || len > PAYLOAD_MAX {
            let sets = sets.into_iter().filter(|set| !set.is_empty());
            out.extend(sets.map(|set| Piece { payload: set.clone(), marker: false }));
            return;
        }
        let importance = sets.iter().filter_map(|set| set.first()).map(|head| head & 0x60).max();
        let mut aggregate = vec![STAP_A | importance.unwrap_or_default()];
        for set in sets {
            let len = u16::try_from(set.len()).expect("a kept set is shorter than a payload");
            aggregate.extend_from_slice(&len.to_be_bytes());
            aggregate.extend_from_slice(set);
        }
        out.push(Piece { payload: aggregate.into(), marker: false });
    }

    fn watch_keyframes(&mut self, timestamp: u32) {
        let before = self.keyframe_at.replace(timestamp);
        let Some(apart) = before.map(|before| timestamp.wrapping_sub(before)) else { return };
        let apart = Duration::from_secs_f64(f64::from(apart) / f64::from(PICTURE_HZ));
        if apart > KEYFRAMES_EVERY_MAX && !self.remarked.0 {
            self.remarked.0 = true;
            self.remark = Some(Remark::RareKeyframes);
        }
    }
}

/// What a packet holds.
#[derive(Clone, Copy, Debug, Default)]
struct Inside {
    keyframe: bool,
    described: bool,
}

impl Inside {
    const fn of(kind: u8) -> Self {
        Self { keyframe: kind == IDR, described: kind == SPS }
    }
}

/// The units of an aggregate (RFC 6184 §5.7.1); none when it is cut off or empty.
fn units(payload: &Bytes) -> Option<Vec<Bytes>> {
    let mut found = Vec::new();
    let mut at = 1;
    while at < payload.len() {
        let len = payload.get(at..at + 2)?;
        let len = usize::from(u16::from_be_bytes([*len.first()?, *len.get(1)?]));
        at += 2;
        if len == 0 || at + len > payload.len() {
            return None;
        }
        found.push(payload.slice(at..at + len));
        at += len;
    }
    (!found.is_empty()).then_some(found)
}

/// Sends a payload as it is, or in pieces when it is too large for the way (RFC 6184 §5.8).
fn split(payload: Bytes, marker: bool, out: &mut Vec<Piece>) {
    if payload.len() <= PAYLOAD_MAX {
        out.push(Piece { payload, marker });
        return;
    }
    let before = out.len();
    match payload.first().map(|head| head & 0x1f) {
        Some(STAP_A) => {
            for unit in units(&payload).unwrap_or_default() {
                split(unit, false, out);
            }
        }
        Some(FU_A) => {
            let (Some(&indicator), Some(&head)) = (payload.first(), payload.get(1)) else { return };
            fragments(indicator, head, &payload.slice(2..), out);
        }
        Some(kind) => {
            let first = payload.first().copied().unwrap_or_default();
            fragments((first & 0xe0) | FU_A, START | END | kind, &payload.slice(1..), out);
        }
        None => {}
    }
    if let Some(last) = out.get_mut(before..).and_then(<[Piece]>::last_mut) {
        last.marker = marker;
    }
}

/// Fragments with the start and end marks of `head` on the first and the last of them.
fn fragments(indicator: u8, head: u8, data: &Bytes, out: &mut Vec<Piece>) {
    let room = PAYLOAD_MAX - 2;
    let count = data.len().div_ceil(room);
    // Pieces of one size: the last is not a crumb that costs a packet of its own.
    let size = data.len().div_ceil(count.max(1)).max(1);
    for (at, chunk) in data.chunks(size).enumerate() {
        let mut mark = head & 0x3f;
        mark |= if at == 0 { head & START } else { 0 };
        mark |= if at + 1 == data.len().div_ceil(size) { head & END } else { 0 };
        let mut payload = Vec::with_capacity(2 + chunk.len());
        payload.extend_from_slice(&[indicator, mark]);
        payload.extend_from_slice(chunk);
        out.push(Piece { payload: payload.into(), marker: false });
    }
}

#[cfg(test)]
mod tests;
