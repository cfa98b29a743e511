//! Objects of the second copy, enciphered: AES-256-GCM in chunks, each object under a key of its
//! own that is derived from the operator's.
//!
//! What is not here: where keys come from (`store`) and what objects are called (`names`).
//!
//! An object is a head of 64 bytes and chunks of 64 KiB of plain text, each with a tag of 16 bytes;
//! the last chunk may be shorter, and only that of an empty file is empty. The head is the mark
//! `ASSIZEC1`, the key's id (16 bytes, zeros at its end), a check value of the key (8 bytes) and a
//! salt by chance (32 bytes). The object's key is HKDF-SHA256 (RFC 5869) of the operator's key with
//! that salt, so no two objects share one and nonces need only be counted: the nonce (NIST SP
//! 800-38D, 96 bits) is 1 on the last chunk and 0 otherwise, three zeros, and the chunk's number.
//! The object's name is authenticated with each chunk: an object cannot stand in for another, and
//! chunks cannot be left out, put in another order or cut off.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};

/// Plain bytes of one chunk.
pub(crate) const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes each chunk is longer than its plain text.
const TAG_BYTES: usize = 16;
/// Bytes of the head.
pub(crate) const HEAD_BYTES: usize = 64;
/// Bytes of a chunk as it is stored.
pub(crate) const STORED_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;
/// Bytes of a key, of a salt.
const KEY_BYTES: usize = 32;
/// Characters of a key's id at most.
pub(crate) const ID_BYTES_MAX: usize = 16;
const MARK: &[u8; 8] = b"ASSIZEC1";

/// One of the operator's keys.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    secret: [u8; KEY_BYTES],
}

impl core::fmt::Debug for Key {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why an enciphered object cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyFault {
    /// Its head is not one of this format.
    Head,
    /// No key of this id is configured.
    Missing(String),
    /// The key of this id is another one than the object was made with.
    Wrong(String),
    /// A chunk is not what was written under that name.
    Altered,
}

/// The length of what an operator's key derives.
#[derive(Clone, Copy)]
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

impl Key {
    /// A key from the text of its file: 64 hexadecimal digits.
    pub(crate) fn parse(id: &str, text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = text.len() == 2 * KEY_BYTES && text.bytes().all(|b| b.is_ascii_hexdigit());
        let named = !id.is_empty()
            && id.len() <= ID_BYTES_MAX
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if !fits || !named {
            return None;
        }
        let mut secret = [0; KEY_BYTES];
        for (byte, pair) in secret.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = core::str::from_utf8(pair).ok()?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        Some(Self { id: id.to_owned(), secret })
    }

    fn derive<const N: usize>(&self, salt: &[u8], what: &[u8]) -> [u8; N] {
        let mut out = [0; N];
        Salt::new(HKDF_SHA256, salt)
            .extract(&self.secret)
            .expand(&[what], Bytes(N))
            .and_then(|okm| okm.fill(&mut out))
            .expect("HKDF gives up to 8,160 bytes");
        out
    }

    fn object_key(&self, salt: &[u8]) -> LessSafeKey {
        let key: [u8; KEY_BYTES] = self.derive(salt, b"assize copy 1");
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("32 bytes are a key"))
    }

    fn check_value(&self, salt: &[u8]) -> [u8; 8] {
        self.derive(salt, b"assize copy 1 key check")
    }
}

fn nonce(index: u64, last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    bytes[0] = u8::from(last);
    bytes[4..].copy_from_slice(&index.to_be_bytes());
    Nonce::assume_unique_for_key(bytes)
}

/// Enciphers one object as its plain bytes come.
pub(crate) struct Sealer {
    key: LessSafeKey,
    name: String,
    index: u64,
    waiting: Vec<u8>,
}

