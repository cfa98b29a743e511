//! A signature drawn by hand, as lines of points on the pad it was drawn on.
//!
//! What is not here: whose it is and what it covers.

use serde::{Deserialize, Serialize};

/// Points of one signature.
const POINTS_MAX: usize = 8_000;
/// Units across and down a pad may have.
const SIDE_MAX: u16 = 4_096;

/// Lines drawn on a pad; every point lies on the pad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strokes {
    width: u16,
    height: u16,
    lines: Vec<Vec<(u16, u16)>>,
}

impl Strokes {
    /// Reads the path a pad writes: `M x y`, `L x y`, whole numbers, nothing else. None where it is
    /// not such a path, is empty or longer than a signature may be.
    pub fn read(path: &str, (width, height): (u16, u16)) -> Option<Self> {
        if width == 0 || height == 0 || width > SIDE_MAX || height > SIDE_MAX {
            return None;
        }
        let mut lines: Vec<Vec<(u16, u16)>> = Vec::new();
        let mut points = 0;
        let mut rest = path.trim();
        while let Some(kind) = rest.chars().next() {
            let after = rest.get(1..).filter(|_| matches!(kind, 'M' | 'L'))?;
            let end = after.find(['M', 'L']).unwrap_or(after.len());
            let (numbers, next) = after.split_at(end);
            let mut numbers = numbers.split_whitespace().map(|number| number.parse::<u16>().ok());
            let (x, y) = (numbers.next()??, numbers.next()??);
            if numbers.next().is_some() || x > width || y > height || points == POINTS_MAX {
                return None;
            }
            points += 1;
            match (kind, lines.last_mut()) {
                ('L', Some(line)) => line.push((x, y)),
                ('L', None) => return None,
                (_, _) => lines.push(vec![(x, y)]),
            }
            rest = next;
        }
        (points > 0).then_some(Self { width, height, lines })
    }

    /// Units across and down.
    pub const fn size(&self) -> (u16, u16) {
        (self.width, self.height)
    }

    /// The lines, in the order in which they were drawn.
    pub fn lines(&self) -> &[Vec<(u16, u16)>] {
        &self.lines
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_of_the_pad_is_read_and_nothing_else() {
        let read = |path: &str| Strokes::read(path, (600, 200));
        let strokes = read("M10 20L30 40L31 41M5 5").unwrap();
        assert_eq!(strokes.lines(), [vec![(10, 20), (30, 40), (31, 41)], vec![(5, 5)]]);
        assert_eq!(strokes.size(), (600, 200));
        for wrong in
            ["", "L1 2", "M1", "M1 2 3", "M601 2", "M1 201", "M-1 2", "C1 2", "李四", "M1 2Z"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(Strokes::read("M0 0", (0, 200)), None);
        assert_eq!(read(&"M1 1".repeat(POINTS_MAX + 1)), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fall(path in "[MLCZ 0-9.,eE+-]{0,40}|.{0,20}") {
            if let Some(strokes) = Strokes::read(&path, (600, 200)) {
                prop_assert!(strokes.lines().iter().flatten().all(|(x, y)| *x <= 600 && *y <= 200));
            }
        }
    }
}
