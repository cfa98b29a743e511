//! The words every room of the house shares: ids, roles, tracks, grants, minutes and the letters
//! rooms send each other.
//!
//! What is not here: behaviour. A type in this crate is a value; what may be done with it is
//! decided by the core that owns the subject. There is no clock, no socket, no disk and no
//! randomness: `now` and ids come in as arguments everywhere.

pub mod archive;
pub mod ask;
pub mod brief;
pub mod call;
pub mod chamber;
pub mod check_value;
pub mod clock;
pub mod deliberation;
pub mod evidence;
pub mod films;
pub mod grants;
pub mod health;
pub mod heard;
pub mod id;
pub mod letters;
pub mod limits;
pub mod line;
pub mod line_test;
pub mod mediation;
pub mod minute;
pub mod paper;
pub mod preparation;
pub mod private;
pub mod recording;
pub mod refusal;
pub mod relay;
pub mod review;
pub mod role;
mod role_names;
pub mod stage;
pub mod stamps;
pub mod time;
pub mod track;
pub mod transcript;
pub mod view;

pub use ask::Ask;
pub use brief::{
    Attendance, BarredGround, Brief, Course, Kind, Phase, Power, Procedure, Publicity, Shield,
    Side, SiteId, Step,
};
pub use call::{CallState, Direction, TicketState, Wanted};
pub use chamber::{Chamber, Invitation};
pub use clock::ClockReading;
pub use deliberation::{DeliberationAct, DeliberationEntry, DeliberationView};
pub use evidence::{
    EvidenceForm, EvidenceId, EvidenceItem, EvidenceKind, Opinion, Playing, Stroke,
};
pub use grants::Grants;
pub use health::{Grade, Health, Trouble};
pub use id::{CallId, HearingId, ParticipantId, StationId, TicketId};
pub use line::{Line, LinePurpose, Medium, PictureReason, PictureUse, SlotCount, SlotUse, Tile};
pub use line_test::{LineTest, MediaPath, Trial};
pub use mediation::{Check, FailureGround, RecordMode, Sheet, SigningMethod};
pub use minute::{Actor, Fact, Minute};
pub use preparation::{Comparison, Discipline, Likeness, PresenceChecks};
pub use private::Private;
pub use refusal::Refusal;
pub use relay::Relay;
pub use review::{
    ActEntry, FrozenPart, ReviewAsk, ReviewView, SignFor, SignatureProof, TranscriptAct,
};
pub use role::Role;
pub use stage::{
    AbsenceFinding, AdjournGround, DeviceFault, Ending, Ground, IdentityMethod, Layout, Place,
    RecordFault, RecordState, Stage,
};
pub use time::{Instant, Now, Timestamp};
pub use track::{Codec, TrackId, TrackKind};
pub use transcript::{
    LineId, LineKind, TranscriptEdit, TranscriptLine, TranscriptOp, TranscriptRoom, TranscriptStep,
};
pub use view::CourtNote;
pub use view::View;
