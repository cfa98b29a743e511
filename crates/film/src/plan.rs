//! What the film shows when: its parts, its seats, how each seat stands at a moment, its chapters.
//!
//! What is not here: pixels. Media time is the record's (ms from the first order to record); film
//! time leaves out what was not recorded and puts a card in its place.

use model::archive::{ArchiveRecord, Stretch};
use model::brief::Side;
use model::films::{FilmSpan, FilmTimes};
use model::{Fact, Ground, Minute, ParticipantId, Role, Timestamp, TrackKind};

use crate::exhibit::{Exhibit, exhibits};
use crate::{PICTURE_MS, words};

/// How long a card for an interruption stands, ms.
const CARD_MS: u64 = 3_000;
/// Recording that was off or lost for less than this stays in the film as it is, ms.
const CUT_MIN_MS: u64 = 1_000;
/// Seats in the picture at most; the others are heard.
const SEATS_MAX: usize = 16;
/// Chapters at most.
const CHAPTERS_MAX: usize = 200;

/// When the recorder was told to record, ms on the media time line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roll {
    /// From.
    pub from_ms: u64,
    /// To.
    pub to_ms: u64,
}

/// A part of the film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The record from one moment to another, ms on the media time line.
    Media {
        /// From.
        from_ms: u64,
        /// To.
        to_ms: u64,
    },
    /// A card that says what is not in the film and why.
    Card {
        /// Its lines.
        lines: Vec<String>,
    },
}

impl Part {
    /// Pictures of the part.
    pub const fn pictures(&self) -> u64 {
        match self {
            Self::Media { from_ms, to_ms } => to_ms.saturating_sub(*from_ms).div_ceil(PICTURE_MS),
            Self::Card { .. } => CARD_MS / PICTURE_MS,
        }
    }

    /// Its length in the film, ms.
    pub const fn ms(&self) -> u64 {
        self.pictures() * PICTURE_MS
    }
}

/// Somebody with a place in the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seat {
    /// Who.
    pub who: ParticipantId,
    /// In which role.
    pub role: Role,
    /// On which side.
    pub side: Option<Side>,
    /// Role and name, as they stand below the picture.
    pub label: String,
}

/// A recorded track that is needed for a part of the film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Whose.
    pub who: ParticipantId,
    /// What.
    pub kind: TrackKind,
}

/// How a seat stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its picture was recorded.
    Picture,
    /// Sound alone, or nothing said.
    NoPicture,
    /// The link was lost.
    LinkLost,
    /// Something should be here that was not recorded.
    Missing,
    /// Not in the hearing yet.
    NotYet,
    /// No longer in the hearing.
    Gone,
}

/// A heading in the film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Where in the film, ms.
    pub at_ms: u64,
    /// What begins.
    pub title: String,
}

/// A moment of a [`Part::Media`], as far as the record tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock.
    pub utc: Timestamp,
    /// How each seat stands.
    pub states: Vec<State>,
    /// Whose screen is shared.
    pub screen: Option<ParticipantId>,
    /// Which evidence is shown, for [`Plan::exhibit`]: it stands before a shared screen.
    pub exhibit: Option<usize>,
}

/// Spans in order, none overlapping another, ms on the media time line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Spans(Vec<(u64, u64)>);

impl Spans {
    fn of(spans: impl Iterator<Item = (u64, u64)>) -> Self {
        let mut spans: Vec<_> = spans.filter(|(from, to)| from < to).collect();
        spans.sort_unstable();
        let mut joined: Vec<(u64, u64)> = Vec::with_capacity(spans.len());
        for (from, to) in spans {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => joined.push((from, to)),
            }
        }
        Self(joined)
    }

    fn has(&self, ms: u64) -> bool {
        let after = self.0.partition_point(|(from, _)| *from <= ms);
        after > 0 && ms < self.0[after - 1].1
    }

    fn meets(&self, from_ms: u64, to_ms: u64) -> bool {
        self.0.iter().any(|&(from, to)| from < to_ms && from_ms < to)
    }
}

#[derive(Clone, Debug, Default)]
struct Life {
    camera: Spans,
    lost: Spans,
    missing: Spans,
    /// In the hearing.
    present: Spans,
    from_ms: Option<u64>,
}

/// The whole film.
#[derive(Clone, Debug)]
pub struct Plan {
    zero: Timestamp,
    /// Seats in the order of the courtroom.
    pub seats: Vec<Seat>,
    /// Parts in order.
    pub parts: Vec<Part>,
    /// Chapters in order.
    pub chapters: Vec<Chapter>,
    /// What the band below says from which moment on, ms on the media time line.
    bands: Vec<(u64, String)>,
    exhibits: Vec<(u64, Option<Exhibit>)>,
    lives: Vec<Life>,
    screens: Vec<(ParticipantId, Spans)>,
    tracks: Vec<(Source, Spans)>,
}

