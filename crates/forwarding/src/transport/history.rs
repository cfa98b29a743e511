//! What was sent on a leg under which transport-wide number.
//!
//! What is not here: the packets themselves.

use model::Instant;

use super::unwrap_near;

/// Packets remembered: 800 ms at 30 Mbit/s.
const KEPT: usize = 2_048;

/// One packet that was sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// When it left.
    pub at: Instant,
    /// How large it was, bytes.
    pub bytes: u16,
    /// Which probe it belongs to; 0 for none.
    pub probe: u8,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fate {
    #[default]
    Unknown,
    Lost,
    Arrived,
}

/// News of one packet that was really sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// It arrived; said for the first time. `was_lost`: it was called lost before.
    Arrived {
        /// Whether it was called lost before.
        was_lost: bool,
    },
    /// It did not arrive; said for the first time.
    Lost,
}

/// A ring of sent packets.
#[derive(Clone, Debug, Default)]
pub struct SentHistory {
    ring: Vec<Sent>,
    next: u64,
}

impl SentHistory {
    /// Remembers a packet that leaves now and gives it its number.
    pub fn send(&mut self, at: Instant, bytes: usize, probe: u8) -> u16 {
        if self.ring.is_empty() {
            self.ring.resize(KEPT, Sent::default());
            self.next = 1 << 16;
        }
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        self.ring[place(self.next)] = Sent { at, bytes, probe, fate: Fate::Unknown };
        self.next += 1;
        ((self.next - 1) & 0xffff) as u16
    }

    /// What is told of a number: none when no such packet was sent lately, or nothing is new.
    pub fn hear(&mut self, sequence: u16, arrived: bool) -> Option<(u64, Sent, News)> {
        let newest = self.next.checked_sub(1)?;
        let extended = unwrap_near(newest, sequence);
        if extended > newest || newest - extended >= self.ring.len() as u64 || extended < 1 << 16 {
            return None;
        }
        let sent = &mut self.ring[place(extended)];
        let news = match (sent.fate, arrived) {
            (Fate::Unknown, false) => News::Lost,
            (Fate::Unknown | Fate::Lost, true) => {
                News::Arrived { was_lost: sent.fate == Fate::Lost }
            }
            (Fate::Lost, false) | (Fate::Arrived, _) => return None,
        };
        sent.fate = if arrived { Fate::Arrived } else { Fate::Lost };
        Some((extended, *sent, news))
    }

    /// The extended number the next packet gets.
    pub const fn next(&self) -> u64 {
        self.next
    }
}

#[expect(clippy::cast_possible_truncation, reason = "masked to the size of the ring")]
const fn place(sequence: u64) -> usize {
    (sequence & (KEPT as u64 - 1)) as usize
}

const _: () = assert!(KEPT.is_power_of_two());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_packet_is_heard_of_once() {
        let mut history = SentHistory::default();
        assert_eq!(history.hear(0, true), None, "nothing was sent");
        let first = history.send(Instant(5), 1_000, 0);
        assert_eq!(history.hear(first.wrapping_sub(1), true), None, "never sent");
        assert_eq!(history.hear(first.wrapping_add(1), true), None, "not sent yet");
        assert_eq!(history.hear(first, false).unwrap().2, News::Lost);
        assert_eq!(history.hear(first, false), None);
        let (_, sent, news) = history.hear(first, true).unwrap();
        assert_eq!((sent.at, sent.bytes), (Instant(5), 1_000));
        assert_eq!(news, News::Arrived { was_lost: true });
        assert_eq!(history.hear(first, true), None, "told twice counts once");
        assert_eq!(history.hear(first, false), None);
    }

    #[test]
    fn what_is_too_old_is_forgotten() {
        let mut history = SentHistory::default();
        let first = history.send(Instant(0), 1, 0);
        for at in 1..KEPT as u64 {
            history.send(Instant(at), 1, 0);
        }
        assert!(history.clone().hear(first, true).is_some());
        history.send(Instant(9_999), 1, 0);
        assert_eq!(history.hear(first, true), None);
        assert!(history.hear(first.wrapping_add(1), true).is_some());
    }
}
