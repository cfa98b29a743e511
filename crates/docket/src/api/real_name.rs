//! Bodies about real names and about who entered when, by which device.
//!
//! What is not here: when a number can be right (`real_name`), and how it is kept (room
//! `signaling`).

use model::{ParticipantId, Private, Timestamp};
use serde::{Deserialize, Serialize};

use crate::entering::{AddressClass, EntryWay};
use crate::real_name::{IdKind, RealNameState};

bodies! {
    /// Somebody's identity document: with a person of a form, in an import,
    /// `POST /api/hearings/{hearing}/participants/{participant}/real-name`, and what is looked up by
    /// `POST /api/hearings/{hearing}/real-names/look-up`.
    pub struct NewRealName {
        /// What kind of document.
        pub kind: IdKind,
        /// Its number. It is enciphered at once; every answer shows it masked.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub number: Private<String>,
    }

    /// `POST /api/my/real-name`: a person's own name and number, as their document has them.
    pub struct OwnRealName {
        /// Name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub name: Private<String>,
        /// What kind of document.
        pub kind: IdKind,
        /// Its number.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub number: Private<String>,
    }

    /// Somebody's real name as it stands.
    pub struct RealNameLine {
        /// Who.
        pub who: ParticipantId,
        /// Where it stands.
        pub state: RealNameState,
        /// What kind of document; none while there is no number.
        pub kind: Option<IdKind>,
        /// Its number, masked.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub masked: Private<String>,
        /// When it was entered.
        pub at: Option<Timestamp>,
        /// When the person last entered their own name and number.
        pub own_at: Option<Timestamp>,
    }

    /// `GET /api/hearings/{hearing}/real-names`.
    pub struct RealNames {
        /// Everybody who is not of the court.
        pub lines: Vec<RealNameLine>,
        /// Who entered when, by which device; the newest first.
        pub entries: Vec<EntryLine>,
    }

    /// Somebody entered.
    pub struct EntryLine {
        /// Who.
        pub who: ParticipantId,
        /// How.
        pub way: EntryWay,
        /// From what kind of address.
        pub from: AddressClass,
        /// By what device, as far as it says.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub device: Private<String>,
        /// When first.
        pub at: Timestamp,
        /// When last, within an hour of the time before.
        pub last_at: Timestamp,
        /// How often.
        pub times: u32,
    }

    /// The answer of `POST /api/hearings/{hearing}/real-names/look-up`.
    pub struct RealNameFound {
        /// The account that has the number at this court.
        pub account: Option<RealNameAccount>,
    }

    /// An account with a real name.
    pub struct RealNameAccount {
        /// Name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub name: Private<String>,
        /// Since when.
        pub since: Timestamp,
        /// In how many sittings it sits.
        pub sittings: u32,
    }

    /// The answer of `POST /api/hearings/{hearing}/participants/{participant}/real-name/number`.
    pub struct RealNameNumber {
        /// What kind of document.
        pub kind: IdKind,
        /// Its number, whole.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub number: Private<String>,
    }

    /// `POST /api/hearings/{hearing}/participants/{participant}/real-name/release`.
    pub struct ReleaseRealName {
        /// Why.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub reason: Private<String>,
    }

    /// A person's own real name, on their own page.
    pub struct MyRealName {
        /// Where it stands.
        pub state: RealNameState,
        /// What kind of document; none until they have entered it themselves.
        pub kind: Option<IdKind>,
        /// Its number, masked; empty until they have entered it themselves.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub masked: Private<String>,
    }
}