impl Plan {
    /// The film of a record; `rolls` says when recording was ordered. Nothing when nothing was
    /// recorded.
    pub fn of(record: &ArchiveRecord, rolls: &[Roll]) -> Option<Self> {
        let zero = record.media_zero?;
        let media = |utc: Timestamp| u64::try_from(utc.0.saturating_sub(zero.0)).unwrap_or(0);
        let end = record.media_ms;
        let tracks = tracks(&record.stretches);
        if tracks.is_empty() {
            return None;
        }
        let seats = seats(record);
        let holes: Vec<(u64, u64)> = record
            .gaps
            .iter()
            .filter(|gap| gap.track.is_none())
            .map(|gap| (media(gap.from), media(gap.to)))
            .collect();
        let parts = parts(rolls, &holes, end, record, &media);
        let lives = seats.iter().map(|seat| life(seat, record, &media, end)).collect();
        let screens = tracks
            .iter()
            .filter(|(source, _)| source.kind == TrackKind::Screen)
            .map(|(source, spans)| (source.who, spans.clone()))
            .collect();
        let mut plan = Self {
            zero,
            seats,
            parts,
            chapters: Vec::new(),
            bands: bands(&record.minutes, &media),
            exhibits: exhibits(&record.minutes, &media),
            lives,
            screens,
            tracks,
        };
        plan.chapters = plan.chapters_of(&record.minutes, &media);
        Some(plan)
    }

    /// Length of the film, ms.
    pub fn ms(&self) -> u64 {
        self.parts.iter().map(Part::ms).sum()
    }

    /// How media time becomes the time of the film.
    pub fn times(&self) -> FilmTimes {
        let (mut film_ms, mut spans) = (0, Vec::new());
        for part in &self.parts {
            if let Part::Media { from_ms, to_ms } = part {
                spans.push(FilmSpan { from_ms: *from_ms, to_ms: *to_ms, film_ms });
            }
            film_ms += part.ms();
        }
        FilmTimes { zero: self.zero, spans }
    }

    /// The tracks that have something in a span of media time.
    pub fn sources(&self, from_ms: u64, to_ms: u64) -> Vec<Source> {
        let in_span = |spans: &Spans| spans.meets(from_ms, to_ms);
        self.tracks.iter().filter(|(_, spans)| in_span(spans)).map(|(source, _)| *source).collect()
    }

    /// How everybody stands at a moment of media time.
    pub fn at(&self, ms: u64) -> Moment {
        let since = i64::try_from(ms).unwrap_or(i64::MAX);
        Moment {
            utc: Timestamp(self.zero.0.saturating_add(since)),
            states: self.lives.iter().map(|life| life.at(ms)).collect(),
            screen: self.screens.iter().find(|(_, spans)| spans.has(ms)).map(|(who, _)| *who),
            exhibit: self.exhibit_at(ms),
        }
    }

    fn exhibit_at(&self, ms: u64) -> Option<usize> {
        let at = self.exhibits.partition_point(|(from, _)| *from <= ms).checked_sub(1)?;
        self.exhibits[at].1.is_some().then_some(at)
    }

    /// What a moment's `exhibit` names.
    pub fn exhibit(&self, number: usize) -> Option<&Exhibit> {
        self.exhibits.get(number)?.1.as_ref()
    }

    /// What the band below says at a moment of media time.
    pub fn band(&self, ms: u64) -> &str {
        let after = self.bands.partition_point(|(from, _)| *from <= ms);
        after.checked_sub(1).map_or("", |at| self.bands[at].1.as_str())
    }

    /// Where a moment of media time stands in the film, ms; a moment that was cut out stands where
    /// its card does.
    fn film_ms(&self, media_ms: u64) -> u64 {
        let mut film = 0;
        for part in &self.parts {
            match part {
                Part::Media { from_ms, to_ms } => {
                    if media_ms < *to_ms {
                        return film + media_ms.saturating_sub(*from_ms);
                    }
                    film += part.ms();
                }
                Part::Card { .. } => film += part.ms(),
            }
        }
        film
    }

