//! Makes the composed film of one hearing from its folder: first the sound, which tells who speaks,
//! then the pictures.
//!
//! What is not here: what the film shows (`film`), and when films are made (`queue`). The record is
//! only read; a film can be made again at any time and is no evidence by itself.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use film::{Large, Letters, Mixer, Moment, Painter, Part, Plan, Roll, Shown, Speech};
use model::archive::ArchiveRecord;
use model::{Codec, TrackId, TrackKind};
use record::index::Index;
use record::playable::Layout;
use record::recovery::Reader;

use crate::RecorderFault;
use crate::folder::{doing, read_ledger};

mod exhibits;
mod ffmpeg;

use exhibits::Exhibits;
use ffmpeg::{Encoder, Pieces};

/// Where Debian keeps the letters; the packages `fonts-noto-cjk` and, as a last resort, any other.
pub const FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// What is to be made.
#[derive(Clone, Debug)]
pub struct FilmOrder {
    /// The hearing's folder.
    pub folder: PathBuf,
    /// The film; the sound alone is put beside it, ending in `.m4a`.
    pub film: PathBuf,
    /// The folder of the evidence that was handed in; without it what was shown is a card.
    pub evidence: Option<PathBuf>,
    /// The font file.
    pub font: PathBuf,
    /// x264's preset.
    pub preset: String,
    /// Threads of the encoder.
    pub threads: usize,
}

/// Why there is no film.
#[derive(Debug, thiserror::Error)]
pub enum FilmFault {
    /// Nothing of the hearing was recorded.
    #[error("nothing was recorded")]
    Empty,
    /// It was called off.
    #[error("called off")]
    Cancelled,
    /// The font cannot be read as one.
    #[error("{0} is not a font")]
    Font(PathBuf),
    /// Disk or ffmpeg said no.
    #[error(transparent)]
    Fault(#[from] RecorderFault),
}

/// Makes a film. `progress` is told how much is done, in thousandths; `stop` ends the work early.
///
/// # Errors
/// When nothing was recorded, when `stop` turned true, or when the disk, the font or ffmpeg fails;
/// then nothing is left at the film's place.
pub fn make_film(
    order: &FilmOrder,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u32),
) -> Result<(), FilmFault> {
    let (plan, record, index) = planned(&order.folder)?.ok_or(FilmFault::Empty)?;
    let font = std::fs::read(&order.font).map_err(doing("read", &order.font))?;
    let letters = Letters::of(font).map_err(|_| FilmFault::Font(order.font.clone()))?;

    let part = |ending: &str| order.film.with_extension(ending);
    let (sound, chapters, film) = (part("m4a.part"), part("chapters"), part("mp4.part"));
    let mut maker = Maker { order, plan: &plan, index: &index, stop, progress, done_ms: 0 };
    let made = maker.sound(&sound).and_then(|speech| {
        std::fs::write(&chapters, metadata(&plan, &record)).map_err(doing("write", &chapters))?;
        maker.pictures(&film, &sound, &chapters, letters, &record, &speech)
    });
    std::fs::remove_file(&chapters).or_else(gone).map_err(doing("remove", &chapters))?;
    if let Err(fault) = made {
        for file in [&sound, &film] {
            std::fs::remove_file(file).or_else(gone).map_err(doing("remove", file))?;
        }
        return Err(fault);
    }
    let place = |from: &Path, to: &Path| std::fs::rename(from, to).map_err(doing("name", to));
    place(&sound, &part("m4a"))?;
    place(&film, &order.film)?;
    Ok(())
}

/// The plan of a hearing's film; none where nothing was recorded.
pub(crate) fn planned(
    folder: &Path,
) -> Result<Option<(Plan, ArchiveRecord, Index)>, RecorderFault> {
    let mut reader = Reader::default();
    read_ledger(folder, 0, &mut reader)?;
    let Some(record) = reader.index.archive_record(&reader.ledger) else { return Ok(None) };
    let index = reader.index;
    let end = index.media_ms;
    let rolls: Vec<Roll> = index
        .rolls
        .iter()
        .map(|&(from_ms, to)| Roll { from_ms, to_ms: to.unwrap_or(end) })
        .collect();
    Ok(Plan::of(&record, &rolls).map(|plan| (plan, record, index)))
}

fn gone(fault: io::Error) -> io::Result<()> {
    if fault.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(fault) }
}

struct Maker<'a> {
    order: &'a FilmOrder,
    plan: &'a Plan,
    index: &'a Index,
    stop: &'a AtomicBool,
    progress: &'a mut dyn FnMut(u32),
    /// Film time done, ms: sound counts for one tenth, pictures for the rest.
    done_ms: u64,
}

