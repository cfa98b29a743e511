//! The description of the docket's API (OpenAPI 3.1), made from one table of paths and from the
//! types of the bodies.
//!
//! What is not here: the handlers. A test holds the table against the router.

use ::docket::{api, statistics};
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// The bodies.
#[derive(OpenApi)]
#[openapi(components(schemas(
    api::SessionForm,
    api::Session,
    api::NewConsent,
    api::NewNotice,
    api::NewReceipt,
    api::CallOff,
    api::Reschedule,
    api::CalendarList,
    api::SiteList,
    api::Import,
    api::ImportReport,
    api::Export,
    api::Announcements,
    api::WorkingDays,
    api::Glossary,
    api::GlossaryList,
    api::NewApplication,
    api::ApplicationList,
    api::ApplicationLine,
    api::NewAct,
    api::NewWebhook,
    api::WebhookMade,
    api::WebhookList,
    api::NewToken,
    api::TokenMade,
    api::OpenMine,
    api::MyPage,
    api::MyConsent,
    api::NewRealName,
    api::OwnRealName,
    api::RealNames,
    api::RealNameFound,
    api::RealNameNumber,
    api::ReleaseRealName,
    api::Handover,
    api::Problems,
    statistics::Statistics,
)))]
struct Bodies;

/// Who may use a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// Judges, clerks, mediators and administration, by cookie.
    Staff,
    /// Administration, by cookie.
    Admin,
    /// Whoever shows what the body asks for.
    Anybody,
    /// A person with a seat or an open page of their own, by cookie.
    Seat,
    /// The case system by token, or staff by cookie.
    System(&'static str),
}

/// One path.
pub(super) struct Line {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    who: For,
    does: &'static str,
    query: &'static [&'static str],
    takes: Option<&'static str>,
    gives: Option<&'static str>,
}

const fn line(
    method: &'static str,
    path: &'static str,
    who: For,
    does: &'static str,
    takes: Option<&'static str>,
    gives: Option<&'static str>,
) -> Line {
    Line { method, path, who, does, query: &[], takes, gives }
}

/// The query of everything that asks for a stretch of time.
const STRETCH: &[&str] = &["from", "to", "tribunal", "site", "account", "number"];

const fn stretch(mut line: Line) -> Line {
    line.query = STRETCH;
    line
}

