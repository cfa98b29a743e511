//! Draws the pictures of the film: seats with their names, evidence and the shared screen, the bands
//! with case and clock, the cards.
//!
//! What is not here: what is shown when (`plan`) and where (`arrange`).

use model::Timestamp;
use model::view::Heading;
use time::{OffsetDateTime, UtcOffset};

use crate::arrange::{Area, Arrangement, BOTTOM, TOP};
use crate::exhibit::{Exhibit, Sheet, Unseen};
use crate::frame::{Colour, Frame};
use crate::letters::{Letters, Mask};
use crate::plan::{Moment, Plan, State};
use crate::{HEIGHT, WIDTH, words};

const GROUND: Colour = Colour::of(16, 20, 24);
const BAND: Colour = Colour::of(28, 36, 46);
const SEAT: Colour = Colour::of(36, 44, 54);
const PLATE: Colour = Colour::of(12, 16, 20);
const INK: Colour = Colour::of(240, 240, 236);
const QUIET: Colour = Colour::of(170, 180, 190);
const SPEAKING: Colour = Colour::of(64, 196, 120);
const ALARM: Colour = Colour::of(240, 96, 72);
/// Lines on evidence, and the light edge that sets them off, as the page draws them.
const PEN: Colour = Colour::of(211, 38, 26);
const HALO: Colour = Colour::of(255, 255, 255);
/// Width of these lines and of their edge, pixels.
const PEN_WIDTH: usize = 4;
const HALO_WIDTH: usize = 8;
const EMBLEM: &[u8] = include_bytes!("emblem.rgba");
const EMBLEM_SIDE: usize = 40;
const PLATE_HEIGHT: usize = 28;
const LINE: usize = 22;
/// China's one time zone.
const BEIJING_HOURS: i8 = 8;

/// What has the large place of a picture.
#[derive(Clone, Copy, Debug)]
pub enum Large<'a> {
    /// Nothing: the seats have all of it.
    Nothing,
    /// The shared screen at the size of its area.
    Screen(&'a [u8]),
    /// Evidence: a page of it as a picture, or why there is none.
    Evidence(&'a Exhibit, Result<&'a Sheet, Unseen>),
}

/// What decoders have for one picture.
#[derive(Debug)]
pub struct Shown<'a> {
    /// Each seat's picture at the size of its seat, where there is one.
    pub pictures: &'a [Option<Vec<u8>>],
    /// What stands large.
    pub large: Large<'a>,
    /// Who speaks.
    pub speaking: &'a [bool],
}

/// Who has the large place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Seats,
    Screen,
    Evidence,
}

/// What stands in the picture, so that only what changed is drawn again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Drawn {
    place: Place,
    /// The evidence that stands there, by the moment it began.
    exhibit: Option<u64>,
    card: bool,
    clock: String,
    band: String,
    seats: Vec<Option<(State, bool)>>,
}

/// Draws one film.
#[derive(Debug)]
pub struct Painter {
    letters: Letters,
    arrangement: Arrangement,
    labels: Vec<Mask>,
    small_labels: Vec<Mask>,
    names: Vec<String>,
    heading: Mask,
    frame: Frame,
    drawn: Drawn,
}