    fn chapters_of(&self, minutes: &[Minute], media: &impl Fn(Timestamp) -> u64) -> Vec<Chapter> {
        let end = self.ms();
        let mut chapters: Vec<Chapter> = vec![Chapter { at_ms: 0, title: "开庭".to_owned() }];
        for minute in minutes {
            let Some(title) = title(&minute.fact) else { continue };
            let at_ms = self.film_ms(media(minute.at));
            if at_ms >= end || chapters.len() >= CHAPTERS_MAX {
                continue;
            }
            // One chapter begins at a time: the later name stands.
            if chapters.last().is_some_and(|last| last.at_ms >= at_ms) {
                chapters.pop();
            }
            let at_ms = if chapters.is_empty() { 0 } else { at_ms };
            chapters.push(Chapter { at_ms, title });
        }
        chapters
    }
}

impl Life {
    fn at(&self, ms: u64) -> State {
        if self.camera.has(ms) {
            State::Picture
        } else if self.missing.has(ms) {
            State::Missing
        } else if self.from_ms.is_none_or(|from| ms < from) {
            State::NotYet
        } else if !self.present.has(ms) {
            State::Gone
        } else if self.lost.has(ms) {
            State::LinkLost
        } else {
            State::NoPicture
        }
    }
}

/// Each track with its spans, in order of person and kind.
fn tracks(stretches: &[Stretch]) -> Vec<(Source, Spans)> {
    let mut sources: Vec<Source> =
        stretches.iter().map(|of| Source { who: of.who, kind: of.kind }).collect();
    sources.sort_by_key(|source| (source.who, source.kind));
    sources.dedup();
    let spans = |source: Source| {
        let own = stretches.iter().filter(|of| of.who == source.who && of.kind == source.kind);
        Spans::of(own.map(|of| (of.from_ms, of.to_ms)))
    };
    sources.into_iter().map(|source| (source, spans(source))).collect()
}

/// Who has a seat: who was ever recorded, and who of the court and the parties was admitted.
fn seats(record: &ArchiveRecord) -> Vec<Seat> {
    let was_in = |who: ParticipantId| {
        record.minutes.iter().any(|minute| {
            matches!(&minute.fact, Fact::Admitted { who: came } | Fact::Arrived { who: came, .. } if *came == who)
        })
    };
    let panel = record.line.brief.course.panel;
    let mut seats: Vec<Seat> = record
        .line
        .attendees
        .iter()
        .filter(|person| {
            record.stretches.iter().any(|stretch| stretch.who == person.id)
                || (!person.role.only_watches() && !person.role.is_called() && was_in(person.id))
        })
        .map(|person| Seat {
            who: person.id,
            role: person.role,
            side: person.side(),
            label: format!("{}　{}", person.role.chinese_short(panel), person.name.reveal()),
        })
        .collect();
    seats.sort_by_key(|seat| (seat.role, seat.who));
    seats.truncate(SEATS_MAX);
    seats
}

fn parts(
    rolls: &[Roll],
    holes: &[(u64, u64)],
    end: u64,
    record: &ArchiveRecord,
    media: &impl Fn(Timestamp) -> u64,
) -> Vec<Part> {
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for roll in rolls {
        let mut from = roll.from_ms;
        let to = roll.to_ms.min(end);
        for &(hole_from, hole_to) in holes {
            if hole_to > from && hole_from < to && hole_to - hole_from >= CUT_MIN_MS {
                spans.push((from, hole_from.max(from)));
                from = hole_to.min(to);
            }
        }
        spans.push((from, to));
    }
    spans.retain(|(from, to)| from < to);
    let mut parts: Vec<Part> = Vec::new();
    let mut last: Option<(u64, u64)> = None;
    for (from_ms, to_ms) in spans {
        match (last, parts.last_mut()) {
            (Some((_, before)), Some(Part::Media { to_ms: open, .. }))
                if from_ms < before + CUT_MIN_MS =>
            {
                *open = to_ms;
            }
            (Some((_, before)), _) => {
                parts.push(Part::Card { lines: card(before, from_ms, record, media, holes) });
                parts.push(Part::Media { from_ms, to_ms });
            }
            (None, _) => parts.push(Part::Media { from_ms, to_ms }),
        }
        last = Some((from_ms, to_ms));
    }
    parts
}

