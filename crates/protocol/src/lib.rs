//! The signaling protocol on the wire: JSON text messages over one WebSocket per page.
//!
//! What is not here: what the messages do. `docs/protocol.md` describes every message; a test
//! compares it, and the TypeScript types in `web/src/protocol`, with this crate.

mod client;
mod codec;
mod desk;
mod http;
mod server;

pub use client::{ClientMessage, ClientStats};
pub use codec::{Violation, decode_client, decode_server, encode_client, encode_server};
pub use desk::{
    CallView, CloseTicket, DeskPicture, Duty, DutyPerson, DutyPicture, DutyTurn, Enrol, Help,
    HelpFacts, NewStation, NewTurn, Ring, RingBack, StationCode, StationFace, StationLine,
    StationList, StationPass, StationSitting, Ticket,
};
pub use http::{
    ApiRefusal, ArchiveFound, ArchiveList, AuditAct, AuditChecked, AuditLine, AuditPage, Bookmark,
    CheckPerson, CheckValueView, CodeIssued, ConfirmCheckValue, CopyDecision, CopyKind,
    CopyRequest, CopyState, Custody, DeliberationRecord, DocketLine, DocketList, DocketPerson,
    EvidenceAbout, EvidenceChange, EvidenceList, Explanation, Hold, Join, LinkMade, NewBookmark,
    NewCopyRequest, NewExplanation, NewLink, OpenView, OpsCopy, OpsHearing, OpsPerson, OpsPicture,
    OpsReconciled, PaperLine, PaperList, PartyView, Passage, PassageKind, PhaseMark, Reader,
    RecordStage, RetentionLine, RetentionList, SeatPass, SignIn, StaffKind, WhoAmI, WithReason,
};
pub use server::{Bye, RequestOutcome, ServerMessage};

/// The protocol's version. A page that says another one is told to reload.
pub const VERSION: u32 = 1;
