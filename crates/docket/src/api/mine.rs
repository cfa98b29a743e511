//! Bodies of a person's own page: what they are told, what they confirm and agree to.
//!
//! What is not here: how they are recognised (room `signaling`), and which consents are asked for
//! (`consent`).

use model::view::Heading;
use model::{Attendance, HearingId, Kind, Private, Role, Stage, Step, Timestamp};
use serde::{Deserialize, Serialize};

use crate::api::MyRealName;
use crate::closing::Closing;
use crate::words::Mode;

bodies! {
    /// `POST /api/my/open`: opens one's own page in this browser. Taking the seat is another thing:
    /// the code stays unused.
    pub struct OpenMine {
        /// A join code, or what stands behind `#` in the link of a notice.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub key: Private<String>,
    }

    /// `GET /api/my`, and the answer of everything that is done on it: a person's own page.
    pub struct MyPage {
        /// Which sitting.
        pub hearing: HearingId,
        /// In which role.
        pub role: Role,
        /// Name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub name: Private<String>,
        /// Court, case number, cause, due time.
        pub heading: Heading,
        /// What kind of sitting.
        pub kind: Kind,
        /// Booked for so many minutes.
        pub minutes: u16,
        /// How it is held.
        pub mode: Mode,
        /// How the person attends.
        pub attendance: Attendance,
        /// The place the person comes to; none when they attend from wherever they are.
        pub place: Option<MyPlace>,
        /// Where the sitting stands.
        pub stage: Stage,
        /// How it ended, once it did.
        pub closing: Option<Closing>,
        /// The last notice to the person.
        pub notice: Option<MyNotice>,
        /// What the person is asked to agree to, each by itself.
        pub steps: Vec<MyStep>,
        /// Their real name; none for people of the court.
        pub real_name: Option<MyRealName>,
        /// Whether this browser has the seat.
        pub seated: bool,
        /// Whether the seat was taken, here or elsewhere.
        pub taken: bool,
    }

    /// Where a person goes.
    pub struct MyPlace {
        /// Name.
        pub name: String,
        /// Where it is.
        pub address: String,
        /// Who helps there.
        pub contact: String,
        /// Their telephone.
        pub phone: String,
    }

    /// What a person was told about their sitting.
    pub struct MyNotice {
        /// The text.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub text: Private<String>,
        /// Whether it was confirmed.
        pub confirmed: bool,
    }

    /// One step a person is asked about.
    pub struct MyStep {
        /// Which.
        pub step: Step,
        /// What they said last; none when they have not.
        pub given: Option<bool>,
        /// When.
        pub at: Option<Timestamp>,
    }

    /// `POST /api/my/consent`.
    pub struct MyConsent {
        /// Which step.
        pub step: Step,
        /// Agreed or not.
        pub given: bool,
    }
}
