//! A look into the first message of a handshake, before the library sees it: is it one at all,
//! and which SRTP profiles does the client have?
//!
//! What is not here: everything else in the message; the library reads it again, in full.

/// Content type of a handshake record (RFC 6347 §4.1).
const HANDSHAKE: u8 = 22;
/// The handshake message that begins it.
const CLIENT_HELLO: u8 = 1;
/// Number of the `use_srtp` extension (RFC 5764 §4.1.1).
const USE_SRTP: u16 = 14;

/// What a client hello says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hello {
    /// Its SRTP profiles; none when the message goes on in another record before it names them.
    pub(super) srtp_profiles: Option<Profiles>,
}

/// The profiles this server could use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Profiles {
    /// AEAD_AES_128_GCM.
    pub(super) gcm: bool,
    /// AES_CM_128_HMAC_SHA1_80.
    pub(super) cm: bool,
}

/// Reads a datagram; none when it does not begin a handshake.
pub(super) fn read(datagram: &[u8]) -> Option<Hello> {
    let mut record = Cursor(datagram);
    if record.byte()? != HANDSHAKE {
        return None;
    }
    // Version, epoch, sequence number.
    record.take(2 + 2 + 6)?;
    let length = record.word()?;
    let mut message = Cursor(record.take(length)?);
    if message.byte()? != CLIENT_HELLO {
        return None;
    }
    let whole = message.triple()?;
    message.take(2)?;
    let offset = message.triple()?;
    let fragment = message.triple()?;
    if offset != 0 {
        return None;
    }
    Some(Hello { srtp_profiles: profiles(message, fragment == whole) })
}

/// The profiles a message names, as far as it goes: OpenSSL splits it where packets are small.
fn profiles(mut body: Cursor<'_>, whole: bool) -> Option<Profiles> {
    // Version and random.
    body.take(2 + 32)?;
    let session = body.byte()?;
    body.take(session.into())?;
    let cookie = body.byte()?;
    body.take(cookie.into())?;
    let suites = body.word()?;
    body.take(suites)?;
    let compression = body.byte()?;
    body.take(compression.into())?;
    let length = body.word()?;
    let mut extensions = if whole { Cursor(body.take(length)?) } else { body };
    while let Some(kind) = extensions.word() {
        let length = extensions.word()?;
        let mut data = Cursor(extensions.take(length)?);
        if kind == usize::from(USE_SRTP) {
            let length = data.word()?;
            let mut list = Cursor(data.take(length)?);
            let mut found = Profiles::default();
            while let Some(profile) = list.word() {
                found.gcm |= profile == 0x0007;
                found.cm |= profile == 0x0001;
            }
            return Some(found);
        }
    }
    whole.then(Profiles::default)
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn word(&mut self) -> Option<usize> {
        self.take(2).map(|bytes| usize::from(u16::from_be_bytes([bytes[0], bytes[1]])))
    }

    fn triple(&mut self) -> Option<usize> {
        let high = usize::from(self.byte()?);
        Some((high << 16) + self.word()?)
    }
}
