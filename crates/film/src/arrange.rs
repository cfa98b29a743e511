//! Where seats and the shared screen stand in the picture: a fixed courtroom, so that nobody
//! changes place when somebody else comes or goes.
//!
//! What is not here: what is drawn there.

use model::Role;
use model::brief::Side;

use crate::{HEIGHT, WIDTH};

/// Rows of the band on top and the band below, pixels.
pub(crate) const TOP: usize = 44;
/// See [`TOP`].
pub(crate) const BOTTOM: usize = 36;
const GAP: usize = 6;
/// Seats beside a shared screen at most.
const BESIDE_MAX: usize = 4;

/// A rectangle in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Left edge.
    pub x: usize,
    /// Upper edge.
    pub y: usize,
    /// Width.
    pub width: usize,
    /// Height.
    pub height: usize,
}

/// The places of one film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// One area for each seat, in the order given.
    pub seats: Vec<Area>,
    /// The shared screen while there is one.
    pub screen: Area,
    /// Evidence while some is shown: as high as the courtroom, for pages are.
    pub exhibit: Area,
    /// Areas beside the shared screen.
    pub beside: Vec<Area>,
}

/// In which part of the courtroom somebody sits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bench {
    Court,
    Left,
    Right,
    Others,
}

const fn bench(role: Role, side: Option<Side>) -> Bench {
    match side {
        _ if role.is_court() => Bench::Court,
        Some(Side::Plaintiff) => Bench::Left,
        Some(Side::Defendant) => Bench::Right,
        Some(Side::ThirdParty) | None => Bench::Others,
    }
}

impl Arrangement {
    /// The courtroom for these people: the court in the first row, plaintiffs left and defendants
    /// right below, everybody else in the last rows. All seats are of one size, 16 to 9.
    pub fn of(people: &[(Role, Option<Side>)]) -> Self {
        let benches: Vec<Bench> = people.iter().map(|&(role, side)| bench(role, side)).collect();
        let floor = Area { x: 0, y: TOP, width: WIDTH, height: HEIGHT - TOP - BOTTOM };
        let (columns, rows) = best(&benches, floor);
        let (width, height) = tile(columns, rows.len(), floor);
        let mut seats = vec![Area { x: 0, y: 0, width: 0, height: 0 }; people.len()];
        let high = rows.len() * (height + GAP) - GAP;
        for (row, (left, right)) in rows.iter().enumerate() {
            let y = floor.y + (floor.height - high) / 2 + row * (height + GAP);
            let taken = left.len() + right.len();
            let two = !right.is_empty() || left.iter().any(|&at| benches[at] == Bench::Left);
            // Sides stand at the outer ends of their row, a row of one kind in its middle.
            let start = if two { 0 } else { columns - taken.min(columns) };
            for (place, &at) in left.iter().enumerate() {
                seats[at].x = start * (width + GAP) / 2 + place * (width + GAP);
                seats[at].y = y;
            }
            for (place, &at) in right.iter().enumerate() {
                let column = columns - right.len() + place;
                seats[at].x = column * (width + GAP);
                seats[at].y = y;
            }
        }
        let wide = columns * (width + GAP) - GAP;
        let margin = (floor.width - wide.min(floor.width)) / 2;
        for seat in &mut seats {
            *seat = Area { x: (seat.x + margin) & !1, y: seat.y & !1, width, height };
        }
        let screen = screen(floor);
        let exhibit = Area { y: floor.y, height: floor.height & !1, ..screen };
        Self { seats, screen, exhibit, beside: beside(floor) }
    }
}

/// Seat numbers of one row: from the left, and from the right.
type Row = (Vec<usize>, Vec<usize>);

/// Rows when no row is longer than `columns`.
fn rows(benches: &[Bench], columns: usize) -> Vec<Row> {
    let of = |wanted: Bench| -> Vec<usize> {
        (0..benches.len()).filter(|&at| benches[at] == wanted).collect()
    };
    let middle = |seats: Vec<usize>| -> Vec<Row> {
        seats.chunks(columns).map(|row| (row.to_vec(), Vec::new())).collect()
    };
    let mut all = middle(of(Bench::Court));
    let (left, right) = (of(Bench::Left), of(Bench::Right));
    if left.is_empty() || right.is_empty() || columns == 1 {
        all.extend(middle(left));
        all.extend(middle(right));
    } else {
        let half = columns / 2;
        let (mut left, mut right) = (left.chunks(half), right.chunks(half));
        loop {
            let row = (left.next().unwrap_or_default(), right.next().unwrap_or_default());
            if row.0.is_empty() && row.1.is_empty() {
                break;
            }
            all.push((row.0.to_vec(), row.1.to_vec()));
        }
    }
    all.extend(middle(of(Bench::Others)));
    all
}

