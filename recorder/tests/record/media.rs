//! Real codecs: ffmpeg encodes, the packets come out of order, twice or not at all, and ffmpeg and
//! ffprobe must read what was recorded.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use model::archive::Archive;
use model::letters::{RecordNotice, Tape, TapeItem};
use model::{Codec, Fact, ParticipantId, TrackId, TrackKind};
use recorder::ArchiveFolder;

use crate::desk::{Desk, HEARING, Publisher, folder};

/// Bytes of a payload.
const PAYLOAD: usize = 1_100;
const SECONDS: u64 = 6;

/// A packet on its way: when it arrives, ms after the start.
pub(crate) struct Flight {
    arrives_ms: u64,
    item: TapeItem,
    payload: Vec<u8>,
}

pub(crate) fn ffmpeg(arguments: &[&str]) -> Vec<u8> {
    let mut all = vec!["-hide_banner", "-v", "error", "-nostdin"];
    all.extend(arguments);
    all.push("-");
    let output = Command::new("ffmpeg").args(&all).output().expect("ffmpeg is installed");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && words.is_empty(), "{arguments:?}: {words}");
    output.stdout
}

fn picture(size: &str) -> Vec<String> {
    let source = format!("testsrc=size={size}:rate=25:duration={SECONDS}");
    let arguments = ["-f", "lavfi", "-i", source.as_str(), "-g", "25", "-pix_fmt", "yuv420p"];
    arguments.iter().map(|&argument| argument.to_owned()).collect()
}