impl Maker<'_> {
    fn step(&mut self, tenths: u64, ms: u64) -> Result<(), FilmFault> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(FilmFault::Cancelled);
        }
        let before = self.thousandths();
        self.done_ms += ms * tenths;
        let now = self.thousandths();
        if now != before {
            (self.progress)(now);
        }
        Ok(())
    }

    fn thousandths(&self) -> u32 {
        let of = (self.done_ms * 100).checked_div(self.plan.ms()).unwrap_or(0);
        u32::try_from(of).unwrap_or(u32::MAX).min(1_000)
    }

    fn fault(&self, what: &str) -> impl FnOnce(io::Error) -> FilmFault {
        let doing = format!("{what} the film {}", self.order.film.display());
        |source| FilmFault::Fault(RecorderFault { doing, source })
    }

    fn layout(&self, track: TrackId, from_ms: u64, to_ms: u64) -> Option<Layout> {
        Layout::of_track(self.index, track, from_ms..to_ms)
    }

    fn sound(&mut self, file: &Path) -> Result<Speech, FilmFault> {
        let mut encoder = Encoder::sound(file).map_err(self.fault("begin the sound of"))?;
        let mut mixer = Mixer::new(self.plan.seats.len());
        let plan = self.plan;
        for part in &plan.parts {
            let mut tracks = Vec::new();
            let Part::Media { from_ms, to_ms } = part else {
                self.mix(part, &mut mixer, &tracks, &mut encoder)?;
                continue;
            };
            for source in plan.sources(*from_ms, *to_ms) {
                let seat = plan.seats.iter().position(|seat| seat.who == source.who);
                let track = TrackId::new(source.who, TrackKind::Microphone);
                let (TrackKind::Microphone, Some(seat)) = (source.kind, seat) else { continue };
                let Some(layout) = self.layout(track, *from_ms, *to_ms) else { continue };
                let pieces = ffmpeg::sound(layout, &self.order.folder, *from_ms)
                    .map_err(self.fault("decode sound for"))?;
                tracks.push((seat, pieces));
            }
            self.mix(part, &mut mixer, &tracks, &mut encoder)?;
        }
        encoder.finish().map_err(self.fault("finish the sound of"))?;
        Ok(mixer.finish())
    }

    fn mix(
        &mut self,
        part: &Part,
        mixer: &mut Mixer,
        tracks: &[(usize, Pieces)],
        encoder: &mut Encoder,
    ) -> Result<(), FilmFault> {
        let steps = part.ms() / Mixer::STEP_MS;
        let mut bytes = Vec::with_capacity(Mixer::STEP * size_of::<f32>());
        for _ in 0..steps {
            let mut samples: Vec<Option<Vec<f32>>> = vec![None; self.plan.seats.len()];
            for (seat, pieces) in tracks {
                let Some(piece) = pieces.next() else { continue };
                let floats = piece.as_chunks::<4>().0.iter().map(|of| f32::from_le_bytes(*of));
                samples[*seat] = Some(floats.collect());
                pieces.give_back(piece);
            }
            let seats: Vec<Option<&[f32]>> = samples.iter().map(Option::as_deref).collect();
            let mixed = if matches!(part, Part::Card { .. }) {
                mixer.silence()
            } else {
                mixer.step(&seats)
            };
            bytes.clear();
            bytes.extend(mixed.iter().flat_map(|sample| sample.to_le_bytes()));
            encoder.write(&bytes).map_err(self.fault("write the sound of"))?;
            self.step(1, Mixer::STEP_MS)?;
        }
        Ok(())
    }

    fn pictures(
        &mut self,
        file: &Path,
        sound: &Path,
        chapters: &Path,
        letters: Letters,
        record: &ArchiveRecord,
        speech: &Speech,
    ) -> Result<(), FilmFault> {
        let mut painter = Painter::new(letters, self.plan, &record.line.heading);
        let FilmOrder { preset, threads, .. } = self.order;
        let mut encoder =
            Encoder::film(file, sound, chapters, preset, *threads).map_err(self.fault("begin"))?;
        let plan = self.plan;
        let place = painter.arrangement().exhibit;
        let mut exhibits = Exhibits::new(self.order.evidence.clone(), place);
        let mut film_ms = 0;
        for part in &plan.parts {
            match part {
                Part::Card { lines } => {
                    let picture = painter.card(lines);
                    for _ in 0..part.pictures() {
                        encoder.write(picture).map_err(self.fault("write"))?;
                        self.step(9, film::PICTURE_MS)?;
                    }
                }
                Part::Media { from_ms, to_ms } => {
                    let decoders = self.decoders(*from_ms, *to_ms, &painter)?;
                    for picture in 0..part.pictures() {
                        let at = picture * film::PICTURE_MS;
                        let shown = decoders.shown(speech, film_ms + at);
                        let media_ms = from_ms + at;
                        let moment = plan.at(media_ms);
                        let large = large(plan, &moment, media_ms, &shown, &mut exhibits);
                        let parts =
                            Shown { pictures: &shown.pictures, large, speaking: &shown.speaking };
                        let drawn = painter.picture(&moment, plan.band(media_ms), &parts);
                        encoder.write(drawn).map_err(self.fault("write"))?;
                        decoders.give_back(shown);
                        self.step(9, film::PICTURE_MS)?;
                    }
                }
            }
            film_ms += part.ms();
        }
        encoder.finish().map_err(self.fault("finish"))
    }

    fn decoders(&self, from_ms: u64, to_ms: u64, painter: &Painter) -> Result<Decoders, FilmFault> {
        let places = painter.arrangement();
        let mut decoders = Decoders { seats: Vec::new(), screens: Vec::new() };
        decoders.seats.resize_with(self.plan.seats.len(), || None);
        for source in self.plan.sources(from_ms, to_ms) {
            let seat = self.plan.seats.iter().position(|seat| seat.who == source.who);
            let area = match (source.kind, seat) {
                (TrackKind::Camera, Some(seat)) => places.seats[seat],
                (TrackKind::Screen, _) => places.screen,
                (TrackKind::Camera, None) | (TrackKind::Microphone, _) => continue,
            };
            let track = TrackId::new(source.who, source.kind);
            let Some(layout) = self.layout(track, from_ms, to_ms) else { continue };
            let segments = self.index.segments.iter();
            let codec = segments.rev().find(|segment| segment.track == track);
            let codec = codec.map_or(Codec::Vp8, |segment| segment.head.codec);
            let pieces = ffmpeg::pictures(layout, &self.order.folder, codec, from_ms, area)
                .map_err(self.fault("decode pictures for"))?;
            match seat {
                Some(seat) if source.kind == TrackKind::Camera => {
                    decoders.seats[seat] = Some(pieces);
                }
                _ => decoders.screens.push((source.who, pieces)),
            }
        }
        Ok(decoders)
    }
}