/// The wall clock as courts write it, Beijing time.
pub(crate) fn clock(utc: Timestamp) -> String {
    let Ok(time) = OffsetDateTime::from_unix_timestamp(utc.0.div_euclid(1_000)) else {
        return String::new();
    };
    let zone = UtcOffset::from_hms(BEIJING_HOURS, 0, 0).unwrap_or(UtcOffset::UTC);
    let time = time.to_offset(zone);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

impl Painter {
    /// Makes ready for a film.
    pub fn new(letters: Letters, plan: &Plan, heading: &Heading) -> Self {
        let people: Vec<_> = plan.seats.iter().map(|seat| (seat.role, seat.side)).collect();
        let arrangement = Arrangement::of(&people);
        let plate = |widest: usize| {
            plan.seats
                .iter()
                .map(|seat| letters.line(&seat.label, LINE, widest.saturating_sub(16)))
                .collect::<Vec<_>>()
        };
        let labels = plate(arrangement.seats.first().map_or(0, |seat| seat.width));
        let small_labels = plate(arrangement.beside.first().map_or(0, |seat| seat.width));
        let head = format!(
            "{}　{}　{}",
            heading.court,
            heading.case_number.reveal(),
            heading.cause.reveal()
        );
        let heading = letters.line(&head, LINE + 2, WIDTH - 320);
        let names = plan.seats.iter().map(|seat| seat.label.clone()).collect();
        let frame = Frame::new(WIDTH, HEIGHT, GROUND);
        let drawn = Drawn::default();
        Self { letters, arrangement, labels, small_labels, names, heading, frame, drawn }
    }

    /// Where everything stands.
    pub const fn arrangement(&self) -> &Arrangement {
        &self.arrangement
    }

    /// Begins anew: everything is drawn again.
    fn clear(&mut self) {
        self.frame.fill(Area { x: 0, y: 0, width: WIDTH, height: HEIGHT }, GROUND);
        self.frame.fill(Area { x: 0, y: 0, width: WIDTH, height: TOP }, BAND);
        self.frame.fill(Area { x: 0, y: HEIGHT - BOTTOM, width: WIDTH, height: BOTTOM }, BAND);
        self.frame.stamp((6, (TOP - EMBLEM_SIDE) / 2), EMBLEM_SIDE, EMBLEM);
        let y = (TOP - self.heading.height) / 2;
        self.frame.ink((EMBLEM_SIDE + 14, y), &self.heading, INK);
        self.drawn = Drawn { seats: vec![None; self.names.len()], ..Drawn::default() };
    }

    /// The next picture of the record.
    pub fn picture(&mut self, moment: &Moment, band: &str, shown: &Shown<'_>) -> &[u8] {
        let place = match shown.large {
            Large::Nothing => Place::Seats,
            Large::Screen(_) => Place::Screen,
            Large::Evidence(..) => Place::Evidence,
        };
        if self.drawn.clock.is_empty() || self.drawn.card || self.drawn.place != place {
            self.clear();
            self.drawn.place = place;
        }
        self.clock_band(clock(moment.utc));
        let speakers: Vec<&str> = self
            .names
            .iter()
            .zip(shown.speaking)
            .filter(|(_, speaking)| **speaking)
            .map(|(name, _)| name.as_str())
            .collect();
        let speech = if speakers.is_empty() {
            String::new()
        } else {
            format!("　发言：{}", speakers.join("、"))
        };
        self.band(format!("{band}{speech}"));
        match shown.large {
            Large::Nothing => {
                for seat in 0..self.arrangement.seats.len() {
                    self.seat(seat, self.arrangement.seats[seat], moment, shown, false);
                }
                return self.frame.bytes();
            }
            Large::Screen(bytes) => {
                let area = self.arrangement.screen;
                self.frame.place(area, bytes, (area.width, area.height));
            }
            Large::Evidence(exhibit, sheet) => self.evidence(exhibit, sheet),
        }
        for (place, seat) in self.beside(shown.speaking).into_iter().enumerate() {
            self.seat(seat, self.arrangement.beside[place], moment, shown, true);
        }
        self.frame.bytes()
    }

    /// A page of evidence in the middle of its place with the lines on it, or a card with its name.
    fn evidence(&mut self, exhibit: &Exhibit, sheet: Result<&Sheet, Unseen>) {
        if self.drawn.exhibit == Some(exhibit.from_ms) && exhibit.playing.is_none() {
            return;
        }
        self.drawn.exhibit = Some(exhibit.from_ms);
        let area = self.arrangement.exhibit;
        self.frame.fill(area, PLATE);
        let sheet = match sheet {
            Ok(sheet) => sheet,
            Err(why) => return self.evidence_card(exhibit, why),
        };
        let (width, height) = (sheet.width.min(area.width), sheet.height.min(area.height));
        let on = Area {
            x: (area.x + (area.width - width) / 2) & !1,
            y: (area.y + (area.height - height) / 2) & !1,
            width,
            height,
        };
        self.frame.place(on, &sheet.bytes, (sheet.width, sheet.height));
        for (thick, colour) in [(HALO_WIDTH, HALO), (PEN_WIDTH, PEN)] {
            for stroke in &exhibit.strokes {
                self.frame.stroke(on, &stroke.points, thick, colour);
            }
        }
    }

    fn evidence_card(&mut self, exhibit: &Exhibit, why: Unseen) {
        let area = self.arrangement.exhibit;
        let lines = [("出示证据", QUIET), (&exhibit.label(), INK), (words::unseen(why), QUIET)];
        let step = LINE * 2;
        let top = area.y + (area.height - lines.len() * step) / 2;
        for (at, (text, colour)) in lines.into_iter().enumerate() {
            let mask = self.letters.line(text, LINE + 8, area.width - 80);
            let x = area.x + (area.width - mask.width) / 2;
            self.frame.ink((x, top + at * step), &mask, colour);
        }
    }

    /// Who stands beside what is large: who speaks, then in the order of the courtroom; in that
    /// order again, so that nobody jumps about.
    fn beside(&self, speaking: &[bool]) -> Vec<usize> {
        let mut seats: Vec<usize> = (0..self.names.len()).collect();
        seats.sort_by_key(|&seat| !speaking.get(seat).copied().unwrap_or(false));
        seats.truncate(self.arrangement.beside.len());
        seats.sort_unstable();
        seats
    }

    fn seat(&mut self, seat: usize, area: Area, moment: &Moment, shown: &Shown<'_>, small: bool) {
        let state = moment.states.get(seat).copied().unwrap_or(State::NotYet);
        let speaking = shown.speaking.get(seat).copied().unwrap_or(false);
        let picture = shown.pictures.get(seat).and_then(Option::as_ref);
        let state =
            if state == State::Picture && picture.is_none() { State::NoPicture } else { state };
        if state != State::Picture && !small && self.drawn.seats[seat] == Some((state, speaking)) {
            return;
        }
        self.drawn.seats[seat] = Some((state, speaking));
        let size = self.arrangement.seats[seat];
        if let (State::Picture, Some(picture)) = (state, picture) {
            self.frame.place(area, picture, (size.width, size.height));
        } else {
            self.frame.fill(area, SEAT);
            let (text, colour) = match state {
                State::Picture | State::NoPicture => ("未开启摄像头", QUIET),
                State::LinkLost => ("信号中断", ALARM),
                State::Missing => ("此处录制缺失", ALARM),
                State::NotYet => ("尚未入庭", QUIET),
                State::Gone => ("已退庭", QUIET),
            };
            let mask = self.letters.line(text, LINE, area.width);
            let at = (
                area.x + (area.width - mask.width) / 2,
                area.y + (area.height - PLATE_HEIGHT - mask.height) / 2,
            );
            self.frame.ink(at, &mask, colour);
        }
        let plate = Area {
            x: area.x,
            y: area.y + area.height - PLATE_HEIGHT,
            width: area.width,
            height: PLATE_HEIGHT,
        };
        self.frame.fill(plate, PLATE);
        let label = if small { &self.small_labels[seat] } else { &self.labels[seat] };
        self.frame.ink((plate.x + 8, plate.y + (PLATE_HEIGHT - label.height) / 2), label, INK);
        if speaking {
            self.frame.outline(area, 4, SPEAKING);
        }
    }

    fn clock_band(&mut self, clock: String) {
        if self.drawn.clock == clock {
            return;
        }
        let area = Area { x: WIDTH - 250, y: 0, width: 250, height: TOP };
        self.frame.fill(area, BAND);
        let mask = self.letters.line(&clock, LINE + 2, area.width);
        let at = (WIDTH - mask.width - 12, (TOP - mask.height) / 2);
        self.frame.ink(at, &mask, INK);
        self.drawn.clock = clock;
    }

    fn band(&mut self, text: String) {
        if self.drawn.band == text {
            return;
        }
        let y = HEIGHT - BOTTOM;
        self.frame.fill(Area { x: 0, y, width: WIDTH, height: BOTTOM }, BAND);
        let mask = self.letters.line(&text, LINE, WIDTH - 24);
        self.frame.ink((12, y + (BOTTOM - mask.height) / 2), &mask, INK);
        self.drawn.band = text;
    }

    /// A card with these lines.
    pub fn card(&mut self, lines: &[String]) -> &[u8] {
        self.clear();
        self.drawn.card = true;
        let step = LINE * 2;
        let top = (HEIGHT - (lines.len() * step).min(HEIGHT)) / 2;
        for (at, line) in lines.iter().enumerate() {
            let mask = self.letters.line(line, LINE + 8, WIDTH - 80);
            let x = (WIDTH - mask.width) / 2;
            self.frame.ink((x, top + at * step), &mask, if at == 0 { INK } else { QUIET });
        }
        self.frame.bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_beijing_time() {
        assert_eq!(clock(Timestamp(1_796_009_400_999)), "2026-11-30 11:30:00");
        assert_eq!(clock(Timestamp(-1)), "1970-01-01 07:59:59");
    }
}