/// Every path of the docket.
pub(super) const PATHS: &[Line] = &[
    line(
        "post",
        "/api/hearings",
        For::Staff,
        "Puts a sitting on the docket.",
        Some("SessionForm"),
        Some("Session"),
    ),
    line("get", "/api/hearings/{hearing}", For::Staff, "A sitting, whole.", None, Some("Session")),
    line(
        "put",
        "/api/hearings/{hearing}",
        For::Staff,
        "Writes a sitting anew; once it has begun only people of the court may change, with a reason.",
        Some("SessionForm"),
        Some("Session"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/reschedule",
        For::Staff,
        "Moves a sitting, with a reason; everybody told before is told again.",
        Some("Reschedule"),
        Some("Session"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/call-off",
        For::Staff,
        "Calls a sitting off, with a reason.",
        Some("CallOff"),
        Some("Session"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/participants/{participant}/consents",
        For::Staff,
        "Writes down what somebody said about holding a step online.",
        Some("NewConsent"),
        Some("Session"),
    ),
    line(
        "get",
        "/api/hearings/{hearing}/real-names",
        For::Staff,
        "Real names of everybody who is not of the court, numbers masked, and who entered when.",
        None,
        Some("RealNames"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/real-names/look-up",
        For::Staff,
        "Who has a number at this court; it stands in the audit log.",
        Some("NewRealName"),
        Some("RealNameFound"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/participants/{participant}/real-name",
        For::Staff,
        "Enters somebody's number; one number belongs to one person.",
        Some("NewRealName"),
        Some("RealNames"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/participants/{participant}/real-name/number",
        For::Staff,
        "A number, whole, for who checks an identity; each reading stands in the audit log.",
        None,
        Some("RealNameNumber"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/participants/{participant}/real-name/release",
        For::Staff,
        "Takes somebody's number off their seat, with a reason; the last seat deletes it.",
        Some("ReleaseRealName"),
        Some("RealNames"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/notices",
        For::Staff,
        "Writes notices and sends them.",
        Some("NewNotice"),
        Some("Session"),
    ),
    line(
        "get",
        "/api/hearings/{hearing}/handover",
        For::System("export"),
        "The package of a failed mediation: identities, course, undisputed facts; no draft, no concession.",
        None,
        Some("Handover"),
    ),
    line(
        "post",
        "/api/hearings/{hearing}/handover",
        For::Staff,
        "Sends the package to the webhooks once more; answers how many.",
        None,
        None,
    ),
    line(
        "post",
        "/api/notices/{notice}",
        For::System("receipts"),
        "What became of a notice.",
        Some("NewReceipt"),
        None,
    ),
    line(
        "post",
        "/api/my/open",
        For::Anybody,
        "Opens a person's own page by join code or by the link of a notice; the code stays unused.",
        Some("OpenMine"),
        Some("MyPage"),
    ),
    line("get", "/api/my", For::Seat, "A person's own page.", None, Some("MyPage")),
    line(
        "post",
        "/api/my/notice",
        For::Seat,
        "The person confirms the notice.",
        None,
        Some("MyPage"),
    ),
    line(
        "post",
        "/api/my/consent",
        For::Seat,
        "The person says whether they agree to a step online; once the sitting has begun they say it there.",
        Some("MyConsent"),
        Some("MyPage"),
    ),
    line(
        "post",
        "/api/my/real-name",
        For::Seat,
        "The person enters their own name and number, which are compared with the court's.",
        Some("OwnRealName"),
        Some("MyPage"),
    ),
    line(
        "post",
        "/api/my/enter",
        For::Seat,
        "Takes the seat in this browser, once: another device finds it taken.",
        None,
        None,
    ),
    stretch(line(
        "get",
        "/api/calendar",
        For::Staff,
        "Sittings of a stretch of time, by judge, tribunal or place.",
        None,
        Some("CalendarList"),
    )),
    stretch(line(
        "get",
        "/api/announcements",
        For::Staff,
        "Public notices of open hearings.",
        None,
        Some("Announcements"),
    )),
    stretch(line(
        "get",
        "/api/statistics",
        For::Staff,
        "Figures of sittings that ended.",
        None,
        Some("Statistics"),
    )),
    stretch(line(
        "get",
        "/api/statistics.csv",
        For::Staff,
        "The same for a spreadsheet.",
        None,
        None,
    )),
    line(
        "get",
        "/api/sites",
        For::Staff,
        "Tribunals, places, and accounts that may sit for the court.",
        None,
        Some("SiteList"),
    ),
    line(
        "post",
        "/api/sites/import",
        For::Admin,
        "Takes a list of places: CSV text with headings, or a JSON array.",
        None,
        Some("ImportReport"),
    ),
    line(
        "get",
        "/api/working-days",
        For::Staff,
        "Days that are not what their weekday says.",
        None,
        Some("WorkingDays"),
    ),
    line(
        "put",
        "/api/working-days",
        For::Admin,
        "Sets them, all anew.",
        Some("WorkingDays"),
        Some("WorkingDays"),
    ),
    line(
        "get",
        "/api/glossary",
        For::Staff,
        "Words of tribunals for the engine of speech, and what was changed last.",
        None,
        Some("GlossaryList"),
    ),
    line(
        "put",
        "/api/glossary",
        For::Admin,
        "Sets the words of one tribunal, or of all, all anew.",
        Some("Glossary"),
        Some("GlossaryList"),
    ),
    line(
        "get",
        "/api/mediations",
        For::Staff,
        "Applications for mediation.",
        None,
        Some("ApplicationList"),
    ),
    line(
        "post",
        "/api/mediations",
        For::Staff,
        "Takes an application.",
        Some("NewApplication"),
        Some("ApplicationList"),
    ),
    line(
        "post",
        "/api/mediations/{application}/acts",
        For::Staff,
        "Does something with an application.",
        Some("NewAct"),
        Some("ApplicationLine"),
    ),
    line(
        "post",
        "/api/import",
        For::System("import"),
        "Takes sittings from the case system by external_id; each row whole or not at all.",
        Some("Import"),
        Some("ImportReport"),
    ),
    stretch(line(
        "get",
        "/api/export",
        For::System("export"),
        "Sittings for the case system.",
        None,
        Some("Export"),
    )),
    line(
        "get",
        "/api/webhooks",
        For::Admin,
        "Webhooks, their last deliveries, and tokens.",
        None,
        Some("WebhookList"),
    ),
    line(
        "post",
        "/api/webhooks",
        For::Admin,
        "Sets a webhook; the secret is shown once.",
        Some("NewWebhook"),
        Some("WebhookMade"),
    ),
    line("delete", "/api/webhooks/{webhook}", For::Admin, "Takes a webhook away.", None, None),
    line(
        "post",
        "/api/tokens",
        For::Admin,
        "Makes a token for the case system; it is shown once.",
        Some("NewToken"),
        Some("TokenMade"),
    ),
    line("delete", "/api/tokens/{token}", For::Admin, "Takes a token back.", None, None),
];

/// The document.
pub(super) fn document() -> Value {
    let bodies = serde_json::to_value(Bodies::openapi()).unwrap_or_default();
    let mut paths: Map<String, Value> = Map::new();
    for line in PATHS {
        let entry = paths.entry(line.path).or_insert_with(|| json!({}));
        if let Some(entry) = entry.as_object_mut() {
            entry.insert(line.method.to_owned(), operation(line));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Assize: the docket",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": bodies.pointer("/components/schemas").cloned().unwrap_or_default(),
            "securitySchemes": {
                "staff": { "type": "apiKey", "in": "cookie", "name": crate::access::STAFF_COOKIE },
                "seat": { "type": "apiKey", "in": "cookie", "name": crate::access::SEAT_COOKIE },
                "card": { "type": "apiKey", "in": "cookie", "name": crate::access::CARD_COOKIE },
                "token": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

fn operation(line: &Line) -> Value {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = |name: &str| json!({ "application/json": { "schema": reference(name) } });
    let in_path = line.path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let parameter = |name: &str, place: &str, needed: bool| json!({ "name": name, "in": place, "required": needed, "schema": { "type": if name == "number" { "string" } else { "integer" } } });
    let mut parameters: Vec<Value> = in_path.map(|name| parameter(name, "path", true)).collect();
    parameters.extend(
        line.query.iter().map(|name| parameter(name, "query", matches!(*name, "from" | "to"))),
    );
    let done = match line.gives {
        Some(name) => json!({ "description": "Done.", "content": content(name) }),
        None => json!({ "description": "Done." }),
    };
    let refused = json!({ "description": "Refused: why, zh, en." });
    let fields = json!({ "description": "Fields are wrong.", "content": content("Problems") });
    let security = match line.who {
        For::Staff | For::Admin => json!([{ "staff": [] }]),
        For::Anybody => json!([]),
        For::Seat => json!([{ "seat": [] }, { "card": [] }]),
        For::System(_) => json!([{ "token": [] }, { "staff": [] }]),
    };
    let who = match line.who {
        For::Staff => "Judges, clerks, mediators, administration.".to_owned(),
        For::Admin => "Administration.".to_owned(),
        For::Anybody => "Whoever shows what the body asks for.".to_owned(),
        For::Seat => "Whoever has the seat, or opened their own page.".to_owned(),
        For::System(scope) => format!("A token with the scope `{scope}`, or staff."),
    };
    let mut operation = json!({
        "summary": line.does,
        "description": who,
        "parameters": parameters,
        "responses": { "2XX": done, "422": fields, "4XX": refused },
        "security": security,
    });
    if let (Some(name), Some(operation)) = (line.takes, operation.as_object_mut()) {
        let body = json!({ "required": true, "content": content(name) });
        operation.insert("requestBody".to_owned(), body);
    }
    operation
}

pub(super) async fn serve() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document().to_string())
}
