//! Bodies for applications, the case system and what is handed over to it.
//!
//! What is not here: sittings and places (`api`).

use model::view::Heading;
use model::{HearingId, ParticipantId, Private, Role, Timestamp};
use serde::{Deserialize, Serialize};

use crate::application::{Act, Application};
use crate::closing::Closing;
use crate::deadline::Standing;

bodies! {
    /// `POST /api/mediations`: somebody applies.
    pub struct NewApplication {
        /// What it is about.
        pub matter: Matter,
        /// Before or after filing.
        pub standing: Standing,
        /// The tribunal that deals with it.
        #[serde(default)]
        pub tribunal: Option<u32>,
        /// Its name in the case system.
        #[serde(default)]
        pub external_id: Option<String>,
    }

    /// What an application is about: told once, never asked again (在线调解规则 art. 8).
    pub struct Matter {
        /// Case number or pre-filing number; may be empty before filing.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub case_number: Private<String>,
        /// Cause.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub cause: Private<String>,
        /// Who applies.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub applicant: Private<String>,
        /// Their telephone.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub applicant_phone: Private<String>,
        /// The other side.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub respondent: Private<String>,
        /// Their telephone.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub respondent_phone: Private<String>,
        /// Facts and wishes.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub facts: Private<String>,
    }

    /// `GET /api/mediations`.
    pub struct ApplicationList {
        /// One line each, newest first.
        pub lines: Vec<ApplicationLine>,
    }

    /// One application as it stands.
    pub struct ApplicationLine {
        /// Its number.
        pub id: u32,
        /// When it was made.
        pub made_at: Timestamp,
        /// What it is about.
        pub matter: Matter,
        /// Where it stands.
        pub application: Application,
        /// Whether a deadline has passed.
        pub overdue: bool,
    }

    /// `POST /api/mediations/{application}/acts`.
    pub struct NewAct {
        /// What is done.
        pub act: Act,
    }

    /// `POST /api/webhooks`.
    pub struct NewWebhook {
        /// Where, `http://` or `https://`.
        pub url: String,
        /// Which events: `session`, `closed`, `notice`, `handover`, `mediation`; all when empty.
        #[serde(default)]
        pub events: Vec<String>,
    }

    /// Answer of `POST /api/webhooks`: the secret is shown once.
    pub struct WebhookMade {
        /// Its number.
        pub id: u32,
        /// What `X-Assize-Signature` is made with.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub secret: Private<String>,
    }

    /// `GET /api/webhooks`.
    pub struct WebhookList {
        /// One line each.
        pub webhooks: Vec<WebhookLine>,
        /// The last deliveries, newest first.
        pub deliveries: Vec<DeliveryLine>,
        /// Tokens of the case system.
        pub tokens: Vec<TokenLine>,
    }

    /// One webhook.
    pub struct WebhookLine {
        /// Its number.
        pub id: u32,
        /// Where.
        pub url: String,
        /// Which events; all when empty.
        pub events: Vec<String>,
    }

    /// One delivery.
    pub struct DeliveryLine {
        /// Its number.
        pub id: u32,
        /// Which webhook.
        pub webhook: u32,
        /// Which event.
        pub event: String,
        /// `waiting`, `delivered` or `given_up`.
        pub state: String,
        /// How often it was tried.
        pub tries: u16,
        /// The last HTTP status.
        pub status: Option<u16>,
        /// What went wrong last.
        pub fault: String,
        /// When it was made.
        pub made_at: Timestamp,
    }

    /// `POST /api/tokens`.
    pub struct NewToken {
        /// What it is for.
        pub name: String,
        /// What it may do: `import`, `export`, `receipts`.
        pub scopes: Vec<String>,
        /// For so many days.
        pub days: u16,
    }

    /// Answer of `POST /api/tokens`: the token is shown once.
    pub struct TokenMade {
        /// Its number.
        pub id: u32,
        /// What goes behind `Authorization: Bearer`.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub token: Private<String>,
    }

    /// One token.
    pub struct TokenLine {
        /// Its number.
        pub id: u32,
        /// What it is for.
        pub name: String,
        /// What it may do.
        pub scopes: Vec<String>,
        /// Until when.
        pub expires_at: Timestamp,
    }

    /// What goes back to the filing or hearing system when a mediation failed
    /// (在线调解规则 art. 18, 21): identities and undisputed facts, never a concession.
    pub struct Handover {
        /// Which mediation.
        pub hearing: HearingId,
        /// Its name in the case system.
        pub external_id: Option<String>,
        /// Court, number, cause, time.
        pub heading: Heading,
        /// How and when it ended.
        pub closing: Closing,
        /// Who took part.
        pub people: Vec<HandoverPerson>,
        /// What happened, by name and time; no word that was said.
        pub course: Vec<HandoverStep>,
        /// The undisputed facts, when every party signed them.
        pub facts: Option<HandoverFacts>,
        /// What the mediator noted about the failure.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub note: Private<String>,
    }

    /// One person of a hand-over.
    pub struct HandoverPerson {
        /// Seat.
        pub id: ParticipantId,
        /// Role.
        pub role: Role,
        /// Name.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub name: Private<String>,
        /// For whom.
        pub acts_for: Option<ParticipantId>,
        /// Whether the identity was checked.
        pub identity_checked: bool,
    }

    /// One step of its course.
    pub struct HandoverStep {
        /// When.
        pub at: Timestamp,
        /// What, by its name in the ledger.
        pub fact: String,
    }

    /// The signed sheet of undisputed facts.
    pub struct HandoverFacts {
        /// Its text.
        #[cfg_attr(feature = "ts", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub text: Private<String>,
        /// Who signed.
        pub signed: Vec<ParticipantId>,
    }
}
