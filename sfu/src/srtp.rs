//! SRTP and SRTCP of one connection (RFC 3711, RFC 7714), in place and without allocation per
//! packet.
//!
//! What is not here: where the keys come from (`dtls.rs`) and what packets mean (`forwarding`).

mod cipher;
mod kdf;
mod window;

use model::limits;
use rtc_crypto::{CryptoError, RTCCrypto};

use self::cipher::{Cipher, RTCP_CLEAR};
use self::window::{Window, index_near};

/// Sources of one connection whose count is kept; a packet of one more is dropped.
const SOURCES_MAX: usize = 64;
/// Bytes of an RTP header without contributors and extensions (RFC 3550 §5.1).
pub(crate) const RTP_HEADER: usize = 12;

/// How packets are protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// `SRTP_AEAD_AES_128_GCM` (RFC 7714 §14.2): the one that is chosen whenever the page has it.
    AeadAes128Gcm,
    /// `SRTP_AES128_CM_HMAC_SHA1_80` (RFC 5764 §4.1.2): for pages without AES-GCM.
    Aes128CmSha1,
}

impl Profile {
    /// Bytes of the master salt.
    const fn salt_len(self) -> usize {
        match self {
            Self::AeadAes128Gcm => 12,
            Self::Aes128CmSha1 => 14,
        }
    }

    /// Bytes the DTLS exporter must give: two keys and two salts (RFC 5764 §4.2).
    pub(crate) const fn material_len(self) -> usize {
        2 * (16 + self.salt_len())
    }
}

/// Why a packet was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SrtpDrop {
    /// Too short, or a header that runs past its end.
    Malformed,
    /// Came before, or is too old to know.
    Replayed,
    /// The tag is wrong.
    Forged,
    /// One source more than are kept.
    TooManySources,
}

/// Why a packet was not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SealRefused {
    /// Not a whole packet, or too many sources: a bug of the caller.
    Malformed,
    /// The same number was sealed with other content, or so long ago that it cannot be told.
    /// Sending it would use one AEAD nonce twice and give the key away (RFC 7714 §8.4).
    NonceUsed,
}

/// Both directions of one connection.
pub(crate) struct Srtp {
    /// What the page sends.
    pub(crate) opener: Opener,
    /// What is sent to the page.
    pub(crate) sealer: Sealer,
}

impl Srtp {
    /// Splits keying material from the DTLS exporter, this end being the server (RFC 5764 §4.2).
    ///
    /// # Errors
    /// When the material is not `material_len` long or the provider lacks an algorithm.
    pub(crate) fn server(
        profile: Profile,
        material: &[u8],
        crypto: &dyn RTCCrypto,
    ) -> Result<Self, CryptoError> {
        let [client, server] = split(profile, material)?;
        Ok(Self {
            opener: Opener::new(Cipher::new(profile, client.0, client.1, crypto)?),
            sealer: Sealer::new(Cipher::new(profile, server.0, server.1, crypto)?),
        })
    }

    /// The same for the client's end; tests are clients.
    #[cfg(test)]
    pub(crate) fn client(
        profile: Profile,
        material: &[u8],
        crypto: &dyn RTCCrypto,
    ) -> Result<Self, CryptoError> {
        let [client, server] = split(profile, material)?;
        Ok(Self {
            opener: Opener::new(Cipher::new(profile, server.0, server.1, crypto)?),
            sealer: Sealer::new(Cipher::new(profile, client.0, client.1, crypto)?),
        })
    }
}

/// A master key and its salt.
type Master<'a> = (&'a [u8; 16], &'a [u8]);

fn split(profile: Profile, material: &[u8]) -> Result<[Master<'_>; 2], CryptoError> {
    let wrong =
        CryptoError::InvalidKeyLength { expected: profile.material_len(), actual: material.len() };
    if material.len() != profile.material_len() {
        return Err(wrong);
    }
    let (keys, salts) = material.split_at(32);
    let (client_key, server_key) = keys.split_at(16);
    let (client_salt, server_salt) = salts.split_at(profile.salt_len());
    match (client_key.try_into(), server_key.try_into()) {
        (Ok(client_key), Ok(server_key)) => {
            Ok([(client_key, client_salt), (server_key, server_salt)])
        }
        _ => Err(wrong),
    }
}

/// Opens what the page sends.
pub(crate) struct Opener {
    cipher: Cipher,
    rtp: Vec<(u32, Window)>,
    rtcp: Vec<(u32, Window)>,
}

