//! What is known of the server's clock: by it the record says when something happened
//! (法释〔2017〕5号 art. 4).

use serde::{Deserialize, Serialize};

/// One look at the clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ClockReading {
    /// The time servers that answered, or were asked; empty when none is configured, and the
    /// machine's own clock is taken unchecked.
    pub source: String,
    /// How far this server's clock is ahead of them, milliseconds; none when they did not answer.
    pub offset_ms: Option<i32>,
    /// No further off than this may a recorded sitting be opened, milliseconds.
    pub limit_ms: u32,
}

impl ClockReading {
    /// Whether the clock is known to be wrong.
    pub fn is_off(&self) -> bool {
        self.offset_ms.is_some_and(|offset| offset.unsigned_abs() > self.limit_ms)
    }

    /// Whether another look tells something that the record should say too: `step_ms` is how far
    /// two offsets may lie apart and still be one.
    pub fn differs(&self, before: &Self, step_ms: u32) -> bool {
        let moved = match (self.offset_ms, before.offset_ms) {
            (Some(now), Some(then)) => now.abs_diff(then) > step_ms,
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        };
        moved || self.is_off() != before.is_off()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(offset_ms: Option<i32>) -> ClockReading {
        ClockReading { source: "ntp.example".to_owned(), offset_ms, limit_ms: 500 }
    }

    #[test]
    fn either_direction_is_off_and_not_knowing_is_not() {
        assert!(reading(Some(501)).is_off());
        assert!(reading(Some(-501)).is_off());
        assert!(!reading(Some(500)).is_off());
        assert!(!reading(None).is_off());
        assert!(reading(Some(i32::MIN)).is_off());
    }

    #[test]
    fn a_small_change_is_none_unless_it_crosses_the_limit() {
        assert!(!reading(Some(40)).differs(&reading(Some(-40)), 100));
        assert!(reading(Some(140)).differs(&reading(Some(-40)), 100));
        assert!(reading(Some(501)).differs(&reading(Some(499)), 100));
        assert!(reading(None).differs(&reading(Some(0)), 100));
        assert!(reading(Some(i32::MAX)).differs(&reading(Some(i32::MIN)), 100));
    }
}
