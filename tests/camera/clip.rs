//! A clip as a camera would film it, made by ffmpeg: a moving test picture and a tone of 1 kHz.
//!
//! What is not here: RTP.

use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

/// Pictures per second.
pub(crate) const RATE: u32 = 25;
/// Pictures of the clip; it is played over and over.
pub(crate) const PICTURES: usize = 50;
/// A keyframe every so many pictures.
const KEYFRAME_EVERY: usize = 25;

/// The sound of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// G.711 µ-law.
    MuLaw,
    /// AAC-LC at 44.1 kHz, two channels.
    Aac,
}

/// A clip.
#[derive(Clone, Debug)]
pub(crate) struct Clip {
    /// Sequence parameter set.
    pub(crate) sps: Vec<u8>,
    /// Picture parameter set.
    pub(crate) pps: Vec<u8>,
    /// The units of each picture, without parameter sets.
    pub(crate) pictures: Vec<Vec<Vec<u8>>>,
    /// The kind of sound.
    pub(crate) voice: Voice,
    /// Packets of sound: 20 ms of G.711, or one unit of AAC.
    pub(crate) sounds: Vec<Vec<u8>>,
}

impl Clip {
    /// Makes a clip in a folder.
    pub(crate) async fn make(folder: &Path, voice: Voice) -> Self {
        let (picture, sound) = (folder.join("clip.h264"), folder.join("clip.sound"));
        let keyframes = KEYFRAME_EVERY.to_string();
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=640x480:rate=25"]);
        command.args(["-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=44100"]);
        command.args(["-map", "0:v", "-frames:v", &PICTURES.to_string(), "-c:v", "libx264"]);
        command.args(["-profile:v", "baseline", "-preset", "ultrafast", "-threads", "1"]);
        command.args(["-pix_fmt", "yuv420p", "-g", &keyframes, "-keyint_min", &keyframes]);
        command.args(["-sc_threshold", "0", "-f", "h264"]).arg(&picture);
        command.args(["-map", "1:a", "-t", "2"]);
        match voice {
            Voice::MuLaw => command.args(["-ar", "8000", "-ac", "1", "-f", "mulaw"]),
            Voice::Aac => command.args(["-ac", "2", "-c:a", "aac", "-b:a", "96k", "-f", "adts"]),
        };
        let status = command.arg(&sound).stdin(Stdio::null()).status().await;
        assert!(status.expect("ffmpeg is there").success(), "ffmpeg makes the clip");
        let (sps, pps, pictures) = take_apart(&std::fs::read(picture).expect("the picture"));
        assert_eq!(pictures.len(), PICTURES);
        let sound = std::fs::read(sound).expect("the sound");
        let sounds = match voice {
            Voice::MuLaw => sound.chunks_exact(160).map(<[u8]>::to_vec).collect(),
            Voice::Aac => units(&sound),
        };
        Self { sps, pps, pictures, voice, sounds }
    }
}

/// Parameter sets and pictures of a byte stream (ITU-T H.264, annex B).
fn take_apart(stream: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<Vec<Vec<u8>>>) {
    let starts: Vec<usize> = (0..stream.len().saturating_sub(3))
        .filter(|at| stream[*at..].starts_with(&[0, 0, 1]))
        .collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let (mut sps, mut pps, mut pictures, mut open) = (vec![], vec![], vec![], vec![]);
    for (start, end) in starts.iter().zip(ends) {
        let mut unit = &stream[start + 3..end];
        while let Some((0, before)) = unit.split_last() {
            unit = before;
        }
        match unit[0] & 0x1f {
            7 => sps = unit.to_vec(),
            8 => pps = unit.to_vec(),
            1 | 5 => {
                open.push(unit.to_vec());
                pictures.push(core::mem::take(&mut open));
            }
            _ => open.push(unit.to_vec()),
        }
    }
    (sps, pps, pictures)
}

/// The units of an ADTS stream (ISO/IEC 14496-3, 1.A.2), without their headers.
fn units(mut stream: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while stream.len() > 7 {
        let len = usize::from(stream[3] & 3) << 11
            | usize::from(stream[4]) << 3
            | usize::from(stream[5]) >> 5;
        found.push(stream[7..len].to_vec());
        stream = &stream[len..];
    }
    found
}