impl Opener {
    fn new(cipher: Cipher) -> Self {
        Self { cipher, rtp: Vec::new(), rtcp: Vec::new() }
    }

    /// Opens one SRTP packet in place; gives the length of the RTP packet.
    ///
    /// # Errors
    /// See [`SrtpDrop`]; the packet's bytes are then of no use.
    pub(crate) fn open_rtp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpDrop> {
        let header = header_len(packet).ok_or(SrtpDrop::Malformed)?;
        if packet.len() < header + self.cipher.rtp_overhead() {
            return Err(SrtpDrop::Malformed);
        }
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let ssrc = u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]);
        let known = self.rtp.iter().position(|(one, _)| *one == ssrc);
        let index = match known {
            Some(place) => {
                let window = &self.rtp[place].1;
                index_near(window.highest(), sequence)
                    .filter(|index| window.is_new(*index))
                    .ok_or(SrtpDrop::Replayed)?
            }
            None => u64::from(sequence),
        };
        let end =
            self.cipher.open_rtp(packet, header, ssrc, index).map_err(|_| SrtpDrop::Forged)?;
        // Only a genuine packet makes a source known: strangers cannot fill the list.
        match known {
            Some(place) => self.rtp[place].1.take(index),
            None if self.rtp.len() < SOURCES_MAX => self.rtp.push((ssrc, Window::new(index))),
            None => return Err(SrtpDrop::TooManySources),
        }
        Ok(end)
    }

    /// Opens one SRTCP packet in place; gives the length of the compound.
    ///
    /// # Errors
    /// See [`SrtpDrop`].
    pub(crate) fn open_rtcp(&mut self, packet: &mut [u8]) -> Result<usize, SrtpDrop> {
        if packet.len() < RTCP_CLEAR + self.cipher.rtcp_overhead() {
            return Err(SrtpDrop::Malformed);
        }
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let index = self.cipher.rtcp_index(packet).ok_or(SrtpDrop::Malformed)?;
        let known = self.rtcp.iter().position(|(one, _)| *one == ssrc);
        if known.is_some_and(|place| !self.rtcp[place].1.is_new(u64::from(index))) {
            return Err(SrtpDrop::Replayed);
        }
        let end = self.cipher.open_rtcp(packet, ssrc, index).map_err(|_| SrtpDrop::Forged)?;
        match known {
            Some(place) => self.rtcp[place].1.take(u64::from(index)),
            None if self.rtcp.len() < SOURCES_MAX => {
                self.rtcp.push((ssrc, Window::new(u64::from(index))));
            }
            None => return Err(SrtpDrop::TooManySources),
        }
        Ok(end)
    }
}

/// What was sealed under one number.
#[derive(Clone, Copy, Default)]
struct Mark {
    /// Low half of the index, plus one; 0 is "nothing".
    number: u32,
    /// The first bytes of the tag.
    tag: u32,
}

/// The count of one source that this end sends.
struct Outgoing {
    ssrc: u32,
    highest: u64,
    marks: Box<[Mark; limits::CACHE_PACKETS]>,
}

/// Seals what is sent to the page.
///
/// A packet may be sealed again to answer a NACK: same number, same content, same ciphertext. If
/// the content differs, nothing is sent.
pub(crate) struct Sealer {
    cipher: Cipher,
    sources: Vec<Outgoing>,
    rtcp_index: u32,
}

impl Sealer {
    const fn new(cipher: Cipher) -> Self {
        Self { cipher, sources: Vec::new(), rtcp_index: 0 }
    }

    /// Appends `header`, `payload` and so many bytes of padding (at most 255; the header says whether
    /// there is any) to `arena`, sealed; gives the length of the sealed packet. After the header
    /// itself `header` may go on with the payload's first bytes.
    ///
    /// # Errors
    /// See [`SealRefused`]; the arena is then as before.
    pub(crate) fn rtp(
        &mut self,
        header: &[u8],
        payload: &[u8],
        padding: usize,
        arena: &mut Vec<u8>,
    ) -> Result<usize, SealRefused> {
        let start = arena.len();
        let sealed = self.rtp_at(start, header, payload, padding, arena);
        if sealed.is_err() {
            arena.truncate(start);
        }
        sealed
    }

