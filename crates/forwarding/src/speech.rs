//! How long somebody spoke, from the audio levels of packets (RFC 6464) and their timestamps.
//!
//! What is not here: who is speaking now (`speaker.rs`), and sound itself.

/// Speech begins with a packet at least this loud, in -dBov.
const BEGIN: u8 = 45;
/// Speech goes on while packets are at least this loud, in -dBov.
const GO_ON: u8 = 55;
/// The longest packet of Opus (RFC 6716 §2.1.4), ticks of 48 kHz (120 ms).
const PACKET_MAX: u64 = 5_760;
/// What a packet is taken to last until two in a row were seen, ticks of 48 kHz (20 ms).
const PACKET_USUAL: u64 = 960;
/// More lost packets than this in a row are not counted.
const LOST_MAX: u64 = 50;
const TICKS_PER_MS: u64 = 48;

/// The time one microphone spoke, since the router was made.
///
/// The flag for voice that RFC 6464 has beside the level is not looked at: browsers set it on every
/// packet they send, other senders on none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Speech {
    ticks: u64,
    latest: Option<Latest>,
}

/// The latest packet of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Latest {
    sequence: u64,
    rtp_time: u64,
    loud: bool,
    /// How long the source's packets are, ticks.
    lasts: u64,
}

impl Speech {
    /// Takes the level byte of a packet, the latest so far, with its extended numbers.
    pub(crate) fn hear(&mut self, level: u8, sequence: u64, rtp_time: u64) {
        let level = level & 0x7f;
        let mut lasts = PACKET_USUAL;
        let mut loud = level <= BEGIN;
        if let Some(before) = self.latest {
            loud = level <= if before.loud { GO_ON } else { BEGIN };
            let packets = sequence.saturating_sub(before.sequence);
            let between = rtp_time.saturating_sub(before.rtp_time);
            // A longer step is a pause in sending.
            let whole = packets == 1 && (1..=PACKET_MAX).contains(&between);
            lasts = if whole { between } else { before.lasts };
            // What is lost was as its neighbours are: half of it, where they differ.
            let lost = packets.saturating_sub(1).min(LOST_MAX) * lasts;
            self.ticks += lost * (u64::from(before.loud) + u64::from(loud)) / 2;
        }
        if loud {
            self.ticks += lasts;
        }
        self.latest = Some(Latest { sequence, rtp_time, loud, lasts });
    }

    /// Another source takes over: its numbers have nothing to do with those before.
    pub(crate) const fn begin(&mut self) {
        self.latest = None;
    }

    /// The time spoken so far, ms.
    pub(crate) const fn millis(&self) -> u64 {
        self.ticks / TICKS_PER_MS
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOUD: u8 = 0x80 | 25;
    const QUIET: u8 = 0x80 | 70;

    #[test]
    fn packets_count_for_as_long_as_they_are() {
        for lasts in [120, 960, 2_880, 5_760] {
            let mut speech = Speech::default();
            for step in 0..400 {
                let level = if step % 100 < 40 { LOUD } else { QUIET };
                speech.hear(level, 70_000 + step, (1 << 40) + step * lasts);
            }
            let truth = 160 * lasts / TICKS_PER_MS;
            assert!(speech.millis().abs_diff(truth) * 50 <= truth + 1_000, "{lasts}: {speech:?}");
        }
    }

    #[test]
    fn pauses_in_sending_are_no_speech() {
        let mut speech = Speech::default();
        let mut rtp_time = 0;
        for sequence in 0..100 {
            speech.hear(LOUD, sequence, rtp_time);
            rtp_time += if sequence % 10 == 9 { 48_000 } else { 960 };
        }
        assert_eq!(speech.millis(), 2_000);
    }

    #[test]
    fn noise_between_the_bounds_goes_on_and_never_begins() {
        let mut speech = Speech::default();
        for sequence in 0..50 {
            speech.hear(50, sequence, sequence * 960);
        }
        assert_eq!(speech.millis(), 0);
        for (sequence, level) in [(50, 45), (51, 55), (52, 56), (53, 55)] {
            speech.hear(level, sequence, sequence * 960);
        }
        assert_eq!(speech.millis(), 40);
        speech.begin();
        speech.hear(LOUD, 7, 9);
        assert_eq!(speech.millis(), 60, "another source counts on");
    }

    proptest! {
        /// Words of 0.3 to 3 s over lines that lose up to a tenth: within two in a hundred.
        #[test]
        fn lost_packets_change_little(
            words in proptest::collection::vec((15_u64..150, 15_u64..150), 40..60),
            lost in proptest::collection::vec(0_u8..100, 12_000),
            percent in 0_u8..10,
        ) {
            let (mut speech, mut sequence, mut truth) = (Speech::default(), 0_u64, 0_u64);
            for (spoken, silent) in words {
                for step in 0..spoken + silent {
                    let loud = step < spoken;
                    truth += u64::from(loud) * 20;
                    let dice = lost[usize::try_from(sequence).unwrap() % lost.len()];
                    if dice >= percent {
                        speech.hear(if loud { LOUD } else { QUIET }, sequence, sequence * 960);
                    }
                    sequence += 1;
                }
            }
            prop_assert!(speech.millis().abs_diff(truth) * 50 <= truth, "{speech:?} {truth}");
        }
    }
}
