//! Redundant sound (RFC 2198): takes payloads apart and makes them.
//!
//! What is not here: when a subscriber gets redundancy (`send_line.rs`).

/// Packets a payload repeats, at most; older ones are passed over.
pub(crate) const REPEATED_MAX: usize = 2;
/// Blocks of one payload that are looked at.
const BLOCKS_MAX: usize = 8;
/// A repeated packet's timestamp can lie so far back, in ticks, and its length be so great.
const TICKS_MAX: u64 = (1 << 14) - 1;
const BYTES_MAX: usize = (1 << 10) - 1;

/// A packet that is repeated beside a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Repeated<'a> {
    /// How far its timestamp lies behind.
    pub(crate) ticks: u16,
    pub(crate) payload: &'a [u8],
}

impl<'a> Repeated<'a> {
    /// A packet `ticks` back; none when that cannot be said or is not worth it.
    pub(crate) fn new(ticks: u64, payload: &'a [u8]) -> Option<Self> {
        let fits = (1..=TICKS_MAX).contains(&ticks) && (1..=BYTES_MAX).contains(&payload.len());
        fits.then_some(())?;
        Some(Self { ticks: u16::try_from(ticks).ok()?, payload })
    }
}

/// What a payload holds: the packet itself, and those just before it, the latest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Redundant<'a> {
    pub(crate) primary: &'a [u8],
    pub(crate) repeated: [Option<Repeated<'a>>; REPEATED_MAX],
}

/// Takes a payload apart; none when it runs past its end.
pub(crate) fn read(payload: &[u8]) -> Option<Redundant<'_>> {
    let mut heads = [(0_u16, 0_usize); BLOCKS_MAX];
    let mut count = 0;
    let mut rest = payload;
    while rest.first()? & 0x80 != 0 {
        let (head, after) = rest.split_first_chunk::<4>()?;
        let word = u32::from_be_bytes(*head);
        let ticks = u16::try_from(word >> 10 & 0x3fff).ok()?;
        *heads.get_mut(count)? = (ticks, usize::try_from(word & 0x3ff).ok()?);
        count += 1;
        rest = after;
    }
    rest = rest.get(1..)?;
    let mut repeated = [None; REPEATED_MAX];
    for (place, (ticks, len)) in heads[..count].iter().enumerate() {
        let (block, after) = rest.split_at_checked(*len)?;
        rest = after;
        // Blocks stand in order of time, each repeats the packet just before the next.
        if let Some(kept) = repeated.get_mut(count - 1 - place) {
            *kept = Repeated::new(u64::from(*ticks), block);
        }
    }
    Some(Redundant { primary: rest, repeated })
}

/// Writes what stands before the packet itself, whose payload type is `inner`.
pub(crate) fn write(
    repeated: &[Option<Repeated<'_>>; REPEATED_MAX],
    inner: u8,
    bytes: &mut Vec<u8>,
) {
    for one in repeated.iter().rev().flatten() {
        let len = u32::try_from(one.payload.len()).expect("a repeated packet is short");
        let word = 1 << 31 | u32::from(inner & 0x7f) << 24 | u32::from(one.ticks) << 10 | len;
        bytes.extend_from_slice(&word.to_be_bytes());
    }
    bytes.push(inner & 0x7f);
    for one in repeated.iter().rev().flatten() {
        bytes.extend_from_slice(one.payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read_back() {
        let repeated = [Repeated::new(960, b"one before"), Repeated::new(1_920, b"two before")];
        let mut bytes = Vec::new();
        write(&repeated, 111, &mut bytes);
        bytes.extend_from_slice(b"itself");
        assert_eq!(read(&bytes), Some(Redundant { primary: b"itself", repeated }));
        assert_eq!(read(&[111, 7]), Some(Redundant { primary: &[7], repeated: [None; 2] }));
        assert_eq!(read(&[0x80 | 111, 0, 0, 9, 111, 1]), None, "runs past its end");
        assert_eq!(read(&[]), None);
        assert_eq!(Repeated::new(20_000, b"too far back"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some(read) = read(&bytes) {
                let inside = read.repeated.iter().flatten().map(|one| one.payload.len());
                prop_assert!(inside.sum::<usize>() + read.primary.len() < bytes.len());
            }
        }
    }
}
