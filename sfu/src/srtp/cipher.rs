//! The two packet transforms in use: AEAD_AES_128_GCM (RFC 7714) and
//! AES_CM_128_HMAC_SHA1_80 (RFC 3711), both in place.
//!
//! What is not here: indices and replay; callers bring the index of the packet.

use rtc_crypto::{
    AeadAlgorithm, AeadCipher, CryptoError, HmacAlgorithm, Mac, RTCCrypto, StreamCipher,
    StreamCipherAlgorithm, constant_time_eq,
};

use super::Profile;
use super::kdf::{Label, derive};

/// Bytes of an AEAD tag.
const AEAD_TAG: usize = 16;
/// Bytes of the truncated HMAC-SHA1.
const MAC_TAG: usize = 10;
/// Bytes of the index word behind an SRTCP packet.
pub(super) const RTCP_INDEX: usize = 4;
/// Bytes of an RTCP packet that stay readable: first header word and SSRC.
pub(super) const RTCP_CLEAR: usize = 8;
/// The bit that says an SRTCP packet is encrypted.
const ENCRYPTED: u32 = 1 << 31;

/// Session keys of one direction, ready for use.
pub(super) enum Cipher {
    Gcm { rtp: Gcm, rtcp: Gcm },
    Cm { rtp: Cm, rtcp: Cm },
}

pub(super) struct Gcm {
    aead: Box<dyn AeadCipher>,
    salt: [u8; 12],
}

pub(super) struct Cm {
    stream: Box<dyn StreamCipher>,
    mac: Box<dyn Mac>,
    salt: [u8; 14],
}

impl Cipher {
    /// Derives the session keys of one direction.
    ///
    /// # Errors
    /// When the provider lacks an algorithm or a length is wrong.
    pub(super) fn new(
        profile: Profile,
        key: &[u8; 16],
        salt: &[u8],
        crypto: &dyn RTCCrypto,
    ) -> Result<Self, CryptoError> {
        Ok(match profile {
            Profile::AeadAes128Gcm => Self::Gcm {
                rtp: Gcm::new(key, salt, [Label::RtpKey, Label::RtpSalt], crypto)?,
                rtcp: Gcm::new(key, salt, [Label::RtcpKey, Label::RtcpSalt], crypto)?,
            },
            Profile::Aes128CmSha1 => Self::Cm {
                rtp: Cm::new(key, salt, [Label::RtpKey, Label::RtpMac, Label::RtpSalt], crypto)?,
                rtcp: Cm::new(
                    key,
                    salt,
                    [Label::RtcpKey, Label::RtcpMac, Label::RtcpSalt],
                    crypto,
                )?,
            },
        })
    }

    /// Bytes a sealed RTP packet is longer.
    pub(super) const fn rtp_overhead(&self) -> usize {
        match self {
            Self::Gcm { .. } => AEAD_TAG,
            Self::Cm { .. } => MAC_TAG,
        }
    }

    /// Bytes a sealed RTCP packet is longer.
    pub(super) const fn rtcp_overhead(&self) -> usize {
        self.rtp_overhead() + RTCP_INDEX
    }

    /// Seals header, payload and room for the tag.
    pub(super) fn seal_rtp(
        &mut self,
        packet: &mut [u8],
        header: usize,
        ssrc: u32,
        index: u64,
    ) -> Result<(), CryptoError> {
        let body = packet.len() - self.rtp_overhead();
        match self {
            Self::Gcm { rtp, .. } => {
                let (clear, rest) = packet.split_at_mut(header);
                let (payload, tag) = rest.split_at_mut(body - header);
                rtp.aead.seal_in_place(&rtp.rtp_nonce(ssrc, index), clear, payload, tag)
            }
            Self::Cm { rtp, .. } => {
                rtp.stream.apply_keystream(&rtp.iv(ssrc, index), &mut packet[header..body])?;
                let (message, tag) = packet.split_at_mut(body);
                tag.copy_from_slice(&rtp.tag(&[message, &roc(index)])?);
                Ok(())
            }
        }
    }

    /// Opens a packet of at least header and tag; gives the end of the payload.
    pub(super) fn open_rtp(
        &mut self,
        packet: &mut [u8],
        header: usize,
        ssrc: u32,
        index: u64,
    ) -> Result<usize, CryptoError> {
        let body = packet.len() - self.rtp_overhead();
        match self {
            Self::Gcm { rtp, .. } => {
                let (clear, rest) = packet.split_at_mut(header);
                let (payload, tag) = rest.split_at_mut(body - header);
                rtp.aead.open_in_place(&rtp.rtp_nonce(ssrc, index), clear, payload, tag)?;
            }
            Self::Cm { rtp, .. } => {
                let (message, tag) = packet.split_at_mut(body);
                if !constant_time_eq(&rtp.tag(&[message, &roc(index)])?, tag) {
                    return Err(CryptoError::AuthenticationFailed);
                }
                rtp.stream.apply_keystream(&rtp.iv(ssrc, index), &mut packet[header..body])?;
            }
        }
        Ok(body)
    }

