//! Draws the pictures of the film: seats with their names, the shared screen, the bands with case
//! and clock, the cards.
//!
//! What is not here: what is shown when (`plan`) and where (`arrange`).

use model::Timestamp;
use model::view::Heading;
use time::{OffsetDateTime, UtcOffset};

use crate::arrange::{Area, Arrangement, BOTTOM, TOP};
use crate::frame::{Colour, Frame};
use crate::letters::{Letters, Mask};
use crate::plan::{Moment, Plan, State};
use crate::{HEIGHT, WIDTH};

const GROUND: Colour = Colour::of(16, 20, 24);
const BAND: Colour = Colour::of(28, 36, 46);
const SEAT: Colour = Colour::of(36, 44, 54);
const PLATE: Colour = Colour::of(12, 16, 20);
const INK: Colour = Colour::of(240, 240, 236);
const QUIET: Colour = Colour::of(170, 180, 190);
const SPEAKING: Colour = Colour::of(64, 196, 120);
const ALARM: Colour = Colour::of(240, 96, 72);
const EMBLEM: &[u8] = include_bytes!("emblem.rgba");
const EMBLEM_SIDE: usize = 40;
const PLATE_HEIGHT: usize = 28;
const LINE: usize = 22;
/// China's one time zone.
const BEIJING_HOURS: i8 = 8;

/// What decoders have for one picture.
#[derive(Debug)]
pub struct Shown<'a> {
    /// Each seat's picture at the size of its seat, where there is one.
    pub pictures: &'a [Option<Vec<u8>>],
    /// The shared screen at the size of its area.
    pub screen: Option<&'a [u8]>,
    /// Who speaks.
    pub speaking: &'a [bool],
}

/// What stands in the picture, so that only what changed is drawn again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Drawn {
    screen: bool,
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
        let screen = moment.screen.is_some() && shown.screen.is_some();
        if self.drawn.clock.is_empty() || self.drawn.card || self.drawn.screen != screen {
            self.clear();
            self.drawn.screen = screen;
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
        if screen {
            if let Some(bytes) = shown.screen {
                let area = self.arrangement.screen;
                self.frame.place(area, bytes, (area.width, area.height));
            }
            for (place, seat) in self.beside(shown.speaking).into_iter().enumerate() {
                self.seat(seat, self.arrangement.beside[place], moment, shown, true);
            }
        } else {
            for seat in 0..self.arrangement.seats.len() {
                self.seat(seat, self.arrangement.seats[seat], moment, shown, false);
            }
        }
        self.frame.bytes()
    }

    /// Who stands beside a shared screen: who speaks, then in the order of the courtroom; in that
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
