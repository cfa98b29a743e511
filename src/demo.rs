//! The demonstration: accounts, a case or more and their join codes, made at `serve --demo`.
//!
//! What is not here: anything a real court uses; names and numbers are plainly invented. What the
//! cases are: `demo/cases.rs`.

use std::fmt::Write as _;
use std::path::Path;

use model::view::Heading;
use model::{HearingId, Kind, ParticipantId, Private, Role, Timestamp};
use protocol::StaffKind;
use serde::{Deserialize, Serialize};
use signaling::{AccountId, Docket, DocketFault, Entry, NewAccount};

mod cases;

/// What a person needs to try the product.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// The staff.
    pub(crate) sign_ins: Vec<StaffSignIn>,
    /// The cases; one at least.
    pub(crate) cases: Vec<Case>,
}

/// One case of the demonstration.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Its hearing.
    pub(crate) hearing: HearingId,
    /// What kind of sitting it is.
    pub(crate) kind: Kind,
    /// What stands on the door.
    pub(crate) heading: Heading,
    /// Seats that are entered with a code.
    pub(crate) codes: Vec<SeatCode>,
}

/// How much is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Open cases there shall be.
    pub(crate) cases: u16,
    /// People in each new case: court and parties. Without it the demonstration's own people, and a
    /// mediation, a panel hearing and a lecture beside the first case.
    pub(crate) people: Option<u16>,
    /// Sites that follow the lecture; without it the demonstration's own.
    pub(crate) learners: Option<u16>,
}

/// One staff account of the demonstration.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StaffSignIn {
    /// Its number in the docket.
    account: i64,
    /// Name to sign in with.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) kind: StaffKind,
    /// Password.
    pub(crate) password: Private<String>,
}

/// The file that keeps the demonstration's sign-ins over restarts; readable by its owner only.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    sign_in: Vec<StaffSignIn>,
}

/// The join code of one seat.
#[derive(Clone, Debug)]
pub(crate) struct SeatCode {
    /// The seat.
    pub(crate) participant: ParticipantId,
    /// Its role.
    pub(crate) role: Role,
    /// The person.
    pub(crate) name: Private<String>,
    /// Eight digits.
    pub(crate) code: Private<String>,
}

/// Makes the accounts at the first start, demonstration cases unless enough are open, and new codes
/// for everybody who comes with one and has not joined yet.
///
/// # Errors
/// When the docket or the file of sign-ins cannot be read or written.
pub(crate) async fn prepare(
    docket: &Docket,
    data: &Path,
    now: Timestamp,
    size: Size,
) -> Result<Sheet, DocketFault> {
    let sign_ins = sign_ins(docket, data).await?;
    let staff = Staff::of(&sign_ins);
    let entries = docket.entries_of(staff.clerk).await?;
    let open: Vec<&Entry> = entries.iter().filter(|entry| !entry.closed).collect();
    let of = |mark: &str| -> Vec<HearingId> {
        let marked = |e: &&&Entry| e.heading.case_number.reveal().contains(mark);
        open.iter().filter(marked).map(|entry| entry.hearing).collect()
    };
    let mut hearings = of(cases::FIRST);
    for number in hearings.len() + 1..=usize::from(size.cases) {
        let hearing = match size.people {
            Some(count) => cases::crowd(&staff, now, number, count),
            None => cases::simplified(&staff, now, number),
        };
        hearings.push(docket.add_hearing(&hearing, now).await?);
    }
    if size.people.is_none() {
        for (mark, make) in cases::FURTHER {
            match of(mark).first() {
                Some(hearing) => hearings.push(*hearing),
                None => {
                    let mut hearing = make(&staff, now);
                    if let Some(learners) = size.learners {
                        cases::follow(&mut hearing, learners);
                    }
                    hearings.push(docket.add_hearing(&hearing, now).await?);
                }
            }
        }
    }
    let mut found = Vec::new();
    for hearing in hearings {
        found.extend(case(docket, hearing, now).await?);
    }
    Ok(Sheet { sign_ins, cases: found })
}

/// Who sits in the demonstration's cases.
#[derive(Clone, Copy, Debug)]
struct Staff {
    judge: AccountId,
    clerk: AccountId,
    mediator: AccountId,
}

impl Staff {
    fn of(sign_ins: &[StaffSignIn]) -> Self {
        let account = |kind| {
            let found = sign_ins.iter().find(|sign_in| sign_in.kind == kind);
            AccountId(found.map_or(0, |sign_in| sign_in.account))
        };
        Self {
            judge: account(StaffKind::Judge),
            clerk: account(StaffKind::Clerk),
            mediator: account(StaffKind::Mediator),
        }
    }
}

