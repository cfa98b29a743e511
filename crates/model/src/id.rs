//! Names of things: numbers that cannot be mistaken for each other.

use core::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }
    };
}

id!(
    /// One hearing (one sitting of a case), unique in the court's docket. Prints as `h17`.
    HearingId,
    "h"
);
id!(
    /// One person's seat in one hearing, unique in the docket. Prints as `p3`.
    ParticipantId,
    "p"
);
id!(
    /// One call between a station and the court. Prints as `c5`.
    CallId,
    "c"
);
id!(
    /// One call for help. Prints as `t7`.
    TicketId,
    "t"
);
id!(
    /// A station: a terminal the court knows by its enrolment. Prints as `s2`.
    StationId,
    "s"
);
