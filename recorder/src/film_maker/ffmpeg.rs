//! The one door to ffmpeg, and to poppler's pages: decoders that give raw pictures or samples, and
//! encoders.
//!
//! What is not here: what is decoded and in which order. ffmpeg is a process of its own, so a
//! decoder's fault on hostile media costs one film and nothing else; it reads pipes only, and ends
//! when its pipes do.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use film::{Area, Sheet};
use model::Codec;
use record::playable::{Layout, Slice};

/// Pictures a decoder may be ahead of the film.
const AHEAD: usize = 8;
/// Bytes read from the record at once.
const READ_BYTES: u64 = 256 * 1024;
/// Bytes of ffmpeg's complaints kept for the message.
const COMPLAINT_BYTES: u64 = 2_000;

/// One ffmpeg process that feeds on a layout and gives raw bytes.
struct Decoder {
    child: Child,
    feeder: Option<JoinHandle<()>>,
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(fault) = ended {
            tracing::debug!(%fault, "a decoder was gone");
        }
        if self.feeder.take().is_some_and(|feeder| feeder.join().is_err()) {
            tracing::debug!("a feeder of a decoder broke off");
        }
    }
}

/// Raw pieces of one size, as many as the decoder gives.
pub(super) struct Pieces {
    pieces: Receiver<Vec<u8>>,
    spare: SyncSender<Vec<u8>>,
    reader: Option<JoinHandle<()>>,
    decoder: Option<Decoder>,
}

impl Pieces {
    /// The next piece; nothing after the last.
    pub(super) fn next(&self) -> Option<Vec<u8>> {
        self.pieces.recv().ok()
    }

    /// Gives a piece back to be filled again.
    pub(super) fn give_back(&self, piece: Vec<u8>) {
        // A full box of spare pieces needs no more.
        drop(self.spare.try_send(piece));
    }
}

impl Drop for Pieces {
    fn drop(&mut self) {
        // The decoder goes first: its reader then sees the end.
        drop(self.decoder.take());
        while self.pieces.recv().is_ok() {}
        if self.reader.take().is_some_and(|reader| reader.join().is_err()) {
            tracing::debug!("a reader of a decoder broke off");
        }
    }
}

/// Decodes pictures into an area's size, one for each 40 ms from `from_ms` on.
///
/// VP9 is decoded by libvpx, AV1 by libdav1d: they show of each picture the largest size alone.
pub(super) fn pictures(
    layout: Layout,
    folder: &Path,
    codec: Codec,
    from_ms: u64,
    area: Area,
) -> io::Result<Pieces> {
    let (width, height) = (area.width, area.height);
    let filter = format!(
        "fps={}:start_time={},scale={width}:{height}:force_original_aspect_ratio=decrease:\
         force_divisible_by=2:flags=fast_bilinear:eval=frame,pad={width}:{height}:-1:-1:\
         color=0x101418:eval=frame",
        film::RATE,
        seconds(from_ms),
    );
    let output = [
        "-an",
        "-vf",
        &filter,
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
    ];
    let decoder: &[&str] = match codec {
        Codec::Vp9 => &["-c:v", "libvpx-vp9"],
        Codec::Av1 => &["-c:v", "libdav1d"],
        Codec::Opus | Codec::Vp8 | Codec::H264 => &[],
    };
    decode(layout, folder, decoder, &output, film::Frame::bytes_of(width, height))
}

/// Decodes sound to mono floats, from `from_ms` on without a hole, in pieces of a mixer's step.
///
/// `res` resamples from the first sample on: begun later, at the first millisecond that a publisher's
/// clock runs wrong, the resampler counts from `first_pts` anew and puts all sound so far in as silence.
pub(super) fn sound(layout: Layout, folder: &Path, from_ms: u64) -> io::Result<Pieces> {
    let first = from_ms * film::SAMPLES_MS as u64;
    let filter = format!("aresample=48000:async=1000:first_pts={first}:flags=res");
    let output = ["-vn", "-af", &filter, "-ac", "1", "-f", "f32le"];
    decode(layout, folder, &[], &output, film::Mixer::STEP * size_of::<f32>())
}

/// How long a page may take, as `timeout` reads it.
const PAGE_WAIT: &str = "30";
/// The longer side a page is drawn at before it is brought to its size, pixels.
const PAGE_SIDE: &str = "1600";
/// Formats in which a video that was handed in may be: none of them names another file.
const VIDEO_FORMATS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm";