async fn case(
    docket: &Docket,
    hearing: HearingId,
    now: Timestamp,
) -> Result<Option<Case>, DocketFault> {
    let Some(entry) = docket.entry(hearing).await? else { return Ok(None) };
    let mut codes = Vec::new();
    for person in entry.people.into_iter().filter(|person| !person.joined) {
        if let Some(issued) = docket.issue_code(hearing, person.id, now).await? {
            codes.push(SeatCode {
                participant: person.id,
                role: person.role,
                name: person.name,
                code: issued.code,
            });
        }
    }
    Ok(Some(Case { hearing, kind: entry.brief.kind, heading: entry.heading, codes }))
}

async fn sign_ins(docket: &Docket, data: &Path) -> Result<Vec<StaffSignIn>, DocketFault> {
    let path = data.join("demo-sign-ins.toml");
    if let Ok(text) = std::fs::read_to_string(&path)
        && let Ok(kept) = toml::from_str::<Kept>(&text)
        && kept.sign_in.len() == STAFF.len()
    {
        return Ok(kept.sign_in);
    }
    let mut sign_in = Vec::new();
    for (name, shown_name, kind) in STAFF {
        let account =
            NewAccount { name: name.to_owned(), shown_name: Private::from(shown_name), kind };
        let (id, password) = docket.set_account(account).await?;
        sign_in.push(StaffSignIn { account: id.0, name: name.to_owned(), kind, password });
    }
    let kept = Kept { sign_in };
    let text = toml::to_string(&kept).expect("strings and numbers can be written as TOML");
    write_private(&path, &text).map_err(|fault| DocketFault {
        doing: "keep the demonstration's sign-ins",
        fault: fault.to_string(),
    })?;
    Ok(kept.sign_in)
}

/// Writes a file that only its owner may read.
///
/// # Errors
/// When the disk says no.
pub(crate) fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

const STAFF: [(&str, &str, StaffKind); 6] = [
    ("judge", "李法官（演示）", StaffKind::Judge),
    ("clerk", "陈书记员（演示）", StaffKind::Clerk),
    ("mediator", "周调解员（演示）", StaffKind::Mediator),
    ("admin", "管理员（演示）", StaffKind::Admin),
    ("ops", "运维（演示）", StaffKind::Ops),
    ("audit", "审计管理员（演示）", StaffKind::Audit),
];

impl Sheet {
    /// The text for the terminal; `address` is where the page is.
    pub(crate) fn text(&self, address: &str) -> String {
        let mut text = String::from("\n工作人员登录 Sign-ins\n");
        for StaffSignIn { name, kind, password, .. } in &self.sign_ins {
            let duty = match kind {
                StaffKind::Judge => "法官 judge",
                StaffKind::Clerk => "书记员 clerk",
                StaffKind::Mediator => "调解员 mediator",
                StaffKind::Admin => "管理员 administration",
                StaffKind::Ops => "运维 operations",
                StaffKind::Audit => "审计管理员 audit",
            };
            writeln!(text, "  {name:<8} {}   {duty}", password.reveal()).expect(TO_STRING);
        }
        text.push_str("\n演示案件验证码（每码一人一机） Join codes (one person, one device)\n");
        for case in &self.cases {
            let Heading { case_number, cause, .. } = &case.heading;
            writeln!(
                text,
                "\n {} {} {}",
                kind_text(case.kind),
                case_number.reveal(),
                cause.reveal()
            )
            .expect(TO_STRING);
            for seat in &case.codes {
                let code = seat.code.reveal();
                let (front, back) = code.split_at(code.len() / 2);
                writeln!(
                    text,
                    "  {front} {back}   {} {}   {address}/join#{code}",
                    role_text(seat.role),
                    seat.name.reveal(),
                )
                .expect(TO_STRING);
            }
        }
        text
    }
}

const fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Hearing => "开庭 hearing",
        Kind::Mediation => "调解 mediation",
        Kind::EvidenceExchange => "证据交换 exchange of evidence",
        Kind::Inquiry => "询问 inquiry",
        Kind::Lecture => "法治讲堂 lecture",
        Kind::Consultation => "咨询 consultation",
        Kind::Call => "点对点 call",
    }
}

const TO_STRING: &str = "writing to a string does not fail";

/// Who comes with a code is never the judge of a panel.
fn role_text(role: Role) -> String {
    format!("{} {}", role.chinese(false), role.english(false))
}
