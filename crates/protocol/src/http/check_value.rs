//! Bodies of the check value's path: what is confirmed after the end, and who did.
//! What is not here: the value itself (`model::check_value`).

use model::check_value::CheckState;
use model::{ParticipantId, Private, Role, Timestamp};
use serde::{Deserialize, Serialize};

/// Answer of `GET` and `POST /api/hearings/{hearing}/check-value`. Parties see themselves among
/// `people`, the court everybody who is to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CheckValueView {
    /// The value; none while the record is not sealed yet.
    pub value: Option<CheckState>,
    /// Who is to confirm it.
    pub people: Vec<CheckPerson>,
}

/// Somebody who is to confirm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CheckPerson {
    /// Who.
    pub id: ParticipantId,
    /// In which role.
    pub role: Role,
    /// Name.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub name: Private<String>,
    /// When they confirmed, UTC ms; none when they did not.
    pub confirmed_at: Option<Timestamp>,
}

/// `POST /api/hearings/{hearing}/check-value`: the person confirms what was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct ConfirmCheckValue {
    /// The value that was shown: SHA-256, hexadecimal.
    pub sha256: String,
}