fn encode(size: &str, rest: &[&str]) -> Vec<u8> {
    let mut arguments = picture(size);
    arguments.extend(rest.iter().map(|&argument| argument.to_owned()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    ffmpeg(&arguments)
}

/// VP8 frames, out of an IVF file.
fn vp8_frames() -> Vec<Vec<u8>> {
    let rest = ["-c:v", "libvpx", "-deadline", "realtime", "-auto-alt-ref", "0", "-b:v", "400k"];
    ivf_frames(&encode("320x180", &[&rest[..], &["-f", "ivf"]].concat()))
}

/// VP9 frames of one size, keyframes all.
fn vp9_frames(size: &str) -> Vec<Vec<u8>> {
    let rest = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "1"];
    ivf_frames(&encode(size, &[&rest[..], &["-b:v", "400k", "-f", "ivf"]].concat()))
}

/// AV1 temporal units.
fn av1_frames() -> Vec<Vec<u8>> {
    let rest = ["-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-b:v", "300k"];
    ivf_frames(&encode("320x180", &[&rest[..], &["-f", "ivf"]].concat()))
}

/// The frames of an IVF file.
pub(crate) fn ivf_frames(ivf: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &ivf[32..];
    let mut frames = Vec::new();
    while let Some((head, behind)) = rest.split_first_chunk::<12>() {
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        frames.push(behind[..length].to_vec());
        rest = &behind[length..];
    }
    frames
}

/// Opus packets of a tone.
fn opus_frames() -> Vec<Vec<u8>> {
    let source = format!("sine=frequency=440:duration={SECONDS}");
    ogg_packets(&ffmpeg(&["-f", "lavfi", "-i", &source, "-c:a", "libopus", "-f", "ogg"]))
}

/// The packets of an Ogg file of Opus: the first two are headers.
pub(crate) fn ogg_packets(ogg: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = ogg;
    let (mut packets, mut packet) = (Vec::new(), Vec::new());
    while rest.len() > 27 {
        assert_eq!(rest[..4], *b"OggS");
        let count = usize::from(rest[26]);
        let (lacing, mut body) = rest[27..].split_at(count);
        for &length in lacing {
            packet.extend_from_slice(&body[..usize::from(length)]);
            body = &body[usize::from(length)..];
            if length < 255 {
                packets.push(std::mem::take(&mut packet));
            }
        }
        rest = body;
    }
    packets.split_off(2)
}

/// H.264 frames as units without start codes, out of two byte streams of different size.
fn h264_frames(sizes: &[&str]) -> Vec<Vec<Vec<u8>>> {
    let mut frames: Vec<Vec<Vec<u8>>> = Vec::new();
    for size in sizes {
        let rest = ["-c:v", "libx264", "-profile:v", "baseline", "-tune", "zerolatency"];
        let more = ["-x264-params", "repeat-headers=1:sliced-threads=0:slices=1", "-f", "h264"];
        let stream = encode(size, &[&rest[..], &more[..]].concat());
        let mut units: Vec<Vec<u8>> = Vec::new();
        let mut start = None;
        for at in 0..stream.len() {
            if stream[at..].starts_with(&[0, 0, 1]) {
                if let Some(start) = start {
                    let unit: &[u8] = &stream[start..at];
                    units.push(unit.strip_suffix(&[0]).unwrap_or(unit).to_vec());
                }
                start = Some(at + 3);
            }
        }
        units.push(stream[start.expect("a unit")..].to_vec());
        let mut frame = Vec::new();
        for unit in units {
            let slice = matches!(unit[0] & 0x1F, 1 | 5);
            frame.push(unit);
            if slice {
                frames.push(std::mem::take(&mut frame));
            }
        }
    }
    frames
}

pub(crate) fn vp8_payloads(n: usize, frame: &[u8]) -> Vec<Vec<u8>> {
    let id = u16::try_from(n).expect("few") | 0x8000;
    let parts = frame.chunks(PAYLOAD).enumerate();
    let head = |part| if part == 0 { 0x90 } else { 0x80 };
    parts
        .map(|(part, bytes)| {
            let mut payload = vec![head(part), 0x80];
            payload.extend(id.to_be_bytes());
            payload.extend_from_slice(bytes);
            payload
        })
        .collect()
}

fn h264_payloads(units: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut payloads = Vec::new();
    let (small, slice) = units.split_at(units.len() - 1);
    if !small.is_empty() {
        let mut aggregate = vec![0x78];
        for unit in small {
            aggregate.extend(u16::try_from(unit.len()).expect("small").to_be_bytes());
            aggregate.extend_from_slice(unit);
        }
        payloads.push(aggregate);
    }
    let unit = &slice[0];
    if unit.len() <= PAYLOAD {
        payloads.push(unit.clone());
        return payloads;
    }
    let count = unit[1..].chunks(PAYLOAD).count();
    for (part, bytes) in unit[1..].chunks(PAYLOAD).enumerate() {
        let start = if part == 0 { 0x80 } else { 0 };
        let end = if part + 1 == count { 0x40 } else { 0 };
        let mut payload = vec![unit[0] & 0xE0 | 28, start | end | unit[0] & 0x1F];
        payload.extend_from_slice(bytes);
        payloads.push(payload);
    }
    payloads
}

/// The units of a temporal unit without the delimiter it begins with, each without its size (AV1
/// specification §5.3).
fn av1_units(frame: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = frame.strip_prefix(&[0x12, 0x00]).expect("a delimiter");
    let mut units = Vec::new();
    while let Some((&head, mut behind)) = rest.split_first() {
        assert_eq!(head & 0x06, 0x02, "with its size, of one layer");
        let (mut length, mut shift) = (0_usize, 0);
        while let Some((&byte, more)) = behind.split_first() {
            length |= usize::from(byte & 0x7F) << shift;
            (shift, behind) = (shift + 7, more);
            if byte & 0x80 == 0 {
                break;
            }
        }
        units.push([&[head & !0x02][..], &behind[..length]].concat());
        rest = &behind[length..];
    }
    units
}

/// A temporal unit as payloads (AV1 RTP specification 1.0, §4.4): small units together, each with its
/// length; the last one in as many parts as it takes.
fn av1_payloads(frame: &[u8]) -> Vec<Vec<u8>> {
    let units = av1_units(frame);
    let key = if units.len() > 1 { 0x08 } else { 0 };
    let (last, small) = units.split_last().expect("a frame");
    let mut payload = vec![u8::try_from((small.len() + 1) << 4).expect("few") | key];
    for unit in small {
        payload.push(u8::try_from(unit.len()).expect("small"));
        payload.extend_from_slice(unit);
    }
    let mut payloads = Vec::new();
    let parts = last.chunks(PAYLOAD).count();
    for (part, bytes) in last.chunks(PAYLOAD).enumerate() {
        if part > 0 {
            payload = vec![0x90];
        }
        payload[0] |= if part + 1 < parts { 0x40 } else { 0 };
        payload.extend_from_slice(bytes);
        payloads.push(core::mem::take(&mut payload));
    }
    payloads
}

/// A small generator of chance.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        (self.0 >> 33) % sides
    }
}

