//! Compares `web/src/protocol.ts` with the Rust types; `UPDATE_EXPECT=1` rewrites it.
//!
//! What is not here: hand-written TypeScript. The page imports the generated file as it is.

use std::collections::BTreeMap;

use expect_test::expect_file;
use model::ReviewAsk;
use model::review::{SigningCode, TranscriptView};
use protocol::{
    ApiRefusal, ArchiveList, Bye, CheckValueView, ClientMessage, CloseTicket, CodeIssued,
    ConfirmCheckValue, DeliberationRecord, DeskPicture, DocketList, Duty, Enrol, EvidenceAbout,
    EvidenceChange, EvidenceList, Help, Join, NewStation, NewTurn, OpsPicture, PaperList, Ring,
    RingBack, ServerMessage, SignIn, StationCode, StationList, WhoAmI,
};
use ts_rs::{Config, TS, TypeVisitor};

/// Declarations by name, so that the file is in one order whatever refers to what.
struct Declarations {
    config: Config,
    by_name: BTreeMap<String, String>,
}

impl Declarations {
    fn add<T: TS + 'static + ?Sized>(&mut self) {
        let name = T::ident(&self.config);
        if self.by_name.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let text = format!("{docs}export {}\n", T::decl(&self.config));
        self.by_name.insert(name, text);
        T::visit_dependencies(self);
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        // Types without a file of their own are built in: numbers, strings, lists.
        if T::output_path().is_some() {
            self.add::<T>();
        }
    }
}

fn constants() -> String {
    let mut text = format!(
        "/** The protocol's version, said in `hello`. */\nexport const VERSION = {};\n\n",
        protocol::VERSION
    );
    text.push_str("/** The WebSocket close code of each reason. */\n");
    text.push_str("export const CLOSE_CODE: Record<Bye, number> = {\n");
    for bye in Bye::ALL {
        let name = serde_json::to_string(&bye).expect("a plain enum is a string");
        text.push_str(&format!("  {}: {},\n", name.trim_matches('"'), bye.close_code()));
    }
    text.push_str("};\n\n/** The sentence of each refusal in both languages. */\n");
    text.push_str("export const REFUSAL_TEXT: Record<Refusal, { zh: string; en: string }> = {\n");
    for refusal in model::Refusal::ALL {
        let name = serde_json::to_string(refusal).expect("a plain enum is a string");
        text.push_str(&format!(
            "  {}: {{\n    zh: {:?},\n    en: {:?},\n  }},\n",
            name.trim_matches('"'),
            refusal.chinese(),
            refusal.english()
        ));
    }
    text.push_str(
        "};\n\n/** What every role is called; `chief` is who presides over a panel. */\n",
    );
    text.push_str("export const ROLE_NAME: Record<Role | 'chief', { zh: string; short: string; en: string }> = {\n");
    let line = |key: &str, role: model::Role, panel| {
        let names = (role.chinese(panel), role.chinese_short(panel), role.english(panel));
        format!("  {key}: {{ zh: {:?}, short: {:?}, en: {:?} }},\n", names.0, names.1, names.2)
    };
    text.push_str(&line("chief", model::Role::PresidingJudge, true));
    for role in model::Role::ALL {
        let key = serde_json::to_string(role).expect("a plain enum is a string");
        text.push_str(&line(key.trim_matches('"'), *role, false));
    }
    text.push_str("};\n");
    text
}

/// Bodies of the docket's API.
fn docket_bodies(all: &mut Declarations) {
    all.add::<TranscriptView>();
    all.add::<ReviewAsk>();
    all.add::<SigningCode>();
    all.add::<docket::api::SessionForm>();
    all.add::<docket::api::Session>();
    all.add::<docket::api::NewConsent>();
    all.add::<docket::api::NewNotice>();
    all.add::<docket::api::NewReceipt>();
    all.add::<docket::api::CallOff>();
    all.add::<docket::api::Reschedule>();
    all.add::<docket::api::CalendarList>();
    all.add::<docket::api::SiteList>();
    all.add::<docket::api::ImportReport>();
    all.add::<docket::api::Announcements>();
    all.add::<docket::api::WorkingDays>();
    all.add::<docket::api::Glossary>();
    all.add::<docket::api::GlossaryList>();
    all.add::<docket::api::NewApplication>();
    all.add::<docket::api::ApplicationList>();
    all.add::<docket::api::ApplicationLine>();
    all.add::<docket::api::NewAct>();
    all.add::<docket::api::NewWebhook>();
    all.add::<docket::api::WebhookMade>();
    all.add::<docket::api::WebhookList>();
    all.add::<docket::api::NewToken>();
    all.add::<docket::api::TokenMade>();
    all.add::<docket::api::OpenMine>();
    all.add::<docket::api::MyPage>();
    all.add::<docket::api::MyConsent>();
    all.add::<docket::api::OwnRealName>();
    all.add::<docket::api::RealNames>();
    all.add::<docket::api::RealNameFound>();
    all.add::<docket::api::RealNameNumber>();
    all.add::<docket::api::Handover>();
    all.add::<docket::api::Problems>();
    all.add::<docket::statistics::Statistics>();
}

#[test]
fn the_page_has_the_types_of_this_crate() {
    let mut all = Declarations { config: Config::new(), by_name: BTreeMap::new() };
    all.add::<ClientMessage>();
    all.add::<ServerMessage>();
    all.add::<SignIn>();
    all.add::<WhoAmI>();
    all.add::<Join>();
    all.add::<DocketList>();
    all.add::<CodeIssued>();
    all.add::<ArchiveList>();
    all.add::<model::archive::ArchiveRecord>();
    all.add::<model::archive::Verdict>();
    all.add::<DeliberationRecord>();
    all.add::<PaperList>();
    all.add::<CheckValueView>();
    all.add::<ConfirmCheckValue>();
    all.add::<protocol::Custody>();
    all.add::<protocol::NewExplanation>();
    all.add::<protocol::WithReason>();
    all.add::<protocol::NewBookmark>();
    all.add::<protocol::CopyDecision>();
    all.add::<protocol::NewLink>();
    all.add::<protocol::LinkMade>();
    all.add::<protocol::RetentionList>();
    all.add::<protocol::AuditPage>();
    all.add::<protocol::AuditChecked>();
    all.add::<protocol::OpenView>();
    all.add::<protocol::NewCopyRequest>();
    all.add::<protocol::PartyView>();
    all.add::<model::films::FilmState>();
    all.add::<OpsPicture>();
    all.add::<EvidenceAbout>();
    all.add::<EvidenceChange>();
    all.add::<EvidenceList>();
    all.add::<ApiRefusal>();
    docket_bodies(&mut all);
    all.add::<NewStation>();
    all.add::<StationCode>();
    all.add::<StationList>();
    all.add::<Enrol>();
    all.add::<DeskPicture>();
    all.add::<Duty>();
    all.add::<NewTurn>();
    all.add::<Ring>();
    all.add::<RingBack>();
    all.add::<Help>();
    all.add::<CloseTicket>();
    let mut text = String::from(
        "// Made from crates/protocol and crates/model by `UPDATE_EXPECT=1 cargo test -p protocol`.\n\n",
    );
    for declaration in all.by_name.values() {
        text.push_str(declaration);
        text.push('\n');
    }
    text.push_str(&constants());
    expect_file!["../../../web/src/protocol.ts"].assert_eq(&text);
}