/// Draws one page of a document, or a picture, no larger than an area, its shape kept.
pub(super) fn still(file: &Path, media_type: &str, page: u16, area: Area) -> io::Result<Sheet> {
    let (format, input, pages) = match media_type {
        "image/png" => ("png_pipe", Stdio::from(File::open(file)?), None),
        "image/jpeg" => ("jpeg_pipe", Stdio::from(File::open(file)?), None),
        "application/pdf" => {
            let page = page.to_string();
            let mut pages = Command::new("timeout")
                .args([PAGE_WAIT, "pdftoppm", "-q", "-f", &page, "-l", &page])
                .args(["-scale-to", PAGE_SIDE])
                .arg(file)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()?;
            let output = pages.stdout.take().ok_or_else(no_pipes)?;
            ("ppm_pipe", Stdio::from(output), Some(pages))
        }
        other => return Err(io::Error::other(format!("no pictures are made of {other}"))),
    };
    let Area { width, height, .. } = area;
    let filter = format!(
        "scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2:\
         flags=lanczos"
    );
    let drawn = Command::new("timeout")
        .args([PAGE_WAIT, "ffmpeg", "-nostdin", "-v", "error", "-threads", "1"])
        .args(["-f", format, "-i", "pipe:0", "-frames:v", "1", "-vf", &filter])
        .args(["-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "pipe:1"])
        .stdin(input)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let sheet = drawn.and_then(|mut drawn| {
        let output = drawn.stdout.take().ok_or_else(no_pipes)?;
        let mut bytes = Vec::new();
        // One picture with the lines before it, and no more.
        let most = film::Frame::bytes_of(width, height) + 1_000;
        output.take(most as u64).read_to_end(&mut bytes)?;
        drawn.wait()?;
        sheet_of(&bytes)
            .ok_or_else(|| io::Error::other(format!("{} gave no picture", file.display())))
    });
    if let Some(mut pages) = pages {
        pages.wait()?;
    }
    sheet
}

/// The one picture of a stream in the format of yuv4mpeg: a line with the size, a line before the
/// picture, its planes.
fn sheet_of(stream: &[u8]) -> Option<Sheet> {
    let line = |from: &[u8]| from.iter().position(|&byte| byte == b'\n');
    let head = line(stream)?;
    let words = std::str::from_utf8(&stream[..head]).ok()?;
    let number =
        |letter: char| words.split(' ').find_map(|word| word.strip_prefix(letter)?.parse().ok());
    let (width, height): (usize, usize) = (number('W')?, number('H')?);
    let rest = &stream[head + 1..];
    let bytes = rest.get(line(rest)? + 1..)?;
    let whole = film::Frame::bytes_of(width, height);
    (bytes.len() == whole).then(|| Sheet { width, height, bytes: bytes.to_vec() })
}

/// Decodes a video that was handed in from a place in it on, in pictures of an area's size, one for
/// each 40 ms.
pub(super) fn video(file: &Path, from_ms: u64, area: Area) -> io::Result<Pieces> {
    let (width, height) = (area.width, area.height);
    let filter = format!(
        "fps={},scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2:\
         eval=frame,pad={width}:{height}:-1:-1:color=0x101418:eval=frame",
        film::RATE,
    );
    let mut child = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-threads", "1"])
        .args(["-protocol_whitelist", "file", "-format_whitelist", VIDEO_FORMATS])
        .args(["-ss", &seconds(from_ms), "-i"])
        .arg(format!("file:{}", file.display()))
        .args(["-map", "0:v:0", "-vf", &filter, "-fps_mode", "passthrough"])
        .args(["-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = child.stdout.take().ok_or_else(no_pipes)?;
    let decoder = Decoder { child, feeder: None };
    read_pieces(decoder, output, film::Frame::bytes_of(width, height))
}

fn no_pipes() -> io::Error {
    io::Error::other("a process without pipes")
}

fn decode(
    layout: Layout,
    folder: &Path,
    decoder: &[&str],
    output: &[&str],
    size: usize,
) -> io::Result<Pieces> {
    let mut child = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "error", "-threads", "1"])
        .args(decoder)
        .args(["-copyts", "-i", "pipe:0"])
        .args(["-map_metadata", "-1", "-threads", "1"])
        .args(output)
        .arg("pipe:1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (input, output) = pipes(&mut child)?;
    let folder = folder.to_owned();
    let feeder = std::thread::Builder::new().name("film-feed".to_owned()).spawn(move || {
        // The decoder may have enough before the record ends.
        if let Err(fault) = feed(&layout, &folder, input) {
            tracing::debug!(%fault, "a decoder took no more");
        }
    })?;
    read_pieces(Decoder { child, feeder: Some(feeder) }, output, size)
}

fn read_pieces(decoder: Decoder, output: ChildStdout, size: usize) -> io::Result<Pieces> {
    let (to_film, pieces) = sync_channel(AHEAD);
    let (spare, spares) = sync_channel(AHEAD);
    let reader = std::thread::Builder::new()
        .name("film-read".to_owned())
        .spawn(move || read(output, size, &to_film, &spares))?;
    Ok(Pieces { pieces, spare, reader: Some(reader), decoder: Some(decoder) })
}

fn pipes(child: &mut Child) -> io::Result<(ChildStdin, ChildStdout)> {
    Ok((child.stdin.take().ok_or_else(no_pipes)?, child.stdout.take().ok_or_else(no_pipes)?))
}

/// Writes the layout's bytes; ends when they end or when nobody takes them.
fn feed(layout: &Layout, folder: &Path, input: ChildStdin) -> io::Result<()> {
    let mut input = BufWriter::new(input);
    let mut open: Option<(String, File)> = None;
    let mut at = 0;
    while at < layout.bytes() {
        let end = (at + READ_BYTES).min(layout.bytes());
        for slice in layout.slices(at..end) {
            let (name, offset, length) = match slice {
                Slice::Made(made) => {
                    input.write_all(&made)?;
                    continue;
                }
                Slice::Segment { name, offset, length } => (name, offset, length),
            };
            if open.as_ref().is_none_or(|(open, _)| *open != name) {
                let file = File::open(folder.join(&name))?;
                open = Some((name, file));
            }
            let Some((_, file)) = &open else { continue };
            let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            file.read_exact_at(&mut bytes, offset)?;
            input.write_all(&bytes)?;
        }
        at = end;
    }
    input.flush()
}

fn read(
    mut output: ChildStdout,
    size: usize,
    to_film: &SyncSender<Vec<u8>>,
    spares: &Receiver<Vec<u8>>,
) {
    loop {
        let mut piece = spares.try_recv().unwrap_or_default();
        piece.resize(size, 0);
        if output.read_exact(&mut piece).is_err() || to_film.send(piece).is_err() {
            return;
        }
    }
}

/// One ffmpeg process that takes raw bytes and writes a file.
pub(super) struct Encoder {
    child: Child,
    input: Option<BufWriter<ChildStdin>>,
    file: PathBuf,
}

impl Encoder {
    /// Encodes mono floats to AAC in an MP4 file; a limiter keeps the mix below its ceiling.
    pub(super) fn sound(file: &Path) -> io::Result<Self> {
        Self::start(
            &[
                "-f",
                "f32le",
                "-ar",
                "48000",
                "-ac",
                "1",
                "-i",
                "pipe:0",
                "-af",
                "alimiter=limit=0.9:attack=2:release=50:level=disabled",
                "-c:a",
                "aac",
                "-b:a",
                "80k",
                "-movflags",
                "+faststart",
            ],
            file,
        )
    }

    /// Encodes pictures of the film's size to H.264 beside the sound of `sound`, with the chapters
    /// of `chapters`. `threads` limits the encoder.
    pub(super) fn film(
        file: &Path,
        sound: &Path,
        chapters: &Path,
        preset: &str,
        threads: usize,
    ) -> io::Result<Self> {
        let size = format!("{}x{}", film::WIDTH, film::HEIGHT);
        let rate = film::RATE.to_string();
        let (sound, chapters) = (sound.display().to_string(), chapters.display().to_string());
        let threads = threads.to_string();
        Self::start(
            &[
                "-f",
                "rawvideo",
                "-pix_fmt",
                "yuv420p",
                "-s",
                &size,
                "-r",
                &rate,
                "-i",
                "pipe:0",
                "-i",
                &sound,
                "-f",
                "ffmetadata",
                "-i",
                &chapters,
                "-map",
                "0:v",
                "-map",
                "1:a",
                "-map_metadata",
                "2",
                "-map_chapters",
                "2",
                "-c:v",
                "libx264",
                "-preset",
                preset,
                "-tune",
                "zerolatency",
                "-crf",
                "25",
                "-maxrate",
                "1500k",
                "-bufsize",
                "3000k",
                "-g",
                "50",
                "-threads",
                &threads,
                "-colorspace",
                "smpte170m",
                "-color_primaries",
                "smpte170m",
                "-color_trc",
                "smpte170m",
                "-c:a",
                "copy",
                "-movflags",
                "+faststart",
            ],
            file,
        )
    }

    fn start(arguments: &[&str], file: &Path) -> io::Result<Self> {
        let mut child = Command::new("ffmpeg")
            .args(["-nostdin", "-v", "error", "-y"])
            .args(arguments)
            .args(["-fflags", "+bitexact", "-f", "mp4"])
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().ok_or_else(no_pipes)?;
        let input = Some(BufWriter::new(input));
        Ok(Self { child, input, file: file.to_owned() })
    }

    /// Takes the next raw bytes.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.input {
            Some(input) => input.write_all(bytes),
            None => Err(io::Error::other("the encoder is finished")),
        }
    }

    /// Waits until the file is whole, and on disk.
    pub(super) fn finish(mut self) -> io::Result<()> {
        if let Some(mut input) = self.input.take() {
            input.flush()?;
        }
        let mut complaint = String::new();
        if let Some(stderr) = self.child.stderr.take() {
            stderr.take(COMPLAINT_BYTES).read_to_string(&mut complaint)?;
        }
        let status = self.child.wait()?;
        if !status.success() {
            return Err(io::Error::other(format!(
                "ffmpeg ended with {status}: {}",
                complaint.trim()
            )));
        }
        File::open(&self.file)?.sync_all()
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        drop(self.input.take());
        if let Err(fault) = self.child.kill().and_then(|()| self.child.wait()) {
            tracing::debug!(%fault, "an encoder was gone");
        }
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}