/// Frames every `every_ms` as packets; one in ten late, one in twenty twice, `lost` in a thousand
/// not at all.
pub(crate) fn fly(
    codec: Codec,
    kind: TrackKind,
    frames: &[Vec<Vec<u8>>],
    every_ms: u64,
    lost: u64,
) -> Vec<Flight> {
    let mut dice = Dice(7 + every_ms);
    let mut publisher = Publisher::new(1, kind);
    publisher.codec = codec;
    let mut flights = Vec::new();
    for (n, payloads) in frames.iter().enumerate() {
        let ms = n as u64 * every_ms;
        publisher.rtp_time = 4_000_000_000 + ms * u64::from(codec.clock_hz()) / 1_000;
        for (part, payload) in payloads.iter().enumerate() {
            let mut tape = Tape { hearing: HEARING, items: Vec::new(), bytes: Vec::new() };
            let last = part + 1 == payloads.len();
            publisher.packet(model::Instant(0), last, payload, &mut tape);
            if dice.roll(1_000) < lost {
                continue;
            }
            let late = if dice.roll(10) == 0 { 30 + dice.roll(120) } else { 0 };
            let item = tape.items.remove(0);
            for _ in 0..1 + u64::from(dice.roll(20) == 0) {
                let arrives_ms = ms + 20 + late + dice.roll(5);
                flights.push(Flight { arrives_ms, item: item.clone(), payload: payload.clone() });
            }
        }
    }
    flights
}

/// Records the flights as one hearing and seals it.
pub(crate) async fn record(archive: &Path, flights: Vec<Flight>) {
    record_with(archive, flights, Vec::new()).await;
}

/// The same, with facts so many ms after the start, in order.
pub(crate) async fn record_with(archive: &Path, mut flights: Vec<Flight>, facts: Vec<(u64, Fact)>) {
    let mut desk = Desk::start(archive);
    desk.open().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Opened { .. })).await;
    desk.roll(true).await;
    let start = desk.now().instant;
    flights.sort_by_key(|flight| flight.arrives_ms);
    let mut flights = flights.into_iter().peekable();
    let mut facts = facts.into_iter().peekable();
    while flights.peek().is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let now = desk.now().instant;
        let is_due = |(ms, _): &(u64, Fact)| start.plus(Duration::from_millis(*ms)) <= now;
        while let Some((_, fact)) = facts.next_if(is_due) {
            desk.minute(fact).await;
        }
        let mut tape = Tape { hearing: HEARING, items: Vec::new(), bytes: Vec::new() };
        let due = |flight: &Flight| start.plus(Duration::from_millis(flight.arrives_ms)) <= now;
        while let Some(Flight { arrives_ms, mut item, payload }) = flights.next_if(due) {
            if let TapeItem::Packet { arrived, start: from, end, .. } = &mut item {
                *arrived = start.plus(Duration::from_millis(arrives_ms));
                *from = u32::try_from(tape.bytes.len()).expect("small");
                tape.bytes.extend(payload);
                *end = u32::try_from(tape.bytes.len()).expect("small");
            }
            tape.items.push(item);
        }
        desk.tapes.send(tape).await.expect("taken");
    }
    desk.close().await;
    desk.expect(|notice| matches!(notice, RecordNotice::Sealed { .. })).await;
    desk.stop().await;
    let verdict = recorder::verify(&folder(archive), None).expect("readable").remove(0).1;
    assert_eq!(verdict.findings, Vec::<String>::new());
}

