//! Which protocol a datagram speaks, by its first bytes (RFC 9443, RFC 5761 §4).
//!
//! What is not here: reading any of them.

/// What a datagram is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A connectivity check.
    Stun,
    /// A DTLS record.
    Dtls,
    /// An SRTP packet.
    Rtp,
    /// An SRTCP packet.
    Rtcp,
    /// A message of the relay (RFC 8656): a request of its own, a Send indication, or ChannelData.
    Relay,
    /// None of these.
    Unknown,
}

/// Looks at the first two bytes.
pub(crate) const fn kind(datagram: &[u8]) -> Kind {
    match datagram {
        [0, 0x03 | 0x04 | 0x08 | 0x09 | 0x16, ..] | [0x40..=0x4F, ..] => Kind::Relay,
        [0..=3, ..] => Kind::Stun,
        [20..=63, ..] => Kind::Dtls,
        [128..=191, 192..=223, ..] => Kind::Rtcp,
        [128..=191, _, ..] => Kind::Rtp,
        _ => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        for (datagram, expected) in [
            (&[0, 1][..], Kind::Stun),
            (&[22, 254], Kind::Dtls),
            (&[0x80, 96], Kind::Rtp),
            (&[0x90, 0xE0], Kind::Rtp),
            (&[0x80, 200], Kind::Rtcp),
            (&[0x81, 206], Kind::Rtcp),
            (&[0x80], Kind::Unknown),
            (&[80, 0], Kind::Unknown),
            (&[64, 0], Kind::Relay),
            (&[0, 3], Kind::Relay),
            (&[0, 0x16], Kind::Relay),
            (&[], Kind::Unknown),
        ] {
            assert_eq!(kind(datagram), expected, "{datagram:?}");
        }
    }
}