/// What stands large at a moment: evidence before a shared screen, as on everybody's page.
fn large<'a>(
    plan: &'a Plan,
    moment: &Moment,
    media_ms: u64,
    shown: &'a Decoded,
    exhibits: &'a mut Exhibits,
) -> Large<'a> {
    if let Some(exhibit) = moment.exhibit.and_then(|number| plan.exhibit(number)) {
        return Large::Evidence(exhibit, exhibits.sheet(exhibit, media_ms));
    }
    let screen = moment.screen.and_then(|who| shown.screen_of(who));
    screen.map_or(Large::Nothing, Large::Screen)
}

/// The decoders of one part.
struct Decoders {
    seats: Vec<Option<Pieces>>,
    screens: Vec<(model::ParticipantId, Pieces)>,
}

/// What they gave for one picture.
struct Decoded {
    pictures: Vec<Option<Vec<u8>>>,
    screens: Vec<(model::ParticipantId, Option<Vec<u8>>)>,
    speaking: Vec<bool>,
}

impl Decoders {
    /// The next picture of every decoder.
    fn shown(&self, speech: &Speech, film_ms: u64) -> Decoded {
        let pictures: Vec<_> =
            self.seats.iter().map(|seat| seat.as_ref().and_then(Pieces::next)).collect();
        let screens = self.screens.iter().map(|(who, pieces)| (*who, pieces.next())).collect();
        let speaking = (0..pictures.len()).map(|seat| speech.speaks(seat, film_ms)).collect();
        Decoded { pictures, screens, speaking }
    }

    fn give_back(&self, decoded: Decoded) {
        for (seat, picture) in self.seats.iter().zip(decoded.pictures) {
            if let (Some(seat), Some(picture)) = (seat, picture) {
                seat.give_back(picture);
            }
        }
        for ((_, pieces), (_, picture)) in self.screens.iter().zip(decoded.screens) {
            if let Some(picture) = picture {
                pieces.give_back(picture);
            }
        }
    }
}

impl Decoded {
    fn screen_of(&self, who: model::ParticipantId) -> Option<&[u8]> {
        let screen = self.screens.iter().find(|(of, _)| *of == who)?;
        screen.1.as_deref()
    }
}

/// Chapters and title in ffmpeg's metadata format; its special characters are escaped.
fn metadata(plan: &Plan, record: &ArchiveRecord) -> String {
    let escaped = |text: &str| {
        let mut out = String::with_capacity(text.len());
        for letter in text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }) {
            if matches!(letter, '=' | ';' | '#' | '\\') {
                out.push('\\');
            }
            out.push(letter);
        }
        out
    };
    let heading = &record.line.heading;
    let title = format!("{} {}", heading.case_number.reveal(), heading.cause.reveal());
    let mut text = format!(";FFMETADATA1\ntitle={}\n", escaped(&title));
    for (at, chapter) in plan.chapters.iter().enumerate() {
        let end = plan.chapters.get(at + 1).map_or_else(|| plan.ms(), |next| next.at_ms);
        text.push_str(&format!(
            "[CHAPTER]\nTIMEBASE=1/1000\nSTART={}\nEND={end}\ntitle={}\n",
            chapter.at_ms,
            escaped(&chapter.title)
        ));
    }
    text
}