/// Decoded frames of each stream, by codec name; decoding must not complain.
fn probe(file: &Path) -> Vec<(String, u64)> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-of", "csv=p=0"])
        .args(["-show_entries", "stream=codec_name,nb_read_frames"])
        .arg(file)
        .output()
        .expect("ffprobe is installed");
    let (out, words) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && words.is_empty(), "{}: {words}", file.display());
    out.lines()
        .map(|line| {
            let (codec, frames) = line.trim().split_once(',').expect("two fields");
            (codec.to_owned(), frames.trim_end_matches(',').parse().expect("a number"))
        })
        .collect()
}

fn duration(file: &Path) -> f64 {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0", "-show_entries", "format=duration"])
        .arg(file)
        .output()
        .expect("ffprobe is installed");
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("seconds")
}

/// The playable file of the one publisher, in a file of its own.
fn playable(archive: &Path, name: &str) -> std::path::PathBuf {
    let door = ArchiveFolder::new(archive.to_owned());
    let who = ParticipantId(1);
    let bytes = door.playable(HEARING, who, false).expect("recorded").bytes;
    let bytes = door.read(HEARING, who, false, 0..bytes).expect("readable");
    let path = archive.join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn opus_flights(lost: u64) -> (usize, Vec<Flight>) {
    let sound: Vec<Vec<Vec<u8>>> = opus_frames().into_iter().map(|frame| vec![frame]).collect();
    (sound.len(), fly(Codec::Opus, TrackKind::Microphone, &sound, 20, lost))
}

#[tokio::test(start_paused = true)]
async fn vp8_and_opus_come_through_disorder_whole() {
    let archive = tempfile::tempdir().expect("a folder");
    let frames = vp8_frames();
    let packets: Vec<Vec<Vec<u8>>> =
        frames.iter().enumerate().map(|(n, frame)| vp8_payloads(n, frame)).collect();
    let (sounds, mut flights) = opus_flights(0);
    flights.extend(fly(Codec::Vp8, TrackKind::Camera, &packets, 40, 0));
    record(archive.path(), flights).await;

    let pictures = frames.len() as u64;
    let folder = folder(archive.path());
    assert_eq!(probe(&folder.join("p1-camera-0001.webm")), [("vp8".to_owned(), pictures)]);
    let sound = probe(&folder.join("p1-microphone-0001.webm"));
    assert_eq!(sound, [("opus".to_owned(), sounds as u64)]);
    let whole = playable(archive.path(), "whole.webm");
    assert_eq!(probe(&whole), [("opus".to_owned(), sounds as u64), ("vp8".to_owned(), pictures)]);
    let seconds = duration(&whole);
    assert!((seconds - SECONDS as f64).abs() < 0.15, "{seconds}");
    // The sealed file of one track holds the encoder's bytes.
    let bytes = ffmpeg(&[
        "-i",
        folder.join("p1-camera-0001.webm").to_str().expect("plain"),
        "-c",
        "copy",
        "-f",
        "rawvideo",
    ]);
    assert!(bytes == frames.concat(), "frames differ from what was encoded");
}

/// Two sizes of one picture, each a layer of one source (RFC 9628 §4.2), the sizes told.
fn vp9_payloads(n: usize, layers: [&[u8]; 2]) -> Vec<Vec<u8>> {
    let [high, low] = (u16::try_from(n).expect("few") | 0x8000).to_be_bytes();
    let mut payloads = Vec::new();
    for (layer, frame) in (0_u8..).zip(layers) {
        let parts = frame.chunks(PAYLOAD).count();
        for (part, bytes) in frame.chunks(PAYLOAD).enumerate() {
            let flags = [(part == 0, 0x08), (part + 1 == parts, 0x04)];
            let flags = flags.iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum::<u8>();
            let mut payload = vec![0xA0 | flags, high, low, layer << 1, 1];
            if layer == 0 && part == 0 {
                payload[0] |= 0x02;
                payload.extend([0x30, 1, 64, 0, 180, 2, 128, 1, 104]);
            }
            payload.extend_from_slice(bytes);
            payloads.push(payload);
        }
    }
    payloads
}

#[tokio::test(start_paused = true)]
async fn vp9_of_two_sizes_is_one_picture_and_shows_the_larger() {
    let archive = tempfile::tempdir().expect("a folder");
    let (small, large) = (vp9_frames("320x180"), vp9_frames("640x360"));
    let packets: Vec<Vec<Vec<u8>>> = small
        .iter()
        .zip(&large)
        .enumerate()
        .map(|(n, (small, large))| vp9_payloads(n, [small, large]))
        .collect();
    record(archive.path(), fly(Codec::Vp9, TrackKind::Camera, &packets, 40, 0)).await;
    let segment = folder(archive.path()).join("p1-camera-0001.webm");
    let segment = segment.to_str().expect("plain");
    // libvpx, as Chromium has it, shows a superframe's last picture; every picture has 640 x 360.
    let decoder = ["-c:v", "libvpx-vp9", "-i", segment];
    let rest = ["-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo"];
    let shown = ffmpeg(&[&decoder[..], &rest[..]].concat());
    assert_eq!(shown.len(), packets.len() * 640 * 360);
}

#[tokio::test(start_paused = true)]
async fn av1_comes_through_disorder_to_the_byte_and_plays() {
    let archive = tempfile::tempdir().expect("a folder");
    let frames = av1_frames();
    let packets: Vec<Vec<Vec<u8>>> = frames.iter().map(|frame| av1_payloads(frame)).collect();
    record(archive.path(), fly(Codec::Av1, TrackKind::Camera, &packets, 40, 0)).await;
    let segment = folder(archive.path()).join("p1-camera-0001.webm");
    // Every frame is decoded, without a word of complaint.
    let pictures = frames.len() as u64;
    assert_eq!(probe(&segment), [("av1".to_owned(), pictures)]);
    assert_eq!(probe(&playable(archive.path(), "whole.webm")), [("av1".to_owned(), pictures)]);
    let segment = segment.to_str().expect("plain");
    let bytes = ffmpeg(&["-i", segment, "-c", "copy", "-f", "rawvideo"]);
    let wanted: Vec<u8> = frames.iter().flat_map(|frame| frame[2..].to_vec()).collect();
    assert!(bytes == wanted, "units differ from what was encoded");
    // The head of the file says of the codec what the encoder's own muxer says.
    let ivf = archive.path().join("frames.ivf");
    std::fs::write(&ivf, ivf_of(&frames)).expect("written");
    let ivf = ivf.to_str().expect("plain");
    let muxed = ffmpeg(&["-i", ivf, "-c", "copy", "-f", "matroska"]);
    let [ours, theirs] = [std::fs::read(segment).expect("readable"), muxed].map(|bytes| {
        let at = bytes.windows(2).position(|two| two == [0x63, 0xA2]).expect("private data");
        let length = usize::from(bytes[at + 2] & 0x7F);
        bytes[at + 3..at + 3 + length].to_vec()
    });
    assert_eq!(ours, theirs);
}

/// An IVF file of these frames, 320 x 180 at 25 frames a second.
fn ivf_of(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut ivf = b"DKIF\0\0\x20\0AV01\x40\x01\xB4\0\x19\0\0\0\x01\0\0\0".to_vec();
    ivf.resize(32, 0);
    for (n, frame) in (0_u64..).zip(frames) {
        ivf.extend(u32::try_from(frame.len()).expect("small").to_le_bytes());
        ivf.extend(n.to_le_bytes());
        ivf.extend_from_slice(frame);
    }
    ivf
}

#[tokio::test(start_paused = true)]
async fn seeking_by_cues_finds_the_right_picture() {
    let archive = tempfile::tempdir().expect("a folder");
    let frames = vp8_frames();
    let packets: Vec<Vec<Vec<u8>>> =
        frames.iter().enumerate().map(|(n, frame)| vp8_payloads(n, frame)).collect();
    let (_, mut flights) = opus_flights(0);
    flights.extend(fly(Codec::Vp8, TrackKind::Camera, &packets, 40, 0));
    record(archive.path(), flights).await;
    let whole = playable(archive.path(), "whole.webm");
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-of", "csv=p=0", "-select_streams", "v"])
        .args(["-read_intervals", "4%+#1", "-show_entries", "packet=pts_time,flags"])
        .arg(&whole)
        .output()
        .expect("ffprobe is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().next().expect("a packet");
    let (time, flags) = line.split_once(',').expect("two fields");
    let time: f64 = time.parse().expect("seconds");
    assert!((3.0..=4.05).contains(&time) && flags.starts_with('K'), "{line}");
}

#[tokio::test(start_paused = true)]
async fn h264_comes_through_disorder_and_a_change_of_size() {
    let archive = tempfile::tempdir().expect("a folder");
    let frames = h264_frames(&["320x180", "640x360"]);
    let packets: Vec<Vec<Vec<u8>>> = frames.iter().map(|units| h264_payloads(units)).collect();
    record(archive.path(), fly(Codec::H264, TrackKind::Camera, &packets, 40, 0)).await;
    let pictures = frames.len() as u64;
    let segment = folder(archive.path()).join("p1-camera-0001.mkv");
    assert_eq!(probe(&segment), [("h264".to_owned(), pictures)]);
    let whole = playable(archive.path(), "whole.mkv");
    assert_eq!(probe(&whole), [("h264".to_owned(), pictures)]);
    let door = ArchiveFolder::new(archive.path().to_owned());
    let file = door.playable(HEARING, ParticipantId(1), false).expect("recorded");
    assert_eq!(file.media_type, "video/x-matroska");
}

#[tokio::test(start_paused = true)]
async fn after_losses_everything_kept_decodes_and_the_rest_is_named() {
    for codec in [Codec::Vp8, Codec::H264] {
        let archive = tempfile::tempdir().expect("a folder");
        let packets: Vec<Vec<Vec<u8>>> = match codec {
            Codec::H264 => {
                h264_frames(&["640x360"]).iter().map(|units| h264_payloads(units)).collect()
            }
            Codec::Vp8 | Codec::Vp9 | Codec::Av1 | Codec::Opus => {
                vp8_frames().iter().enumerate().map(|(n, frame)| vp8_payloads(n, frame)).collect()
            }
        };
        let (sounds, mut flights) = opus_flights(30);
        flights.extend(fly(codec, TrackKind::Camera, &packets, 40, 10));
        record(archive.path(), flights).await;
        let whole = playable(archive.path(), "whole.mkv");
        let kept = probe(&whole);
        let (sound, video) = (kept[0].1, kept[1].1);
        assert!(sound < sounds as u64 && video < packets.len() as u64, "{kept:?}");
        assert!(sound > sounds as u64 * 9 / 10 && video > 20, "{kept:?}");

        let door = ArchiveFolder::new(archive.path().to_owned());
        let gaps = door.record(HEARING).expect("there").gaps;
        let track = TrackId::new(ParticipantId(1), TrackKind::Camera);
        let lost: u128 = gaps
            .iter()
            .filter(|gap| gap.track == Some(track))
            .map(|gap| gap.to.since(gap.from).as_millis())
            .sum();
        let missing = (packets.len() as u64 - video) * 40;
        let apart = lost.abs_diff(u128::from(missing));
        assert!(apart <= 120, "{codec:?}: {missing} ms are missing, {lost} ms are named");
    }
}
