//! Keeps the latest packets of one track, to send them again to whoever missed them.
//!
//! What is not here: who asked and how often (`send_line.rs`). Size is fixed when the track starts.

use model::{Codec, Instant, limits};

/// What is known of a packet besides its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Extended sequence number of its source.
    pub(crate) sequence: u64,
    /// Extended RTP timestamp of its source.
    pub(crate) rtp_time: u64,
    /// When it arrived.
    pub(crate) arrived: Instant,
    /// The marker bit.
    pub(crate) marker: bool,
    /// What it carries.
    pub(crate) codec: Codec,
    /// The audio level byte (RFC 6464): voice bit and -dBov.
    pub(crate) level: Option<u8>,
    /// When it was captured, on the server's clock (NTP, 32.32 fixed point).
    pub(crate) capture: Option<u64>,
}

/// The bytes of a packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Body<'a> {
    /// The descriptor of its frame's dependencies, a header extension (`dependency.rs`); mostly empty.
    pub(crate) described: &'a [u8],
    pub(crate) payload: &'a [u8],
}

impl<'a> Body<'a> {
    /// A payload without a descriptor.
    pub(crate) const fn plain(payload: &'a [u8]) -> Self {
        Self { described: &[], payload }
    }

    const fn len(&self) -> usize {
        self.described.len() + self.payload.len()
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    facts: Facts,
    at: u64,
    len: usize,
    /// How much of that is the descriptor.
    described: usize,
}

/// A ring of packet facts by sequence number and a ring of their bytes.
///
/// Bytes are written at an ever rising position; an entry is good as long as the writer has not
/// come round to it, so nothing ever needs to be evicted.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    entries: Vec<Option<Entry>>,
    bytes: Vec<u8>,
    written: u64,
}

/// Two seconds at 1.5 Mbit/s.
const PICTURE_BYTES: usize = 384 * 1024;
/// Two seconds at 128 kbit/s.
const SOUND_BYTES: usize = 32 * 1024;

impl Cache {
    /// Empties the cache and makes it the right size for a source. Allocates only the first time.
    pub(crate) fn reset(&mut self, sound: bool) {
        let (packets, bytes) = if sound {
            (limits::CACHE_PACKETS / 4, SOUND_BYTES)
        } else {
            (limits::CACHE_PACKETS, PICTURE_BYTES)
        };
        self.entries.clear();
        self.entries.resize(packets, None);
        self.bytes.resize(bytes, 0);
    }

    /// Empties the cache and gives its memory back.
    pub(crate) fn release(&mut self) {
        *self = Self::default();
    }

    /// Whether there is no memory to keep anything in.
    pub(crate) const fn is_released(&self) -> bool {
        self.entries.is_empty()
    }

    /// Keeps a packet; older ones give way.
    pub(crate) fn put(&mut self, facts: Facts, body: Body<'_>) {
        let len = body.len();
        if self.entries.is_empty() || len > self.bytes.len() {
            return;
        }
        let left = self.bytes.len() - self.offset(self.written);
        if len > left {
            self.written += u64_of(left);
        }
        let offset = self.offset(self.written);
        let described = body.described.len();
        let (before, behind) = self.bytes[offset..offset + len].split_at_mut(described);
        before.copy_from_slice(body.described);
        behind.copy_from_slice(body.payload);
        let place = self.place(facts.sequence);
        self.entries[place] = Some(Entry { facts, at: self.written, len, described });
        self.written += u64_of(len);
    }

    /// The packet with this extended sequence number, if it is still here.
    pub(crate) fn find(&self, sequence: u64) -> Option<(Facts, Body<'_>)> {
        let entry = self.entries.get(self.place(sequence)).copied().flatten()?;
        let fresh = self.written - entry.at <= u64_of(self.bytes.len());
        if entry.facts.sequence != sequence || !fresh {
            return None;
        }
        let offset = self.offset(entry.at);
        let bytes = &self.bytes[offset..offset + entry.len];
        let (described, payload) = bytes.split_at_checked(entry.described)?;
        Some((entry.facts, Body { described, payload }))
    }

    fn place(&self, sequence: u64) -> usize {
        remainder(sequence, self.entries.len())
    }

    fn offset(&self, position: u64) -> usize {
        remainder(position, self.bytes.len())
    }
}

const fn u64_of(len: usize) -> u64 {
    len as u64
}

#[expect(clippy::cast_possible_truncation, reason = "a remainder is smaller than its divisor")]
const fn remainder(value: u64, divisor: usize) -> usize {
    if divisor == 0 { 0 } else { (value % divisor as u64) as usize }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(sequence: u64) -> Facts {
        Facts {
            sequence,
            rtp_time: sequence * 960,
            arrived: Instant(sequence),
            marker: false,
            codec: Codec::Vp8,
            level: None,
            capture: None,
        }
    }

    fn payload(sequence: u64, len: usize) -> Vec<u8> {
        (0..len).map(|i| sequence.to_le_bytes()[i % 8]).collect()
    }

    #[test]
    fn nothing_is_kept_before_a_source_starts() {
        let mut cache = Cache::default();
        let body = Body { described: b"d", payload: b"x" };
        cache.put(facts(1), body);
        assert!(cache.find(1).is_none());
        cache.reset(true);
        cache.put(facts(1), body);
        assert_eq!(cache.find(1), Some((facts(1), body)));
        cache.release();
        assert!(cache.find(1).is_none());
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_was_put(sound: bool, lens in proptest::collection::vec(0_usize..1_460, 1..1_500)) {
            let mut cache = Cache::default();
            cache.reset(sound);
            for (sequence, len) in (70_000..).zip(&lens) {
                let bytes = payload(sequence, *len);
                let (described, rest) = bytes.split_at(len / 3);
                cache.put(facts(sequence), Body { described, payload: rest });
                let (found, body) = cache.find(sequence).unwrap();
                prop_assert_eq!(found, facts(sequence));
                prop_assert_eq!(body, Body { described, payload: rest });
            }
            let mut bytes_since = 0;
            for (place, len) in lens.iter().enumerate().rev() {
                let sequence = 70_000 + u64_of(place);
                bytes_since += len;
                match cache.find(sequence) {
                    Some((found, Body { described, payload: rest })) => {
                        prop_assert_eq!(found, facts(sequence));
                        prop_assert_eq!([described, rest].concat(), payload(sequence, *len));
                    }
                    None => {
                        let packets_since = 70_000 + u64_of(lens.len()) - sequence;
                        prop_assert!(packets_since > u64_of(cache.entries.len())
                            || bytes_since > cache.bytes.len() - 2 * 1_460);
                    }
                }
            }
        }
    }
}
