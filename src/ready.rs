//! The ready file: tells scripts which ports were taken and, in a demonstration, how to get in.
//!
//! What is not here: anything a browser needs.

use std::path::Path;

use model::{Kind, ParticipantId, Private, Role};
use protocol::StaffKind;
use serde::Serialize;

use crate::demo::{Case, Sheet, write_private};

#[derive(Serialize)]
struct Ready<'a> {
    https_port: u16,
    media_port: u16,
    hearing: Option<u32>,
    sign_ins: Vec<ReadySignIn<'a>>,
    codes: Vec<ReadyCode<'a>>,
    cases: Vec<ReadyCase<'a>>,
}

#[derive(Serialize)]
struct ReadyCase<'a> {
    hearing: u32,
    kind: Kind,
    codes: Vec<ReadyCode<'a>>,
}

#[derive(Serialize)]
struct ReadySignIn<'a> {
    name: &'a str,
    kind: StaffKind,
    password: &'a Private<String>,
}

#[derive(Serialize)]
struct ReadyCode<'a> {
    participant: ParticipantId,
    role: Role,
    name: &'a Private<String>,
    code: &'a Private<String>,
}

/// Writes the file whole: it appears under its name only when it is complete.
///
/// # Errors
/// When the disk says no.
pub(crate) fn write(
    path: &Path,
    https_port: u16,
    media_port: u16,
    sheet: Option<&Sheet>,
) -> std::io::Result<()> {
    let first = sheet.and_then(|sheet| sheet.cases.first());
    let ready = Ready {
        https_port,
        media_port,
        hearing: first.map(|case| case.hearing.0),
        sign_ins: sheet
            .iter()
            .flat_map(|sheet| &sheet.sign_ins)
            .map(|s| ReadySignIn { name: &s.name, kind: s.kind, password: &s.password })
            .collect(),
        codes: first.map(codes).unwrap_or_default(),
        cases: sheet
            .iter()
            .flat_map(|sheet| &sheet.cases)
            .map(|case| ReadyCase { hearing: case.hearing.0, kind: case.kind, codes: codes(case) })
            .collect(),
    };
    let text = serde_json::to_string(&ready)?;
    let draft = path.with_extension("part");
    write_private(&draft, &text)?;
    std::fs::rename(&draft, path)
}

fn codes(case: &Case) -> Vec<ReadyCode<'_>> {
    case.codes
        .iter()
        .map(|c| {
            let (participant, role) = (c.participant, c.role);
            ReadyCode { participant, role, name: &c.name, code: &c.code }
        })
        .collect()
}
