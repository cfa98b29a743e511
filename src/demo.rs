//! The demonstration: accounts, a case or more and their join codes, made at `serve --demo`.
//!
//! What is not here: anything a real court uses; names and numbers are plainly invented.

use core::time::Duration;
use std::fmt::Write as _;
use std::path::Path;

use model::view::Heading;
use model::{HearingId, ParticipantId, Private, Role, Timestamp};
use protocol::StaffKind;
use serde::{Deserialize, Serialize};
use signaling::{AccountId, Docket, DocketFault, NewAccount, NewHearing, NewPerson};

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
    /// Seats that are entered with a code.
    pub(crate) codes: Vec<SeatCode>,
}

/// How much is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Open cases there shall be.
    pub(crate) cases: u16,
    /// People in each new case: court and parties. Without it the demonstration's six, of whom one
    /// is a witness and one sits in the gallery.
    pub(crate) people: Option<u16>,
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
    let accounts: Vec<AccountId> = sign_ins.iter().map(|s| AccountId(s.account)).collect();
    let entries = docket.entries_of(accounts[0]).await?.into_iter();
    let mut open: Vec<HearingId> =
        entries.filter(|entry| !entry.closed).map(|entry| entry.hearing).collect();
    for number in open.len() + 1..=usize::from(size.cases) {
        let heading = Heading {
            court: "咸宁市咸安区人民法院贺胜人民法庭（演示）".to_owned(),
            case_number: Private::from(format!("（2026）鄂1202民初演示{number}号").as_str()),
            cause: Private::from("民间借贷纠纷"),
            scheduled_at: now.plus(Duration::from_secs(600)),
        };
        let people = people(&accounts, size.people);
        open.push(docket.add_hearing(&NewHearing { heading, people }).await?);
    }
    let mut cases = Vec::new();
    for hearing in open {
        cases.push(Case { hearing, codes: codes(docket, hearing, now).await? });
    }
    Ok(Sheet { sign_ins, cases })
}

fn people(accounts: &[AccountId], count: Option<u16>) -> Vec<NewPerson> {
    let person = |role, name: &str, account| NewPerson { role, name: Private::from(name), account };
    let mut people = vec![
        person(Role::PresidingJudge, "李法官", Some(accounts[0])),
        person(Role::Clerk, "陈书记员", Some(accounts[1])),
        person(Role::Plaintiff, "张三", None),
        person(Role::Defendant, "李四", None),
    ];
    match count {
        None => {
            people.push(person(Role::Witness, "王五", None));
            people.push(person(Role::Gallery, "旁听一号", None));
        }
        Some(count) => {
            for number in people.len()..usize::from(count) {
                let name = format!("第三人{number}号");
                people.push(person(Role::ThirdParty, &name, None));
            }
            people.truncate(usize::from(count));
        }
    }
    people
}

async fn codes(
    docket: &Docket,
    hearing: HearingId,
    now: Timestamp,
) -> Result<Vec<SeatCode>, DocketFault> {
    let entry = docket.entry(hearing).await?;
    let mut codes = Vec::new();
    let people = entry.map(|entry| entry.people).unwrap_or_default();
    for person in people.into_iter().filter(|person| !person.joined) {
        if let Some(issued) = docket.issue_code(hearing, person.id, now).await? {
            codes.push(SeatCode {
                participant: person.id,
                role: person.role,
                name: person.name,
                code: issued.code,
            });
        }
    }
    Ok(codes)
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

const STAFF: [(&str, &str, StaffKind); 3] = [
    ("judge", "李法官（演示）", StaffKind::Judge),
    ("clerk", "陈书记员（演示）", StaffKind::Clerk),
    ("ops", "运维（演示）", StaffKind::Ops),
];

impl Sheet {
    /// The text for the terminal; `address` is where the page is.
    pub(crate) fn text(&self, address: &str) -> String {
        let mut text = String::from("\n工作人员登录 Sign-ins\n");
        for StaffSignIn { name, kind, password, .. } in &self.sign_ins {
            let duty = match kind {
                StaffKind::Judge => "法官 judge",
                StaffKind::Clerk => "书记员 clerk",
                StaffKind::Ops => "运维 operations",
            };
            writeln!(text, "  {name:<6} {}   {duty}", password.reveal()).expect(TO_STRING);
        }
        text.push_str("\n演示案件验证码（每码一人一机） Join codes (one person, one device)\n");
        for seat in self.cases.iter().flat_map(|case| &case.codes) {
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
        text
    }
}

const TO_STRING: &str = "writing to a string does not fail";

const fn role_text(role: Role) -> &'static str {
    match role {
        Role::PresidingJudge => "审判员 judge",
        Role::Judge => "合议庭审判员 panel judge",
        Role::Assessor => "人民陪审员 assessor",
        Role::ChairMediator => "主持调解员 chair mediator",
        Role::Mediator => "调解员 mediator",
        Role::Lecturer => "讲师 lecturer",
        Role::JudgeAssistant => "法官助理 judge's assistant",
        Role::Clerk => "书记员 clerk",
        Role::RecordingOfficer => "录音录像负责人 recording officer",
        Role::Bailiff => "司法警察 bailiff",
        Role::Adviser => "指导法官 adviser",
        Role::Plaintiff => "原告 plaintiff",
        Role::Defendant => "被告 defendant",
        Role::ThirdParty => "第三人 third party",
        Role::LegalRepresentative => "法定代表人 legal representative",
        Role::Agent => "委托诉讼代理人 agent",
        Role::Witness => "证人 witness",
        Role::Appraiser => "鉴定人 appraiser",
        Role::Inspector => "勘验人 inspector",
        Role::Expert => "有专门知识的人 expert",
        Role::Interpreter => "翻译 interpreter",
        Role::SignInterpreter => "手语翻译 sign interpreter",
        Role::Attendant => "站点协助员 attendant",
        Role::Visitor => "来访人 visitor",
        Role::Learner => "学员 learner",
        Role::Media => "媒体 media",
        Role::Gallery => "旁听 gallery",
    }
}
