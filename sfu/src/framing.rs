//! Finding datagrams in a byte stream: ICE-TCP frames (RFC 4571, RFC 6544 §10.1) and TURN messages
//! (RFC 8656 §12.5).
//!
//! What is not here: reading streams, and what the datagrams mean.

/// Bytes of one framed datagram: a datagram of a link with some room for TURN around it. A stream
/// with a longer one is broken.
pub const FRAME_BYTES_MAX: usize = 2_048;

/// The number that marks STUN messages (RFC 8489 §5).
const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
/// Bytes of the STUN header.
const STUN_HEADER: usize = 20;
/// Bytes of the ChannelData header.
pub(crate) const CHANNEL_HEADER: usize = 4;

/// How datagrams stand in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Two bytes of length before each.
    Ice,
    /// STUN messages and ChannelData, each with its own length; ChannelData padded to four bytes.
    Turn,
}

/// What the first bytes of a stream say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// It is one of the two.
    Known(Framing),
    /// Too few bytes to tell.
    More,
    /// Neither.
    Neither,
}

/// The next datagram of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is whole.
    Whole {
        /// Where it begins.
        start: usize,
        /// Where it ends.
        end: usize,
        /// Where the one after it begins.
        next: usize,
    },
    /// The rest of it has not come.
    More,
    /// The stream cannot be understood from here on.
    Broken,
}

/// Looks at the first bytes of a stream: a binding request with a length before it, or a STUN
/// message without one.
pub fn first(bytes: &[u8]) -> First {
    let cookie = |at: usize| {
        let seen = bytes.get(at..).unwrap_or_default();
        let count = seen.len().min(COOKIE.len());
        (seen[..count] == COOKIE[..count], count == COOKIE.len())
    };
    let (turn, turn_whole) = cookie(4);
    let (ice, ice_whole) = cookie(6);
    let stun = bytes.first().is_none_or(|byte| *byte < 4);
    let binding = bytes.iter().skip(2).zip([0, 1]).all(|(byte, wanted)| *byte == wanted);
    if stun && turn && turn_whole {
        First::Known(Framing::Turn)
    } else if stun && binding && ice && ice_whole {
        First::Known(Framing::Ice)
    } else if stun && ((turn && !turn_whole) || (ice && binding && !ice_whole)) {
        First::More
    } else {
        First::Neither
    }
}

/// Finds the datagram that begins at `at`.
pub fn next(framing: Framing, bytes: &[u8], at: usize) -> Next {
    let Some([first, second, rest @ ..]) = bytes.get(at..) else { return Next::More };
    let word = |high: u8, low: u8| usize::from(u16::from_be_bytes([high, low]));
    let (start, len, padded) = match (framing, *first >> 6, rest) {
        (Framing::Ice, _, _) => {
            let len = word(*first, *second);
            (at + 2, len, len)
        }
        (Framing::Turn, 0 | 1, [high, low, ..]) if *first < 0x40 => {
            let len = STUN_HEADER + word(*high, *low);
            if !len.is_multiple_of(4) {
                return Next::Broken;
            }
            (at, len, len)
        }
        (Framing::Turn, 1, [high, low, ..]) => {
            let len = CHANNEL_HEADER + word(*high, *low);
            (at, len, len.next_multiple_of(4))
        }
        (Framing::Turn, 0 | 1, _) => return Next::More,
        (Framing::Turn, _, _) => return Next::Broken,
    };
    if len > FRAME_BYTES_MAX {
        return Next::Broken;
    }
    if bytes.len() < start + padded {
        return Next::More;
    }
    Next::Whole { start, end: start + len, next: start + padded }
}

/// How far a stream's bytes are whole datagrams.
///
/// # Errors
/// When the stream is broken; nothing after that can be understood.
pub fn whole(framing: Framing, bytes: &[u8]) -> Result<usize, Broken> {
    let mut at = 0;
    loop {
        match next(framing, bytes, at) {
            Next::Whole { next, .. } => at = next,
            Next::More => return Ok(at),
            Next::Broken => return Err(Broken),
        }
    }
}

/// A stream that cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stream holds no datagrams")]
pub struct Broken;

/// Appends a datagram in its frame; one that is too long for a frame is left out.
pub(crate) fn put_ice(datagram: &[u8], out: &mut Vec<u8>) {
    if let Ok(len) = u16::try_from(datagram.len()) {
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(datagram);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stun(kind: u16, body: u16) -> Vec<u8> {
        let mut message = kind.to_be_bytes().to_vec();
        message.extend_from_slice(&body.to_be_bytes());
        message.extend_from_slice(&COOKIE);
        message.resize(STUN_HEADER + usize::from(body), 7);
        message
    }

    #[test]
    fn first_bytes_tell_and_each_shorter_piece_waits() {
        let turn = stun(0x0003, 8);
        let mut ice = Vec::new();
        put_ice(&stun(0x0001, 100), &mut ice);
        for (bytes, framing, needed) in [(turn, Framing::Turn, 8), (ice, Framing::Ice, 10)] {
            for len in 0..needed {
                assert_eq!(first(&bytes[..len]), First::More, "{framing:?} {len}");
            }
            assert_eq!(first(&bytes), First::Known(framing));
        }
        for other in [&b"GET / HTTP/1.1"[..], &[0x16, 3, 1, 2, 0, 1], &[0; 12], &[255; 12]] {
            assert_eq!(first(other), First::Neither);
        }
    }

    #[test]
    fn datagrams_are_found_however_the_stream_is_cut() {
        let mut ice = Vec::new();
        for len in [0, 1, 20, FRAME_BYTES_MAX] {
            put_ice(&vec![9; len], &mut ice);
        }
        let mut turn = stun(0x0016, 12);
        turn.extend_from_slice(&[0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0]);
        turn.extend_from_slice(&stun(0x0003, 0));
        for (framing, stream, expected) in [
            (Framing::Ice, ice, vec![0, 1, 20, FRAME_BYTES_MAX]),
            (Framing::Turn, turn, vec![32, 9, 20]),
        ] {
            for cut in 0..=stream.len() {
                let held = whole(framing, &stream[..cut]).unwrap();
                let mut found = Vec::new();
                for piece in [&stream[..held], &stream[held..]] {
                    let mut at = 0;
                    while let Next::Whole { start, end, next } = next(framing, piece, at) {
                        found.push(end - start);
                        at = next;
                    }
                    assert_eq!(at, piece.len());
                }
                assert_eq!(found, expected, "{framing:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn what_is_too_long_or_out_of_place_breaks_the_stream() {
        assert_eq!(whole(Framing::Ice, &[8, 1]), Err(Broken));
        assert_eq!(whole(Framing::Turn, &[0, 1, 0, 3]), Err(Broken));
        assert_eq!(whole(Framing::Turn, &[0x80, 0, 0, 0]), Err(Broken));
        assert_eq!(whole(Framing::Turn, &[0x40, 0, 0xFF, 0xFF]), Err(Broken));
    }
}