    /// Seals a compound and room for tag and index.
    pub(super) fn seal_rtcp(
        &mut self,
        packet: &mut [u8],
        ssrc: u32,
        index: u32,
    ) -> Result<(), CryptoError> {
        let body = packet.len() - self.rtcp_overhead();
        let word = (index | ENCRYPTED).to_be_bytes();
        match self {
            Self::Gcm { rtcp, .. } => {
                let (clear, rest) = packet.split_at_mut(RTCP_CLEAR);
                let (payload, rest) = rest.split_at_mut(body - RTCP_CLEAR);
                let (tag, trailer) = rest.split_at_mut(AEAD_TAG);
                let aad = rtcp_aad(clear, word);
                rtcp.aead.seal_in_place(&rtcp.rtcp_nonce(ssrc, index), &aad, payload, tag)?;
                trailer.copy_from_slice(&word);
            }
            Self::Cm { rtcp, .. } => {
                let iv = rtcp.iv(ssrc, u64::from(index));
                rtcp.stream.apply_keystream(&iv, &mut packet[RTCP_CLEAR..body])?;
                packet[body..body + RTCP_INDEX].copy_from_slice(&word);
                let (message, tag) = packet.split_at_mut(body + RTCP_INDEX);
                tag.copy_from_slice(&rtcp.tag(&[message])?);
            }
        }
        Ok(())
    }

    /// The index of a sealed compound of at least `RTCP_CLEAR + rtcp_overhead` bytes; none when
    /// it says that it is not encrypted, which no page does and nobody should.
    pub(super) fn rtcp_index(&self, packet: &[u8]) -> Option<u32> {
        let at = match self {
            Self::Gcm { .. } => packet.len() - RTCP_INDEX,
            Self::Cm { .. } => packet.len() - RTCP_INDEX - MAC_TAG,
        };
        let word = packet.get(at..at + RTCP_INDEX)?.try_into().ok().map(u32::from_be_bytes)?;
        (word & ENCRYPTED != 0).then_some(word & !ENCRYPTED)
    }

    /// Opens a compound of at least `RTCP_CLEAR + rtcp_overhead` bytes; gives its end.
    pub(super) fn open_rtcp(
        &mut self,
        packet: &mut [u8],
        ssrc: u32,
        index: u32,
    ) -> Result<usize, CryptoError> {
        let body = packet.len() - self.rtcp_overhead();
        match self {
            Self::Gcm { rtcp, .. } => {
                let (clear, rest) = packet.split_at_mut(RTCP_CLEAR);
                let (payload, rest) = rest.split_at_mut(body - RTCP_CLEAR);
                let aad = rtcp_aad(clear, (index | ENCRYPTED).to_be_bytes());
                let nonce = rtcp.rtcp_nonce(ssrc, index);
                rtcp.aead.open_in_place(&nonce, &aad, payload, &rest[..AEAD_TAG])?;
            }
            Self::Cm { rtcp, .. } => {
                let (message, tag) = packet.split_at_mut(body + RTCP_INDEX);
                if !constant_time_eq(&rtcp.tag(&[message])?, tag) {
                    return Err(CryptoError::AuthenticationFailed);
                }
                let iv = rtcp.iv(ssrc, u64::from(index));
                rtcp.stream.apply_keystream(&iv, &mut packet[RTCP_CLEAR..body])?;
            }
        }
        Ok(body)
    }
}

impl Gcm {
    fn new(
        master_key: &[u8; 16],
        master_salt: &[u8],
        [key_label, salt_label]: [Label; 2],
        crypto: &dyn RTCCrypto,
    ) -> Result<Self, CryptoError> {
        let mut key = [0; 16];
        let mut salt = [0; 12];
        derive(crypto, master_key, master_salt, key_label, &mut key)?;
        derive(crypto, master_key, master_salt, salt_label, &mut salt)?;
        Ok(Self { aead: crypto.new_aead(AeadAlgorithm::Aes128Gcm, &key)?, salt })
    }

    /// RFC 7714 §8.1: two zero bytes, SSRC, rollover counter, sequence number, all under the salt.
    fn rtp_nonce(&self, ssrc: u32, index: u64) -> [u8; 12] {
        let mut nonce = self.salt;
        xor(&mut nonce[2..6], &ssrc.to_be_bytes());
        xor(&mut nonce[6..], &index.to_be_bytes()[2..]);
        nonce
    }

    /// RFC 7714 §9.1: two zero bytes, SSRC, two zero bytes, index, all under the salt.
    fn rtcp_nonce(&self, ssrc: u32, index: u32) -> [u8; 12] {
        let mut nonce = self.salt;
        xor(&mut nonce[2..6], &ssrc.to_be_bytes());
        xor(&mut nonce[8..], &index.to_be_bytes());
        nonce
    }
}

