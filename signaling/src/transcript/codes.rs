//! One-time codes: the second factor of a typed signature. They live in memory alone; after a restart
//! another is asked for.
//!
//! What is not here: how a code comes to who signs (`http/transcript/signing.rs`).

use std::collections::BTreeMap;

use model::limits::{SIGNING_CODE_LIFE, SIGNING_CODE_TRIES_MAX, SIGNING_CODES_MAX};
use model::review::CodeWay;
use model::{HearingId, ParticipantId, Refusal, Timestamp};

use crate::secrets::CodeHash;

/// A code that was given out.
struct Given {
    hash: CodeHash,
    way: CodeWay,
    until: Timestamp,
    wrong: u32,
}

/// The codes that are good now, one for each who signs.
#[derive(Default)]
pub(crate) struct Codes(BTreeMap<(HearingId, ParticipantId), Given>);

impl Codes {
    /// Takes in a code that is given out; the one before it is good for nothing. Until when it is
    /// good.
    pub(crate) fn give(
        &mut self,
        whose: (HearingId, ParticipantId),
        (hash, way): (CodeHash, CodeWay),
        now: Timestamp,
    ) -> Timestamp {
        self.0.retain(|_, given| given.until > now);
        if self.0.len() >= SIGNING_CODES_MAX {
            let oldest = self.0.iter().min_by_key(|(_, given)| given.until);
            if let Some(oldest) = oldest.map(|(whose, _)| *whose) {
                self.0.remove(&oldest);
            }
        }
        let until = now.plus(SIGNING_CODE_LIFE);
        self.0.insert(whose, Given { hash, way, until, wrong: 0 });
        until
    }

    /// Whether a code was given out in the last seconds, so that nobody has one sent over and over.
    pub(crate) fn is_fresh(
        &self,
        whose: (HearingId, ParticipantId),
        now: Timestamp,
        ms: i64,
    ) -> bool {
        self.0.get(&whose).is_some_and(|given| {
            let since = now.0 - (given.until.0 - Timestamp(0).plus(SIGNING_CODE_LIFE).0);
            since < ms
        })
    }

    /// Uses a code up.
    ///
    /// # Errors
    /// `CodeWrong`: none was given out, it is another, or it was guessed at too often.
    pub(crate) fn take(
        &mut self,
        whose: (HearingId, ParticipantId),
        hash: &CodeHash,
        now: Timestamp,
    ) -> Result<CodeWay, Refusal> {
        let given = self.0.get_mut(&whose).ok_or(Refusal::CodeWrong)?;
        if given.until <= now || given.wrong >= SIGNING_CODE_TRIES_MAX {
            self.0.remove(&whose);
            return Err(Refusal::CodeWrong);
        }
        if given.hash != *hash {
            given.wrong += 1;
            return Err(Refusal::CodeWrong);
        }
        let way = given.way;
        self.0.remove(&whose);
        Ok(way)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: (HearingId, ParticipantId) = (HearingId(1), ParticipantId(3));

    fn hash(byte: u8) -> CodeHash {
        CodeHash([byte; 32])
    }

    #[test]
    fn a_code_is_good_once_for_one_person_and_for_a_while() {
        let mut codes = Codes::default();
        let now = Timestamp(1_000);
        assert_eq!(codes.take(ANNA, &hash(1), now), Err(Refusal::CodeWrong), "none was given");
        let until = codes.give(ANNA, (hash(1), CodeWay::Told), now);
        assert_eq!(until, now.plus(SIGNING_CODE_LIFE));
        assert!(codes.is_fresh(ANNA, Timestamp(10_000), 30_000));
        assert!(!codes.is_fresh(ANNA, Timestamp(31_001), 30_000));
        let bo = (HearingId(1), ParticipantId(4));
        assert_eq!(codes.take(bo, &hash(1), now), Err(Refusal::CodeWrong), "another's");
        assert_eq!(codes.take(ANNA, &hash(1), now), Ok(CodeWay::Told));
        assert_eq!(codes.take(ANNA, &hash(1), now), Err(Refusal::CodeWrong), "used up");
        codes.give(ANNA, (hash(2), CodeWay::Sms), now);
        assert_eq!(codes.take(ANNA, &hash(2), until), Err(Refusal::CodeWrong), "too old");
    }

    #[test]
    fn guessing_ends() {
        let mut codes = Codes::default();
        let now = Timestamp(1_000);
        codes.give(ANNA, (hash(1), CodeWay::Told), now);
        for _ in 0..SIGNING_CODE_TRIES_MAX {
            assert_eq!(codes.take(ANNA, &hash(9), now), Err(Refusal::CodeWrong));
        }
        assert_eq!(codes.take(ANNA, &hash(1), now), Err(Refusal::CodeWrong), "even the right one");
    }

    #[test]
    fn memory_is_bounded() {
        let mut codes = Codes::default();
        for each in 0..u32::try_from(SIGNING_CODES_MAX).unwrap() + 10 {
            let whose = (HearingId(1), ParticipantId(each));
            codes.give(whose, (hash(1), CodeWay::Told), Timestamp(i64::from(each)));
        }
        assert_eq!(codes.0.len(), SIGNING_CODES_MAX);
    }
}
