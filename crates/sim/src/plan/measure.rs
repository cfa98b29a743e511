//! What is measured in a plan, and the bounds it is held to.
//! What is not here: how it is measured.

use core::fmt;

/// One thing that is measured; all are bounded from above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Measure {
    /// The longest time without sound of somebody who sent it, ms.
    Gap,
    /// Sound packets that never arrived, per mille.
    Lost,
    /// From being due to the first sound, ms.
    FirstSound,
    /// From being due to the first picture, ms.
    FirstPicture,
    /// The longest time between two pictures, ms.
    Freeze,
    /// How often a picture froze (three times, or 150 ms more than, its usual interval).
    Freezes,
    /// From the moment a path works again to the first sound sent after it, ms.
    Back,
    /// Sound against picture by the sender reports, ms.
    Lip,
    /// Most keyframe requests to one source in one second.
    Asked,
    /// Most packets one call of the router sent to one person.
    Burst,
    /// Packets to somebody whom the grants do not allow.
    Stranger,
    /// Numbers of one source that covered two different packets.
    Twin,
    /// Packets taken in on the record and not on the tape, or twice.
    Tape,
    /// Sound packets on the tape and not on disk, and findings of the verification.
    Disk,
}

impl Measure {
    /// Every one, in the order of the table.
    pub(crate) const ALL: [Self; 14] = [
        Self::Gap,
        Self::Lost,
        Self::FirstSound,
        Self::FirstPicture,
        Self::Freeze,
        Self::Freezes,
        Self::Back,
        Self::Lip,
        Self::Asked,
        Self::Burst,
        Self::Stranger,
        Self::Twin,
        Self::Tape,
        Self::Disk,
    ];

    /// How it is called in the table, with its unit.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Gap => "gap ms",
            Self::Lost => "lost ‰",
            Self::FirstSound => "sound ms",
            Self::FirstPicture => "pict ms",
            Self::Freeze => "freeze ms",
            Self::Freezes => "freezes",
            Self::Back => "back ms",
            Self::Lip => "lip ms",
            Self::Asked => "asked/s",
            Self::Burst => "burst",
            Self::Stranger => "stranger",
            Self::Twin => "twin",
            Self::Tape => "tape",
            Self::Disk => "disk",
        }
    }
}

/// A number for each measure: the worst that was seen, or the worst that may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Figures([i64; Measure::ALL.len()]);

impl Figures {
    /// Nothing seen.
    pub(crate) const NONE: Self = Self([0; Measure::ALL.len()]);

    /// What is asked of a good path. Lost: what was on its way when the hearing closed. Burst:
    /// what the router repeats to one person in 100 ms.
    pub(crate) const CALM: Self = Self([120, 5, 500, 1_000, 250, 0, 500, 45, 2, 100, 0, 0, 0, 0]);

    /// No bound, where harm is expected; what must always hold still holds.
    pub(crate) const FREE: Self = Self::CALM
        .most(Measure::Gap, i64::MAX)
        .most(Measure::Lost, 1_000)
        .most(Measure::FirstSound, i64::MAX)
        .most(Measure::FirstPicture, i64::MAX)
        .most(Measure::Freeze, i64::MAX)
        .most(Measure::Freezes, i64::MAX)
        .most(Measure::Back, i64::MAX)
        .most(Measure::Lip, i64::MAX);

    /// With another number for one measure.
    pub(crate) const fn most(mut self, measure: Measure, most: i64) -> Self {
        self.0[measure as usize] = most;
        self
    }

    /// The number of one measure.
    pub(crate) const fn of(&self, measure: Measure) -> i64 {
        self.0[measure as usize]
    }

    /// Takes note of something seen.
    pub(crate) fn see(&mut self, measure: Measure, seen: i64) {
        let worst = &mut self.0[measure as usize];
        *worst = seen.max(*worst);
    }

    /// Takes the worse of both for each.
    pub(crate) fn merge(&mut self, other: &Self) {
        for measure in Measure::ALL {
            self.see(measure, other.of(measure));
        }
    }

    /// The measures that are over their bounds, with what was seen and what may be.
    pub(crate) fn over(&self, bounds: &Self) -> Vec<(Measure, i64, i64)> {
        Measure::ALL
            .into_iter()
            .map(|measure| (measure, self.of(measure), bounds.of(measure)))
            .filter(|(_, seen, most)| seen > most)
            .collect()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for measure in Measure::ALL {
            write!(f, "{:>1$}", self.of(measure), width(measure))?;
        }
        Ok(())
    }
}

/// Characters of a column of the table.
fn width(measure: Measure) -> usize {
    measure.name().chars().count() + 2
}

/// The names of the columns.
pub(crate) fn heading() -> String {
    Measure::ALL.iter().map(|measure| format!("{:>1$}", measure.name(), width(*measure))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts_and_what_is_over_is_named() {
        for (place, measure) in Measure::ALL.into_iter().enumerate() {
            assert_eq!(measure as usize, place);
        }
        let mut seen = Figures::NONE;
        seen.see(Measure::Gap, 121);
        seen.see(Measure::Gap, 60);
        seen.see(Measure::Freeze, 250);
        assert_eq!(seen.over(&Figures::CALM), [(Measure::Gap, 121, 120)]);
        assert!(seen.over(&Figures::FREE).is_empty());
    }
}