impl Cm {
    fn new(
        master_key: &[u8; 16],
        master_salt: &[u8],
        [key_label, mac_label, salt_label]: [Label; 3],
        crypto: &dyn RTCCrypto,
    ) -> Result<Self, CryptoError> {
        let mut key = [0; 16];
        let mut mac = [0; 20];
        let mut salt = [0; 14];
        derive(crypto, master_key, master_salt, key_label, &mut key)?;
        derive(crypto, master_key, master_salt, mac_label, &mut mac)?;
        derive(crypto, master_key, master_salt, salt_label, &mut salt)?;
        Ok(Self {
            stream: crypto.new_stream_cipher(StreamCipherAlgorithm::Aes128Ctr, &key)?,
            mac: crypto.new_hmac(HmacAlgorithm::Sha1, &mac)?,
            salt,
        })
    }

    /// RFC 3711 §4.1.1; the block counter at the end starts at zero.
    fn iv(&self, ssrc: u32, index: u64) -> [u8; 16] {
        let mut iv = [0; 16];
        iv[..14].copy_from_slice(&self.salt);
        xor(&mut iv[4..8], &ssrc.to_be_bytes());
        xor(&mut iv[8..14], &index.to_be_bytes()[2..]);
        iv
    }

    fn tag(&mut self, input: &[&[u8]]) -> Result<[u8; MAC_TAG], CryptoError> {
        let mut whole = [0; 20];
        self.mac.sign(input, &mut whole)?;
        let mut tag = [0; MAC_TAG];
        tag.copy_from_slice(&whole[..MAC_TAG]);
        Ok(tag)
    }
}

/// The rollover counter of an index, as it goes into the MAC.
fn roc(index: u64) -> [u8; 4] {
    let [_, _, a, b, c, d, _, _] = index.to_be_bytes();
    [a, b, c, d]
}

fn rtcp_aad(clear: &[u8], word: [u8; 4]) -> [u8; RTCP_CLEAR + RTCP_INDEX] {
    let mut aad = [0; RTCP_CLEAR + RTCP_INDEX];
    aad[..RTCP_CLEAR].copy_from_slice(clear);
    aad[RTCP_CLEAR..].copy_from_slice(&word);
    aad
}

fn xor(bytes: &mut [u8], with: &[u8]) {
    for (byte, other) in bytes.iter_mut().zip(with) {
        *byte ^= other;
    }
}

#[cfg(test)]
mod tests {
    use rtc_crypto::RTCCryptoProvider;
    use rtc_crypto::providers::RingProvider;

    use super::*;
    use crate::srtp::tests::hex;

    fn gcm(crypto: &dyn RTCCrypto) -> Gcm {
        let key = hex("000102030405060708090a0b0c0d0e0f");
        let salt = hex("517569642070726f2071756f").try_into().unwrap();
        Gcm { aead: crypto.new_aead(AeadAlgorithm::Aes128Gcm, &key).unwrap(), salt }
    }

    #[test]
    fn rtp_under_gcm_is_that_of_rfc_7714_16_1_1() {
        let provider = RingProvider::new();
        let mut cipher = Cipher::Gcm { rtp: gcm(provider.crypto()), rtcp: gcm(provider.crypto()) };
        let clear = hex(concat!(
            "8040f17b8041f8d35501a0b2",
            "47616c6c696120657374206f6d6e6973206469766973612069",
            "6e207061727465732074726573"
        ));
        let mut packet = clear.clone();
        packet.extend_from_slice(&[0; AEAD_TAG]);
        cipher.seal_rtp(&mut packet, 12, 0x5501_a0b2, 0xf17b).unwrap();
        assert_eq!(
            packet,
            hex(concat!(
                "8040f17b8041f8d35501a0b2",
                "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42",
                "a5f47a51c7d19b36de3adf8833",
                "899d7f27beb16a9152cf765ee4390cce"
            ))
        );
        let end = cipher.open_rtp(&mut packet, 12, 0x5501_a0b2, 0xf17b).unwrap();
        assert_eq!(&packet[..end], clear);
    }

    #[test]
    fn rtcp_under_gcm_is_that_of_rfc_7714_17_1() {
        let provider = RingProvider::new();
        let mut cipher = Cipher::Gcm { rtp: gcm(provider.crypto()), rtcp: gcm(provider.crypto()) };
        let clear = hex(concat!(
            "81c8000d4d6172734e5450314e54503252545020",
            "0000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"
        ));
        let mut packet = clear.clone();
        packet.extend_from_slice(&[0; AEAD_TAG + RTCP_INDEX]);
        cipher.seal_rtcp(&mut packet, 0x4d61_7273, 0x5d4).unwrap();
        assert_eq!(
            packet,
            hex(concat!(
                "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda",
                "4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4"
            ))
        );
        let index = cipher.rtcp_index(&packet).unwrap();
        let end = cipher.open_rtcp(&mut packet, 0x4d61_7273, index).unwrap();
        assert_eq!(&packet[..end], clear);
    }
}
