//! SHA-256 and SM3 of bytes as they come.
//! What is not here: what digests are compared with.

use core::fmt::Write as _;

use sha2::Digest as _;

/// Both digests of what was fed so far.
#[derive(Clone, Default)]
pub(super) struct Digests {
    sha256: sha2::Sha256,
    sm3: sm3::Sm3,
}

impl Digests {
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.sm3.update(bytes);
    }

    /// SHA-256 and SM3, hexadecimal.
    pub(super) fn finish(self) -> (String, String) {
        (hexadecimal(&self.sha256.finalize()), hexadecimal(&self.sm3.finalize()))
    }
}

impl core::fmt::Debug for Digests {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Digests")
    }
}

/// Both digests of a text at once: SHA-256 and SM3, hexadecimal.
pub(crate) fn digests(bytes: &[u8]) -> (String, String) {
    let mut digests = Digests::default();
    digests.feed(bytes);
    digests.finish()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_digests_are_those_of_the_standards() {
        let mut digests = Digests::default();
        digests.feed(b"a");
        digests.feed(b"bc");
        let (sha256, sm3) = digests.finish();
        // FIPS 180-4 and GB/T 32905 give both for "abc".
        assert_eq!(sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    }
}