/// The largest seat that `columns` and `rows` leave.
fn tile(columns: usize, rows: usize, floor: Area) -> (usize, usize) {
    let (columns, rows) = (columns.max(1), rows.max(1));
    let width = (floor.width + GAP) / columns - GAP;
    let height = (floor.height + GAP) / rows - GAP;
    let width = width.min(height * 16 / 9) & !3;
    (width, (width * 9 / 16) & !1)
}

/// The number of columns that makes seats largest, and its rows.
fn best(benches: &[Bench], floor: Area) -> (usize, Vec<Row>) {
    let most = benches.len().max(1);
    (1..=most)
        .map(|columns| (columns, rows(benches, columns)))
        .max_by_key(|(columns, rows)| (tile(*columns, rows.len(), floor), most - columns))
        .unwrap_or((1, Vec::new()))
}

const fn screen(floor: Area) -> Area {
    // Beside it one column of seats.
    let width = (floor.width * 3 / 4) & !3;
    let height = (width * 9 / 16) & !1;
    Area { x: 0, y: (floor.y + (floor.height - height) / 2) & !1, width, height }
}

fn beside(floor: Area) -> Vec<Area> {
    let x = screen(floor).width + GAP;
    let width = (floor.width - x) & !3;
    let height = (width * 9 / 16).min((floor.height + GAP) / BESIDE_MAX - GAP) & !1;
    let high = BESIDE_MAX * (height + GAP) - GAP;
    let y = floor.y + (floor.height - high) / 2;
    (0..BESIDE_MAX).map(|at| Area { x, y: (y + at * (height + GAP)) & !1, width, height }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inside(area: Area) -> bool {
        area.x + area.width <= WIDTH && area.y >= TOP && area.y + area.height <= HEIGHT - BOTTOM
    }

    fn apart(one: Area, other: Area) -> bool {
        one.x + one.width <= other.x
            || other.x + other.width <= one.x
            || one.y + one.height <= other.y
            || other.y + other.height <= one.y
    }

    proptest! {
        #[test]
        fn nobody_covers_anybody(roles in prop::collection::vec(0..Role::ALL.len(), 1..20)) {
            let people: Vec<_> = roles.iter().map(|&at| (Role::ALL[at], Role::ALL[at].side())).collect();
            let places = Arrangement::of(&people);
            prop_assert_eq!(places.seats.len(), people.len());
            for (at, &seat) in places.seats.iter().enumerate() {
                prop_assert!(seat.width >= 64 && seat.height >= 36, "{:?}", seat);
                prop_assert!(inside(seat), "{:?}", seat);
                for &other in &places.seats[at + 1..] {
                    prop_assert!(apart(seat, other), "{:?} {:?}", seat, other);
                }
            }
        }
    }

    #[test]
    fn the_screen_and_who_stands_beside_it_are_inside_and_apart() {
        let places = Arrangement::of(&[(Role::PresidingJudge, None)]);
        for large in [places.screen, places.exhibit] {
            let mut all = places.beside.clone();
            all.push(large);
            for (at, &one) in all.iter().enumerate() {
                assert!(inside(one), "{one:?}");
                assert!(all[at + 1..].iter().all(|&other| apart(one, other)), "{one:?}");
            }
        }
    }

    #[test]
    fn the_sides_face_each_other_below_the_court() {
        let people = [
            (Role::PresidingJudge, None),
            (Role::Clerk, None),
            (Role::Plaintiff, Some(Side::Plaintiff)),
            (Role::Defendant, Some(Side::Defendant)),
        ];
        let seats = Arrangement::of(&people).seats;
        assert!(seats[0].y < seats[2].y && seats[0].y == seats[1].y);
        assert!(seats[2].y == seats[3].y && seats[2].x < seats[3].x);
    }
}