impl Sealer {
    /// Begins the object `name`: its head goes to `out`. `salt` must be by chance.
    pub(crate) fn new(key: &Key, name: &str, salt: [u8; KEY_BYTES], out: &mut Vec<u8>) -> Self {
        out.extend_from_slice(MARK);
        let mut id = [0; ID_BYTES_MAX];
        id[..key.id.len()].copy_from_slice(key.id.as_bytes());
        out.extend_from_slice(&id);
        out.extend_from_slice(&key.check_value(&salt));
        out.extend_from_slice(&salt);
        Self { key: key.object_key(&salt), name: name.to_owned(), index: 0, waiting: Vec::new() }
    }

    /// Takes the next plain bytes; whole chunks go to `out`.
    pub(crate) fn push(&mut self, plain: &[u8], out: &mut Vec<u8>) {
        self.waiting.extend_from_slice(plain);
        let mut done = 0;
        // The last chunk is marked as such, so a full one waits until more comes.
        while self.waiting.len() - done > CHUNK_BYTES {
            Self::chunk(
                &self.key,
                &self.name,
                nonce(self.index, false),
                &self.waiting[done..done + CHUNK_BYTES],
                out,
            );
            self.index += 1;
            done += CHUNK_BYTES;
        }
        self.waiting.drain(..done);
    }

    /// Ends the object.
    pub(crate) fn finish(self, out: &mut Vec<u8>) {
        Self::chunk(&self.key, &self.name, nonce(self.index, true), &self.waiting, out);
    }

    fn chunk(key: &LessSafeKey, name: &str, nonce: Nonce, plain: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(plain);
        let tag = key
            .seal_in_place_separate_tag(nonce, Aad::from(name.as_bytes()), &mut out[start..])
            .expect("a chunk is far below what GCM takes");
        out.extend_from_slice(tag.as_ref());
    }
}

/// Deciphers the chunks of one object, in any order.
pub(crate) struct Opener {
    key: LessSafeKey,
    name: String,
}

impl Opener {
    /// For the object `name` with this head.
    ///
    /// # Errors
    /// When the head is none, or its key is missing or another one.
    pub(crate) fn new(keys: &[Key], name: &str, head: &[u8]) -> Result<Self, KeyFault> {
        let rest = head.strip_prefix(MARK).filter(|_| head.len() == HEAD_BYTES);
        let rest = rest.ok_or(KeyFault::Head)?;
        let (id, rest) = rest.split_at(ID_BYTES_MAX);
        let (check, salt) = rest.split_at(8);
        let id = String::from_utf8_lossy(id).trim_end_matches('\0').to_owned();
        let Some(key) = keys.iter().find(|key| key.id == id) else {
            return Err(KeyFault::Missing(id));
        };
        if key.check_value(salt) != check {
            return Err(KeyFault::Wrong(id));
        }
        Ok(Self { key: key.object_key(salt), name: name.to_owned() })
    }

    /// Deciphers the chunk with this number in place; `last` says whether it is the object's last.
    ///
    /// # Errors
    /// When it is not what was written.
    pub(crate) fn open<'a>(
        &self,
        index: u64,
        last: bool,
        stored: &'a mut [u8],
    ) -> Result<&'a [u8], KeyFault> {
        self.key
            .open_in_place(nonce(index, last), Aad::from(self.name.as_bytes()), stored)
            .map(|plain| &*plain)
            .map_err(|_| KeyFault::Altered)
    }
}

/// Chunks of a file with so many plain bytes.
const fn chunks(plain: u64) -> u64 {
    let chunks = plain.div_ceil(CHUNK_BYTES as u64);
    if chunks == 0 { 1 } else { chunks }
}

/// Bytes of an object for so many plain ones.
pub(crate) const fn stored_length(plain: u64) -> u64 {
    HEAD_BYTES as u64 + plain + chunks(plain) * TAG_BYTES as u64
}