/// What the card says of the time from `from` to `to`, ms on the media time line.
fn card(
    from: u64,
    to: u64,
    record: &ArchiveRecord,
    media: &impl Fn(Timestamp) -> u64,
    holes: &[(u64, u64)],
) -> Vec<String> {
    let ground = record.minutes.iter().rev().find_map(|minute| {
        let near = media(minute.at) <= from + CUT_MIN_MS && media(minute.at) + 5_000 >= from;
        if let Fact::RecessCalled { ground } = &minute.fact
            && near
        {
            Some(*ground)
        } else {
            None
        }
    });
    let lost = holes.iter().any(|&(hole_from, hole_to)| hole_from < to && from < hole_to);
    let why = match ground {
        Some(Ground::Recess) => "休庭，未录音录像".to_owned(),
        Some(ground) => format!("{}，依法不录音录像", words::ground(ground)),
        None if lost => "录音录像中断，该时段缺失".to_owned(),
        None => "该时段未录音录像".to_owned(),
    };
    let zero = record.media_zero.unwrap_or_default();
    let clock = |ms: u64| crate::scene::clock(zero.plus(core::time::Duration::from_millis(ms)));
    vec![why, format!("{} 至 {}", clock(from), clock(to))]
}

fn life(seat: &Seat, record: &ArchiveRecord, media: &impl Fn(Timestamp) -> u64, end: u64) -> Life {
    let camera = record
        .stretches
        .iter()
        .filter(|stretch| stretch.who == seat.who && stretch.kind == TrackKind::Camera)
        .map(|stretch| (stretch.from_ms, stretch.to_ms));
    let missing = record
        .gaps
        .iter()
        .filter(|gap| {
            gap.track.is_none_or(|track| {
                track.participant == seat.who && track.kind == TrackKind::Camera
            })
        })
        .map(|gap| (media(gap.from), media(gap.to)));
    let (mut lost, mut present) = (Vec::new(), Vec::new());
    let (mut lost_since, mut since, mut from_ms) = (None, None, None);
    for minute in &record.minutes {
        let at = media(minute.at);
        let is = |who: &ParticipantId| *who == seat.who;
        let fact = &minute.fact;
        let arrived = matches!(fact, Fact::Arrived { who, .. } if is(who));
        let admitted = matches!(fact, Fact::Admitted { who } | Fact::Readmitted { who } if is(who));
        let comes = admitted || (arrived && seat.role.is_court());
        if comes {
            from_ms = from_ms.or(Some(at));
            since = since.or(Some(at));
        } else if matches!(fact, Fact::Dismissed { who } | Fact::Removed { who, .. } if is(who)) {
            present.extend(since.take().map(|since| (since, at)));
        } else if matches!(fact, Fact::LinkLost { who, .. } if is(who)) {
            lost_since = lost_since.or(Some(at));
        } else if matches!(fact, Fact::LinkBack { who } if is(who)) {
            lost.extend(lost_since.take().map(|since| (since, at)));
        }
    }
    present.extend(since.map(|since| (since, end.max(since + 1))));
    lost.extend(lost_since.map(|since| (since, end.max(since + 1))));
    Life {
        camera: Spans::of(camera),
        lost: Spans::of(lost.into_iter()),
        missing: Spans::of(missing),
        present: Spans::of(present.into_iter()),
        from_ms,
    }
}

/// The name of the chapter that a fact begins.
fn title(fact: &Fact) -> Option<String> {
    if let Fact::PhaseEntered { phase, .. } = fact {
        return Some(words::phase(*phase).to_owned());
    }
    if let Fact::RecessCalled { ground } = fact {
        return Some(words::ground(*ground).to_owned());
    }
    let plain = if matches!(fact, Fact::Resumed) {
        "继续开庭"
    } else if matches!(fact, Fact::Interrupted { .. }) {
        "技术中断"
    } else if matches!(fact, Fact::TestimonyBegan { .. }) {
        "证人作证"
    } else {
        return None;
    };
    Some(plain.to_owned())
}

/// What the band says from when on: the phase, and what evidence is shown.
fn bands(minutes: &[Minute], media: &impl Fn(Timestamp) -> u64) -> Vec<(u64, String)> {
    let (mut phase, mut shown) = ("", None::<(String, u16)>);
    let mut bands = Vec::new();
    for minute in minutes {
        if let Fact::PhaseEntered { phase: entered, .. } = &minute.fact {
            phase = words::phase(*entered);
        } else if let Fact::EvidenceShown { item, page } = &minute.fact {
            shown = Some((item.name.reveal().clone(), *page));
        } else if let (Fact::PageTurned { page }, Some((_, at))) = (&minute.fact, &mut shown) {
            *at = *page;
        } else if matches!(minute.fact, Fact::EvidenceHidden) {
            shown = None;
        } else {
            continue;
        }
        let text = match &shown {
            Some((title, page)) => format!("{phase}　出示证据：{title}（第{page}页）"),
            None => phase.to_owned(),
        };
        bands.push((media(minute.at), text));
    }
    bands
}

#[cfg(test)]
mod tests;
