//! Session keys out of master keys: the key derivation function of RFC 3711 §4.3 with a key
//! derivation rate of zero, as DTLS-SRTP demands (RFC 5764 §4.1.2).
//!
//! What is not here: how master keys come about, and what session keys are used for.

use rtc_crypto::{BlockCipherAlgorithm, CryptoError, RTCCrypto};

/// What a session key is for: the label of RFC 3711 §4.3.1 and §4.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Label {
    RtpKey = 0,
    RtpMac = 1,
    RtpSalt = 2,
    RtcpKey = 3,
    RtcpMac = 4,
    RtcpSalt = 5,
}

/// Fills `out` with the session key named by `label`.
///
/// A salt of 96 bits (AEAD) is taken as 112 bits with 16 zero bits behind it (RFC 7714 §11).
///
/// # Errors
/// When the provider has no AES-128.
pub(super) fn derive(
    crypto: &dyn RTCCrypto,
    master_key: &[u8; 16],
    master_salt: &[u8],
    label: Label,
    out: &mut [u8],
) -> Result<(), CryptoError> {
    let mut counter = [0; 16];
    for (byte, salt) in counter.iter_mut().zip(master_salt.iter().take(14)) {
        *byte = *salt;
    }
    counter[7] ^= label as u8;
    for (number, chunk) in (0_u16..).zip(out.chunks_mut(16)) {
        let mut block = counter;
        block[14..].copy_from_slice(&number.to_be_bytes());
        crypto.block_encrypt(BlockCipherAlgorithm::Aes128, master_key, &mut block)?;
        chunk.copy_from_slice(&block[..chunk.len()]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use rtc_crypto::RTCCryptoProvider;
    use rtc_crypto::providers::RingProvider;

    use super::*;
    use crate::srtp::tests::hex;

    #[test]
    fn session_keys_are_those_of_rfc_3711_b_3() {
        let provider = RingProvider::new();
        let key: [u8; 16] = hex("E1F97A0D3E018BE0D64FA32C06DE4139").try_into().unwrap();
        let salt = hex("0EC675AD498AFEEBB6960B3AABE6");
        let derived = |label, len| {
            let mut out = vec![0; len];
            derive(provider.crypto(), &key, &salt, label, &mut out).unwrap();
            out
        };
        assert_eq!(derived(Label::RtpKey, 16), hex("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(derived(Label::RtpSalt, 14), hex("30CBBC08863D8C85D49DB34A9AE1"));
        assert_eq!(
            derived(Label::RtpMac, 94),
            hex(concat!(
                "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA48F0A0ACF3C34E2359E6CDBCE",
                "E049646C43D9327AD175578EF72270986371C10C9A369AC2F94A8C5FBCDDDC25",
                "6D6E919A48B610EF17C2041E474035766B68642C59BBFC2F34DB60DBDFB2"
            ))
        );
    }
}