/// Plain bytes in an object of this length; none when no object has it.
pub(crate) fn plain_length(stored: u64) -> Option<u64> {
    let body = stored.checked_sub(HEAD_BYTES as u64)?;
    let plain = body.checked_sub(body.div_ceil(STORED_CHUNK_BYTES as u64) * TAG_BYTES as u64)?;
    (stored_length(plain) == stored).then_some(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(id: &str, digit: char) -> Key {
        Key::parse(id, &digit.to_string().repeat(64)).expect("64 digits")
    }

    fn seal(key: &Key, name: &str, plain: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut sealer = Sealer::new(key, name, [7; 32], &mut out);
        for part in plain.chunks(50_001) {
            sealer.push(part, &mut out);
        }
        sealer.finish(&mut out);
        out
    }

    fn open(keys: &[Key], name: &str, stored: &[u8]) -> Result<Vec<u8>, KeyFault> {
        let (head, body) = stored.split_at(HEAD_BYTES.min(stored.len()));
        let opener = Opener::new(keys, name, head)?;
        let mut plain = Vec::new();
        let count = body.len().div_ceil(STORED_CHUNK_BYTES) as u64;
        for (index, chunk) in (0..).zip(body.chunks(STORED_CHUNK_BYTES)) {
            plain.extend_from_slice(opener.open(index, index + 1 == count, &mut chunk.to_vec())?);
        }
        Ok(plain)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn what_is_enciphered_reads_back(length in 0_usize..200_000) {
            let plain: Vec<u8> = (0..=250).cycle().take(length).collect();
            let stored = seal(&key("2026", 'a'), "h1/x", &plain);
            prop_assert_eq!(stored.len() as u64, stored_length(length as u64));
            prop_assert_eq!(plain_length(stored.len() as u64), Some(length as u64));
            prop_assert_eq!(open(&[key("2026", 'a')], "h1/x", &stored), Ok(plain));
        }
    }

    #[test]
    fn whole_chunks_are_whole_chunks() {
        for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES] {
            let plain = vec![9; length];
            let stored = seal(&key("k", '1'), "n", &plain);
            assert_eq!(plain_length(stored.len() as u64), Some(length as u64));
            assert_eq!(open(&[key("k", '1')], "n", &stored), Ok(plain));
        }
        assert_eq!(plain_length(HEAD_BYTES as u64), None, "not even an empty file");
    }

    #[test]
    fn what_is_wrong_with_a_key_is_said() {
        let stored = seal(&key("2025", 'a'), "n", b"plain");
        let other = [key("2026", 'a')];
        assert_eq!(open(&other, "n", &stored), Err(KeyFault::Missing("2025".to_owned())));
        let wrong = [key("2025", 'b')];
        assert_eq!(open(&wrong, "n", &stored), Err(KeyFault::Wrong("2025".to_owned())));
        assert_eq!(open(&wrong, "n", &stored[..20]), Err(KeyFault::Head));
        assert!(Key::parse("2025", "ab").is_none(), "too short");
        assert!(Key::parse("seventeen letters", &"a".repeat(64)).is_none());
        assert!(Key::parse("k", &"\u{e9}".repeat(32)).is_none(), "not ASCII");
    }

    #[test]
    fn no_byte_can_be_changed_no_chunk_moved_and_no_name_taken() {
        let keys = [key("k", 'a')];
        let stored = seal(&keys[0], "h1/a", &vec![5; 3 * CHUNK_BYTES + 9]);
        assert_eq!(open(&keys, "h1/b", &stored), Err(KeyFault::Altered), "another name");
        for at in [HEAD_BYTES, HEAD_BYTES + STORED_CHUNK_BYTES, stored.len() - 1] {
            let mut changed = stored.clone();
            changed[at] ^= 1;
            assert_eq!(open(&keys, "h1/a", &changed), Err(KeyFault::Altered));
        }
        let mut swapped = stored.clone();
        let (first, second) = swapped[HEAD_BYTES..].split_at_mut(STORED_CHUNK_BYTES);
        first.swap_with_slice(&mut second[..STORED_CHUNK_BYTES]);
        assert_eq!(open(&keys, "h1/a", &swapped), Err(KeyFault::Altered));
        let cut = &stored[..HEAD_BYTES + 2 * STORED_CHUNK_BYTES];
        assert_eq!(open(&keys, "h1/a", cut), Err(KeyFault::Altered), "its end cut off");
    }
}
