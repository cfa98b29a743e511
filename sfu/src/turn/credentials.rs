//! Credentials and nonces of the relay: made from one secret, checked without a table.
//!
//! What is not here: messages.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use model::{HearingId, ParticipantId, Timestamp, limits};
use ring::hmac;

/// A nonce says the minute it was made in, in three bytes.
const NONCE_STEP: Duration = Duration::from_secs(60);
/// Minutes a nonce is good for (RFC 8656 §5 suggests an hour).
const NONCE_STEPS: u32 = 60;
/// Bytes of the minute and of its proof: twelve letters, so that the answer to a bare request is
/// no longer than two such requests.
const NONCE_TIME: usize = 3;
const NONCE_PROOF: usize = 6;

/// What every credential and nonce of this process is made from.
pub struct Secret(hmac::Key);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// What a user name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Until when it is good.
    pub until: Timestamp,
    /// Hearing.
    pub hearing: HearingId,
    /// Whose it is.
    pub participant: ParticipantId,
}

impl Claim {
    /// Reads `<expiry, Unix seconds>:<hearing>-<participant>`; nothing is proven by it.
    pub fn read(username: &str) -> Option<Self> {
        let (until, who) = username.split_once(':')?;
        let (hearing, participant) = who.split_once('-')?;
        let number = |text: &str| {
            let plain = text.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse::<u32>().ok()).flatten()
        };
        Some(Self {
            until: Timestamp(i64::from(number(until)?) * 1_000),
            hearing: HearingId(number(hearing)?),
            participant: ParticipantId(number(participant)?),
        })
    }
}

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// When the system gives no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes)))
    }

    /// User name and password for a participant, good for `limits::RELAY_LIFE` from now.
    pub fn credential(
        &self,
        hearing: HearingId,
        participant: ParticipantId,
        now: Timestamp,
    ) -> (String, String) {
        let until = now.plus(limits::RELAY_LIFE).0 / 1_000;
        let username = format!("{until}:{}-{}", hearing.0, participant.0);
        let password = self.password(&username);
        (username, password)
    }

    /// The password of a user name.
    pub(crate) fn password(&self, username: &str) -> String {
        STANDARD.encode(hmac::sign(&self.0, username.as_bytes()))
    }

    /// A nonce of this minute.
    pub(crate) fn nonce(&self, now: Timestamp) -> String {
        let mut nonce = minute(now).to_be_bytes()[1..].to_vec();
        nonce.extend_from_slice(&self.proof(&nonce));
        URL_SAFE_NO_PAD.encode(nonce)
    }

    /// Whether this process made the nonce within the last hour.
    pub(crate) fn is_fresh(&self, nonce: &str, now: Timestamp) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(nonce) else { return false };
        let Some((time, proof)) = bytes.split_at_checked(NONCE_TIME) else { return false };
        if proof != self.proof(time) {
            return false;
        }
        let made = time.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte));
        (minute(now).wrapping_sub(made) & 0xFF_FFFF) <= NONCE_STEPS
    }

    fn proof(&self, time: &[u8]) -> [u8; NONCE_PROOF] {
        // A user name cannot begin like this, so no password is ever shown as a proof.
        let tag = hmac::sign(&self.0, &[b"nonce ", time].concat());
        std::array::from_fn(|place| tag.as_ref()[place])
    }
}

/// The minute, in three bytes.
fn minute(now: Timestamp) -> u32 {
    let minutes = now.since(Timestamp(0)).as_secs() / NONCE_STEP.as_secs();
    u32::try_from(minutes & 0xFF_FFFF).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn a_user_name_says_who_until_when() {
        let secret = Secret::random().unwrap();
        let (username, password) = secret.credential(HearingId(7), ParticipantId(3), NOW);
        assert_eq!(username, "1700043200:7-3");
        assert_eq!(password, secret.password(&username));
        assert_ne!(password, Secret::random().unwrap().password(&username));
        let claim = Claim::read(&username).unwrap();
        assert_eq!((claim.hearing, claim.participant), (HearingId(7), ParticipantId(3)));
        assert_eq!(claim.until.since(NOW), limits::RELAY_LIFE);
        for broken in ["", "1:2", "1-2", "1:2-", "x:1-2", "-1:1-2", "1:1-2-3", "9999999999:1-2"] {
            assert_eq!(Claim::read(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_nonce_is_good_for_an_hour_in_the_process_that_made_it() {
        let secret = Secret::random().unwrap();
        let nonce = secret.nonce(NOW);
        assert_eq!(nonce.len(), 12);
        let later = |minutes| NOW.plus(NONCE_STEP * minutes);
        assert!(secret.is_fresh(&nonce, NOW));
        assert!(secret.is_fresh(&nonce, later(NONCE_STEPS)));
        assert!(!secret.is_fresh(&nonce, later(NONCE_STEPS + 1)));
        assert!(!secret.is_fresh(&secret.nonce(later(5)), NOW), "from the future");
        assert!(!Secret::random().unwrap().is_fresh(&nonce, NOW));
        for broken in ["", "AAAA", "AAAAAAAAAAAA", "!", "AAAAAAAAAAAAAAAA"] {
            assert!(!secret.is_fresh(broken, NOW), "{broken}");
        }
    }
}
