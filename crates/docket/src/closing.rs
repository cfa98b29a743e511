//! How a sitting ended and what came of it, read from its minutes.
//!
//! What is not here: the law of ending a sitting (crate `hearing`).

use model::{Ending, Fact, FailureGround, Minute, Timestamp};
use serde::{Deserialize, Serialize};

/// What came of a sitting beside its ending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum Outcome {
    /// Nothing that is counted.
    #[default]
    None,
    /// 达成调解协议, in force.
    Agreement,
    /// 调解不成.
    Failed {
        /// Why (在线调解规则 art. 25).
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        ground: FailureGround,
    },
}

/// How and when a sitting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Closing {
    /// When it was opened; none when it never was.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub opened_at: Option<Timestamp>,
    /// When it ended.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub ended_at: Timestamp,
    /// How.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ending: Ending,
    /// What came of it.
    pub outcome: Outcome,
}

impl Closing {
    /// Reads it from the minutes of a sitting that is over; `at` when they do not say when.
    pub fn of(minutes: &[Minute], at: Timestamp) -> Self {
        let mut closing =
            Self { opened_at: None, ended_at: at, ending: Ending::Closed, outcome: Outcome::None };
        for Minute { at, fact, .. } in minutes {
            if matches!(fact, Fact::Opened) {
                closing.opened_at = closing.opened_at.or(Some(*at));
            } else if let Fact::Closed { ending, .. } = fact {
                (closing.ended_at, closing.ending) = (*at, *ending);
            } else if matches!(fact, Fact::AgreementEffective { .. }) {
                closing.outcome = Outcome::Agreement;
            } else if let Fact::MediationFailed { ground, .. } = fact {
                closing.outcome = Outcome::Failed { ground: *ground };
            }
        }
        closing
    }
}

#[cfg(test)]
mod tests {
    use model::{Actor, AdjournGround, Private};

    use super::*;

    fn minute(at: i64, fact: Fact) -> Minute {
        Minute { at: Timestamp(at), by: Actor::Server, fact }
    }

    #[test]
    fn minutes_say_how_it_ended() {
        let note = Private::default();
        let failed =
            Fact::MediationFailed { ground: FailureGround::NoAgreement, note: note.clone() };
        let ground = Some(AdjournGround::NewEvidence);
        let closed = Fact::Closed { ending: Ending::Adjourned, ground, note };
        let minutes = [minute(5, Fact::Opened), minute(7, failed), minute(9, closed)];
        let closing = Closing::of(&minutes, Timestamp(99));
        assert_eq!(closing.opened_at, Some(Timestamp(5)));
        assert_eq!((closing.ended_at, closing.ending), (Timestamp(9), Ending::Adjourned));
        assert_eq!(closing.outcome, Outcome::Failed { ground: FailureGround::NoAgreement });
        assert_eq!(Closing::of(&[], Timestamp(99)).ended_at, Timestamp(99));
    }

    #[test]
    fn an_agreement_in_force_counts() {
        let minutes =
            [minute(5, Fact::AgreementEffective { version: 2 }), minute(6, Fact::closed())];
        assert_eq!(Closing::of(&minutes, Timestamp(9)).outcome, Outcome::Agreement);
    }
}