    fn rtp_at(
        &mut self,
        start: usize,
        header: &[u8],
        payload: &[u8],
        padding: usize,
        arena: &mut Vec<u8>,
    ) -> Result<usize, SealRefused> {
        let clear = header_len(header).filter(|len| *len <= header.len());
        let clear = clear.ok_or(SealRefused::Malformed)?;
        let sequence = u16::from_be_bytes([header[2], header[3]]);
        let ssrc = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        let place = self.source(ssrc, sequence)?;
        let source = &mut self.sources[place];
        let index = index_near(source.highest, sequence).ok_or(SealRefused::NonceUsed)?;
        if source.highest.saturating_sub(index) >= limits::CACHE_PACKETS as u64 {
            return Err(SealRefused::NonceUsed);
        }
        arena.extend_from_slice(header);
        arena.extend_from_slice(payload);
        if padding > 0 {
            // The last byte counts the padding, itself included (RFC 3550 §5.1).
            let count = u8::try_from(padding).map_err(|_| SealRefused::Malformed)?;
            arena.resize(arena.len() + padding - 1, 0);
            arena.push(count);
        }
        arena.resize(arena.len() + self.cipher.rtp_overhead(), 0);
        let packet = &mut arena[start..];
        self.cipher.seal_rtp(packet, clear, ssrc, index).map_err(|_| SealRefused::Malformed)?;
        let tag_at = packet.len() - self.cipher.rtp_overhead();
        let tag = u32::from_be_bytes([
            packet[tag_at],
            packet[tag_at + 1],
            packet[tag_at + 2],
            packet[tag_at + 3],
        ]);
        let [.., a, b, c, d] = index.to_be_bytes();
        let number = u32::from_be_bytes([a, b, c, d]).wrapping_add(1);
        let mark = &mut source.marks[usize::from(sequence) % limits::CACHE_PACKETS];
        if index <= source.highest && mark.number == number && mark.tag != tag {
            return Err(SealRefused::NonceUsed);
        }
        *mark = Mark { number, tag };
        source.highest = source.highest.max(index);
        Ok(packet.len())
    }

    /// Appends a compound to `arena`, sealed; gives the length of the sealed packet.
    ///
    /// # Errors
    /// See [`SealRefused`]; the arena is then as before.
    pub(crate) fn rtcp(
        &mut self,
        compound: &[u8],
        arena: &mut Vec<u8>,
    ) -> Result<usize, SealRefused> {
        if compound.len() < RTCP_CLEAR {
            return Err(SealRefused::Malformed);
        }
        let start = arena.len();
        let ssrc = u32::from_be_bytes([compound[4], compound[5], compound[6], compound[7]]);
        // One count for all sources: at a report a second it lasts longer than any process.
        self.rtcp_index = (self.rtcp_index + 1) & (u32::MAX >> 1);
        arena.extend_from_slice(compound);
        arena.resize(arena.len() + self.cipher.rtcp_overhead(), 0);
        let sealed = self.cipher.seal_rtcp(&mut arena[start..], ssrc, self.rtcp_index);
        if sealed.is_err() {
            arena.truncate(start);
            return Err(SealRefused::Malformed);
        }
        Ok(arena.len() - start)
    }

    fn source(&mut self, ssrc: u32, first: u16) -> Result<usize, SealRefused> {
        if let Some(place) = self.sources.iter().position(|source| source.ssrc == ssrc) {
            return Ok(place);
        }
        if self.sources.len() >= SOURCES_MAX {
            return Err(SealRefused::Malformed);
        }
        self.sources.push(Outgoing {
            ssrc,
            highest: u64::from(first),
            marks: Box::new([Mark::default(); limits::CACHE_PACKETS]),
        });
        Ok(self.sources.len() - 1)
    }
}

const _: () = assert!(65_536 % limits::CACHE_PACKETS == 0, "marks stay in place over the wrap");
const _: () = assert!(limits::LINES_MAX <= SOURCES_MAX, "each line may have a source");

/// Bytes of an RTP packet's header (RFC 3550 §5.1, §5.3.1); none when it runs past the end.
pub(crate) fn header_len(packet: &[u8]) -> Option<usize> {
    let first = *packet.first()?;
    if first >> 6 != 2 || packet.len() < RTP_HEADER {
        return None;
    }
    let mut len = RTP_HEADER + 4 * usize::from(first & 0x0F);
    if first & 0x10 != 0 {
        let words = packet.get(len + 2..len + 4)?;
        len += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
    }
    (len <= packet.len()).then_some(len)
}

#[cfg(test)]
pub(crate) mod tests;
